// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a line of a script.
 *
 * @param kind what it is
 * @param text as it stands there; of a string what is between the quotes
 * @param from index of its first character in the line
 * @param to   index behind its last one
 */
public record Word(Kind kind, String text, int from, int to) {

    /** Sorts of words. */
    public enum Kind {
        /** A name, a word of the language, or digits. */
        WORD,
        /** Characters between quotes. */
        STRING,
        /** A sign, or two that belong together. */
        SIGN,
        /** From {@code #} to the end of the line. */
        COMMENT,
        /** Something that belongs nowhere. */
        WRONG
    }

    private static final String[] SIGNS = {"...", "..", "==", "!=", "<=", ">=", ">!", "<", ">", "=", "(", ")", "[", "]", "+", "-", "*", "/", ",", "|", "."};

    /** The words of a line, comments included. Takes anything. */
    public static List<Word> of(String line) {
        var words = new ArrayList<Word>();
        int at = 0;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
                continue;
            }
            Word next = c == '#' ? new Word(Kind.COMMENT, line.substring(at), at, line.length())
                    : c == '"' ? string(line, at) : isPart(c) ? word(line, at) : sign(line, at);
            words.add(next);
            at = next.to;
        }
        return words;
    }

    private static boolean isPart(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '?';
    }

    /** A dash belongs to a word if a letter stands on both sides: {@code get-data}, but not {@code n-1}. */
    private static Word word(String line, int from) {
        int at = from;
        while (at < line.length() && (isPart(line.charAt(at)) || line.charAt(at) == '-' && at + 1 < line.length() && Character.isLetter(line.charAt(at - 1))
                && isPart(line.charAt(at + 1)) && Character.isLetter(line.charAt(at + 1)))) {
            at++;
        }
        return new Word(Kind.WORD, line.substring(from, at), from, at);
    }

    private static Word string(String line, int from) {
        var text = new StringBuilder();
        for (int at = from + 1; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                return new Word(Kind.STRING, text.toString(), from, at + 1);
            }
            if (c == '\\' && at + 1 < line.length()) {
                c = line.charAt(++at);
            }
            text.append(c);
        }
        return new Word(Kind.WRONG, line.substring(from), from, line.length());
    }

    private static Word sign(String line, int from) {
        for (String s : SIGNS) {
            if (line.startsWith(s, from)) {
                return new Word(Kind.SIGN, s, from, from + s.length());
            }
        }
        int to = from + Character.charCount(line.codePointAt(from));
        return new Word(Kind.WRONG, line.substring(from, to), from, to);
    }

    boolean is(String expected) {
        return (kind == Kind.WORD || kind == Kind.SIGN) && text.equals(expected);
    }

    /** True if it consists of hexadecimal digits, however many. */
    boolean isHex() {
        return kind == Kind.WORD && text.chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    /** True if it consists of decimal digits. */
    boolean isDecimal() {
        return kind == Kind.WORD && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** True if it can stand in a pattern: hexadecimal digits, {@code x} and {@code ?}. */
    boolean isPattern() {
        return kind == Kind.WORD && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == 'x' || c == 'X' || c == '?');
    }
}
