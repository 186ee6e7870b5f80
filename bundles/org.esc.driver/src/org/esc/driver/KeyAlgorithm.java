// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/** Kinds of key pairs. */
public enum KeyAlgorithm {
    /** RSA, 1024 bit. */
    RSA_1024("RSA", 1024, ""),
    /** RSA, 2048 bit. */
    RSA_2048("RSA", 2048, ""),
    /** RSA, 3072 bit. */
    RSA_3072("RSA", 3072, ""),
    /** RSA, 4096 bit. */
    RSA_4096("RSA", 4096, ""),
    /** NIST P-256. */
    EC_P256("EC", 256, "secp256r1"),
    /** NIST P-384. */
    EC_P384("EC", 384, "secp384r1"),
    /** NIST P-521. */
    EC_P521("EC", 521, "secp521r1"),
    /** secp256k1. */
    EC_K256("EC", 256, "secp256k1"),
    /** brainpoolP256r1. */
    BRAINPOOL_P256("EC", 256, "brainpoolP256r1"),
    /** brainpoolP384r1. */
    BRAINPOOL_P384("EC", 384, "brainpoolP384r1"),
    /** brainpoolP512r1. */
    BRAINPOOL_P512("EC", 512, "brainpoolP512r1"),
    /** Ed25519, signs. */
    ED25519("EdDSA", 256, "Ed25519"),
    /** X25519, agrees on keys. */
    X25519("XDH", 256, "X25519");

    private final String family;
    private final int bits;
    private final String curve;

    KeyAlgorithm(String family, int bits, String curve) {
        this.family = family;
        this.bits = bits;
        this.curve = curve;
    }

    /** "RSA", "EC", "EdDSA" or "XDH", as the JDK calls it. */
    public String family() {
        return family;
    }

    /** Size of the modulus or of the curve's field in bits. */
    public int bits() {
        return bits;
    }

    /** The curve's name, empty for RSA. */
    public String curve() {
        return curve;
    }

    /** True for {@link #family} "RSA". */
    public boolean isRsa() {
        return family.equals("RSA");
    }
}
