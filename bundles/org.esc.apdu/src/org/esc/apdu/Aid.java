// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;

/** An application identifier, 5 to 16 bytes (ISO/IEC 7816-4 §12.2.3). Immutable; equal by value. */
public final class Aid implements Comparable<Aid> {

    private static final Words WORDS = Words.of(Aid.class);

    private final byte[] bytes;

    private Aid(byte[] bytes) {
        if (bytes.length < 5 || bytes.length > 16) {
            throw new IllegalArgumentException(WORDS.say("An AID has 5 to 16 bytes, not {0}", bytes.length));
        }
        this.bytes = bytes;
    }

    /** From its bytes. @throws IllegalArgumentException unless there are 5 to 16 */
    public static Aid of(byte[] bytes) {
        return new Aid(bytes.clone());
    }

    /** From hexadecimal text. @throws IllegalArgumentException if the text is not 5 to 16 bytes of hex */
    public static Aid of(String hex) {
        return new Aid(Hex.parse(hex));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Number of bytes, 5–16. */
    public int length() {
        return bytes.length;
    }

    /** True if this AID begins with all bytes of {@code prefix} (partial selection). */
    public boolean startsWith(byte[] prefix) {
        return prefix.length <= bytes.length && Arrays.equals(prefix, Arrays.copyOf(bytes, prefix.length));
    }

    @Override
    public int compareTo(Aid other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Aid that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Hex.of(bytes);
    }
}
