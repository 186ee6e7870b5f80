// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
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
import org.esc.driver.Decryption;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.Pins;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.openpgp.OpenPgpAppletFactory;

/** A software card with the OpenPGP application and the drivers' view of it. */
final class TestCard {

    static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);
    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);

    private TestCard() {
    }

    static SoftCard fresh() {
        return SoftCard.withApplets(CardSpec.standard(), new OpenPgpAppletFactory());
    }

    /** A new one in a file. */
    static SoftCard create(Path file) throws EscException {
        CardFile.create(file, CardSpec.standard(), List.of(new OpenPgpAppletFactory()), Optional.empty());
        return open(file);
    }

    static SoftCard open(Path file) throws EscException {
        return CardFile.open(file, Optional.empty(), () -> List.of(new OpenPgpAppletFactory()));
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

    static void change(OpenCard card, String pin, String old, String fresh) throws EscException {
        try (Secret o = Secret.of(old); Secret f = Secret.of(fresh)) {
            on(card, Pins.class).changePin(pin, o, f);
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

    /** Signs with a key of the card and checks the signature. */
    static void assertSigns(OpenCard card, String slot, SignatureAlgorithm a, PublicKey key) throws Exception {
        byte[] signature = on(card, Signing.class).sign(slot, a,
                a.digest().isEmpty() ? MESSAGE : MessageDigest.getInstance(a.digest()).digest(MESSAGE));
        Signature v = Signature.getInstance(a.standardName(), BC);
        v.initVerify(key);
        v.update(MESSAGE);
        assertTrue(v.verify(signature), slot + " " + a);
    }

    /** Decrypts, or agrees on a secret, with the card's key. */
    static void assertSecrets(OpenCard card, PublicKey key, KeyAlgorithm a) throws Exception {
        var decryption = on(card, Decryption.class);
        assertEquals(a.isRsa(), decryption.decrypts("dec"));
        assertEquals(!a.isRsa(), decryption.agrees("dec"));
        if (a.isRsa()) {
            Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            c.init(Cipher.ENCRYPT_MODE, key);
            assertArrayEquals(MESSAGE, decryption.decrypt("dec", c.doFinal(MESSAGE)));
        } else {
            KeyPair other = pair(a);
            KeyAgreement g = a.family().equals("EC") ? KeyAgreement.getInstance("ECDH", BC) : KeyAgreement.getInstance("X25519");
            g.init(other.getPrivate());
            g.doPhase(key, true);
            assertArrayEquals(g.generateSecret(), decryption.agree("dec", other.getPublic()));
        }
    }

    /** Does all that the key in a slot can do; PW1 is 123456. */
    static void assertUsed(OpenCard card, String slot, PublicKey key, KeyAlgorithm a) throws Exception {
        if (slot.equals("dec")) {
            assertEquals(Set.of(), on(card, Signing.class).signatures(slot));
            verify(card, "pw1", "123456");
            assertSecrets(card, key, a);
            return;
        }
        for (SignatureAlgorithm s : on(card, Signing.class).signatures(slot)) {
            verify(card, slot.equals("sig") ? "pw1-sign" : "pw1", "123456");
            assertSigns(card, slot, s, key);
            if (slot.equals("sig")) {
                var e = assertThrows(EscException.class, () -> assertSigns(card, slot, s, key), "PW1 is good for one signature");
                assertEquals("pin-needed", e.problem().code());
            }
        }
    }
}
