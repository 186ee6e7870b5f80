// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the characters of a line of a script are, for whoever shows it. */
public final class Colouring {

    private Colouring() {
    }

    /** Sorts of words, as a person sees them. */
    public enum Kind {
        /** A word of the language that begins a statement, or stands within one. */
        KEYWORD,
        /** Bytes in hexadecimal digits, and patterns of them. */
        BYTES,
        /** A name. */
        NAME,
        /** Text in quotes. */
        TEXT,
        /** A comment. */
        COMMENT,
        /** What belongs nowhere. */
        WRONG
    }

    /**
     * Characters of one sort.
     *
     * @param kind   which
     * @param from   index of the first in the line
     * @param length how many
     */
    public record Run(Kind kind, int from, int length) {
    }

    /** The runs of a line, in order; signs and blanks are in none. Takes anything. */
    public static List<Run> of(String line) {
        var runs = new ArrayList<Run>();
        boolean first = true;
        for (Word w : Word.of(line)) {
            Optional<Kind> kind = switch (w.kind()) {
                case COMMENT -> Optional.of(Kind.COMMENT);
                case STRING -> Optional.of(Kind.TEXT);
                case WRONG -> Optional.of(Kind.WRONG);
                case SIGN -> first ? Optional.of(Kind.KEYWORD) : Optional.empty();
                case WORD -> Optional.of(first && (Parser.STATEMENTS.containsKey(w.text()) || Helper.named(w.text()).isPresent()) || ExpressionParser.RESERVED.contains(w.text())
                        ? Kind.KEYWORD : w.isPattern() && w.text().length() % 2 == 0 || w.isDecimal() ? Kind.BYTES : Kind.NAME);
            };
            kind.ifPresent(k -> runs.add(new Run(k, w.from(), w.to() - w.from())));
            first = false;
        }
        return runs;
    }
}
