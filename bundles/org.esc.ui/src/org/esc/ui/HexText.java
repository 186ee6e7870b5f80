// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import org.esc.apdu.Hex;

/**
 * Bytes as text: a line for each 16, with their offset, in hexadecimal digits and as characters; and which character stands for which byte. Immutable.
 */
public final class HexText {

    private static final int PER_LINE = 16;
    private static final int HEX = 6;
    private static final int CHARACTERS = HEX + 3 * PER_LINE + 1;
    private static final int LINE = CHARACTERS + PER_LINE + 1;

    private final byte[] bytes;
    private final IntPredicate hidden;

    /**
     * A run of characters in the text.
     *
     * @param start  of the first
     * @param length how many
     */
    public record Run(int start, int length) {
    }

    /** Bytes that may all be shown. */
    public HexText(byte... bytes) {
        this(bytes, _ -> false);
    }

    /** Bytes of which those at some offsets are shown as {@code **}. */
    public HexText(byte[] bytes, IntPredicate hidden) {
        this.bytes = bytes.clone();
        this.hidden = hidden;
    }

    /** The whole text. */
    public String text() {
        var b = new StringBuilder();
        for (int i = 0; i < bytes.length; i += PER_LINE) {
            var hex = new StringBuilder();
            var characters = new StringBuilder();
            for (int j = 0; j < PER_LINE; j++) {
                if (i + j < bytes.length) {
                    int c = bytes[i + j] & 0xFF;
                    boolean secret = hidden.test(i + j);
                    hex.append(secret ? "**" : Hex.of(c)).append(' ');
                    characters.append(secret ? '*' : c >= 0x20 && c < 0x7F ? (char) c : '.');
                } else {
                    hex.append("   ");
                    characters.append(' ');
                }
            }
            b.append(i == 0 ? "" : "\n").append("%04X  ".formatted(i)).append(hex).append(' ').append(characters);
        }
        return b.toString();
    }

    /** Where bytes stand in the text, in both of its halves. */
    public List<Run> runs(int offset, int length) {
        var runs = new ArrayList<Run>();
        int end = Math.min(bytes.length, offset + length);
        for (int i = Math.max(0, offset); i < end;) {
            int line = i / PER_LINE;
            int last = Math.min(end, (line + 1) * PER_LINE);
            int from = i % PER_LINE;
            runs.add(new Run(line * LINE + HEX + 3 * from, 3 * (last - i) - 1));
            runs.add(new Run(line * LINE + CHARACTERS + from, last - i));
            i = last;
        }
        return runs;
    }

    /** The byte that a character of the text stands for, if it stands for one. */
    public OptionalInt byteAt(int position) {
        int column = position % LINE;
        int in = column >= CHARACTERS ? column - CHARACTERS : column >= HEX ? (column - HEX) / 3 : -1;
        int i = position / LINE * PER_LINE + in;
        return in < 0 || in >= PER_LINE || i >= bytes.length ? OptionalInt.empty() : OptionalInt.of(i);
    }
}
