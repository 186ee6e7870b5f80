// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Hex;

/**
 * What a person looks at before trusting a certificate.
 *
 * @param subject     whom it names
 * @param issuer      who issued it
 * @param serial      its number, hexadecimal
 * @param notBefore   when it begins
 * @param notAfter    when it ends
 * @param names       DNS names and IP addresses of the server it is for
 * @param key         algorithm and size of the key: "RSA 2048"
 * @param signature   how it is signed: "SHA256withRSA"
 * @param authority   true if it is an authority's
 * @param selfSigned  true if it names itself as issuer
 * @param fingerprint SHA-256 over it, 64 hexadecimal digits
 */
public record CertificateFacts(String subject, String issuer, String serial, Instant notBefore, Instant notAfter, List<String> names, String key,
        String signature, boolean authority, boolean selfSigned, String fingerprint) {

    private static final int DNS = 2;
    private static final int IP = 7;

    public CertificateFacts {
        names = List.copyOf(names);
    }

    /** Of a certificate. */
    public static CertificateFacts of(X509Certificate c) {
        return new CertificateFacts(c.getSubjectX500Principal().getName(), c.getIssuerX500Principal().getName(),
                Hex.of(c.getSerialNumber().toByteArray()), c.getNotBefore().toInstant(), c.getNotAfter().toInstant(), hosts(c), key(c),
                c.getSigAlgName(), c.getBasicConstraints() >= 0, c.getSubjectX500Principal().equals(c.getIssuerX500Principal()),
                CertificateFiles.fingerprint(c));
    }

    /** DNS names and IP addresses in the certificate's subjectAltName; none if it cannot be read. */
    public static List<String> hosts(X509Certificate certificate) {
        var found = new ArrayList<String>();
        try {
            var all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (var n : all) {
                    if (n.get(0) instanceof Integer kind && (kind == DNS || kind == IP) && n.get(1) instanceof String s) {
                        found.add(s);
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // unreadable names match nothing
        }
        return found;
    }

    private static String key(X509Certificate c) {
        return switch (c.getPublicKey()) {
            case RSAKey k -> "RSA " + k.getModulus().bitLength();
            case ECKey k -> "EC " + k.getParams().getCurve().getField().getFieldSize();
            default -> c.getPublicKey().getAlgorithm();
        };
    }

    /** The fingerprint as it is read out: pairs of digits with colons. */
    public String readable() {
        return CertificateFiles.readable(fingerprint);
    }

    /** The part of the subject a person looks for: its common name, else all of it. */
    public String shortSubject() {
        return CertificateFiles.shortName(subject);
    }
}
