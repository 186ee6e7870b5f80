// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every variant of the secure channel: the card tells it, the host finds it out, and both understand each other. */
class VariantsTest {

    private static final Aid MANAGER = Aid.of("A000000151000000");

    static List<ScpVersion> variants() {
        var all = new ArrayList<ScpVersion>();
        for (int i : new int[] {0x05, 0x15}) {
            all.add(new ScpVersion(1, i));
        }
        for (int i : new int[] {0x04, 0x05, 0x0A, 0x0B, 0x14, 0x15, 0x1A, 0x1B, 0x44, 0x45, 0x54, 0x55}) {
            all.add(new ScpVersion(2, i));
            all.add(new ScpVersion(2, i | 0x20));
        }
        for (int i : new int[] {0x00, 0x10, 0x20, 0x30, 0x60, 0x70}) {
            all.add(new ScpVersion(3, i));
            all.add(new ScpVersion(3, i | 0x01));
        }
        return all;
    }

    private static SecureChannel open(CardChannel card, KeySet keys, SecurityLevel level, Optional<ScpVersion> told) throws EscException {
        assertTrue(card.transmit(CommandApdu.select(MANAGER)).isOk());
        return SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(), WireStyle.STANDARD,
                ScpHint.ask(card, told).withSelected(MANAGER)).authenticate(level);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void theHostFindsItOutAndOpensEveryLevel(ScpVersion scp) throws Exception {
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(scp)); CardChannel card = soft.channel();
                KeySet keys = KeySet.factory(1, scp.keyType())) {
            // SCP01 i=05 has no card data, so that a TPS knows it for Open Platform 2.0.1
            boolean tells = !scp.equals(ScpVersion.SCP01_05);
            assertEquals(tells ? List.of(scp) : List.of(), ScpHint.ask(card, Optional.empty()).offered());
            for (int bits : new int[] {0x00, 0x01, 0x03, 0x10, 0x11, 0x13, 0x33}) {
                var level = new SecurityLevel(bits);
                if (!level.fits(scp)) {
                    continue;
                }
                for (int twice = 0; twice < 2; twice++) {
                    try (SecureChannel channel = open(card, keys, level, Optional.empty())) {
                        assertEquals(scp, channel.scp());
                        var status = channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"), 256));
                        assertTrue(status.isOk() && status.nr() > 10, level + ": " + status);
                        assertEquals(0x6A88, channel.transmit(CommandApdu.of(0x80, 0xE4, 0, 0, Hex.parse("4F05D276000001"), 256)).sw().value());
                        assertEquals(45, channel.transmit(CommandApdu.of(0x80, 0xCA, 0x9F, 0x7F, new byte[0], 256)).nr());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void answersAreProtectedOnDemand(ScpVersion scp) throws Exception {
        var status = CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"), 256);
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(scp)); CardChannel card = soft.channel();
                KeySet keys = KeySet.factory(1, scp.keyType());
                SecureChannel channel = open(card, keys, SecurityLevel.C_MAC, Optional.empty())) {
            var plain = channel.transmit(status);
            assertTrue(plain.isOk());
            if (!scp.offersResponseMac()) {
                assertEquals(0x6D00, channel.transmit(CommandApdu.of(0x80, 0x7A, 0x10, 0x01, new byte[1])).sw().value());
                return;
            }
            assertTrue(channel.beginResponseMac(new byte[8], SecurityLevel.C_MAC_R_MAC).isOk());
            assertEquals(plain, channel.transmit(status));
            assertEquals(0x6A88, channel.transmit(CommandApdu.of(0x80, 0xCA, 0x12, 0x34, new byte[0], 256)).sw().value());
            channel.endResponseMac(true);
            assertEquals(SecurityLevel.C_MAC, channel.level());
            assertEquals(plain, channel.transmit(status));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void newKeysArriveWhole(ScpVersion scp) throws Exception {
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(scp)); CardChannel card = soft.channel();
                KeySet old = KeySet.factory(1, scp.keyType());
                KeySet fresh = KeySet.of(2, scp.keyType(), Hex.parse("000102030405060708090A0B0C0D0E0F"),
                        Hex.parse("101112131415161718191A1B1C1D1E1F"), Hex.parse("202122232425262728292A2B2C2D2E2F"))) {
            try (SecureChannel channel = open(card, old, SecurityLevel.C_MAC, Optional.empty())) {
                // the key for data is the card's from the first command on
                channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"), 256));
                // replacing the only set: the card takes the new one for its own choice
                assertTrue(channel.transmit(CommandApdu.of(0x80, 0xD8, 1, 0x81, channel.putKeyData(fresh), 256)).isOk());
            }
            try (SecureChannel channel = open(card, fresh, SecurityLevel.C_MAC, Optional.empty())) {
                assertTrue(channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"), 256)).isOk());
            }
        }
    }

    @Test
    void aCardThatOpensItsChannelByItselfCountsWrongCommands() throws Exception {
        var scp = new ScpVersion(2, 0x1A);
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(scp)); CardChannel card = soft.channel();
                KeySet keys = KeySet.factory(1, KeyType.DES3); KeySet wrong = KeySet.same(1, KeyType.DES3, new byte[16])) {
            assertEquals("6D00", Hex.of(soft.transmit(Hex.parse("8050000008000102030405060700"))));
            assertEquals("6D00", Hex.of(soft.transmit(Hex.parse("848201001000000000000000000000000000000000"))));
            assertEquals("6982", Hex.of(soft.transmit(Hex.parse("80F28002024F0000"))));
            for (int tries = 0; tries < 3; tries++) {
                try (SecureChannel channel = open(card, wrong, SecurityLevel.C_MAC, Optional.empty())) {
                    assertEquals(0x6988, channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"))).sw().value());
                }
            }
            assertEquals("C10200009000", Hex.of(soft.transmit(Hex.parse("80CA00C100"))));
            try (SecureChannel channel = open(card, keys, SecurityLevel.C_MAC, Optional.empty())) {
                assertTrue(channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"))).isOk());
                assertEquals("C10200019000", Hex.of(soft.transmit(Hex.parse("80CA00C100"))));
            }
            for (int tries = 0; tries < Authentication.MOST_FAILURES; tries++) {
                try (SecureChannel channel = open(card, wrong, SecurityLevel.C_MAC, Optional.empty())) {
                    channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00")));
                }
            }
            try (SecureChannel channel = open(card, keys, SecurityLevel.C_MAC, Optional.empty())) {
                assertEquals(0x6983, channel.transmit(CommandApdu.of(0x80, 0xF2, 0x80, 0x02, Hex.parse("4F00"))).sw().value());
            }
        }
    }

    @Test
    void thePseudoRandomChallengeOfScp02ComesFromTheCounterOfSessions() throws Exception {
        try (SoftCard soft = SoftCard.inMemory(CardSpec.standard().withScp(new ScpVersion(2, 0x55)));
                CardChannel card = soft.channel(); KeySet keys = KeySet.factory(1, KeyType.DES3)) {
            String first = Hex.of(soft.transmit(Hex.parse("8050000008000102030405060700")));
            assertEquals(first, Hex.of(soft.transmit(Hex.parse("8050000008000102030405060700"))), "an attempt is not counted");
            assertEquals("0000", first.substring(24, 28));
            open(card, keys, SecurityLevel.C_MAC, Optional.empty()).close();
            String next = Hex.of(soft.transmit(Hex.parse("8050000008000102030405060700")));
            assertEquals("0001", next.substring(24, 28));
        }
    }

    @Test
    void theVerbMakesThemAll(@TempDir Path folder) throws Exception {
        for (ScpVersion scp : variants()) {
            Path file = folder.resolve(scp.toString().replace(' ', '-'));
            var args = new SoftCreate.Args(file, Optional.empty(), "0" + scp.protocol(), Optional.of(String.format("%02X", scp.i())),
                    Optional.empty(), "1", CardSpec.DEFAULT_BUILD_ID, List.of(), Optional.empty());
            assertEquals(scp.toString(), new SoftCreate(new SoftReaders()).run(args, null).scp());
        }
        var wrong = new SoftCreate.Args(folder.resolve("x"), Optional.empty(), "02", Optional.of("40"), Optional.empty(), "1",
                CardSpec.DEFAULT_BUILD_ID, List.of(), Optional.empty());
        assertTrue(assertThrows(EscException.class, () -> new SoftCreate(new SoftReaders()).run(wrong, null)).problem().message().contains("1A"));
    }
}
