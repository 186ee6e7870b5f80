// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.Arrays;
import java.util.Optional;

/** Algorithm identifiers (SP 800-78-5 table 6-2, and Yubico's for what came with its firmware 5.7). */
public enum PivAlgorithm {
    /** Triple DES with three keys. */
    DES3(0x03, "3DES", Family.SYMMETRIC, 192, 24),
    /** AES, 128 bit. */
    AES128(0x08, "AES-128", Family.SYMMETRIC, 128, 16),
    /** AES, 192 bit. */
    AES192(0x0A, "AES-192", Family.SYMMETRIC, 192, 24),
    /** AES, 256 bit. */
    AES256(0x0C, "AES-256", Family.SYMMETRIC, 256, 32),
    /** RSA, 1024 bit. */
    RSA1024(0x06, "RSA 1024", Family.RSA, 1024, 128),
    /** RSA, 2048 bit. */
    RSA2048(0x07, "RSA 2048", Family.RSA, 2048, 256),
    /** RSA, 3072 bit. */
    RSA3072(0x05, "RSA 3072", Family.RSA, 3072, 384),
    /** RSA, 4096 bit. */
    RSA4096(0x16, "RSA 4096", Family.RSA, 4096, 512),
    /** Curve P-256. */
    P256(0x11, "EC P-256", Family.EC, 256, 32),
    /** Curve P-384. */
    P384(0x14, "EC P-384", Family.EC, 384, 48),
    /** Ed25519. */
    ED25519(0xE0, "Ed25519", Family.ED25519, 256, 32),
    /** X25519. */
    X25519(0xE1, "X25519", Family.X25519, 256, 32);

    /** Kinds of algorithms. */
    public enum Family {
        /** A block cipher. */
        SYMMETRIC,
        /** RSA. */
        RSA,
        /** An elliptic curve of NIST's. */
        EC,
        /** Ed25519. */
        ED25519,
        /** X25519. */
        X25519
    }

    private final int id;
    private final String text;
    private final Family family;
    private final int bits;
    private final int length;

    PivAlgorithm(int id, String text, Family family, int bits, int length) {
        this.id = id;
        this.text = text;
        this.family = family;
        this.bits = bits;
        this.length = length;
    }

    /** The algorithm with an identifier. */
    public static Optional<PivAlgorithm> of(int id) {
        return Arrays.stream(values()).filter(a -> a.id == id).findFirst();
    }

    /** Identifier, one byte. */
    public int id() {
        return id;
    }

    /** As people write it: "RSA 2048". */
    public String text() {
        return text;
    }

    /** What kind it is. */
    public Family family() {
        return family;
    }

    /** Bits of the key, the modulus or the curve's field. */
    public int bits() {
        return bits;
    }

    /** Bytes of the key, the modulus or a coordinate. */
    public int length() {
        return length;
    }

    /** Bytes of a cipher's block. @throws IllegalStateException if it is no block cipher */
    public int block() {
        if (!isSymmetric()) {
            throw new IllegalStateException(text + " has no blocks");
        }
        return this == DES3 ? 8 : 16;
    }

    /** True for the block ciphers, which only the card management key uses. */
    public boolean isSymmetric() {
        return family == Family.SYMMETRIC;
    }
}
