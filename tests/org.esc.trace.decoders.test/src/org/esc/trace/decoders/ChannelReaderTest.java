// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.HostSession;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;
import org.esc.securechannel.testing.WatchedCard;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.testing.DecoderCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Traces of secure channels between our host and our card, read by a third who has the keys. */
class ChannelReaderTest {

    private static final List<Decoder> DECODERS = List.of(new IsoDecoder(), new GlobalPlatformDecoder());
    private static final CommandApdu LIST = CommandApdu.parse("80F240000A4F084142434445464748");
    private static final CommandApdu PUT_KEY = CommandApdu.parse("80D8018117018010A1A2A3A4A5A6A7A8A9AAABACADAEAFB003ABCDEF");
    private static final CommandApdu SHORT = CommandApdu.parse("80E40000044F02AABB");

    /** The exchanges of a host and a card as a trace has them. */
    private static final class Tap implements CardChannel {

        private final CardChannel card;
        private final List<Entry> entries = new ArrayList<>();

        Tap(CardChannel card) {
            this.card = card;
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) throws EscException {
            ResponseApdu r = card.transmit(c);
            entries.add(DecoderCheck.entry(Masked.open(c.bytes()), Masked.open(r.bytes())).numbered(entries.size()));
            return r;
        }

        @Override
        public void close() {
            // the card's
        }
    }

    static Stream<Arguments> channels() {
        return Stream.of(Arguments.of(ScpVersion.SCP01_05, 1), Arguments.of(ScpVersion.SCP01_05, 3), Arguments.of(new ScpVersion(1, 0x15), 3),
                Arguments.of(ScpVersion.SCP02_15, 1), Arguments.of(ScpVersion.SCP02_15, 3), Arguments.of(new ScpVersion(2, 0x55), 3),
                Arguments.of(new ScpVersion(2, 0x35), 0x13), Arguments.of(new ScpVersion(2, 0x35), 0x10), Arguments.of(new ScpVersion(2, 0x05), 3),
                Arguments.of(new ScpVersion(2, 0x17), 3), Arguments.of(ScpVersion.SCP03_00, 1), Arguments.of(ScpVersion.SCP03_00, 3),
                Arguments.of(ScpVersion.SCP03_70, 0x13), Arguments.of(ScpVersion.SCP03_70, 0x33), Arguments.of(new ScpVersion(3, 0x01), 3),
                Arguments.of(new ScpVersion(3, 0x71), 0x33));
    }

    private static KeySet keys(ScpVersion scp) {
        return KeySet.factory(1, scp.keyType());
    }

    /** A trace: authentication, then a list, a PUT KEY, another list. */
    static List<Entry> trace(ScpVersion scp, int level, KeySet keys) throws EscException {
        try (var card = new WatchedCard(scp, keys)) {
            var tap = new Tap(card);
            byte[] challenge = new byte[scp.challengeLength()];
            try (var channel = SecureChannel.initialize(tap, CardKeys.of(keys), 0, 0, challenge, WireStyle.STANDARD, Optional.of(scp))
                    .authenticate(new SecurityLevel(level))) {
                for (CommandApdu c : List.of(LIST, PUT_KEY, SHORT)) {
                    channel.transmit(c);
                }
            }
            return tap.entries;
        }
    }

    private static List<ChannelReader.Read> read(List<Entry> entries, CardKeys keys, boolean reveal) {
        try (var reader = new ChannelReader(keys, DECODERS, reveal)) {
            return entries.stream().map(reader::read).toList();
        }
    }

    private static List<ChannelReader.Kind> kinds(List<ChannelReader.Read> all) {
        return all.stream().map(r -> r.verdict().map(ChannelReader.Verdict::kind).orElse(null)).toList();
    }

    @ParameterizedTest
    @MethodSource("channels")
    void everythingIsReadAndVerified(ScpVersion scp, int level) throws Exception {
        try (var keys = keys(scp)) {
            var all = read(trace(scp, level, keys), CardKeys.of(keys), true);
            assertEquals(5, all.size());
            all.forEach(r -> assertEquals(ChannelReader.Kind.VERIFIED, r.verdict().orElseThrow().kind(), r.verdict() + " of " + r.entry()));
            int i = 2;
            for (CommandApdu c : List.of(LIST, PUT_KEY, SHORT)) {
                Entry.Plain p = all.get(i++).entry().plain().orElseThrow();
                assertEquals(Hex.of(c.data()), Hex.of(CommandApdu.parse(p.command().bytes()).data()));
                assertEquals(c.cla(), p.command().at(0));
                // the card answers with what it was sent
                assertEquals(Hex.of(c.data()) + "9000", p.response().toString());
            }
        }
    }

    /** Authentication, a long INSTALL in three parts, a list. */
    private static List<Entry> longTrace(ScpVersion scp, int level, KeySet keys, CommandApdu install) throws EscException {
        try (var card = new WatchedCard(scp, keys)) {
            var tap = new Tap(card);
            try (var channel = SecureChannel.initialize(tap, CardKeys.of(keys), 0, 0, new byte[scp.challengeLength()], WireStyle.STANDARD,
                    Optional.of(scp)).authenticate(new SecurityLevel(level))) {
                channel.transmitInParts(install, 255).orThrow("install");
                channel.transmit(LIST).orThrow("list");
            }
            return tap.entries;
        }
    }

    @ParameterizedTest
    @MethodSource("channels")
    void aCommandInPartsIsReadWithItsLastPart(ScpVersion scp, int level) throws Exception {
        byte[] data = new byte[600];
        new java.util.Random(1).nextBytes(data);
        CommandApdu install = CommandApdu.of(0x80, 0xE6, 0x0C, 0, data, 256);
        try (var keys = keys(scp)) {
            var entries = longTrace(scp, level, keys, install);
            assertEquals(6, entries.size());
            var all = read(entries, CardKeys.of(keys), true);
            assertEquals(Optional.empty(), all.get(2).verdict(), "a part has no MAC of its own");
            assertEquals(List.of(), all.stream().filter(r -> r.verdict().isPresent()).filter(r -> r.verdict().get().kind() != ChannelReader.Kind.VERIFIED).toList());
            assertEquals(Optional.empty(), all.get(3).verdict());
            Entry.Plain p = all.get(4).entry().plain().orElseThrow();
            assertEquals(Hex.of(data), Hex.of(CommandApdu.parse(p.command().bytes()).data()));
            assertEquals(Hex.of(java.util.Arrays.copyOf(data, WatchedCard.MOST_ANSWER)) + "9000", p.response().toString());
            assertEquals(ChannelReader.Kind.VERIFIED, all.get(5).verdict().orElseThrow().kind());

            // a part that is masked leaves nothing to verify, one that is altered is found
            var hidden = new ArrayList<>(entries);
            hidden.set(3, masked(entries.get(3), false));
            assertEquals("not verifiable: masked", read(hidden, CardKeys.of(keys), true).get(4).verdict().orElseThrow().words());
            var altered = new ArrayList<>(entries);
            byte[] bytes = entries.get(2).command().bytes();
            bytes[9] ^= 1;
            altered.set(2, DecoderCheck.entry(Masked.open(bytes), entries.get(2).response()).numbered(2));
            assertEquals(ChannelReader.Kind.MAC_FAILED, read(altered, CardKeys.of(keys), true).get(4).verdict().orElseThrow().kind());
        }
    }

    @Test
    void whatIsDecryptedIsMaskedUnlessItIsAskedFor() throws Exception {
        try (var keys = keys(ScpVersion.SCP02_15)) {
            var entries = trace(ScpVersion.SCP02_15, 3, keys);
            var plain = read(entries, CardKeys.of(keys), false).get(3).entry().plain().orElseThrow();
            assertTrue(plain.command().hasHidden());
            assertFalse(plain.command().toString().contains("A1A2A3A4"), plain.command().toString());
            assertTrue(read(entries, CardKeys.of(keys), true).get(3).entry().plain().orElseThrow().command().toString().contains("A1A2A3A4"));
        }
    }

    @Test
    void otherKeysAreNamedAsSuch() throws Exception {
        try (var keys = keys(ScpVersion.SCP03_70); var others = KeySet.same(1, KeyType.AES, new byte[16]); var des = KeySet.factory(1, KeyType.DES3)) {
            var entries = trace(ScpVersion.SCP03_70, 3, keys);
            var all = read(entries, CardKeys.of(others), true);
            all.forEach(r -> assertEquals("the card's cryptogram does not fit these keys", r.verdict().map(ChannelReader.Verdict::words).orElse("")));
            assertTrue(all.stream().allMatch(r -> r.entry().plain().isEmpty()));
            assertEquals(List.of(ChannelReader.Kind.WRONG_KEY), kinds(read(entries, CardKeys.of(des), true)).stream().distinct().toList());
        }
    }

    /** As a trace without {@code --decryptable} has it: the keys are gone; the MAC may be left. */
    private static Entry masked(Entry e, boolean mac) {
        int n = e.command().length();
        int data = e.command().at(4);
        return new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), e.command().hide(5, 5 + data - (mac ? 8 : 0)), e.response(),
                e.failure(), e.pinAtReader(), e.plain());
    }

    @ParameterizedTest
    @MethodSource("channels")
    void aMaskedCommandNeverFailsAndWhatFollowsIsVerified(ScpVersion scp, int level) throws Exception {
        if (level < 3 || scp.macLength() == 16 || level == 0x10) {
            return;
        }
        try (var keys = keys(scp)) {
            var entries = new ArrayList<>(trace(scp, level, keys));
            entries.set(3, masked(entries.get(3), true));
            var all = read(entries, CardKeys.of(keys), true);
            assertEquals("not verifiable: masked", all.get(3).verdict().orElseThrow().words());
            assertEquals(scp.protocol() == 3 ? ChannelReader.Kind.NOT_VERIFIABLE : ChannelReader.Kind.VERIFIED,
                    level == 0x13 && scp.protocol() == 2 ? ChannelReader.Kind.VERIFIED : all.get(4).verdict().orElseThrow().kind());
            assertEquals(Hex.of(SHORT.data()), Hex.of(CommandApdu.parse(all.get(4).entry().plain().orElseThrow().command().bytes()).data()));

            entries.set(3, masked(entries.get(3), false));
            all = read(entries, CardKeys.of(keys), true);
            assertEquals(ChannelReader.Kind.NOT_VERIFIABLE, all.get(4).verdict().orElseThrow().kind());
            assertEquals(Hex.of(SHORT.data()), Hex.of(CommandApdu.parse(all.get(4).entry().plain().orElseThrow().command().bytes()).data()));
        }
    }

    @Test
    void theChainingValueThatTheTraceKeepsVerifiesWhatFollows() throws Exception {
        try (var keys = keys(ScpVersion.SCP03_70)) {
            var whole = trace(ScpVersion.SCP03_70, 3, keys);
            var entries = new ArrayList<>(whole);
            // AES-CMAC over chaining value, header and data gives the next one: made anew here from the keys
            byte[] chain = Scp03ByHand.chain(keys, whole);
            Entry hidden = masked(whole.get(3), true);
            entries.set(3, hidden.with(new Entry.Plain(Masked.open(PUT_KEY.bytes()).hide(4, 99), Masked.open(Hex.parse("9000")), Masked.open(chain))));
            var all = read(entries, CardKeys.of(keys), true);
            assertEquals(List.of(ChannelReader.Kind.VERIFIED, ChannelReader.Kind.VERIFIED, ChannelReader.Kind.VERIFIED,
                    ChannelReader.Kind.NOT_VERIFIABLE, ChannelReader.Kind.VERIFIED), kinds(all));
        }
    }

    @ParameterizedTest
    @MethodSource("channels")
    void anAlteredByteIsFound(ScpVersion scp, int level) throws Exception {
        if (level == 0x10) {
            return;
        }
        try (var keys = keys(scp)) {
            var entries = new ArrayList<>(trace(scp, level, keys));
            Entry e = entries.get(2);
            byte[] altered = e.command().bytes();
            altered[2] ^= 0x20;
            entries.set(2, new Entry(e.number(), e.time(), e.duration(), e.card(), e.origin(), Masked.open(altered), e.response(), e.failure(),
                    false, Optional.empty()));
            var verdict = read(entries, CardKeys.of(keys), true).get(2).verdict().orElseThrow();
            assertEquals(ChannelReader.Kind.MAC_FAILED, verdict.kind());
            assertTrue(verdict.words().startsWith("MAC failed"), verdict.words());
        }
    }

    @Test
    void anAnswerFetchedInPiecesIsRead() throws Exception {
        try (var keys = keys(ScpVersion.SCP03_70)) {
            var entries = new ArrayList<Entry>();
            for (Entry e : trace(ScpVersion.SCP03_70, 0x33, keys)) {
                int n = e.response().length() - 2;
                if (n == 0) {
                    entries.add(e);
                    continue;
                }
                entries.add(DecoderCheck.entry(e.command(), Masked.open((byte) 0x61, (byte) n)));
                entries.add(DecoderCheck.entry(Masked.open(Hex.parse("00C00000" + Hex.of(n))), e.response()));
            }
            var all = read(entries, CardKeys.of(keys), true);
            assertEquals(9, all.size());
            assertEquals(List.of(), all.stream().filter(r -> r.verdict().map(v -> v.kind() != ChannelReader.Kind.VERIFIED).orElse(false)).toList());
            assertEquals(Hex.of(LIST.data()) + "9000", all.get(4).entry().plain().orElseThrow().response().toString());
        }
    }

    @Test
    void aCommandRepeatedWithAnotherLeIsTheSameCommand() throws Exception {
        try (var keys = keys(ScpVersion.SCP02_15)) {
            var entries = new ArrayList<>(trace(ScpVersion.SCP02_15, 3, keys));
            entries.add(2, DecoderCheck.entry(entries.get(2).command(), Masked.open((byte) 0x6C, (byte) 0x10)));
            var all = read(entries, CardKeys.of(keys), true);
            all.forEach(r -> assertEquals(ChannelReader.Kind.VERIFIED, r.verdict().orElseThrow().kind()));
        }
    }

    @Test
    void diversifiedKeysAreDerivedFromTheAnswer() throws Exception {
        byte[] kdd = Hex.parse(WatchedCard.KDD);
        try (var master = KeySet.factory(1, KeyType.DES3); var own = Diversification.VISA2.derive(master, kdd, 1)) {
            CardKeys keys = (card, challenge) -> {
                try (var derived = Diversification.VISA2.derive(master, card.kdd(), card.keyVersion())) {
                    return HostSession.of(derived, card, challenge);
                }
            };
            assertEquals(List.of(ChannelReader.Kind.VERIFIED), kinds(read(trace(ScpVersion.SCP02_15, 3, own), keys, true)).stream().distinct().toList());
        }
    }

    /** SELECT, a wrapped command of a channel whose beginning is not in the trace, and bytes that are no command. */
    @Test
    void whatHasNothingToDoWithAChannelHasNoVerdict() {
        var entries = List.of(DecoderCheck.entry(Masked.open(Hex.parse("00A4040000")), Masked.open(Hex.parse("6F108408A000000003000000A5049F6501FF9000"))),
                DecoderCheck.entry(Masked.open(Hex.parse("84F220000A4F00B4ADCE707ADF1D3D00")), Masked.open(Hex.parse("6985"))),
                DecoderCheck.entry(Masked.open(Hex.parse("01")), Masked.none()));
        try (var keys = keys(ScpVersion.SCP02_15)) {
            assertTrue(read(entries, CardKeys.of(keys), true).stream().allMatch(r -> r.verdict().isEmpty() && r.entry().plain().isEmpty()));
        }
    }
}
