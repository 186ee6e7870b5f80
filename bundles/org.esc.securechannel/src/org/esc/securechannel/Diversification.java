// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a card's own keys are computed from a master key set and the card's 10 bytes of key diversification data (KDD,
 * usually its CUID). Each master key makes the card key of the same purpose; {@link #NIST_SP800_108} makes all three
 * from the ENC master key.
 */
public enum Diversification {

    /** Every card has the master keys themselves. */
    NONE {
        @Override
        byte[][] keys(byte[][] masters, KeyType type, byte[] kdd) {
            return new byte[][] {masters[0].clone(), masters[1].clone(), masters[2].clone()};
        }
    },

    /**
     * VISA2: {@code k0 k1 k4 k5 k6 k7 F0 t ‖ k0 k1 k4 k5 k6 k7 0F t}, triple DES ECB under the master key; t = 1, 2, 3.
     */
    VISA2 {
        @Override
        byte[][] keys(byte[][] masters, KeyType type, byte[] kdd) {
            return fromDes(masters, type, new byte[] {kdd[0], kdd[1], kdd[4], kdd[5], kdd[6], kdd[7]});
        }
    },

    /** EMV: {@code k4 … k9 F0 t ‖ k4 … k9 0F t}, triple DES ECB under the master key; t = 1, 2, 3. */
    EMV {
        @Override
        byte[][] keys(byte[][] masters, KeyType type, byte[] kdd) {
            return fromDes(masters, type, Arrays.copyOfRange(kdd, 4, 10));
        }
    },

    /**
     * NIST SP 800-108 in counter mode with HMAC-SHA-256: {@code i ‖ 04 ‖ 00 ‖ KDD ‖ 0180}, 48 bytes as ENC, MAC, DEK,
     * each set to odd DES parity.
     */
    NIST_SP800_108 {
        @Override
        byte[][] keys(byte[][] masters, KeyType type, byte[] kdd) {
            need(type, KeyType.DES3);
            byte[] stream = new byte[64];
            try {
                Mac hmac = Mac.getInstance("HmacSHA256");
                hmac.init(new SecretKeySpec(masters[0], "HmacSHA256"));
                for (int i = 1; i <= 2; i++) {
                    hmac.update(new byte[] {(byte) i, 0x04, 0x00});
                    hmac.update(kdd);
                    hmac.update(new byte[] {0x01, (byte) 0x80});
                    hmac.doFinal(stream, 32 * (i - 1));
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("The Java runtime lacks HmacSHA256", e);
            }
            byte[][] keys = new byte[3][];
            for (int t = 0; t < 3; t++) {
                keys[t] = Arrays.copyOfRange(stream, 16 * t, 16 * t + 16);
                for (int i = 0; i < 16; i++) {
                    int even = keys[t][i] & 0xFE;
                    keys[t][i] = (byte) (even | ~Integer.bitCount(even) & 1);
                }
            }
            Arrays.fill(stream, (byte) 0);
            return keys;
        }
    },

    /**
     * For AES master keys: SP 800-108 in counter mode with AES-CMAC over
     * {@code i ‖ 00 00 00 t ‖ 00 ‖ 00 00 ‖ k6 … k9 ‖ k4 k5 ‖ L2}; as many bytes as the master key has; t = 1, 2, 3.
     */
    GPKMC {
        @Override
        byte[][] keys(byte[][] masters, KeyType type, byte[] kdd) {
            need(type, KeyType.AES);
            byte[][] keys = new byte[3][];
            for (int t = 0; t < 3; t++) {
                int length = masters[t].length;
                byte[] input = new byte[16];
                input[4] = (byte) (t + 1);
                System.arraycopy(kdd, 6, input, 8, 4);
                System.arraycopy(kdd, 4, input, 12, 2);
                input[14] = (byte) (8 * length >> 8);
                input[15] = (byte) (8 * length);
                byte[] stream = new byte[(length + 15) / 16 * 16];
                try (BlockKey master = BlockKey.of(KeyType.AES, masters[t])) {
                    for (int at = 0; at < stream.length; at += 16) {
                        input[0]++;
                        System.arraycopy(master.cmac(input), 0, stream, at, 16);
                    }
                }
                keys[t] = Arrays.copyOf(stream, length);
                Arrays.fill(stream, (byte) 0);
            }
            return keys;
        }
    };

    abstract byte[][] keys(byte[][] masters, KeyType type, byte[] kdd);

    /**
     * The keys of one card, of the same kind as the master keys.
     *
     * @param master  master keys; the caller keeps and closes them
     * @param kdd     the card's key diversification data, 10 bytes
     * @param version key version of the result, 0 to 255
     * @return an own set, for the caller to close
     * @throws IllegalArgumentException if this method cannot work with such master keys, or the KDD has another length
     */
    public KeySet derive(KeySet master, byte[] kdd, int version) {
        return derive(master, kdd, version, master.type());
    }

    /**
     * As {@link #derive(KeySet, byte[], int)}, the result used as keys of another kind: some AES cards have keys made
     * by triple DES.
     */
    public KeySet derive(KeySet master, byte[] kdd, int version, KeyType result) {
        if (kdd.length != 10) {
            throw new IllegalArgumentException("Key diversification data has 10 bytes, not " + kdd.length);
        }
        byte[][] masters = {master.enc(), master.mac(), master.dek()};
        byte[][] keys = {};
        try {
            keys = keys(masters, master.type(), kdd);
            return KeySet.of(version, result, keys[0], keys[1], keys[2]);
        } finally {
            for (byte[][] set : new byte[][][] {masters, keys}) {
                for (byte[] k : set) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
    }

    private static void need(KeyType given, KeyType needed) {
        if (given != needed) {
            throw new IllegalArgumentException("This diversification works with master keys of type " + needed
                    + ", not " + given);
        }
    }

    private static byte[][] fromDes(byte[][] masters, KeyType type, byte[] six) {
        need(type, KeyType.DES3);
        byte[][] keys = new byte[3][];
        for (int t = 0; t < 3; t++) {
            byte[] data = new byte[16];
            System.arraycopy(six, 0, data, 0, 6);
            System.arraycopy(six, 0, data, 8, 6);
            data[6] = (byte) 0xF0;
            data[14] = 0x0F;
            data[7] = data[15] = (byte) (t + 1);
            try (BlockKey master = BlockKey.of(KeyType.DES3, masters[t])) {
                keys[t] = master.ecbEncrypt(data);
            }
        }
        return keys;
    }
}
