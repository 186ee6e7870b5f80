// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.openpgp.CardAid;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenPgpAppletTest {

    private static final String PW1 = "00200082063132333435" + "36";
    private static final String PW1_SIGN = "00200081063132333435" + "36";
    private static final String PW3 = "00200083083132333435363738";

    private SoftCard card;

    @BeforeEach
    void select() {
        card = SoftCard.withApplets(CardSpec.standard(), new OpenPgpAppletFactory());
        selectAgain();
    }

    private void selectAgain() {
        assertTrue(card.process(CommandApdu.select(CardAid.PREFIX)).isOk());
    }

    private ResponseApdu send(String hex) {
        return card.process(CommandApdu.parse(hex));
    }

    private String sw(String hex) {
        return send(hex).sw().toString();
    }

    private void ok(String hex) {
        assertEquals("9000", sw(hex), hex);
    }

    @Test
    void theSerialNumberIsTheEndOfTheCardsId() {
        String id = card.cuid().toString();
        String aid = Hex.of(send("00CA004F00").data());
        assertEquals("D276000124010304FFFE" + id.substring(id.length() - 8) + "0000", aid);
        assertTrue(card.process(CommandApdu.parse("00A4040010" + aid + "00")).isOk(), "by its whole name");
        assertEquals(aid, Hex.of(Tlv.find(Tlv.parseAll(send("00A4040006D2760001240100").data()), 0x84).orElseThrow().value()));
    }

    @Test
    void anAnswerLongerThanAskedForWaits() {
        String whole = Hex.of(send("00CA006E000000").data());
        ResponseApdu first = send("00CA006E40");
        assertEquals(64, first.nr());
        assertEquals(0x61, first.sw().sw1());
        ResponseApdu rest = send("00C0000000");
        String joined = Hex.of(first.data()) + Hex.of(rest.data());
        while (rest.sw().sw1() == 0x61) {
            rest = send("00C0000000");
            joined += Hex.of(rest.data());
        }
        assertEquals(whole, joined);
    }

    @Test
    void whoMayReadAndWriteWhat() {
        for (String write : List.of("00DA005B0141", "00DA005E0141", "00DA00C40101", "00DA010101" + "41", "00DA010201" + "41", "00DA010301" + "41",
                "00DA7F2101" + "41", "0047800002B60000", "00DB3FFF0141", "00DA00D300", "00E60000", "002C02810631323334" + "3536")) {
            assertEquals("6982", sw(write), write);
        }
        assertEquals("6982", sw("00CA010300"));
        assertEquals("6982", sw("00CA010400"));
        ok(PW1);
        ok("00DA010101" + "41");
        ok("00DA010301" + "43");
        assertEquals("6982", sw("00DA010201" + "42"));
        assertEquals("41", Hex.of(send("00CA010100").data()));
        assertEquals("43", Hex.of(send("00CA010300").data()));
        assertEquals("6982", sw("00CA010400"));
        ok(PW3);
        ok("00DA010201" + "42");
        ok("00DA010401" + "44");
        assertEquals("44", Hex.of(send("00CA010400").data()));
        ok("0020FF83");
        assertEquals("6982", sw("00CA010400"));
        assertEquals("63C3", sw("00200083"));
        assertEquals("9000", sw("00200082"));
        assertEquals("6A88", sw("00CA00D500"));
        assertEquals("6A88", sw("00200085"));
    }

    @Test
    void nonsenseIsNotStored() {
        ok(PW3);
        for (String bad : List.of("00DA005F2D", "00DA5F35" + "0133", "00DA5F2D03" + "646565", "00DA00C40102", "00DA00C703010203", "00DA00D5050102030405",
                "00DA00D6020320", "00DA00C106010200002000", "00DA00C10A132B060104019755010501", "00DA00C20A162B06010401DA470F01",
                "00DA00C1086301020304050607", "00DA00F9038101" + "04", "00DA00D303010203", "00DB3FFF024D00")) {
            String sw = sw(bad);
            assertTrue(sw.equals("6A80") || sw.equals("6A88"), bad + " " + sw);
        }
        assertEquals("6A86", sw("00A5030406" + "60045C027F21"));
        assertEquals("6A88", sw("00A5000406" + "60045C027F22"));
        assertEquals("6D00", sw("00FF0000"));
        assertEquals("6E00", sw("80CA004F00"));
    }

    @Test
    void anRsaKeyOfNoPrimesIsNotTaken() {
        ok(PW3);
        String part = "FF".repeat(128);
        String key = "00010001" + part + part;
        String inside = "B600" + "7F4808" + "9104" + "928180" + "938180" + "5F48820104" + key;
        String list = "4D8201%02X".formatted(inside.length() / 2 - 256) + inside;
        assertEquals("6A80", sw("00DB3FFF00%04X".formatted(list.length() / 2) + list));
        assertEquals("6A88", sw("0047810002B60000"));
    }

    @Test
    void anInteractionFlagForGoodStays() {
        ok(PW3);
        ok("00DA00D6020120");
        ok("00DA00D6020220");
        assertEquals("6985", sw("00DA00D6020020"));
        assertEquals("0220", Hex.of(send("00CA00D600").data()));
    }

    @Test
    void aesEnciphersAndDeciphers() {
        ok(PW3);
        assertEquals("6982", sw("002A8680100000000000000000000000000000000000"));
        ok(PW1);
        assertEquals("6A88", sw("002A868010" + "00".repeat(16) + "00"));
        // FIPS 197 appendix B
        ok("00DA00D510" + "2B7E151628AED2A6ABF7158809CF4F3C");
        ResponseApdu c = send("002A868010" + "3243F6A8885A308D313198A2E0370734" + "00");
        assertEquals("02" + "3925841D02DC09FBDC118597196A0B32", Hex.of(c.data()));
        assertEquals("3243F6A8885A308D313198A2E0370734", Hex.of(send("002A808611" + Hex.of(c.data()) + "00").data()));
        assertEquals("6A80", sw("002A86800F" + "00".repeat(15) + "00"));
        ok("00DA00D500");
        assertEquals("6A88", sw("002A868010" + "00".repeat(16) + "00"));
    }

    @Test
    void keysTakeEachOthersPlace() {
        ok(PW3);
        ok(PW1);
        ok("00DA00C30A" + "132B2403030208010107");
        ok("00DA00C20A" + "122B2403030208010107");
        assertTrue(send("0047800002A40000").isOk());
        assertTrue(send("0047800002B80000").isOk());
        byte[] aut = send("0047810002A40000").data();
        byte[] dec = send("0047810002B80000").data();
        String others = Hex.of(Tlv.of(0xA6, List.of(Tlv.of(0x7F49, List.of(Tlv.of(0x86, point(aut)))))).encoded());
        String own = Hex.of(Tlv.of(0xA6, List.of(Tlv.of(0x7F49, List.of(Tlv.of(0x86, point(dec)))))).encoded());
        byte[] secret = decipher(others).data();
        ok("002241B803830103");
        assertArrayEquals(secret, decipher(own).data(), "both ends of one agreement");
        selectAgain();
        ok(PW1);
        assertArrayEquals(secret, decipher(others).data(), "as it was");
        assertEquals("6A80", sw("002241B803830101"));
        assertEquals("6A80", decipher("A6" + others.substring(2).replace("86", "87")).sw().toString());
    }

    private static byte[] point(byte[] template) {
        return Tlv.find(Tlv.parseAll(template), 0x86).orElseThrow().value();
    }

    private ResponseApdu decipher(String data) {
        return send("002A8086%02X".formatted(data.length() / 2) + data + "00");
    }

    @Test
    void certificatesOneAfterTheOther() {
        ok(PW3);
        for (int i = 0; i < 3; i++) {
            ok("00A50" + i + "0406" + "60045C027F21");
            ok("00DA7F2101" + "A" + i);
        }
        selectAgain();
        assertEquals("A0", Hex.of(send("00CA7F2100").data()));
        assertEquals("A1", Hex.of(send("00CC7F2100").data()));
        assertEquals("A2", Hex.of(send("00CC7F2100").data()));
        assertEquals("6A88", sw("00CC7F2100"));
        assertEquals("6A88", sw("00CC005E00"));
    }

    @Test
    void challengesDiffer() {
        byte[] a = send("0084000020").data();
        assertEquals(32, a.length);
        assertNotEquals(Hex.of(a), Hex.of(send("0084000020").data()));
        assertEquals("6700", sw("00840000"));
    }

    @Test
    void itsLifeEndsAndBeginsAgain() {
        assertEquals("6982", sw("00E60000"));
        for (int i = 0; i < 3; i++) {
            sw("00200081084040404040404040");
            sw("00200083084040404040404040");
        }
        assertEquals("6983", sw(PW3));
        ok("00E60000");
        assertEquals("6285", sw("00CA004F00"));
        assertEquals("6285", card.process(CommandApdu.select(CardAid.PREFIX)).sw().toString());
        ok("00440000");
        selectAgain();
        ok(PW3);
        ok("00440000");
        assertEquals("9000", sw("00200083"), "nothing happens to one that is active");
        assertEquals("0031C573C001E0059000", Hex.of(send("00CA5F5200").data()));
    }

    @Test
    void aResetForgetsWhoWasVerifiedAndTheFileKeepsTheRest(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("card");
        CardFile.create(file, CardSpec.standard(), List.of(new OpenPgpAppletFactory()), Optional.empty());
        try (SoftCard c = CardFile.open(file, Optional.empty(), () -> List.of(new OpenPgpAppletFactory()))) {
            card = c;
            selectAgain();
            ok(PW3);
            ok("00DA005B0141");
            ok("00DA00C10A162B06010401DA470F01");
            ok("0047800002B60000");
            ok(PW1_SIGN);
            ok("002A9E9A0401020304" + "00");
            ok(PW1_SIGN);
            c.reset();
            selectAgain();
            assertEquals("6982", sw("002A9E9A0401020304" + "00"));
        }
        try (SoftCard c = CardFile.open(file, Optional.empty(), () -> List.of(new OpenPgpAppletFactory()))) {
            card = c;
            selectAgain();
            assertEquals("5B0141", Hex.of(send("00CA006500").data()).substring(0, 6));
            assertEquals("9303000001", Hex.of(send("00CA007A00").data()));
            ok(PW1_SIGN);
            assertEquals(64, send("002A9E9A0401020304" + "00").nr());
        }
    }

    @Test
    void whateverComesAStatusWordGoes() {
        ok(PW3);
        int[] ins = {0x20, 0x22, 0x24, 0x2A, 0x2C, 0x44, 0x47, 0x84, 0x88, 0xA5, 0xC0, 0xCA, 0xCC, 0xDA, 0xDB};
        int[] p = {0x00, 0x01, 0x02, 0x3F, 0x41, 0x4F, 0x5B, 0x5E, 0x65, 0x6E, 0x7A, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x86, 0x9A, 0x9E, 0xB8, 0xC1, 0xC4,
            0xD3, 0xD5, 0xF9, 0xFA, 0xFF};
        String[] known = {"B600", "B800", "A400", "60045C027F21", "162B06010401DA470F01", "122B060104019755010501", "A6077F490486020102",
            "0102", "4D0BB6007F48029220" + "5F4801AA", "810103"};
        var random = new Random(7);
        for (int i = 0; i < 6000; i++) {
            byte[] data = random.nextInt(3) == 0 ? Hex.parse(known[random.nextInt(known.length)]) : new byte[random.nextInt(40)];
            if (random.nextInt(3) == 0) {
                random.nextBytes(data);
            }
            int which = ins[random.nextInt(ins.length)];
            int p1 = p[random.nextInt(p.length)];
            if (which == 0x47 && p1 == 0x80) {
                continue;
            }
            ResponseApdu r = card.process(CommandApdu.of(random.nextInt(8) == 0 ? 0x10 : 0, which, p1, p[random.nextInt(p.length)], data, 256));
            assertNotEquals("6F00", r.sw().toString(), Hex.of((byte) which, (byte) p1) + " " + Hex.of(data));
            if (random.nextInt(20) == 0) {
                send(random.nextBoolean() ? PW1 : PW3);
                send(PW1_SIGN);
            }
        }
        assertEquals(16, Arrays.stream(new byte[][] {send("00CA004F00").data()}).findFirst().orElseThrow().length);
    }
}
