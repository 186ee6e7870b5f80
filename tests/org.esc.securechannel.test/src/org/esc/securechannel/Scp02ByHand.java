// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The steps of GlobalPlatform 2.2.1 Appendix E with nothing but the runtime's ciphers: what the product is compared with. */
final class Scp02ByHand {

    private Scp02ByHand() {
    }

    /** §E.4.1. */
    static byte[] sessionKey(byte[] base, int constant, int sequence) throws GeneralSecurityException {
        byte[] data = Arrays.copyOf(new byte[] {(byte) (constant >> 8), (byte) constant, (byte) (sequence >> 8), (byte) sequence}, 16);
        return cbc("DESede", triple(base), data, Cipher.ENCRYPT_MODE);
    }

    /** §B.1.2.2: each block with single DES, the last with triple DES. */
    static byte[] mac(byte[] key, byte[] icv, byte[] data) throws GeneralSecurityException {
        byte[] padded = Arrays.copyOf(data, (data.length / 8 + 1) * 8);
        padded[data.length] = (byte) 0x80;
        byte[] chain = icv;
        for (int at = 0; at < padded.length; at += 8) {
            byte[] block = new byte[8];
            for (int i = 0; i < 8; i++) {
                block[i] = (byte) (padded[at + i] ^ chain[i]);
            }
            chain = at + 8 < padded.length ? single(key, block) : cbc("DESede", triple(key), block, Cipher.ENCRYPT_MODE);
        }
        return chain;
    }

    /** §E.3.4. */
    static byte[] single(byte[] key, byte[] block) throws GeneralSecurityException {
        return cbc("DES", Arrays.copyOf(key, 8), block, Cipher.ENCRYPT_MODE);
    }

    static byte[] decrypted(byte[] key, byte[] data) throws GeneralSecurityException {
        return cbc("DESede", triple(key), data, Cipher.DECRYPT_MODE);
    }

    private static byte[] triple(byte[] key) {
        byte[] k = Arrays.copyOf(key, 24);
        System.arraycopy(key, 0, k, 16, 8);
        return k;
    }

    private static byte[] cbc(String algorithm, byte[] key, byte[] data, int mode) throws GeneralSecurityException {
        Cipher c = Cipher.getInstance(algorithm + "/CBC/NoPadding");
        c.init(mode, new SecretKeySpec(key, algorithm), new IvParameterSpec(new byte[8]));
        return c.doFinal(data);
    }

    static byte[] join(byte[]... parts) {
        return Primitives.concat(parts);
    }
}
