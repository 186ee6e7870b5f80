// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Tlv;
import org.esc.securechannel.KeySet;

/**
 * One key of a security domain as GET DATA 00E0 tells it (GlobalPlatform 2.1.1 §9.3.3.1).
 *
 * @param id      1 ENC, 2 MAC, 3 DEK
 * @param version key version, 0 to 255
 * @param type    80 for triple DES, 88 for AES
 * @param length  bytes of the key
 */
public record KeyInfo(int id, int version, int type, int length) {

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
     * Reads the answer; of a key with several components the first counts, entries of other forms are skipped.
     *
     * @throws IllegalArgumentException if there is no {@code E0}
     */
    public static List<KeyInfo> parse(byte[] answer) {
        Tlv template = Tlv.find(Tlv.parseAll(answer), TEMPLATE)
                .orElseThrow(() -> new IllegalArgumentException("The key information template E0 is missing"));
        var list = new ArrayList<KeyInfo>();
        for (Tlv t : template.children()) {
            byte[] v = t.value();
            if (t.tag() == ENTRY && v.length >= 4 && v[2] != (byte) 0xFF) {
                list.add(new KeyInfo(v[0] & 0xFF, v[1] & 0xFF, v[2] & 0xFF, v[3] & 0xFF));
            }
        }
        return List.copyOf(list);
    }
}
