// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.TransportRules;
import org.esc.driver.Capability;
import org.esc.driver.CardDriver;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.Pins;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.openpgp.OpenPgpAppletFactory;

/** A software card with the OpenPGP application and the drivers' view of it. */
final class TestCard {

    static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);

    private TestCard() {
    }

    static SoftCard fresh() {
        return SoftCard.withApplets(CardSpec.standard(), new OpenPgpAppletFactory());
    }

    private static Drivers drivers() {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        drivers.addDriver(new OpenPgpDriver(), Map.of(CardDriver.NAME, "OpenPGP", CardDriver.AID, "D27600012401"));
        return drivers;
    }

    static TokenInfo read(CardChannel channel) throws EscException {
        return drivers().read(READER, TransportRules.over(channel));
    }

    static OpenCard open(CardChannel channel) throws EscException {
        return drivers().open(READER, TransportRules.over(channel), Origin.probe("test"));
    }

    static <C extends Capability> C on(OpenCard card, Class<C> type) throws EscException {
        return card.need(type, Optional.of("OpenPGP"), "do this");
    }

    static void verify(OpenCard card, String pin, String value) throws EscException {
        try (Secret s = Secret.of(value)) {
            on(card, Pins.class).verifyPin(pin, s);
        }
    }

    /** A key pair made here. */
    static KeyPair pair(KeyAlgorithm a) throws Exception {
        KeyPairGenerator g = switch (a.family()) {
            case "RSA" -> KeyPairGenerator.getInstance("RSA");
            case "EC" -> KeyPairGenerator.getInstance("EC", BC);
            default -> KeyPairGenerator.getInstance(a.curve());
        };
        if (a.isRsa()) {
            g.initialize(a.bits());
        } else if (a.family().equals("EC")) {
            g.initialize(new ECGenParameterSpec(a.curve()));
        }
        return g.generateKeyPair();
    }

    /** A certificate for a key, signed by another. */
    static X509Certificate certificate(PublicKey key, PrivateKey issuer, String algorithm) throws Exception {
        var name = new X500Name("CN=Alice Example,O=Example Office");
        return new JcaX509CertificateConverter().getCertificate(new JcaX509v3CertificateBuilder(name, BigInteger.TEN,
                Date.from(Instant.now().minus(Duration.ofDays(1))), Date.from(Instant.now().plus(Duration.ofDays(365))), name, key)
                .build(new JcaContentSignerBuilder(algorithm).setProvider(BC).build(issuer)));
    }
}
