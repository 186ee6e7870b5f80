// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** A filter that cannot be read: where, what was expected there, and what was perhaps meant. */
public final class FilterException extends EscException {

    private static final long serialVersionUID = 1L;

    private final int column;
    private final int length;
    private final String expected;
    private final transient Optional<String> meant;

    FilterException(int column, int length, String expected, String found, Optional<String> meant) {
        super(Problem.of(Fault.USAGE, "read the filter", "Column " + column + " of the filter: expected " + expected
                + (found.isEmpty() ? ", but it ends there." : ", not " + found + ".")).code("bad-filter")
                .advice(meant.map(m -> "Did you mean " + m + "?").orElse("")), null);
        this.column = column;
        this.length = length;
        this.expected = expected;
        this.meant = meant;
    }

    /** Where it is wrong, in characters, from 1. */
    public int column() {
        return column;
    }

    /** How many characters are wrong; 0 at the end. */
    public int length() {
        return length;
    }

    /** What was expected there, in words. */
    public String expected() {
        return expected;
    }

    /** A word that was perhaps meant. */
    public Optional<String> meant() {
        return meant;
    }
}
