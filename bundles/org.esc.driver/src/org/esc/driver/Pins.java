// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/** Verifies, changes and unblocks the PINs of a token. */
public interface Pins extends Capability {

    /** All PINs, with their tries left as far as the token tells. Costs no try. */
    List<Pin> pins() throws EscException;

    /** True if {@link #verifyPin} works with a PIN: one that only unblocks another may not be verified by itself. */
    default boolean canVerify(String pin) throws EscException {
        return true;
    }

    /** Verifies a PIN. It stays verified until another application is selected. @throws EscException code {@code wrong-pin}, {@code pin-blocked} */
    void verifyPin(String pin, Secret value) throws EscException;

    /** Changes a PIN. @throws EscException code {@code wrong-pin} or {@code pin-blocked}; {@code bad-pin} if the new one breaks its rules */
    void changePin(String pin, Secret old, Secret fresh) throws EscException;

    /** Gives a blocked or forgotten PIN a new value with the PIN that {@link Pin#unblockedBy} names. @throws EscException as {@link #changePin} */
    void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException;
}
