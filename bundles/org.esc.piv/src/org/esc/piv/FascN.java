// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.Optional;
import org.esc.apdu.Words;

/**
 * A Federal Agency Smart Credential Number (TIG SCEPACS 2.3 §2.1): 40 characters of 4 bits and an odd parity bit, lowest bit first, 25 bytes.
 *
 * @param agency           agency code, 4 digits
 * @param system           system code, 4 digits
 * @param credential       credential number, 6 digits
 * @param series           credential series, 1 digit
 * @param issue            individual credential issue, 1 digit
 * @param person           person identifier, 10 digits
 * @param category         organisational category, 1 digit
 * @param organization     organisational identifier, 4 digits
 * @param association      person's association with the organisation, 1 digit
 */
public record FascN(String agency, String system, String credential, String series, String issue, String person, String category,
        String organization, String association) {

    private static final Words WORDS = Words.of(FascN.class);

    /** Length in bytes. */
    public static final int LENGTH = 25;

    private static final int CHARACTERS = 40;
    private static final char START = ';';
    private static final char SEPARATOR = '=';
    private static final char END = '?';
    private static final String CODE = "0123456789:;<=>?";

    /** Checks the number of digits. @throws IllegalArgumentException if a part has another number of digits */
    public FascN {
        int[] lengths = {4, 4, 6, 1, 1, 10, 1, 4, 1};
        String[] parts = {agency, system, credential, series, issue, person, category, organization, association};
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("[0-9]{" + lengths[i] + "}")) {
                throw new IllegalArgumentException(WORDS.say("part {0} of a FASC-N has {1} digits, not \"{2}\"", i + 1, lengths[i], parts[i]));
            }
        }
    }

    /**
     * Unpacks 25 bytes.
     *
     * @throws IllegalArgumentException with what is wrong: length, parity, a separator out of place, the check character
     */
    public static FascN parse(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(WORDS.say("a FASC-N has {0} bytes, not {1}", LENGTH, bytes.length));
        }
        var text = new StringBuilder();
        int check = 0;
        for (int i = 0; i < CHARACTERS; i++) {
            int value = 0;
            int ones = 0;
            for (int bit = 0; bit < 5; bit++) {
                int at = 5 * i + bit;
                int b = bytes[at / 8] >> 7 - at % 8 & 1;
                ones += b;
                value |= b << bit;
            }
            if (ones % 2 == 0) {
                throw new IllegalArgumentException(WORDS.say("the parity of character {0} of the FASC-N is wrong", i + 1));
            }
            check ^= value & 0x0F;
            text.append(CODE.charAt(value & 0x0F));
        }
        String t = text.toString();
        if (t.charAt(0) != START || t.charAt(38) != END || t.charAt(5) != SEPARATOR || t.charAt(10) != SEPARATOR
                || t.charAt(17) != SEPARATOR || t.charAt(19) != SEPARATOR || t.charAt(21) != SEPARATOR) {
            throw new IllegalArgumentException(WORDS.say("the FASC-N's sentinels or separators are out of place: {0}", t));
        }
        if (check != 0) {
            throw new IllegalArgumentException(WORDS.say("the check character of the FASC-N is wrong"));
        }
        return new FascN(t.substring(1, 5), t.substring(6, 10), t.substring(11, 17), t.substring(18, 19), t.substring(20, 21),
                t.substring(22, 32), t.substring(32, 33), t.substring(33, 37), t.substring(37, 38));
    }

    /** The number in 25 bytes, if they are one. */
    public static Optional<FascN> of(byte[] bytes) {
        try {
            return Optional.of(parse(bytes));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Packs it into 25 bytes. */
    public byte[] encoded() {
        String t = START + agency + SEPARATOR + system + SEPARATOR + credential + SEPARATOR + series + SEPARATOR + issue + SEPARATOR + person
                + category + organization + association + END;
        int check = 0;
        for (int i = 0; i < t.length(); i++) {
            check ^= CODE.indexOf(t.charAt(i));
        }
        t += CODE.charAt(check);
        byte[] b = new byte[LENGTH];
        for (int i = 0; i < CHARACTERS; i++) {
            int value = CODE.indexOf(t.charAt(i));
            if (Integer.bitCount(value) % 2 == 0) {
                value |= 0x10;
            }
            for (int bit = 0; bit < 5; bit++) {
                int at = 5 * i + bit;
                b[at / 8] |= (byte) ((value >> bit & 1) << 7 - at % 8);
            }
        }
        return b;
    }

    /** Agency, system, credential, series and issue, as they identify a card: "1341-0001-987654-1-1". */
    public String card() {
        return String.join("-", agency, system, credential, series, issue);
    }

    /** The association in words. */
    public String associationText() {
        return switch (association) {
            case "1" -> WORDS.say("employee");
            case "2" -> WORDS.say("civil");
            case "3" -> WORDS.say("executive staff");
            case "4" -> WORDS.say("uniformed service");
            case "5" -> WORDS.say("contractor");
            case "6" -> WORDS.say("organisational affiliate");
            case "7" -> WORDS.say("organisational beneficiary");
            default -> association;
        };
    }

    /** The organisational category in words. */
    public String categoryText() {
        return switch (category) {
            case "1" -> WORDS.say("federal government agency");
            case "2" -> WORDS.say("state government agency");
            case "3" -> WORDS.say("commercial enterprise");
            case "4" -> WORDS.say("foreign government");
            default -> category;
        };
    }
}
