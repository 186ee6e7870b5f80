// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import javax.security.auth.Destroyable;

/**
 * The three static keys of a security domain under one key version: ENC (authentication and encryption), MAC, DEK (key
 * encryption, also called KEK). Holds copies, erased on {@link #close}; never shows key bytes in {@link #toString}.
 */
public final class KeySet implements Destroyable, AutoCloseable {

    private final int version;
    private final KeyType type;
    private final byte[] enc;
    private final byte[] mac;
    private final byte[] dek;
    private volatile boolean destroyed;

    private KeySet(int version, KeyType type, byte[] enc, byte[] mac, byte[] dek) {
        if ((version & ~0xFF) != 0) {
            throw new IllegalArgumentException("A key version is 0 to 255, not " + version);
        }
        for (byte[] k : new byte[][] {enc, mac, dek}) {
            if (!type.allows(k.length)) {
                throw new IllegalArgumentException("A key of type " + type + " cannot have " + k.length + " bytes");
            }
        }
        this.version = version;
        this.type = type;
        this.enc = enc.clone();
        this.mac = mac.clone();
        this.dek = dek.clone();
    }

    /**
     * Three keys. The caller still owns, and should erase, its arrays.
     *
     * @param version 0 to 255
     * @throws IllegalArgumentException if the version or a key length is not allowed
     */
    public static KeySet of(int version, KeyType type, byte[] enc, byte[] mac, byte[] dek) {
        return new KeySet(version, type, enc, mac, dek);
    }

    /** The same key three times. */
    public static KeySet same(int version, KeyType type, byte[] key) {
        return new KeySet(version, type, key, key, key);
    }

    /**
     * The key cards come with from the factory, {@code 40 41 … 4F}, three times. Known to everybody: for tests and
     * first contact.
     */
    public static KeySet factory(int version, KeyType type) {
        return same(version, type, factoryKey());
    }

    /** {@code 40 41 … 4F}. */
    public static byte[] factoryKey() {
        byte[] k = new byte[16];
        for (int i = 0; i < 16; i++) {
            k[i] = (byte) (0x40 + i);
        }
        return k;
    }

    /** Key version, 0 to 255. */
    public int version() {
        return version;
    }

    /** Kind of all three keys. */
    public KeyType type() {
        return type;
    }

    /** A copy of the ENC key, for the caller to erase. @throws IllegalStateException once destroyed */
    public byte[] enc() {
        return copy(enc);
    }

    /** A copy of the MAC key, for the caller to erase. @throws IllegalStateException once destroyed */
    public byte[] mac() {
        return copy(mac);
    }

    /** A copy of the DEK, for the caller to erase. @throws IllegalStateException once destroyed */
    public byte[] dek() {
        return copy(dek);
    }

    /** The same keys under another version; independent of this set. */
    public KeySet withVersion(int newVersion) {
        check();
        return new KeySet(newVersion, type, enc, mac, dek);
    }

    /** True if all three keys are the published factory key. */
    public boolean isFactory() {
        check();
        byte[] f = factoryKey();
        return MessageDigest.isEqual(f, enc) & MessageDigest.isEqual(f, mac) & MessageDigest.isEqual(f, dek);
    }

    /** True if type and keys are the same, whatever the versions; constant time over the keys. */
    public boolean sameKeys(KeySet other) {
        check();
        other.check();
        return type == other.type & MessageDigest.isEqual(enc, other.enc) & MessageDigest.isEqual(mac, other.mac)
                & MessageDigest.isEqual(dek, other.dek);
    }

    /**
     * Key check value, 3 bytes: of zeros for triple DES, of 16 bytes 01 for AES (GlobalPlatform 2.2.1 §B.5, Amendment D
     * §4.1.4).
     */
    public static byte[] kcv(KeyType type, byte[] key) {
        try (BlockKey k = BlockKey.of(type, key)) {
            return Arrays.copyOf(k.ecbEncrypt(kcvBlock(type)), 3);
        }
    }

    /** The block whose encryption begins with the key check value. */
    static byte[] kcvBlock(KeyType type) {
        byte[] block = new byte[type.blockSize()];
        if (type == KeyType.AES) {
            Arrays.fill(block, (byte) 1);
        }
        return block;
    }

    /** Key check value of one of this set's keys, or of a key of the same type. */
    public byte[] kcv(byte[] key) {
        return kcv(type, key);
    }

    private byte[] copy(byte[] key) {
        check();
        return key.clone();
    }

    private void check() {
        if (destroyed) {
            throw new IllegalStateException("This key set has been erased");
        }
    }

    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(enc, (byte) 0);
        Arrays.fill(mac, (byte) 0);
        Arrays.fill(dek, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public void close() {
        destroy();
    }

    @Override
    public String toString() {
        return String.format("KeySet[version %02X, %s-%d]", version, type, 8 * enc.length);
    }
}
