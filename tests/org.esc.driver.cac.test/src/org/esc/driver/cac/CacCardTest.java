// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.cac;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.Capability;
import org.esc.driver.CardDriver;
import org.esc.driver.Certificates;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
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
import org.esc.softcard.files.CacCardFactory;
import org.esc.softcard.files.FilesAppletFactory;
import org.junit.jupiter.api.Test;

class CacCardTest {

    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);
    /** Making keys is slow: one image serves all cards of this class. */
    private static final String IMAGE = CacCardFactory.image();

    private final SoftCard card = card(IMAGE);

    private static SoftCard card(String image) {
        return SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(image.getBytes(StandardCharsets.UTF_8)));
    }

    private static Drivers drivers() {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new CacDriver(), Map.of(CardDriver.NAME, "CAC", CardDriver.AID,
                List.of("A000000116DB00", "A0000000791000", "A0000000790100")));
        return drivers;
    }

    private OpenCard open() throws EscException {
        return drivers().open(READER, card.channel(), Origin.verb("test"));
    }

    private static <C extends Capability> C need(OpenCard card, Class<C> type) throws EscException {
        return card.need(type, Optional.empty(), "do that");
    }

    private static Secret secret(String s) {
        return Secret.of(s);
    }

    @Test
    void theCardIsReadWithoutAPin() throws Exception {
        TokenInfo t = drivers().read(READER, card.channel());
        assertEquals(List.of(), t.problems());
        assertEquals("CAC", t.driver());
        assertEquals(TokenState.FOREIGN, t.state());
        assertEquals("4553430000000000000000000001", t.identity().serial());
        assertEquals("GSC-IS 2.1", t.identity().appletVersion());
        assertEquals("EXAMPLE.PAT.Q.1234567890", t.issuedTo());
        assertEquals(List.of("ID certificate", "Email signature certificate"), t.certificates().stream().map(c -> c.label()).toList());
        assertEquals(List.of("0100 RSA private key 2048", "0101 RSA private key 2048"),
                t.keys().stream().map(k -> k.slot() + " " + k.type() + " " + k.bits()).toList());
        assertEquals(OptionalInt.of(3), t.pinTries());
        assertTrue(t.details().stream().anyMatch(d -> d.value().equals("Java Card")), t.details()::toString);
    }

    /** Cards without capabilities tell their applets through the access control applet; bare ones have keys only. */
    @Test
    void cardsThatTellLessAreReadAllTheSame() throws Exception {
        String without = withoutContainer(IMAGE, "A000000116DB00");
        TokenInfo t = drivers().read(READER, card(without).channel());
        assertEquals(2, t.certificates().size(), t.problems()::toString);
        assertTrue(t.reason().contains("no card capability container"), t.reason());
        t = drivers().read(READER, card(withoutContainer(without, "A0000000791000")).channel());
        assertEquals(2, t.certificates().size(), t.problems()::toString);
    }

    private static String withoutContainer(String image, String aid) {
        return image.replaceAll("(?m)^(df|buffers) " + aid + ".*\n( .*\n)*", "");
    }

    @Test
    void containersAreDecoded() throws Exception {
        OpenCard open = open();
        DataObjects objects = need(open, DataObjects.class);
        assertEquals(List.of("db00", "0200", "0201", "0100", "0101"), objects.dataObjects().stream().map(o -> o.id()).toList());
        assertEquals("pin-needed", assertThrows(EscException.class, () -> objects.readObject("0200")).problem().code());
        assertTrue(objects.readObject("db00").fields().stream().anyMatch(f -> f.name().equals("Container (CardURL)")));
        need(open, Pins.class).verifyPin("pin", secret("77777777"));
        var person = objects.readObject("0200").fields().stream().collect(Collectors.toMap(f -> f.name(), f -> f.value()));
        assertEquals("PAT", person.get("First name"));
        assertEquals("1234567890", person.get("DoD EDI person identifier"));
        assertEquals("535347 \"SSG\"", objects.readObject("0201").fields().stream().filter(f -> f.name().equals("Tag 26")).findFirst().orElseThrow().value());
        assertEquals("no-object", assertThrows(EscException.class, () -> objects.readObject("9999")).problem().code());
    }

    @Test
    void thePinIsEnteredAtTheReader() throws Exception {
        OpenCard open = drivers().open(READER, new Keypad(card.channel(), "0000", "77777777", "77777777", "1234", "1234"), Origin.verb("test"));
        PinsAtReader keypad = need(open, PinsAtReader.class);
        assertTrue(keypad.canVerifyAtReader("pin") && keypad.canChangeAtReader("pin"));
        assertEquals("wrong-pin", assertThrows(EscException.class, () -> keypad.verifyPinAtReader("pin")).problem().code());
        keypad.verifyPinAtReader("pin");
        assertEquals("PAT", need(open, DataObjects.class).readObject("0200").fields().getFirst().value());
        keypad.changePinAtReader("pin");
        keypad.verifyPinAtReader("pin");
        assertEquals("pin-timeout", assertThrows(EscException.class, () -> keypad.verifyPinAtReader("pin")).problem().code());
        assertEquals("no-pin", assertThrows(EscException.class, () -> keypad.verifyPinAtReader("puk")).problem().code());
        assertFalse(need(open(), PinsAtReader.class).canVerifyAtReader("pin"), "a reader without keys");
    }

    @Test
    void thePinIsVerifiedAndChanged() throws Exception {
        Pins pins = need(open(), Pins.class);
        var wrong = assertThrows(EscException.class, () -> pins.verifyPin("pin", secret("0000")));
        assertEquals("wrong-pin", wrong.problem().code());
        assertTrue(wrong.getMessage().contains("2 tries are left"), wrong.getMessage());
        pins.changePin("pin", secret("77777777"), secret("123456"));
        pins.verifyPin("pin", secret("123456"));
        assertEquals("bad-pin", assertThrows(EscException.class, () -> pins.verifyPin("pin", secret("12ab"))).problem().code());
        for (int i = 0; i < 2; i++) {
            assertThrows(EscException.class, () -> pins.verifyPin("pin", secret("0000")));
        }
        assertEquals("pin-blocked", assertThrows(EscException.class, () -> pins.verifyPin("pin", secret("0000"))).problem().code());
        assertTrue(pins.pins().getFirst().blocked());
        assertEquals("not-offered", assertThrows(EscException.class, () -> pins.unblockPin("pin", secret("0000"), secret("0000"))).problem().code());
    }

    @Test
    void signsAndDecrypts() throws Exception {
        OpenCard open = open();
        Signing signing = need(open, Signing.class);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
        assertEquals("pin-needed", assertThrows(EscException.class,
                () -> signing.sign("0100", SignatureAlgorithm.RSA_PKCS1_SHA256, digest)).problem().code());
        need(open, Pins.class).verifyPin("pin", secret("77777777"));
        var certificates = need(open, Certificates.class).certificates();
        Signature v = Signature.getInstance("SHA256withRSA");
        v.initVerify(certificates.getFirst().certificate());
        v.update(MESSAGE);
        assertTrue(v.verify(signing.sign("0100", SignatureAlgorithm.RSA_PKCS1_SHA256, digest)));
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, certificates.get(1).certificate().getPublicKey());
        Decryption d = need(open, Decryption.class);
        assertTrue(d.decrypts("0101") && !d.agrees("0101") && !d.decrypts("0200"));
        assertArrayEquals(MESSAGE, d.decrypt("0101", c.doFinal(MESSAGE)));
        assertEquals("no-key", assertThrows(EscException.class, () -> signing.sign("0200", SignatureAlgorithm.RSA_PKCS1_SHA256, digest)).problem().code());
    }

    @Test
    void aDamagedCertificateIsNamed() throws Exception {
        // the first certificate is compressed: break its end
        String image = IMAGE.replaceFirst("(?s)(buffers A0000000790100/0100.*?\\|\n [0-9A-F]{20})[0-9A-F]{8}", "$1" + Hex.of(new byte[4]));
        assertFalse(image.equals(IMAGE));
        TokenInfo t = drivers().read(READER, card(image).channel());
        assertEquals(1, t.certificates().size());
        assertTrue(t.problems().stream().anyMatch(p -> p.contains("ID certificate")), t.problems()::toString);
    }

    @Test
    void aCardPulledAtAnyMomentEndsTheReading() throws Exception {
        var sent = new AtomicInteger();
        drivers().read(READER, pulledAfter(sent, Integer.MAX_VALUE));
        for (int n = 0; n < sent.get(); n++) {
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
        int[] words = {0x9000, 0x9000, 0x9000, 0x9000, 0x6A82, 0x6982, 0x6B00, 0x6D00, 0x63C2, 0x6F00};
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
                    need(open, Signing.class).sign("0100", SignatureAlgorithm.RSA_PKCS1_SHA256, new byte[32]);
                }
            } catch (EscException e) {
                assertFalse(e.getMessage().isEmpty());
            }
            assertEquals(List.of(), drivers.complaints(), "seed " + seed);
        }
    }
}
