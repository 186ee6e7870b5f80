// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.List;
import org.esc.apdu.EscException;

/**
 * Who works on what: a token or user is one server's operation's alone. Where several servers share a database a lease ends by itself when its server
 * does, and whoever finds it so may take it.
 */
public interface Leases extends AutoCloseable {

    /** A lease whose server is gone. @param what the token or user @param operation what was being done */
    record Abandoned(String what, String operation) {
    }

    /** Takes it; false if another operation has it. */
    boolean take(String what, String operation) throws EscException;

    /** Gives it back. Never fails: what cannot be given back ends by itself. */
    void release(String what);

    /**
     * Makes sure, as part of the caller's transaction, that it is still ours when that commits.
     *
     * @throws EscException REFUSED if it was lost, because this server was out of touch with the database for too long
     */
    void check(String what) throws EscException;

    /** Leases of servers that are gone. */
    List<Abandoned> abandoned() throws EscException;

    @Override
    void close();
}
