// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.LoadProgress;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The card manager, command by command. */
class CardManagerTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");

    private SoftCard soft = SoftCard.inMemory(CardSpec.standard().withCuid(CUID), new EchoFactory());
    private CardChannel card = soft.channel();

    private void use(ScpVersion scp) {
        soft.close();
        soft = SoftCard.inMemory(CardSpec.standard().withCuid(CUID).withScp(scp), new EchoFactory());
        card = soft.channel();
    }

    @AfterEach
    void close() {
        soft.close();
    }

    private String send(String hex) {
        return Hex.of(soft.transmit(Hex.parse(hex)));
    }

    private SecureChannel open(SecurityLevel level) throws Exception {
        KeyType type = soft.scp().keyType();
        return SecureChannel.open(card, CardKeys.of(KeySet.factory(1, type)), 0, 0, level, new SecureRandom());
    }

    private static int sw(CardChannel c, int ins, int p1, int p2, String data) throws Exception {
        return c.transmit(CommandApdu.of(0x80, ins, p1, p2, Hex.parse(data))).sw().value();
    }

    private static String lv(String hex) {
        return Hex.of(hex.length() / 2) + hex;
    }

    // ---- SELECT

    @Test
    void selectDefaultTellsTheCardManagersName() {
        assertEquals("6F108408A000000003000000A5049F6501FF9000", send("00A4040000"));
    }

    @ParameterizedTest
    @CsvSource({"A0000000030000, A000000003000000", "A000000003000000, A000000003000000", "A000000151000000, A000000151000000",
            "A0000001510000, A000000151000000"})
    void selectKnowsTheCardManagersNames(String asked, String told) {
        assertEquals("6F108408" + told + "A5049F6501FF9000", send("00A40400" + lv(asked) + "00"));
        assertEquals("6F108408" + told + "A5049F6501FF9000", send("00A40400" + lv(asked)));
    }

    @Test
    void selectRefusals() {
        assertEquals("6A82", send("00A4040007627601FF00000000"));
        assertEquals("6A82", send("00A4040207A000000003000000"));
        assertEquals("6A86", send("00A4040107A000000003000000"));
        assertEquals("6A82", send("00A4040004A0000000"));
        assertEquals("6881", send("01A4040000"));
        assertEquals("6D00", send("00A40000023F00"));
        assertEquals("6E00", send("B070000004"));
    }

    @Test
    void bytesThatAreNoCommandAreAWrongLength() {
        for (String s : List.of("", "00", "00A404", "00A4040005A0", "00A404000000000000")) {
            assertEquals("6700", send(s));
        }
    }

    // ---- GET DATA

    @Test
    void cplcCarriesTheCuidAtItsPlaces() {
        byte[] answer = soft.transmit(Hex.parse("80CA9F7F2D"));
        assertEquals(47, answer.length);
        assertEquals("9F7F2A40906145", Hex.of(Arrays.copyOf(answer, 7)));
        assertEquals(CUID, Cplc.parse(Arrays.copyOf(answer, 45)).cuid());
        assertEquals("6C2D", send("80CA9F7F10"));
        assertEquals(47, soft.transmit(Hex.parse("80CA9F7F00")).length);
    }

    @Test
    void cardDataHasTheShapeTpsReadsByPosition() {
        assertEquals("6A88", send("80CA006600"));
        use(ScpVersion.SCP02_15);
        String scp02 = "66317" + "32F06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040215";
        assertEquals(scp02 + "9000", send("80CA006600"));
        assertEquals("6C33", send("80CA00662D"));
        assertEquals("E012C00401018010C00402018010C004030180109000", send("80CA00E02D"));
        use(ScpVersion.SCP03_70);
        assertTrue(send("80CA006600").endsWith("03709000"));
        assertEquals("E012C00401018810C00402018810C004030188109000", send("80CA00E000"));
        assertEquals("6A88", send("80CA123400"));
    }

    // ---- authentication

    @Test
    void initializeUpdateRefusesUnknownKeysAndOddForms() {
        assertEquals("6A88", send("80500200080001020304050607"));
        assertEquals("6A86", send("80500002080001020304050607"));
        assertEquals("6700", send("805000000400010203"));
        assertEquals("6E00", send("84500000080001020304050607"));
        assertTrue(send("80500100080001020304050607").endsWith("9000"));
        assertTrue(send("80500000080001020304050607").startsWith("40906145C76224192D2B0101"));
    }

    @Test
    void externalAuthenticateComesAfterInitializeUpdateOnly() {
        assertEquals("6985", send("8482010010" + "00".repeat(16)));
        assertTrue(send("80500000080001020304050607").endsWith("9000"));
        assertEquals("6300", send("8482010010" + "00".repeat(16)));
        assertEquals("6985", send("8482010010" + "00".repeat(16)), "the session is over after a failure");
    }

    @Test
    void managementNeedsASecureChannel() {
        for (String s : List.of("80E400000A4F08A000000003000000", "80E60200020000", "80E8800002C400", "80D8018100", "80F0800700",
                "80F28000024F0000", "80E2800000", "84E400000A4F08A000000003000000")) {
            assertEquals("6982", send(s), s);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x03})
    void everyLevelWorksForEveryProtocol(int level) throws Exception {
        for (ScpVersion scp : List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_00, ScpVersion.SCP03_70)) {
            use(scp);
            try (SecureChannel c = open(new SecurityLevel(level))) {
                assertEquals(0x9000, sw(c, 0xF2, 0x80, 0, "4F00"), scp + " level " + level);
                if (level > 0) {
                    assertEquals("6982", send("80F28000024F0000"), "unprotected in between");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x11, 0x13, 0x33})
    void answersAreProtectedToo(int level) throws Exception {
        use(ScpVersion.SCP03_70);
        try (SecureChannel c = open(new SecurityLevel(level))) {
            ResponseApdu r = c.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0, new byte[] {0x4F, 0}, 256));
            assertEquals("08A000000003000000019E", Hex.of(r.data()));
            assertEquals(0x6A88, sw(c, 0xF2, 0x40, 0, "4F00"));
            assertEquals(0x9000, sw(c, 0xF2, 0x80, 0, "4F00"));
        }
    }

    @Test
    void selectingEndsTheSecureChannel() throws Exception {
        SecureChannel c = open(SecurityLevel.C_MAC);
        assertEquals(0x9000, sw(c, 0xF2, 0x80, 0, "4F00"));
        assertTrue(send("00A4040000").endsWith("9000"));
        assertEquals(0x6982, sw(c, 0xF2, 0x80, 0, "4F00"));
    }

    @Test
    void scp02CountsSessions() throws Exception {
        use(ScpVersion.SCP02_15);
        for (int i = 0; i < 3; i++) {
            try (SecureChannel c = open(SecurityLevel.C_MAC)) {
                assertEquals(i, c.card().sequence().orElseThrow());
            }
        }
        assertEquals("C1020003" + "9000", send("80CA00C100"));
    }

    @Test
    void scp03NeverRepeatsAChallenge() throws Exception {
        use(ScpVersion.SCP03_70);
        try (SecureChannel a = open(SecurityLevel.C_MAC); SecureChannel b = open(SecurityLevel.C_MAC)) {
            assertFalse(Arrays.equals(a.card().challenge(), b.card().challenge()));
            assertEquals(a.card().sequence().orElseThrow() + 1, b.card().sequence().orElseThrow());
        }
    }

    /** A host that checks the challenge computes it with the name it selected (Amendment D §6.2.2.1). */
    @ParameterizedTest
    @ValueSource(strings = {"A000000003000000", "A000000151000000"})
    void theChallengeIsOfTheNameThatWasSelected(String name) throws Exception {
        use(ScpVersion.SCP03_70);
        assertTrue(send("00A40400" + lv(name)).endsWith("9000"));
        try (SecureChannel c = open(SecurityLevel.C_MAC); KeySet keys = KeySet.factory(1, KeyType.AES)) {
            assertArrayEquals(CardSecureChannel.pseudoRandomChallenge(keys, soft.scp(), c.card().sequence().orElseThrow(), Hex.parse(name)),
                    c.card().challenge());
            assertEquals(name, new CardManager(c).registry(RegistryEntry.Kind.ISSUER_DOMAIN).getFirst().aid().toString());
        }
    }

    @Test
    void failuresAreForgottenAfterSuccess() throws Exception {
        for (int i = 0; i < 9; i++) {
            send("80500000080001020304050607");
            assertEquals("6300", send("8482010010" + "00".repeat(16)));
        }
        assertEquals(9, soft.content().failures());
        open(SecurityLevel.C_MAC).close();
        assertEquals(0, soft.content().failures());
    }

    // ---- LOAD and INSTALL

    private static String forLoad(String aid, int size) {
        return lv(aid) + "0000" + lv("EF04C602" + String.format("%04X", size)) + "00";
    }

    @Test
    void loadChecksOrderLengthAndEnd() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            assertEquals(0x6985, sw(c, 0xE8, 0x80, 0, "C40101"), "no INSTALL before");
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x9000, sw(c, 0xE8, 0x00, 0, "C40501"));
            assertEquals(0x6A86, sw(c, 0xE8, 0x00, 2, "02"), "block 1 is missing");
            assertEquals(0x6985, sw(c, 0xE8, 0x80, 1, "0203040506"), "the load was given up");

            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x6A80, sw(c, 0xE8, 0x80, 0, "C40501"), "last block, but bytes are missing");
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x6A80, sw(c, 0xE8, 0x00, 0, "C4020102030405"), "more bytes than announced");
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x6A80, sw(c, 0xE8, 0x00, 0, "C50101"), "no C4");
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x6A84, sw(c, 0xE8, 0x00, 0, "C47F01"), "longer than INSTALL said");
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 100)));
            assertEquals(0x6A86, sw(c, 0xE8, 0x40, 0, "C40101"), "no such P1");
            assertEquals(List.of(), soft.content().loadFiles());
        }
    }

    @Test
    void loadEndsWithTheLengthWhereTheLastBlockIsNotFlagged() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 1000)));
            assertEquals(0x9000, sw(c, 0xE8, 0x00, 0, "C4820006" + "0102"));
            assertEquals(0x9000, sw(c, 0xE8, 0x00, 1, "03040506"));
            assertEquals(List.of(EchoFactory.PACKAGE), soft.content().loadFiles());
            assertEquals(0x6A80, sw(c, 0xE6, 0x02, 0, forLoad("F000000001", 1000)), "loaded already");
        }
    }

    @Test
    void aLoadFileThatNobodyKnowsMustBeACap() throws Exception {
        byte[] cap = cap("F111111111", "F11111111101");
        try (SecureChannel c = open(SecurityLevel.C_MAC_C_DEC)) {
            var m = new CardManager(c);
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F111111111", 100)));
            assertEquals(0x6A80, sw(c, 0xE8, 0x80, 0, "C403010203"));
            assertEquals(0x9000, sw(c, 0xE6, 0x02, 0, forLoad("F222222222", 200)));
            assertEquals(0x6A80, sw(c, 0xE8, 0x80, 0, "C4" + lv(Hex.of(cap))), "the CAP is another package");
            m.installForLoad(org.esc.apdu.Aid.of("F111111111"), Optional.empty(), cap.length);
            m.load(cap, 200, LoadProgress.NONE);
            assertEquals(0x6A88, sw(c, 0xE6, 0x0C, 0, "05F111111111" + "06F11111111102" + "06F11111111102" + "0100" + "02C900" + "00"),
                    "no such applet in it");
            m.installForInstall(org.esc.apdu.Aid.of("F111111111"), org.esc.apdu.Aid.of("F11111111101"), 100, new byte[0]);
            assertFalse(soft.content().applications().getFirst().runs());
        }
        assertEquals("9000", send("00A4040006F11111111101"));
        assertEquals("6D00", send("80CA9F7F2D"), "an applet without software is there but does nothing");
    }

    /** The smallest CAP there is: Header, Directory and Applet components. */
    static byte[] cap(String packageAid, String appletAid) {
        var out = new ByteArrayOutputStream();
        component(out, 1, "DECAFFED" + "0102" + "00" + "0001" + lv(packageAid));
        component(out, 2, "00".repeat(28));
        component(out, 3, "01" + lv(appletAid) + "0000");
        return out.toByteArray();
    }

    private static void component(ByteArrayOutputStream out, int tag, String content) {
        out.write(tag);
        out.write(content.length() / 2 >> 8);
        out.write(content.length() / 2);
        out.writeBytes(Hex.parse(content));
    }

    private void installEcho(SecureChannel c) throws Exception {
        var m = new CardManager(c);
        m.installForLoad(EchoFactory.PACKAGE, Optional.empty(), 300);
        m.load(new byte[300], 200, LoadProgress.NONE);
        m.installForInstall(EchoFactory.PACKAGE, EchoFactory.APPLET, 100, new byte[] {1, 2, 3});
    }

    @Test
    void installRefusals() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            assertEquals(0x6A88, sw(c, 0xE6, 0x0C, 0, "05F000000001" + "06F00000000101" + "06F00000000101" + "0100" + "00" + "00"));
            installEcho(c);
            assertEquals(0x6A80, sw(c, 0xE6, 0x0C, 0, "05F000000001" + "06F00000000101" + "06F00000000101" + "0100" + "00" + "00"),
                    "that instance is there");
            assertEquals(0x6A86, sw(c, 0xE6, 0x01, 0, "00"));
            assertEquals(0x6A80, sw(c, 0xE6, 0x0C, 0, "05F0"));
            assertEquals(0x6A80, sw(c, 0xE6, 0x0C, 0, ""));
        }
    }

    @Test
    void installAndMakeSelectableInTwoSteps() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            installEcho(c);
            assertEquals(0x9000, sw(c, 0xE6, 0x04, 0, "05F000000001" + "06F00000000101" + "06F00000000102" + "0100" + "03C90107" + "00"));
        }
        assertEquals("6A82", send("00A4040006F00000000102"));
        try (SecureChannel c = reopened()) {
            assertEquals(0x9000, sw(c, 0xE6, 0x08, 0, "0000" + "06F00000000102" + "0100" + "00" + "00"));
            assertEquals(0x6985, sw(c, 0xE6, 0x08, 0, "0000" + "06F00000000102" + "0100" + "00" + "00"));
        }
        assertEquals("9000", send("00A4040006F00000000102"));
        assertEquals("079000", send("8020000000"));
    }

    private SecureChannel reopened() throws Exception {
        send("00A4040000");
        return open(SecurityLevel.C_MAC);
    }

    @Test
    void deleteTakesInstancesAndTheirMemory() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            installEcho(c);
            assertEquals(0x6985, sw(c, 0xE4, 0, 0, "4F05F000000001"), "an instance is left");
            assertEquals(0x6A88, sw(c, 0xE4, 0, 0, "4F05F000000009"));
            assertEquals(0x6A80, sw(c, 0xE4, 0, 0, "4F05F0"));
            assertEquals(0x6A80, sw(c, 0xE4, 0, 0, ""));
            assertEquals(0x6A86, sw(c, 0xE4, 1, 0, "4F05F000000001"));
            assertEquals(0x9000, sw(c, 0xE4, 0, 0x80, "4F05F000000001"));
            assertEquals(List.of(), soft.content().applications());
            assertEquals(List.of(), soft.content().loadFiles());
        }
    }

    @Test
    void aDefectInAnAppletUndoesTheCommandAndNothingElse() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            installEcho(c);
        }
        send("00A4040006F00000000101");
        assertEquals("9000", send("80100000020809"));
        assertEquals("6F00", send("80300000"));
        send("00A4040006F00000000101");
        assertEquals("08099000", send("8020000000"));
    }

    // ---- keys

    @Test
    void putKeyRefusals() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            KeySet two = KeySet.same(2, KeyType.DES3, Hex.parse("000102030405060708090A0B0C0D0E0F"));
            byte[] good = c.putKeyData(two);
            assertEquals(0x6A88, c.transmit(CommandApdu.of(0x80, 0xD8, 9, 0x81, good)).sw().value(), "no version 9 to replace");
            assertEquals(0x6A86, c.transmit(CommandApdu.of(0x80, 0xD8, 1, 0x01, good)).sw().value());
            byte[] bad = good.clone();
            bad[bad.length - 1] ^= 1;
            assertEquals(0x6A80, c.transmit(CommandApdu.of(0x80, 0xD8, 1, 0x81, bad)).sw().value(), "check value");
            assertEquals(0x6A80, c.transmit(CommandApdu.of(0x80, 0xD8, 1, 0x81, Arrays.copyOf(good, 40))).sw().value());
            assertEquals(List.of(1), soft.content().keyVersions());
            ResponseApdu r = c.transmit(CommandApdu.of(0x80, 0xD8, 0, 0x81, good));
            String kcv = Hex.of(KeySet.kcv(KeyType.DES3, two.enc()));
            assertEquals("02" + kcv + kcv + kcv, Hex.of(r.data()));
            assertEquals(List.of(1, 2), soft.content().keyVersions());
            assertEquals(0x9000, sw(c, 0xE4, 0, 0, "D20101"));
            assertEquals(0x6985, sw(c, 0xE4, 0, 0, "D20102"), "the last key set stays");
            assertEquals(0x6A88, sw(c, 0xE4, 0, 0, "D20107"));
        }
    }

    @Test
    void initialKeysGiveWayToTheFirstRealOnes() throws Exception {
        soft.close();
        soft = SoftCard.inMemory(CardSpec.standard().withKey(0xFF, KeySet.factoryKey()), new EchoFactory());
        card = soft.channel();
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            new CardManager(c).putKeys(0, KeySet.same(1, KeyType.DES3, Hex.parse("000102030405060708090A0B0C0D0E0F")));
        }
        assertEquals(List.of(1), soft.content().keyVersions());
        assertFalse(soft.content().factoryKeys());
    }

    @Test
    void aes256KeysAreTaken() throws Exception {
        use(ScpVersion.SCP03_00);
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        KeySet big = KeySet.same(3, KeyType.AES, key);
        try (SecureChannel c = open(SecurityLevel.C_MAC_C_DEC)) {
            new CardManager(c).putKeys(1, big);
        }
        assertEquals(256, soft.content().keyBits());
        SecureChannel.open(card, CardKeys.of(big), 3, 0, SecurityLevel.C_MAC_C_DEC, new SecureRandom()).close();
        assertEquals("E012C00401038820C00402038820C004030388209000", send("80CA00E000"));
    }

    /** A key that fills its blocks may come without its own length before it (GlobalPlatform 2.3.1 §11.8.2.3.2). */
    @ParameterizedTest
    @CsvSource({"16, true", "16, false", "24, true", "32, true", "32, false"})
    void aesKeysComeWithTheirLengthOrWithout(int length, boolean told) throws Exception {
        use(ScpVersion.SCP03_00);
        byte[] key = new byte[length];
        new SecureRandom().nextBytes(key);
        String check = "03" + Hex.of(KeySet.kcv(KeyType.AES, key));
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            String wrapped = Hex.of(c.encryptWithDek(Arrays.copyOf(key, (length + 15) / 16 * 16)));
            String one = "88" + lv((told ? Hex.of(length) : "") + wrapped) + check;
            assertEquals(0x9000, sw(c, 0xD8, 0x00, 0x81, "05" + one.repeat(3)));
        }
        SecureChannel.open(card, CardKeys.of(KeySet.same(5, KeyType.AES, key)), 5, 0, SecurityLevel.C_MAC, new SecureRandom()).close();
    }

    /** GlobalPlatform 2.1.1 §E.1.1: with i bit 1 clear there is one secure channel base key, which may be put alone. */
    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x81})
    void oneBaseKeyComesAlone(int p2) throws Exception {
        byte[] key = Hex.parse("000102030405060708090A0B0C0D0E0F");
        String check = Hex.of(KeySet.kcv(KeyType.DES3, key));
        for (ScpVersion scp : List.of(new ScpVersion(2, 0x14), ScpVersion.SCP02_15)) {
            use(scp);
            boolean taken = scp.singleKey();
            try (SecureChannel c = SecureChannel.initialize(card, CardKeys.of(KeySet.factory(1, KeyType.DES3)), 0, 0, new SecureRandom(),
                    WireStyle.STANDARD, ScpHint.of(scp)).authenticate(SecurityLevel.C_MAC)) {
                String one = "0580" + lv(Hex.of(c.encryptWithDek(key))) + "03" + check;
                ResponseApdu r = c.transmit(CommandApdu.of(0x80, 0xD8, 0x00, p2, Hex.parse(one)));
                assertEquals(taken ? "05" + check : "", Hex.of(r.data()));
            }
            assertEquals(taken ? List.of(1, 5) : List.of(1), soft.content().keyVersions());
        }
    }

    // ---- life cycle and status

    @Test
    void theCardsLifeGoesForwards() throws Exception {
        SecureChannel c = open(SecurityLevel.C_MAC);
        installEcho(c);
        assertEquals(0x6985, sw(c, 0xF0, 0x80, 0x0F, ""), "not before it is initialised");
        assertEquals(0x6A86, sw(c, 0xF0, 0x80, 0x33, ""));
        assertEquals(0x9000, sw(c, 0xF0, 0x80, 0x07, ""));
        assertEquals(0x6985, sw(c, 0xF0, 0x80, 0x7F, ""));
        assertEquals(0x9000, sw(c, 0xF0, 0x80, 0x0F, ""));
        assertEquals(0x6985, sw(c, 0xF0, 0x80, 0x07, ""));
        assertEquals(0x9000, sw(c, 0xF0, 0x80, 0x7F, ""));
        assertTrue(send("00A4040000").endsWith("6283"));
        assertEquals("6A82", send("00A4040006F00000000101"));
        c = open(SecurityLevel.C_MAC);
        assertEquals(0x9000, sw(c, 0xF2, 0x40, 0x02, "4F00"), "a locked card says what is on it");
        assertEquals(0x6985, sw(c, 0xE4, 0, 0, "4F06F00000000101"), "a locked card changes nothing");
        assertEquals(0x9000, sw(c, 0xF0, 0x80, 0x0F, ""), "but can be unlocked");
        assertEquals("9000", send("00A4040006F00000000101"));
        c = reopened();
        assertEquals(0x9000, sw(c, 0xF0, 0x80, 0xFF, ""));
        assertEquals("6985", send("00A4040000"));
        assertEquals("6985", send("80500000080001020304050607"));
        assertTrue(send("80CA9F7F2D").endsWith("9000"), "the card's number can be read for ever");
    }

    @Test
    void anApplicationIsLockedAndUnlocked() throws Exception {
        SecureChannel c = open(SecurityLevel.C_MAC);
        installEcho(c);
        assertEquals(0x9000, sw(c, 0xF0, 0x40, 0x80, "F00000000101"));
        assertEquals("6A82", send("00A4040006F00000000101"));
        assertEquals(0x6A88, sw(reopened(), 0xF0, 0x40, 0x80, "F00000000109"));
        assertEquals(0x9000, sw(reopened(), 0xF0, 0x40, 0x07, "F00000000101"));
        assertEquals("9000", send("00A4040006F00000000101"));
        assertEquals(0x6985, sw(reopened(), 0xF0, 0x40, 0x00, "F00000000101"), "it is not locked");
    }

    /** Only bit 8 of the state counts (GlobalPlatform 2.1.1 §9.10.2.2): programs send all kinds of others with it. */
    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x83, 0x87, 0xFF})
    void anApplicationIsLockedWhateverElseIsAsked(int state) throws Exception {
        SecureChannel c = open(SecurityLevel.C_MAC);
        installEcho(c);
        assertEquals(0x9000, sw(c, 0xF0, 0x40, state, "F00000000101"));
        assertEquals(0x87, new CardManager(c).registry(RegistryEntry.Kind.APPLICATION).getFirst().lifeCycle());
        assertEquals(0x6985, sw(c, 0xF0, 0x40, state, "F00000000101"), "it is locked already");
        assertEquals(0x9000, sw(c, 0xF0, 0x40, state & 0x7F, "F00000000101"));
        assertEquals(0x07, new CardManager(c).registry(RegistryEntry.Kind.APPLICATION).getFirst().lifeCycle());
    }

    @Test
    void statusInBothForms() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            assertEquals(0x6A88, sw(c, 0xF2, 0x40, 0, "4F00"));
            installEcho(c);
            var m = new CardManager(c);
            RegistryEntry app = m.registry(RegistryEntry.Kind.APPLICATION).getFirst();
            assertEquals(EchoFactory.APPLET, app.aid());
            assertEquals(0x07, app.lifeCycle());
            assertEquals("06F000000001010700", Hex.of(c.transmit(CommandApdu.of(0x80, 0xF2, 0x40, 0, Hex.parse("4F00"), 256)).data()));
            Tlv e = Tlv.parseAll(c.transmit(CommandApdu.of(0x80, 0xF2, 0x10, 2, Hex.parse("4F00"), 256)).data()).getFirst();
            assertEquals(0xE3, e.tag());
            assertArrayEquals(EchoFactory.APPLET.bytes(), Tlv.find(e.children(), 0x84).orElseThrow().value());
            assertEquals(0x6A88, sw(c, 0xF2, 0x40, 0, "4F05A000000009"));
            assertEquals(0x6A86, sw(c, 0xF2, 0x41, 0, "4F00"));
            assertEquals(0x6A80, sw(c, 0xF2, 0x40, 0, "5000"));
        }
    }

    @Test
    void aLongStatusComesInParts() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            installEcho(c);
            for (int i = 2; i < 30; i++) {
                assertEquals(0x9000, sw(c, 0xE6, 0x0C, 0, "05F000000001" + "06F00000000101" + lv("F0000000010101010101010101" + Hex.of(i))
                        + "0100" + "02C900" + "00"));
            }
            ResponseApdu first = c.transmit(CommandApdu.of(0x80, 0xF2, 0x40, 2, Hex.parse("4F00"), 256));
            assertEquals(0x6310, first.sw().value());
            int entries = Tlv.parseAll(first.data()).size();
            ResponseApdu r = first;
            while (r.sw().value() == 0x6310) {
                r = c.transmit(CommandApdu.of(0x80, 0xF2, 0x40, 3, Hex.parse("4F00"), 256));
                entries += Tlv.parseAll(r.data()).size();
            }
            assertEquals(29, entries);
        }
    }

    @Test
    void storeDataKeepsTheIssuersNumbers() throws Exception {
        try (SecureChannel c = open(SecurityLevel.C_MAC)) {
            assertEquals(0x9000, sw(c, 0xE2, 0x00, 0, "420212"));
            assertEquals(0x9000, sw(c, 0xE2, 0x80, 1, "344503010203"));
            assertEquals(0x6A86, sw(c, 0xE2, 0x80, 5, "42021234"));
            assertEquals(0x6A88, sw(c, 0xE2, 0x80, 0, "CF021234"));
            assertEquals(0x6A80, sw(c, 0xE2, 0x80, 0, "420512"));
            assertEquals(0x6A81, sw(c, 0xE2, 0xE0, 0, "42021234"));
        }
        assertEquals("420212349000", send("80CA004200"));
        assertEquals("45030102039000", send("00CA004500"));
    }
}
