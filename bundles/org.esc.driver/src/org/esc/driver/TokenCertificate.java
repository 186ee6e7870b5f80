// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;


/**
 * A certificate on a token.
 *
 * @param id          the name on the card, "c1"
 * @param label       its label there, may be empty
 * @param certificate the certificate
 */
public record TokenCertificate(String id, String label, X509Certificate certificate) {


    /** True for the certificate of an authority. */
    public boolean isAuthority() {
        return certificate.getBasicConstraints() >= 0;
    }

    /** An attribute of the subject's name ("CN", "UID", "O"), the most significant one first; empty if there is none. */
    public String subject(String attribute) {
        try {
            var rdns = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            for (int i = rdns.size() - 1; i >= 0; i--) {
                if (rdns.get(i).getType().equalsIgnoreCase(attribute)
                        || attribute.equals("UID") && rdns.get(i).getType().equals("0.9.2342.19200300.100.1.1")) {
                    return String.valueOf(rdns.get(i).getValue());
                }
            }
        } catch (InvalidNameException _) {
            // a name that no directory would take: then it has no such attribute
        }
        return "";
    }

    /** "valid", "expired" or "not yet valid" at a moment, in English in every language. */
    public String validity(Instant at) {
        if (at.isAfter(certificate.getNotAfter().toInstant())) {
            return "expired";
        }
        return at.isBefore(certificate.getNotBefore().toInstant()) ? "not yet valid" : "valid";
    }

    /** Algorithm and size of the key: "RSA 2048". */
    public String keyText() {
        return switch (certificate.getPublicKey()) {
            case java.security.interfaces.RSAKey k -> "RSA " + k.getModulus().bitLength();
            case java.security.interfaces.ECKey k -> "EC " + k.getParams().getCurve().getField().getFieldSize();
            default -> certificate.getPublicKey().getAlgorithm().toUpperCase(Locale.ROOT);
        };
    }
}
