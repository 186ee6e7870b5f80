// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Fresh keys and certificates for cards of nobody, from an authority that is forgotten at once. */
final class TestPeople {

    private static final Duration VALID = Duration.ofDays(3650);
    private static final String AUTHORITY = "CN=ESC test authority,O=Nobody";

    private final SecureRandom random = new SecureRandom();
    private final KeyPair authority = ec();

    KeyPair rsa(int bits) {
        try {
            KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
            g.initialize(bits, random);
            return g.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    KeyPair ec() {
        try {
            KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
            g.initialize(new ECGenParameterSpec("secp256r1"), random);
            return g.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] authorityCertificate() {
        return certificate(AUTHORITY, authority.getPublic(), authority.getPrivate(), true, KeyUsage.keyCertSign | KeyUsage.cRLSign);
    }

    byte[] certificate(String subject, PublicKey key, int usage) {
        return certificate(subject, key, authority.getPrivate(), false, usage);
    }

    private byte[] certificate(String subject, PublicKey key, PrivateKey signer, boolean isAuthority, int usage) {
        Instant now = Instant.now();
        try {
            var b = new JcaX509v3CertificateBuilder(new X500Name(AUTHORITY), new BigInteger(63, random).add(BigInteger.ONE), Date.from(now),
                    Date.from(now.plus(VALID)), new X500Name(subject), key);
            b.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            b.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            return b.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)).getEncoded();
        } catch (CertIOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
