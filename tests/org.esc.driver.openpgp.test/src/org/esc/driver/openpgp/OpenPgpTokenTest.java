// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.esc.driver.openpgp.TestCard.assertSigns;
import static org.esc.driver.openpgp.TestCard.assertUsed;
import static org.esc.driver.openpgp.TestCard.on;
import static org.esc.driver.openpgp.TestCard.verify;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.driver.Access;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.Keys;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenPgpTokenTest {

    private SoftCard soft;
    private OpenCard card;

    @BeforeEach
    void insert() throws Exception {
        soft = TestCard.fresh();
        card = TestCard.open(soft.channel());
    }

    private void change(String pin, String old, String fresh) throws EscException {
        TestCard.change(card, pin, old, fresh);
    }

    private void unblock(String pin, String by, String fresh) throws EscException {
        try (Secret o = Secret.of(by); Secret f = Secret.of(fresh)) {
            on(card, Pins.class).unblockPin(pin, o, f);
        }
    }

    private static String code(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(EscException.class, work).problem().code();
    }

    private Pin pin(String id) throws EscException {
        return on(card, Pins.class).pins().stream().filter(p -> p.id().equals(id)).findFirst().orElseThrow();
    }

    private TokenKey key(String slot) throws EscException {
        return on(card, Keys.class).keys().stream().filter(k -> k.slot().equals(slot)).findFirst().orElseThrow();
    }

    private String detail(String name) throws EscException {
        return card.application(Optional.empty()).identity().details().stream().filter(d -> d.name().equals(name)).findFirst()
                .map(d -> d.value()).orElse("");
    }

    @Test
    void aNewCardTellsWhatItIs() throws Exception {
        TokenInfo t = card.info();
        assertEquals("OpenPGP", t.driver());
        assertEquals("application D27600012401 answers, version 3.4", t.reason());
        assertEquals(TokenState.FOREIGN, t.state());
        assertEquals("OpenPGP card", t.label());
        assertEquals("3.4", t.identity().appletVersion());
        String id = soft.cuid().toString();
        assertEquals(id.substring(id.length() - 8), t.identity().serial());
        assertEquals("operational (05)", t.identity().lifeCycle());
        assertEquals(OptionalInt.of(3), t.pinTries());
        assertEquals(List.of(), t.keys());
        assertEquals(List.of(), t.problems());
        assertEquals("RSA 2048, empty", detail("Signature key"));
        assertEquals("none, the serial number was taken by chance (FFFE)", detail("Manufacturer"));
        assertEquals("0", detail("Signatures made"));
        assertEquals("one signature", detail("PW1 is good for"));
        assertEquals("as they are", detail("PINs are sent"));
        assertEquals("commands of 5120 bytes, answers of 5120", detail("Extended length"));
        assertTrue(detail("Decryption key may be").endsWith("ECDH on Curve25519"), detail("Decryption key may be"));
    }

    @Test
    void holderDataIsWrittenReadAndRemoved() throws Exception {
        var writing = on(card, ObjectWriting.class);
        assertEquals("pin-needed", code(() -> writing.writeObject("5b", "Example<<Alice<Ann".getBytes())));
        assertEquals(Access.pin("pw3"), writing.objectAccess("5b"));
        verify(card, "pw3", "12345678");
        writing.writeObject("5b", "Example<<Alice<Ann".getBytes());
        writing.writeObject("5f2d", "deen".getBytes());
        writing.writeObject("5f35", "2".getBytes());
        writing.writeObject("5f50", "https://keys.example/alice.asc".getBytes());
        writing.writeObject("5e", "alice".getBytes());
        writing.writeObject("cb", Hex.parse("00112233445566778899AABBCCDDEEFF00112233"));
        writing.writeObject("0102", "for the administrator".getBytes());
        writing.writeObject("0104", "of the administrator".getBytes());
        TokenInfo t = card.info();
        assertEquals("Alice Ann Example", t.label());
        assertEquals("de, en", detail("Languages"));
        assertEquals("female", detail("Sex"));
        assertEquals("https://keys.example/alice.asc", detail("URL of the public key"));
        assertEquals("alice", detail("Login data"));
        assertEquals("0011 2233 4455 6677 8899 AABB CCDD EEFF 0011 2233", detail("CA fingerprint 2"));
        var objects = on(card, DataObjects.class);
        assertArrayEquals("for the administrator".getBytes(), objects.readObject("0102").bytes());
        assertArrayEquals("of the administrator".getBytes(), objects.readObject("0104").bytes());
        assertEquals("pin-needed", code(() -> objects.readObject("0103")));
        assertEquals("pin-needed", code(() -> writing.writeObject("0101", new byte[] {1})));
        verify(card, "pw1", "123456");
        writing.writeObject("0101", new byte[] {1});
        writing.writeObject("0103", new byte[] {3});
        assertArrayEquals(new byte[] {3}, objects.readObject("0103").bytes());
        assertEquals(Access.pin("pw1"), objects.dataObjects().stream().filter(o -> o.id().equals("0103")).findFirst().orElseThrow().reading());
        for (String id : List.of("5b", "5f2d", "5f35", "5f50", "5e", "cb", "0101", "0102")) {
            writing.deleteObject(id);
            assertFalse(objects.dataObjects().stream().anyMatch(o -> o.id().equals(id) && o.present() && !id.equals("5f35")), id);
        }
        assertEquals("not-offered", code(() -> writing.deleteObject("c1")));
        assertEquals("not-offered", code(() -> writing.writeObject("4f", new byte[16])));
        assertEquals("no-object", code(() -> objects.readObject("d5")));
        assertEquals("no-object", code(() -> objects.readObject("abcd")));
    }

    @Test
    void everyObjectIsExplained() throws Exception {
        var objects = on(card, DataObjects.class);
        for (var o : objects.dataObjects()) {
            if (o.present() && o.reading().equals(Access.FREE)) {
                assertFalse(objects.readObject(o.id()).fields().isEmpty(), o.id());
            }
        }
        assertEquals("several signatures", Objects.fields(0xC4, Hex.parse("017F7F7F030003")).getFirst().value());
        assertEquals("Damaged", Objects.fields(0xC4, Hex.parse("01")).getFirst().name());
        assertEquals("button", Objects.fields(0x7F74, Hex.parse("810120")).getFirst().value());
    }

    @Test
    void pinsAreVerifiedChangedAndUnblocked() throws Exception {
        assertEquals("bad-pin", code(() -> change("pw1", "123456", "12345")));
        change("pw1", "123456", "abcdefgh");
        change("pw3", "12345678", "87654321");
        var e = assertThrows(EscException.class, () -> verify(card, "pw1", "123456"));
        assertEquals("wrong-pin", e.problem().code());
        assertTrue(e.getMessage().contains("2 tries are left"), e.getMessage());
        assertEquals(OptionalInt.of(2), pin("pw1").triesLeft());
        assertEquals("wrong-pin", code(() -> verify(card, "pw1-sign", "123456")));
        assertEquals("pin-blocked", code(() -> verify(card, "pw1", "123456")));
        assertEquals("pin-blocked", code(() -> verify(card, "pw1", "abcdefgh")));
        assertEquals(TokenState.PIN_BLOCKED, card.info().state());
        assertEquals("The user PIN (PW1) is blocked: it was entered wrongly too often. Unblock it with the administrator's PIN (PW3) (3 tries left).",
                card.info().nextStep());
        assertEquals(List.of(), card.info().problems());
        assertEquals(Optional.of("pw3"), pin("pw1").unblockedBy());
        assertEquals("wrong-pin", code(() -> unblock("pw1", "12345678", "another1")));
        unblock("pw1", "87654321", "another1");
        verify(card, "pw1", "another1");

        assertTrue(!pin("rc").set() && !pin("rc").blocked() && pin("rc").triesLeft().isEmpty(), pin("rc")::toString);
        unblock("rc", "87654321", "resetting");
        assertTrue(pin("rc").set());
        assertEquals(Optional.of("rc"), pin("pw1").unblockedBy());
        assertEquals(OptionalInt.of(3), pin("rc").triesLeft());
        assertEquals("", card.info().nextStep());
        for (int i = 0; i < 3; i++) {
            code(() -> verify(card, "pw1", "wrong1"));
        }
        assertTrue(card.info().nextStep().endsWith("Unblock it with the resetting code (3 tries left)."), card.info()::nextStep);
        assertEquals("wrong-pin", code(() -> unblock("pw1", "resettinX", "another2")));
        assertEquals(OptionalInt.of(2), pin("rc").triesLeft());
        unblock("pw1", "resetting", "another2");
        verify(card, "pw1-sign", "another2");
        for (int i = 0; i < 3; i++) {
            code(() -> unblock("pw1", "resettinX", "another2"));
        }
        assertTrue(!pin("rc").set() && pin("pw1").unblockedBy().equals(Optional.of("pw3")), "a code without tries has to be set anew");
        assertEquals("not-offered", code(() -> unblock("pw3", "x", "another2")));
        assertEquals("not-offered", code(() -> verify(card, "rc", "resetting")));
        assertEquals("no-pin", code(() -> verify(card, "puk", "x")));
    }

    @ParameterizedTest
    @EnumSource(value = KeyAlgorithm.class, mode = EnumSource.Mode.EXCLUDE, names = {"RSA_1024", "RSA_4096"})
    void keysAreMadeAndUsed(KeyAlgorithm a) throws Exception {
        verify(card, "pw3", "12345678");
        var generation = on(card, KeyGeneration.class);
        for (String slot : List.of("sig", "dec", "aut")) {
            boolean fits = a != (slot.equals("dec") ? KeyAlgorithm.ED25519 : KeyAlgorithm.X25519);
            assertEquals(fits, generation.generatable(slot).contains(a));
            if (!fits) {
                assertEquals("bad-algorithm", code(() -> generation.generateKey(slot, a, KeyPolicy.DEFAULT)));
                continue;
            }
            PublicKey key = generation.generateKey(slot, a, KeyPolicy.DEFAULT);
            assertEquals(Optional.of(key), key(slot).publicKey());
            assertEquals(a.bits(), key(slot).bits());
            assertUsed(card, slot, key, a);
        }
        assertEquals(List.of(), card.info().problems());
    }

    @ParameterizedTest
    @EnumSource(value = KeyAlgorithm.class, mode = EnumSource.Mode.EXCLUDE, names = {"RSA_1024", "RSA_3072", "RSA_4096"})
    void keysAreImportedAndUsed(KeyAlgorithm a) throws Exception {
        verify(card, "pw3", "12345678");
        KeyPair pair = TestCard.pair(a);
        for (String slot : List.of("sig", "dec", "aut")) {
            if (!on(card, KeyImport.class).importable(slot).contains(a)) {
                continue;
            }
            on(card, KeyImport.class).importKey(slot, pair, KeyPolicy.DEFAULT);
            assertArrayEquals(pair.getPublic().getEncoded(), key(slot).publicKey().orElseThrow().getEncoded());
            assertUsed(card, slot, pair.getPublic(), a);
        }
        assertTrue(detail(a == KeyAlgorithm.X25519 ? "Decryption key" : "Signature key").endsWith(", imported"));
    }

    @Test
    void everyImportFormatOfRsaIsWritten() throws Exception {
        verify(card, "pw3", "12345678");
        KeyPair pair = TestCard.pair(KeyAlgorithm.RSA_2048);
        for (int format = 0; format < 4; format++) {
            on(card, ObjectWriting.class).writeObject("c3", new byte[] {1, 8, 0, 0, 32, (byte) format});
            on(card, KeyImport.class).importKey("aut", pair, KeyPolicy.DEFAULT);
            assertUsed(card, "aut", pair.getPublic(), KeyAlgorithm.RSA_2048);
        }
        on(card, ObjectWriting.class).writeObject("c3", Hex.parse("132A8648CE3D030107FF"));
        KeyPair curve = TestCard.pair(KeyAlgorithm.EC_P256);
        on(card, KeyImport.class).importKey("aut", curve, KeyPolicy.DEFAULT);
        assertUsed(card, "aut", curve.getPublic(), KeyAlgorithm.EC_P256);
    }

    @Test
    void aKeyOfAnotherKindErasesTheOldOneAndItsDescription() throws Exception {
        verify(card, "pw3", "12345678");
        on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519, new KeyPolicy(KeyPolicy.PinUse.DEFAULT, KeyPolicy.Touch.ALWAYS));
        assertEquals("PIN always, touch", key("sig").policy());
        assertFalse(detail("Signature key fingerprint").isEmpty());
        on(card, ObjectWriting.class).writeObject("c1", Hex.parse("132B81040022"));
        assertFalse(key("sig").present());
        assertEquals("", detail("Signature key fingerprint"));
        assertEquals("ECDSA on NIST P-384, empty, each use must be confirmed", detail("Signature key"));
        assertEquals("bad-policy", code(() -> on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519,
                new KeyPolicy(KeyPolicy.PinUse.NEVER, KeyPolicy.Touch.DEFAULT))));
        assertEquals("no-key", code(() -> on(card, Signing.class).sign("sig", SignatureAlgorithm.ECDSA_SHA384, new byte[48])));
        assertEquals("no-slot", code(() -> on(card, Signing.class).signatures("9a")));
    }

    @Test
    void severalSignaturesWithOneVerificationIfTheCardIsToldSo() throws Exception {
        verify(card, "pw3", "12345678");
        PublicKey key = on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        on(card, ObjectWriting.class).writeObject("c4", new byte[] {1});
        assertEquals("PIN once", key("sig").policy());
        verify(card, "pw1-sign", "123456");
        for (int i = 0; i < 3; i++) {
            assertSigns(card, "sig", SignatureAlgorithm.ECDSA_SHA256, key);
        }
        assertEquals("3", detail("Signatures made"));
    }

    @Test
    void threeCertificates() throws Exception {
        verify(card, "pw3", "12345678");
        KeyPair pair = TestCard.pair(KeyAlgorithm.RSA_2048);
        var writing = on(card, CertificateWriting.class);
        for (String slot : writing.certificateSlots()) {
            writing.writeCertificate(slot, TestCard.certificate(pair.getPublic(), pair.getPrivate(), "SHA256withRSA"));
        }
        // each lies where it was put: a second one there takes the place of the first and of no other
        for (String slot : writing.certificateSlots()) {
            var other = TestCard.certificate(TestCard.pair(KeyAlgorithm.EC_P256).getPublic(), pair.getPrivate(), "SHA256withRSA");
            var before = on(card, Certificates.class).certificates();
            writing.writeCertificate(slot, other);
            var after = on(card, Certificates.class).certificates();
            for (int i = 0; i < 3; i++) {
                assertEquals(before.get(i).id().equals(slot) ? other : before.get(i).certificate(), after.get(i).certificate(), slot);
            }
        }
        assertEquals(List.of("sig", "dec", "aut"), on(card, Certificates.class).certificates().stream().map(c -> c.id()).toList());
        TokenInfo t = TestCard.read(soft.channel());
        assertEquals("Alice Example", t.issuedTo());
        card = TestCard.open(soft.channel());
        verify(card, "pw3", "12345678");
        on(card, CertificateWriting.class).deleteCertificate("dec");
        assertEquals(List.of("sig", "aut"), on(card, Certificates.class).certificates().stream().map(c -> c.id()).toList());
        assertTrue(soft.process(CommandApdu.parse("00A5020406" + "60045C027F21")).isOk());
        assertTrue(soft.process(CommandApdu.parse("00DA7F2103010203")).isOk());
        t = TestCard.read(soft.channel());
        assertEquals(List.of("The certificate of the signature key is no valid certificate."), t.problems());
        assertEquals(1, t.certificates().size());
    }

    private void step(String id) throws EscException {
        assertTrue(on(card, ApplicationLifeCycle.class).lifeCycleSteps().stream().anyMatch(s -> s.id().equals(id)), id);
        on(card, ApplicationLifeCycle.class).takeStep(id);
    }

    @Test
    void withKdfNoPinIsSentAsItIs() throws Exception {
        assertEquals("pin-needed", code(() -> step("kdf-on")));
        verify(card, "pw3", "12345678");
        step("kdf-on");
        assertTrue(detail("PINs are sent").startsWith("hashed: SHA-256 over "), detail("PINs are sent"));
        assertFalse(soft.process(CommandApdu.of(0, 0x20, 0, 0x82, "123456".getBytes())).isOk());
        verify(card, "pw1", "123456");
        verify(card, "pw3", "12345678");
        change("pw1", "123456", "abcdefgh");
        assertEquals("bad-pin", code(() -> change("pw1", "abcdefgh", "short")));
        unblock("rc", "12345678", "resetting");
        unblock("pw1", "resetting", "another1");
        verify(card, "pw1-sign", "another1");
        assertEquals("wrong-pin", code(() -> verify(card, "pw1", "abcdefgh")));
        verify(card, "pw3", "12345678");
        step("kdf-off");
        assertTrue(soft.process(CommandApdu.of(0, 0x20, 0, 0x82, "123456".getBytes())).isOk());
        assertEquals("as they are", detail("PINs are sent"));
    }

    @Test
    void aResetNeedsNoPinAndErasesEverything() throws Exception {
        verify(card, "pw3", "12345678");
        on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT);
        on(card, ObjectWriting.class).writeObject("5b", "Example<<Alice".getBytes());
        change("pw3", "12345678", "87654321");
        card = TestCard.open(soft.channel());
        var reset = on(card, ApplicationLifeCycle.class).lifeCycleSteps().getFirst();
        assertTrue(reset.irreversible());
        assertEquals(Access.FREE, reset.access());
        step("reset");
        assertEquals("", detail("Cardholder"));
        assertFalse(key("sig").present());
        verify(card, "pw3", "12345678");
        verify(card, "pw1", "123456");
        assertEquals("no-step", code(() -> on(card, ApplicationLifeCycle.class).takeStep("melt")));
    }

    @Test
    void aTerminatedApplicationSaysSoAndBeginsANewLife() throws Exception {
        assertTrue(soft.process(CommandApdu.parse("00200083083132333435363738")).isOk());
        assertTrue(soft.process(CommandApdu.parse("00E60000")).isOk());
        card = TestCard.open(soft.channel());
        TokenInfo t = card.info();
        assertEquals(TokenState.BLOCKED, t.state());
        assertTrue(t.problems().getFirst().contains("terminated"), t.problems().toString());
        assertEquals(Optional.empty(), card.application(Optional.of("OpenPGP")).capability(Pins.class));
        step("reset");
        assertEquals(TokenState.FOREIGN, card.info().state());
        verify(card, "pw1", "123456");
    }
}
