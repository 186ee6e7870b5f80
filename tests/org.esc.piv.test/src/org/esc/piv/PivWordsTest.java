// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PivWordsTest {

    /** The example of TIG SCEPACS 2.3, table 2-2. */
    private static final String FASC_N = "D0439458210C2C19A0846D83685A1082108CE73984108CA3FC";

    @Test
    void unpacksAndPacksTheFascNOfTheSpecification() {
        FascN f = FascN.parse(Hex.parse(FASC_N));
        assertEquals(new FascN("0032", "0001", "092446", "0", "1", "1112223333", "1", "1223", "2"), f);
        assertEquals("0032-0001-092446-0-1", f.card());
        assertEquals("civil", f.associationText());
        assertEquals("federal government agency", f.categoryText());
        assertEquals(FASC_N, Hex.of(f.encoded()));
    }

    @ParameterizedTest
    @CsvSource({"D0, a FASC-N has 25 bytes", "D1439458210C2C19A0846D83685A1082108CE73984108CA3FC, the parity of character 2",
        "D0439458210C2C19A0846D83685A1082108CE73984108CA3ED, check character", "D0439464210C2C19A0846D83685A1082108CE73984108CA3FC, separators"})
    void saysWhatIsWrongWithAFascN(String hex, String part) {
        var e = assertThrows(IllegalArgumentException.class, () -> FascN.parse(Hex.parse(hex)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(FascN.of(Hex.parse(hex)).isEmpty());
    }

    @Test
    void readsAChuid() throws Exception {
        byte[] b = Hex.parse("EE020040" + "3019" + FASC_N + "3410000102030405060708090A0B0C0D0E0F" + "35083230333231323032" + "3E03010203" + "FE00");
        Chuid c = Chuid.parse(b);
        assertEquals(FASC_N, Hex.of(c.fascN()));
        assertEquals(Optional.of(UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f")), c.guid());
        assertEquals(Optional.of(LocalDate.of(2032, 12, 2)), c.expiry());
        assertTrue(c.isSigned());
        assertEquals("3019" + FASC_N + "3410000102030405060708090A0B0C0D0E0F" + "35083230333231323032" + "FE00", Hex.of(c.signed()));
        assertFalse(Chuid.parse(Hex.parse("3E00FE00")).isSigned());
        assertEquals(Optional.empty(), Chuid.date("20321302".getBytes()));
        assertEquals(Optional.empty(), Chuid.uuid(new byte[16]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "3019D0", "30FF", "3084FFFFFFFF"})
    void anObjectCutShortIsAProblem(String hex) {
        assertThrows(CardException.class, () -> Chuid.parse(Hex.parse(hex)));
        assertThrows(CardException.class, () -> DiscoveryObject.parse(Hex.parse(hex)));
        assertThrows(CardException.class, () -> KeyHistory.parse(Hex.parse(hex)));
        assertThrows(CardException.class, () -> SecurityObject.parse(Hex.parse(hex)));
        assertThrows(CardException.class, () -> PivMetadata.parse(Hex.parse(hex)));
        assertThrows(CardException.class, () -> Biometric.parse(Hex.parse(hex), "x"));
        assertThrows(CardException.class, () -> PivCertificate.parse(Hex.parse(hex), "x"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"4F0BA0000003080000100001005F2F024000 | application PIN | 0", "4F0BA0000003080000100001005F2F026010 | application PIN, global PIN; the application PIN comes first | 0",
        "4F0BA0000003080000100001005F2F026020 | application PIN, global PIN; the global PIN comes first | 0",
        "4F0BA0000003080000100001005F2F024C00 | application PIN, virtual contact interface without pairing code | 0",
        "4F0BA0000003080000100001005F2F025000 | application PIN, on-card comparison | 0",
        "4F0BA0000003080000100001005F2F026000 | application PIN, global PIN; the application PIN comes first | 1",
        "4F0BA0000003080000100001005F2F024010 | application PIN | 1", "4F0BA0000003080000100001005F2F022020 | global PIN | 1",
        "4F05A000000001 | no PIN usage policy | 2", "5F2F024100 | application PIN | 2"})
    void readsADiscoveryObject(String hex, String words, int faults) throws Exception {
        DiscoveryObject d = DiscoveryObject.parse(Hex.parse(hex));
        assertEquals(words, d.inWords());
        assertEquals(faults, d.faults().size(), d.faults().toString());
    }

    @Test
    void readsAKeyHistory() throws Exception {
        assertEquals(new KeyHistory(2, 3, "http://a"), KeyHistory.parse(Hex.parse("C10102C20103F308" + Hex.of("http://a".getBytes()) + "FE00")));
    }

    @Test
    void everyObjectAndSlotHasItsOwnNumber() {
        assertEquals(PivObject.ALL.size(), new HashSet<>(PivObject.ALL.stream().map(PivObject::tag).toList()).size());
        assertEquals(0x5FC10D, PivSlot.RETIRED_1.object().tag());
        assertEquals(0x5FC120, PivSlot.RETIRED_20.object().tag());
        assertEquals(0x82, PivSlot.RETIRED_1.reference());
        assertEquals(0x95, PivSlot.RETIRED_20.reference());
        assertEquals(Optional.of(PivSlot.SIGNATURE), PivSlot.named("9C"));
        assertEquals(Optional.of(PivSlot.RETIRED_20.object()), PivObject.ofContainer(0x1014));
        assertEquals(Optional.of(PivObject.IRIS), PivObject.of(0x5FC121));
    }

    @ParameterizedTest
    @EnumSource(value = PivAlgorithm.class, names = {"RSA1024", "RSA2048", "P256", "P384", "ED25519", "X25519"})
    void writesAndReadsPublicKeys(PivAlgorithm a) throws Exception {
        KeyPair pair = pair(a);
        assertEquals(Optional.of(a), PivKeys.algorithm(pair.getPublic()));
        assertEquals(pair.getPublic(), PivKeys.decode(a, PivKeys.encode(pair.getPublic())));
        byte[] secret = PivKeys.importData(a, pair.getPrivate());
        int parts = Tlv.parseAll(secret).size();
        assertEquals(a.family() == PivAlgorithm.Family.RSA ? 5 : 1, parts);
    }

    private static KeyPair pair(PivAlgorithm a) throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance(switch (a.family()) {
            case RSA -> "RSA";
            case EC -> "EC";
            default -> a.text();
        });
        if (a.family() == PivAlgorithm.Family.RSA || a.family() == PivAlgorithm.Family.EC) {
            g.initialize(a.bits());
        }
        return g.generateKeyPair();
    }

    @Test
    void aPointThatIsNotOnTheCurveIsRefused() throws Exception {
        byte[] point = PivKeys.bytes(pair(PivAlgorithm.P256).getPublic());
        point[64] ^= 1;
        assertThrows(IllegalArgumentException.class, () -> PivKeys.point(PivAlgorithm.P256, point));
        assertThrows(CardException.class, () -> PivKeys.decode(PivAlgorithm.P256, Tlv.of(PivKeys.POINT, point).encoded()));
        assertThrows(CardException.class, () -> PivKeys.decode(PivAlgorithm.RSA2048, Hex.parse("810101820103")));
        assertThrows(CardException.class, () -> PivKeys.decode(PivAlgorithm.ED25519, Hex.parse("860101")));
    }

    @Test
    void longCommandsAreChainedAndSecretsPadded() throws Exception {
        var sent = new ArrayList<String>();
        var piv = new Piv(new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu c) {
                sent.add(Hex.of(c.bytes()));
                return ResponseApdu.ok();
            }

            @Override
            public void close() {
                // nothing is held
            }
        });
        piv.verify(PivIns.PIN_APPLICATION, Secret.of("123456"));
        assertEquals("0020008008313233343536FFFF", sent.getLast());
        sent.clear();
        piv.putObject(PivObject.CHUID, new byte[300]);
        assertEquals(2, sent.size());
        assertTrue(sent.getFirst().startsWith("10DB3FFFFF5C035FC1025382012C00"), sent.getFirst());
        assertTrue(sent.get(1).startsWith("00DB3FFF36"), sent.get(1));
    }

    @Test
    void theTraceSpeaksTheApplicationsWords() {
        var here = Standing.UNKNOWN;
        var v = new PivDecoder();
        assertTrue(v.rank(here.select(Aid.of("A000000308000010000100"))) > 0);
        assertEquals(0, v.rank(here.select(Aid.of("A000000151000000"))));
        assertEquals("GENERAL AUTHENTICATE", v.command(here, CommandApdu.parse("0087039B00")));
        assertEquals("PUT DATA", v.command(here, CommandApdu.of(0x10, 0xDB, 0x3F, 0xFF, new byte[] {1})));
        assertEquals("", v.command(here, CommandApdu.parse("80F2000000")));
        assertEquals("PIN blocked", v.meaning(here, CommandApdu.of(0, 0, 0, 0), new StatusWord(0x6983)));
        assertEquals("", v.meaning(here, CommandApdu.of(0, 0, 0, 0), StatusWord.OK));
        assertEquals(List.of("PIN", "PUK", "global PIN"), List.of(Piv.word(0x80), Piv.word(0x81), Piv.word(0)));
    }
}
