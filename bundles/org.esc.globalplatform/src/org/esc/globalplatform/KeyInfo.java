// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.securechannel.KeySet;

/**
 * One key of a security domain as GET DATA 00E0 tells it, in the basic or the extended form (GlobalPlatform 2.3.1 §11.3.3.1.1).
 *
 * @param id      1 ENC, 2 MAC, 3 DEK
 * @param version key version, 0 to 255
 * @param type    80 for triple DES, 88 for AES, see {@link #typeText}
 * @param length  bytes of the key; 0 if it has 256 or more and the card tells no more
 */
public record KeyInfo(int id, int version, int type, int length) {

    private static final Words WORDS = Words.of(KeyInfo.class);

    private static final int TEMPLATE = 0xE0;
    private static final int ENTRY = 0xC0;

    /** The three keys of a set. */
    public static List<KeyInfo> of(KeySet keys) {
        byte[][] k = {keys.enc(), keys.mac(), keys.dek()};
        var list = new ArrayList<KeyInfo>();
        for (int i = 0; i < 3; i++) {
            list.add(new KeyInfo(i + 1, keys.version(), keys.type().code(), k[i].length));
            java.util.Arrays.fill(k[i], (byte) 0);
        }
        return list;
    }

    /** {@code E0} with one {@code C0} entry per key: the shape TPS insists on. */
    public static byte[] encode(List<KeyInfo> keys) {
        return Tlv.of(TEMPLATE, keys.stream()
                .map(k -> Tlv.of(ENTRY, (byte) k.id, (byte) k.version, (byte) k.type, (byte) k.length)).toList())
                        .encoded();
    }

    /**
     * Reads the answer; of a key with several components the first counts, empty entries are skipped.
     *
     * @throws IllegalArgumentException if there is no {@code E0}
     */
    public static List<KeyInfo> parse(byte[] answer) {
        Tlv template = Tlv.find(Tlv.parseAll(answer), TEMPLATE)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The key information template E0 is missing")));
        var list = new ArrayList<KeyInfo>();
        for (Tlv t : template.children()) {
            byte[] v = t.value();
            if (t.tag() != ENTRY || v.length < 4) {
                continue;
            }
            int id = v[0] & 0xFF;
            int version = v[1] & 0xFF;
            if (v[2] != (byte) 0xFF) {
                list.add(new KeyInfo(id, version, v[2] & 0xFF, v[3] & 0xFF));
            } else if (v.length >= 6) {
                list.add(new KeyInfo(id, version, v[3] & 0xFF, (v[4] & 0xFF) << 8 | v[5] & 0xFF));
            }
        }
        return List.copyOf(list);
    }

    /** Kind and size in words: "AES-128", "RSA-1024 public" (GlobalPlatform 2.3.1 §11.1.8). */
    public String typeText() {
        String bits = length == 0 ? "" : "-" + 8 * length;
        return switch (type) {
            case 0x80, 0x81, 0x82, 0x83, 0x84 -> length == 16 ? "DES3-112" : length == 24 ? "DES3-168" : "DES" + bits;
            case 0x85 -> WORDS.say("TLS pre-shared key{0}", bits);
            case 0x88 -> "AES" + bits;
            case 0x90, 0x91 -> "HMAC" + bits;
            case 0xA0, 0xA1 -> WORDS.say("RSA{0} public", bits);
            case 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8 -> WORDS.say("RSA private");
            case 0xB0 -> WORDS.say("EC{0} public", length == 0 ? "" : "-" + 4 * (length & ~1));
            case 0xB1 -> WORDS.say("EC{0} private", bits);
            case 0xF0 -> WORDS.say("EC curve reference");
            default -> WORDS.say("type {0}{1}", String.format("%02X", type), bits);
        };
    }

    /** What keys of this version are for, where the specification reserves it; empty for secure channel keys. */
    public String purpose() {
        return switch (version) {
            case 0x70 -> WORDS.say("token verification");
            case 0x71 -> WORDS.say("receipt generation");
            case 0x73 -> WORDS.say("DAP verification");
            case 0x74, 0x75 -> WORDS.say("encrypted load files");
            case 0xFF -> WORDS.say("initial keys");
            default -> "";
        };
    }
}
