// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A PIN of a token.
 *
 * @param id          as the applet's users call it: "user", "puk", "pw1"
 * @param label       its name in words: "PIV card application PIN"
 * @param role        whose it is
 * @param minLength   least number of characters
 * @param maxLength   most characters
 * @param digitsOnly  true if it consists of digits
 * @param triesLeft   tries left; 0 when blocked
 * @param tries       tries after a success
 * @param changeable  true if {@link Pins#changePin} works
 * @param unblockedBy id of the PIN that unblocks it, if there is one
 * @param set         false if the token has a place for it and no value in it: nothing can be tried, but {@link Pins#unblockPin} gives it one
 */
public record Pin(String id, String label, Role role, int minLength, int maxLength, boolean digitsOnly, OptionalInt triesLeft,
        OptionalInt tries, boolean changeable, Optional<String> unblockedBy, boolean set) {

    /** Whose PIN it is. */
    public enum Role {
        /** The holder's. */
        USER,
        /** The one that unblocks the holder's: PUK, reset code. */
        UNBLOCKING,
        /** The administrator's or security officer's. */
        ADMINISTRATOR
    }

    /** A PIN that has a value, as PINs have. */
    public Pin(String id, String label, Role role, int minLength, int maxLength, boolean digitsOnly, OptionalInt triesLeft, OptionalInt tries,
            boolean changeable, Optional<String> unblockedBy) {
        this(id, label, role, minLength, maxLength, digitsOnly, triesLeft, tries, changeable, unblockedBy, true);
    }

    /** True if it has a value, but no tries left. */
    public boolean blocked() {
        return set && triesLeft.isPresent() && triesLeft.getAsInt() == 0;
    }
}
