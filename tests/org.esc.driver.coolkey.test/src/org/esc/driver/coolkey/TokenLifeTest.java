// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.coolkey.Acl;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.CoolKeyDecoder;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyBlob;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.driver.CardDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.Pins;
import org.esc.driver.TokenState;
import org.esc.driver.host.Tokens;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.trace.TraceLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a software token through readers, drivers and trace: each state of a token's life shows, and no secret of it stays in the trace. */
class TokenLifeTest {

    private static final String PIN = "Geheim-7731";
    private static final String READER = "Soft";

    private final Readers readers = new Readers();
    private final SoftReaders soft = new SoftReaders();
    private final TraceLog trace = new TraceLog();
    private final Drivers drivers;
    private final Tokens tokens;

    TokenLifeTest() {
        trace.addDecoder(new CoolKeyDecoder());
        readers.addProvider(soft);
        readers.addObserver(trace);
        drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        tokens = new Tokens(readers, drivers);
    }

    @AfterEach
    void close() {
        tokens.close();
        soft.unplugAll();
    }

    private interface Work {
        void with(CardChannel card) throws EscException;
    }

    private void work(String verb, Work work) throws EscException {
        try (CardSession session = readers.connect(READER, Origin.verb(verb))) {
            work.with(TransportRules.over(session));
        }
    }

    private static SecureChannel open(CardChannel card, KeySet keys) throws EscException {
        return SecureChannel.open(card, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC_C_DEC, new SecureRandom());
    }

    private static void format(CardChannel card, KeySet keys) throws EscException {
        new CardManager(card).selectCardManager(CardManager.KNOWN);
        try (SecureChannel secure = open(card, keys)) {
            var manager = new CardManager(secure);
            manager.installForLoad(Ins.PACKAGE, Optional.empty(), 1000);
            manager.load(new byte[1000], 200, LoadProgress.NONE);
            manager.installForInstall(Ins.PACKAGE, Ins.APPLET, 18000, new byte[] {0, 2, 0x13, (byte) 0x88});
        }
    }

    private static void enroll(CardChannel card, KeySet keys, byte[] blob) throws EscException {
        new CoolKey(card).select();
        try (SecureChannel secure = open(card, keys); Secret pin = Secret.of(PIN)) {
            var admin = new CoolKeyAdmin(secure);
            admin.setIssuerInfo("http://tps.example/");
            admin.createPin(0, 3, pin);
            admin.setPin(0, pin);
            var result = admin.startEnrollment(new CoolKeyAdmin.Slots(2, 3, 0, 0), Ins.ALG_DES2, 1024, false,
                    secure.encryptWithDek(new byte[16]));
            assertTrue(result.proves(new byte[16]));
            admin.putObject(ObjectId.KEY_BLOB, KeyBlob.encryptedPair(1024, blob).bytes(), Acl.RA_ONLY);
            admin.deleteObject(ObjectId.KEY_BLOB, true);
            admin.putObject(ObjectId.COMBINED, CardModel.enrolled().encode(true), Acl.PUBLIC_OBJECT);
            admin.setLifeCycle(LifeCycle.PERSONALIZED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCP01", "SCP02", "SCP03"})
    void aTokensLifeShowsAndItsSecretsDoNot(String protocol, @TempDir Path dir) throws Exception {
        ScpVersion scp = switch (protocol) {
            case "SCP01" -> ScpVersion.SCP01_05;
            case "SCP02" -> ScpVersion.SCP02_15;
            default -> ScpVersion.SCP03_70;
        };
        KeySet keys = KeySet.factory(1, scp.keyType());
        byte[] newKey = new byte[16];
        new SecureRandom().nextBytes(newKey);
        KeySet own = KeySet.same(2, scp.keyType(), newKey);
        byte[] blob = new byte[320];
        new SecureRandom().nextBytes(blob);
        soft.plug(READER, SoftCard.inMemory(CardSpec.standard().withCuid(CardModel.CUID).withScp(scp), new CoolKeyAppletFactory()));
        Path file = dir.resolve("trace.txt");
        var wrapped = new java.util.concurrent.atomic.AtomicReference<byte[]>();
        try (var _ = trace.saveTo(file)) {
            TokenInfo t = tokens.read(READER);
            assertEquals(TokenState.UNFORMATTED, t.state(), t.problems()::toString);
            assertEquals(CardModel.CUID, t.cuid().orElseThrow());
            assertEquals(List.of("version 01: 3 keys, " + (scp.keyType() == KeyType.AES ? "AES" : "DES") + " 128 bit"), t.keyInfo());

            work("format", card -> format(card, keys));
            t = tokens.read(READER);
            assertEquals(TokenState.FORMATTED, t.state(), t.problems()::toString);
            assertEquals("1.4.58768072", t.identity().appletVersion());

            work("enroll", card -> enroll(card, keys, blob));
            t = tokens.read(READER);
            assertEquals(TokenState.ENROLLED, t.state(), t.problems()::toString);
            assertEquals("Alice Example", t.issuedTo());
            assertEquals("http://tps.example/", t.identity().issuerUrl());
            assertEquals(3, t.pinTries().getAsInt());
            assertEquals(2, t.keys().size());
            assertEquals(List.of(), t.problems());

            var secrets = new java.util.ArrayList<byte[]>();
            work("sign", card -> {
                var applet = new CoolKey(card);
                applet.select();
                try (Secret pin = Secret.of(PIN)) {
                    applet.verifyPin(0, pin);
                }
                byte[] cipher = new byte[128];
                cipher[1] = 2;
                cipher[127] = 9;
                secrets.add(Arrays.copyOfRange(applet.computeCrypt(2, Ins.DIRECTION_DECRYPT, cipher), 2, 60));
                applet.logout(0);
            });
            work("put keys", card -> {
                new CardManager(card).selectCardManager(CardManager.KNOWN);
                try (SecureChannel secure = open(card, keys)) {
                    byte[] data = secure.putKeyData(own);
                    wrapped.set(data);
                    new CardManager(secure).putKeys(1, data);
                }
            });
            work("block", card -> {
                var applet = new CoolKey(card);
                applet.select();
                for (int i = 0; i < 3; i++) {
                    assertThrows(EscException.class, () -> applet.verifyPin(0, Secret.of(PIN.toLowerCase())));
                }
            });
            t = tokens.read(READER);
            assertEquals(TokenState.BLOCKED, t.state());
            assertEquals(List.of("version 02: 3 keys, " + (scp.keyType() == KeyType.AES ? "AES" : "DES") + " 128 bit"), t.keyInfo());

            String kept = kept(file);
            for (byte[] s : List.of(PIN.getBytes(), PIN.toLowerCase().getBytes(), KeySet.factoryKey(), newKey, Arrays.copyOf(blob, 16),
                    Arrays.copyOfRange(blob, 200, 216), Arrays.copyOfRange(wrapped.get(), 3, 11), secrets.getFirst())) {
                assertFalse(kept.contains(Hex.of(s)), Hex.of(s));
            }
        }
        String text = Files.readString(file);
        for (String origin : List.of("probe:CoolKey", "probe:GlobalPlatform", "verb:format", "verb:enroll", "verb:block")) {
            assertTrue(text.contains(origin), origin);
        }
        for (String name : List.of("START ENROLLMENT", "SET LIFECYCLE", "PUT KEY", "LOAD", "VERIFY PIN", "INITIALIZE UPDATE")) {
            assertTrue(text.contains(" " + name + "\n") || text.contains(" " + name + " "), name);
        }
        assertTrue(text.contains("(wrong password)"));
        assertTrue(text.contains("reader \"Soft\", ATR "));
    }

    private Pins pins(CardChannel card) throws EscException {
        var reader = new ReaderState(READER, "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
        for (var application : drivers.open(reader, card, Origin.verb("pins")).applications()) {
            Optional<Pins> pins = application.capability(Pins.class);
            if (pins.isPresent()) {
                return pins.get();
            }
        }
        throw new AssertionError("The driver has no PINs");
    }

    @Test
    void itsPasswordIsChangedByWhoKnowsIt(@TempDir Path dir) throws Exception {
        KeySet keys = KeySet.factory(1, ScpVersion.SCP02_15.keyType());
        String next = "Neues-Wort-4";
        soft.plug(READER, SoftCard.inMemory(CardSpec.standard().withCuid(CardModel.CUID).withScp(ScpVersion.SCP02_15), new CoolKeyAppletFactory()));
        Path file = dir.resolve("trace.txt");
        try (var _ = trace.saveTo(file); Secret old = Secret.of(PIN); Secret fresh = Secret.of(next)) {
            work("format", card -> format(card, keys));
            work("enroll", card -> enroll(card, keys, new byte[320]));
            work("change", card -> {
                var pins = pins(card);
                assertEquals("bad-pin", assertThrows(EscException.class, () -> pins.changePin("user", old, Secret.of("abc"))).problem().code());
                assertEquals("wrong-pin", assertThrows(EscException.class, () -> pins.changePin("user", fresh, old)).problem().code());
                assertEquals(2, pins.pins().getFirst().triesLeft().getAsInt());
                pins.changePin("user", old, fresh);
                assertEquals(3, pins.pins().getFirst().triesLeft().getAsInt());
            });
            work("verify", card -> {
                var pins = pins(card);
                assertEquals("wrong-pin", assertThrows(EscException.class, () -> pins.verifyPin("user", old)).problem().code());
                pins.verifyPin("user", fresh);
            });
            String kept = kept(file);
            assertTrue(kept.contains("CHANGEPIN"), "the command is there");
            for (String secret : List.of(PIN, next)) {
                assertFalse(kept.contains(Hex.of(secret.getBytes())), secret);
            }
        }
    }

    /** Everything kept, shown and saved, without blanks; in plain text too, for secrets that are text. */
    private String kept(Path file) throws Exception {
        var all = new StringBuilder(Files.readString(file).replace(" ", ""));
        all.append(String.join("\n", trace.show()).replace(" ", ""));
        trace.entries().forEach(e -> {
            all.append('\n').append(Hex.of(e.command().bytes())).append('\n').append(Hex.of(e.response().bytes()));
            e.plain().ifPresent(p -> all.append('\n').append(Hex.of(p.command().bytes())).append('\n')
                    .append(Hex.of(p.response().bytes())));
        });
        return all.toString();
    }

    @Test
    void aTokenPulledWhileItIsReadIsNoDefect() throws Exception {
        soft.plug(READER, SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory()));
        assertEquals(TokenState.UNFORMATTED, tokens.read(READER).state());
        soft.unplug(READER);
        assertTrue(tokens.peek(READER).isEmpty());
        assertEquals("no-reader", assertThrows(EscException.class, () -> tokens.read(READER)).problem().code());
    }
}
