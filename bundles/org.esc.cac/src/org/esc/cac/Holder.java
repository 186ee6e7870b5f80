// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.nio.charset.StandardCharsets;

/** Names of the data in the containers about the holder, as far as they are public (GSC-IS 2.1, data model of the DoD). */
public final class Holder {

    private Holder() {
    }

    /** What a tag of a container means; empty if it is not known. */
    public static String name(int object, int tag) {
        return switch (object) {
            case 0x0200 -> switch (tag) {
                case 0x01 -> "First name";
                case 0x02 -> "Middle name";
                case 0x03 -> "Last name";
                case 0x04 -> "Cadency name";
                case 0x05 -> "Personal identifier";
                case 0x06 -> "Date of birth";
                case 0x07 -> "Sex";
                case 0x08 -> "Type of the personal identifier";
                case 0x11 -> "Blood type";
                case 0x17 -> "DoD EDI person identifier";
                case 0x18 -> "Organ donor";
                case 0x62 -> "Card issued on";
                case 0x63 -> "Card expires on";
                case 0x65 -> "Data loaded on";
                case 0x66 -> "Data expires on";
                case 0x67 -> "Card instance";
                default -> "";
            };
            case 0x0201 -> switch (tag) {
                case 0x19 -> "Contractor function";
                case 0x20 -> "Agency";
                case 0x24 -> "Branch of service";
                case 0x25 -> "Pay grade";
                case 0x26 -> "Rank";
                case 0x34 -> "Personnel category";
                case 0x35 -> "Non-US agency";
                case 0x36 -> "Pay plan";
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
