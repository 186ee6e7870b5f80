// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.command.Context;

/** Where a person's key sets are kept under a name. A DS service; what it holds of keys is encrypted under a master password. */
public interface KeyVault {

    /** All sets, by name; asks for no password. @throws EscException if the store cannot be read */
    List<NamedKeys> list() throws EscException;

    /**
     * The keys of a set as they were given to {@link #put}.
     *
     * @return for the caller to close
     * @throws EscException if there are none, the store cannot be read, or the master password is wrong or missing
     */
    Secret get(NamedKeys set, Context context) throws EscException;

    /**
     * Stores a set, in place of one of the same name.
     *
     * @param keys the keys, unless a token holds them
     * @throws EscException if the store cannot be written, or the master password is wrong or missing
     */
    void put(NamedKeys set, Optional<Secret> keys, Context context) throws EscException;

    /** Forgets a set. @return whether there was one. @throws EscException if the store cannot be written */
    boolean remove(String name) throws EscException;
}
