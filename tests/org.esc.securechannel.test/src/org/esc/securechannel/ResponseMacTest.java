// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.HostAndCardTest.Card;
import org.esc.securechannel.HostAndCardTest.Case;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R-MAC with EXTERNAL AUTHENTICATE and between BEGIN and END R-MAC SESSION: chained in SCP02, a raised level in SCP03. */
class ResponseMacTest {

    private static final byte[] CHALLENGE = Hex.parse("C0C1C2C3C4C5C6C7");

    static List<Case> cases() {
        return HostAndCardTest.cases().stream().filter(c -> c.scp().protocol() == 2 && c.scp().offersResponseMac() && !c.level().rMac()
                && c.keyLength() == 16).toList();
    }

    static List<Case> scp03() {
        return HostAndCardTest.cases().stream().filter(c -> c.scp().protocol() == 3 && c.keyLength() == 16).toList();
    }

    private static SecurityLevel signed(SecureChannel channel) {
        return new SecurityLevel(channel.level().bits() | 0x10);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyAnswerCarriesOne(Case c) throws EscException {
        try (KeySet keys = HostAndCardTest.keys(c, 1); Card card = new Card(c.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, c)) {
            assertTrue(channel.beginResponseMac(CHALLENGE, signed(channel)).isOk());
            assertTrue(channel.level().rMac());
            for (int n : new int[] {0, 1, 7, 8, 100, 248}) {
                card.answer = ResponseApdu.ok(new byte[n]);
                assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, n, new byte[n / 2], 256)));
                card.answer = ResponseApdu.of(0x6A88);
                assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, n)));
            }
            channel.endResponseMac(false);
            card.answer = ResponseApdu.ok((byte) 1);
            assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0)));
            channel.endResponseMac(true);
            assertEquals(c.level(), channel.level());
            assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0)));
            // and once more, with another key
            assertTrue(channel.beginResponseMac(new byte[0], signed(channel)).isOk());
            assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0)));
            channel.endResponseMac(true);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onlyTheEndCarriesOne(Case c) throws EscException {
        try (KeySet keys = HostAndCardTest.keys(c, 2); Card card = new Card(c.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, c)) {
            assertTrue(channel.beginResponseMac(CHALLENGE, channel.level()).isOk());
            assertFalse(channel.level().rMac());
            card.answer = ResponseApdu.ok(new byte[20]);
            for (int round = 0; round < 3; round++) {
                assertEquals(20, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, round, new byte[30], 256)).nr());
            }
            channel.endResponseMac(false);
            // an answer that is altered now passes, and is found out in the end
            card.onTheWayBack = b -> {
                b[3] ^= 1;
                return b;
            };
            assertEquals(20, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 7)).nr());
            card.onTheWayBack = b -> b;
            assertEquals("answer-not-authentic",
                    assertThrows(CardException.class, () -> channel.endResponseMac(true)).problem().code());
            assertFalse(channel.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anErrorThatWasNoneIsFoundOutWithTheNextAnswer(Case c) throws EscException {
        try (KeySet keys = HostAndCardTest.keys(c, 3); Card card = new Card(c.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, c)) {
            channel.beginResponseMac(CHALLENGE, signed(channel));
            card.onTheWayBack = _ -> Hex.parse("6A88");
            assertEquals(0x6A88, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 7)).sw().value());
            card.onTheWayBack = b -> b;
            assertEquals("answer-not-authentic", assertThrows(CardException.class,
                    () -> channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 7))).problem().code());
            assertFalse(channel.isOpen());
        }
    }

    /** §E.4.5 by hand: i=1A + R-MAC, from the AID; and 35 at level 10, from the MAC of EXTERNAL AUTHENTICATE. */
    @Test
    void theBytesAreThoseOfTheSpecification() throws Exception {
        byte[] answer = Hex.parse("0102030405");
        var implicit = new Case(new ScpVersion(2, 0x3A), 16, SecurityLevel.C_MAC, WireStyle.STANDARD);
        try (KeySet keys = HostAndCardTest.keys(implicit, 4); Card card = new Card(implicit.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, implicit)) {
            List<byte[]> back = new ArrayList<>();
            card.onTheWayBack = b -> {
                back.add(b);
                return b;
            };
            card.answer = ResponseApdu.ok(answer);
            channel.beginResponseMac(CHALLENGE, signed(channel));
            channel.transmit(CommandApdu.of(0x80, 0xF2, 0x20, 0x02, Hex.parse("4F00"), 256));
            channel.endResponseMac(true);
            byte[] key = Scp02ByHand.sessionKey(keys.enc(), 0x0102, 42);
            byte[] icv = Scp02ByHand.mac(key, new byte[8], HostAndCardTest.APPLICATION.bytes());
            byte[] begin = Scp02ByHand.mac(key, icv, Scp02ByHand.join(Hex.parse("807A10010908"), CHALLENGE, Hex.parse("009000")));
            byte[] status = Scp02ByHand.mac(key, begin, Scp02ByHand.join(Hex.parse("80F22002024F0005"), answer, Hex.parse("9000")));
            assertEquals(List.of("9000", Hex.of(answer) + Hex.of(status) + "9000", Hex.of(status) + "9000"),
                    back.stream().map(Hex::of).toList());
        }
        var explicit = new Case(new ScpVersion(2, 0x35), 16, SecurityLevel.R_MAC, WireStyle.STANDARD);
        try (KeySet keys = HostAndCardTest.keys(explicit, 5); Card card = new Card(explicit.scp(), keys)) {
            List<byte[]> sent = new ArrayList<>();
            List<byte[]> back = new ArrayList<>();
            card.onTheWay = b -> {
                sent.add(b);
                return b;
            };
            card.onTheWayBack = b -> {
                back.add(b);
                return b;
            };
            card.answer = ResponseApdu.ok(answer);
            try (SecureChannel channel = HostAndCardTest.open(card, explicit)) {
                assertArrayEquals(answer, channel.transmit(CommandApdu.of(0x80, 0xF2, 0x20, 0x02)).data());
            }
            assertEquals("80F2200200", Hex.of(sent.getLast()));
            byte[] authenticate = sent.get(1);
            byte[] key = Scp02ByHand.sessionKey(keys.mac(), 0x0102, 42);
            byte[] mac = Scp02ByHand.mac(key, Arrays.copyOfRange(authenticate, 13, 21),
                    Scp02ByHand.join(Hex.parse("80F220020005"), answer, Hex.parse("9000")));
            assertEquals(Hex.of(answer) + Hex.of(mac) + "9000", Hex.of(back.getFirst()));
        }
    }

    /** Amendment D §7.1.3: more protection of answers than before, no more than commands have. */
    private static boolean mayBegin(Case c, int answers) {
        SecurityLevel l = c.level();
        boolean more = answers == 0x30 ? !l.rEnc() : !l.rMac();
        boolean offered = answers == 0x30 ? c.scp().offersResponseEncryption() : c.scp().offersResponseMac();
        return offered && more && (answers == 0x30 ? l.cDec() : l.cMac());
    }

    @ParameterizedTest
    @MethodSource("scp03")
    void scp03RaisesTheLevelAndPutsItBack(Case c) throws EscException {
        for (int answers : new int[] {0x10, 0x30}) {
            if (!mayBegin(c, answers)) {
                continue;
            }
            var wish = new SecurityLevel(c.level().bits() & 0x03 | answers);
            try (KeySet keys = HostAndCardTest.keys(c, 8); Card card = new Card(c.scp(), keys);
                    SecureChannel channel = HostAndCardTest.open(card, c)) {
                for (int twice = 0; twice < 2; twice++) {
                    passes(channel, card, c.level());
                    assertTrue(channel.beginResponseMac(CHALLENGE, wish).isOk());
                    assertEquals(wish, channel.level());
                    assertEquals(wish, card.end.level());
                    passes(channel, card, wish);
                    assertThrows(IllegalStateException.class, () -> channel.beginResponseMac(CHALLENGE, wish));
                    assertThrows(IllegalArgumentException.class, () -> channel.endResponseMac(false));
                    assertEquals(0x6985, channel.transmit(CommandApdu.of(0x80, 0x7A, answers, 1, new byte[1])).sw().value());
                    channel.endResponseMac(true);
                    assertEquals(c.level(), channel.level());
                    assertEquals(c.level(), card.end.level());
                    assertThrows(IllegalStateException.class, () -> channel.endResponseMac(true));
                }
                channel.beginResponseMac(CHALLENGE, wish);
                card.onTheWayBack = b -> {
                    b[0] ^= 1;
                    return b;
                };
                assertEquals("answer-not-authentic",
                        assertThrows(CardException.class, () -> channel.endResponseMac(true)).problem().code());
                assertFalse(channel.isOpen());
            }
        }
    }

    private static void passes(SecureChannel channel, Card card, SecurityLevel level) throws EscException {
        for (int n : new int[] {0, 1, 16, 200, 300}) {
            card.answer = ResponseApdu.ok(new byte[n]);
            assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, n & 0xFF, new byte[n], n > 256 ? n : 256)));
            int mac = level.rMac() ? channel.scp().macLength() : 0;
            assertEquals(mac + (level.rEnc() && n > 0 ? (n / 16 + 1) * 16 : n), card.onTheWire);
        }
        card.answer = ResponseApdu.of(0x6A88);
        assertEquals(card.answer, channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0)));
    }

    @ParameterizedTest
    @MethodSource("scp03")
    void scp03BeginsNothingElse(Case c) throws EscException {
        for (int answers : new int[] {0x00, 0x10, 0x20, 0x30}) {
            if (mayBegin(c, answers)) {
                continue;
            }
            try (KeySet keys = HostAndCardTest.keys(c, 9); Card card = new Card(c.scp(), keys);
                    SecureChannel channel = HostAndCardTest.open(card, c)) {
                int sw = channel.transmit(CommandApdu.of(0x80, 0x7A, answers, 1, new byte[1])).sw().value();
                boolean known = answers == 0x10 || answers == 0x30 && c.scp().offersResponseEncryption();
                assertEquals(!c.scp().offersResponseMac() ? 0x6D00 : known ? 0x6985 : 0x6A86, sw, c + " " + answers);
                assertTrue(card.end.isOpen() && card.end.level().equals(c.level()));
                if (answers != 0x20 && (answers != 0x30 || c.level().cDec())) {
                    var wish = new SecurityLevel(c.level().bits() & 0x03 | answers);
                    var e = assertThrows(Exception.class, () -> channel.beginResponseMac(CHALLENGE, wish));
                    boolean offered = c.scp().offersResponseMac() && (answers != 0x30 || c.scp().offersResponseEncryption());
                    assertEquals(offered ? IllegalArgumentException.class : CardException.class, e.getClass(), c + " " + answers);
                }
                passes(channel, card, c.level());
            }
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() throws EscException {
        var c = new Case(new ScpVersion(2, 0x35), 16, SecurityLevel.C_MAC, WireStyle.STANDARD);
        try (KeySet keys = HostAndCardTest.keys(c, 6); Card card = new Card(c.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, c)) {
            assertEquals(0x6A86, channel.transmit(CommandApdu.parse("807A3001020100")).sw().value());
            assertEquals(0x6A86, channel.transmit(CommandApdu.parse("807A1002020100")).sw().value());
            assertEquals(0x6A80, channel.transmit(CommandApdu.parse("807A1001020200")).sw().value());
            assertEquals(0x6A80, channel.transmit(CommandApdu.parse("807A1001")).sw().value());
            assertEquals(0x6985, channel.transmit(CommandApdu.parse("8078000300")).sw().value());
            assertThrows(IllegalStateException.class, () -> channel.endResponseMac(true));
            assertThrows(IllegalArgumentException.class, () -> channel.beginResponseMac(new byte[25], signed(channel)));
            channel.beginResponseMac(new byte[24], signed(channel));
            assertThrows(IllegalStateException.class, () -> channel.beginResponseMac(new byte[0], signed(channel)));
        }
        var without = new Case(ScpVersion.SCP02_15, 16, SecurityLevel.C_MAC, WireStyle.STANDARD);
        try (KeySet keys = HostAndCardTest.keys(without, 7); Card card = new Card(without.scp(), keys);
                SecureChannel channel = HostAndCardTest.open(card, without)) {
            assertEquals("security-level", assertThrows(CardException.class, () -> channel.beginResponseMac(new byte[0], signed(channel)))
                    .problem().code());
            assertEquals(0x6D00, channel.transmit(CommandApdu.parse("807A10010100")).sw().value());
            assertTrue(channel.isOpen());
        }
    }
}
