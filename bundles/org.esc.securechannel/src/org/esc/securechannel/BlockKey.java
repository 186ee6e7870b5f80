// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * One block cipher key with its ciphers, scheduled once and reused: ECB, and CBC that always starts from zero, by the JDK
 * (which knows the processor's instructions for whole chains); other IVs and MACs on top of it, so that no call needs a new
 * cipher object. Used by one thread at a time. {@link #close} erases the key bytes.
 */
final class BlockKey implements StaticKey {

    private enum Use {
        ECB_ENCRYPT(Cipher.ENCRYPT_MODE, false), ECB_DECRYPT(Cipher.DECRYPT_MODE, false),
        CBC_ENCRYPT(Cipher.ENCRYPT_MODE, true), CBC_DECRYPT(Cipher.DECRYPT_MODE, true);

        private final int mode;
        private final boolean chained;

        Use(int mode, boolean chained) {
            this.mode = mode;
            this.chained = chained;
        }
    }

    private final Raw key;
    private final KeyType type;
    private final int length;
    private final int block;
    private final EnumMap<Use, Cipher> ciphers = new EnumMap<>(Use.class);
    private byte[] k1;
    private byte[] k2;

    private BlockKey(KeyType type, int length, String algorithm, byte[] own, int block) {
        key = new Raw(algorithm, own);
        this.type = type;
        this.length = length;
        this.block = block;
    }

    /** From a copy of the key bytes; a 16-byte triple DES key is used as K1 K2 K1. */
    static BlockKey of(KeyType type, byte[] key) {
        if (!type.allows(key.length)) {
            throw new IllegalArgumentException("A key of type " + type + " cannot have " + key.length + " bytes");
        }
        if (type == KeyType.AES) {
            return new BlockKey(type, key.length, "AES", key.clone(), 16);
        }
        byte[] k = Arrays.copyOf(key, 24);
        if (key.length == 16) {
            System.arraycopy(key, 0, k, 16, 8);
        }
        return new BlockKey(type, key.length, "DESede", k, 8);
    }

    /** Single DES with the first 8 bytes of {@code key}. */
    static BlockKey singleDes(byte[] key) {
        return new BlockKey(KeyType.DES3, 8, "DES", Arrays.copyOf(key, 8), 8);
    }

    @Override
    public KeyType type() {
        return type;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public StaticKey share() {
        return new BlockKey(type, length, key.getAlgorithm(), key.getEncoded(), block);
    }

    @Override
    public byte[] hmacSha256(byte[] data) {
        byte[] bytes = key.getEncoded();
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new Raw("HmacSHA256", Arrays.copyOf(bytes, length)));
            return hmac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime lacks HmacSHA256", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private Cipher made(Use use) {
        Cipher c = ciphers.get(use);
        if (c == null) {
            String transformation = key.getAlgorithm() + "/" + (use.chained ? "CBC" : "ECB") + "/NoPadding";
            try {
                c = Cipher.getInstance(transformation);
                c.init(use.mode, key, use.chained ? new IvParameterSpec(new byte[block]) : null);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("The Java runtime lacks " + transformation, e);
            }
            ciphers.put(use, c);
        }
        return c;
    }

    /** Runs a cipher from its start; {@code doFinal} leaves it there. */
    private byte[] run(Use use, byte[] data, int length) {
        whole(length);
        if (length == 0) {
            return new byte[0];
        }
        try {
            return made(use).doFinal(data, 0, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime cannot run " + key.getAlgorithm(), e);
        }
    }

    @Override
    public byte[] ecbEncrypt(byte[] data) {
        return run(Use.ECB_ENCRYPT, data, data.length);
    }

    /** ECB decryption. */
    byte[] ecbDecrypt(byte[] data) {
        return run(Use.ECB_DECRYPT, data, data.length);
    }

    @Override
    public byte[] cbcEncrypt(byte[] data) {
        return run(Use.CBC_ENCRYPT, data, data.length);
    }

    /** CBC encryption without padding. */
    byte[] cbcEncrypt(byte[] iv, byte[] data) {
        return run(Use.CBC_ENCRYPT, started(iv, data, data.length), data.length);
    }

    /** CBC decryption without padding. */
    byte[] cbcDecrypt(byte[] iv, byte[] data) {
        byte[] out = run(Use.CBC_DECRYPT, data, data.length);
        xor(out, 0, iv, Math.min(block, out.length));
        return out;
    }

    /** CBC-MAC of data that is already padded: the last cipher block. */
    byte[] cbcMac(byte[] icv, byte[] padded, int length) {
        if (length == 0) {
            return icv.clone();
        }
        byte[] chain = run(Use.CBC_ENCRYPT, started(icv, padded, length), length);
        return Arrays.copyOfRange(chain, length - block, length);
    }

    @Override
    public byte[] cmac(byte[] data) {
        if (k1 == null) {
            k1 = doubled(ecbEncrypt(new byte[block]));
            k2 = doubled(k1);
        }
        int n = data.length;
        boolean full = n > 0 && n % block == 0;
        byte[] padded = Arrays.copyOf(data, full ? n : (n / block + 1) * block);
        if (!full) {
            padded[n] = (byte) 0x80;
        }
        xor(padded, padded.length - block, full ? k1 : k2, block);
        byte[] chain = run(Use.CBC_ENCRYPT, padded, padded.length);
        return Arrays.copyOfRange(chain, chain.length - block, chain.length);
    }

    /** The data with the IV added to its first block, which makes a cipher that starts from zero start from there. */
    private byte[] started(byte[] iv, byte[] data, int length) {
        byte[] in = Arrays.copyOf(data, length);
        xor(in, 0, iv, Math.min(block, length));
        return in;
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

    private void whole(int length) {
        if (length % block != 0) {
            throw new IllegalArgumentException(length + " bytes are no multiple of the block of " + block);
        }
    }

    private static void xor(byte[] into, int at, byte[] with, int length) {
        for (int i = 0; i < length; i++) {
            into[at + i] ^= with[i];
        }
    }

    @Override
    public void close() {
        key.destroy();
        ciphers.clear();
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
