// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Optional;
import org.esc.trace.Masked;

/** Bytes of which some half-bytes may be anything. A hidden byte fits only where anything does. */
final class BytePattern {

    private final byte[] value;
    private final byte[] mask;

    private BytePattern(byte[] value, byte[] mask) {
        this.value = value;
        this.mask = mask;
    }

    /** These bytes. */
    static BytePattern of(byte[] bytes) {
        byte[] mask = new byte[bytes.length];
        java.util.Arrays.fill(mask, (byte) 0xFF);
        return new BytePattern(bytes.clone(), mask);
    }

    /** Hexadecimal digits in pairs, {@code x} or {@code *} for any; blanks, colons and dashes between pairs do not matter. Empty if it is anything else. */
    static Optional<BytePattern> parse(String text) {
        String t = text.startsWith("0x") && text.length() > 2 ? text.substring(2) : text;
        byte[] value = new byte[t.length() / 2 + 1];
        byte[] mask = new byte[value.length];
        int n = 0;
        for (int i = 0; i < t.length(); i++) {
            char c = t.charAt(i);
            if (n % 2 == 0 && (c == ' ' || c == ':' || c == '-')) {
                continue;
            }
            int shift = n % 2 == 0 ? 4 : 0;
            if (c != 'x' && c != 'X' && c != '*') {
                int d = c < 128 ? Character.digit(c, 16) : -1;
                if (d < 0) {
                    return Optional.empty();
                }
                value[n / 2] |= (byte) (d << shift);
                mask[n / 2] |= (byte) (0x0F << shift);
            }
            n++;
        }
        return n % 2 != 0 || n == 0 ? Optional.empty()
                : Optional.of(new BytePattern(java.util.Arrays.copyOf(value, n / 2), java.util.Arrays.copyOf(mask, n / 2)));
    }

    int length() {
        return value.length;
    }

    /** True if it asks for exact bytes. */
    boolean isExact() {
        for (byte m : mask) {
            if (m != (byte) 0xFF) {
                return false;
            }
        }
        return true;
    }

    /** Its bits, most significant first, for up to four bytes; anything is zero. */
    int number() {
        int n = 0;
        for (byte b : value) {
            n = n << 8 | b & 0xFF;
        }
        return n;
    }

    /** Which of the bits of {@link #number} count. */
    int numberMask() {
        int n = 0;
        for (byte b : mask) {
            n = n << 8 | b & 0xFF;
        }
        return n;
    }

    /** True if it fits the bytes at an index. */
    boolean fits(Masked m, int at) {
        if (at < 0 || at + value.length > m.length()) {
            return false;
        }
        for (int i = 0; i < value.length; i++) {
            if ((m.at(at + i) & mask[i] & 0xFF) != (value[i] & 0xFF)) {
                return false;
            }
        }
        if (m.hasHidden()) {
            for (int i = 0; i < value.length; i++) {
                if (mask[i] != 0 && m.isHidden(at + i)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** True if it fits all of the bytes. */
    boolean is(Masked m) {
        return m.length() == value.length && fits(m, 0);
    }

    /** True if it fits anywhere. */
    boolean in(Masked m) {
        for (int i = 0; i + value.length <= m.length(); i++) {
            if (fits(m, i)) {
                return true;
            }
        }
        return false;
    }
}
