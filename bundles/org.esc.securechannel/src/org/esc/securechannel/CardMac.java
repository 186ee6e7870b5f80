// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

/** The MACs that GlobalPlatform signs load files, tokens and receipts with, by a symmetric key (GlobalPlatform 2.3.1 §B.1.2.2, §B.2.2). */
public final class CardMac {

    private CardMac() {
    }

    /**
     * Signs.
     *
     * @param type DES3: single DES with a final triple DES, 8 bytes, from a key of 16; AES: CMAC, 16 bytes
     * @param key  the caller's, to erase
     * @throws IllegalArgumentException if the key has a wrong length
     */
    public static byte[] sign(KeyType type, byte[] key, byte[] data) {
        if (type == KeyType.AES) {
            try (BlockKey aes = BlockKey.of(type, key)) {
                return aes.cmac(data);
            }
        }
        if (key.length != 16) {
            throw new IllegalArgumentException("A DES key for signatures has 16 bytes, not " + key.length);
        }
        try (BlockKey single = BlockKey.singleDes(key); BlockKey triple = BlockKey.of(type, key)) {
            return Primitives.retailMac(single, triple, data);
        }
    }
}
