// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.TransportRules;
import org.esc.driver.CardFacts;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.PivAppletFactory;

/** A PIV card in software, and the driver at work on it. */
final class TestCard {

    static final String PIN = "123456";
    static final String PUK = "12345678";
    static final byte[] MANAGEMENT_KEY = Hex.parse("010203040506070801020304050607080102030405060708");
    static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);

    private TestCard() {
    }

    static SoftCard fresh() {
        return fresh(new PivAppletFactory());
    }

    static SoftCard fresh(AppletFactory applet) {
        return SoftCard.withApplets(CardSpec.standard(), applet);
    }

    static PivToken open(SoftCard card) throws Exception {
        return open(TransportRules.over(card.channel()));
    }

    static PivToken open(CardChannel channel) throws Exception {
        var facts = new CardFacts("R", Atr.UNKNOWN, Optional.empty(), Map.<Aid, org.esc.apdu.ResponseApdu>of());
        var token = (PivToken) new PivDriver().open(facts, channel);
        token.select();
        return token;
    }

    /** Opened, with the management key and the PIN presented. */
    static PivToken ready(SoftCard card) throws Exception {
        PivToken t = open(card);
        t.authenticateAdministrator(Secret.of(MANAGEMENT_KEY));
        t.verifyPin("pin", Secret.of(PIN));
        return t;
    }

    /** A certificate for a key, by an authority that ends with it. */
    static X509Certificate certificate(PublicKey key, String name) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        KeyPair ca = g.generateKeyPair();
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Test CA"), BigInteger.valueOf(now.toEpochMilli()),
                Date.from(now.minus(Duration.ofHours(1))), Date.from(now.plus(Duration.ofDays(1))), new X500Name(name), key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.getPrivate())));
    }
}
