// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardCapabilities;
import org.esc.globalplatform.KeyInfo;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;

/** Data objects of GlobalPlatform 2.3.1. */
final class GlobalPlatformTags {

    private static final Words WORDS = Words.of(GlobalPlatformTags.class);

    private GlobalPlatformTags() {
    }

    static final Reading PRIVILEGES = Reading.words(b -> {
        List<String> words = Privileges.of(b).words();
        return words.isEmpty() ? WORDS.say("none") : String.join(", ", words);
    });

    static final Reading IMPLICIT = Reading.words(b -> b.length == 0 ? "" : WORDS.say("{0}, channel {1}", Reading.bits(b[0] & 0xC0, WORDS.say("contactless"),
            WORDS.say("contact")), b[0] & 0x1F));

    static final Tags TOKEN = Tags.NONE.and(0x42, "identification number of the token's issuer", Reading.HEX)
            .and(0x45, "image number", Reading.HEX).and(0x5F20, "application provider", Reading.TEXT).and(0x93, "token identifier", Reading.HEX);

    static final Tags PARAMETERS = Tags.NONE.and(0xC9, "application's own parameters", Reading.BYTES).and(0xEF, "system specific parameters", Tags.NONE
            .and(0xC6, "persistent memory for code", Reading.SIZE).and(0xC7, "transient memory", Reading.SIZE)
            .and(0xC8, "persistent memory for data", Reading.SIZE).and(0xCA, "existing privileged application", Reading.HEX)
            .and(0xCB, "global service parameters", Reading.HEX).and(0xCF, "implicit selection", IMPLICIT).and(0xD7, "transient memory reserved", Reading.SIZE)
            .and(0xD8, "persistent memory reserved", Reading.SIZE).and(0xD9, "memory reserved", Reading.SIZE)
            .and(0xDD, "load file data block", Tags.NONE).and(0xA0, "contactless parameters"))
            .and(0xEA, "UICC system specific parameters (ETSI TS 102 226)", Tags.NONE.and(0x80, "toolkit parameters", Reading.HEX)
                    .and(0x81, "access parameters", Reading.HEX).and(0x82, "administrative access parameters", Reading.HEX))
            .and(0xCA, "SIM file access and toolkit parameters", Reading.HEX).and(0xCB, "restrict parameter", Reading.HEX)
            .and(0xB6, "token", TOKEN).and(0xA1, "contactless parameters");

    private static final Tags RECOGNITION = Tags.NONE.and(0x06, "object identifier", Reading.OID).and(0x60, "card management type and version")
            .and(0x63, "card identification scheme").and(0x64, "secure channel protocol").and(0x65, "card configuration details")
            .and(0x66, "card and chip details").and(0x67, "issuer security domain's trust point certificate information")
            .and(0x68, "issuer security domain certificate information");

    private static final Tags CAPABILITIES = Tags.NONE.and(0xA0, "secure channel protocol", Tags.NONE
            .and(0x80, "protocol", Reading.words(b -> "SCP" + Hex.of(b))).and(0x81, "options i", Reading.HEX)
            .and(0x82, "AES key sizes", b -> capability(0xA0, Tlv.of(0x82, b).encoded(), x -> x.channels().stream().map(s -> s.replaceFirst("SCP with ", ""))
                    .toList())).and(0x83, "TLS cipher suites", Reading.HEX).and(0x84, "longest pre-shared key", Reading.NUMBER))
            .and(0x67, "card capability information").and(0x81, "privileges of security domains", PRIVILEGES).and(0x82, "privileges of applications", PRIVILEGES)
            .and(0x83, "hashes of load files", b -> capability(0x83, b, CardCapabilities::hashes))
            .and(0x84, "ciphers of load files", b -> capability(0x84, b, CardCapabilities::loadFileCiphers))
            .and(0x85, "signatures of tokens", b -> capability(0x85, b, CardCapabilities::tokens))
            .and(0x86, "signatures of receipts", b -> capability(0x86, b, CardCapabilities::receipts))
            .and(0x87, "signatures of load files", b -> capability(0x87, b, CardCapabilities::daps)).and(0x88, "key parameter references", Reading.HEX);

    private static Meaning capability(int tag, byte[] value, Function<CardCapabilities, List<String>> part) {
        return Meaning.of(String.join(", ",
                part.apply(CardCapabilities.parse(Tlv.of(0x67, List.of(Tlv.of(tag, value))).encoded()))));
    }

    private static final Reading KEY = Reading.parts(f -> {
        f.u1("key identifier", n -> switch (n) {
            case 1 -> "1 (ENC)";
            case 2 -> "2 (MAC)";
            case 3 -> "3 (DEK)";
            default -> String.valueOf(n);
        });
        int version = f.u1("key version", n -> {
            String purpose = new KeyInfo(0, n, 0, 0).purpose();
            return "%02X".formatted(n) + (purpose.isEmpty() ? "" : " (" + purpose + ")");
        });
        boolean extended = f.peek(0) == 0xFF && f.left() > 2;
        while (f.more() && !(extended && f.peek(0) != 0xFF)) {
            if (extended) {
                f.bytes("extended format", 1);
            }
            int length = extended ? f.peek(1) << 8 | f.peek(2) : f.peek(1);
            f.u1("key type", n -> new KeyInfo(0, version, n, Math.max(0, length)).typeText());
            f.number("key length", extended ? 2 : 1);
        }
        if (f.more()) {
            f.lv("key usage", Reading.HEX);
            f.lv("key access", Reading.HEX);
        }
    });

    /** Data objects of GET DATA and STORE DATA, and of the answer to SELECT. */
    static final Tags DATA = IsoTags.INTERINDUSTRY.and(0x66, "card data", Tags.NONE.and(0x73, "card recognition data", RECOGNITION))
            .and(0x67, "card capability information", CAPABILITIES).and(0x73, "card recognition data", RECOGNITION)
            .and(0x9F7F, "card production life cycle data", b -> Meaning.of(GlobalPlatformDecoder.cplc(b)))
            .and(0xE0, "key information template", Tags.NONE.and(0xC0, "key information", KEY)).and(0xC1, "sequence counter", Reading.NUMBER)
            .and(0xC2, "confirmation counter", Reading.NUMBER).and(0xD3, "current security level", Reading.words(b -> b.length == 0 ? "" : level(b[0])))
            .and(0x45, "card image number", Reading.HEX).and(0xFF21, "extended card resources", Tags.NONE
                    .and(0x81, "number of installed applications", Reading.NUMBER).and(0x82, "free persistent memory", Reading.SIZE)
                    .and(0x83, "free transient memory", Reading.SIZE))
            .and(0x2F00, "list of applications").and(0x9F65, "most data of a command", Reading.SIZE)
            .and(0x9F6E, "application production life cycle data", Reading.HEX).and(0x9F70, "life cycle state", Reading.HEX)
            .and(0x70, "certificates").and(0x7F21, "certificate").and(0xBF0C, "discretionary data").and(0xB9, "key data template", Tags.NONE
                    .and(0x95, "usage", Reading.HEX).and(0x96, "access", Reading.HEX).and(0x80, "key type", Reading.HEX)
                    .and(0x81, "key length", Reading.NUMBER).and(0x82, "key identifier", Reading.HEX).and(0x83, "key version", Reading.HEX)
                    .and(0x85, "initial value of the counter", Reading.HEX).and(0x84, "security domain identification", Reading.HEX));

    /** An entry of the registry in TLV form, of the part that P1 of GET STATUS names. */
    static Tags registry(RegistryEntry.Kind kind) {
        return Tags.NONE.and(0xE3, "registry entry", Tags.NONE.and(0x4F, "AID", Reading.AID).and(0x9F70, "life cycle state",
                Reading.words(b -> b.length == 0 ? "" : state(kind, b[0] & 0xFF))).and(0xC5, "privileges", PRIVILEGES).and(0xC4, "load file", Reading.AID)
                .and(0xCC, "security domain", Reading.AID).and(0xCE, "version of the load file",
                        Reading.words(b -> b.length == 2 ? (b[0] & 0xFF) + "." + (b[1] & 0xFF) : ""))
                .and(0xCF, "implicit selection", IMPLICIT).and(0x84, "module", Reading.AID));
    }

    static String state(RegistryEntry.Kind kind, int lifeCycle) {
        return new RegistryEntry(kind, Aid.of(new byte[5]), lifeCycle, 0, List.of()).state().toLowerCase(Locale.ROOT);
    }

    static String level(int bits) {
        return bits == 0 ? WORDS.say("authentication only") : Reading.bits(bits, WORDS.say("authenticated"), WORDS.say("authenticated by other means"),
                "R-ENCRYPTION", "R-MAC", "", "",
                "C-DECRYPTION", "C-MAC");
    }
}
