// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SCP02 i=0A 0B 1A 1B: no authentication, the first signed command opens the channel. */
class ImplicitInitiationTest {

    private static final byte[] NO_ICV = new byte[8];

    @AutoClose
    private final KeySet keys = KeySet.of(1, KeyType.DES3, Hex.parse("000102030405060708090A0B0C0D0E0F"),
            Hex.parse("101112131415161718191A1B1C1D1E1F"), Hex.parse("202122232425262728292A2B2C2D2E2F"));

    private SecureChannel open(HostAndCardTest.Card card, int i) throws EscException {
        return SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(), WireStyle.STANDARD,
                ScpHint.of(new ScpVersion(2, i)).withSelected(HostAndCardTest.APPLICATION)).authenticate(SecurityLevel.C_MAC);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0A, 0x0B, 0x1A, 0x1B})
    void theBytesAreThoseOfTheSpecification(int i) throws Exception {
        var scp = new ScpVersion(2, i);
        try (var card = new HostAndCardTest.Card(scp, keys)) {
            List<String> sent = new ArrayList<>();
            card.onTheWay = b -> {
                sent.add(Hex.of(b));
                return b;
            };
            byte[] data = Hex.parse("4F0212345C054F9F70C5");
            try (SecureChannel channel = open(card, i)) {
                channel.transmit(CommandApdu.of(0x80, 0xF2, 0x20, 0x02));
                channel.transmit(CommandApdu.of(0x80, 0xF2, 0x40, 0x02, data, 256));
                // the key for data: made with the counter as it is now, in CBC mode
                byte[] dek = Scp02ByHand.sessionKey((i & 1) != 0 ? keys.dek() : keys.enc(), 0x0181, 42);
                byte[] secret = Hex.parse("404142434445464748494A4B4C4D4E4F");
                assertArrayEquals(secret, Scp02ByHand.decrypted(dek, channel.encryptWithDek(secret)));
                assertArrayEquals(secret, card.end.decryptDek(channel.encryptWithDek(secret)));
            }
            byte[] mac = Scp02ByHand.sessionKey((i & 1) != 0 ? keys.mac() : keys.enc(), 0x0101, 41);
            byte[] icv = Scp02ByHand.mac(mac, NO_ICV, HostAndCardTest.APPLICATION.bytes());
            // on the unmodified command: class 80, Lc without the MAC
            byte[] first = Scp02ByHand.mac(mac, icv, Hex.parse("80F2200200"));
            byte[] second = Scp02ByHand.mac(mac, (i & 0x10) != 0 ? Scp02ByHand.single(mac, first) : first,
                    Scp02ByHand.join(Hex.parse("80F240020A"), data));
            assertEquals(List.of("80CA00C100", "80CA9F7F00", "84F2200208" + Hex.of(first),
                    "84F2400212" + Hex.of(data) + Hex.of(second) + "00"), sent);
        }
    }

    @Test
    void anUnsignedCommandEndsTheSignedOnes() throws EscException {
        try (var card = new HostAndCardTest.Card(new ScpVersion(2, 0x1A), keys)) {
            SecureChannel channel = open(card, 0x1A);
            assertTrue(channel.transmit(CommandApdu.of(0x80, 0xE4, 0, 0)).isOk());
            assertEquals(0x6982, card.transmit(CommandApdu.of(0x80, 0xE4, 0, 0)).sw().value());
            // the next signed one begins another channel, with the next counter
            assertEquals(0x6988, channel.transmit(CommandApdu.of(0x80, 0xE4, 0, 0)).sw().value());
            try (SecureChannel next = open(card, 0x1A)) {
                assertTrue(next.transmit(CommandApdu.of(0x80, 0xE4, 0, 0)).isOk());
            }
        }
    }

    @Test
    void whatTheHostMustKnowIsAskedFor() {
        var card = new HostAndCardTest.Card(new ScpVersion(2, 0x1A), keys);
        var hint = ScpHint.of(new ScpVersion(2, 0x1A));
        assertEquals("application-unknown", assertThrows(CardException.class, () -> SecureChannel.initialize(card, CardKeys.of(keys), 0, 0,
                new SecureRandom(), WireStyle.STANDARD, hint)).problem().code());
        for (SecurityLevel level : List.of(SecurityLevel.NONE, SecurityLevel.C_MAC_C_DEC, SecurityLevel.C_MAC_R_MAC)) {
            assertEquals("security-level", assertThrows(CardException.class, () -> SecureChannel.initialize(card, CardKeys.of(keys), 0, 0,
                    new SecureRandom(), WireStyle.STANDARD, hint.withSelected(HostAndCardTest.APPLICATION)).authenticate(level))
                    .problem().code());
        }
    }

    @Test
    void aCounterThatSomebodyToldIsNotAskedFor() throws EscException {
        try (var card = new HostAndCardTest.Card(new ScpVersion(2, 0x1B), keys)) {
            List<Integer> asked = new ArrayList<>();
            card.onTheWay = b -> {
                asked.add(b[3] & 0xFF);
                return b;
            };
            var hint = ScpHint.of(new ScpVersion(2, 0x1B)).withSelected(HostAndCardTest.APPLICATION).withSequence(41);
            try (SecureChannel channel = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(), WireStyle.STANDARD,
                    hint).authenticate(SecurityLevel.C_MAC)) {
                assertTrue(channel.transmit(CommandApdu.of(0x80, 0xE4, 0, 0x33)).isOk());
            }
            assertFalse(asked.contains(0xC1));
        }
    }
}
