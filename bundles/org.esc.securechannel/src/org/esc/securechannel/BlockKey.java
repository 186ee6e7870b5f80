// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * One block cipher key with its ciphers, scheduled once and reused: ECB, and CBC that always starts from zero, by the JDK
 * (which knows the processor's instructions for whole chains); other IVs and MACs on top of it, so that no call needs a new
 * cipher object. The forms with offsets work from one array of the caller into another and make no objects. Used by one thread
 * at a time. {@link #close} erases the key bytes.
 */
final class BlockKey implements StaticKey {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

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
    private final Cipher[] ciphers = new Cipher[Use.values().length];
    private byte[] scratch = {};
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
    public Optional<byte[]> bytes() {
        byte[] all = key.getEncoded();
        byte[] own = Arrays.copyOf(all, length);
        Arrays.fill(all, (byte) 0);
        return Optional.of(own);
    }

    @Override
    public byte[] hmacSha256(byte[] data) {
        byte[] bytes = key.getEncoded();
        Raw exact = new Raw("HmacSHA256", Arrays.copyOf(bytes, length));
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(exact);
            return hmac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime lacks HmacSHA256", e);
        } finally {
            exact.destroy();
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private Cipher made(Use use) {
        Cipher c = ciphers[use.ordinal()];
        if (c == null) {
            String transformation = key.getAlgorithm() + "/" + (use.chained ? "CBC" : "ECB") + "/NoPadding";
            try {
                c = Cipher.getInstance(transformation);
                c.init(use.mode, key, use.chained ? new IvParameterSpec(new byte[block]) : null);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("The Java runtime lacks " + transformation, e);
            }
            ciphers[use.ordinal()] = c;
        }
        return c;
    }

    /** Runs a cipher from its start; {@code doFinal} leaves it there. */
    private void run(Use use, byte[] in, int from, int length, byte[] out, int at) {
        if (length % block != 0) {
            throw new IllegalArgumentException(length + " bytes are no multiple of the block of " + block);
        }
        try {
            if (length > 0) {
                made(use).doFinal(in, from, length, out, at);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime cannot run " + key.getAlgorithm(), e);
        }
    }

    /** ECB encryption into another array; {@code length} is a multiple of the block. */
    void ecbEncrypt(byte[] in, int from, int length, byte[] out, int at) {
        run(Use.ECB_ENCRYPT, in, from, length, out, at);
    }

    /** CBC encryption with a zero IV into another array, without padding. To start elsewhere, add the IV to the first block. */
    void cbcEncrypt(byte[] in, int from, int length, byte[] out, int at) {
        run(Use.CBC_ENCRYPT, in, from, length, out, at);
    }

    /** CBC decryption with a zero IV into another array, without padding. For another IV, add it to the first block that comes out. */
    void cbcDecrypt(byte[] in, int from, int length, byte[] out, int at) {
        run(Use.CBC_DECRYPT, in, from, length, out, at);
    }

    /** CBC-MAC with a zero ICV over data that is already padded: the last cipher block. */
    void cbcMac(byte[] in, int from, int length, byte[] tag, int at) {
        run(Use.CBC_ENCRYPT, in, from, length, scratch(length), 0);
        System.arraycopy(scratch, length - block, tag, at, block);
    }

    /**
     * AES-CMAC (RFC 4493, NIST SP 800-38B), all 16 bytes. Up to a block behind {@code length} is used for padding and must be there.
     */
    void cmac(byte[] in, int length, byte[] tag, int at) {
        if (k1 == null) {
            k1 = doubled(ecbEncrypt(new byte[block]));
            k2 = doubled(k1);
        }
        int whole = Math.max(block, (length + block - 1) / block * block);
        if (length < whole) {
            pad(in, length, block);
        }
        byte[] k = length == whole ? k1 : k2;
        xor(in, whole - block, k, 0, block);
        cbcMac(in, 0, whole, tag, at);
        // what the caller gave comes out as it was
        xor(in, whole - block, k, 0, block);
    }

    private byte[] scratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, 320)];
        }
        return scratch;
    }

    @Override
    public byte[] ecbEncrypt(byte[] data) {
        byte[] out = new byte[data.length];
        run(Use.ECB_ENCRYPT, data, 0, data.length, out, 0);
        return out;
    }

    /** ECB decryption. */
    byte[] ecbDecrypt(byte[] data) {
        byte[] out = new byte[data.length];
        run(Use.ECB_DECRYPT, data, 0, data.length, out, 0);
        return out;
    }

    @Override
    public byte[] cbcEncrypt(byte[] data) {
        byte[] out = new byte[data.length];
        run(Use.CBC_ENCRYPT, data, 0, data.length, out, 0);
        return out;
    }

    /** CBC decryption with a zero IV, without padding. */
    byte[] cbcDecrypt(byte[] data) {
        byte[] out = new byte[data.length];
        run(Use.CBC_DECRYPT, data, 0, data.length, out, 0);
        return out;
    }

    @Override
    public byte[] cmac(byte[] data) {
        byte[] tag = new byte[block];
        byte[] in = Arrays.copyOf(data, data.length + block);
        cmac(in, data.length, tag, 0);
        Arrays.fill(in, (byte) 0);
        return tag;
    }

    /** Writes 80 and as many 00 as reach a multiple of {@code block} (ISO/IEC 9797-1 padding method 2); gives the new length. */
    static int pad(byte[] data, int length, int block) {
        int whole = (length / block + 1) * block;
        data[length] = (byte) 0x80;
        for (int i = length + 1; i < whole; i++) {
            data[i] = 0;
        }
        return whole;
    }

    /** Adds one block into another; {@code length} is 8 or 16. */
    static void xor(byte[] into, int at, byte[] with, int from, int length) {
        for (int i = 0; i < length; i += 8) {
            WORD.set(into, at + i, (long) WORD.get(into, at + i) ^ (long) WORD.get(with, from + i));
        }
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

    @Override
    public void close() {
        key.destroy();
        Arrays.fill(ciphers, null);
        Arrays.fill(scratch, (byte) 0);
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
