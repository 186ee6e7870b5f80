// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;
import org.esc.card.TransportRules;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attestation;
import org.esc.driver.CardDriver;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.KeyRemoval;
import org.esc.driver.Pin;
import org.esc.driver.PinTries;
import org.esc.driver.Pins;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.Des3PivAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The driver on a PIV card in software: every capability. */
class PivTokenTest {

    private final SoftCard card = TestCard.fresh();

    private static String code(org.junit.jupiter.api.function.Executable e) {
        return assertThrows(EscException.class, e).problem().code();
    }

    private static Pin pin(PivToken t, String id) throws Exception {
        return t.pins().stream().filter(p -> p.id().equals(id)).findFirst().orElseThrow();
    }

    private static TokenKey key(PivToken t, String slot) throws Exception {
        return t.keys().stream().filter(k -> k.slot().equals(slot)).findFirst().orElseThrow();
    }

    private static void assertSigned(PivToken t, String slot, PublicKey key, SignatureAlgorithm a) throws Exception {
        byte[] input = a.digest().isEmpty() ? TestCard.MESSAGE : MessageDigest.getInstance(a.digest()).digest(TestCard.MESSAGE);
        byte[] signature = t.sign(slot, a, input);
        Signature v;
        if (a.isPss()) {
            v = Signature.getInstance("RSASSA-PSS");
            int length = MessageDigest.getInstance(a.digest()).getDigestLength();
            v.setParameter(new PSSParameterSpec(a.digest(), "MGF1", new MGF1ParameterSpec(a.digest()), length, 1));
        } else {
            v = Signature.getInstance(a.standardName());
        }
        v.initVerify(key);
        v.update(TestCard.MESSAGE);
        assertTrue(v.verify(signature), slot + " " + a);
    }

    @Test
    void aNewCardIsEmptyAndSaysSo() throws Exception {
        PivToken t = TestCard.open(card);
        var id = t.identity();
        assertEquals(TokenState.FORMATTED, id.state());
        assertEquals("YubiKey PIV", id.label());
        assertEquals("5.7.1", id.appletVersion());
        assertTrue(id.serial().matches("[0-9]{8}"), id.serial());
        assertEquals(List.of(), id.problems());
        assertTrue(id.details().stream().anyMatch(d -> d.name().equals("Management key")), id.details().toString());
        assertEquals(List.of("f9"), t.certificates().stream().map(c -> c.id()).toList());
        assertEquals(25, t.keys().size());
        assertEquals(List.of("f9"), t.keys().stream().filter(TokenKey::present).map(TokenKey::slot).toList());
        assertEquals(OptionalInt.of(3), pin(t, "pin").triesLeft());
        assertEquals(OptionalInt.of(3), pin(t, "puk").tries());
        assertEquals(List.of("pin", "puk"), t.pins().stream().map(Pin::id).toList());
        assertEquals(List.of("7e"), t.dataObjects().stream().filter(o -> o.present() && o.reading().equals(Access.FREE) && !o.id().equals("5fff01"))
                .map(o -> o.id()).toList());
    }

    @ParameterizedTest
    @EnumSource(value = KeyAlgorithm.class, names = {"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_P256", "EC_P384", "ED25519"})
    void madeKeysSign(KeyAlgorithm a) throws Exception {
        PivToken t = TestCard.ready(card);
        assertTrue(t.generatable("9a").contains(a));
        PublicKey made = t.generateKey("9a", a, KeyPolicy.DEFAULT);
        TokenKey k = key(t, "9a");
        assertEquals(Optional.of(made), k.publicKey());
        assertEquals(a.bits(), k.bits());
        assertEquals("PIN once", k.policy());
        assertEquals(Access.pin("pin"), k.access());
        Set<SignatureAlgorithm> all = t.signatures("9a");
        assertEquals(a.isRsa() ? 6 : a == KeyAlgorithm.ED25519 ? 1 : 3, all.size());
        for (SignatureAlgorithm s : all) {
            // PSS with SHA-512 and its salt need more than 1024 bits
            if (a == KeyAlgorithm.RSA_1024 && s == SignatureAlgorithm.RSA_PSS_SHA512) {
                assertThrows(EscException.class, () -> t.sign("9a", s, new byte[64]));
            } else {
                assertSigned(t, "9a", made, s);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = KeyAlgorithm.class, names = {"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_P256", "EC_P384", "ED25519", "X25519"})
    void importedKeysAreTheSame(KeyAlgorithm a) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance(a.family().equals("XDH") ? "X25519" : a.family().equals("EdDSA") ? "Ed25519" : a.family());
        if (a.isRsa() || a.family().equals("EC")) {
            g.initialize(a.bits());
        }
        KeyPair pair = g.generateKeyPair();
        PivToken t = TestCard.ready(card);
        t.importKey("9d", pair, KeyPolicy.DEFAULT);
        assertEquals(Optional.of(pair.getPublic()), key(t, "9d").publicKey());
        if (a.isRsa()) {
            Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            c.init(Cipher.ENCRYPT_MODE, pair.getPublic());
            assertTrue(t.decrypts("9d"));
            assertArrayEquals(TestCard.MESSAGE, t.decrypt("9d", c.doFinal(TestCard.MESSAGE)));
        } else if (a == KeyAlgorithm.ED25519) {
            assertFalse(t.agrees("9d"));
            assertSigned(t, "9d", pair.getPublic(), SignatureAlgorithm.ED25519);
        } else {
            KeyPair other = g.generateKeyPair();
            KeyAgreement k = KeyAgreement.getInstance(a.family().equals("EC") ? "ECDH" : "X25519");
            k.init(other.getPrivate());
            k.doPhase(pair.getPublic(), true);
            assertTrue(t.agrees("9d"));
            assertArrayEquals(k.generateSecret(), t.agree("9d", other.getPublic()));
        }
        assertEquals("card", code(() -> t.attest("9d")), "a key that was imported is not attested");
    }

    @Test
    void certificatesComeBackAlsoCompressed() throws Exception {
        PivToken t = TestCard.ready(card);
        PublicKey k = t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        X509Certificate small = TestCard.certificate(k, "CN=Alice");
        X509Certificate big = TestCard.certificate(k, "CN=Alice,O=" + "a long name ".repeat(200));
        t.writeCertificate("9a", small);
        t.writeCertificate("82", big);
        PivToken again = TestCard.open(card);
        var all = again.certificates();
        assertEquals(List.of("9a", "82", "f9"), all.stream().map(c -> c.id()).toList());
        assertEquals(small, all.getFirst().certificate());
        assertEquals(big, all.get(1).certificate());
        assertEquals(TokenState.ENROLLED, again.identity().state());
        var fields = again.readObject("5fc10d").fields();
        assertTrue(fields.stream().anyMatch(f -> f.value().equals("compressed")), fields.toString());
        assertTrue(again.readObject("5fc105").fields().stream().anyMatch(f -> f.value().equals("not compressed")));
        // the certificate in slot 82 has no key there
        assertEquals(List.of(), again.identity().problems());
        again.authenticateAdministrator(Secret.of(TestCard.MANAGEMENT_KEY));
        again.deleteCertificate("9a");
        assertEquals(2, TestCard.open(card).certificates().size());
    }

    @Test
    void aCertificateForAnotherKeyIsNamed() throws Exception {
        PivToken t = TestCard.ready(card);
        PublicKey first = t.generateKey("9e", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        t.writeCertificate("9e", TestCard.certificate(first, "CN=Door"));
        assertEquals(List.of(), t.identity().problems());
        t.generateKey("9e", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        assertEquals(List.of("The certificate for Card Authentication is for another key than the one in slot 9e."), t.identity().problems());
    }

    @Test
    void keysAreAttestedByTheCardsOwnAuthority() throws Exception {
        PivToken t = TestCard.ready(card);
        PublicKey made = t.generateKey("9c", KeyAlgorithm.RSA_2048, new KeyPolicy(KeyPolicy.PinUse.ALWAYS, KeyPolicy.Touch.CACHED));
        X509Certificate says = t.attest("9c");
        assertEquals(made, says.getPublicKey());
        X509Certificate authority = t.attestationCertificate().orElseThrow();
        says.verify(authority.getPublicKey());
        assertEquals(authority.getSubjectX500Principal(), says.getIssuerX500Principal());
        assertArrayEquals(Hex.parse("0403050701"), says.getExtensionValue("1.3.6.1.4.1.41482.3.3"));
        assertArrayEquals(Hex.parse("04020303"), says.getExtensionValue("1.3.6.1.4.1.41482.3.8"));
        assertEquals("PIN before each use, touch every 15 seconds", key(t, "9c").policy());
    }

    @Test
    void aKeyForSignaturesWantsItsPinEachTime() throws Exception {
        PivToken t = TestCard.ready(card);
        PublicKey k = t.generateKey("9c", KeyAlgorithm.EC_P384, KeyPolicy.DEFAULT);
        assertSigned(t, "9c", k, SignatureAlgorithm.ECDSA_SHA384);
        assertEquals("pin-needed", code(() -> t.sign("9c", SignatureAlgorithm.ECDSA_SHA384, new byte[48])));
        t.verifyPin("pin", Secret.of(TestCard.PIN));
        assertSigned(t, "9c", k, SignatureAlgorithm.ECDSA_SHA256);
        t.generateKey("9a", KeyAlgorithm.EC_P256, new KeyPolicy(KeyPolicy.PinUse.NEVER, KeyPolicy.Touch.DEFAULT));
        PivToken stranger = TestCard.open(card);
        assertEquals(Access.FREE, key(stranger, "9a").access());
        stranger.sign("9a", SignatureAlgorithm.ECDSA_SHA256, new byte[32]);
        assertEquals("pin-needed", code(() -> stranger.sign("9c", SignatureAlgorithm.ECDSA_SHA384, new byte[48])));
    }

    @Test
    void withoutTheManagementKeyNothingIsChanged() throws Exception {
        PivToken t = TestCard.open(card);
        assertEquals("pin-needed", code(() -> t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT)));
        assertEquals("pin-needed", code(() -> t.writeObject("5fc102", new byte[] {1})));
        assertEquals("wrong-key", code(() -> t.authenticateAdministrator(Secret.of(new byte[24]))));
        assertEquals("bad-key", code(() -> t.authenticateAdministrator(Secret.of(new byte[16]))));
        assertEquals("pin-needed", code(() -> t.writeObject("5fc102", new byte[] {1})));
    }

    @ParameterizedTest
    @CsvSource({"3DES, 24", "AES-128, 16", "AES-192, 24", "AES-256, 32"})
    void theManagementKeyIsChangedToEveryKind(String name, int length) throws Exception {
        PivToken t = TestCard.ready(card);
        assertEquals(new AdministratorKey.Kind("AES-192", 24), t.administratorKind());
        assertTrue(t.isAdministratorDefault());
        byte[] fresh = new byte[length];
        for (int i = 0; i < length; i++) {
            fresh[i] = (byte) (3 * i + 1);
        }
        var kind = new AdministratorKey.Kind(name, length);
        assertEquals("bad-key", code(() -> t.changeAdministratorKey(kind, Secret.of(new byte[length - 1]))));
        t.changeAdministratorKey(kind, Secret.of(fresh));
        PivToken again = TestCard.open(card);
        assertEquals(kind, again.administratorKind());
        assertFalse(again.isAdministratorDefault());
        assertEquals("wrong-key", code(() -> again.authenticateAdministrator(Secret.of(new byte[length]))));
        again.authenticateAdministrator(Secret.of(fresh));
        again.writeObject("5fc102", Hex.parse("3000"));
    }

    @Test
    void aCardWithA3desKeyIsManagedToo() throws Exception {
        SoftCard old = TestCard.fresh(new Des3PivAppletFactory());
        PivToken t = TestCard.open(old);
        assertEquals(new AdministratorKey.Kind("3DES", 24), t.administratorKind());
        t.authenticateAdministrator(Secret.of(TestCard.MANAGEMENT_KEY));
        t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
    }

    @Test
    void pinAndPukAreVerifiedChangedBlockedAndUnblocked() throws Exception {
        PivToken t = TestCard.open(card);
        var wrong = assertThrows(EscException.class, () -> t.verifyPin("pin", Secret.of("111111")));
        assertEquals("wrong-pin", wrong.problem().code());
        assertEquals("Wrong PIN; 2 tries left (63C2).", wrong.getMessage());
        assertEquals(OptionalInt.of(2), pin(t, "pin").triesLeft());
        assertEquals("bad-pin", code(() -> t.verifyPin("pin", Secret.of("123456789"))), "the card never sees it");
        assertEquals("bad-pin", code(() -> t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("1234"))));
        assertEquals(OptionalInt.of(2), pin(t, "pin").triesLeft());
        t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("765432"));
        t.verifyPin("pin", Secret.of("765432"));
        assertEquals(OptionalInt.of(3), pin(t, "pin").triesLeft());
        t.changePin("puk", Secret.of(TestCard.PUK), Secret.of("87654321"));
        assertEquals("wrong-pin", code(() -> t.verifyPin("pin", Secret.of(TestCard.PIN))));
        assertEquals("wrong-pin", code(() -> t.verifyPin("pin", Secret.of(TestCard.PIN))));
        assertEquals("pin-blocked", code(() -> t.verifyPin("pin", Secret.of(TestCard.PIN))));
        assertEquals("pin-blocked", code(() -> t.verifyPin("pin", Secret.of("765432"))));
        assertTrue(pin(t, "pin").blocked());
        TokenInfo told = told();
        assertEquals(TokenState.PIN_BLOCKED, told.state());
        assertTrue(told.nextStep().endsWith(" is blocked: it was entered wrongly too often. Unblock it with the PIN unblocking key (3 tries left)."), told.nextStep());
        assertEquals("wrong-pin", code(() -> t.unblockPin("pin", Secret.of(TestCard.PUK), Secret.of("222222"))));
        t.unblockPin("pin", Secret.of("87654321"), Secret.of("222222"));
        t.verifyPin("pin", Secret.of("222222"));
        assertEquals(TokenState.FORMATTED, t.identity().state());
        card.reset();
        assertEquals("pin-blocked", code(() -> {
            PivToken again = TestCard.open(card);
            for (int i = 0; i < 4; i++) {
                try {
                    again.unblockPin("pin", Secret.of("00000000"), Secret.of("222222"));
                } catch (EscException e) {
                    if (!e.problem().code().equals("wrong-pin")) {
                        throw e;
                    }
                }
            }
        }));
    }

    @Test
    void triesAreSet() throws Exception {
        PivToken t = TestCard.ready(card);
        t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("765432"));
        assertEquals("bad-tries", code(() -> t.setTries(Map.of("pin", 0, "puk", 3))));
        t.setTries(Map.of("pin", 7, "puk", 9));
        assertEquals(OptionalInt.of(7), pin(t, "pin").tries());
        assertEquals(OptionalInt.of(9), pin(t, "puk").triesLeft());
        t.verifyPin("pin", Secret.of(TestCard.PIN));
    }

    @Test
    void theGlobalPinCountsWhereTheDiscoveryObjectSaysSo() throws Exception {
        PivToken t = TestCard.ready(card);
        t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        assertEquals("card", code(() -> t.verifyPin("global-pin", Secret.of(TestCard.PIN))));
        t.writeObject("7e", Hex.parse("4F0BA0000003080000100001005F2F026020"));
        PivToken g = TestCard.open(card);
        assertEquals(List.of("global-pin", "pin", "puk"), g.pins().stream().map(Pin::id).toList());
        assertEquals(Access.pin("global-pin"), key(g, "9a").access());
        g.verifyPin("global-pin", Secret.of(TestCard.PIN));
        g.sign("9a", SignatureAlgorithm.ECDSA_SHA256, new byte[32]);
        assertEquals(List.of("application PIN, global PIN; the global PIN comes first"),
                g.identity().details().stream().filter(d -> d.name().equals("PINs")).map(d -> d.value()).toList());
    }

    @Test
    void keysAreMovedAndDeleted() throws Exception {
        PivToken t = TestCard.ready(card);
        PublicKey k = t.generateKey("9d", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        t.moveKey("9d", "83");
        assertFalse(key(t, "9d").present());
        assertEquals(Optional.of(k), key(t, "83").publicKey());
        assertTrue(t.agrees("83"));
        t.deleteKey("83");
        assertFalse(key(t, "83").present());
        assertEquals("card", code(() -> t.deleteKey("83")));
        assertEquals("no-slot", code(() -> t.deleteKey("99")));
    }

    @Test
    void aResetLeavesNothingButTheAttestationKey() throws Exception {
        PivToken t = TestCard.ready(card);
        X509Certificate authority = t.attestationCertificate().orElseThrow();
        t.generateKey("9a", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
        t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("765432"));
        t.changeAdministratorKey(new AdministratorKey.Kind("AES-128", 16), Secret.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7}));
        t.writeObject("5fc102", Hex.parse("3000"));
        var step = t.lifeCycleSteps().getFirst();
        assertTrue(step.irreversible());
        assertEquals("no-step", code(() -> t.takeStep("terminate")));
        t.takeStep(step.id());
        PivToken again = TestCard.ready(card);
        assertEquals(List.of("f9"), again.keys().stream().filter(TokenKey::present).map(TokenKey::slot).toList());
        assertEquals(authority, again.attestationCertificate().orElseThrow());
        assertTrue(again.dataObjects().stream().noneMatch(o -> o.id().equals("5fc102") && o.present()));
        assertTrue(again.isAdministratorDefault());
        assertEquals(OptionalInt.of(3), pin(again, "puk").triesLeft());
    }

    @Test
    void objectsAreWrittenReadAndRemoved() throws Exception {
        PivToken t = TestCard.ready(card);
        byte[] printed = Hex.parse("0105416C696365" + "0204" + "41424344" + "FE00");
        t.writeObject("5fc109", printed);
        t.writeObject("5fff00", Hex.parse("8000"));
        PivToken stranger = TestCard.open(card);
        assertEquals("pin-needed", code(() -> stranger.readObject("5fc109")));
        stranger.verifyPin("pin", Secret.of(TestCard.PIN));
        var content = stranger.readObject("5FC109");
        assertArrayEquals(printed, content.bytes());
        assertEquals("Alice", content.fields().getFirst().value());
        assertEquals("Name", content.fields().getFirst().name());
        assertEquals(7, content.fields().get(1).offset());
        assertTrue(stranger.dataObjects().stream().anyMatch(o -> o.id().equals("5fff00") && o.present()));
        t.authenticateAdministrator(Secret.of(TestCard.MANAGEMENT_KEY));
        t.deleteObject("5fc109");
        assertEquals("no-object", code(() -> t.readObject("5fc109")));
        assertEquals("no-object", code(() -> t.readObject("secret")));
        assertEquals("not-offered", code(() -> t.deleteObject("7e")));
    }

    /** A card of the standard alone: it refuses what is Yubico's. */
    private static final class Standard implements CardChannel {

        private final CardChannel inside;

        Standard(SoftCard card) {
            inside = TransportRules.over(card.channel());
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) throws EscException {
            return c.ins() >= 0xF0 ? ResponseApdu.of(0x6D00) : inside.transmit(c);
        }

        @Override
        public void close() {
            inside.close();
        }
    }

    @Test
    void aCardOfTheStandardAloneOffersNoMoreThanItHas() throws Exception {
        PivToken made = TestCard.ready(card);
        PublicKey k = made.generateKey("9a", KeyAlgorithm.RSA_2048, KeyPolicy.DEFAULT);
        made.writeCertificate("9a", TestCard.certificate(k, "CN=Alice"));
        PivToken t = TestCard.open(new Standard(card));
        assertEquals("PIV card", t.identity().label());
        for (var none : List.of(KeyImport.class, KeyRemoval.class, Attestation.class, ApplicationLifeCycle.class, PinTries.class)) {
            assertTrue(t.capability(none).isEmpty(), none.getName());
        }
        assertTrue(t.capability(Pins.class).isPresent());
        assertEquals(OptionalInt.of(3), pin(t, "pin").triesLeft());
        assertEquals(OptionalInt.empty(), pin(t, "puk").triesLeft());
        assertTrue(pin(t, "pin").digitsOnly());
        assertEquals("bad-pin", code(() -> t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("abcdef"))));
        assertEquals(Optional.of(k), key(t, "9a").publicKey(), "known by its certificate");
        assertEquals(24, t.keys().size());
        t.verifyPin("pin", Secret.of(TestCard.PIN));
        assertSigned(t, "9a", k, SignatureAlgorithm.RSA_PSS_SHA256);
        assertEquals("no-key", code(() -> t.sign("9c", SignatureAlgorithm.RSA_PKCS1_SHA256, new byte[32])));
        assertEquals(new AdministratorKey.Kind("AES-192", 24), t.administratorKind(), "found by asking for a witness of each kind");
        assertEquals(List.of(), t.administratorKinds());
        assertEquals("not-offered", code(() -> t.changeAdministratorKey(new AdministratorKey.Kind("3DES", 24), Secret.of(new byte[24]))));
        t.authenticateAdministrator(Secret.of(TestCard.MANAGEMENT_KEY));
        assertEquals("no-policy", code(() -> t.generateKey("9d", KeyAlgorithm.EC_P256,
                new KeyPolicy(KeyPolicy.PinUse.NEVER, KeyPolicy.Touch.DEFAULT))));
        assertEquals("no-algorithm", code(() -> t.generateKey("9d", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT)));
        t.generateKey("9d", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
    }

    @Test
    void aCardThatListsItsAlgorithmsIsBelieved() throws Exception {
        CardChannel inside = TransportRules.over(card.channel());
        PivToken t = TestCard.open(new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu c) throws EscException {
                return c.ins() == 0xA4 ? ResponseApdu.ok(Hex.parse("61164F06000010000100AC0C800107800111800114800103"))
                        : inside.transmit(c);
            }

            @Override
            public void close() {
                // the card stays
            }
        });
        assertEquals(Set.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384), t.generatable("9a"));
    }

    @Test
    void theKeyHistoryIsCountedAgainstTheCertificates() throws Exception {
        PivToken t = TestCard.ready(card);
        t.writeObject("5fc10c", Hex.parse("C10102C20101F30A687474703A2F2F612F62FE00"));
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        t.writeCertificate("82", TestCard.certificate(g.generateKeyPair().getPublic(), "CN=Old"));
        assertEquals(List.of("The key history promises certificates of 2 retired keys on the card; there is 1."), t.identity().problems());
        assertTrue(t.identity().details().stream().anyMatch(d -> d.value().equals("2 with certificate on the card, 1 elsewhere (http://a/b)")));
        t.writeCertificate("83", TestCard.certificate(g.generateKeyPair().getPublic(), "CN=Older"));
        assertEquals(List.of(), t.identity().problems());
    }

    @Test
    void aCardInAFileRemembers(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("card");
        List<AppletFactory> applets = List.of(new PivAppletFactory());
        CardFile.create(file, CardSpec.standard(), applets, Optional.empty());
        PublicKey k;
        String serial;
        try (SoftCard first = CardFile.open(file, Optional.empty(), () -> applets)) {
            PivToken t = TestCard.ready(first);
            k = t.generateKey("9a", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT);
            t.changePin("pin", Secret.of(TestCard.PIN), Secret.of("765432"));
            serial = t.identity().serial();
        }
        try (SoftCard second = CardFile.open(file, Optional.empty(), () -> applets)) {
            PivToken t = TestCard.open(second);
            assertEquals(serial, t.identity().serial());
            assertEquals(Optional.of(k), key(t, "9a").publicKey());
            assertEquals("pin-needed", code(() -> t.sign("9a", SignatureAlgorithm.ED25519, TestCard.MESSAGE)));
            assertEquals("wrong-pin", code(() -> t.verifyPin("pin", Secret.of(TestCard.PIN))));
            second.reset();
            PivToken again = TestCard.open(second);
            assertEquals(OptionalInt.of(2), pin(again, "pin").triesLeft());
            again.verifyPin("pin", Secret.of("765432"));
            assertSigned(again, "9a", k, SignatureAlgorithm.ED25519);
        }
    }

    /** What people are told of the card. */
    private TokenInfo told() throws EscException {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new PivDriver(), Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
        return drivers.read(new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1), TransportRules.over(card.channel()));
    }

    @Test
    void whoIssuedIsCheckedOnceAuthoritiesAreNamed() throws Exception {
        PivToken t = TestCard.ready(card);
        for (var e : IcamCards.ALL.get("05_Tampered_Certificates").entrySet()) {
            t.writeObject(e.getKey().id(), e.getValue());
        }
        t = TestCard.open(card);
        assertTrue(t.check(List.of()).stream().noneMatch(p -> p.contains("forged") || p.contains("authorities")));
        assertEquals(2, t.check(IcamCards.AUTHORITIES).stream().filter(p -> p.contains("forged")).count());
        var stranger = TestCard.certificate(IcamCards.AUTHORITIES.getFirst().getPublicKey(), "CN=Stranger");
        assertTrue(t.check(List.of(stranger)).stream().anyMatch(p -> p.endsWith("which is none of the authorities that are trusted.")));
    }

    @Test
    void eachCertificateGoesToTheSlotThatIsNamed() throws Exception {
        PivToken t = TestCard.ready(card);
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        var key = g.generateKeyPair().getPublic();
        for (String slot : t.certificateSlots()) {
            t.writeCertificate(slot, TestCard.certificate(key, "CN=" + slot));
        }
        var there = TestCard.open(card).certificates();
        assertEquals(t.certificateSlots(), there.stream().map(c -> c.id()).toList());
        for (var c : there) {
            assertEquals("CN=" + c.id(), c.certificate().getSubjectX500Principal().getName());
        }
        t = TestCard.ready(card);
        t.deleteCertificate(t.certificateSlots().get(2));
        assertEquals(there.size() - 1, TestCard.open(card).certificates().size());
    }
}
