// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.driver.Attempts;
import org.esc.driver.Keys;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenKey;
import org.esc.driver.host.OpenCard;

/**
 * A certificate on a token, as the verbs show it.
 *
 * @param driver        of the application that it is in
 * @param id            its name there
 * @param label         its label there, may be empty
 * @param subject       RFC 2253
 * @param issuer        RFC 2253
 * @param serial        hexadecimal digits
 * @param notBefore     ISO 8601
 * @param notAfter      ISO 8601
 * @param validity      in a word
 * @param expiry        in words: "expires in 5 days"
 * @param key           "RSA 2048"
 * @param keySlot       the slot of its private key, if the token tells which
 * @param authority     true for the certificate of an authority
 * @param chain         the ids of the certificates above it that are on the token too, next one first
 * @param chainComplete true if the chain on the token ends with a root
 * @param sha1          fingerprint in hexadecimal digits
 * @param sha256        fingerprint in hexadecimal digits
 */
public record CertificateRow(String driver, String id, String label, String subject, String issuer, String serial, String notBefore,
        String notAfter, Validity validity, String expiry, String key, Optional<String> keySlot, boolean authority, List<String> chain,
        boolean chainComplete, String sha1, String sha256) {

    private static final int LONGEST_CHAIN = 10;

    public CertificateRow {
        chain = List.copyOf(chain);
    }

    /** Where a certificate stands in its life. */
    public enum Validity {
        /** Valid for more than a month. */
        VALID,
        /** Ends within a month. */
        ENDS_SOON,
        /** Ended. */
        EXPIRED,
        /** Begins later. */
        NOT_YET
    }

    static List<CertificateRow> of(String driver, List<TokenCertificate> all, List<TokenKey> keys, Instant now) {
        return all.stream().map(c -> of(driver, c, all, keys, now)).toList();
    }

    private static CertificateRow of(String driver, TokenCertificate c, List<TokenCertificate> all, List<TokenKey> keys, Instant now) {
        X509Certificate x = c.certificate();
        var chain = new ArrayList<TokenCertificate>();
        Optional<TokenCertificate> above = issuerOf(c, all);
        while (above.isPresent() && !chain.contains(above.get()) && chain.size() < LONGEST_CHAIN) {
            chain.add(above.get());
            above = issuerOf(above.get(), all);
        }
        return new CertificateRow(driver, c.id(), c.label(), x.getSubjectX500Principal().getName(), x.getIssuerX500Principal().getName(),
                Hex.of(x.getSerialNumber().toByteArray()), x.getNotBefore().toInstant().toString(), x.getNotAfter().toInstant().toString(),
                validity(c, now), CertificateText.expiry(x, now), c.keyText(), slot(x.getPublicKey(), keys), c.isAuthority(),
                chain.stream().map(TokenCertificate::id).toList(), isRoot(chain.isEmpty() ? c : chain.getLast()),
                Hex.of(CertificateText.digest(x, "SHA-1")), Hex.of(CertificateText.digest(x, "SHA-256")));
    }

    private static Validity validity(TokenCertificate c, Instant now) {
        return switch (c.validity(now)) {
            case "expired" -> Validity.EXPIRED;
            case "valid" -> now.plusSeconds(CertificateText.SOON).isAfter(c.certificate().getNotAfter().toInstant()) ? Validity.ENDS_SOON
                    : Validity.VALID;
            default -> Validity.NOT_YET;
        };
    }

    /** The certificate among these whose key signed another, unless that signed itself. */
    private static Optional<TokenCertificate> issuerOf(TokenCertificate c, List<TokenCertificate> all) {
        return all.stream().filter(a -> a != c && signed(a.certificate(), c.certificate())).findFirst();
    }

    private static boolean isRoot(TokenCertificate c) {
        return signed(c.certificate(), c.certificate());
    }

    private static boolean signed(X509Certificate by, X509Certificate x) {
        if (!x.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
            return false;
        }
        try {
            x.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException _) {
            return false;
        }
    }

    private static Optional<String> slot(PublicKey key, List<TokenKey> keys) {
        return keys.stream().filter(k -> k.present() && !k.type().contains("public")
                && k.publicKey().filter(p -> Arrays.equals(p.getEncoded(), key.getEncoded())).isPresent()).findFirst().map(TokenKey::slot);
    }

    /** The keys of an application, none if it cannot tell. */
    static List<TokenKey> keys(OpenCard.Application application, Attempts parts) throws EscException {
        var keys = new ArrayList<TokenKey>();
        parts.at(() -> {
            Optional<Keys> k = application.capability(Keys.class);
            if (k.isPresent()) {
                keys.addAll(k.get().keys());
            }
        });
        return keys;
    }
}
