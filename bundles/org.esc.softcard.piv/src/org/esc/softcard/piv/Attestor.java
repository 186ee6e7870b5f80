// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.piv.PivSlot;

/** Writes certificates about keys that the card made, signed by its attestation key. */
final class Attestor {

    private static final String NAME = "CN=ESC software PIV attestation (for tests only)";
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2052-04-17T00:00:00Z");
    /** Yubico's arc for what an attestation says. */
    private static final String ARC = "1.3.6.1.4.1.41482.3.";

    private Attestor() {
    }

    /** The certificate of the attestation key, by itself. */
    static X509Certificate authority(CardKey key, SecureRandom random) {
        try {
            var name = new X500Name(NAME);
            var b = new X509v3CertificateBuilder(name, serial(random), Date.from(FROM), Date.from(UNTIL), name, key.info());
            b.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            return signed(b, key);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate that says: this key was made on the card with this serial number, and has these policies. */
    static X509Certificate attest(PivSlot slot, CardKey key, CardKey signer, String issuer, byte[] version, long serial, SecureRandom random) {
        try {
            var b = new X509v3CertificateBuilder(new X500Name(issuer), serial(random), Date.from(FROM), Date.from(UNTIL),
                    new X500Name("CN=YubiKey PIV Attestation " + slot.id()), key.info());
            say(b, "3", new DEROctetString(version));
            say(b, "7", new ASN1Integer(serial));
            say(b, "8", new DEROctetString(new byte[] {(byte) key.pinPolicy(), (byte) key.touchPolicy()}));
            return signed(b, signer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Integers are written as such, bytes bare: so Yubico's cards do it. */
    private static void say(X509v3CertificateBuilder b, String arc, ASN1Encodable value) throws IOException {
        byte[] bytes = value instanceof DEROctetString o ? o.getOctets() : value.toASN1Primitive().getEncoded();
        b.addExtension(new ASN1ObjectIdentifier(ARC + arc), false, bytes);
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(120, random).setBit(120);
    }

    private static X509Certificate signed(X509v3CertificateBuilder b, CardKey by) {
        try {
            String algorithm = switch (by.algorithm().family()) {
                case RSA -> "SHA256withRSA";
                case ED25519 -> "Ed25519";
                default -> "SHA256withECDSA";
            };
            return new JcaX509CertificateConverter().getCertificate(b.build(new JcaContentSignerBuilder(algorithm).build(by.pair().getPrivate())));
        } catch (CertificateException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
