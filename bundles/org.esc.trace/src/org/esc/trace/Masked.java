// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Arrays;
import org.esc.apdu.Hex;

/**
 * Bytes of which some were secret: those are gone (zero here), only their places are known. Immutable.
 */
public final class Masked {

    private static final int[] OPEN = {};
    private static final Masked NONE = new Masked(new byte[0], OPEN);

    private final byte[] bytes;
    /** Begin (inclusive) and end (exclusive) of each hidden part, rising, not touching. */
    private final int[] hidden;

    private Masked(byte[] bytes, int[] hidden) {
        this.bytes = bytes;
        this.hidden = hidden;
    }

    /** No bytes. */
    public static Masked none() {
        return NONE;
    }

    /** A copy of bytes none of which is secret. */
    public static Masked open(byte... source) {
        return source.length == 0 ? NONE : new Masked(source.clone(), OPEN);
    }

    /** A copy of {@code source} without the bytes {@code from} (inclusive) to {@code to} (exclusive), which are clipped to its length. */
    public static Masked of(byte[] source, int from, int to) {
        int a = Math.clamp(from, 0, source.length);
        int b = Math.clamp(to, a, source.length);
        if (a == b) {
            return open(source);
        }
        byte[] rest = new byte[source.length];
        System.arraycopy(source, 0, rest, 0, a);
        System.arraycopy(source, b, rest, b, source.length - b);
        return wrap(rest, new int[] {a, b});
    }

    /**
     * A copy of {@code source} without its hidden parts.
     *
     * @param parts begin (inclusive) and end (exclusive) of each, as {@link #hiddenParts} gives them
     * @throws IllegalArgumentException if they do not rise, touch, are empty or lie outside
     */
    public static Masked of(byte[] source, int[] parts) {
        if (parts.length == 0) {
            return open(source);
        }
        byte[] copy = source.clone();
        int end = -1;
        for (int i = 0; i < parts.length; i += 2) {
            if (i + 1 == parts.length || parts[i] <= end || parts[i] < 0 || parts[i + 1] <= parts[i] || parts[i + 1] > copy.length) {
                throw new IllegalArgumentException("No hidden parts of " + copy.length + " bytes: " + Arrays.toString(parts));
            }
            end = parts[i + 1];
            Arrays.fill(copy, parts[i], end, (byte) 0);
        }
        return new Masked(copy, parts.clone());
    }

    /**
     * Reads what {@link #toString} writes; blanks between bytes do not matter.
     *
     * @throws IllegalArgumentException if there is something else than hexadecimal digits in pairs and {@code **}
     */
    public static Masked parse(CharSequence text) {
        byte[] bytes = new byte[text.length() / 2];
        int[] parts = new int[8];
        int ends = 0;
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ') {
                continue;
            }
            char d = ++i < text.length() ? text.charAt(i) : ' ';
            if (c == '*' && d == '*') {
                if (ends > 0 && parts[ends - 1] == n) {
                    parts[ends - 1] = ++n;
                } else {
                    parts = ends == parts.length ? Arrays.copyOf(parts, 2 * ends) : parts;
                    parts[ends++] = n;
                    parts[ends++] = ++n;
                }
                continue;
            }
            int high = c < 128 ? Character.digit(c, 16) : -1;
            int low = d < 128 ? Character.digit(d, 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("No byte in hexadecimal digits at " + (i - 1));
            }
            bytes[n++] = (byte) (high << 4 | low);
        }
        return wrap(Arrays.copyOf(bytes, n), Arrays.copyOf(parts, ends));
    }

    /**
     * Takes over arrays that nobody else has.
     *
     * @param bytes  zero where they are hidden
     * @param hidden begin (inclusive) and end (exclusive) of each hidden part, rising, not touching, within {@code bytes}
     */
    static Masked wrap(byte[] bytes, int[] hidden) {
        return bytes.length == 0 ? NONE : new Masked(bytes, hidden.length == 0 ? OPEN : hidden);
    }

    /** The bytes themselves, which nobody changes; hidden ones are zero. */
    byte[] array() {
        return bytes;
    }

    /** See {@link #hiddenParts}; nobody changes it. */
    int[] parts() {
        return hidden;
    }

    /** The same without the bytes {@code from} (inclusive) to {@code to} (exclusive), which are clipped to the length. */
    public Masked hide(int from, int to) {
        int a = Math.clamp(from, 0, bytes.length);
        int b = Math.clamp(to, a, bytes.length);
        if (a == b || isHidden(a, b)) {
            return this;
        }
        byte[] copy = bytes.clone();
        Arrays.fill(copy, a, b, (byte) 0);
        int[] parts = new int[hidden.length + 2];
        int n = 0;
        boolean placed = false;
        for (int i = 0; i < hidden.length; i += 2) {
            if (hidden[i + 1] < a) {
                parts[n++] = hidden[i];
                parts[n++] = hidden[i + 1];
            } else if (hidden[i] > b) {
                if (!placed) {
                    parts[n++] = a;
                    parts[n++] = b;
                    placed = true;
                }
                parts[n++] = hidden[i];
                parts[n++] = hidden[i + 1];
            } else {
                a = Math.min(a, hidden[i]);
                b = Math.max(b, hidden[i + 1]);
            }
        }
        if (!placed) {
            parts[n++] = a;
            parts[n++] = b;
        }
        return new Masked(copy, Arrays.copyOf(parts, n));
    }

    /** These bytes and others behind them. */
    public Masked join(Masked next) {
        if (length() == 0 || next.length() == 0) {
            return length() == 0 ? next : this;
        }
        byte[] all = Arrays.copyOf(bytes, bytes.length + next.bytes.length);
        System.arraycopy(next.bytes, 0, all, bytes.length, next.bytes.length);
        int[] parts = Arrays.copyOf(hidden, hidden.length + next.hidden.length);
        for (int i = 0; i < next.hidden.length; i++) {
            parts[hidden.length + i] = next.hidden[i] + bytes.length;
        }
        if (hidden.length > 0 && next.hidden.length > 0 && parts[hidden.length - 1] == parts[hidden.length]) {
            // two that touch are one
            System.arraycopy(parts, hidden.length + 1, parts, hidden.length - 1, next.hidden.length - 1);
            parts = Arrays.copyOf(parts, parts.length - 2);
        }
        return new Masked(all, parts);
    }

    /** Number of bytes, the hidden ones included. */
    public int length() {
        return bytes.length;
    }

    /** The byte at an index, 0–255; a hidden one is zero. */
    public int at(int index) {
        return bytes[index] & 0xFF;
    }

    /** A copy of the bytes; hidden ones are zero. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** A part of them. @throws IndexOutOfBoundsException if there is no such part */
    public Masked part(int from, int to) {
        if (from < 0 || to < from || to > bytes.length) {
            throw new IndexOutOfBoundsException(from + " to " + to + " of " + bytes.length);
        }
        int[] parts = new int[hidden.length];
        int n = 0;
        for (int i = 0; i < hidden.length; i += 2) {
            int a = Math.max(hidden[i], from) - from;
            int b = Math.min(hidden[i + 1], to) - from;
            if (a < b) {
                parts[n++] = a;
                parts[n++] = b;
            }
        }
        return wrap(Arrays.copyOfRange(bytes, from, to), Arrays.copyOf(parts, n));
    }

    /** Begin (inclusive) and end (exclusive) of each hidden part in turn, rising; a copy. */
    public int[] hiddenParts() {
        return hidden.clone();
    }

    /** True if the byte at an index was secret. */
    public boolean isHidden(int index) {
        return isHidden(index, index + 1);
    }

    private boolean isHidden(int from, int to) {
        for (int i = 0; i < hidden.length; i += 2) {
            if (hidden[i] <= from && to <= hidden[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** True if any byte of those from an index (inclusive) to another (exclusive) was secret. */
    public boolean hidesAny(int from, int to) {
        for (int i = 0; i < hidden.length; i += 2) {
            if (hidden[i] < to && from < hidden[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** True if any byte was secret. */
    public boolean hasHidden() {
        return hidden.length > 0;
    }

    /** True if both have the same bytes and hide the same ones. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Masked m && Arrays.equals(bytes, m.bytes) && Arrays.equals(hidden, m.hidden);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bytes) + Arrays.hashCode(hidden);
    }

    /** Two characters per byte, hexadecimal digits or {@code **}, without blanks. */
    @Override
    public String toString() {
        var s = new StringBuilder(2 * bytes.length);
        int part = 0;
        for (int i = 0; i < bytes.length; i++) {
            while (part < hidden.length && i >= hidden[part + 1]) {
                part += 2;
            }
            s.append(part < hidden.length && i >= hidden[part] ? "**" : Hex.of(bytes[i] & 0xFF));
        }
        return s.toString();
    }
}
