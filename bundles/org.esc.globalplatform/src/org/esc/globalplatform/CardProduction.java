// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Atr;
import org.esc.apdu.Cplc;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * A card's production data (CPLC) in words, and what is known of its chip.
 *
 * @param fields all fields in their order
 * @param chip   maker and chip, as far as recognised; may be empty
 */
public record CardProduction(List<Field> fields, String chip) {

    private static final Words WORDS = Words.of(CardProduction.class);

    /**
     * A field of the production data.
     *
     * @param name  what it is
     * @param value hexadecimal text
     * @param words a date, or a maker's name; empty where nothing is known
     */
    public record Field(String name, String value, String words) {

        /** What it is, in the person's language. */
        public String label() {
            return switch (name) {
                case "IC fabricator" -> WORDS.say("IC fabricator");
                case "IC type" -> WORDS.say("IC type");
                case "operating system" -> WORDS.say("operating system");
                case "operating system release date" -> WORDS.say("operating system release date");
                case "operating system release level" -> WORDS.say("operating system release level");
                case "IC fabrication date" -> WORDS.say("IC fabrication date");
                case "IC serial number" -> WORDS.say("IC serial number");
                case "IC batch" -> WORDS.say("IC batch");
                case "IC module fabricator" -> WORDS.say("IC module fabricator");
                case "IC module packaging date" -> WORDS.say("IC module packaging date");
                case "card manufacturer" -> WORDS.say("card manufacturer");
                case "IC embedding date" -> WORDS.say("IC embedding date");
                case "pre-personalizer" -> WORDS.say("pre-personalizer");
                case "pre-personalization date" -> WORDS.say("pre-personalization date");
                case "pre-personalization equipment" -> WORDS.say("pre-personalization equipment");
                case "personalizer" -> WORDS.say("personalizer");
                case "personalization date" -> WORDS.say("personalization date");
                case "personalization equipment" -> WORDS.say("personalization equipment");
                default -> name;
            };
        }
    }

    private record Place(String name, int offset, int length, boolean date) {
    }

    private static final List<Place> PLACES = List.of(new Place("IC fabricator", 0, 2, false), new Place("IC type", 2, 2, false),
            new Place("operating system", 4, 2, false), new Place("operating system release date", 6, 2, true),
            new Place("operating system release level", 8, 2, false), new Place("IC fabrication date", 10, 2, true),
            new Place("IC serial number", 12, 4, false), new Place("IC batch", 16, 2, false),
            new Place("IC module fabricator", 18, 2, false), new Place("IC module packaging date", 20, 2, true),
            new Place("card manufacturer", 22, 2, false), new Place("IC embedding date", 24, 2, true),
            new Place("pre-personalizer", 26, 2, false), new Place("pre-personalization date", 28, 2, true),
            new Place("pre-personalization equipment", 30, 4, false), new Place("personalizer", 34, 2, false),
            new Place("personalization date", 36, 2, true), new Place("personalization equipment", 38, 4, false));

    public CardProduction {
        fields = List.copyOf(fields);
    }

    /**
     * Reads the fields. A date has one digit for the year: the latest one that is not after {@code today} is meant.
     */
    public static CardProduction of(Cplc cplc, Atr atr, LocalDate today) {
        var fields = new ArrayList<Field>();
        for (Place p : PLACES) {
            byte[] v = cplc.bytes(p.offset, p.length);
            String words = p.date ? date(v, today) : p.offset == 0 ? Chips.maker(Hex.of(v)) : "";
            fields.add(new Field(p.name, Hex.of(v), words));
        }
        return new CardProduction(fields, Chips.name(cplc.bytes(0, 6), atr));
    }

    /** Year's last digit and day of the year, binary coded decimal; empty if it is no date. */
    static String date(byte[] two, LocalDate today) {
        String digits = Hex.of(two);
        if (!digits.matches("[0-9]{4}") || digits.equals("0000")) {
            return "";
        }
        int year = digits.charAt(0) - '0';
        int day = Integer.parseInt(digits.substring(1));
        for (int y = today.getYear(); y > today.getYear() - 20; y--) {
            if (y % 10 == year) {
                try {
                    LocalDate d = LocalDate.ofYearDay(y, day);
                    if (!d.isAfter(today)) {
                        return d.toString();
                    }
                } catch (DateTimeException _) {
                    // the 366th day of a year that has none
                }
            }
        }
        return "";
    }
}
