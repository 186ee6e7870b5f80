// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.HexFormat;

/** Hexadecimal text as card people write it: upper case, no separators; blanks and colons are accepted when reading. */
public final class Hex {

    private static final HexFormat UPPER = HexFormat.of().withUpperCase();

    private Hex() {
    }

    /** The bytes as upper-case hexadecimal digits. */
    public static String of(byte... bytes) {
        return UPPER.formatHex(bytes);
    }

    /** One byte as two digits. */
    public static String of(int unsignedByte) {
        return UPPER.toHexDigits((byte) unsignedByte);
    }

    /**
     * Reads hexadecimal digits; white space, colons and dashes between them are skipped.
     *
     * @throws IllegalArgumentException if anything else is found or the number of digits is odd
     */
    public static byte[] parse(String text) {
        var digits = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c) && c != ':' && c != '-') {
                digits.append(c);
            }
        }
        return HexFormat.of().parseHex(digits);
    }
}
