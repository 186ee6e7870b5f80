// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates made on the spot. */
public final class TestCertificates {

    private TestCertificates() {
    }

    /** A P-256 key pair. */
    public static KeyPair ec() {
        try {
            var g = KeyPairGenerator.getInstance("EC");
            g.initialize(new ECGenParameterSpec("secp256r1"));
            return g.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** An RSA key pair of 2048 bit. */
    public static KeyPair rsa() {
        try {
            var g = KeyPairGenerator.getInstance("RSA");
            g.initialize(2048);
            return g.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** An authority's certificate for its own EC key. */
    public static X509Certificate root(KeyPair own, String name) {
        return authority(own.getPublic(), name, own, name, Instant.now().minusSeconds(1000), Instant.now().plusSeconds(1000L * 24 * 3600));
    }

    /** Somebody's certificate, by an authority with an EC key. */
    public static X509Certificate user(PublicKey key, String name, KeyPair by, String issuer, Instant from, Instant until) {
        return make(key, name, by, issuer, false, KeyPurposeId.id_kp_clientAuth, from, until);
    }

    /** An authority's certificate, by another one. */
    public static X509Certificate authority(PublicKey key, String name, KeyPair by, String issuer, Instant from, Instant until) {
        return make(key, name, by, issuer, true, KeyPurposeId.anyExtendedKeyUsage, from, until);
    }

    /** The certificate of somebody who signs the content of PIV cards. */
    public static X509Certificate contentSigner(PublicKey key, String name, KeyPair by, String issuer, Instant from, Instant until) {
        return make(key, name, by, issuer, false, KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.7")), from, until);
    }

    private static X509Certificate make(PublicKey key, String name, KeyPair by, String issuer, boolean authority, KeyPurposeId purpose, Instant from,
            Instant until) {
        try {
            var b = new JcaX509v3CertificateBuilder(new X500Name(issuer), BigInteger.valueOf(System.nanoTime()), Date.from(from), Date.from(until),
                    new X500Name(name), key);
            b.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            b.addExtension(Extension.keyUsage, true, new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            if (!authority) {
                b.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.rfc822Name, "jo@example.org")));
            }
            return new JcaX509CertificateConverter().getCertificate(b.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }
}
