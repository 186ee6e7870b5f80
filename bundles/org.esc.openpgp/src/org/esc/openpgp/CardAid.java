// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * The application identifier, which tells version, manufacturer and serial number (OpenPGP card 3.4.1 §4.2.1).
 *
 * @param version      major number in bits 15–8, minor in bits 7–0, each in BCD: 0304
 * @param manufacturer 16 bits, given out by the FSF Europe
 * @param serial       32 bits, read as eight hexadecimal digits
 */
public record CardAid(int version, int manufacturer, int serial) {

    private static final Words WORDS = Words.of(CardAid.class);

    /** RID of the FSF Europe and the number of the OpenPGP application: what one selects by. */
    public static final Aid PREFIX = Aid.of("D27600012401");
    /** Length of the whole in bytes. */
    public static final int LENGTH = 16;
    /** Version 3.4. */
    public static final int VERSION_3_4 = 0x0304;
    /** From here to FFFE serial numbers are taken by chance. */
    public static final int RANDOM_SERIALS = 0xFF00;

    /** Reads it. @throws IllegalArgumentException unless it is 16 bytes that begin with the prefix */
    public static CardAid parse(byte[] b) {
        if (b.length != LENGTH || !Aid.of(b).startsWith(PREFIX.bytes())) {
            throw new IllegalArgumentException(WORDS.say("The application identifier {0} is none of an OpenPGP card", Hex.of(b)));
        }
        return new CardAid((b[6] & 0xFF) << 8 | b[7] & 0xFF, (b[8] & 0xFF) << 8 | b[9] & 0xFF,
                (b[10] & 0xFF) << 24 | (b[11] & 0xFF) << 16 | (b[12] & 0xFF) << 8 | b[13] & 0xFF);
    }

    /** As an AID. */
    public Aid aid() {
        return Aid.of(PREFIX + "%04X%04X%08X0000".formatted(version, manufacturer, serial));
    }

    /** "3.4". */
    public String versionText() {
        return bcd(version >> 8) + "." + bcd(version & 0xFF);
    }

    private static String bcd(int b) {
        return (b >> 4) * 10 + (b & 0x0F) + "";
    }

    /** The serial number as it is printed on cards: "000012AB". */
    public String serialText() {
        return "%08X".formatted(serial);
    }

    /** The manufacturer's name, or its number if it is not known. */
    public String manufacturerText() {
        String name = switch (manufacturer) {
            case 0x0001 -> "PPC Card Systems";
            case 0x0002 -> "Prism";
            case 0x0003 -> "OpenFortress";
            case 0x0004 -> "Wewid";
            case 0x0005 -> "ZeitControl";
            case 0x0006 -> "Yubico";
            case 0x0007 -> "OpenKMS";
            case 0x0008 -> "LogoEmail";
            case 0x0009 -> "Fidesmo";
            case 0x000A -> "VivoKey";
            case 0x000B -> "Feitian";
            case 0x000D -> "Dangerous Things";
            case 0x000E -> "Excelsecu";
            case 0x000F -> "Nitrokey";
            case 0x002A -> "Magrathea";
            case 0x0042 -> "GnuPG e.V.";
            case 0x1337 -> "Warsaw Hackerspace";
            case 0x2342 -> "warpzone";
            case 0x4354 -> "Confidential Technologies";
            case 0x5443 -> "TIF-IT";
            case 0x63AF -> "Trustica";
            case 0xBA53 -> "c-base";
            case 0xBD0E -> "Paranoidlabs";
            case 0xCA05 -> "Atos CardOS";
            case 0xF1D0 -> "CanoKeys";
            case 0xF517 -> "FSIJ";
            case 0xF5EC -> "F-Secure";
            case 0x0000, 0xFFFF -> WORDS.say("test card");
            default -> manufacturer >= RANDOM_SERIALS ? WORDS.say("none, the serial number was taken by chance") : "";
        };
        return name.isEmpty() ? "%04X".formatted(manufacturer) : name + " (%04X)".formatted(manufacturer);
    }
}
