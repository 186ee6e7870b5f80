// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.junit.jupiter.api.Test;

class CoolKeyTest {

    /** A card that expects exactly these commands and gives these answers. */
    private static final class Script implements CardChannel {

        private final ArrayDeque<String> steps = new ArrayDeque<>();

        Script on(String command, String answer) {
            steps.add(command.replace(" ", ""));
            steps.add(answer.replace(" ", ""));
            return this;
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) {
            assertFalse(steps.isEmpty(), "unexpected " + Hex.of(command.bytes()));
            assertEquals(steps.poll(), Hex.of(command.bytes()));
            return ResponseApdu.parse(Hex.parse(steps.poll()));
        }

        void done() {
            assertTrue(steps.isEmpty(), "not sent: " + steps);
        }

        @Override
        public void close() {
        }
    }

    @Test
    void readsTheAppletsIdentity() throws Exception {
        var card = new Script().on("00A4040007627601FF00000000", "9000")
                .on("B03C000010", "01010104 00001300 00001200 0108 0001 9000")
                .on("B0F2000001", "0F 9000").on("B070000004", "58768072 9000").on("B04A000001", "09 9000")
                .on("B048000002", "0003 9000")
                .on("B0F60000E0", Hex.of("http://tps/".getBytes()) + "00".repeat(213) + "9000");
        var c = new CoolKey(card);
        assertTrue(c.select());
        assertEquals(new AppletStatus(1, 1, 1, 4, 0x1300, 0x1200, 1, 8, 1), c.status());
        assertEquals(LifeCycle.PERSONALIZED, c.lifeCycle());
        assertEquals(0x58768072, c.buildId());
        assertEquals(9, c.pinTries(0).getAsInt());
        assertEquals(List.of(0, 1), c.listPins());
        assertEquals("http://tps/", c.issuerUrl());
        card.done();
    }

    @Test
    void listsUntilTheEnd() throws Exception {
        var card = new Script().on("B05800000E", "7A300000 00000063 FFFF40004000 9000").on("B05801000E", "9C12")
                .on("B03A00000B", "02 03 03 0800 000040000001 9000").on("B03A01000B", "9000");
        var c = new CoolKey(card);
        assertEquals(List.of(new ObjectInfo(ObjectId.COMBINED, 99, Acl.PUBLIC_OBJECT)), c.listObjects());
        assertEquals(List.of(new KeyInfo(2, 3, 3, 2048, new Acl(0, 0x4000, 1))), c.listKeys());
        card.done();
    }

    @Test
    void anEndlessListIsNotFollowedForEver() {
        CardChannel endless = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) {
                return ResponseApdu.ok(Hex.parse("7A30000000000063FFFF40004000"));
            }

            @Override
            public void close() {
            }
        };
        assertThrows(CardException.class, () -> new CoolKey(endless).listObjects());
        assertThrows(CardException.class, () -> new CoolKey(endless).listKeys());
    }

    @Test
    void theNonceGoesWithWhatNeedsIt() throws Exception {
        var card = new Script().on("B042000004 31323334 08", "A1A2A3A4A5A6A7A8 9000")
                .on("B056000011 7A300000 00000000 05 A1A2A3A4A5A6A7A8 05", "0102030405 9000")
                .on("B061000000".substring(0, 8), "9000")
                .on("B056000011 7A300000 00000000 01 0000000000000000 01", "9C06");
        var c = new CoolKey(card);
        try (var pin = Secret.of("1234")) {
            c.verifyPin(0, pin);
        }
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, c.readObject(ObjectId.COMBINED, 0, 5));
        c.logout(0);
        var e = assertThrows(CardException.class, () -> c.readObject(ObjectId.COMBINED, 0, 1));
        assertTrue(e.getMessage().contains("not authorised"));
        card.done();
    }

    @Test
    void aWrongAndABlockedPinHaveCodesAndAdvice() {
        var c = new CoolKey(new Script().on("B042000004 31323334 08", "9C02").on("B042000004 31323334 08", "9C0C"));
        var e = assertThrows(CardException.class, () -> c.verifyPin(0, Secret.of("1234")));
        assertEquals("wrong-pin", e.problem().code());
        assertFalse(e.problem().advice().isEmpty());
        e = assertThrows(CardException.class, () -> c.verifyPin(0, Secret.of("1234")));
        assertEquals("pin-blocked", e.problem().code());
        assertEquals(0x9C0C, e.problem().sw().orElseThrow().value());
    }

    @Test
    void largeComputationsGoThroughTheIoObject() throws Exception {
        byte[] data = new byte[256];
        Arrays.fill(data, (byte) 0x5A);
        String d = "5A".repeat(256);
        String zero = "0000000000000000";
        var card = new Script()
                .on("B0540000E1 FFFFFFFF 00000000 D0 0100" + d.substring(0, 412) + zero, "9000")
                .on("B054000043 FFFFFFFF 000000D0 32" + d.substring(412) + zero, "9000")
                .on("B03602040D 00 03 02 0000" + zero, "9000")
                .on("B056000011 FFFFFFFF 00000000 02" + zero + "02", "0100 9000")
                .on("B056000011 FFFFFFFF 00000002 F0" + zero + "F0", "77".repeat(240) + "9000")
                .on("B056000011 FFFFFFFF 000000F2 10" + zero + "10", "77".repeat(16) + "9000");
        assertEquals("77".repeat(256), Hex.of(new CoolKey(card).computeCrypt(2, Ins.DIRECTION_ENCRYPT, data)));
        card.done();
    }

    @Test
    void smallComputationsGoInOneCommand() throws Exception {
        var card = new Script().on("B0360404 8D 00 04 01 0080" + "11".repeat(128) + "0000000000000000 00",
                "0080" + "22".repeat(128) + "9000").on("B0380204 10 01 0005 0102030405 0000000000000000 00", "0009 9000");
        var c = new CoolKey(card);
        assertEquals("22".repeat(128), Hex.of(c.computeCrypt(4, Ins.DIRECTION_DECRYPT, Hex.parse("11".repeat(128)))));
        assertThrows(CardException.class, () -> c.signEc(2, new byte[] {1, 2, 3, 4, 5}));
        card.done();
    }

    @Test
    void theSecureCommandsAsATpsSendsThem() throws Exception {
        String challenge = "00112233445566778899AABBCCDDEEFF";
        var pair = KeyPairGenerator.getInstance("RSA");
        pair.initialize(1024);
        var keys = pair.generateKeyPair();
        byte[] result = EnrollmentResult.of(keys.getPublic(), keys.getPrivate(), Hex.parse(challenge)).bytes();
        String size = String.format("%04X", result.length);
        String tail = String.format("%02X", result.length - 0xD0);
        var card = new Script().on("8440007F08 70617373776F7264", "9C10").on("8404000004 31323334", "9000")
                .on("840C F2 13 17 80 0400 00 00 10" + challenge + "00 00", size + "9000")
                .on("8456000009 FFFFFFFF 00000000 D0 D0", Hex.of(result).substring(0, 416) + "9000")
                .on("8456000009 FFFFFFFF 000000D0" + tail + tail, Hex.of(result).substring(416) + "9000")
                .on("845A00000E 7A300000 00000003 FFFF40004000", "9000")
                .on("845400000C 7A300000 00000000 03 010203", "9000")
                .on("840A 0415 18 FF00FFF3 80 08 1111111111111111 00 08 2222222222222222", "9000")
                .on("84F4 0000 E0" + Hex.of("http://x".getBytes()) + "00".repeat(216), "9000").on("84F00F00", "9000")
                .on("84550000 04 0203 0405", "6D00");
        var c = new CoolKeyAdmin(card);
        assertFalse(c.createPin(0, 0x7F, Secret.of("password")));
        c.setPin(0, Secret.of("1234"));
        var r = c.startEnrollment(new CoolKeyAdmin.Slots(2, 3, 15, 1), Ins.ALG_DES2, 1024, false, Hex.parse(challenge));
        assertEquals(keys.getPublic(), r.publicKey());
        assertTrue(r.proves(Hex.parse(challenge)));
        assertFalse(r.proves(new byte[16]));
        c.putObject(ObjectId.COMBINED, new byte[] {1, 2, 3}, Acl.PUBLIC_OBJECT);
        c.importKeyEncrypted(new CoolKeyAdmin.Slots(4, 5, 0, 1), ObjectId.KEY_BLOB, Ins.ALG_DES2,
                Hex.parse("1111111111111111"), new byte[0], Hex.parse("2222222222222222"));
        c.setIssuerInfo("http://x");
        c.setLifeCycle(LifeCycle.PERSONALIZED);
        assertFalse(c.clearKeySlots(List.of(new CoolKeyAdmin.Slots(2, 3, 0, 0), new CoolKeyAdmin.Slots(4, 5, 0, 0))));
        card.done();
    }

    @Test
    void proofOfPossessionWithEcAndDamage() throws Exception {
        var g = KeyPairGenerator.getInstance("EC");
        g.initialize(new ECGenParameterSpec("secp256r1"));
        var keys = g.generateKeyPair();
        byte[] challenge = new byte[16];
        byte[] all = EnrollmentResult.of(keys.getPublic(), keys.getPrivate(), challenge).bytes();
        assertTrue(EnrollmentResult.parse(all).proves(challenge));
        assertEquals(keys.getPublic(), EnrollmentResult.parse(all).publicKey());
        for (int n = 0; n < all.length; n++) {
            byte[] cut = Arrays.copyOf(all, n);
            assertThrows(CardException.class, () -> EnrollmentResult.parse(cut), "cut at " + n);
        }
    }

    @Test
    void separateObjectsAreGatheredWhenThereIsNoCombinedOne() throws Exception {
        byte[] c1 = SeparateObject.version0(ObjectId.of('c', 1),
                List.of(Attribute.text(Attribute.LABEL, "mine"), new Attribute.Int(Attribute.CLASS, 1)));
        String zero = "0000000000000000";
        var card = new Script()
                .on("B056000011 43310000 00000000 03" + zero + "03", "300100 9000")
                .on("B056000011 63310000 00000000" + Hex.of(c1.length) + zero + Hex.of(c1.length), Hex.of(c1) + "9000")
                .on("B056000011 6B320000 00000000 02" + zero + "02", "0900 9000");
        var list = List.of(new ObjectInfo(ObjectId.of('C', 1), 3, Acl.PUBLIC_OBJECT),
                new ObjectInfo(ObjectId.of('c', 1), c1.length, Acl.PUBLIC_OBJECT),
                new ObjectInfo(ObjectId.of('k', 2), 2, Acl.PUBLIC_OBJECT));
        var all = TokenObjects.read(new CoolKey(card), list, Cuid.of("40906145C76224192D2B")).orElseThrow();
        assertEquals(1, all.objects().size());
        assertEquals("mine", all.certificates().getFirst().label());
        assertArrayEquals(Hex.parse("300100"), all.certificates().getFirst().der());
    }

    @Test
    void everyStatusHasWords() {
        for (int sw = 0x9C01; sw <= 0x9C22; sw++) {
            if (sw == 0x9C04 || sw == 0x9C0A || sw == 0x9C0E) {
                continue;
            }
            String words = CoolKeyStatus.meaning(new org.esc.apdu.StatusWord(sw));
            assertFalse(words.startsWith("status"), words);
        }
    }
}
