// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;

/** Data objects of ISO/IEC 7816-4, -6, -8 and -9. */
final class IsoTags {

    private static final Words WORDS = Words.of(IsoTags.class);

    private IsoTags() {
    }

    private static final Reading LIFE_CYCLE = Reading.words(b -> b.length == 0 ? "" : lifeCycle(b[0] & 0xFF));

    /** Control references (7816-4 §10.3.1). */
    static final Tags CONTROL = Tags.NONE.and(0x80, "cryptographic mechanism reference", Reading.HEX).and(0x81, "file reference", Reading.HEX)
            .and(0x82, "DF name", Reading.AID).and(0x83, "key or reference data", Reading.HEX).and(0x84, "private or session key reference", Reading.HEX)
            .and(0x85, "initial value: zero").and(0x86, "initial value: chaining block").and(0x87, "initial value").and(0x91, "random number")
            .and(0x93, "counter", Reading.NUMBER).and(0x94, "challenge or key derivation data").and(0x95, "usage qualifier",
                    Reading.words(b -> b.length == 0 ? "" : Reading.bits(b[0], WORDS.say("verification, encipherment, external authentication"),
                            WORDS.say("computation, decipherment, internal authentication"), WORDS.say("secure messaging in answers"),
                            WORDS.say("secure messaging in commands"), WORDS.say("user authentication, knowledge"),
                            WORDS.say("user authentication, biometric"), "", "")))
            .and(0xA4, "control reference template for authentication").and(0xA6, "control reference template for key agreement")
            .and(0xAA, "control reference template for hash-code").and(0xB4, "control reference template for cryptographic checksum")
            .and(0xB6, "control reference template for digital signature").and(0xB8, "control reference template for confidentiality");

    private static final Tags SECURITY = Tags.NONE.and(0x80, "access mode", Reading.HEX).and(0x90, "always").and(0x97, "never")
            .and(0x9E, "security condition", Reading.HEX).and(0xA0, "any of").and(0xA4, "authentication", CONTROL).and(0xAF, "all of")
            .and(0xA7, "not").and(0xB4, "cryptographic checksum", CONTROL).and(0xB6, "digital signature", CONTROL).and(0xB8, "confidentiality", CONTROL);

    /** File control parameters (7816-4 §7.4.3). */
    private static final Tags FILE = Tags.NONE.and(0x80, "bytes of data", Reading.SIZE).and(0x81, "bytes with structural information", Reading.SIZE)
            .and(0x82, "file descriptor", Reading.parts(f -> {
                f.u1("file descriptor byte", IsoTags::descriptor);
                if (f.more()) {
                    f.u1("data coding byte", n -> WORDS.say("data unit {0} half bytes", 1 << (n & 7)));
                }
                if (f.left() == 2 || f.left() == 3) {
                    f.number("largest record", 2);
                } else if (f.left() == 1) {
                    f.u1("largest record");
                }
                if (f.left() > 2) {
                    f.number("largest record", 2);
                }
                if (f.more()) {
                    f.number("number of records", f.left());
                }
            })).and(0x83, "file identifier", Reading.words(Names::file)).and(0x84, "DF name", Reading.AID).and(0x85, "proprietary information")
            .and(0x86, "security attribute, proprietary").and(0x87, "EF with more file control information", Reading.words(Names::file))
            .and(0x88, "short EF identifier", Reading.words(b -> b.length == 0 ? WORDS.say("none") : "SFI %02X".formatted((b[0] & 0xFF) >> 3)))
            .and(0x8A, "life cycle status", LIFE_CYCLE).and(0x8B, "security attribute: rule in EF.ARR", Reading.parts(f -> {
                f.bytes("EF.ARR", 2, Reading.words(Names::file));
                while (f.more()) {
                    f.u1("security environment or record");
                }
            })).and(0x8C, "security attribute, compact", Reading.HEX).and(0x8D, "security environment template", Reading.words(Names::file))
            .and(0x8E, "channel security attribute", Reading.HEX).and(0x8F, "profile indicator", Reading.HEX)
            .and(0x9B, "EF with security attributes", Reading.HEX)
            .and(0xA0, "security attributes of data objects", SECURITY).and(0xA1, "security attribute, proprietary")
            .and(0xA2, "pairs of short EF identifier and file reference").and(0xA5, "proprietary information").and(0xA6, "security attributes")
            .and(0xAB, "security attribute, expanded", SECURITY).and(0xAC, "cryptographic mechanism identifier", Tags.NONE
                    .and(0x80, "reference", Reading.HEX).and(0x06, "algorithm", Reading.OID))
            .and(0xC6, "PIN status template", Tags.NONE.and(0x90, "PIN status", Reading.HEX).and(0x95, "usage qualifier", Reading.HEX)
                    .and(0x83, "key reference", Reading.HEX));

    /** Data objects that any interindustry template may hold (7816-6). */
    static final Tags INTERINDUSTRY = Tags.NONE.and(0x06, "object identifier", Reading.OID).and(0x41, "country code and national data", Reading.HEX)
            .and(0x42, "issuer identification number", Reading.DIGITS).and(0x43, "card service data", Reading.compact(3))
            .and(0x44, "initial access data", Reading.HEX).and(0x45, "card issuer's data").and(0x46, "pre-issuing data")
            .and(0x47, "card capabilities", Reading.compact(7)).and(0x48, "status information", Reading.HEX)
            .and(0x4F, "application identifier", Reading.AID).and(0x50, "application label", Reading.TEXT).and(0x51, "path", Reading.words(Names::path))
            .and(0x52, "command to perform", Reading.HEX).and(0x53, "discretionary data").and(0x5B, "name", Reading.TEXT)
            .and(0x5C, "tag list", Reading.HEX).and(0x5D, "headers list", Reading.HEX).and(0x5A, "primary account number", Reading.DIGITS)
            .and(0x5E, "log-in data", Reading.TEXT).and(0x5F20, "cardholder name", Reading.TEXT).and(0x5F24, "expiration date", Reading.DATE)
            .and(0x5F25, "effective date", Reading.DATE).and(0x5F2B, "date of birth", Reading.DATE).and(0x5F2D, "language preference", Reading.TEXT)
            .and(0x5F35, "sex", Reading.TEXT).and(0x5F37, "digital signature").and(0x5F38, "public key remainder").and(0x5F49, "public key")
            .and(0x5F50, "uniform resource locator", Reading.TEXT).and(0x5F52, "historical bytes", Reading.HISTORICAL)
            .and(0x5F4C, "certificate holder authorisation").and(0x5F4E, "certificate content").and(0x5F29, "certificate profile identifier", Reading.HEX)
            .and(0x61, "application template").and(0x62, "FCP template", FILE).and(0x64, "FMD template").and(0x65, "cardholder related data")
            .and(0x66, "card data").and(0x6E, "application related data").and(0x6F, "FCI template", FILE).and(0x73, "discretionary template")
            .and(0x78, "allocation authority").and(0x79, "coexistent tag allocation authority").and(0x7A, "security support template")
            .and(0x7B, "security environment template", CONTROL).and(0x7F21, "cardholder certificate").and(0x7F4E, "certificate body")
            .and(0x7F49, "public key", Tags.NONE.and(0x06, "algorithm", Reading.OID)
                    .and(0x81, "modulus or prime", Reading.words(b -> WORDS.say("{0} bits", 8 * b.length)))
                    .and(0x82, "public exponent or coefficient a", Reading.HEX).and(0x83, "coefficient b").and(0x84, "base point")
                    .and(0x85, "order of the base point").and(0x86, "public point").and(0x87, "cofactor", Reading.HEX))
            .and(0x7F66, "extended length information", Tags.NONE.and(0x02, "most bytes of a command, then of an answer", Reading.NUMBER))
            .and(0x7C, "dynamic authentication data", Tags.NONE.and(0x80, "witness").and(0x81, "challenge").and(0x82, "response")
                    .and(0x83, "committed challenge").and(0x84, "authentication code").and(0x85, "exponential").and(0xA0, "identification data"));

    /** Secure messaging data objects (7816-4 §10.2). */
    static final Tags SECURE = Tags.NONE.and(0x80, "plain value").and(0x81, "plain value, signed").and(0x82, "cryptogram of data objects")
            .and(0x84, "cryptogram of secure messaging objects").and(0x85, "cryptogram").and(0x87, "padding indicator and cryptogram", b ->
                    new Meaning("", b.length == 0 ? List.of() : Fields.of(b, f -> {
                        f.u1("padding indicator", n -> n == 1 ? "80 00…" : n == 2 ? WORDS.say("none") : WORDS.say("own"));
                        f.rest("cryptogram", Reading.BYTES);
                    }))).and(0x89, "command header, signed", Reading.HEX).and(0x8E, "cryptographic checksum")
            .and(0x96, "Le", Reading.NUMBER).and(0x97, "Le, signed", Reading.NUMBER).and(0x99, "status word, signed", Reading.words(b -> b.length == 2
                    ? new StatusWord((int) Reading.number(b)).meaning() : ""))
            .and(0xAA, "hash template", CONTROL).and(0xB4, "checksum template", CONTROL).and(0xB8, "confidentiality template", CONTROL);

    /** What a control reference template is for; empty if the tag is none of one. */
    static String controlTemplate(int tag) {
        return switch (tag) {
            case 0xA4 -> WORDS.say("authentication");
            case 0xA6 -> WORDS.say("key agreement");
            case 0xAA -> WORDS.say("hash-code");
            case 0xB4 -> WORDS.say("cryptographic checksum");
            case 0xB6 -> WORDS.say("digital signature");
            case 0xB8 -> WORDS.say("confidentiality");
            default -> "";
        };
    }

    static String lifeCycle(int v) {
        return switch (v) {
            case 0 -> WORDS.say("no information");
            case 1 -> WORDS.say("creation");
            case 3 -> WORDS.say("initialisation");
            case 5, 7 -> WORDS.say("operational, activated");
            case 4, 6 -> WORDS.say("operational, deactivated");
            default -> v >= 0x0C && v <= 0x0F ? WORDS.say("terminated") : WORDS.say("proprietary");
        };
    }

    private static String descriptor(int b) {
        var words = new ArrayList<String>();
        if ((b & 0x80) != 0) {
            return WORDS.say("reserved");
        }
        if ((b & 0xBF) == 0x38) {
            words.add("DF");
        } else {
            words.add(switch (b & 0x38) {
                case 0x00 -> WORDS.say("working EF");
                case 0x08 -> WORDS.say("internal EF");
                case 0x38 -> WORDS.say("EF of data objects");
                default -> WORDS.say("proprietary EF");
            });
            words.add(switch (b & 7) {
                case 0 -> WORDS.say("no structure told");
                case 1 -> WORDS.say("transparent");
                case 2, 3 -> WORDS.say("linear, fixed");
                case 4, 5 -> WORDS.say("linear, variable");
                case 6, 7 -> WORDS.say("cyclic");
                default -> "";
            });
        }
        if ((b & 0x40) != 0) {
            words.add(WORDS.say("shareable"));
        }
        return String.join(", ", words);
    }
}
