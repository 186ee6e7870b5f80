// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** A filter that cannot be read: where, what was expected there, and what was perhaps meant. */
public final class FilterException extends EscException {

    private static final Words WORDS = Words.of(FilterException.class);

    private static final long serialVersionUID = 1L;

    private final int column;
    private final String expected;
    private final transient Optional<String> meant;

    FilterException(int column, String expected, String found, Optional<String> meant) {
        super(Problem.of(Fault.USAGE, WORDS.say("read the filter"), found.isEmpty()
                ? WORDS.say("Column {0} of the filter: expected {1}, but it ends there.", column, expected)
                : WORDS.say("Column {0} of the filter: expected {1}, not {2}.", column, expected, found)).code("bad-filter")
                .advice(meant.map(m -> WORDS.say("Did you mean {0}?", m)).orElse("")), null);
        this.column = column;
        this.expected = expected;
        this.meant = meant;
    }

    /** Where it is wrong, in characters, from 1. */
    public int column() {
        return column;
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
