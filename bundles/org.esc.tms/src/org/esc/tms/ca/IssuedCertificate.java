// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * A certificate of this CA.
 *
 * @param certificate the certificate
 * @param kind        what for
 * @param userId      to whom
 * @param status      see {@link Status}; expiry counts only while not revoked
 * @param reason      why it is revoked or on hold
 * @param revokedAt   since when
 */
public record IssuedCertificate(X509Certificate certificate, CertificateKind kind, String userId, Status status,
        Optional<RevocationReason> reason, Optional<Instant> revokedAt) {

    /** Its serial number. */
    public BigInteger serial() {
        return certificate.getSerialNumber();
    }

    /** Whether it can be relied on. */
    public enum Status {
        /** Yes. */
        VALID,
        /** Not any more. */
        EXPIRED,
        /** Not for now. */
        ON_HOLD,
        /** Never again. */
        REVOKED
    }
}
