// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.nio.charset.StandardCharsets;
import org.esc.apdu.Words;

/**
 * Names of the data in a card's containers, as far as they are public: of the capabilities by GSC-IS 2.1, of the holder's by the tags of the Defense
 * Manpower Data Center's Common Access Card API (a tag means the same in each of them). What is said of a person's rank and pay is not among those.
 */
public final class Holder {

    private static final Words WORDS = Words.of(Holder.class);

    private Holder() {
    }

    /** What a tag of a container means; empty if it is not known. */
    public static String name(int object, int tag) {
        return switch (object) {
            case 0x0200, 0x0201, 0x0202, 0x0203 -> switch (tag) {
                case 0x01 -> WORDS.say("First name");
                case 0x02 -> WORDS.say("Middle name");
                case 0x03 -> WORDS.say("Last name");
                case 0x04 -> WORDS.say("Cadency name");
                case 0x05 -> WORDS.say("Personal identifier");
                case 0x06 -> WORDS.say("Date of birth");
                case 0x07 -> WORDS.say("Sex");
                case 0x08 -> WORDS.say("Type of the personal identifier");
                case 0x11 -> WORDS.say("Blood type");
                case 0x12 -> WORDS.say("Exchange");
                case 0x13 -> WORDS.say("Commissary");
                case 0x14 -> WORDS.say("Morale, welfare and recreation");
                case 0x17 -> WORDS.say("DoD EDI person identifier");
                case 0x18 -> WORDS.say("Organ donor");
                case 0x1B -> WORDS.say("Benefits other than medical end on");
                case 0x1C -> WORDS.say("Direct care ends on");
                case 0x62 -> WORDS.say("Card issued on");
                case 0x63 -> WORDS.say("Card expires on");
                case 0x65 -> WORDS.say("Data loaded on");
                case 0x66 -> WORDS.say("Data expires on");
                case 0x67 -> WORDS.say("Card instance");
                default -> "";
            };
            case 0xDB00 -> switch (tag) {
                case 0xF0 -> WORDS.say("Card identifier");
                case 0xF1 -> WORDS.say("Container version");
                case 0xF2 -> WORDS.say("Grammar version");
                case 0xF3 -> WORDS.say("Container (CardURL)");
                case 0xF4 -> "PKCS #15";
                case 0xF5 -> WORDS.say("Data model");
                case 0xF6 -> WORDS.say("Access control rules");
                case 0xF7 -> WORDS.say("Card APDUs");
                case 0xFA -> WORDS.say("Redirection");
                case 0xFB -> WORDS.say("Capability tuples");
                case 0xFC -> WORDS.say("Status tuples");
                case 0xFD -> WORDS.say("Next container");
                case 0xFE -> WORDS.say("Error codes");
                default -> "";
            };
            default -> switch (tag) {
                case 0x70 -> WORDS.say("Certificate");
                case 0x71 -> WORDS.say("Certificate information");
                case 0x72 -> "MSCUID";
                default -> "";
            };
        };
    }

    /** A value as text, or empty if it is none. */
    public static String text(byte[] value) {
        String s = new String(value, StandardCharsets.US_ASCII).replaceAll("[\0 ]+$", "");
        return !s.isEmpty() && s.chars().allMatch(c -> c >= ' ' && c <= '~') ? s : "";
    }
}
