// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;
import org.esc.trace.Masked;

/** Bytes as people and programs write them. */
final class HexText {

    private static final Words WORDS = Words.of(HexText.class);

    private HexText() {
    }

    /** {@link #bytes(String, int, int)} to the end of the line. */
    static Masked bytes(String line, int from) throws Unreadable {
        return bytes(line, from, line.length());
    }

    /**
     * Reads pairs of hexadecimal digits in either case, and {@code **} for bytes that were secret. Between them may be blanks, colons,
     * dashes, commas, semicolons and {@code 0x}; a digit alone between blanks is a byte, too.
     *
     * @throws Unreadable at the first character that is something else, or a digit without its pair
     */
    static Masked bytes(String line, int from, int to) throws Unreadable {
        byte[] bytes = new byte[(to - from + 1) / 2 + 1];
        int[] hidden = {};
        int parts = 0;
        int n = 0;
        for (int i = from; i < to; i++) {
            char c = line.charAt(i);
            if (isBetween(c)) {
                continue;
            }
            char d = i + 1 < to ? line.charAt(i + 1) : ' ';
            if (c == '*' && d == '*') {
                if (parts > 0 && hidden[parts - 1] == n) {
                    hidden[parts - 1] = n + 1;
                } else {
                    hidden = parts + 2 > hidden.length ? Arrays.copyOf(hidden, Math.max(8, 2 * parts)) : hidden;
                    hidden[parts++] = n;
                    hidden[parts++] = n + 1;
                }
                n++;
                i++;
                continue;
            }
            if (c == '0' && (d == 'x' || d == 'X')) {
                i++;
                continue;
            }
            int high = digit(c);
            if (high < 0) {
                throw new Unreadable(i + 1, WORDS.say("'{0}' is no hexadecimal digit", shown(c)));
            }
            int low = digit(d);
            boolean alone = low < 0 && isBetween(d) && i > from && i + 1 < to && !isDigit(line, i - 1);
            if (low < 0 && !alone) {
                throw new Unreadable(i + 1, WORDS.say("half a byte"));
            }
            bytes[n++] = (byte) (alone ? high : high << 4 | low);
            i += alone ? 0 : 1;
        }
        return Masked.of(Arrays.copyOf(bytes, n), Arrays.copyOf(hidden, parts));
    }

    /** The ATR that text tells; empty if it tells none. */
    static Optional<Atr> atr(String text) {
        try {
            Masked m = bytes(text.strip(), 0);
            return m.length() < 2 || m.length() > 33 ? Optional.empty() : Optional.of(Atr.of(m.bytes()));
        } catch (Unreadable _) {
            return Optional.empty();
        }
    }

    /** Pairs with a blank between them. */
    static String spaced(Masked m) {
        String s = m.toString();
        var out = new StringBuilder(s.length() * 3 / 2);
        for (int i = 0; i < s.length(); i += 2) {
            out.append(i > 0 ? " " : "").append(s, i, i + 2);
        }
        return out.toString();
    }

    /** Where hexadecimal digits and what may be between them end, from an index. */
    static int end(String line, int from) {
        int i = from;
        while (i < line.length() && (line.charAt(i) == ' ' || digit(line.charAt(i)) >= 0)) {
            i++;
        }
        return i;
    }

    static int digit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static boolean isDigit(String line, int i) {
        return digit(line.charAt(i)) >= 0;
    }

    private static boolean isBetween(char c) {
        return c == ' ' || c == '\t' || c == ':' || c == '-' || c == ',' || c == ';';
    }

    private static String shown(char c) {
        return Character.isISOControl(c) || c == 0xFFFD ? String.format("\\u%04X", (int) c) : String.valueOf(c);
    }
}
