// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/**
 * The two status bytes SW1 SW2 that end every response APDU (ISO/IEC 7816-4 §5.6).
 *
 * @param value SW1 in bits 15–8, SW2 in bits 7–0
 */
public record StatusWord(int value) {

    private static final Words WORDS = Words.of(StatusWord.class);

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
            case 0x9000 -> WORDS.say("done");
            case 0x6200 -> WORDS.say("warning, no information");
            case 0x6281 -> WORDS.say("part of the data may be corrupted");
            case 0x6282 -> WORDS.say("end of file reached early");
            case 0x6283 -> WORDS.say("selected file or application is blocked");
            case 0x6285 -> WORDS.say("selected file is terminated");
            case 0x6300 -> WORDS.say("authentication failed");
            case 0x6310 -> WORDS.say("more data available");
            case 0x6400 -> WORDS.say("execution error, nothing changed");
            case 0x6581 -> WORDS.say("memory failure");
            case 0x6700 -> WORDS.say("wrong length");
            case 0x6881 -> WORDS.say("logical channel not supported");
            case 0x6882 -> WORDS.say("secure messaging not supported");
            case 0x6982 -> WORDS.say("security condition not satisfied");
            case 0x6983 -> WORDS.say("authentication method blocked");
            case 0x6984 -> WORDS.say("reference data not usable");
            case 0x6985 -> WORDS.say("conditions of use not satisfied");
            case 0x6986 -> WORDS.say("command not allowed");
            case 0x6987 -> WORDS.say("secure messaging data missing");
            case 0x6988 -> WORDS.say("secure messaging data wrong");
            case 0x6A80 -> WORDS.say("wrong data");
            case 0x6A81 -> WORDS.say("function not supported");
            case 0x6A82 -> WORDS.say("file or application not found");
            case 0x6A83 -> WORDS.say("record not found");
            case 0x6A84 -> WORDS.say("not enough memory");
            case 0x6A86 -> WORDS.say("wrong P1 or P2");
            case 0x6A88 -> WORDS.say("referenced data not found");
            case 0x6A89 -> WORDS.say("file already exists");
            case 0x6D00 -> WORDS.say("instruction not supported");
            case 0x6E00 -> WORDS.say("class not supported");
            case 0x6F00 -> WORDS.say("no precise diagnosis");
            default -> switch (sw1()) {
                case 0x61 -> sw2() == 0 ? WORDS.say("256 or more bytes wait") : WORDS.say("{0} more bytes wait", sw2());
                case 0x62 -> WORDS.say("warning, nothing changed");
                case 0x63 -> triesLeft() >= 0 ? WORDS.say("wrong, {0} tries left", triesLeft()) : WORDS.say("warning, something changed");
                case 0x6C -> WORDS.say("wrong Le, {0} bytes are there", sw2() == 0 ? 256 : sw2());
                case 0x69 -> WORDS.say("command not allowed");
                case 0x6A -> WORDS.say("wrong parameters");
                case 0x6B -> WORDS.say("wrong P1 or P2");
                default -> WORDS.say("status {0}", this);
            };
        };
    }

    @Override
    public String toString() {
        return String.format("%04X", value);
    }
}
