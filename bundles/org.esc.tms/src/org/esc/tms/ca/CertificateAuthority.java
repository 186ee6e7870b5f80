// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.math.BigInteger;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;

/**
 * Issues and revokes certificates (X.509 v3, RFC 5280), and tells which are revoked. Joins the caller's transaction.
 */
public interface CertificateAuthority {

    /** The root certificate. */
    X509Certificate certificate();

    /**
     * Where relying parties reach the server: certificates issued from now on point to {@code base/ca/crl} (CRL),
     * {@code base/ca/ocsp} (OCSP) and {@code base/ca/ca.crt} (issuer).
     */
    void publishedAt(URI base) throws EscException;

    /** Issues a certificate. @throws EscException REFUSED, END_OP 10, for a key that is too weak or broken */
    IssuedCertificate issue(CertificateRequest request) throws EscException;

    /** Issues a successor with the same key, subject and kind. @throws EscException if it is unknown or revoked */
    IssuedCertificate renew(BigInteger serial, Duration validity) throws EscException;

    /** The certificate with this serial number. */
    Optional<IssuedCertificate> find(BigInteger serial) throws EscException;

    /** Certificates, newest first; of one user if given. */
    List<IssuedCertificate> list(Optional<String> userId, int start, int size) throws EscException;

    /**
     * Revokes, or with CERTIFICATE_HOLD puts on hold. A certificate on hold can be revoked for good; doing what is done
     * already changes nothing.
     *
     * @throws EscException REFUSED, END_OP 42, if it is unknown, or revoked for good and a hold is asked
     */
    IssuedCertificate revoke(BigInteger serial, RevocationReason reason) throws EscException;

    /** Takes a certificate off hold. @throws EscException REFUSED, END_OP 42, if it is unknown or revoked for good */
    IssuedCertificate unhold(BigInteger serial) throws EscException;

    /** The current revocation list, DER. */
    byte[] crl() throws EscException;

    /** Answers an OCSP request (RFC 6960), DER both ways; garbage is answered with {@code malformedRequest}. */
    byte[] ocsp(byte[] request) throws EscException;

    /**
     * Key and chain for the TLS server, made for localhost, 127.0.0.1, ::1 and {@code hosts}; made anew when about to
     * expire.
     */
    TlsIdentity tlsIdentity(List<String> hosts) throws EscException;
}
