// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredTraceTest {

    private static final TracedCard CARD = new TracedCard(3, "Reader X", Atr.of("3B80010A"), "T=1");

    @TempDir
    private Path folder;

    private static Entry entry(long number, String command, String response) {
        return new Entry(number, Optional.of(Instant.parse("2026-11-23T10:00:00.125Z").plusMillis(number)),
                Optional.of(Duration.ofNanos(1_250_000 + number)), CARD, Origin.verb("enroll"), Masked.parse(command), Masked.parse(response),
                Optional.empty(), false, Optional.empty());
    }

    /** Anything that an entry can be. */
    private static Entry random(Random random, long number) {
        Optional<Entry.Plain> plain = random.nextInt(4) > 0 ? Optional.empty() : Optional.of(new Entry.Plain(masked(random, 300), masked(random, 40),
                random.nextBoolean() ? Masked.none() : masked(random, 16)));
        return new Entry(number,
                random.nextInt(5) == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(random.nextLong(-99_999_999_999L, 99_999_999_999L),
                        random.nextInt(1_000_000_000))),
                random.nextInt(5) == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(random.nextLong())),
                new TracedCard(random.nextInt(5), "Reader " + random.nextInt(3) + (random.nextBoolean() ? "é☂" : ""),
                        random.nextBoolean() ? Atr.UNKNOWN : Atr.of("3B80010A"), random.nextBoolean() ? "" : "T=1"),
                new Origin(Origin.Kind.values()[random.nextInt(5)], "x" + random.nextInt(3)), masked(random, random.nextInt(50) == 0 ? 66_000 : 40),
                masked(random, 30), random.nextInt(6) == 0 ? Optional.of("The card was removed.") : Optional.empty(), random.nextInt(9) == 0, plain);
    }

    private static Masked masked(Random random, int most) {
        byte[] b = new byte[random.nextInt(most + 1)];
        random.nextBytes(b);
        Masked m = Masked.open(b);
        for (int i = random.nextInt(4); i > 0; i--) {
            int from = random.nextInt(b.length + 1);
            m = m.hide(from, from + random.nextInt(9));
        }
        return m;
    }

    private static List<Entry> all(Trace t) throws EscException {
        var all = new ArrayList<Entry>();
        t.scan(0, t.end(), (i, e) -> {
            assertEquals(all.size(), i);
            return all.add(e);
        });
        return all;
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    @Test
    void givesBackWhatWasWritten() throws Exception {
        var random = new Random(5);
        var written = new ArrayList<Entry>();
        try (var w = TraceWriter.create(file("a.esctrace"), false)) {
            long number = 0;
            for (int i = 0; i < 5000; i++) {
                number += 1 + (random.nextInt(10) == 0 ? random.nextInt(1000) : 0);
                Entry e = random(random, number);
                assertEquals(i, w.entry(e));
                written.add(e);
            }
            assertEquals(5000, w.end());
        }
        try (var t = StoredTrace.open(file("a.esctrace"))) {
            assertEquals(new Trace.About("a.esctrace", false, false), t.about());
            assertEquals(0, t.first());
            assertEquals(5000, t.end());
            assertTrue(t.isComplete());
            assertEquals(List.of(), t.damage());
            assertEquals(written, all(t));
            for (int i = 0; i < 2000; i++) {
                int at = random.nextInt(5000);
                assertEquals(written.get(at), t.get(at));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> t.get(5000));
            assertThrows(IndexOutOfBoundsException.class, () -> t.get(-1));
            assertEquals(List.of(), t.damage());
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertEquals("[OWNER_READ, OWNER_WRITE]",
                    new java.util.TreeSet<>(Files.getPosixFilePermissions(file("a.esctrace"))).toString());
        }
    }

    @Test
    void anInterpreterInTheMiddleKnowsWhatOneFromTheBeginningKnows() throws Exception {
        var random = new Random(6);
        String[][] script = {{"00A4040007A0000000030000", "6F098407A00000000300009000"}, {"00A4040007627601FF00000000", "9000"},
            {"00A40000023F00", "9000"}, {"00A40000025015", "9000"}, {"00A40200024401", "611A"}, {"00C000001A", "62189000"}, {"00B0000010", "01029000"},
            {"8050000008000102030405060700", "00010203040506070809FF020011223344556677889900AABB9000"}, {"848201001000112233445566778899AABBCCDDEEFF", "9000"},
            {"84F28002084F000102030405", "9000"}, {"1087039B03010203", "9000"}, {"0087039B03040506", "9000"}, {"0070000001", "019000"},
            {"01A4040007A0000000030000", "9000"}, {"00C0000010", "01029000"}, {"00CB3FFF0000", "6182"}, {"0020", "6700"}};
        try (var w = TraceWriter.create(file("b.esctrace"), false)) {
            for (int i = 1; i <= 4000; i++) {
                String[] s = script[random.nextInt(script.length)];
                Entry e = entry(i, s[0], s[1]);
                w.entry(new Entry(i, e.time(), e.duration(), new TracedCard(random.nextInt(3), "R", Atr.of("3B80010A"), ""), e.origin(), e.command(),
                        e.response(), e.failure(), false, Optional.empty()));
            }
        }
        try (var t = StoredTrace.open(file("b.esctrace"))) {
            var straight = new Interpreter(List.of());
            for (long i = 0; i < t.end(); i++) {
                if (i % 512 == 0 || random.nextInt(40) == 0) {
                    Interpreter there = t.interpreterAt(i, List.of());
                    for (long session = 0; session < 3; session++) {
                        for (int channel = 0; channel < 2; channel++) {
                            assertEquals(straight.standing(session, channel), there.standing(session, channel), "at " + i);
                        }
                    }
                    Entry e = t.get(i);
                    assertEquals(straight.decode(e), there.decode(e), "at " + i);
                } else {
                    straight.pass(t.get(i));
                }
            }
            assertTrue(straight.standing(1, 1).application().isPresent());
        }
    }

    /** A file with all that there can be in one, small. */
    private byte[] small(Path file) throws Exception {
        try (var w = TraceWriter.create(file, false)) {
            w.entry(entry(1, "00A4040007A0000000030000", "6F098407A00000000300009000"));
            w.entry(entry(2, "00200080********", "9000"));
            w.note(new Note(1, Note.Mark.RED, "here"));
        }
        try (var w = TraceWriter.append(file, false)) {
            long at = w.entry(entry(7, "84CA006600", "6A88"));
            w.explain(0, entry(1, "00", "00").with(new Entry.Plain(Masked.parse("00CA006600"), Masked.parse("6A88"))));
            w.explain(at, entry(7, "00", "00").with(new Entry.Plain(Masked.parse("80CA006600"), Masked.parse("6A88"))));
            w.lost(12);
            w.entry(entry(9, "00C0000000", "9000"));
        }
        return Files.readAllBytes(file);
    }

    @Test
    void whatIsAppendedHasItsOwnSessionsAndHigherNumbersAndWhatIsSaidLaterIsFound() throws Exception {
        small(file("c.esctrace"));
        try (var t = StoredTrace.open(file("c.esctrace"))) {
            assertEquals(List.of(1L, 2L, 9L, 11L), all(t).stream().map(Entry::number).toList());
            assertEquals(List.of(3L, 3L, 7L, 7L), all(t).stream().map(e -> e.card().session()).toList());
            assertEquals("00CA006600", t.get(0).plain().orElseThrow().command().toString());
            assertEquals("80CA006600", t.get(2).plain().orElseThrow().command().toString());
            assertEquals(Map.of(1L, new Note(1, Note.Mark.RED, "here")), t.notes());
            assertEquals(1, t.damage().size(), t.damage()::toString);
            assertTrue(t.damage().getFirst().what().startsWith("12 exchanges were not recorded"), t.damage()::toString);
            t.note(new Note(3, Note.Mark.NONE, "words"));
            t.note(new Note(1, Note.Mark.NONE, ""));
            assertEquals(Map.of(3L, new Note(3, Note.Mark.NONE, "words")), t.notes());
            assertThrows(IndexOutOfBoundsException.class, () -> t.note(new Note(4, Note.Mark.BLUE, "")));
        }
        try (var t = StoredTrace.open(file("c.esctrace"))) {
            assertEquals(Map.of(3L, new Note(3, Note.Mark.NONE, "words")), t.notes());
            assertEquals(4, t.end());
        }
    }

    @Test
    void cutAtAnyByteEverythingBeforeIsReadAndMoreCanBeAppended() throws Exception {
        byte[] whole = small(file("d.esctrace"));
        List<Entry> entries;
        try (var t = StoredTrace.open(file("d.esctrace"))) {
            entries = all(t);
        }
        Path cut = file("cut.esctrace");
        int most = 0;
        for (int n = 0; n <= whole.length; n++) {
            Files.write(cut, Arrays.copyOf(whole, n));
            int end;
            try (var t = StoredTrace.open(cut)) {
                end = (int) t.end();
                assertTrue(end >= most, "at " + n);
                most = end;
                List<Entry> left = all(t);
                for (int i = 0; i < end; i++) {
                    assertEquals(entries.get(i).command(), left.get(i).command(), "at " + n);
                    assertEquals(entries.get(i).card(), left.get(i).card(), "at " + n);
                }
                assertTrue(t.damage().size() <= 2, t.damage()::toString);
            }
            try (var w = TraceWriter.append(cut, false)) {
                assertEquals(end, w.entry(entry(100, "00CA9F7F00", "6A88")), "at " + n);
            }
            assertTrue(Arrays.equals(whole, 0, n, Files.readAllBytes(cut), 0, n), "at " + n);
            try (var t = StoredTrace.open(cut)) {
                assertEquals(end + 1, t.end(), "at " + n);
                assertEquals("00CA9F7F00", t.get(end).command().toString(), "at " + n);
                List<Entry> left = all(t);
                for (int i = 0; i < end; i++) {
                    assertEquals(entries.get(i).command(), left.get(i).command(), "at " + n);
                }
            }
            // and once more, torn again in the middle of what was appended
            byte[] longer = Files.readAllBytes(cut);
            Files.write(cut, Arrays.copyOf(longer, (n + longer.length) / 2));
            try (var t = StoredTrace.open(cut)) {
                assertTrue(t.end() >= end, "at " + n);
            }
            Files.delete(cut);
        }
        assertEquals(4, most);
    }

    @Test
    void anyWrongByteLosesOneThingAtMostAndIsTold() throws Exception {
        byte[] whole = small(file("e.esctrace"));
        List<Entry> entries;
        try (var t = StoredTrace.open(file("e.esctrace"))) {
            entries = all(t);
        }
        Path wrong = file("wrong.esctrace");
        for (int n = 0; n < whole.length; n++) {
            for (int bit : new int[] {0x01, 0x80, 0xFF}) {
                byte[] b = whole.clone();
                b[n] ^= (byte) bit;
                Files.write(wrong, b);
                try (var t = StoredTrace.open(wrong)) {
                    List<Entry> left = all(t);
                    int same = 0;
                    for (Entry e : left) {
                        same += entries.stream().anyMatch(x -> x.command().equals(e.command()) && x.response().equals(e.response())) ? 1 : 0;
                        assertTrue(e.failure().isPresent() || entries.stream().anyMatch(x -> x.command().equals(e.command())), "at " + n);
                    }
                    // the beginning of one of the two blocks takes its exchanges with it
                    assertTrue(same >= 2, "at " + n + ": " + left);
                    long where = n;
                    boolean told = t.damage().stream().anyMatch(d -> d.column() <= where && where <= d.column() + 200);
                    boolean nothingLost = left.size() == 4 && same == 4;
                    assertTrue(told || nothingLost, "at " + n + ": " + t.damage());
                }
            }
        }
    }

    @Test
    void aLargeFileThatLostAPieceInTheMiddleKeepsTheRest() throws Exception {
        Path file = file("f.esctrace");
        try (var w = TraceWriter.create(file, false)) {
            for (int i = 1; i <= 200_000; i++) {
                w.entry(entry(i, "00B0" + String.format("%04X", i & 0x7FFF) + "10", "00112233445566778899AABBCCDDEEFF9000"));
            }
        }
        byte[] b = Files.readAllBytes(file);
        int from = b.length / 3;
        Arrays.fill(b, from, from + 300_000, (byte) 0x5A);
        Files.write(file, b);
        try (var t = StoredTrace.open(file)) {
            assertEquals(200_000, t.end());
            long lost = all(t).stream().filter(e -> e.failure().isPresent()).count();
            assertTrue(lost > 1000 && lost < 10_000, "lost: " + lost);
            assertEquals(200_000, t.get(199_999).number());
            assertTrue(t.get(0).failure().isEmpty());
            assertTrue(t.damage().stream().anyMatch(d -> d.column() >= from - 200 && d.column() <= from), t.damage()::toString);
        }
        // and without its end: found by its blocks
        Files.write(file, Arrays.copyOf(b, b.length - 100_000));
        try (var t = StoredTrace.open(file)) {
            assertTrue(t.end() > 190_000, "end: " + t.end());
            assertEquals(t.end(), t.get(t.end() - 1).number());
            assertEquals(1, t.get(0).number());
        }
    }

    @Test
    void noiseIsNoTrace() throws Exception {
        var random = new Random(8);
        Path file = file("noise.esctrace");
        for (int i = 0; i < 300; i++) {
            byte[] b = new byte[random.nextInt(3000) + 16];
            random.nextBytes(b);
            Files.write(file, b);
            var e = assertThrows(EscException.class, () -> StoredTrace.open(file));
            assertEquals("not-a-trace", e.problem().code());
            // the same behind a good header and in between good frames
            byte[] good = Files.exists(file("good.esctrace")) ? Files.readAllBytes(file("good.esctrace")) : small(file("good.esctrace"));
            int at = 16 + random.nextInt(good.length - 16);
            byte[] mixed = new byte[good.length + b.length];
            System.arraycopy(good, 0, mixed, 0, at);
            System.arraycopy(b, 0, mixed, at, b.length);
            System.arraycopy(good, at, mixed, at + b.length, good.length - at);
            Files.write(file, mixed);
            try (var t = StoredTrace.open(file)) {
                all(t);
                for (long k = 0; k < t.end(); k++) {
                    t.interpreterAt(k, List.of()).decode(t.get(k));
                }
            }
        }
        Files.write(file, "not a trace".getBytes());
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> StoredTrace.open(file)).fault());
        assertThrows(EscException.class, () -> StoredTrace.open(file("missing")));
        assertThrows(EscException.class, () -> TraceWriter.append(file, false));
        assertEquals("not a trace", Files.readString(file));
    }

    @Test
    void whatALaterVersionWroteIsLeftAlone() throws Exception {
        byte[] b = small(file("g.esctrace"));
        b[9] = 2;
        int check = Frame.check(b, 0, 12);
        for (int i = 0; i < 4; i++) {
            b[12 + i] = (byte) (check >>> 24 - 8 * i);
        }
        Files.write(file("g.esctrace"), b);
        assertEquals("trace-version", assertThrows(EscException.class, () -> StoredTrace.open(file("g.esctrace"))).problem().code());
        assertEquals("trace-version", assertThrows(EscException.class, () -> TraceWriter.append(file("g.esctrace"), false)).problem().code());
    }

    @Test
    void whatCanBeDecryptedIsMarkedAndNeverMixedInUnmarked() throws Exception {
        try (var w = TraceWriter.create(file("open.esctrace"), true)) {
            w.entry(entry(1, "00", "9000"));
        }
        try (var t = StoredTrace.open(file("open.esctrace"))) {
            assertTrue(t.about().decryptable());
        }
        TraceWriter.append(file("open.esctrace"), false).close();
        small(file("h.esctrace"));
        assertEquals("trace-not-decryptable",
                assertThrows(EscException.class, () -> TraceWriter.append(file("h.esctrace"), true)).problem().code());
    }

    @Test
    void oneWritesAtATime() throws Exception {
        try (var w = TraceWriter.create(file("i.esctrace"), false)) {
            assertEquals("trace-in-use", assertThrows(EscException.class, () -> TraceWriter.append(file("i.esctrace"), false)).problem().code());
            assertThrows(EscException.class, () -> TraceWriter.create(file("i.esctrace"), false));
            w.entry(entry(1, "00", "9000"));
            w.flush();
            try (var t = StoredTrace.open(file("i.esctrace"))) {
                assertFalse(t.isComplete());
                assertEquals(1, t.end());
                assertEquals("trace-in-use", assertThrows(EscException.class, () -> t.note(new Note(0, Note.Mark.RED, ""))).problem().code());
            }
        }
        TraceWriter.append(file("i.esctrace"), false).close();
    }

    @Test
    void aFileThatGrowsIsFollowed() throws Exception {
        Path file = file("j.esctrace");
        try (var w = TraceWriter.create(file, false)) {
            w.flush();
            try (var t = StoredTrace.open(file)) {
                assertEquals(0, t.end());
                var grown = new CountDownLatch(1);
                try (var _ = t.subscribe(() -> {
                    if (t.end() == 3000) {
                        grown.countDown();
                    }
                })) {
                    for (int i = 1; i <= 3000; i++) {
                        w.entry(entry(i, "00B0000000", "9000"));
                        if (i % 700 == 0) {
                            w.flush();
                            t.refresh();
                            assertEquals(i, t.end());
                            assertEquals(i, t.get(i - 1).number());
                            assertEquals(1, t.get(0).number());
                        }
                    }
                    w.flush();
                    assertTrue(grown.await(30, TimeUnit.SECONDS));
                }
                w.explain(5, entry(6, "00", "00").with(new Entry.Plain(Masked.parse("80B0000000"), Masked.parse("9000"))));
                w.flush();
                assertTrue(t.get(5).plain().isEmpty());
                t.refresh();
                assertTrue(t.get(5).plain().isPresent());
                w.close();
                assertTrue(t.refresh());
                assertTrue(t.isComplete());
                assertEquals(List.of(), t.damage());
                assertFalse(t.refresh());
            }
        }
    }

    @Test
    void aTornFrameIsNoDamageWhileSomebodyWrites() throws Exception {
        byte[] whole = small(file("k.esctrace"));
        Path file = file("grow.esctrace");
        Files.write(file, Arrays.copyOf(whole, 16));
        var seen = new ArrayList<Entry>();
        try (var lock = new RandomFile(file, true); var t = StoredTrace.open(file)) {
            assertTrue(lock.lock().isPresent());
            for (int n = 17; n <= whole.length; n++) {
                Files.write(file, new byte[] {whole[n - 1]}, StandardOpenOption.APPEND);
                t.refresh();
                assertTrue(t.damage().stream().allMatch(d -> d.what().contains("not recorded")), t.damage()::toString);
            }
            seen.addAll(all(t));
            assertEquals(4, seen.size());
        }
    }

    @Test
    void severalThreadsReadAtOnce() throws Exception {
        Path file = file("l.esctrace");
        try (var w = TraceWriter.create(file, false)) {
            for (int i = 1; i <= 30_000; i++) {
                w.entry(entry(i, "00B0" + String.format("%04X", i & 0x7FFF) + "00", "9000"));
            }
        }
        try (var t = StoredTrace.open(file); var threads = Executors.newFixedThreadPool(4)) {
            var done = new ArrayList<Future<?>>();
            for (int n = 0; n < 4; n++) {
                var random = new Random(n);
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 3000; i++) {
                        int at = random.nextInt(30_000);
                        assertEquals(at + 1, t.get(at).number());
                        if (i % 100 == 0) {
                            // an interrupt ends nobody's reading
                            Thread.currentThread().interrupt();
                        }
                    }
                    return Thread.interrupted();
                }));
            }
            for (Future<?> f : done) {
                f.get(60, TimeUnit.SECONDS);
            }
        }
    }
}
