// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftReaders;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.StoredTrace;
import org.esc.trace.TraceWriter;
import org.esc.trace.TracedCard;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.PlainHex;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {

    private static final Atr ATR = Atr.of("3B8B0180594553432D54455354310C");
    private static final String SELECT_A = "00A4040005A000000001";
    private static final String SELECT_B = "00A4040005A000000002";
    private static final String GET = "00CA006E00";

    @TempDir
    Path folder;
    private final List<Entry> entries = new ArrayList<>();
    private int files;
    private TracedCard card = new TracedCard(1, "Reader", ATR, "T=1");

    private ReplayTest add(String command, String response) {
        entries.add(new Entry(entries.size() + 1, Optional.empty(), Optional.empty(), card, Origin.verb("test"), Masked.parse(command), Masked.parse(response),
                response.isEmpty() ? Optional.of("the card was pulled") : Optional.empty(), false, Optional.empty()));
        return this;
    }

    private ReplayTest session(long number) {
        card = new TracedCard(number, card.reader(), card.atr(), card.protocol());
        return this;
    }

    private ReplayTest in(String reader, Atr atr) {
        card = new TracedCard(card.session() + 1, reader, atr, "T=0");
        return this;
    }

    private Path file() throws EscException {
        Path file = folder.resolve("t" + files++ + ".esctrace");
        try (var w = TraceWriter.create(file, false)) {
            for (Entry e : entries) {
                w.entry(e);
            }
        }
        return file;
    }

    private Replay replay(Replay.Mode mode) throws EscException {
        return Recorder.replay(file(), mode);
    }

    private static String ask(Replay r, String command) {
        return Hex.of(r.transmit(Hex.parse(command)));
    }

    private static void asks(Replay r, String... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            assertEquals(pairs[i + 1], ask(r, pairs[i]), pairs[i] + " at " + i);
        }
    }

    @Test
    void aStrictOneWantsTheRecordedOrder() throws Exception {
        try (Replay r = add(SELECT_A, "9000").add(GET, "019000").add("00CA006F00", "029000").replay(Replay.Mode.STRICT)) {
            assertEquals(ATR, r.atr());
            assertEquals("T=1", r.protocol());
            asks(r, SELECT_A, "9000", "00CA006F00", "6FF0", GET, "019000", "00CA006F00", "029000", GET, "6FF1");
            ReplayReport p = r.report();
            assertFalse(p.matched());
            assertEquals(2, p.refused());
            assertEquals(3, p.asked());
            var first = p.differences().getFirst();
            assertEquals(2, first.number());
            assertEquals(GET, first.expected());
            assertEquals("00CA006F00", first.got());
            assertEquals("6FF0", first.sw());
            assertEquals("The trace ends before it.", p.differences().getLast().why());
            r.reset();
            asks(r, SELECT_A, "9000");
        }
    }

    @Test
    void aResetInTheMiddleDoesNotMoveAStrictOne() throws Exception {
        try (Replay r = add(SELECT_A, "9000").session(2).add(GET, "019000").replay(Replay.Mode.STRICT)) {
            asks(r, SELECT_A, "9000");
            r.reset();
            r.reset();
            asks(r, GET, "019000");
            assertTrue(r.report().matched());
        }
    }

    @Test
    void aTolerantOneTakesAnyOrderAndRepeatsTheLastAnswer() throws Exception {
        try (Replay r = add(SELECT_A, "9000").add(GET, "019000").add("00CA006F00", "029000").add(GET, "039000").replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_A, "9000", "00CA006F00", "029000", GET, "039000", GET, "019000", GET, "039000", GET, "039000", "00CA006F00", "029000");
            assertTrue(r.report().matched());
            assertEquals(List.of(), r.report().neverAsked());
            assertEquals(4, r.report().asked());
            assertEquals(7, r.report().answered());
        }
    }

    @Test
    void theSelectedApplicationAndFileDecide() throws Exception {
        add(SELECT_A, "9000").add(GET, "0A9000").add(SELECT_B, "9000").add(GET, "0B9000").add("00A40200023001", "9000").add("00B0000000", "319000")
                .add("00A40200023002", "9000").add("00B0000000", "329000").add("00B0810000", "819000");
        try (Replay r = replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_B, "9000", GET, "0B9000", GET, "0B9000", SELECT_A, "9000", GET, "0A9000", SELECT_B, "9000", "00A40200023002", "9000", "00B0000000", "329000",
                    "00A40200023001", "9000", "00B0000000", "319000", "00B0810000", "819000", SELECT_A, "9000", "00B0810000", "6FF0");
            assertEquals("No such command was sent to this application or file.", r.report().differences().getFirst().why());
        }
    }

    @Test
    void aTraceThatBeginsInTheMiddleServesWhateverIsSelected() throws Exception {
        try (Replay r = add(GET, "019000").add(SELECT_A, "9000").replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_A, "9000", GET, "019000");
        }
    }

    @Test
    void whatIsHiddenMayBeAnythingAndGoesOutAsZeros() throws Exception {
        add(SELECT_A, "9000").add("0020008106******" + "******", "9000").add("002A80860401020304", "**** 9000").add("B05600000AFFFFFFFE********" + "****", "AA9000")
                .add("B05600000A00000001********" + "****", "BB9000");
        try (Replay r = replay(Replay.Mode.STRICT)) {
            asks(r, SELECT_A, "9000", "0020008108313233343536FFFF", "6FF0", "0020008106313233343536", "9000", "002A80860401020304", "00009000");
            assertEquals(List.of(3L), r.report().filledAt());
            assertEquals(1, r.report().filled());
            assertFalse(r.report().toString().contains("313233"), "a PIN in the report");
            assertEquals("0020008108****************", r.report().differences().getFirst().got());
        }
        try (Replay r = replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_A, "9000", "0020008108313233343536FFFF", "9000", "00200081023132", "9000");
            asks(r, "B05600000A00000001112233445566", "BB9000", "B05600000AFFFFFFFE112233445566", "AA9000", "B05600000A00000002112233445566", "6FF0");
        }
    }

    @Test
    void piecesComeAsTheyWereRecorded() throws Exception {
        add(SELECT_A, "9000").add("00CA7F2100", "01026102").add("00C0000002", "03049000").add(GET, "6C05").add("00CA006E05", "11223344559000")
                .add("10DA7F210401020304", "9000").add("10DA7F210401020304", "9000").add("00DA7F21020506", "6A80").add("00CB3FFF055C035FC10500", "AA6110")
                .add("00C0000010", "BB9000");
        String[] inOrder = entries.stream().flatMap(e -> java.util.stream.Stream.of(e.command().toString(), e.response().toString())).toArray(String[]::new);
        for (Replay.Mode mode : Replay.Mode.values()) {
            try (Replay r = replay(mode)) {
                asks(r, inOrder);
                assertTrue(r.report().matched());
            }
        }
        try (Replay r = replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_A, "9000", "00C0000002", "6FF0", "00CB3FFF055C035FC10500", "AA6110", "00C0000000", "BB9000", "00CA7F2100", "01026102", "00C0000002", "03049000",
                    "00C0000002", "6FF0");
            assertEquals(List.of(new ReplayReport.Row(4, 8)), r.report().neverAsked());
        }
    }

    @Test
    void logicalChannelsAreKeptApart() throws Exception {
        add(SELECT_A, "9000").add("0070000001", "019000").add("01A4040005A000000002", "9000").add("01CA006E00", "0B9000").add(GET, "0A9000");
        try (Replay r = replay(Replay.Mode.TOLERANT)) {
            asks(r, SELECT_A, "9000", GET, "0A9000", "0070000001", "019000", "01A4040005A000000002", "9000", "01CA006E00", "0B9000", GET, "0A9000");
        }
    }

    @Test
    void severalCardsAreChosenFrom() throws Exception {
        add(GET, "019000").in("Other", Atr.of("3B00")).add(GET, "029000").in("Reader", Atr.of("3B01FF")).add(GET, "039000").in("Reader", ATR).add(GET, "049000");
        Path file = file();
        try (var t = StoredTrace.open(file)) {
            assertEquals(List.of(2L, 1L, 1L), Replay.cards(t, new Cancel()).stream().map(Replay.Recorded::exchanges).toList());
        }
        var e = assertThrows(EscException.class, () -> Recorder.replay(file, Replay.Mode.TOLERANT));
        assertEquals("which-card", e.problem().code());
        assertTrue(e.problem().advice().contains("2: \"Other\", ATR 3B00, 1 exchange"), e.problem().advice());
        try (Replay r = Replay.of(StoredTrace.open(file), List.of(), Replay.Mode.STRICT, OptionalInt.of(1), new Cancel())) {
            asks(r, GET, "019000", GET, "049000");
            assertTrue(r.report().matched());
        }
        try (Replay r = Replay.of(StoredTrace.open(file), List.of(), Replay.Mode.TOLERANT, OptionalInt.of(3), new Cancel())) {
            assertEquals(Atr.of("3B01FF"), r.atr());
            asks(r, GET, "039000");
        }
        assertEquals("which-card", assertThrows(EscException.class,
                () -> Replay.of(StoredTrace.open(file), List.of(), Replay.Mode.TOLERANT, OptionalInt.of(4), new Cancel())).problem().code());
    }

    @Test
    void whatGotNoAnswerIsSaid() throws Exception {
        try (Replay r = add(SELECT_A, "9000").add(GET, "").replay(Replay.Mode.STRICT)) {
            asks(r, SELECT_A, "9000", GET, "6FF2");
            assertTrue(r.report().notes().getFirst().contains("#2 has no answer in the trace (the card was pulled)"), r.report()::toString);
        }
    }

    @Test
    void whatIsNoCommandIsComparedByteByByte() throws Exception {
        for (Replay.Mode mode : Replay.Mode.values()) {
            entries.clear();
            try (Replay r = add("00A4", "6700").add("00A4040005A0", "6700").replay(mode)) {
                asks(r, "00A4", "6700", "00A4040005A0", "6700", "00A4040005A1", mode == Replay.Mode.STRICT ? "6FF1" : "6FF0", "", mode == Replay.Mode.STRICT ? "6FF1" : "6FF0");
            }
        }
    }

    @Test
    void anEmptyTraceSaysSo() {
        assertEquals("empty-trace", assertThrows(EscException.class, () -> replay(Replay.Mode.TOLERANT)).problem().code());
    }

    @ParameterizedTest
    @EnumSource(Replay.Mode.class)
    void aTraceCutAnywhereIsReplayedUpToThere(Replay.Mode mode) throws Exception {
        for (int i = 0; i < 20; i++) {
            add("00CA01" + Hex.of(i) + "00", "0" + i % 10 + "9000");
        }
        byte[] all = Files.readAllBytes(file());
        var random = new Random(5);
        int replayed = 0;
        for (int i = 0; i < 300; i++) {
            byte[] some = java.util.Arrays.copyOf(all, 20 + random.nextInt(all.length - 20));
            if (i % 2 == 0) {
                some[random.nextInt(some.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Path f = Files.write(folder.resolve("cut.esctrace"), some);
            try (Replay r = Recorder.replay(f, mode)) {
                replayed++;
                for (int k = 0; k < r.card().exchanges(); k++) {
                    ask(r, "00CA01" + Hex.of(k) + "00");
                }
                assertTrue(r.report().commands() == r.card().exchanges());
            } catch (EscException e) {
                assertEquals(Fault.USAGE, e.fault(), e::toString);
            }
        }
        assertTrue(replayed > 50, "replayed " + replayed);
    }

    @Test
    void anyBytesAreAnswered() throws Exception {
        add(SELECT_A, "9000").add("80500000081122334455667788", "00112233445566778899FF020001" + "A1A2A3A4A5A6B1B2B3B4B5B6B7B8" + "9000").add("0020008106************", "9000");
        var random = new Random(7);
        try (Replay t = replay(Replay.Mode.TOLERANT); Replay s = Recorder.replay(file(), Replay.Mode.STRICT)) {
            for (int i = 0; i < 20_000; i++) {
                byte[] b = new byte[random.nextInt(40)];
                random.nextBytes(b);
                assertTrue(t.transmit(b).length >= 2 && s.transmit(b).length >= 2);
                if (i % 100 == 0) {
                    t.reset();
                    s.reset();
                }
            }
            assertEquals(20_000, t.report().commands());
            assertEquals(ReplayReport.MOST, t.report().differences().size());
            t.close();
            assertThrows(IllegalStateException.class, () -> t.transmit(new byte[4]));
        }
    }

    /** Another program's trace is a software token: plugged in by its file, as any other one. */
    @Test
    void aTraceFileIsPluggedInAsASoftwareToken() throws Exception {
        var formats = new Formats();
        formats.addFormat(new PlainHex());
        var soft = new SoftReaders();
        soft.addKind(new RecordedCards(new TraceFiles(formats)));
        var readers = new Readers();
        readers.addProvider(soft);
        Path hex = Files.writeString(folder.resolve("t.hex"), "> 00A4040005A000000001\n< 9000\n> 00CA006E00\n< 019000\n");
        try (var plugged = soft.insert(hex, Optional.empty()); var session = readers.connect(plugged.reader(), Origin.verb("test"))) {
            assertEquals(Replay.UNTOLD_ATR, session.atr());
            assertEquals("9000", Hex.of(session.transmit(CommandApdu.parse(SELECT_A)).bytes()));
            assertEquals("019000", Hex.of(session.transmit(CommandApdu.parse(GET)).bytes()));
        }
        add(GET, "029000");
        try (var plugged = soft.insert(file(), Optional.empty()); var session = readers.connect(plugged.reader(), Origin.verb("test"))) {
            assertEquals("T=1", session.protocol());
            assertEquals("029000", Hex.of(session.transmit(CommandApdu.parse(GET)).bytes()));
        }
        Path token = folder.resolve("token.esc");
        CardFile.create(token, CardSpec.standard(), Optional.empty());
        try (var plugged = soft.insert(token, Optional.empty()); var session = readers.connect(plugged.reader(), Origin.verb("test"))) {
            assertEquals("software", session.protocol());
            assertEquals(plugged.reader(), soft.reader(token).orElseThrow());
        }
        Path other = Files.writeString(folder.resolve("other.txt"), "neither\nnor\n", StandardCharsets.US_ASCII);
        assertThrows(EscException.class, () -> soft.insert(other, Optional.empty()));
        assertTrue(soft.readers().isEmpty());
    }

    /** A million exchanges: what is kept of each fits nine bytes, and a command is answered without looking through them. */
    @Test
    @Tag("long")
    void aMillionExchangesNeedLittleMemory() throws Exception {
        int n = 1_000_000;
        Path file = folder.resolve("long.esctrace");
        try (var w = TraceWriter.create(file, false)) {
            for (int i = 0; i < n; i++) {
                w.entry(new Entry(i + 1, Optional.empty(), Optional.empty(), card, Origin.verb("test"),
                        Masked.parse(i % 2 == 0 ? "80CA0000" : "80CA" + String.format("%06X", i) + "00"), Masked.parse(String.format("%08X", i) + "9000"), Optional.empty(), false,
                        Optional.empty()));
            }
        }
        System.gc();
        long before = used();
        try (Replay r = Recorder.replay(file, Replay.Mode.TOLERANT)) {
            System.gc();
            long kept = used() - before;
            System.out.println("a million exchanges keep " + kept / 1000 + " kB");
            assertTrue(kept < 30_000_000, "kept " + kept + " bytes");
            var random = new Random(3);
            for (int i = 0; i < 3_000; i++) {
                int k = random.nextInt(n / 2) * 2 + 1;
                assertEquals(String.format("%08X", k) + "9000", ask(r, "80CA" + String.format("%06X", k) + "00"));
                assertTrue(ask(r, "80CA0000").endsWith("9000"));
            }
            assertTrue(r.report().matched());
        }
        try (Replay r = Recorder.replay(file, Replay.Mode.STRICT)) {
            for (int i = 0; i < n; i++) {
                r.transmit(Hex.parse(i % 2 == 0 ? "80CA0000" : "80CA" + String.format("%06X", i) + "00"));
            }
            assertTrue(r.report().matched());
            assertEquals(n, r.report().asked());
        }
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
