// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

class OpenPgpTest {

    @Test
    void theApplicationIdentifierTellsVersionManufacturerAndSerialNumber() {
        CardAid a = CardAid.parse(Hex.parse("D2760001240103040006123456780000"));
        assertEquals("3.4", a.versionText());
        assertEquals("Yubico (0006)", a.manufacturerText());
        assertEquals("12345678", a.serialText());
        assertEquals("D2760001240103040006123456780000", a.aid().toString());
        assertEquals("ABCD", new CardAid(0x0201, 0xABCD, 1).manufacturerText());
        assertThrows(IllegalArgumentException.class, () -> CardAid.parse(Hex.parse("D276000124010304")));
        assertThrows(IllegalArgumentException.class, () -> CardAid.parse(Hex.parse("A0000003080100000006123456780000")));
    }

    @Test
    void algorithmAttributesReadAsPeopleNameThem() {
        assertEquals("RSA 2048", AlgorithmAttributes.parse(Hex.parse("010800002000")).words());
        assertEquals("RSA 4096", AlgorithmAttributes.parse(Hex.parse("0110000011")).words());
        assertEquals("ECDSA on NIST P-256", AlgorithmAttributes.parse(Hex.parse("132A8648CE3D030107")).words());
        assertEquals("ECDH on Curve25519", AlgorithmAttributes.parse(Hex.parse("122B060104019755010501")).words());
        assertEquals("EdDSA on Ed25519", AlgorithmAttributes.parse(Hex.parse("162B06010401DA470F01")).words());
        assertEquals("ECDSA on an unknown curve (2A0304)", AlgorithmAttributes.parse(Hex.parse("132A0304")).words());
        assertEquals("unknown algorithm 63", AlgorithmAttributes.parse(Hex.parse("63")).words());
        var withKey = (AlgorithmAttributes.Ecc) AlgorithmAttributes.parse(Hex.parse("132A8648CE3D030107FF"));
        assertTrue(withKey.withPublicKey());
        assertArrayEquals(Hex.parse("132A8648CE3D030107FF"), withKey.encoded());
        assertEquals(withKey, new AlgorithmAttributes.Ecc(KeySlot.SIGN, Curve.P256), "the flag is no other kind of key");
        for (Curve c : Curve.values()) {
            var a = (AlgorithmAttributes.Ecc) AlgorithmAttributes.parse(new AlgorithmAttributes.Ecc(KeySlot.DECRYPT, c).encoded());
            assertEquals(Optional.of(c), a.curve());
        }
    }

    @Test
    void capabilitiesStatusAndHistoricalBytes() {
        ExtendedCapabilities c = ExtendedCapabilities.parse(Hex.parse("7F000100100008000001"));
        assertFalse(c.secureMessaging());
        assertTrue(c.kdf() && c.aes() && c.keyExchange() && c.keyImport());
        assertEquals(4096, c.longestCertificate());
        assertEquals(2048, c.longestSpecial());
        assertFalse(ExtendedCapabilities.parse(new byte[0]).keyImport());
        PasswordStatus s = PasswordStatus.parse(Hex.parse("00FF407F030002"));
        assertEquals(new PasswordStatus(false, 127, 64, 127, 3, 0, 2), s);
        assertThrows(IllegalArgumentException.class, () -> PasswordStatus.parse(new byte[6]));
        assertEquals(new HistoricalBytes(5, true, true), HistoricalBytes.parse(Hex.parse("0031C573C001E0059000")));
        assertEquals(new HistoricalBytes(3, true, false), HistoricalBytes.parse(Hex.parse("0073000080039000")));
        assertEquals(HistoricalBytes.UNKNOWN, HistoricalBytes.parse(Hex.parse("8073C001")));
    }

    @Test
    void theHolder() {
        Cardholder h = Cardholder.parse(Hex.parse("5B0E4578616D706C653C3C416C6963655F2D04646565" + "6E5F350132"));
        assertEquals("Alice Example", h.displayName());
        assertEquals("de, en", h.languageText());
        assertEquals("female", h.sexText());
        assertEquals("Anna Maria van Example", new Cardholder("van<Example<<Anna<Maria", "", '9').displayName());
        assertEquals("Example", new Cardholder("Example", "", '9').displayName());
        assertEquals("", Cardholder.parse(new byte[0]).displayName());
    }

    @Test
    void theHashOfAPasswordCoversSaltAndPasswordAgainAndAgain() throws Exception {
        var kdf = new Kdf(Kdf.SHA256, 1001, Hex.parse("3031323334353637"), new byte[0], Hex.parse("4041424344454647"), new byte[0],
                new byte[0]);
        try (Secret pw = Secret.of("123456")) {
            assertArrayEquals(oracle("01234567123456", 1001), kdf.derivePw1(pw));
            assertArrayEquals(kdf.derivePw1(pw), kdf.deriveCode(pw), "without a salt of its own");
            assertArrayEquals(oracle("@ABCDEFG123456", 1001), kdf.derivePw3(pw));
            var short1 = new Kdf(Kdf.SHA256, 1, Hex.parse("3031323334353637"), new byte[0], new byte[0], new byte[0], new byte[0]);
            assertArrayEquals(oracle("01234567123456", 14), short1.derivePw1(pw), "at least once");
        }
        Kdf again = Kdf.parse(kdf.encoded()).orElseThrow();
        assertArrayEquals(kdf.encoded(), again.encoded());
        assertFalse(kdf.toString().contains("30313233"));
        assertEquals(Optional.empty(), Kdf.parse(Kdf.off()));
        assertEquals(Optional.empty(), Kdf.parse(new byte[0]));
        for (String bad : List.of("810104", "810103820108", "81010382010283040000000184083031323334353637",
                "810103820108830400000000840830313233343536", "8101038201088304FFFFFFFF84083031323334353637", "8105")) {
            assertThrows(IllegalArgumentException.class, () -> Kdf.parse(Hex.parse(bad)), bad);
        }
        try (Secret one = Secret.of("123456"); Secret three = Secret.of("12345678")) {
            Kdf fresh = Kdf.fresh(new SecureRandom(), 100_000, one, three);
            assertArrayEquals(fresh.initialPw1(), fresh.derivePw1(one));
            assertArrayEquals(fresh.initialPw3(), fresh.derivePw3(three));
            assertEquals(110, fresh.encoded().length);
        }
    }

    private static byte[] oracle(String once, int count) throws Exception {
        byte[] all = once.repeat(count / once.length() + 1).getBytes();
        return MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(all, count));
    }

    /** Keys and fingerprints that GnuPG 2.2.40 made. */
    @Test
    void fingerprintsAreThoseOfGnuPg() {
        Instant made = Instant.parse("2026-11-26T15:35:50Z");
        assertEquals("95FF6CD9722EFD16A42D23ABAEBF897191225A95", Hex.of(Fingerprint.of(KeySlot.SIGN, PublicKeys.onCurve(Curve.ED25519,
                Hex.parse("9c232c888c16c3fda15a556faea948aec2e16665751bb5e640135edb7a32f67f")), made)));
        assertEquals("5519E3C5F719220A9CB76BC2D09FA9B10B6F50F2", Hex.of(Fingerprint.of(KeySlot.DECRYPT, PublicKeys.onCurve(Curve.X25519,
                Hex.parse("6dc7831c75d5583d9e793f95d4a4fb3884e5bccf44e4c697f7f9f77cf9ad9b10")), made)));
        assertEquals("0011 2233", Fingerprint.words(Hex.parse("00112233")));
    }

    @Test
    void publicKeysComeAndGoInTheirTemplate() throws Exception {
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        byte[] template = PublicKeys.encode(rsa.getPublic());
        assertEquals(rsa.getPublic(), PublicKeys.decode(template, new AlgorithmAttributes.Rsa(2048, 32, 0)));
        assertEquals(Optional.empty(), PublicKeys.curve(rsa.getPublic()));
        for (String c : List.of("Ed25519", "X25519", "Ed448", "X448")) {
            KeyPairGenerator g = KeyPairGenerator.getInstance(c);
            g.initialize(new NamedParameterSpec(c));
            KeyPair pair = g.generateKeyPair();
            Curve curve = PublicKeys.curve(pair.getPublic()).orElseThrow();
            assertEquals(c, curve.standardName());
            var a = new AlgorithmAttributes.Ecc(KeySlot.SIGN, curve);
            assertArrayEquals(pair.getPublic().getEncoded(), PublicKeys.decode(PublicKeys.encode(pair.getPublic()), a).getEncoded());
        }
        for (String bad : List.of("", "7F4900", "7F49028600", "7F490386010", "7F490486020102", "7F490481020102")) {
            for (AlgorithmAttributes a : List.of(new AlgorithmAttributes.Rsa(2048, 32, 0), new AlgorithmAttributes.Ecc(KeySlot.SIGN, Curve.P256),
                    new AlgorithmAttributes.Ecc(KeySlot.SIGN, Curve.ED25519), AlgorithmAttributes.parse(Hex.parse("132A0304")),
                    AlgorithmAttributes.parse(new byte[0]))) {
                if (bad.length() % 2 == 0) {
                    assertThrows(IllegalArgumentException.class, () -> PublicKeys.decode(Hex.parse(bad), a), bad + " " + a);
                }
            }
        }
    }

    @Test
    void aKeyOnItsWayIntoTheCard() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(2048);
        KeyPair pair = g.generateKeyPair();
        var k = (RSAPrivateCrtKey) pair.getPrivate();
        try (ImportedKey key = ImportedKey.of(KeySlot.AUTHENTICATE, new AlgorithmAttributes.Rsa(2048, 32, 3), pair);
                ImportedKey again = ImportedKey.parse(key.encoded())) {
            assertEquals(KeySlot.AUTHENTICATE, again.slot());
            assertArrayEquals(Hex.parse("00010001"), again.part(ImportedKey.EXPONENT).orElseThrow());
            assertEquals(k.getPrimeP(), new java.math.BigInteger(1, again.part(ImportedKey.PRIME1).orElseThrow()));
            assertEquals(k.getCrtCoefficient(), new java.math.BigInteger(1, again.part(ImportedKey.COEFFICIENT).orElseThrow()));
            assertEquals(k.getModulus(), new java.math.BigInteger(1, again.part(ImportedKey.MODULUS).orElseThrow()));
            assertEquals(Optional.empty(), again.part(ImportedKey.PUBLIC));
            key.close();
            assertArrayEquals(new byte[4], key.part(ImportedKey.EXPONENT).orElseThrow());
        }
        assertThrows(IllegalArgumentException.class,
                () -> ImportedKey.of(KeySlot.SIGN, new AlgorithmAttributes.Ecc(KeySlot.SIGN, Curve.P256), pair));
        assertThrows(IllegalArgumentException.class,
                () -> ImportedKey.of(KeySlot.SIGN, new AlgorithmAttributes.Rsa(1024, 32, 0), pair));
        byte[] good = ImportedKey.of(KeySlot.SIGN, new AlgorithmAttributes.Rsa(2048, 32, 0), pair).encoded();
        var random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] b = random.nextBoolean() ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            for (int n = 0; n < 3 && b.length > 0; n++) {
                b[random.nextInt(Math.min(b.length, 30))] = (byte) random.nextInt();
            }
            try {
                ImportedKey.parse(b).close();
            } catch (IllegalArgumentException e) {
                assertFalse(e.getMessage().isEmpty());
            }
        }
    }

    /** A card of which only the frames matter. */
    private static final class Frames implements CardChannel {

        final List<CommandApdu> seen = new ArrayList<>();
        private final String historical;

        Frames(String historical) {
            this.historical = historical;
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            seen.add(c);
            if (c.ins() == Ins.GET_DATA && c.p2() == Tag.APPLICATION) {
                return ResponseApdu.ok(Tlv.of(Tag.HISTORICAL_BYTES, Hex.parse(historical)).encoded());
            }
            return c.ins() == Ins.GET_DATA ? ResponseApdu.of(0x6A88) : ResponseApdu.ok();
        }

        @Override
        public void close() {
            // nothing to close
        }
    }

    @Test
    void longCommandsTravelAsTheCardUnderstandsThem() throws Exception {
        byte[] data = new byte[600];
        new Random(2).nextBytes(data);
        var plain = new Frames("0031C573C00180059000");
        var card = new OpenPgpCard(plain);
        card.applicationData();
        card.put(Tag.LOGIN, data);
        var puts = plain.seen.stream().filter(c -> c.ins() == Ins.PUT_DATA).toList();
        assertEquals(List.of(0x10, 0x10, 0x00), puts.stream().map(CommandApdu::cla).toList());
        var joined = new ByteArrayOutputStream();
        puts.forEach(c -> joined.writeBytes(c.data()));
        assertArrayEquals(data, joined.toByteArray());

        var extended = new Frames("0031C573C001C0059000");
        card = new OpenPgpCard(extended);
        card.applicationData();
        card.put(Tag.LOGIN, data);
        puts = extended.seen.stream().filter(c -> c.ins() == Ins.PUT_DATA).toList();
        assertEquals(1, puts.size());
        assertTrue(puts.getFirst().isExtended());
    }

    @Test
    void anOlderCardIsAskedHowManyTriesAreLeft() throws Exception {
        String[] status = {"00202020020003"};
        var older = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu c) {
                return c.ins() == Ins.VERIFY ? ResponseApdu.of(0x6982)
                        : c.p2() == Tag.PASSWORD_STATUS ? ResponseApdu.ok(Hex.parse(status[0])) : ResponseApdu.of(0x6A88);
            }

            @Override
            public void close() {
                // nothing to close
            }
        };
        try (Secret pw = Secret.of("123456")) {
            var card = new OpenPgpCard(older);
            var wrong = assertThrows(EscException.class, () -> card.verify(OpenPgpCard.Password.PW1, pw));
            assertEquals("wrong-pin", wrong.problem().code());
            assertTrue(wrong.getMessage().contains("2 tries are left"), wrong.getMessage());
            status[0] = "00202020000003";
            assertEquals("pin-blocked", assertThrows(EscException.class, () -> card.verify(OpenPgpCard.Password.PW1, pw)).problem().code());
            status[0] = "00";
            assertEquals("wrong-pin", assertThrows(EscException.class, () -> card.verify(OpenPgpCard.Password.PW3, pw)).problem().code());
        }
    }

    @Test
    void statusWordsSayWhatCanBeDone() {
        var needed = assertThrows(EscException.class, () -> OpenPgpStatus.check(ResponseApdu.of(0x6982), "sign"));
        assertEquals("pin-needed", needed.problem().code());
        assertEquals(Optional.of(new StatusWord(0x6982)), needed.problem().sw());
        assertTrue(assertThrows(EscException.class, () -> OpenPgpStatus.check(ResponseApdu.of(0x6285), "sign")).getMessage()
                .contains("terminated"));
    }

    @Test
    void theTraceKnowsItsWords() {
        var here = Standing.UNKNOWN;
        var v = new OpenPgpDecoder();
        assertTrue(v.rank(here.select(Aid.of("D276000124010304FFFE000000010000"))) > 0);
        assertTrue(v.rank(here.select(CardAid.PREFIX)) > 0);
        assertEquals(0, v.rank(here.select(Aid.of("A000000308"))));
        assertEquals("PSO: COMPUTE DIGITAL SIGNATURE", v.command(here, CommandApdu.parse("002A9E9A0101")));
        assertEquals("GET DATA 6E (application related data)", v.command(here, CommandApdu.parse("00CA006E00")));
        assertEquals("PUT DATA C9 (fingerprint, authentication key)", v.command(here, CommandApdu.parse("10DA00C90100")));
        assertEquals("GET DATA 7F21 (cardholder certificate)", v.command(here, CommandApdu.parse("00CA7F2100")));
        assertEquals("READ PUBLIC KEY", v.command(here, CommandApdu.parse("0047810002B60000")));
        assertEquals("", v.command(here, CommandApdu.parse("80CA006600")));
        assertEquals("", v.command(here, CommandApdu.parse("00FF0000")));
        assertEquals("password blocked", v.meaning(here, CommandApdu.of(0, 0, 0, 0), new StatusWord(0x6983)));
        assertEquals("", v.meaning(here, CommandApdu.of(0, 0, 0, 0), StatusWord.OK));
    }
}
