// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;

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
            Kind kind = switch (w.kind()) {
                case COMMENT -> Kind.COMMENT;
                case STRING -> Kind.TEXT;
                case WRONG -> Kind.WRONG;
                case SIGN -> first ? Kind.KEYWORD : null;
                case WORD -> first && (Parser.STATEMENTS.containsKey(w.text()) || Helper.named(w.text()).isPresent()) || ExpressionParser.RESERVED.contains(w.text())
                        ? Kind.KEYWORD : w.isPattern() && w.text().length() % 2 == 0 || w.isDecimal() ? Kind.BYTES : Kind.NAME;
            };
            if (kind != null) {
                runs.add(new Run(kind, w.from(), w.to() - w.from()));
            }
            first = false;
        }
        return runs;
    }
}
