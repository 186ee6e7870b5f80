// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKeyAdmin;
import org.esc.coolkey.CoolKeyAdmin.Slots;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyBlob;
import org.esc.coolkey.ObjectId;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The applet, command by command. */
class CoolKeyAppletTest {

    private static final String ZERO = "00".repeat(8);
    private static final String PUBLIC = "FFFF40004000";
    private static final SecureRandom RANDOM = new SecureRandom();

    private SoftCard soft;
    private CardChannel card;
    private KeySet keys;

    @BeforeEach
    void format() throws Exception {
        fresh(ScpVersion.SCP01_05);
    }

    private void fresh(ScpVersion scp) throws Exception {
        if (soft != null) {
            soft.close();
        }
        keys = KeySet.factory(1, scp.keyType());
        soft = SoftCard.inMemory(CardSpec.standard().withScp(scp), new CoolKeyAppletFactory());
        card = soft.channel();
        TestToken.format(card, keys);
        select();
    }

    private void select() {
        assertEquals("9000", send("00A4040007627601FF000000"));
    }

    @AfterEach
    void close() {
        soft.close();
    }

    private String send(String hex) {
        return Hex.of(soft.transmit(Hex.parse(hex)));
    }

    /** A public command with data and the nonce behind them. */
    private String send(int ins, int p1, int p2, String data, String nonce) {
        return send("B0" + Hex.of(ins) + Hex.of(p1) + Hex.of(p2) + Hex.of((data.length() + nonce.length()) / 2) + data + nonce);
    }

    private SecureChannel secure() throws Exception {
        return TestToken.open(card, keys);
    }

    private static String sw(SecureChannel c, int ins, int p1, int p2, String data) throws Exception {
        return c.transmit(CommandApdu.of(0x80, ins, p1, p2, Hex.parse(data))).sw().toString();
    }

    private static String pin(String text) {
        return Hex.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void createPin(int number, int tries, String value) throws Exception {
        try (SecureChannel c = secure()) {
            assertEquals("9000", sw(c, Ins.CREATE_PIN, number, tries, pin(value)));
        }
    }

    private String verify(int number, String value) {
        return send("B042" + Hex.of(number) + "00" + Hex.of(value.length()) + pin(value));
    }

    private String login(String value) {
        String r = verify(0, value);
        assertTrue(r.length() == 20 && r.endsWith("9000"), r);
        return r.substring(0, 16);
    }

    // ---- what it tells

    @Test
    void statusBuildIdLifeCycleAndTheRest() throws Exception {
        assertEquals("010101040000200000002000000000009000", send("B03C000010"));
        assertEquals("6700", send("B03C000008"));
        assertEquals("6D00", send("B03C010010"));
        assertEquals("587680729000", send("B070000004"));
        assertEquals("6700", send("B070000003"));
        assertEquals("079000", send("B0F2000001"));
        assertEquals("070001019000", send("B0F2000004"));
        assertEquals("00009000", send("B048000002"));
        assertEquals("4000400040" + "00009000", send("B0FA000007"));
        assertEquals("9000", send("B0710000"));
        assertEquals("9000", send("B07300000401020304"));
        assertEquals(12, soft.transmit(Hex.parse("B07200000A")).length);
        assertNotEquals(send("B072000010"), send("B072000010"));
        assertEquals("00".repeat(224) + "9000", send("B0F60000E0"));
        assertEquals("00".repeat(224) + "9000", send("84F60000E0"), "with the class a TPS uses");
        assertEquals("6700", send("B0F6000010"));
        createPin(0, 5, "password");
        assertEquals("00019000", send("B048000002"));
        assertEquals("070101019000", send("B0F2000004"));
        assertEquals("01010104000020000000200001000000" + "9000", send("B03C000010"));
    }

    @ParameterizedTest
    @CsvSource({"00CA9F7F2D, 9000", "00000000, 9000", "80CA9F7F2D, 6D00", "A0A40000, 6E00", "B0990000, 6D00", "B02A0000, 6D00",
            "B0300000, 6D00", "B0340000, 6D00", "B0460000, 6D00", "B0600000, 6D00", "B0620000, 6D00", "8404000004313233340000, 6700",
            "84040000083132333400000000, 6985", "B05600000100, 6700", "8482000010" + "00000000000000000000000000000000" + ", 6985"})
    void classesAndInstructionsItDoesNotKnow(String command, String answer) {
        assertEquals(answer, send(command));
    }

    // ---- PINs

    @Test
    void pinsAreCreatedOnceAndTheirTriesCount() throws Exception {
        try (SecureChannel c = secure()) {
            assertEquals("9C10", sw(c, Ins.SET_PIN, 0, 0, pin("1234")), "no such PIN yet");
            assertEquals("9C0F", sw(c, Ins.CREATE_PIN, 0, 3, pin("123")));
            assertEquals("9C0F", sw(c, Ins.CREATE_PIN, 0, 3, pin("12345678901234567")));
            assertEquals("9C11", sw(c, Ins.CREATE_PIN, 0, 0, pin("1234")));
            assertEquals("9C10", sw(c, Ins.CREATE_PIN, 8, 3, pin("1234")));
            assertEquals("9000", sw(c, Ins.CREATE_PIN, 0, 3, pin("password")));
            assertEquals("9C10", sw(c, Ins.CREATE_PIN, 0, 3, pin("password")));
        }
        assertEquals("039000", send("B04A000001"));
        assertEquals("9C10", send("B04A010001"));
        assertEquals("9C10", verify(1, "password"));
        assertEquals("9C11", send("B042000104" + pin("1234")));
        assertEquals("9C02", verify(0, "passwore"));
        assertEquals("9C02", verify(0, ""));
        assertEquals("019000", send("B04A000001"));
        login("password");
        assertEquals("039000", send("B04A000001"), "a right PIN gives all tries back");
        for (int i = 0; i < 3; i++) {
            assertEquals("9C02", verify(0, "wrong"));
        }
        assertEquals("9C0C", verify(0, "password"), "blocked");
        try (SecureChannel c = secure()) {
            assertEquals("9000", sw(c, Ins.SET_PIN, 0, 0, pin("new pin")));
            assertEquals("9C0F", sw(c, Ins.SET_PIN, 0, 0, pin("1")));
        }
        assertEquals("9C02", verify(0, "password"));
        login("new pin");
    }

    @Test
    void aPinIsChangedWithTheOldOne() throws Exception {
        createPin(0, 3, "password");
        assertEquals("9C02", send("B044000011" + "08" + pin("passwore") + "07" + pin("changed")));
        assertEquals("9C0F", send("B044000011" + "08" + pin("password") + "09" + pin("changed")), "lengths do not fit");
        assertEquals("9C0F", send("B04400000D" + "08" + pin("password") + "03" + pin("abc")));
        assertEquals("029000", send("B04A000001"), "only the wrong one counted");
        assertEquals("9000", send("B044000011" + "08" + pin("password") + "07" + pin("changed")));
        login("changed");
        assertEquals("9C10", send("B044010011" + "08" + pin("password") + "07" + pin("changed")));
    }

    @Test
    void oneNonceForAllWhoAreLoggedInAndItEndsWithThem() throws Exception {
        createPin(0, 3, "password");
        createPin(1, 3, "another1");
        String nonce = login("password");
        assertNotEquals(ZERO, nonce);
        assertEquals(nonce + "9000", verify(1, "another1"));
        assertEquals("0003", send("B03C000010").substring(28, 32));
        assertEquals("9C06", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", "0102030405060708"));
        assertEquals("9C07", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", nonce));
        assertEquals("9000", send("B0610000"));
        assertEquals("9C07", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", nonce));
        assertEquals("9000", send("B0610100"));
        assertEquals("9C06", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", nonce));
        assertEquals("9C10", send("B0610900"));
        String next = login("password");
        assertNotEquals(nonce, next);
        login("password");
        assertEquals("9000", send("B0610000"));
        assertEquals("9C07", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", next), "logins count");
        soft.reset();
        select();
        assertEquals("9C06", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "01", next), "a reset logs everybody out");
    }

    // ---- objects

    @Test
    void objectsAndWhoMayWhat() throws Exception {
        createPin(0, 3, "password");
        try (SecureChannel c = secure()) {
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "7A300000" + "0000000A" + PUBLIC));
            assertEquals("9000", sw(c, Ins.WRITE_OBJECT, 0, 0, "7A300000" + "00000002" + "03" + "AABBCC"));
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64310000" + "00000004" + "000140000001"));
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64320000" + "00000004" + "000000000000"));
            assertEquals("9C06", sw(c, Ins.READ_OBJECT, 0, 0, "64320000" + "00000000" + "04"), "nobody may");
            assertEquals("9C0F", sw(c, Ins.WRITE_OBJECT, 0, 0, "7A300000" + "00000008" + "03" + "AABBCC"), "over the end");
            assertEquals("6700", sw(c, Ins.WRITE_OBJECT, 0, 0, "7A300000" + "00000000" + "03" + "AABB"));
            assertEquals("9C07", sw(c, Ins.WRITE_OBJECT, 0, 0, "7A310000" + "00000000" + "01" + "AA"));
            assertEquals("6700", sw(c, Ins.CREATE_OBJECT, 0, 0, "7A300000"));
        }
        assertEquals("64320000000000040000000000009000", send("B05800000E"), "the newest first");
        assertEquals("6431000000000004000140000001" + "9000", send("B05801000E"));
        assertEquals("7A3000000000000AFFFF400040009000", send("B05801000E"));
        assertEquals("9C12", send("B05801000E"));
        assertEquals("6700", send("B05800000D"));
        assertEquals("9C10", send("B05802000E"));
        assertEquals("9C11", send("B05800010E"));
        assertEquals("0000AABBCC00000000009000", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000000" + "0A", ZERO));
        assertEquals("9C0F", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000001" + "0A", ZERO));
        assertEquals("9C0F", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "FFFFFFFF" + "01", ZERO));
        assertEquals("6700", send(Ins.READ_OBJECT, 0, 0, "7A300000" + "00000001", ZERO));
        assertEquals("9C06", send(Ins.WRITE_OBJECT, 0, 0, "7A300000" + "00000000" + "01" + "AA", ZERO));
        assertEquals("9C06", send(Ins.READ_OBJECT, 0, 0, "64310000" + "00000000" + "04", ZERO));
        assertEquals("9C06", send(Ins.CREATE_OBJECT, 0, 0, "64330000" + "00000004" + PUBLIC, ZERO), "creating is the RA's");
        assertEquals("9C06", send(Ins.DELETE_OBJECT, 0, 0, "7A300000", ZERO));
        String nonce = login("password");
        assertEquals("000000009000", send(Ins.READ_OBJECT, 0, 0, "64310000" + "00000000" + "04", nonce));
        assertEquals("9000", send(Ins.DELETE_OBJECT, 0, 1, "64310000", nonce));
        assertEquals("9C07", send(Ins.DELETE_OBJECT, 0, 1, "64310000", nonce));
        assertEquals("9C11", send(Ins.DELETE_OBJECT, 0, 2, "64310000", nonce));
    }

    @Test
    void memoryIsCountedAndRunsOut() throws Exception {
        try (SecureChannel c = secure()) {
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64310000" + "00001000" + PUBLIC));
            // 16 bytes of header and bookkeeping
            assertEquals(0x2000 - 0x1000 - 16, free());
            assertEquals("9C01", sw(c, Ins.CREATE_OBJECT, 0, 0, "64320000" + "00000FF0" + PUBLIC), "one byte too many, with its header");
            assertEquals("9C01", sw(c, Ins.CREATE_OBJECT, 0, 0, "64320000" + "00008000" + PUBLIC));
            assertEquals("9C01", sw(c, Ins.CREATE_OBJECT, 0, 0, "64320000" + "FFFFFFFF" + PUBLIC));
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64320000" + "00000FE0" + PUBLIC));
            assertEquals(0, free());
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64310000" + "00000800" + PUBLIC), "created anew, smaller");
            assertEquals(0x800, free());
            assertEquals("9000", sw(c, Ins.DELETE_OBJECT, 0, 0, "64320000"));
            assertEquals("9000", sw(c, Ins.DELETE_OBJECT, 0, 0, "64310000"));
            assertEquals(0x2000, free());
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64330000" + "00001FF0" + PUBLIC), "the pieces are one again");
        }
    }

    private int free() {
        String s = send("B03C000010");
        return Integer.parseInt(s.substring(16, 24), 16);
    }

    @Test
    void memoryInPiecesDoesNotFitALongObject() throws Exception {
        try (SecureChannel c = secure()) {
            for (int i = 0; i < 7; i++) {
                assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "643" + i + "0000" + "00000400" + PUBLIC));
            }
            for (int i = 1; i < 7; i += 2) {
                assertEquals("9000", sw(c, Ins.DELETE_OBJECT, 0, 0, "643" + i + "0000"));
            }
            assertTrue(free() > 0x0C00);
            assertEquals("9C01", sw(c, Ins.CREATE_OBJECT, 0, 0, "64380000" + "00000800" + PUBLIC));
            assertEquals("9000", sw(c, Ins.CREATE_OBJECT, 0, 0, "64380000" + "00000400" + PUBLIC));
        }
    }

    @Test
    void theIoObject() {
        assertEquals("9C0F", send(Ins.READ_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "01", ZERO));
        assertEquals("9000", send(Ins.WRITE_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "02" + "0102", ZERO));
        assertEquals("9000", send(Ins.WRITE_OBJECT, 0, 0, "FFFFFFFE" + "00000002" + "02" + "0304", ZERO));
        assertEquals("010203049000", send(Ins.READ_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "04", ZERO));
        assertEquals("9C0F", send(Ins.READ_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "05", ZERO));
        assertEquals("9C0F", send(Ins.WRITE_OBJECT, 0, 0, "FFFFFFFF" + "00000383" + "02" + "0304", ZERO), "900 bytes there are");
        assertEquals("9000", send(Ins.WRITE_OBJECT, 0, 0, "FFFFFFFF" + "00000382" + "02" + "0304", ZERO));
        assertEquals("9000", send(Ins.CREATE_OBJECT, 0, 0, "FFFFFFFF" + "00000010" + PUBLIC, ZERO));
        assertEquals("00".repeat(16) + "9000", send(Ins.READ_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "10", ZERO));
        assertEquals("9C01", send(Ins.CREATE_OBJECT, 0, 0, "FFFFFFFF" + "00000400" + PUBLIC, ZERO));
        assertEquals("9000", send(Ins.DELETE_OBJECT, 0, 0, "FFFFFFFF", ZERO));
        assertEquals("9C0F", send(Ins.READ_OBJECT, 0, 0, "FFFFFFFF" + "00000000" + "01", ZERO));
        assertEquals("9C12", send("B05800000E"), "it is not listed");
    }

    // ---- keys

    private static String enroll(int bits, String wrapped) {
        return "80" + Hex.of(bits >> 8) + Hex.of(bits & 0xFF) + "0000" + "10" + wrapped + "00";
    }

    @Test
    void enrollmentRefusals() throws Exception {
        String w = "00".repeat(16);
        try (SecureChannel c = secure()) {
            assertEquals("6700", sw(c, Ins.START_ENROLLMENT, 0x02, 0x03, enroll(1024, w).substring(2)));
            assertEquals("9C21", sw(c, Ins.START_ENROLLMENT, 0x02, 0x03, "70" + enroll(1024, w).substring(2)));
            assertEquals("9C1A", sw(c, Ins.START_ENROLLMENT, 0x02, 0x03, enroll(4096, w)));
            assertEquals("9C1A", sw(c, Ins.START_ENROLLMENT, 0x02, 0x03, enroll(512, w)));
            assertEquals("9C1A", sw(c, Ins.START_ENROLLMENT_EC, 0x02, 0x03, enroll(192, w)));
            assertEquals("9C1E", sw(c, Ins.START_ENROLLMENT, 0x02, 0x02, enroll(1024, w)));
            String checked = enroll(1024, w);
            assertEquals("9C20", sw(c, Ins.START_ENROLLMENT, 0x02, 0x03, checked.substring(0, checked.length() - 2) + "03010203"),
                    "the check value is wrong");
            assertEquals("9000", send("B03A00000B"), "no key was made");
        }
    }

    @Test
    void keysTellWhatTheyAreAndWhoUsesThem() throws Exception {
        createPin(0, 3, "password");
        try (SecureChannel c = secure()) {
            ResponseApdu r = c.transmit(CommandApdu.of(0x80, Ins.START_ENROLLMENT, 0x02, 0x03, Hex.parse(enroll(1024, "00".repeat(16)))));
            // len2 blob sigLen2 sig, the blob being 4 bytes and two numbers with their lengths: 2 + 139 + 2 + 128
            assertEquals("010F", Hex.of(r.data()));
            assertEquals("9000", sw(c, Ins.START_ENROLLMENT, 0, 0, enroll(1024, "00".repeat(16))).substring(0, 4));
        }
        assertEquals("00" + "03" + "01" + "0400" + "00004000FFFF" + "9000", send("B03A00000B"), "the old way: anybody uses it");
        assertEquals("01" + "01" + "00" + "0400" + "FFFF4000FFFF" + "9000", send("B03A01000B"));
        assertEquals("02" + "03" + "03" + "0400" + "000040000001" + "9000", send("B03A01000B"));
        assertEquals("03" + "01" + "02" + "0400" + "FFFF4000FFFF" + "9000", send("B03A01000B"));
        assertEquals("9000", send("B03A01000B"));
        assertEquals("6700", send("B03A00000A"));
        String one = "000301" + "0080" + "00".repeat(127) + "01";
        assertEquals("9C06", send(Ins.COMPUTE_CRYPT, 2, 4, one, ZERO), "the PIN was not shown");
        assertEquals("0080" + "00".repeat(127) + "01" + "9000", send(Ins.COMPUTE_CRYPT, 0, 4, one, ZERO));
        String nonce = login("password");
        assertEquals("0080" + "00".repeat(127) + "01" + "9000", send(Ins.COMPUTE_CRYPT, 2, 4, one, nonce));
    }

    @Test
    void computeCryptRefusals() throws Exception {
        try (SecureChannel c = secure()) {
            c.transmit(CommandApdu.of(0x80, Ins.START_ENROLLMENT, 0xF2, 0x03, Hex.parse(enroll(1024, "00".repeat(16)))));
            assertEquals("9000", sw(c, Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0080" + "00".repeat(127) + "01"), "anybody's key is the RA's too");
        }
        String data = "0080" + "00".repeat(127) + "01";
        assertEquals("9C10", send(Ins.COMPUTE_CRYPT, 9, 4, "000301" + data, ZERO));
        assertEquals("9C10", send(Ins.COMPUTE_CRYPT, 200, 4, "000301" + data, ZERO));
        assertEquals("9C11", send(Ins.COMPUTE_CRYPT, 2, 5, "000301" + data, ZERO));
        assertEquals("9C1B", send(Ins.COMPUTE_CRYPT, 2, 4, "010301" + data, ZERO));
        assertEquals("9C1C", send(Ins.COMPUTE_CRYPT, 2, 4, "070301" + data, ZERO));
        assertEquals("9C13", send(Ins.COMPUTE_CRYPT, 2, 4, "000101" + data, ZERO));
        assertEquals("9C13", send(Ins.COMPUTE_CRYPT, 2, 4, "000201" + data, ZERO));
        assertEquals("9C14", send(Ins.COMPUTE_CRYPT, 2, 4, "000901" + data, ZERO));
        assertEquals("9C16", send(Ins.COMPUTE_CRYPT, 2, 4, "000303" + data, ZERO));
        assertEquals("9C19", send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0002" + "0102", ZERO));
        assertEquals("9C0F", send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0080" + "0102", ZERO));
        assertEquals("9C0F", send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0080" + "FF".repeat(128), ZERO), "above the modulus");
        assertEquals("9000", send(Ins.DELETE_OBJECT, 0, 0, "FFFFFFFF", ZERO));
        assertEquals("9C0F", send(Ins.COMPUTE_CRYPT, 2, 4, "000302" + "0000", ZERO), "the I/O object is empty");
        assertEquals("9C17", send(Ins.ECC_SIGN, 2, 4, "01" + "0014" + "00".repeat(20), ZERO));
        assertEquals("6700", send("B0360204020003"));
    }

    @Test
    void computeCryptInSeveralSteps() throws Exception {
        try (SecureChannel c = secure()) {
            c.transmit(CommandApdu.of(0x80, Ins.START_ENROLLMENT, 0xF2, 0x03, Hex.parse(enroll(1024, "00".repeat(16)))));
        }
        String whole = send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0080" + "05".repeat(128), ZERO);
        assertEquals("9C10", send(Ins.COMPUTE_CRYPT, 2, 2, "01" + "0001" + "05", ZERO), "not begun");
        assertEquals("9000", send(Ins.COMPUTE_CRYPT, 2, 1, "000301" + "0000", ZERO));
        assertEquals("00009000", send(Ins.COMPUTE_CRYPT, 2, 2, "01" + "0064" + "05".repeat(100), ZERO));
        assertEquals(whole, send(Ins.COMPUTE_CRYPT, 2, 3, "01" + "001C" + "05".repeat(28), ZERO));
        assertEquals("9C10", send(Ins.COMPUTE_CRYPT, 2, 3, "01" + "001C" + "05".repeat(28), ZERO), "over");
    }

    @Test
    void clearKeySlotsKeepsThePairsNamed() throws Exception {
        try (SecureChannel c = secure()) {
            for (int slot : List.of(2, 4, 6)) {
                c.transmit(CommandApdu.of(0x80, Ins.START_ENROLLMENT, slot, slot + 1, Hex.parse(enroll(1024, "00".repeat(16)))));
            }
            assertEquals("9C1E", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, "0205"));
            assertEquals("9C1E", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, "0809"));
            assertEquals("9C1E", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, "0302"));
            assertEquals("6700", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, "02"));
            assertEquals("6A86", sw(c, Ins.CLEAR_KEY_SLOTS, 1, 0, "0203"));
            assertEquals("06", send("B03C000010").substring(26, 28), "six keys: nothing was cleared by an error");
            assertEquals("9000", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, "02030607"));
            assertEquals("04", send("B03C000010").substring(26, 28));
            assertEquals("9000", sw(c, Ins.CLEAR_KEY_SLOTS, 0, 0, ""));
            assertEquals("00", send("B03C000010").substring(26, 28));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 384, 521})
    void ellipticCurveKeysSignAndAgree(int bits) throws Exception {
        fresh(ScpVersion.SCP03_00);
        createPin(0, 3, "password");
        ECPublicKey onCard;
        try (SecureChannel c = secure()) {
            byte[] challenge = new byte[16];
            RANDOM.nextBytes(challenge);
            EnrollmentResult r = new CoolKeyAdmin(c).startEnrollment(new Slots(2, 3, 0, 0), Ins.ALG_DES2, bits, true,
                    c.encryptWithDek(challenge));
            assertTrue(r.proves(challenge));
            onCard = (ECPublicKey) r.publicKey();
        }
        assertEquals("02" + "0B" + "03" + String.format("%04X", bits) + "000040000001" + "9000", send("B03A00000B"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(new byte[] {1, 2, 3});
        String data = "01" + "0020" + Hex.of(hash);
        assertEquals("9C06", send(Ins.ECC_SIGN, 2, 4, data, ZERO));
        String nonce = login("password");
        byte[] answer = Hex.parse(send(Ins.ECC_SIGN, 2, 4, data, nonce));
        Signature v = Signature.getInstance("NONEwithECDSA");
        v.initVerify(onCard);
        v.update(hash);
        assertTrue(v.verify(Arrays.copyOfRange(answer, 2, answer.length - 2)));

        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(onCard.getParams());
        KeyPair other = g.generateKeyPair();
        byte[] blob = EnrollmentResult.blob(other.getPublic());
        byte[] point = Arrays.copyOfRange(blob, 6, blob.length);
        byte[] shared = Hex.parse(send(Ins.ECC_KEY_AGREEMENT, 2, 4, "01" + String.format("%04X", point.length) + Hex.of(point), nonce));
        KeyAgreement a = KeyAgreement.getInstance("ECDH");
        a.init(other.getPrivate());
        a.doPhase(onCard, true);
        assertArrayEquals(a.generateSecret(), Arrays.copyOfRange(shared, 2, shared.length - 2));

        point[point.length - 1] ^= 1;
        assertEquals("9C0F", send(Ins.ECC_KEY_AGREEMENT, 2, 4, "01" + String.format("%04X", point.length) + Hex.of(point), nonce),
                "a point off the curve");
        assertEquals("9C19", send(Ins.ECC_KEY_AGREEMENT, 2, 4, "01" + "0003" + "040101", nonce));
        assertEquals("9C11", send(Ins.ECC_SIGN, 2, 1, data, nonce));
        assertEquals("9C17", send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0001" + "00", nonce));
        assertEquals("9C17", send(Ins.ECC_SIGN, 3, 4, data, nonce), "the public half does not sign");
    }

    // ---- import

    private static byte[] kwp(byte[] key, byte[] data) throws Exception {
        Cipher c = Cipher.getInstance("AES/KWP/NoPadding");
        c.init(Cipher.WRAP_MODE, new SecretKeySpec(key, "AES"));
        return c.wrap(new SecretKeySpec(data, "RAW"));
    }

    @Test
    void keysWrappedWithAes() throws Exception {
        fresh(ScpVersion.SCP03_70);
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair pair = g.generateKeyPair();
        byte[] key = new byte[16];
        RANDOM.nextBytes(key);
        try (SecureChannel c = secure()) {
            var admin = new CoolKeyAdmin(c);
            byte[] blob = KeyBlob.encryptedPair(384, kwp(key, pair.getPrivate().getEncoded())).bytes();
            admin.putObject(ObjectId.KEY_BLOB, blob, org.esc.coolkey.Acl.RA_ONLY);
            admin.importKeyEncrypted(new Slots(4, 5, 15, 0), ObjectId.KEY_BLOB, Ins.ALG_AES_KWP, c.encryptWithDek(key),
                    KeySet.kcv(KeyType.AES, key), new byte[0]);
        }
        byte[] hash = new byte[32];
        byte[] answer = Hex.parse(send(Ins.ECC_SIGN, 4, 4, "01" + "0020" + Hex.of(hash), ZERO));
        Signature v = Signature.getInstance("NONEwithECDSA");
        v.initVerify(pair.getPublic());
        v.update(hash);
        assertTrue(v.verify(Arrays.copyOfRange(answer, 2, answer.length - 2)));
        assertEquals("04" + "0B" + "05" + "0180", send("B03A00000B").substring(0, 10));
        assertEquals("05" + "0A" + "04" + "0180", send("B03A01000B").substring(0, 10), "the public half was computed");
    }

    @Test
    void encryptedImportRefusals() throws Exception {
        try (SecureChannel c = secure()) {
            var admin = new CoolKeyAdmin(c);
            byte[] key = new byte[16];
            String wrapped = "10" + Hex.of(c.encryptWithDek(key));
            String kcv = "03" + Hex.of(KeySet.kcv(KeyType.DES3, key));
            String iv = "08" + ZERO;
            assertEquals("9C07", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + kcv + iv));
            admin.putObject(ObjectId.KEY_BLOB, KeyBlob.encryptedPair(1024, new byte[64]).bytes(), org.esc.coolkey.Acl.RA_ONLY);
            assertEquals("9C22", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + kcv + iv), "no private key inside");
            assertEquals("9C20", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + "03010203" + iv));
            assertEquals("9C21", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "70" + wrapped + kcv + iv));
            assertEquals("9C1A", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + "08" + ZERO + kcv + iv));
            assertEquals("9C0F", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + kcv + "0400000000"), "IV");
            assertEquals("9C22", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "88" + wrapped + "00" + "00"));
            assertEquals("6700", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped));
            admin.putObject(ObjectId.KEY_BLOB, new KeyBlob(true, 2, 1024, new byte[64]).bytes(), org.esc.coolkey.Acl.RA_ONLY);
            assertEquals("9C17", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + kcv + iv));
            admin.putObject(ObjectId.KEY_BLOB, new KeyBlob(false, 9, 1024, new byte[64]).bytes(), org.esc.coolkey.Acl.RA_ONLY);
            assertEquals("9C0F", sw(c, Ins.IMPORT_KEY_ENCRYPTED, 4, 5, "FF00FFF3" + "80" + wrapped + kcv + iv));
        }
    }

    private static String number(BigInteger n) {
        byte[] b = n.toByteArray();
        if (b[0] == 0) {
            b = Arrays.copyOfRange(b, 1, b.length);
        }
        return String.format("%04X", b.length) + Hex.of(b);
    }

    @Test
    void plainImportOfEveryKind() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(1024);
        KeyPair pair = g.generateKeyPair();
        var secret = (RSAPrivateCrtKey) pair.getPrivate();
        var open = (RSAPublicKey) pair.getPublic();
        String acl = "FFFF4000FFFF";
        try (SecureChannel c = secure()) {
            var admin = new CoolKeyAdmin(c);
            for (String blob : List.of("0002" + "0400" + number(secret.getModulus()) + number(secret.getPrivateExponent()),
                    "0003" + "0400" + number(secret.getPrimeP()) + number(secret.getPrimeQ()) + number(secret.getCrtCoefficient())
                            + number(secret.getPrimeExponentP()) + number(secret.getPrimeExponentQ()),
                    "0009" + "0400" + Hex.of(secret.getEncoded()))) {
                admin.putObject(ObjectId.KEY_BLOB, Hex.parse(blob), org.esc.coolkey.Acl.RA_ONLY);
                assertEquals("9000", sw(c, Ins.IMPORT_KEY, 2, 3, "FF00FFF3" + acl), blob.substring(0, 4));
                String in = "00" + "07".repeat(127);
                String answer = send(Ins.COMPUTE_CRYPT, 2, 4, "000301" + "0080" + in, ZERO);
                Cipher check = Cipher.getInstance("RSA/ECB/NoPadding");
                check.init(Cipher.ENCRYPT_MODE, open);
                assertEquals(in, Hex.of(check.doFinal(Hex.parse(answer.substring(4, 260)))));
            }
            admin.putObject(ObjectId.KEY_BLOB, Hex.parse("0001" + "0400" + number(open.getModulus()) + number(open.getPublicExponent())),
                    org.esc.coolkey.Acl.RA_ONLY);
            assertEquals("9000", sw(c, Ins.IMPORT_KEY, 7, 0xFF, "FF00FFF3" + acl));
            assertEquals("9C05", importing(c, admin, "0102" + "0400"), "encrypted");
            assertEquals("9C17", importing(c, admin, "0055" + "0400"));
            assertEquals("9C0F", importing(c, admin, "0001" + "0400" + "0080"));
            assertEquals("9C1A", importing(c, admin, "0001" + "0400" + "0001" + "05" + "0001" + "03"));
            assertEquals("9C10", sw(c, Ins.IMPORT_KEY, 24, 0, "FF00FFF3" + acl));
            assertEquals("9C07", sw(c, Ins.IMPORT_KEY, 2, 0, "FF00FFF4" + acl));
        }
        assertEquals("9C06", send(Ins.IMPORT_KEY, 2, 3, "FF00FFF3" + acl, ZERO), "importing is the RA's");
    }

    private static String importing(SecureChannel c, CoolKeyAdmin admin, String blob) throws Exception {
        admin.putObject(ObjectId.KEY_BLOB, Hex.parse(blob), org.esc.coolkey.Acl.RA_ONLY);
        return sw(c, Ins.IMPORT_KEY, 2, 3, "FF00FFF3" + "FFFF4000FFFF");
    }

    // ---- the applet as a whole

    @Test
    void issuerInfoLifeCycleAndBuiltInRules() throws Exception {
        try (SecureChannel c = secure()) {
            assertEquals("6700", sw(c, Ins.SET_ISSUER_INFO, 0, 0, "00"));
            assertEquals("6A86", sw(c, Ins.SET_LIFECYCLE, 0x33, 0, ""));
            assertEquals("6A86", sw(c, Ins.SET_LIFECYCLE, 0xFF, 0, ""));
            assertEquals("6700", sw(c, Ins.SET_LIFECYCLE, 0x0F, 0, "00"));
            assertEquals("9000", sw(c, Ins.SET_LIFECYCLE, 0x0F, 0, ""));
            assertEquals("9C03", sw(c, Ins.SET_BUILTIN_ACL, 0, 0, "FFFFFFFFFFFF00"), "not allowed at install");
            assertEquals("6D00", sw(c, Ins.READ_IO_BUFFER, 8, 0, "0000"));
            assertEquals("6D00", sw(c, 0x02, 0, 0, ""));
        }
        assertEquals("0F9000", send("B0F2000001"));
        var manager = new org.esc.globalplatform.CardManager(card);
        manager.selectCardManager(org.esc.globalplatform.CardManager.KNOWN);
        try (SecureChannel c = secure()) {
            String install = "06627601FF0000" + "07627601FF000000" + "07627601FF000001" + "0100";
            assertEquals("6A80", sw(c, 0xE6, 0x0C, 0, install + "05C903000105" + "00"), "memory size of one byte");
            assertEquals("9000", sw(c, 0xE6, 0x0C, 0, install + "0AC908" + "0241420210000101" + "00"));
        }
        assertEquals("9000", send("00A4040007627601FF000001"));
        assertEquals("4142" + "00".repeat(222) + "9000", send("B0F60000E0"));
        try (SecureChannel c = secure()) {
            assertEquals("6700", sw(c, Ins.SET_BUILTIN_ACL, 0, 0, "FFFF"));
            assertEquals("9000", sw(c, Ins.SET_BUILTIN_ACL, 0, 0, "FFFF" + "4000" + "4000" + "00"));
            assertEquals("9C03", sw(c, Ins.SET_BUILTIN_ACL, 0, 0, "FFFF" + "4000" + "4000" + "00"), "for the last time");
        }
        assertEquals("9000", send(Ins.CREATE_OBJECT, 0, 0, "64330000" + "00000004" + PUBLIC, ZERO), "now anybody may");
        assertEquals("9C08", send(Ins.CREATE_OBJECT, 0, 0, "64330000" + "00000004" + PUBLIC, ZERO));
    }

    @Test
    void theBuildIdIsTheCards() throws Exception {
        soft.close();
        soft = SoftCard.inMemory(CardSpec.standard().withBuildId("558cdcff"), new CoolKeyAppletFactory());
        card = soft.channel();
        assertEquals("6A82", send("00A4040007627601FF000000"), "nothing to ask before it is installed");
        TestToken.format(card, keys);
        select();
        assertEquals("558CDCFF9000", send("B070000004"));
    }

    @Test
    void aWrongMacEndsTheChannel() throws Exception {
        try (SecureChannel c = secure()) {
            assertEquals("6988", send("8404000010" + "00".repeat(16)));
            assertEquals("6985", sw(c, Ins.SET_LIFECYCLE, 0x0F, 0, ""));
        }
        assertEquals("079000", send("B0F2000001"));
    }

    @Test
    void privateKeysAreNotToBeReadAnyWhere() throws Exception {
        try (SecureChannel c = secure()) {
            c.transmit(CommandApdu.of(0x80, Ins.START_ENROLLMENT, 0x02, 0x03, Hex.parse(enroll(1024, "00".repeat(16)))));
            for (int ins = 0; ins < 256; ins++) {
                if (ins == Ins.START_ENROLLMENT || ins == Ins.START_ENROLLMENT_EC) {
                    continue;
                }
                ResponseApdu r = c.transmit(CommandApdu.of(0x80, ins, 2, 0, new byte[0], 256));
                assertFalse(r.nr() > 224, "instruction " + Hex.of(ins));
            }
        }
    }
}
