// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.Objects;

/**
 * Why a script cannot be run.
 *
 * @param place  where
 * @param length how many characters are wrong; 0 if something is missing there
 * @param what   what is wrong, a sentence
 * @param fix    what would make it right, a sentence; may be empty
 */
public record Mistake(Place place, int length, String what, String fix) {

    /** Checks that nothing is missing. */
    public Mistake {
        Objects.requireNonNull(place);
        Objects.requireNonNull(what);
        Objects.requireNonNull(fix);
    }

    @Override
    public String toString() {
        return place + ": " + what + (fix.isEmpty() ? "" : " " + fix);
    }
}
