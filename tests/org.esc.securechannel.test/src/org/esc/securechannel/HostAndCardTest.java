// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our host against our card: what goes in at one end comes out at the other, and nothing altered passes. */
class HostAndCardTest {

    private static final byte[] KDD = Hex.parse("40906145C76224192D2B");
    private static final byte[] AID = Hex.parse("A000000003000000");
    static final Aid APPLICATION = Aid.of(AID);

    /** A card of one key set that notes each plain command and answers what the test wants. */
    static final class Card implements CardChannel {

        private final ScpVersion scp;
        private final KeySet keys;
        private final Random random = new Random(7);
        final CardSecureChannel end = new CardSecureChannel();
        private int sequence = 41;
        CommandApdu wire;
        CommandApdu plain;
        ResponseApdu answer = ResponseApdu.of(0x9000);
        int onTheWire;
        UnaryOperator<byte[]> onTheWay = UnaryOperator.identity();
        UnaryOperator<byte[]> onTheWayBack = UnaryOperator.identity();

        Card(ScpVersion scp, KeySet keys) {
            this.scp = scp;
            this.keys = keys;
        }

        @Override
        public ResponseApdu transmit(CommandApdu sent) {
            CommandApdu command = CommandApdu.parse(onTheWay.apply(sent.bytes()));
            wire = command;
            try {
                switch (command.ins()) {
                    case 0xCA -> {
                        if (!Session.isSecured(command.cla()) && command.p2() == 0xC1) {
                            return ResponseApdu.ok((byte) 0xC1, (byte) 2, (byte) (sequence >> 8), (byte) sequence);
                        }
                        if (!Session.isSecured(command.cla()) && command.p2() == 0x7F) {
                            return ResponseApdu.of(0x6A88);
                        }
                    }
                    case CardSecureChannel.INITIALIZE_UPDATE -> {
                        sequence++;
                        byte[] challenge = new byte[CardSecureChannel.challengeLength(scp)];
                        random.nextBytes(challenge);
                        if (scp.pseudoRandom()) {
                            challenge = CardSecureChannel.pseudoRandomChallenge(keys, scp, sequence, AID);
                        }
                        return ResponseApdu.ok(end.initializeUpdate(keys, scp, KDD, command.data(), sequence,
                                challenge));
                    }
                    case CardSecureChannel.EXTERNAL_AUTHENTICATE -> {
                        end.externalAuthenticate(command);
                        return ResponseApdu.of(0x9000);
                    }
                    default -> {
                        // falls to what any command gets
                    }
                }
                plain = unwrapped(command);
                if (CardSecureChannel.isResponseMacSession(plain)) {
                    return ResponseApdu.parse(onTheWayBack.apply(end.responseMacSession(plain).bytes()));
                }
                ResponseApdu back = end.wrap(answer);
                onTheWire = back.nr();
                return ResponseApdu.parse(onTheWayBack.apply(back.bytes()));
            } catch (CardRefusal e) {
                return ResponseApdu.of(e.sw().value());
            }
        }

        private CommandApdu unwrapped(CommandApdu command) throws CardRefusal {
            if (!scp.isImplicit() || end.level().cMac()) {
                return end.unwrap(command);
            }
            if (!Session.isSecured(command.cla())) {
                return end.isOpen() ? end.unwrap(command) : command;
            }
            CommandApdu p = end.initiate(keys, scp, sequence, APPLICATION, command);
            sequence++;
            return p;
        }

        @Override
        public void close() {
            end.close();
        }
    }

    record Case(ScpVersion scp, int keyLength, SecurityLevel level, WireStyle style) {
    }

    static List<Case> cases() {
        var list = new ArrayList<Case>();
        for (ScpVersion scp : versions()) {
            for (int level : new int[] {0x00, 0x01, 0x03, 0x10, 0x11, 0x13, 0x33}) {
                var l = new SecurityLevel(level);
                if (!l.fits(scp)) {
                    continue;
                }
                for (int keyLength : scp.protocol() == 3 ? new int[] {16, 24, 32} : new int[] {16, 24}) {
                    for (WireStyle style : List.of(WireStyle.STANDARD, WireStyle.TPS)) {
                        list.add(new Case(scp, keyLength, l, style));
                    }
                }
            }
        }
        return list;
    }

    /** All that the specifications name, those of SCP02 with R-MAC too, and some that the bits allow besides. */
    static List<ScpVersion> versions() {
        var versions = new ArrayList<ScpVersion>();
        for (int i : new int[] {0x04, 0x05, 0x14, 0x15}) {
            versions.add(new ScpVersion(1, i));
        }
        for (int i : new int[] {0x04, 0x05, 0x0A, 0x0B, 0x14, 0x15, 0x1A, 0x1B, 0x44, 0x45, 0x54, 0x55}) {
            versions.add(new ScpVersion(2, i));
            versions.add(new ScpVersion(2, i | 0x20));
        }
        for (int i : new int[] {0x07, 0x16, 0x57, 0x08, 0x19}) {
            versions.add(new ScpVersion(2, i));
        }
        for (int i : new int[] {0x00, 0x10, 0x20, 0x30, 0x60, 0x70}) {
            versions.add(new ScpVersion(3, i));
            versions.add(new ScpVersion(3, i | 0x01));
        }
        return versions;
    }

    @Test
    void noOtherVersionIsSupported() {
        for (int protocol = 1; protocol <= 3; protocol++) {
            for (int i = 0; i <= 0xFF; i++) {
                var scp = new ScpVersion(protocol, i);
                boolean named = versions().contains(scp);
                assertTrue(!named || scp.isSupported(), scp.toString());
                if (protocol != 2) {
                    assertEquals(named, scp.isSupported(), scp.toString());
                } else if (i >= 0x80 || (i & 0x0C) == 0 || (i & 0x0C) == 0x0C || (i & 0x48) == 0x48) {
                    assertFalse(scp.isSupported(), scp.toString());
                }
            }
        }
    }

    static KeySet keys(Case c, long seed) {
        var r = new Random(seed);
        byte[][] k = new byte[3][c.keyLength];
        for (byte[] one : k) {
            r.nextBytes(one);
        }
        return KeySet.of(0x21, c.scp.keyType(), k[0], k[1], k[2]);
    }

    static SecureChannel open(Card card, Case c) throws EscException {
        return initialize(card, card.keys, c).authenticate(c.level);
    }

    private static Handshake initialize(Card card, KeySet keys, Case c) throws EscException {
        return SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(), c.style,
                ScpHint.of(c.scp).withSelected(APPLICATION));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyLengthAndCaseArrivesAsSent(Case c) throws EscException {
        var random = new Random(c.hashCode());
        try (KeySet keys = keys(c, 1); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
            for (int length = 0; length <= 200; length++) {
                for (int ne : new int[] {0, 256}) {
                    arrives(c, card, channel, command(random, length, ne, false), random.nextInt(240), random);
                }
            }
            for (int length : new int[] {0, 1, 7, 8, 15, 16, 200, 238, 239, 240, 246, 247, 248, 254, 255, 256, 257, 1000, 12_345,
                    channel.maxData(true)}) {
                for (int ne : length > 1000 ? new int[] {65_536} : new int[] {0, 1, 256, 257, 1000, 65_536}) {
                    // without Le there is as much room as in a short answer
                    int most = ne == 0 ? 239 : Math.min(ne, length > 1000 ? 30_000 : 500);
                    arrives(c, card, channel, command(random, length, ne, true), random.nextInt(most + 1), random);
                }
            }
            assertTrue(channel.isOpen());
        }
    }

    private static CommandApdu command(Random random, int length, int ne, boolean extended) {
        byte[] data = new byte[length];
        random.nextBytes(data);
        return CommandApdu.of(0x80, 0xE2, length & 0xFF, random.nextInt(256), data, 0, length,
                ne == 0 ? OptionalInt.empty() : OptionalInt.of(ne), extended);
    }

    private static void arrives(Case c, Card card, SecureChannel channel, CommandApdu command, int answer, Random random)
            throws EscException {
        byte[] back = new byte[answer];
        random.nextBytes(back);
        int sw = switch (random.nextInt(4)) {
            case 0 -> 0x6A88;
            case 1 -> 0x6310;
            default -> 0x9000;
        };
        card.answer = ResponseApdu.of(sw == 0x6A88 ? new byte[0] : back, sw);
        assertEquals(card.answer, channel.transmit(command));
        assertArrayEquals(command.data(), card.plain.data());
        assertEquals(command.p2(), card.plain.p2());
        assertEquals(command.cla(), card.plain.cla());
        assertEquals(command.isExtended(), card.wire.isExtended(), "the form stays");
        boolean le = command.ne().isPresent();
        assertEquals(c.style.leOnWrapped(c.scp) ? le || c.level.rMac() : le && !c.level.cMac() && !c.level.rMac(),
                card.plain.ne().isPresent());
        if (card.plain.ne().isPresent()) {
            assertTrue(card.onTheWire <= card.plain.ne().getAsInt(), card.onTheWire + " bytes for Le " + card.plain.ne().getAsInt());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLongestCommandFits(Case c) throws EscException {
        try (KeySet keys = keys(c, 2); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
            for (boolean extended : new boolean[] {false, true}) {
                byte[] longest = new byte[channel.maxData(extended)];
                channel.transmit(CommandApdu.of(0x84, 0xE8, 0, 0, longest));
                assertEquals(longest.length, card.plain.nc());
                int unused = (extended ? 65_535 : 255) - card.wire.nc();
                assertTrue(unused < (c.level.cDec() ? c.scp.keyType().blockSize() : 1), unused + " bytes not used");
                if (c.level.cMac()) {
                    var tooLong = CommandApdu.of(0x84, 0xE8, 0, 0, new byte[longest.length + 1]);
                    assertEquals("too-long", assertThrows(CardException.class, () -> channel.transmit(tooLong)).problem().code());
                    channel.transmit(CommandApdu.of(0x84, 0xE8, 0, 0));
                    assertTrue(channel.isOpen() && card.end.isOpen(), "a command that was never sent does no harm");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLongestAnswerFits(Case c) throws EscException {
        try (KeySet keys = keys(c, 11); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
            for (int ne : new int[] {256, 300, 65_536}) {
                var command = CommandApdu.of(0x80, 0xCA, 1, 2, new byte[0], ne);
                channel.transmit(command);
                card.answer = ResponseApdu.ok(new byte[card.end.maxAnswer()]);
                assertEquals(card.answer, channel.transmit(command));
                boolean le = card.plain.ne().isPresent();
                assertTrue(!le || card.onTheWire <= card.plain.ne().getAsInt(), card.onTheWire + " bytes for Le " + card.plain.ne());
                assertTrue(ne != 300 || !le || card.answer.nr() >= 300, "what was asked for has room");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anyBitTurnedOnTheWayIsRefused(Case c) throws EscException {
        if (!c.level.cMac()) {
            return;
        }
        var random = new Random(3);
        for (int round = 0; round < 40; round++) {
            try (KeySet keys = keys(c, 3); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
                card.onTheWay = b -> {
                    CommandApdu sent = CommandApdu.parse(b);
                    int data = Session.headerLength(sent);
                    int bit;
                    do {
                        bit = random.nextInt(8 * (data + sent.nc()));
                        // the class byte and Lc are judged before the MAC; INS 50, 82 start something else
                    } while (bit < 16 || bit / 8 >= 4 && bit / 8 < data);
                    b[bit / 8] ^= (byte) (1 << bit % 8);
                    return b;
                };
                card.plain = null;
                byte[] data = new byte[round % 2 == 0 ? random.nextInt(100) : 256 + random.nextInt(1000)];
                random.nextBytes(data);
                assertEquals(0x6988, channel.transmit(CommandApdu.of(0x84, 0xE2, 1, 2, data)).sw().value());
                assertEquals(null, card.plain);
                assertFalse(card.end.isOpen());
                card.onTheWay = UnaryOperator.identity();
                int next = channel.transmit(CommandApdu.of(0x84, 0xE2, 1, 2, data)).sw().value();
                assertTrue(next == 0x6985 || c.scp.isImplicit() && next == 0x6988);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsCutOrMadeUpIsRefused(Case c) throws EscException {
        if (!c.level.cMac()) {
            return;
        }
        var random = new Random(12);
        for (int round = 0; round < 40; round++) {
            try (KeySet keys = keys(c, 12); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
                boolean cut = round % 2 == 0;
                boolean extended = round % 4 < 2;
                card.onTheWay = b -> {
                    CommandApdu sent = CommandApdu.parse(b);
                    byte[] data = sent.data();
                    if (cut) {
                        data = Arrays.copyOf(data, random.nextInt(data.length));
                    } else {
                        random.nextBytes(data);
                    }
                    return CommandApdu.of(sent.cla(), sent.ins(), sent.p1(), sent.p2(), data, 0, data.length, OptionalInt.of(256), extended)
                            .bytes();
                };
                card.plain = null;
                int length = extended ? 300 + random.nextInt(1000) : random.nextInt(100);
                assertEquals(0x6988, channel.transmit(command(random, length, 256, extended)).sw().value());
                assertEquals(null, card.plain);
                assertFalse(card.end.isOpen());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anotherCodingOfTheLengthIsNoticed(Case c) throws EscException {
        if (!c.level.cMac()) {
            return;
        }
        for (boolean extended : new boolean[] {false, true}) {
            try (KeySet keys = keys(c, 13); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
                card.onTheWay = b -> {
                    CommandApdu sent = CommandApdu.parse(b);
                    return CommandApdu.of(sent.cla(), sent.ins(), sent.p1(), sent.p2(), sent.data(), 0, sent.nc(), sent.ne(), !extended)
                            .bytes();
                };
                assertEquals(0x6988, channel.transmit(command(new Random(13), 20, 100, extended)).sw().value());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anyBitTurnedOnTheWayBackIsNoticed(Case c) throws EscException {
        if (!c.level.rMac()) {
            return;
        }
        var random = new Random(4);
        for (int round = 0; round < 40; round++) {
            try (KeySet keys = keys(c, 4); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
                boolean extended = round % 2 == 1;
                byte[] back = new byte[extended ? 256 + random.nextInt(1000) : random.nextInt(60)];
                random.nextBytes(back);
                card.answer = ResponseApdu.ok(back);
                boolean cut = round % 4 > 1;
                card.onTheWayBack = b -> {
                    if (cut) {
                        byte[] rest = Arrays.copyOf(b, 2 + random.nextInt(b.length - 2));
                        System.arraycopy(b, b.length - 2, rest, rest.length - 2, 2);
                        return rest;
                    }
                    b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
                    return b;
                };
                var command = extended ? CommandApdu.of(0x84, 0xCA, 1, 2, new byte[0], 65_536) : CommandApdu.of(0x84, 0xCA, 1, 2);
                var problem = assertThrows(CardException.class, () -> channel.transmit(command)).problem();
                assertEquals("answer-not-authentic", problem.code());
                assertFalse(channel.isOpen());
                assertThrows(IllegalStateException.class, () -> channel.encryptWithDek(new byte[16]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLogicalChannelIsNoPartOfTheMac(Case c) throws EscException {
        if (!c.level.cMac()) {
            return;
        }
        for (int[] t : new int[][] {{0x80, 0x84}, {0x82, 0x86}, {0x84, 0x84}, {0x00, 0x04}, {0x03, 0x07}, {0xC0, 0xE0}, {0xC5, 0xE5},
                {0x4F, 0x6F}}) {
            try (KeySet keys = keys(c, 10); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
                int[] wire = new int[1];
                card.onTheWay = b -> {
                    wire[0] = b[0] & 0xFF;
                    // the command arrives on the basic channel
                    b[0] = (byte) (b[0] & 0x80 | 0x04);
                    return b;
                };
                assertTrue(channel.transmit(CommandApdu.of(t[0], 0xE8, 0, 0, new byte[7])).isOk(), Integer.toHexString(t[0]));
                assertEquals(t[1], wire[0]);
            }
        }
    }

    @Test
    void aClosedSessionHoldsNoKeyAndNoData() {
        for (ScpVersion scp : versions()) {
            try (KeySet keys = KeySet.factory(1, scp.keyType())) {
                byte[] card = scp.isImplicit() ? AID : new byte[CardSecureChannel.challengeLength(scp)];
                Session s = Session.derive(keys, scp, 1, new byte[scp.challengeLength()], card);
                var plain = CommandApdu.of(0x80, 0xD8, 0, 0, Hex.parse("7777777777777777777777"));
                int n = s.wrap(plain, SecurityLevel.C_MAC_C_DEC, false);
                String before = Hex.of(s.command(0x84, plain, n, OptionalInt.empty()).data());
                s.close();
                String after = Hex.of(s.command(0x84, plain, n, OptionalInt.empty()).data());
                assertFalse(before.matches("0*"));
                assertTrue(after.matches("0*"), scp + ": " + after);
                assertTrue(Hex.of(s.hostCryptogram()).matches("0*"));
                assertThrows(IllegalStateException.class, () -> s.wrap(plain, SecurityLevel.C_MAC_C_DEC, false), scp.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keyMaterialArrives(Case c) throws Exception {
        try (KeySet keys = keys(c, 5); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
            // where the channel begins implicitly, the card has it from the first command on
            channel.transmit(CommandApdu.of(0x84, 0xE2, 1, 2));
            byte[] secret = new byte[48];
            new Random(5).nextBytes(secret);
            byte[] cipher = channel.encryptWithDek(secret);
            assertFalse(Arrays.equals(secret, cipher));
            assertArrayEquals(secret, card.end.decryptDek(cipher));
            assertEquals(0x6700, assertThrows(CardRefusal.class, () -> card.end.decryptDek(new byte[15])).sw().value());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void otherKeysAreNoticedBeforeAnythingIsSent(Case c) throws EscException {
        var card = new Card(c.scp, keys(c, 6));
        try (KeySet other = keys(c, 7)) {
            if (c.scp.isImplicit()) {
                // the card proves nothing here, but does not take the first command
                SecureChannel channel = initialize(card, other, c).authenticate(c.level);
                assertEquals(0x6988, channel.transmit(CommandApdu.of(0x84, 0xE2, 1, 2)).sw().value());
                assertEquals(41, card.sequence);
                return;
            }
            var problem = assertThrows(CardException.class, () -> initialize(card, other, c)).problem();
            assertEquals("card-not-authentic", problem.code());
            assertTrue(card.end.awaitsAuthentication());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aReplayedCommandIsRefused(Case c) throws EscException {
        if (!c.level.cMac()) {
            return;
        }
        try (KeySet keys = keys(c, 8); Card card = new Card(c.scp, keys); SecureChannel channel = open(card, c)) {
            byte[][] seen = new byte[1][];
            card.onTheWay = b -> seen[0] = b;
            channel.transmit(CommandApdu.of(0x84, 0xE2, 1, 2, new byte[5]));
            assertEquals(0x6988, card.transmit(CommandApdu.parse(seen[0])).sw().value());
            assertEquals(c.scp.isImplicit() ? 0x6988 : 0x6985, card.transmit(CommandApdu.parse(seen[0])).sw().value());
        }
    }

    @Test
    void theCardSaysWhatIsWrongWithAnAuthentication() throws Exception {
        for (ScpVersion scp : List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_70)) {
            byte[][] good = new byte[1][];
            try (KeySet keys = KeySet.factory(1, scp.keyType()); Card card = new Card(scp, keys)) {
                assertEquals(0x6985, refusal(card, CommandApdu.of(0x84, 0x82, 3, 0, new byte[16])));
                for (String[] t : new String[][] {{"84820300", "6985"}, {"cryptogram", "6300"}, {"mac", "6988"},
                        {"short", "6700"},
                        {"level", "6A86"}}) {
                    Handshake h = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new byte[8]);
                    card.onTheWay = b -> {
                        if (b[1] != (byte) 0x82) {
                            return b;
                        }
                        good[0] = b.clone();
                        switch (t[0]) {
                            case "cryptogram" -> b[5] ^= 1;
                            case "mac" -> b[20] ^= 1;
                            case "short" -> {
                                b = Arrays.copyOf(b, 20);
                                b[4] = 15;
                            }
                            case "level" -> b[2] = 2;
                            default -> {
                                return b;
                            }
                        }
                        return b;
                    };
                    if (t[0].equals("84820300")) {
                        h.authenticate(SecurityLevel.C_MAC_C_DEC);
                        assertEquals(0x6985, refusal(card, CommandApdu.parse(good[0])), "a second time");
                    } else {
                        var e = assertThrows(CardException.class, () -> h.authenticate(SecurityLevel.C_MAC_C_DEC));
                        assertEquals(t[1], e.problem().sw().orElseThrow().toString(), t[0]);
                    }
                    assertFalse(card.end.isOpen());
                    card.onTheWay = UnaryOperator.identity();
                }
            }
        }
    }

    private static int refusal(Card card, CommandApdu c) {
        return card.transmit(c).sw().value();
    }

    @Test
    void aLevelTheCardDoesNotOfferIsNotAskedFor() throws EscException {
        try (KeySet keys = KeySet.factory(1, KeyType.AES); Card card = new Card(ScpVersion.SCP03_00, keys)) {
            Handshake h = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new byte[8]);
            assertEquals("security-level", assertThrows(CardException.class, () -> h.authenticate(SecurityLevel.FULL))
                    .problem().code());
        }
    }

    @Test
    void aClosedChannelSendsNothing() throws EscException {
        try (KeySet keys = KeySet.factory(1, KeyType.DES3); Card card = new Card(ScpVersion.SCP01_05, keys)) {
            SecureChannel channel = open(card, new Case(ScpVersion.SCP01_05, 16, SecurityLevel.C_MAC, WireStyle.TPS));
            channel.close();
            channel.close();
            card.plain = null;
            assertThrows(CardException.class, () -> channel.transmit(CommandApdu.of(0x84, 0xE2, 0, 0)));
            assertEquals(null, card.plain);
        }
    }

    @Test
    void aCommandThatGotNoAnswerEndsTheChannel() throws EscException {
        try (KeySet keys = KeySet.factory(1, KeyType.DES3); Card card = new Card(ScpVersion.SCP01_05, keys)) {
            var below = new CardChannel() {
                private boolean gone;

                @Override
                public ResponseApdu transmit(CommandApdu command) throws EscException {
                    if (gone) {
                        throw new CardException("talk to the card", "gone");
                    }
                    return card.transmit(command);
                }

                @Override
                public void close() {
                    gone = true;
                }
            };
            SecureChannel channel = SecureChannel.open(below, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC,
                    new byte[8]);
            below.close();
            assertThrows(CardException.class, () -> channel.transmit(CommandApdu.of(0x84, 0xE2, 0, 0)));
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void aViewSharesTheSession() throws EscException {
        try (KeySet keys = KeySet.factory(1, KeyType.DES3); Card card = new Card(ScpVersion.SCP01_05, keys);
                SecureChannel channel = SecureChannel.open(card, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC,
                        new byte[8])) {
            SecureChannel view = channel.as(org.esc.card.Origin.verb("test"));
            for (int i = 0; i < 4; i++) {
                assertTrue((i % 2 == 0 ? view : channel).transmit(CommandApdu.of(0x84, 0xE2, 0, i)).isOk());
            }
            view.close();
            assertTrue(channel.isOpen());
            channel.close();
            assertFalse(view.isOpen());
            assertThrows(CardException.class, () -> view.transmit(CommandApdu.of(0x84, 0xE2, 0, 0)));
        }
    }

    @Test
    void keysOfTheWrongKindAreNamed() {
        var card = new Card(ScpVersion.SCP03_70, KeySet.factory(1, KeyType.AES));
        try (KeySet des = KeySet.factory(1, KeyType.DES3)) {
            assertEquals("wrong-key-type", assertThrows(EscException.class,
                    () -> SecureChannel.initialize(card, CardKeys.of(des), 0, 0, new byte[8])).problem().code());
        }
    }

    @Test
    void answersThatAreNoneAreNamed() {
        for (String answer : new String[] {"", "00", "40906145C762241900020101073AA5ABDB5C4863454E5976FC0FB5",
            "40906145C762241900020104073AA5ABDB5C4863454E5976FC0FB59A", "00".repeat(32), "00".repeat(45)}) {
            assertEquals("unknown-secure-channel", assertThrows(CardException.class,
                    () -> InitUpdateResponse.parse(Hex.parse(answer))).problem().code());
        }
    }

    @Test
    void aKeySetShowsNothingAndForgets() {
        KeySet keys = KeySet.factory(1, KeyType.DES3);
        assertEquals("KeySet[version 01, DES3-128]", keys.toString());
        keys.close();
        assertTrue(keys.isDestroyed());
        assertThrows(IllegalStateException.class, keys::enc);
        assertThrows(IllegalStateException.class, keys::isFactory);
        assertThrows(IllegalArgumentException.class, () -> KeySet.same(1, KeyType.DES3, new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> KeySet.same(256, KeyType.AES, new byte[32]));
    }
}
