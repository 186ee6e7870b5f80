// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;
import java.util.Locale;

/**
 * A card unique ID: 10 bytes of the CPLC (IC fabricator 2, IC type 2, IC batch 2, IC serial 4) that a token management system
 * knows a card by. Immutable; equal by value.
 */
public final class Cuid {

    private static final Words WORDS = Words.of(Cuid.class);

    /** Length in bytes. */
    public static final int LENGTH = 10;

    private final byte[] bytes;

    private Cuid(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(WORDS.say("A CUID has 10 bytes, not {0}", bytes.length));
        }
        this.bytes = bytes;
    }

    /** From its 10 bytes. */
    public static Cuid of(byte[] bytes) {
        return new Cuid(bytes.clone());
    }

    /** From 20 hexadecimal digits; dashes and blanks are skipped. */
    public static Cuid of(String hex) {
        return new Cuid(Hex.parse(hex));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The form people read: {@code 4090-6145-c762-2419-2d2b}. */
    public String display() {
        return toString().toLowerCase(Locale.ROOT).replaceAll("(.{4})(?!$)", "$1-");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cuid that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** 20 upper-case hexadecimal digits, as a TPS writes it. */
    @Override
    public String toString() {
        return Hex.of(bytes);
    }
}
