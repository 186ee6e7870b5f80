// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Trace;

/** Finds exchanges by their numbers. */
final class Numbers {

    /** Cards that are spoken to at the same time get their numbers before they get their places: so far a number may lie from where it should. */
    private static final long NEAR = 256;

    private Numbers() {
    }

    /** As the other; nothing if there is none behind it, or it was dropped. @throws EscException if the trace cannot be read any more */
    static Optional<Long> find(Trace trace, long number) throws EscException {
        try {
            return Optional.of(index(trace, number)).filter(i -> i < trace.end());
        } catch (IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    /**
     * The index of the exchange with a number; of the next one if there is none; the end if there is none behind it.
     *
     * @throws EscException              if the trace cannot be read any more
     * @throws IndexOutOfBoundsException if a live trace dropped it meanwhile
     */
    static long index(Trace trace, long number) throws EscException {
        long low = trace.first();
        long high = trace.end();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (trace.get(middle).number() < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (long i = Math.max(trace.first(), low - NEAR); i < Math.min(trace.end(), low + NEAR); i++) {
            if (trace.get(i).number() == number) {
                return i;
            }
        }
        return low;
    }

    /** A number as the person's language writes it. */
    static String text(long n) {
        return String.format(Words.locale(), "%,d", n);
    }
}
