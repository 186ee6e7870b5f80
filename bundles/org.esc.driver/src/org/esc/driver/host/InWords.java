// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.esc.apdu.Words;
import org.esc.driver.TokenCertificate;

/**
 * What drivers say in fixed English words, because programs compare it and read it as JSON, in the person's language. A word of a driver's own that is not known
 * here stays as it is.
 */
public final class InWords {

    private static final Words WORDS = Words.of(InWords.class);

    private static final String PRIVATE = " private key";
    private static final String PUBLIC = " public key";
    private static final Pattern COMMA = Pattern.compile(", ");

    private InWords() {
    }

    /** Of a key: "RSA private key". */
    public static String type(String type) {
        return type.endsWith(PRIVATE) ? WORDS.say("{0} private key", type.substring(0, type.length() - PRIVATE.length()))
                : type.endsWith(PUBLIC) ? WORDS.say("{0} public key", type.substring(0, type.length() - PUBLIC.length()))
                : type.equals("Private key") ? WORDS.say("Private key") : type;
    }

    /** Of a key: "sign, decrypt". */
    public static String uses(String uses) {
        return each(uses);
    }

    /** Of a key: "PIN once, touch". */
    public static String policy(String policy) {
        return each(policy);
    }

    private static String each(String list) {
        return Arrays.stream(COMMA.split(list)).map(InWords::word).collect(Collectors.joining(", "));
    }

    private static String word(String w) {
        return switch (w) {
            case "sign" -> WORDS.say("sign");
            case "verify" -> WORDS.say("verify");
            case "encrypt" -> WORDS.say("encrypt");
            case "decrypt" -> WORDS.say("decrypt");
            case "wrap" -> WORDS.say("wrap");
            case "unwrap" -> WORDS.say("unwrap");
            case "derive" -> WORDS.say("derive");
            case "sign recover" -> WORDS.say("sign recover");
            case "verify recover" -> WORDS.say("verify recover");
            case "non repudiation" -> WORDS.say("non repudiation");
            case "attest" -> WORDS.say("attest");
            case "authenticate" -> WORDS.say("authenticate");
            case "no PIN" -> WORDS.say("no PIN");
            case "PIN once" -> WORDS.say("PIN once");
            case "PIN always" -> WORDS.say("PIN always");
            case "PIN before each use" -> WORDS.say("PIN before each use");
            case "touch" -> WORDS.say("touch");
            case "touch every 15 seconds" -> WORDS.say("touch every 15 seconds");
            default -> w;
        };
    }

    /** A day: as ISO 8601 writes it in English, else as the language does. */
    public static String day(LocalDate day) {
        return Words.locale().getLanguage().equals("en") ? day.toString()
                : DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).localizedBy(Words.locale()).format(day);
    }

    /** The day of a moment, in the zone of certificates. */
    public static String day(Instant at) {
        return day(LocalDate.ofInstant(at, ZoneOffset.UTC));
    }

    /** Of a certificate, at a moment: "valid". */
    public static String validity(TokenCertificate certificate, Instant at) {
        return validity(certificate.validity(at));
    }

    /** Of a certificate: "expired". */
    public static String validity(String validity) {
        return switch (validity) {
            case "valid" -> WORDS.say("valid");
            case "expired" -> WORDS.say("expired");
            case "not yet valid" -> WORDS.say("not yet valid");
            default -> validity;
        };
    }
}
