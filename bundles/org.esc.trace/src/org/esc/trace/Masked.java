// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Arrays;
import org.esc.apdu.Hex;

/**
 * Bytes of which some were secret: those are gone (zero here), only their places are known. Immutable.
 */
public final class Masked {

    private static final Masked NONE = new Masked(new byte[0], new boolean[0]);

    private final byte[] bytes;
    private final boolean[] hidden;

    private Masked(byte[] bytes, boolean[] hidden) {
        this.bytes = bytes;
        this.hidden = hidden;
    }

    /** No bytes. */
    static Masked none() {
        return NONE;
    }

    /** A copy of {@code source} without the bytes {@code from} (inclusive) to {@code to} (exclusive), which are clipped to its length. */
    static Masked of(byte[] source, int from, int to) {
        byte[] copy = source.clone();
        boolean[] hidden = new boolean[copy.length];
        int a = Math.clamp(from, 0, copy.length);
        int b = Math.clamp(to, a, copy.length);
        Arrays.fill(copy, a, b, (byte) 0);
        Arrays.fill(hidden, a, b, true);
        return new Masked(copy, hidden);
    }

    /** Number of bytes, the hidden ones included. */
    public int length() {
        return bytes.length;
    }

    /** A copy of the bytes; hidden ones are zero. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** True if the byte at an index was secret. */
    public boolean isHidden(int index) {
        return hidden[index];
    }

    /** True if any byte was secret. */
    public boolean hasHidden() {
        for (boolean h : hidden) {
            if (h) {
                return true;
            }
        }
        return false;
    }

    /** Two characters per byte, hexadecimal digits or {@code **}, without blanks. */
    @Override
    public String toString() {
        var s = new StringBuilder(2 * bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            s.append(hidden[i] ? "**" : Hex.of(bytes[i] & 0xFF));
        }
        return s.toString();
    }
}
