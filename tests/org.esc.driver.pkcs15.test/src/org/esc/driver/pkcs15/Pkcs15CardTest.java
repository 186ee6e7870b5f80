// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.CardDriver;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Keys;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.fake.Keypad;
import org.esc.driver.fake.NoisyCard;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.OpenCard;
import org.esc.driver.host.TokenInfo;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.files.FilesAppletFactory;
import org.esc.softcard.files.Pkcs15CardFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Pkcs15CardTest {

    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);
    /** Making keys is slow: one image serves all cards of this class. */
    private static final byte[] IMAGE = Pkcs15CardFactory.image().getBytes(StandardCharsets.UTF_8);

    private final SoftCard card = SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(IMAGE));

    private static Drivers drivers() {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new Pkcs15Driver(), Map.of(CardDriver.NAME, "PKCS #15", CardDriver.AID,
                List.of("A000000063504B43532D3135", "E828BD080F")));
        return drivers;
    }

    private OpenCard open() throws EscException {
        return drivers().open(READER, card.channel(), Origin.verb("test"));
    }

    private static <C extends org.esc.driver.Capability> C need(OpenCard card, Class<C> type) throws EscException {
        return card.need(type, Optional.empty(), "do that");
    }

    private static Secret secret(String s) {
        return Secret.of(s);
    }

    @Test
    void theCardIsReadWithoutAPin() throws Exception {
        TokenInfo t = drivers().read(READER, card.channel());
        assertEquals(List.of(), t.problems());
        assertEquals("PKCS #15", t.driver());
        assertEquals("application A000000063504B43532D3135 answers and has a list of directories (EF.ODF)", t.reason());
        assertEquals(TokenState.FOREIGN, t.state());
        assertEquals("ESC test card", t.label());
        assertEquals("45534300000001", t.identity().serial());
        assertEquals("Pat Example", t.issuedTo());
        assertEquals(List.of("45", "46", "47"), t.certificates().stream().map(c -> c.id()).toList());
        assertEquals(List.of("RSA 2048", "EC 256", "EC 256"), t.certificates().stream().map(c -> c.keyText()).toList());
        assertTrue(t.certificates().get(2).isAuthority());
        assertEquals(List.of("45 RSA private key 2048", "46 EC private key 256", "public 45 RSA public key 2048", "public 46 EC public key 256"),
                t.keys().stream().map(k -> k.slot() + " " + k.type() + " " + k.bits()).toList());
        assertEquals("sign, derive", t.keys().get(1).uses().replace("decrypt, ", ""));
        assertEquals(Optional.of("01"), t.keys().getFirst().access().pin());
        assertEquals(OptionalInt.of(3), t.pinTries());
        assertTrue(t.details().stream().anyMatch(d -> d.name().equals("Applications") && d.value().equals("ESC test card")), t.details()::toString);
    }

    @Test
    void pinsAreVerifiedChangedAndUnblocked() throws Exception {
        Pins pins = need(open(), Pins.class);
        List<Pin> all = pins.pins();
        assertEquals(List.of("01", "02"), all.stream().map(Pin::id).toList());
        assertEquals(Pin.Role.UNBLOCKING, all.get(1).role());
        assertEquals(Optional.of("02"), all.getFirst().unblockedBy());
        var wrong = assertThrows(EscException.class, () -> pins.verifyPin("01", secret("000000")));
        assertEquals("wrong-pin", wrong.problem().code());
        assertTrue(wrong.getMessage().contains("2 tries are left"), wrong.getMessage());
        assertEquals("wrong-pin", assertThrows(EscException.class, () -> pins.verifyPin("01", secret("000000"))).problem().code());
        assertEquals("pin-blocked", assertThrows(EscException.class, () -> pins.verifyPin("01", secret("000000"))).problem().code());
        assertTrue(pins.pins().getFirst().blocked());
        pins.unblockPin("01", secret("12345678"), secret("654321"));
        pins.verifyPin("01", secret("654321"));
        pins.changePin("01", secret("654321"), secret("11112222"));
        pins.verifyPin("01", secret("11112222"));
        assertEquals("bad-pin", assertThrows(EscException.class, () -> pins.changePin("01", secret("11112222"), secret("12"))).problem().code());
        assertEquals("bad-pin", assertThrows(EscException.class, () -> pins.verifyPin("01", secret("letters"))).problem().code());
        assertEquals("no-pin", assertThrows(EscException.class, () -> pins.verifyPin("77", secret("1234"))).problem().code());
        assertEquals("not-offered", assertThrows(EscException.class, () -> pins.unblockPin("02", secret("12345678"), secret("12345678"))).problem().code());
    }

    @ParameterizedTest
    @EnumSource(names = {"RSA_PKCS1_SHA256", "RSA_PKCS1_SHA512", "RSA_PSS_SHA256", "RSA_PSS_SHA512", "ECDSA_SHA256", "ECDSA_SHA384"})
    void signs(SignatureAlgorithm algorithm) throws Exception {
        OpenCard open = open();
        Signing signing = need(open, Signing.class);
        String slot = algorithm.name().startsWith("RSA") ? "45" : "46";
        assertTrue(signing.signatures(slot).contains(algorithm));
        byte[] digest = MessageDigest.getInstance(algorithm.digest()).digest(MESSAGE);
        assertEquals("pin-needed", assertThrows(EscException.class, () -> signing.sign(slot, algorithm, digest)).problem().code());
        need(open, Pins.class).verifyPin("01", secret("123456"));
        byte[] signature = signing.sign(slot, algorithm, digest);
        PublicKey key = need(open, Keys.class).keys().stream().filter(k -> k.slot().equals(slot)).findFirst().flatMap(TokenKey::publicKey).orElseThrow();
        Signature v = Signature.getInstance(algorithm.isPss() ? "RSASSA-PSS" : algorithm.standardName());
        if (algorithm.isPss()) {
            v.setParameter(new java.security.spec.PSSParameterSpec(algorithm.digest(), "MGF1",
                    new java.security.spec.MGF1ParameterSpec(algorithm.digest()), digest.length, 1));
        }
        v.initVerify(key);
        v.update(MESSAGE);
        assertTrue(v.verify(signature));
    }

    @Test
    void decryptsAndAgrees() throws Exception {
        OpenCard open = open();
        need(open, Pins.class).verifyPin("01", secret("123456"));
        Decryption d = need(open, Decryption.class);
        var keys = need(open, Keys.class).keys();
        assertTrue(d.decrypts("45") && d.agrees("46"));
        assertFalse(d.decrypts("46") || d.agrees("45") || d.decrypts("99"));
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, keys.getFirst().publicKey().orElseThrow());
        assertArrayEquals(MESSAGE, d.decrypt("45", c.doFinal(MESSAGE)));
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(((ECPublicKey) keys.get(1).publicKey().orElseThrow()).getParams());
        KeyPair other = g.generateKeyPair();
        var agreement = javax.crypto.KeyAgreement.getInstance("ECDH");
        agreement.init(other.getPrivate());
        agreement.doPhase(keys.get(1).publicKey().orElseThrow(), true);
        assertArrayEquals(agreement.generateSecret(), d.agree("46", other.getPublic()));
        assertThrows(EscException.class, () -> d.agree("46", keys.getFirst().publicKey().orElseThrow()));
    }

    @Test
    void pinsAreEnteredAtTheReader() throws Exception {
        OpenCard open = drivers().open(READER, new Keypad(card.channel(), "000000", "123456", "123456", "654321", "654321"), Origin.verb("test"));
        PinsAtReader keypad = need(open, PinsAtReader.class);
        assertTrue(keypad.canVerifyAtReader("01") && keypad.canChangeAtReader("01"));
        assertEquals("wrong-pin", assertThrows(EscException.class, () -> keypad.verifyPinAtReader("01")).problem().code());
        keypad.verifyPinAtReader("01");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
        assertEquals(256, need(open, Signing.class).sign("45", SignatureAlgorithm.RSA_PKCS1_SHA256, digest).length);
        keypad.changePinAtReader("01");
        keypad.verifyPinAtReader("01");
        assertEquals("pin-timeout", assertThrows(EscException.class, () -> keypad.verifyPinAtReader("01")).problem().code());
        assertEquals("no-pin", assertThrows(EscException.class, () -> keypad.canVerifyAtReader("77")).problem().code());
        assertFalse(need(open(), PinsAtReader.class).canVerifyAtReader("01"), "a reader without keys");
    }

    @Test
    void dataObjects() throws Exception {
        OpenCard open = open();
        DataObjects objects = need(open, DataObjects.class);
        assertEquals(List.of("2f00", "ciainfo", "3f00/5015/4801", "3f00/5015/4802"), objects.dataObjects().stream().map(o -> o.id()).toList());
        assertEquals("A card of nobody, for tests.", objects.readObject("3f00/5015/4801").fields().getFirst().value());
        assertEquals("ESC test card", objects.readObject("ciainfo").fields().getFirst().value());
        assertTrue(objects.readObject("2f00").fields().getFirst().value().contains("3F005015"));
        assertEquals("pin-needed", assertThrows(EscException.class, () -> objects.readObject("3f00/5015/4802")).problem().code());
        need(open, Pins.class).verifyPin("01", secret("123456"));
        assertEquals("Only for who knows the PIN.", objects.readObject("3f00/5015/4802").fields().getFirst().value());
        assertEquals("no-object", assertThrows(EscException.class, () -> objects.readObject("1234")).problem().code());
    }

    @Test
    void anotherCardIsNot() throws Exception {
        SoftCard empty = SoftCard.inMemory(CardSpec.standard());
        TokenInfo t = drivers().read(READER, empty.channel());
        assertEquals("", t.driver());
        assertEquals(List.of("No driver knows this card."), t.problems());
        assertTrue(t.details().stream().anyMatch(d -> d.name().equals("Tried PKCS #15") && d.value().startsWith("no application A000000063504B43532D3135")),
                t.details()::toString);
    }

    @Test
    void aFolderWithoutDirectoriesIsNoTokenAndSaysSo() throws Exception {
        SoftCard bare = SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(
                "ESC card image, format 1\ndf 3F00\ndf 3F00/5015 names=A000000063504B43532D3135\n".getBytes(StandardCharsets.UTF_8)));
        TokenInfo t = drivers().read(READER, bare.channel());
        assertTrue(t.details().stream().anyMatch(d -> d.value().contains("but there is no EF.ODF")), t.details()::toString);
    }

    @Test
    void damagedDirectoriesCostTheirPartOnly() throws Exception {
        String image = new String(IMAGE, StandardCharsets.UTF_8).replaceFirst("(?s)(ef 3F00/5015/4404[^\n]*\n )[0-9A-F]{4}", "$1307F");
        SoftCard damaged = SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(image.getBytes(StandardCharsets.UTF_8)));
        TokenInfo t = drivers().read(READER, damaged.channel());
        assertEquals("ESC test card", t.label());
        assertTrue(t.certificates().isEmpty());
        assertTrue(t.problems().stream().anyMatch(p -> p.contains("directory of certificates")), t.problems()::toString);
    }

    @Test
    void aCardPulledAtAnyMomentEndsTheReading() throws Exception {
        var sent = new AtomicInteger();
        drivers().read(READER, pulledAfter(sent, Integer.MAX_VALUE));
        int all = sent.get();
        assertTrue(all > 20, "commands: " + all);
        for (int n = 0; n < all; n++) {
            int at = n;
            card.reset();
            var e = assertThrows(EscException.class, () -> drivers().read(READER, pulledAfter(new AtomicInteger(), at)), "pulled after " + n);
            assertEquals("card-removed", e.problem().code());
        }
    }

    private CardChannel pulledAfter(AtomicInteger sent, int most) {
        CardChannel real = card.channel();
        return new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws EscException {
                if (sent.getAndIncrement() >= most) {
                    throw CardException.removed("read", null);
                }
                return real.transmit(command);
            }

            @Override
            public void close() {
            }
        };
    }

    @Test
    void aCardThatAnswersNoiseIsReadOrRefusedButBreaksNothing() throws Exception {
        int[] words = {0x9000, 0x9000, 0x9000, 0x9000, 0x6A82, 0x6982, 0x6282, 0x6B00, 0x6D00, 0x63C2, 0x6F00};
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            card.reset();
            var noise = new NoisyCard(card.channel(), random, 5 + random.nextInt(5), words);
            var drivers = drivers();
            try {
                OpenCard open = drivers.open(READER, noise, Origin.verb("test"));
                open.info();
                if (!open.applications().isEmpty()) {
                    DataObjects objects = need(open, DataObjects.class);
                    for (var o : objects.dataObjects()) {
                        objects.readObject(o.id());
                    }
                    need(open, Signing.class).sign("46", SignatureAlgorithm.ECDSA_SHA256, new byte[32]);
                }
            } catch (EscException e) {
                assertFalse(e.getMessage().isEmpty());
            }
            assertEquals(List.of(), drivers.complaints(), "seed " + seed);
        }
    }
}
