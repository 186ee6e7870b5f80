// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.coolkey.Acl;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.Ins;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.AdministratorKey;
import org.esc.driver.Capability;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyPolicy;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pins;
import org.esc.driver.cac.CacDriver;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.Tokens;
import org.esc.driver.openpgp.OpenPgpDriver;
import org.esc.driver.piv.PivDriver;
import org.esc.driver.pkcs15.Pkcs15Driver;
import org.esc.driver.verbs.CardWork;
import org.esc.driver.verbs.CertificateVerbs;
import org.esc.driver.verbs.InfoVerb;
import org.esc.driver.verbs.KeyVerbs;
import org.esc.driver.verbs.ObjectVerbs;
import org.esc.driver.verbs.TokenArgs;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.softcard.files.CacCardFactory;
import org.esc.softcard.files.Pkcs15CardFactory;
import org.esc.softcard.openpgp.OpenPgpAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our drivers and verbs with a recorded card: the same results as with the card itself. */
class DriversTest {

    @TempDir
    Path folder;

    /** Cards with something on them. */
    enum Kind {
        PIV {
            @Override
            SoftCard card() throws Exception {
                SoftCard card = SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory());
                CardApplication app = opened(new PivDriver(), card);
                try (Secret key = Secret.of(Hex.parse("010203040506070801020304050607080102030405060708")); Secret pin = Secret.of("123456")) {
                    on(app, AdministratorKey.class).authenticateAdministrator(key);
                    on(app, Pins.class).verifyPin("pin", pin);
                }
                certify(app, "9a");
                certify(app, "9c");
                on(app, ObjectWriting.class).writeObject("5fc102", Hex.parse("3019D4E739DA739CED39CE739D836858210842108421C84210C3EB3410"
                        + "00112233445566778899AABBCCDDEEFF350832303939303130313E00FE00"));
                return card;
            }
        },
        OPENPGP {
            @Override
            SoftCard card() throws Exception {
                SoftCard card = SoftCard.withApplets(CardSpec.standard(), new OpenPgpAppletFactory());
                CardApplication app = opened(new OpenPgpDriver(), card);
                try (Secret pin = Secret.of("12345678")) {
                    on(app, Pins.class).verifyPin("pw3", pin);
                }
                on(app, KeyGeneration.class).generateKey("sig", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
                certify(app, "aut");
                return card;
            }
        },
        COOLKEY {
            @Override
            SoftCard card() throws Exception {
                SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
                var channel = card.channel();
                new CardManager(channel).selectCardManager(CardManager.KNOWN);
                try (KeySet keys = KeySet.factory(1, card.scp().keyType()); var secure = secure(channel, keys)) {
                    var manager = new CardManager(secure);
                    manager.installForLoad(Ins.PACKAGE, Optional.empty(), 4000);
                    manager.load(new byte[4000], 208, LoadProgress.NONE);
                    manager.installForInstall(Ins.PACKAGE, Ins.APPLET, 18000, new byte[] {0, 2, 0x20, 0x00});
                }
                new CoolKey(channel).select();
                try (KeySet keys = KeySet.factory(1, card.scp().keyType()); var secure = secure(channel, keys)) {
                    var admin = new CoolKeyAdmin(secure);
                    admin.createPin(0, 10, Secret.of("password"));
                    KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
                    g.initialize(256);
                    admin.putObject(ObjectId.COMBINED, new TokenObjects(7, card.cuid(), "John Doe", List.of(TokenObject.certificate(1, "signing key for jdoe",
                            certificate(g.generateKeyPair().getPublic()).getEncoded()))).encode(true), Acl.PUBLIC_OBJECT);
                    admin.setLifeCycle(LifeCycle.PERSONALIZED);
                }
                return card;
            }
        },
        PKCS15 {
            @Override
            SoftCard card() {
                return SoftCard.withApplets(CardSpec.standard(), new Pkcs15CardFactory());
            }
        },
        CAC {
            @Override
            SoftCard card() {
                return SoftCard.withApplets(CardSpec.standard(), new CacCardFactory());
            }
        };

        abstract SoftCard card() throws Exception;
    }

    private static SecureChannel secure(CardChannel card, KeySet keys) throws Exception {
        return SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new byte[8], WireStyle.TPS, Optional.empty()).authenticate(SecurityLevel.C_MAC_C_DEC);
    }

    private static CardApplication opened(CardDriver driver, SoftCard card) throws Exception {
        CardApplication app = driver.open(new CardFacts("R", Atr.UNKNOWN, Optional.empty(), Map.of()), TransportRules.over(card.channel()));
        app.select();
        return app;
    }

    private static <C extends Capability> C on(CardApplication app, Class<C> what) {
        return app.capability(what).orElseThrow();
    }

    private static void certify(CardApplication app, String slot) throws Exception {
        on(app, CertificateWriting.class).writeCertificate(slot,
                certificate(on(app, KeyGeneration.class).generateKey(slot, KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT)));
    }

    private static X509Certificate certificate(PublicKey key) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Test CA"), BigInteger.TWO, Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(Duration.ofDays(100))), new X500Name("CN=John Doe,O=Example"), key);
        return new JcaX509CertificateConverter().getCertificate(
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(g.generateKeyPair().getPrivate())));
    }

    private static String shown(Verb<?, ?> verb, Record args) throws EscException {
        return shownAs(verb, args);
    }

    @SuppressWarnings("unchecked")
    private static <A extends Record, R extends Record> String shownAs(Verb<A, R> verb, Record args) throws EscException {
        R r = verb.run((A) args, new Context(null, Progress.NONE, new Cancel()));
        var text = new StringWriter();
        verb.print(r, new PrintWriter(text, true));
        return verb.name() + "\n" + text + r + "\n";
    }

    /** What our verbs say of the card in the reader. */
    private String look(Readers readers) throws EscException {
        var drivers = new Drivers(new DriverRules(folder.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        drivers.addDriver(new PivDriver(), Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
        drivers.addDriver(new OpenPgpDriver(), Map.of(CardDriver.NAME, "OpenPGP", CardDriver.AID, "D27600012401"));
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        drivers.addDriver(new CacDriver(), Map.of(CardDriver.NAME, "CAC", CardDriver.AID, new String[] {"A000000116DB00", "A0000000791000", "A0000000790100"}));
        drivers.addDriver(new Pkcs15Driver(), Map.of(CardDriver.NAME, "PKCS #15", CardDriver.AID,
                new String[] {"A000000063504B43532D3135", "E828BD080F"}, CardDriver.DIRECTORY, new String[] {"A000000063504B43532D3135", "E828BD080F"}));
        var work = new CardWork(readers, drivers, null);
        var tokens = new Tokens(readers, drivers);
        var token = new TokenArgs(CardArgs.ANY, Optional.empty());
        try {
            return shown(new InfoVerb(readers, tokens, null), new InfoVerb.Args(CardArgs.ANY))
                    + shown(new CertificateVerbs.ListVerb(work), new CertificateVerbs.ListVerb.Args(token))
                    + shown(new KeyVerbs.ListVerb(work), new KeyVerbs.ListVerb.Args(token))
                    + shown(new ObjectVerbs.ListVerb(work), new ObjectVerbs.ListVerb.Args(token));
        } finally {
            tokens.close();
        }
    }

    private String looked(Path trace, Kind kind) throws Exception {
        try (SoftCard card = kind.card()) {
            return Recorder.record(trace, card, this::look);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRecordedCardLooksLikeTheCard(Kind kind) throws Exception {
        Path file = folder.resolve("t.esctrace");
        String seen = looked(file, kind);
        assertTrue(seen.length() > 1000, seen);
        for (Replay.Mode mode : Replay.Mode.values()) {
            Replay replay = Recorder.replay(file, mode);
            assertEquals(seen, Recorder.insert(replay, readers -> {
                String again = look(readers);
                ReplayReport r = replay.report();
                assertTrue(r.matched(), r::toString);
                assertEquals(r.card().exchanges(), r.asked(), r::toString);
                assertEquals(List.of(), r.neverAsked());
                return again;
            }), kind + " " + mode);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aTolerantOneLooksLikeTheCardHoweverOften(Kind kind) throws Exception {
        Path file = folder.resolve("t.esctrace");
        String seen = looked(file, kind);
        Replay replay = Recorder.replay(file, Replay.Mode.TOLERANT);
        Recorder.insert(replay, readers -> {
            assertEquals(seen, look(readers));
            assertEquals(seen, look(readers));
            assertTrue(replay.report().matched(), replay.report()::toString);
            return "";
        });
    }

    private static String administer(Readers readers, Optional<byte[]> challenge, ScpVersion scp) throws Exception {
        try (var session = readers.connect(Recorder.READER, Origin.verb("test")); KeySet keys = KeySet.factory(1, scp.keyType())) {
            session.transmit(CommandApdu.of(0, 0xA4, 4, 0, new byte[0], 256));
            var said = new StringBuilder();
            try (var secure = challenge.isPresent() ? SecureChannel.open(session, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC_C_DEC, challenge.get())
                    : SecureChannel.open(session, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC_C_DEC, new SecureRandom())) {
                for (String hex : List.of("80F28002024F0000", "80CA006600", "80F24002024F0000")) {
                    said.append(secure.transmit(CommandApdu.parse(hex))).append('\n');
                }
            }
            return said.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 05", "2 15", "3 00", "3 70"})
    void aRecordedSecureChannelIsOpenedWithTheRecordedChallenge(String variant) throws Exception {
        String[] v = variant.split(" ");
        var scp = new ScpVersion(Integer.parseInt(v[0]), Integer.parseInt(v[1], 16));
        Path file = folder.resolve("t.esctrace");
        String seen;
        try (SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(scp))) {
            seen = Recorder.record(file, card, readers -> administer(readers, Optional.empty(), scp));
        }
        for (Replay.Mode mode : Replay.Mode.values()) {
            Replay replay = Recorder.replay(file, mode);
            Recorder.insert(replay, readers -> {
                assertEquals(seen, administer(readers, Optional.empty(), scp));
                assertTrue(replay.report().matched(), replay.report()::toString);
                return "";
            });
        }
    }

    @Test
    void anotherChallengeIsAnsweredAndSaidNotToWork() throws Exception {
        Path file = folder.resolve("t.esctrace");
        try (SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(ScpVersion.SCP03_70))) {
            Recorder.record(file, card, readers -> administer(readers, Optional.empty(), ScpVersion.SCP03_70));
        }
        Replay tolerant = Recorder.replay(file, Replay.Mode.TOLERANT);
        Recorder.insert(tolerant, readers -> {
            var e = assertThrows(EscException.class, () -> administer(readers, Optional.of(new byte[8]), ScpVersion.SCP03_70));
            assertEquals("card-not-authentic", e.problem().code());
            return "";
        });
        assertTrue(tolerant.report().notes().getFirst().contains("another challenge than the host's"), tolerant.report()::toString);
        Replay strict = Recorder.replay(file, Replay.Mode.STRICT);
        Recorder.insert(strict, readers -> assertThrows(EscException.class, () -> administer(readers, Optional.of(new byte[8]), ScpVersion.SCP03_70)));
        assertFalse(strict.report().matched());
        assertTrue(strict.report().differences().getFirst().expected().startsWith("80500000"), strict.report()::toString);
    }
}
