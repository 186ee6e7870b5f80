// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;

/** Where passwords are checked; asked at every login, as it may change at any time. */
public interface Directories {

    /** Directories elsewhere, to be tried one after the other. */
    List<Directory> enabled() throws EscException;

    /** Whether users kept here may log in. */
    default boolean builtIn() throws EscException {
        return true;
    }

    /** Always the same one, or none but the built-in. */
    static Directories of(Optional<Directory> one) {
        return () -> one.stream().toList();
    }
}
