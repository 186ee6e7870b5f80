// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * Ways to sign. The token is handed the digest, or for {@link #ED25519} the message.
 */
public enum SignatureAlgorithm {
    /** PKCS#1 v1.5 over SHA-256. */
    RSA_PKCS1_SHA256("SHA256withRSA", "SHA-256"),
    /** PKCS#1 v1.5 over SHA-384. */
    RSA_PKCS1_SHA384("SHA384withRSA", "SHA-384"),
    /** PKCS#1 v1.5 over SHA-512. */
    RSA_PKCS1_SHA512("SHA512withRSA", "SHA-512"),
    /** PSS over SHA-256, salt of 32 bytes. */
    RSA_PSS_SHA256("SHA256withRSAandMGF1", "SHA-256"),
    /** PSS over SHA-384, salt of 48 bytes. */
    RSA_PSS_SHA384("SHA384withRSAandMGF1", "SHA-384"),
    /** PSS over SHA-512, salt of 64 bytes. */
    RSA_PSS_SHA512("SHA512withRSAandMGF1", "SHA-512"),
    /** ECDSA over SHA-256; the signature as the DER sequence of r and s. */
    ECDSA_SHA256("SHA256withECDSA", "SHA-256"),
    /** ECDSA over SHA-384. */
    ECDSA_SHA384("SHA384withECDSA", "SHA-384"),
    /** ECDSA over SHA-512. */
    ECDSA_SHA512("SHA512withECDSA", "SHA-512"),
    /** Ed25519 (RFC 8032), over the message itself. */
    ED25519("Ed25519", "");

    private final String standardName;
    private final String digest;

    SignatureAlgorithm(String standardName, String digest) {
        this.standardName = standardName;
        this.digest = digest;
    }

    /** As Bouncy Castle calls it. */
    public String standardName() {
        return standardName;
    }

    /** The digest's name in the JDK, empty if the message itself is signed. */
    public String digest() {
        return digest;
    }

    /** True for the RSA ones with PSS padding. */
    public boolean isPss() {
        return name().startsWith("RSA_PSS");
    }
}
