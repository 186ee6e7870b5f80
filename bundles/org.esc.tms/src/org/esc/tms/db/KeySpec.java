// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Map;
import java.util.Optional;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.RevocationReason;

/**
 * One key pair and certificate that a profile puts on a token.
 *
 * @param role         {@code signing}, {@code encryption}, …: unique in the profile
 * @param label        label of the certificate on the token; {@code $userid$} stands for the user
 * @param certId       index n of the certificate objects {@code Cn}, {@code cn}
 * @param privateKey   key slot of the private key
 * @param publicKey    key slot of the public key
 * @param bits         RSA modulus length
 * @param serverKeygen true if the server makes the key and imports it
 * @param archive      true if a key made by the server is archived
 * @param kind         what the CA puts into the certificate
 * @param validityDays how long the certificate lives
 * @param onLoss       what becomes of key and certificate when the user's earlier token is in such a state
 */
public record KeySpec(String role, String label, int certId, int privateKey, int publicKey, int bits,
        boolean serverKeygen,
        boolean archive, CertificateKind kind, int validityDays, Map<TokenState, LossRule> onLoss) {

    public KeySpec {
        onLoss = Map.copyOf(onLoss);
    }

    /** The label for a user. */
    public String label(String userId) {
        return label.replace("$userid$", userId);
    }

    /** How the new token's key comes about. */
    public enum Recovery {
        /** A new key and certificate. */
        GENERATE_NEW_KEY,
        /** The last archived key and its certificate. */
        RECOVER_LAST,
        /** Both. */
        GENERATE_NEW_KEY_AND_RECOVER_LAST
    }

    /**
     * What happens to a key of a lost token.
     *
     * @param recovery     how its successor on the next token comes about
     * @param revoke       reason to revoke the certificate with, empty to leave it valid
     * @param untilLast    true if it stays valid while another active token holds it
     * @param revokeExpired true if even an expired certificate is revoked
     */
    public record LossRule(Recovery recovery, Optional<RevocationReason> revoke, boolean untilLast,
            boolean revokeExpired) {
    }
}
