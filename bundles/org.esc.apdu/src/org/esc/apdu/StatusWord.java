// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/**
 * The two status bytes SW1 SW2 that end every response APDU (ISO/IEC 7816-4 §5.6).
 *
 * @param value SW1 in bits 15–8, SW2 in bits 7–0
 */
public record StatusWord(int value) {

    /** Normal end, {@code 9000}. */
    public static final StatusWord OK = new StatusWord(0x9000);

    public StatusWord {
        if ((value & ~0xFFFF) != 0) {
            throw new IllegalArgumentException("A status word has 16 bits: " + Integer.toHexString(value));
        }
    }

    /** SW1, 0–255. */
    public int sw1() {
        return value >> 8;
    }

    /** SW2, 0–255. */
    public int sw2() {
        return value & 0xFF;
    }

    /** True for {@code 9000} and for {@code 61xx}, which says that the answer is good and more bytes wait. */
    public boolean isSuccess() {
        return value == 0x9000 || sw1() == 0x61;
    }

    /** Tries left when this is a {@code 63Cx} answer to a verification, else -1. */
    public int triesLeft() {
        return (value & 0xFFF0) == 0x63C0 ? value & 0x0F : -1;
    }

    /** What the word means in a few plain words, by ISO/IEC 7816-4 and GlobalPlatform; applets may add their own. */
    public String meaning() {
        return switch (value) {
            case 0x9000 -> "done";
            case 0x6200 -> "warning, no information";
            case 0x6281 -> "part of the data may be corrupted";
            case 0x6282 -> "end of file reached early";
            case 0x6283 -> "selected file or application is blocked";
            case 0x6285 -> "selected file is terminated";
            case 0x6300 -> "authentication failed";
            case 0x6310 -> "more data available";
            case 0x6400 -> "execution error, nothing changed";
            case 0x6581 -> "memory failure";
            case 0x6700 -> "wrong length";
            case 0x6881 -> "logical channel not supported";
            case 0x6882 -> "secure messaging not supported";
            case 0x6982 -> "security condition not satisfied";
            case 0x6983 -> "authentication method blocked";
            case 0x6984 -> "reference data not usable";
            case 0x6985 -> "conditions of use not satisfied";
            case 0x6986 -> "command not allowed";
            case 0x6987 -> "secure messaging data missing";
            case 0x6988 -> "secure messaging data wrong";
            case 0x6A80 -> "wrong data";
            case 0x6A81 -> "function not supported";
            case 0x6A82 -> "file or application not found";
            case 0x6A83 -> "record not found";
            case 0x6A84 -> "not enough memory";
            case 0x6A86 -> "wrong P1 or P2";
            case 0x6A88 -> "referenced data not found";
            case 0x6A89 -> "file already exists";
            case 0x6D00 -> "instruction not supported";
            case 0x6E00 -> "class not supported";
            case 0x6F00 -> "no precise diagnosis";
            default -> switch (sw1()) {
                case 0x61 -> sw2() == 0 ? "256 or more bytes wait" : sw2() + " more bytes wait";
                case 0x62 -> "warning, nothing changed";
                case 0x63 -> triesLeft() >= 0 ? "wrong, " + triesLeft() + " tries left" : "warning, something changed";
                case 0x6C -> "wrong Le, " + (sw2() == 0 ? 256 : sw2()) + " bytes are there";
                case 0x69 -> "command not allowed";
                case 0x6A -> "wrong parameters";
                case 0x6B -> "wrong P1 or P2";
                default -> "status " + this;
            };
        };
    }

    @Override
    public String toString() {
        return String.format("%04X", value);
    }
}
