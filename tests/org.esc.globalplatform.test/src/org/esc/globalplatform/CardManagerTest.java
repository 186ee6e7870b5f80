// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The host's commands against a small card that understands them with the parse counterparts. */
class CardManagerTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");
    private static final Aid MANAGER = Aid.of("A000000003000000");
    private static final Aid PACKAGE = Aid.of("627601FF0000");
    private static final Aid INSTANCE = Aid.of("627601FF000000");

    /** Just enough of a card manager to judge what arrives. */
    private static final class Card implements CardChannel {

        private final ScpVersion scp;
        private final CardSecureChannel secure = new CardSecureChannel();
        private final Random random = new Random(1);
        private final ByteArrayOutputStream file = new ByteArrayOutputStream();
        private final List<InstallCommand> installed = new ArrayList<>();
        private final List<String> deleted = new ArrayList<>();
        private final ByteArrayOutputStream stored = new ByteArrayOutputStream();
        private KeySet keys;
        private int nextBlock;
        private boolean complete;
        private int state = 7;

        Card(ScpVersion scp) {
            this.scp = scp;
            keys = KeySet.factory(1, scp.keyType());
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            try {
                return switch (c.ins()) {
                    case 0xA4 -> c.nc() == 0 || Aid.of(c.data()).equals(MANAGER) ? ResponseApdu.ok(Fci.encode(MANAGER))
                            : ResponseApdu.of(0x6A82);
                    case 0xCA -> data(c);
                    case 0x50 -> {
                        if (c.p1() != 0 && c.p1() != keys.version()) {
                            yield ResponseApdu.of(0x6A88);
                        }
                        byte[] challenge = new byte[CardSecureChannel.challengeLength(scp)];
                        random.nextBytes(challenge);
                        yield ResponseApdu.ok(secure.initializeUpdate(keys, scp, CUID.bytes(), c.data(), 9, challenge));
                    }
                    case 0x82 -> {
                        secure.externalAuthenticate(c);
                        yield ResponseApdu.of(0x9000);
                    }
                    default -> secure.wrap(content(secure.unwrap(c)));
                };
            } catch (CardRefusal e) {
                return ResponseApdu.of(e.sw().value());
            }
        }

        private ResponseApdu data(CommandApdu c) {
            byte[] answer = switch (c.p1() << 8 | c.p2()) {
                case 0x9F7F -> Cplc.of(CUID, new byte[] {1, 2, 3, 4}).encoded();
                case 0x0066 -> CardData.encode(scp);
                case 0x00E0 -> KeyInfo.encode(KeyInfo.of(keys));
                default -> new byte[0];
            };
            if (answer.length == 0) {
                return ResponseApdu.of(0x6A88);
            }
            return c.ne().orElse(0) == answer.length ? ResponseApdu.ok(answer)
                    : ResponseApdu.of(0x6C00 | answer.length);
        }

        private ResponseApdu content(CommandApdu c) throws CardRefusal {
            switch (c.ins()) {
                case 0xE4 -> {
                    deleted.add(Hex.of(c.data()));
                    return c.data()[0] == 0x4F ? ResponseApdu.of(0x6A88) : ResponseApdu.ok((byte) 0);
                }
                case InstallCommand.INS -> {
                    installed.add(InstallCommand.parse(c.p1(), c.data()));
                    return ResponseApdu.ok((byte) 0);
                }
                case LoadBlock.INS -> {
                    LoadBlock b = LoadBlock.parse(c);
                    if (b.number() != nextBlock++ || complete) {
                        return ResponseApdu.of(0x6985);
                    }
                    file.writeBytes(b.data());
                    complete = b.last();
                    return ResponseApdu.ok((byte) 0);
                }
                case PutKeyData.INS -> {
                    PutKeyData p = PutKeyData.parse(c.data());
                    keys = p.decrypt(secure);
                    return ResponseApdu.ok(p.confirmation());
                }
                case 0xF0 -> {
                    state = c.p2();
                    return ResponseApdu.of(0x9000);
                }
                case 0xE2 -> {
                    stored.writeBytes(c.data());
                    return ResponseApdu.of(0x9000);
                }
                case RegistryEntry.INS -> {
                    var kind = RegistryEntry.Kind.LOAD_FILE;
                    if (c.p1() == RegistryEntry.Kind.APPLICATION.p1()) {
                        return ResponseApdu.of(0x6A88);
                    }
                    var one = new RegistryEntry(kind, c.p2() == 2 ? PACKAGE : INSTANCE, 1, 0, List.of());
                    return ResponseApdu.of(RegistryEntry.encode(List.of(one), true), c.p2() == 2 ? 0x6310 : 0x9000);
                }
                default -> {
                    return ResponseApdu.of(0x6D00);
                }
            }
        }

        @Override
        public void close() {
            secure.close();
        }
    }

    static List<ScpVersion> versions() {
        return List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_00, ScpVersion.SCP03_70);
    }

    private static SecureChannel open(Card card, KeySet keys) throws EscException {
        return SecureChannel.initialize(card, CardKeys.of(keys), keys.version(), 0, new byte[8], WireStyle.TPS,
                Optional.of(card.scp))
                .authenticate(SecurityLevel.C_MAC_C_DEC);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anAppletIsReplaced(ScpVersion scp) throws EscException {
        byte[] image = new byte[2 * 208 - 4];
        new Random(2).nextBytes(image);
        try (KeySet keys = KeySet.factory(1, scp.keyType()); Card card = new Card(scp)) {
            var outside = new CardManager(card);
            assertEquals(MANAGER, outside.selectCardManager(CardManager.KNOWN));
            assertEquals(CUID, outside.cplc().cuid());
            assertEquals(List.of(scp), outside.cardData().orElseThrow().channels());
            assertEquals(1, outside.keyInfo().getFirst().version());
            try (SecureChannel channel = open(card, keys)) {
                var manager = new CardManager(channel);
                assertFalse(manager.deleteIfPresent(INSTANCE, true));
                assertThrows(CardException.class, () -> manager.delete(PACKAGE, false));
                manager.installForLoad(PACKAGE, Optional.of(MANAGER), image.length);
                var seen = new ArrayList<Integer>();
                manager.load(image, 208, (done, total) -> {
                    assertEquals(2, total);
                    seen.add(done);
                });
                assertEquals(List.of(1, 2), seen);
                manager.installForInstall(PACKAGE, INSTANCE, 18000, Hex.parse("00021388"));
                manager.setCardState(CardState.SECURED);
                assertEquals(List.of(PACKAGE, INSTANCE),
                        manager.registry(RegistryEntry.Kind.LOAD_FILE).stream().map(RegistryEntry::aid).toList());
                assertEquals(List.of(), manager.registry(RegistryEntry.Kind.APPLICATION));
                byte[] data = new byte[600];
                new Random(3).nextBytes(data);
                manager.storeData(data);
                assertArrayEquals(data, card.stored.toByteArray());
                manager.deleteKeys(0x42);
            }
            assertTrue(card.complete);
            var range = LoadBlock.imageIn(card.file.toByteArray()).orElseThrow();
            assertArrayEquals(image, Arrays.copyOfRange(card.file.toByteArray(), range.offset(), range.fileLength()));
            assertEquals(2, card.installed.size());
            assertEquals(0x0F, card.state);
            assertEquals(List.of("4F07627601FF000000", "4F06627601FF0000", "D20142"), card.deleted);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void keysAreReplaced(ScpVersion scp) throws EscException {
        for (int length : scp.keyType() == KeyType.AES ? new int[] {16, 24, 32} : new int[] {16}) {
            byte[][] k = new byte[3][length];
            for (byte[] one : k) {
                new Random(length).nextBytes(one);
                one[0] = (byte) Arrays.hashCode(one);
            }
            try (KeySet old = KeySet.factory(1, scp.keyType()); Card card = new Card(scp);
                    KeySet fresh = KeySet.of(2, scp.keyType(), k[0], k[1], k[2])) {
                try (SecureChannel channel = open(card, old)) {
                    new CardManager(channel).putKeys(1, fresh);
                }
                assertTrue(card.keys.sameKeys(fresh));
                assertEquals(2, card.keys.version());
                assertEquals("6A88", assertThrows(CardException.class, () -> open(card, old)).problem().sw()
                        .orElseThrow().toString());
                try (SecureChannel channel = open(card, fresh)) {
                    assertTrue(channel.isOpen());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aKeyThatDoesNotMatchItsCheckValueIsRefused(ScpVersion scp) throws EscException {
        try (KeySet keys = KeySet.factory(1,
                scp.keyType()); Card card = new Card(scp); SecureChannel channel = open(card, keys)) {
            byte[] data = channel.putKeyData(keys.withVersion(2));
            data[data.length - 1] ^= 1;
            var e = assertThrows(CardException.class, () -> new CardManager(channel).putKeys(1, data));
            assertEquals("9485", e.problem().sw().orElseThrow().toString());
            assertEquals(1, card.keys.version());
        }
    }

    /** Answers as the test wants. */
    private static CardChannel answering(ResponseApdu... answers) {
        Deque<ResponseApdu> left = new ArrayDeque<>(List.of(answers));
        return new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) {
                return left.size() > 1 ? left.removeFirst() : left.getFirst();
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    @Test
    void theDefaultSelectionMayBeSilent() throws EscException {
        var manager = new CardManager(answering(ResponseApdu.of(0x9000), ResponseApdu.of(0x6A82),
                ResponseApdu.of(0x9000)));
        assertEquals(CardManager.KNOWN.get(1), manager.selectCardManager(CardManager.KNOWN));
    }

    @Test
    void aCardWithoutManagerIsNamed() {
        var manager = new CardManager(answering(ResponseApdu.of(0x6A82)));
        assertEquals("no-card-manager",
                assertThrows(CardException.class, () -> manager.selectCardManager(CardManager.KNOWN)).problem().code());
    }

    @Test
    void noiseInAnswersIsACardProblem() {
        var manager = new CardManager(answering(ResponseApdu.ok(Hex.parse("DEADBEEF"))));
        assertEquals("bad-answer", assertThrows(CardException.class, manager::cplc).problem().code());
        assertEquals("bad-answer", assertThrows(CardException.class, manager::cardData).problem().code());
        assertEquals("bad-answer", assertThrows(CardException.class, manager::keyInfo).problem().code());
        assertEquals("bad-answer", assertThrows(CardException.class,
                () -> manager.registry(RegistryEntry.Kind.LOAD_FILE)).problem().code());
    }

    @Test
    void aRegistryWithoutEndIsGivenUp() {
        var manager = new CardManager(answering(ResponseApdu.of(0x6310)));
        assertThrows(CardException.class, () -> manager.registry(RegistryEntry.Kind.LOAD_FILE));
    }

    @Test
    void anImageTooLargeIsTheCallersFault() {
        var manager = new CardManager(answering(ResponseApdu.of(0x9000)));
        assertEquals(Fault.USAGE, assertThrows(EscException.class,
                () -> manager.load(new byte[70000], 208, LoadProgress.NONE)).fault());
        assertEquals(Fault.USAGE, assertThrows(EscException.class,
                () -> manager.load(new byte[0], 208, LoadProgress.NONE)).fault());
    }

    @Test
    void loadingStopsWhenTheListenerSaysSo() {
        var sent = new int[1];
        var manager = new CardManager(answering(ResponseApdu.of(0x9000)));
        assertThrows(EscException.class, () -> manager.load(new byte[1000], 208, (done, total) -> {
            sent[0] = done;
            throw new EscException(Fault.CANCELLED, "load", "stop");
        }));
        assertEquals(1, sent[0]);
    }

    @Test
    void aCardThatConfirmsOtherKeysIsNoticed() {
        try (KeySet keys = KeySet.factory(1, KeyType.DES3); Card card = new Card(ScpVersion.SCP01_05)) {
            byte[] data = open(card, keys).putKeyData(keys);
            var manager = new CardManager(answering(ResponseApdu.ok(Hex.parse("01AAAAAAAAAAAAAAAAAA"))));
            assertEquals("key-check", assertThrows(CardException.class, () -> manager.putKeys(1, data)).problem()
                    .code());
        } catch (EscException e) {
            throw new AssertionError(e);
        }
    }

    /** The beginning of a format by a Dogtag 10.10 TPS, recorded on the wire: our host sends the same bytes. */
    @Test
    void sendsWhatDogtagSends() throws EscException {
        List<String> recorded = List.of(
                "8050000008E0252FEB83FBB08A",
                "84820300101F12AC8344649CC4BC3DB262A8D045F9",
                "84E4000018836BA8FB115BD643F7826E09E0E09FABE6F613C54B26B990",
                "84E4000018241B25CC6A477CEC1A47F75F1C9EF56DD72B6096F863EE76",
                "84E6020020640F062FB806D028A5D4A435D7CA25055AC97F36DEEC27000468702EC1D45D04");
        var sent = new ArrayList<String>();
        CardChannel card = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) {
                sent.add(Hex.of(command.bytes()));
                return command.ins() == CardSecureChannel.INITIALIZE_UPDATE
                        ? ResponseApdu.ok(Hex.parse("40906145C762241900020101073AA5ABDB5C4863454E5976FC0FB59A"))
                        : ResponseApdu.of(0x9000);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
        try (KeySet keys = KeySet.factory(1, KeyType.DES3);
                SecureChannel channel = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0,
                        Hex.parse("E0252FEB83FBB08A"),
                        WireStyle.TPS, Optional.empty()).authenticate(SecurityLevel.C_MAC_C_DEC)) {
            var manager = new CardManager(channel);
            manager.delete(INSTANCE, false);
            manager.delete(PACKAGE, false);
            manager.installForLoad(PACKAGE, Optional.empty(), 0x3C49 - 24);
        }
        assertEquals(recorded, sent);
    }
}
