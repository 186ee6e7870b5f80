// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.esc.apdu.Words;

/**
 * The preferences in a file of the original Enterprise Security Client, {@code esc-prefs.js} or a profile's {@code prefs.js}: lines like {@code
 * user_pref("esc.tps.url", "https://…");}, with comments between. Whatever else is in the file is reported by its line and left alone.
 *
 * @param all      in the order of the file; of one that is set twice the last
 * @param problems a sentence for each line that is none of these
 */
public record FormerPreferences(List<Preference> all, List<String> problems) {

    private static final Words WORDS = Words.of(FormerPreferences.class);

    private static final Set<String> FUNCTIONS = Set.of("user_pref", "pref", "defaultPref", "lockPref", "sticky_pref");
    private static final int MOST_PROBLEMS = 20;

    public FormerPreferences {
        all = List.copyOf(all);
        problems = List.copyOf(problems);
    }

    /**
     * One preference.
     *
     * @param name   as it is written
     * @param value  text, number or truth value, as text
     * @param locked true if nobody was to change it
     * @param line   where it is
     */
    public record Preference(String name, String value, boolean locked, int line) {
    }

    /** Reads the text of such a file. */
    public static FormerPreferences parse(String text) {
        return new Reader(text).read();
    }

    /** A line that is none of a preference. */
    private static final class Bad extends Exception {

        private static final long serialVersionUID = 1L;

        Bad(String why) {
            super(why, null, false, false);
        }
    }

    private static final class Reader {

        private final String text;
        private final Map<String, Preference> all = new LinkedHashMap<>();
        private final List<String> problems = new ArrayList<>();
        private int at;
        private int counted;
        private int lines = 1;

        Reader(String text) {
            this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        }

        FormerPreferences read() {
            while (true) {
                skip();
                if (at >= text.length()) {
                    return new FormerPreferences(List.copyOf(all.values()), problems);
                }
                int start = at;
                int line = line(start);
                try {
                    Preference p = preference(line);
                    all.remove(p.name());
                    all.put(p.name(), p);
                } catch (Bad e) {
                    if (problems.size() < MOST_PROBLEMS) {
                        problems.add(WORDS.say("Line {0}: {1}.", line, e.getMessage()));
                    }
                    // the rest of the line at which it began tells nothing
                    at = start;
                    int end = text.indexOf('\n', at);
                    at = end < 0 ? text.length() : end + 1;
                }
            }
        }

        /** The number of the line at a position that is not before the one asked for last. */
        private int line(int position) {
            for (; counted < position; counted++) {
                if (text.charAt(counted) == '\n') {
                    lines++;
                }
            }
            return lines;
        }

        /** Passes blanks, semicolons and comments: {@code // …}, {@code # …} and those between a slash and a star. */
        private void skip() {
            while (at < text.length()) {
                char c = text.charAt(at);
                if (Character.isWhitespace(c) || c == ';') {
                    at++;
                } else if (c == '#' || text.startsWith("//", at)) {
                    int end = text.indexOf('\n', at);
                    at = end < 0 ? text.length() : end + 1;
                } else if (text.startsWith("/*", at)) {
                    int end = text.indexOf("*/", at + 2);
                    at = end < 0 ? text.length() : end + 2;
                } else {
                    return;
                }
            }
        }

        private Preference preference(int line) throws Bad {
            String function = word();
            if (!FUNCTIONS.contains(function)) {
                throw new Bad(WORDS.say("no preference"));
            }
            expect('(');
            skip();
            if (at >= text.length() || text.charAt(at) != '"' && text.charAt(at) != '\'') {
                throw new Bad(WORDS.say("no name of a preference"));
            }
            String name = string();
            expect(',');
            skip();
            String value = value();
            expect(')');
            return new Preference(name, value, function.equals("lockPref"), line);
        }

        private String word() {
            int start = at;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "_.+-".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return text.substring(start, at);
        }

        private void expect(char wanted) throws Bad {
            skip();
            if (at >= text.length() || text.charAt(at) != wanted) {
                throw new Bad(WORDS.say("\"{0}\" is missing", wanted));
            }
            at++;
        }

        private String value() throws Bad {
            if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
                return string();
            }
            String word = word();
            if (!word.matches("true|false|-?\\d{1,18}")) {
                throw new Bad(WORDS.say("a value is text in quotes, a number, true or false"));
            }
            return word;
        }

        private String string() throws Bad {
            char quote = text.charAt(at++);
            var s = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == quote) {
                    return s.toString();
                }
                if (c == '\n' || c == '\r') {
                    throw new Bad(WORDS.say("a text does not end"));
                }
                if (c != '\\') {
                    s.append(c);
                    continue;
                }
                if (at >= text.length()) {
                    break;
                }
                char e = text.charAt(at++);
                switch (e) {
                    case 'n' -> s.append('\n');
                    case 'r' -> s.append('\r');
                    case 't' -> s.append('\t');
                    case 'x' -> s.append(hex(2));
                    case 'u' -> s.append(hex(4));
                    default -> s.append(e);
                }
            }
            throw new Bad(WORDS.say("a text does not end"));
        }

        private char hex(int digits) throws Bad {
            if (at + digits > text.length() || !text.substring(at, at + digits).matches("[0-9A-Fa-f]+")) {
                throw new Bad(WORDS.say("a character is written in a way that is not known"));
            }
            char c = (char) Integer.parseInt(text.substring(at, at + digits), 16);
            at += digits;
            return c;
        }
    }
}
