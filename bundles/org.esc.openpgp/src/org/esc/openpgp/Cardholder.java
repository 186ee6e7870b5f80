// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * The cardholder related data (object 65, OpenPGP card 3.4.1 §4.4.3.3 to 5).
 *
 * @param name      as on the card: {@code Surname<<First<name}
 * @param languages preferred languages (ISO 639), two letters each, best first
 * @param sex       a digit of ISO 5218; 9 if not announced, which is how cards begin
 */
public record Cardholder(String name, String languages, char sex) {

    private static final Words WORDS = Words.of(Cardholder.class);

    /** Longest name in bytes. */
    public static final int MAX_NAME = 39;
    /** Longest list of languages in bytes. */
    public static final int MAX_LANGUAGES = 8;
    private static final Pattern NAME = Pattern.compile("([^<]*(?:<[^<]+)*)<<(.*)");

    /** Reads the object, with or without its own tag around it. @throws IllegalArgumentException if it is damaged */
    public static Cardholder parse(byte[] content) {
        List<Tlv> parts = Tlv.parseAll(content);
        String sex = text(parts, Tag.SEX);
        return new Cardholder(text(parts, Tag.NAME), text(parts, Tag.LANGUAGE), sex.isEmpty() ? '9' : sex.charAt(0));
    }

    private static String text(List<Tlv> parts, int tag) {
        // the name is in ISO 8859-1, which holds the letters of the others too
        return Tlv.find(parts, tag).map(t -> printable(new String(t.value(), StandardCharsets.ISO_8859_1))).orElse("");
    }

    private static String printable(String s) {
        return s.chars().filter(c -> !Character.isISOControl(c)).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** The name as people write it: "First name Surname". */
    public String displayName() {
        var m = NAME.matcher(name);
        return (m.matches() ? m.group(2) + " " + m.group(1) : name).replace('<', ' ').strip();
    }

    /** The languages with commas between: "de, en". */
    public String languageText() {
        return languages.replaceAll("(..)(?=.)", "$1, ").toLowerCase(Locale.ROOT);
    }

    /** "male", "female", empty if not told. */
    public String sexText() {
        return switch (sex) {
            case '1' -> WORDS.say("male");
            case '2' -> WORDS.say("female");
            default -> "";
        };
    }
}
