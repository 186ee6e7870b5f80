// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Where people are found. Used by several threads. */
interface Directory extends AutoCloseable {

    /**
     * People whose short name, e-mail address, or a word of whose name begins like this.
     *
     * @throws EscException NETWORK, TLS or LOGIN if the directory does not answer; CANCELLED
     */
    Found search(String text, int start, int size, Cancel cancel) throws EscException;

    /** One person with everything; empty if there is none of that name. @throws EscException as {@link #search} */
    Optional<Person> person(String uid, Cancel cancel) throws EscException;

    /** Whether this is a security officer. @throws EscException as {@link #search} */
    boolean isOfficer(String uid, Cancel cancel) throws EscException;

    @Override
    void close();
}
