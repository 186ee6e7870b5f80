// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.nio.charset.StandardCharsets;

/**
 * Names of the data in a card's containers, as far as they are public: of the capabilities by GSC-IS 2.1, of the holder's by the tags of the Defense
 * Manpower Data Center's Common Access Card API (a tag means the same in each of them). What is said of a person's rank and pay is not among those.
 */
public final class Holder {

    private Holder() {
    }

    /** What a tag of a container means; empty if it is not known. */
    public static String name(int object, int tag) {
        return switch (object) {
            case 0x0200, 0x0201, 0x0202, 0x0203 -> switch (tag) {
                case 0x01 -> "First name";
                case 0x02 -> "Middle name";
                case 0x03 -> "Last name";
                case 0x04 -> "Cadency name";
                case 0x05 -> "Personal identifier";
                case 0x06 -> "Date of birth";
                case 0x07 -> "Sex";
                case 0x08 -> "Type of the personal identifier";
                case 0x11 -> "Blood type";
                case 0x12 -> "Exchange";
                case 0x13 -> "Commissary";
                case 0x14 -> "Morale, welfare and recreation";
                case 0x17 -> "DoD EDI person identifier";
                case 0x18 -> "Organ donor";
                case 0x1B -> "Benefits other than medical end on";
                case 0x1C -> "Direct care ends on";
                case 0x62 -> "Card issued on";
                case 0x63 -> "Card expires on";
                case 0x65 -> "Data loaded on";
                case 0x66 -> "Data expires on";
                case 0x67 -> "Card instance";
                default -> "";
            };
            case 0xDB00 -> switch (tag) {
                case 0xF0 -> "Card identifier";
                case 0xF1 -> "Container version";
                case 0xF2 -> "Grammar version";
                case 0xF3 -> "Container (CardURL)";
                case 0xF4 -> "PKCS #15";
                case 0xF5 -> "Data model";
                case 0xF6 -> "Access control rules";
                case 0xF7 -> "Card APDUs";
                case 0xFA -> "Redirection";
                case 0xFB -> "Capability tuples";
                case 0xFC -> "Status tuples";
                case 0xFD -> "Next container";
                case 0xFE -> "Error codes";
                default -> "";
            };
            default -> switch (tag) {
                case 0x70 -> "Certificate";
                case 0x71 -> "Certificate information";
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
