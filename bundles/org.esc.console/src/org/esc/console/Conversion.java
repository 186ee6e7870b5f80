// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A script of another program in our language.
 *
 * @param name  stands for the file
 * @param lines in our language
 * @param lost  lines that could not be converted; in their place the script fails
 * @param notes what a person should know about lines that were
 */
public record Conversion(String name, List<Line> lines, List<Mistake> lost, List<String> notes) {

    /**
     * A line.
     *
     * @param number of the line it was made of, from 1
     * @param text   in our language
     */
    public record Line(int number, String text) {
    }

    /** Copies the lists. */
    public Conversion {
        lines = List.copyOf(lines);
        lost = List.copyOf(lost);
        notes = List.copyOf(notes);
    }

    /** All lines. */
    public String text() {
        return lines.stream().map(l -> l.text() + "\n").collect(Collectors.joining());
    }

    /** Puts a conversion together. */
    static final class Builder {

        private final String name;
        private final List<Line> lines = new ArrayList<>();
        private final List<Mistake> lost = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private int number = 1;

        Builder(String name) {
            this.name = name;
        }

        /** From here on about this line. */
        void at(int newNumber) {
            number = newNumber;
        }

        void add(String text) {
            lines.add(new Line(number, text));
        }

        /** Keeps what stands there as a comment. */
        void comment(String text) {
            add(text.isBlank() ? "" : "# " + text.strip());
        }

        void note(String words) {
            notes.add(new Place(name, number, 1) + ": " + words);
        }

        /** The line cannot be converted. @param shown what stands there, without secrets */
        void lost(String shown, String why, String fix) {
            var m = new Mistake(new Place(name, number, 1), shown.length(), why, fix);
            lost.add(m);
            comment(shown);
            add("fail \"" + (m.place() + ": " + why + (fix.isEmpty() ? "" : " " + fix)).replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        }

        Conversion done() {
            return new Conversion(name, lines, lost, notes);
        }
    }
}
