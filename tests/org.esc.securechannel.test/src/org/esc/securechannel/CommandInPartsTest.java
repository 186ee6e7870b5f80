// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.HostAndCardTest.Card;
import org.esc.securechannel.HostAndCardTest.Case;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A long DELETE, INSTALL or PUT KEY is protected as a whole, whatever the parts in which it goes out. */
class CommandInPartsTest {

    /** Puts commands together before the card sees them, and keeps what came. */
    private static final class Glue implements CardChannel {

        private final Card card;
        private final List<CommandApdu> parts = new ArrayList<>();
        private int refused = -1;

        Glue(Card card) {
            this.card = card;
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            if (c.ins() != 0xE6) {
                return card.transmit(c);
            }
            if (parts.size() == refused) {
                return ResponseApdu.of(0x6A84);
            }
            parts.add(c);
            if ((c.p1() & 0x80) != 0) {
                return ResponseApdu.of(0x9000);
            }
            var all = new ByteArrayOutputStream();
            parts.forEach(p -> all.writeBytes(p.data()));
            byte[] whole = all.toByteArray();
            return card.transmit(CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), whole, 0, whole.length, c.ne()));
        }

        @Override
        public void close() {
            card.close();
        }
    }

    static List<Case> cases() {
        return HostAndCardTest.cases();
    }

    private static SecureChannel open(Glue glue, KeySet keys, Case c) throws EscException {
        return SecureChannel.initialize(glue, CardKeys.of(keys), 0, 0, new java.security.SecureRandom(), c.style(),
                ScpHint.of(c.scp()).withSelected(HostAndCardTest.APPLICATION)).authenticate(c.level());
    }

    private static CommandApdu install(byte[] data) {
        return CommandApdu.of(0x80, 0xE6, 0x0C, 0, data, 0, data.length, OptionalInt.of(256));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCardGetsWhatWasMeant(Case c) throws EscException {
        var random = new Random(5);
        try (KeySet keys = HostAndCardTest.keys(c, 1); Card card = new Card(c.scp(), keys)) {
            var glue = new Glue(card);
            try (SecureChannel channel = open(glue, keys, c)) {
                for (int length : new int[] {1, 100, 222, 223, 224, 239, 240, 247, 248, 255, 256, 300, 511, 600, 2000}) {
                    for (int size : new int[] {255, 128, 16}) {
                        byte[] data = new byte[length];
                        random.nextBytes(data);
                        byte[] back = new byte[random.nextInt(200)];
                        random.nextBytes(back);
                        card.answer = ResponseApdu.ok(back);
                        glue.parts.clear();
                        ResponseApdu r = channel.transmitInParts(install(data), size);
                        assertArrayEquals(data, card.plain.data());
                        assertEquals(0x0C, card.plain.p1());
                        assertArrayEquals(back, r.data());
                        for (CommandApdu p : glue.parts) {
                            assertEquals(p == glue.parts.getLast() ? 0x0C : 0x8C, p.p1());
                            assertFalse(p.isExtended());
                            assertTrue(p.nc() <= size && (p == glue.parts.getLast() || p.nc() == size), p.nc() + " of " + size);
                            assertEquals(channel.level().cMac() ? 0x84 : 0x80, p.cla());
                        }
                    }
                    // and what is no such command goes on as before
                    card.answer = ResponseApdu.of(0x9000);
                    channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0, new byte[20])).orThrow("store");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aCardThatRefusesAPartDoesNotKnowTheWhole(Case c) throws EscException {
        try (KeySet keys = HostAndCardTest.keys(c, 1); Card card = new Card(c.scp(), keys)) {
            var glue = new Glue(card);
            try (SecureChannel channel = open(glue, keys, c)) {
                glue.refused = 1;
                assertEquals(0x6A84, channel.transmitInParts(install(new byte[800]), 255).sw().value());
                boolean agreed = !c.level().cMac() && !(c.level().rMac() && c.scp().protocol() == 2);
                assertEquals(agreed, channel.isOpen());
                if (!agreed) {
                    assertThrows(CardException.class, () -> channel.transmit(CommandApdu.of(0x80, 0xF2, 0, 0)));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aPartAlteredOrLeftOutIsNoticed(Case c) throws EscException {
        if (!c.level().cMac()) {
            return;
        }
        try (KeySet keys = HostAndCardTest.keys(c, 1); Card card = new Card(c.scp(), keys)) {
            for (int what = 0; what < 3; what++) {
                int damage = what;
                var glue = new Glue(card);
                CardChannel bad = new CardChannel() {
                    private int seen;

                    @Override
                    public ResponseApdu transmit(CommandApdu p) {
                        if (p.ins() != 0xE6 || seen++ != 1) {
                            return glue.transmit(p);
                        }
                        byte[] data = p.data();
                        data[7] ^= 1;
                        return damage == 0 ? glue.transmit(CommandApdu.of(p.cla(), p.ins(), p.p1(), p.p2(), data, 256))
                                : damage == 1 ? ResponseApdu.of(0x9000)
                                : glue.transmit(CommandApdu.of(p.cla(), p.ins(), p.p1(), p.p2(), Arrays.copyOf(data, data.length - 1), 256));
                    }

                    @Override
                    public void close() {
                        // the card goes on
                    }
                };
                try (SecureChannel channel = SecureChannel.initialize(bad, CardKeys.of(keys), 0, 0, new java.security.SecureRandom(), c.style(),
                        ScpHint.of(c.scp()).withSelected(HostAndCardTest.APPLICATION)).authenticate(c.level())) {
                    card.plain = null;
                    assertEquals(0x6988, channel.transmitInParts(install(new byte[800]), 255).sw().value());
                    assertEquals(null, card.plain);
                }
            }
        }
    }

    /** The bytes by hand: one MAC over the header of the last part and the length of the whole on three bytes. */
    @Test
    void theMacCoversTheWhole() throws EscException {
        byte[] data = new byte[300];
        new Random(3).nextBytes(data);
        var scp = new ScpVersion(3, 0x70);
        var c = new Case(scp, 16, SecurityLevel.C_MAC, WireStyle.STANDARD);
        try (KeySet keys = HostAndCardTest.keys(c, 1); Card card = new Card(scp, keys)) {
            var glue = new Glue(card);
            byte[] host = Hex.parse("0001020304050607");
            try (SecureChannel channel = SecureChannel.open(glue, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC, host)) {
                byte[] challenge = channel.card().challenge();
                BlockKey mac = BlockKey.of(KeyType.AES, Primitives.scp03Kdf(BlockKey.of(KeyType.AES, keys.mac()), 6,
                        Primitives.concat(host, challenge), 16));
                byte[] proof = Arrays.copyOf(card.wire.data(), 8);
                byte[] first = mac.cmac(Primitives.concat(new byte[16], Hex.parse("8482010010"), proof));
                channel.transmitInParts(install(data), 255).orThrow("install");
                byte[] second = mac.cmac(Primitives.concat(first, Hex.parse("84E60C00000134"), data));
                byte[] sent = Primitives.concat(data, Arrays.copyOf(second, 8));
                assertEquals("84E68C00FF" + Hex.of(Arrays.copyOf(sent, 255)) + "00", Hex.of(glue.parts.getFirst().bytes()));
                assertEquals("84E60C0035" + Hex.of(Arrays.copyOfRange(sent, 255, 308)) + "00", Hex.of(glue.parts.getLast().bytes()));
            }
        }
    }

    @Test
    void whatMayComeInParts() {
        for (String yes : List.of("80E60200", "84E40000", "80D80081", "C0E60200")) {
            assertTrue(SecureChannel.mayComeInParts(CommandApdu.parse(yes)), yes);
            assertFalse(SecureChannel.isPart(CommandApdu.parse(yes)), yes);
        }
        for (String no : List.of("80E28000", "00E40000", "80E88000", "00D80000")) {
            assertFalse(SecureChannel.mayComeInParts(CommandApdu.parse(no)), no);
            assertFalse(SecureChannel.isPart(CommandApdu.parse(no)), no);
        }
        assertTrue(SecureChannel.isPart(CommandApdu.parse("84E68200")));
        assertTrue(SecureChannel.isPart(CommandApdu.parse("80D8A081")));
        assertFalse(SecureChannel.isPart(CommandApdu.parse("80D8FF81")), "a version that replaces initial keys");
    }
}
