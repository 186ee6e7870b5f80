// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Hex;

/** Elliptic curves, as algorithm attributes name them (OpenPGP card 3.4.1 §4.4.3.10). */
public enum Curve {
    /** NIST P-256. */
    P256("secp256r1", "NIST P-256", "2A8648CE3D030107", 256),
    /** NIST P-384. */
    P384("secp384r1", "NIST P-384", "2B81040022", 384),
    /** NIST P-521. */
    P521("secp521r1", "NIST P-521", "2B81040023", 521),
    /** secp256k1. */
    K256("secp256k1", "secp256k1", "2B8104000A", 256),
    /** brainpoolP256r1. */
    BRAINPOOL_P256("brainpoolP256r1", "brainpoolP256r1", "2B2403030208010107", 256),
    /** brainpoolP384r1. */
    BRAINPOOL_P384("brainpoolP384r1", "brainpoolP384r1", "2B240303020801010B", 384),
    /** brainpoolP512r1. */
    BRAINPOOL_P512("brainpoolP512r1", "brainpoolP512r1", "2B240303020801010D", 512),
    /** Ed25519, signs. */
    ED25519("Ed25519", "Ed25519", "2B06010401DA470F01", 256),
    /** Curve25519, agrees on secrets. */
    X25519("X25519", "Curve25519", "2B060104019755010501", 256),
    /** Ed448, signs. */
    ED448("Ed448", "Ed448", "2B6571", 448),
    /** X448, agrees on secrets. */
    X448("X448", "X448", "2B656F", 448);

    private final String standardName;
    private final String words;
    private final byte[] oid;
    private final int bits;

    Curve(String standardName, String words, String oid, int bits) {
        this.standardName = standardName;
        this.words = words;
        this.oid = Hex.parse(oid);
        this.bits = bits;
    }

    /** As the JDK and Bouncy Castle call it. */
    public String standardName() {
        return standardName;
    }

    /** As people call it. */
    public String words() {
        return words;
    }

    /** The object identifier, without tag and length. */
    public byte[] oid() {
        return oid.clone();
    }

    /** Size of the field in bits. */
    public int bits() {
        return bits;
    }

    /** Length of a coordinate or private key in bytes. */
    public int bytes() {
        return (bits + 7) / 8;
    }

    /** True for the curves on which ECDSA and ECDH are done with uncompressed points. */
    public boolean isWeierstrass() {
        return this != ED25519 && this != X25519 && this != ED448 && this != X448;
    }

    /** True if a key on it signs. */
    public boolean signs() {
        return this != X25519 && this != X448;
    }

    /** True if a key on it agrees on secrets. */
    public boolean agrees() {
        return this != ED25519 && this != ED448;
    }

    /** The curve with an object identifier. */
    public static Optional<Curve> ofOid(byte[] oid) {
        return Arrays.stream(values()).filter(c -> Arrays.equals(c.oid, oid)).findFirst();
    }
}
