// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;

/**
 * One block cipher key with its ciphers, scheduled once and reused: ECB by the JDK, chaining and MACs on top of it, so
 * that no call needs a new cipher object. Used by one thread at a time. {@link #close} erases the key bytes.
 */
final class BlockKey implements AutoCloseable {

    private final Raw key;
    private final String transformation;
    private final int block;
    private Cipher encryptor;
    private Cipher decryptor;
    private byte[] k1;
    private byte[] k2;

    private BlockKey(String algorithm, byte[] own, int block) {
        key = new Raw(algorithm, own);
        transformation = algorithm + "/ECB/NoPadding";
        this.block = block;
    }

    /** From a copy of the key bytes; a 16-byte triple DES key is used as K1 K2 K1. */
    static BlockKey of(KeyType type, byte[] key) {
        if (!type.allows(key.length)) {
            throw new IllegalArgumentException("A key of type " + type + " cannot have " + key.length + " bytes");
        }
        if (type == KeyType.AES) {
            return new BlockKey("AES", key.clone(), 16);
        }
        byte[] k = Arrays.copyOf(key, 24);
        if (key.length == 16) {
            System.arraycopy(key, 0, k, 16, 8);
        }
        return new BlockKey("DESede", k, 8);
    }

    /** Single DES with the first 8 bytes of {@code key}. */
    static BlockKey singleDes(byte[] key) {
        return new BlockKey("DES", Arrays.copyOf(key, 8), 8);
    }

    int block() {
        return block;
    }

    private void run(boolean encrypt, byte[] in, int inAt, int length, byte[] out, int outAt) {
        try {
            Cipher c = encrypt ? encryptor : decryptor;
            if (c == null) {
                c = Cipher.getInstance(transformation);
                c.init(encrypt ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE, key);
                if (encrypt) {
                    encryptor = c;
                } else {
                    decryptor = c;
                }
            }
            c.update(in, inAt, length, out, outAt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime lacks " + transformation, e);
        }
    }

    /** ECB encryption; {@code data} is a multiple of the block. */
    byte[] ecbEncrypt(byte[] data) {
        byte[] out = new byte[whole(data)];
        if (out.length > 0) {
            run(true, data, 0, data.length, out, 0);
        }
        return out;
    }

    /** ECB decryption. */
    byte[] ecbDecrypt(byte[] data) {
        byte[] out = new byte[whole(data)];
        if (out.length > 0) {
            run(false, data, 0, data.length, out, 0);
        }
        return out;
    }

    /** CBC encryption without padding. */
    byte[] cbcEncrypt(byte[] iv, byte[] data) {
        byte[] out = new byte[whole(data)];
        byte[] chain = iv.clone();
        for (int at = 0; at < data.length; at += block) {
            xor(chain, data, at, block);
            run(true, chain, 0, block, chain, 0);
            System.arraycopy(chain, 0, out, at, block);
        }
        return out;
    }

    /** CBC decryption without padding. */
    byte[] cbcDecrypt(byte[] iv, byte[] data) {
        byte[] out = ecbDecrypt(data);
        for (int i = 0; i < out.length; i++) {
            out[i] ^= i < block ? iv[i] : data[i - block];
        }
        return out;
    }

    /** CBC-MAC of data that is already padded: the last cipher block. */
    byte[] cbcMac(byte[] icv, byte[] padded, int length) {
        byte[] chain = icv.clone();
        for (int at = 0; at < length; at += block) {
            xor(chain, padded, at, block);
            run(true, chain, 0, block, chain, 0);
        }
        return chain;
    }

    /** AES-CMAC (RFC 4493, NIST SP 800-38B), all 16 bytes. */
    byte[] cmac(byte[] data) {
        if (k1 == null) {
            k1 = doubled(ecbEncrypt(new byte[block]));
            k2 = doubled(k1);
        }
        int n = data.length;
        int head = n == 0 ? 0 : (n - 1) / block * block;
        byte[] chain = cbcMac(new byte[block], data, head);
        xor(chain, data, head, n - head);
        if (n - head == block) {
            xor(chain, k1, 0, block);
        } else {
            chain[n - head] ^= (byte) 0x80;
            xor(chain, k2, 0, block);
        }
        run(true, chain, 0, block, chain, 0);
        return chain;
    }

    private static byte[] doubled(byte[] b) {
        byte[] d = new byte[b.length];
        for (int i = 0; i < b.length; i++) {
            d[i] = (byte) (b[i] << 1 | (i + 1 < b.length ? (b[i + 1] & 0xFF) >> 7 : 0));
        }
        if (b[0] < 0) {
            d[b.length - 1] ^= (byte) 0x87;
        }
        return d;
    }

    private int whole(byte[] data) {
        if (data.length % block != 0) {
            throw new IllegalArgumentException(data.length + " bytes are no multiple of the block of " + block);
        }
        return data.length;
    }

    private static void xor(byte[] into, byte[] with, int at, int length) {
        for (int i = 0; i < length; i++) {
            into[i] ^= with[at + i];
        }
    }

    @Override
    public void close() {
        key.destroy();
        encryptor = null;
        decryptor = null;
        if (k1 != null) {
            Arrays.fill(k1, (byte) 0);
            Arrays.fill(k2, (byte) 0);
        }
    }

    /** {@code SecretKeySpec} cannot be erased; this can. */
    private static final class Raw implements SecretKey {

        private static final long serialVersionUID = 1L;

        private final String algorithm;
        private final transient byte[] bytes;
        private transient boolean destroyed;

        Raw(String algorithm, byte[] own) {
            this.algorithm = algorithm;
            bytes = own;
        }

        @Override
        public String getAlgorithm() {
            return algorithm;
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            if (destroyed) {
                throw new IllegalStateException("This key has been erased");
            }
            return bytes.clone();
        }

        @Override
        public void destroy() {
            destroyed = true;
            Arrays.fill(bytes, (byte) 0);
        }

        @Override
        public boolean isDestroyed() {
            return destroyed;
        }
    }
}
