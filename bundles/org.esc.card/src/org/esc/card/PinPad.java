// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a reader lets a person do at its own keypad, where a PIN goes to the card and never into this computer.
 *
 * @param verifies  whether a PIN can be verified
 * @param changes   whether a PIN can be changed or set
 * @param minDigits fewest digits it takes, if it says so
 * @param maxDigits most digits it takes, if it says so
 * @param display   its display; empty if it has none or does not say
 * @param firmware  its firmware, if it says so
 * @param usb       vendor and product as {@code vvvv:pppp}, hexadecimal, if it says so
 */
public record PinPad(boolean verifies, boolean changes, OptionalInt minDigits, OptionalInt maxDigits, Optional<Display> display,
        Optional<String> firmware, Optional<String> usb) {

    /** No keypad. */
    public static final PinPad NONE =
            new PinPad(false, false, OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Lines and characters a line. */
    public record Display(int lines, int characters) {
    }

    /** True if a PIN can be entered there at all. */
    public boolean isThere() {
        return verifies || changes;
    }

    /**
     * True if this request can be made there. No keypad is told where the fields of a change end when each has its own length before it; and one that
     * takes fewer or more digits than the card wants is of no use.
     */
    public boolean can(PinRequest request) {
        PinFormat f = request.format();
        boolean digits = minDigits.orElse(0) <= f.max() && maxDigits.orElse(f.max()) >= f.min();
        return digits && switch (request.kind()) {
            case VERIFY -> verifies;
            case CHANGE -> changes && !(f.variable() && f.length() != PinFormat.Length.NONE);
            case SET -> changes;
        };
    }
}
