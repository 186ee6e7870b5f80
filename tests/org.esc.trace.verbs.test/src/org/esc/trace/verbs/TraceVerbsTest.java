// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.testing.InLanguage;
import org.esc.card.Origin;
import org.esc.command.Arguments;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Note;
import org.esc.trace.Scrubber;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;
import org.esc.trace.analysis.CommandRules;
import org.esc.trace.analysis.Findings;
import org.esc.trace.analysis.PinRules;
import org.esc.trace.analysis.Statistics;
import org.esc.trace.analysis.TraceDiff;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.TraceFiles;
import org.esc.trace.formats.TraceOutput;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceVerbsTest {

    private static final String SELECT = "00A404000BA00000030800001000010000 61094F00009000";

    @TempDir
    private Path folder;
    private final Formats formats = new Formats();
    private final TraceFiles files = new TraceFiles(formats);

    @BeforeEach
    void format() {
        formats.addFormat(new Lines());
    }

    /** Lines of a command and an answer. */
    private static final class Lines implements TraceFormat {

        @Override
        public String name() {
            return "lines";
        }

        @Override
        public String description() {
            return "a command and its answer in a line";
        }

        @Override
        public List<String> endings() {
            return List.of("lines");
        }

        @Override
        public boolean reads() {
            return true;
        }

        @Override
        public boolean writes() {
            return true;
        }

        @Override
        public int recognises(byte[] head) {
            return head.length > 0 && head[0] == '0' ? 50 : 0;
        }

        @Override
        public void read(InputStream in, Sink sink) throws IOException, EscException {
            int n = 0;
            for (String l : new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
                String[] w = l.split(" ");
                sink.entry(new Entry(n, Optional.of(Instant.EPOCH.plusSeconds(n)), Optional.of(Duration.ofMillis(5)), TracedCard.UNKNOWN,
                        Origin.verb("test"), Masked.parse(w[0]), Masked.parse(w[1]), Optional.empty(), false, Optional.empty()));
                n++;
            }
            sink.damage(new Trace.Damage(7, 3, "rubbish"));
        }

        @Override
        public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) {
            return new Writer() {
                @Override
                public void entry(Entry e) throws IOException {
                    if (e.command().length() == 3) {
                        throw new IOException("No space left on device");
                    }
                    out.write((e.command() + " " + e.response() + "\n").getBytes(StandardCharsets.US_ASCII));
                }

                @Override
                public void close() throws IOException {
                    out.close();
                }
            };
        }
    }

    private String file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), Arrays.asList(lines)).toString();
    }

    /** Runs a verb by words, as a face does. */
    private <A extends Record, R extends Record> R run(Verb<A, R> verb, Map<String, List<String>> words) throws EscException {
        return verb.run(Arguments.build(verb.arguments(), words), new Context(null, Progress.NONE, new Cancel()));
    }

    private static <R extends Record> String printed(Verb<?, R> verb, R result) {
        var s = new StringWriter();
        var out = new PrintWriter(s);
        verb.print(result, out);
        out.flush();
        return s.toString().replace(System.lineSeparator(), "\n");
    }

    private String trace() throws IOException {
        return file("a", SELECT, "0020008008**************** 63C2", "0020008008**************** 9000", "00CB3FFF055C035FC10500 6A82");
    }

    @Test
    void showsAndFilters() throws Exception {
        var show = new TraceVerbs.Show(files);
        var all = run(show, Map.of("file", List.of(trace())));
        assertEquals(List.of(1L, 2L, 3L, 4L), all.rows().stream().map(TraceVerbs.Line::number).toList());
        String text = printed(show, all);
        assertTrue(text.contains("#2 1970-01-01T00:00:01Z 5.000 ms [] verb:test VERIFY\n  > 0020008008****************\n  < 63C2  (wrong, 2 tries left)\n"), text);
        assertTrue(text.contains("Note: line 7, column 3: rubbish"), text);
        var some = run(show, Map.of("file", List.of(trace()), "from", List.of("2"), "to", List.of("3"), "limit", List.of("1")));
        assertEquals(2, some.matched());
        assertEquals(List.of(2L), some.rows().stream().map(TraceVerbs.Line::number).toList());
        assertTrue(printed(show, some).contains("Note: 1 more"));
        var filter = new TraceVerbs.FilterVerb(files);
        assertEquals(List.of(2L), run(filter, Map.of("file", List.of(trace()), "filter", List.of("ins == VERIFY && sw != 9000"))).rows().stream()
                .map(TraceVerbs.Line::number).toList());
        assertEquals(List.of(4L), run(show, Map.of("file", List.of(trace()), "filter", List.of("tlv[5FC105] && aid contains A000000308"))).rows().stream()
                .map(TraceVerbs.Line::number).toList());
        var e = assertThrows(EscException.class, () -> run(filter, Map.of("file", List.of(trace()), "filter", List.of("inz == 20"))));
        assertEquals("bad-filter", e.problem().code());
    }

    @Test
    void filtersAreSavedUnderNamesThatStandForThem() throws Exception {
        Path saved = folder.resolve("none/filters.properties");
        var filters = new TraceVerbs.Filters(saved);
        assertTrue(printed(filters, run(filters, Map.of())).contains("@PINs: ins in {VERIFY"), "those of the workbench");
        run(filters, Map.of("save", List.of("Wrong PINs = ins == VERIFY && sw != 9000")));
        assertTrue(printed(filters, run(filters, Map.of())).endsWith("@Wrong PINs: ins == VERIFY && sw != 9000\n"));
        var show = new TraceVerbs.Show(files, saved);
        assertEquals(List.of(2L), run(show, Map.of("file", List.of(trace()), "filter", List.of("@wrong pins"))).rows().stream().map(TraceVerbs.Line::number).toList());
        assertEquals(List.of(2L), run(new TraceVerbs.FilterVerb(files, saved), Map.of("file", List.of(trace()), "filter", List.of("@Wrong PINs"))).rows().stream()
                .map(TraceVerbs.Line::number).toList());
        assertEquals(1, run(new TraceVerbs.Stats(files, saved), Map.of("file", List.of(trace()), "filter", List.of("@Wrong PINs"))).all().count());
        run(filters, Map.of("delete", List.of("Wrong PINs")));
        for (var wrong : List.<org.junit.jupiter.api.function.Executable>of(() -> run(show, Map.of("file", List.of(trace()), "filter", List.of("@Wrong PINs"))),
                () -> run(filters, Map.of("delete", List.of("Wrong PINs"))))) {
            var e = assertThrows(EscException.class, wrong);
            assertEquals("no-such-filter", e.problem().code());
            assertTrue(e.problem().advice().contains("@Slow"), e.problem().advice());
        }
        assertEquals("bad-filter", assertThrows(EscException.class, () -> run(filters, Map.of("save", List.of("x=inz == 20")))).problem().code());
        assertEquals("usage", assertThrows(EscException.class, () -> run(filters, Map.of("save", List.of("x")))).problem().code());
    }

    @Test
    void decodesOne() throws Exception {
        var decode = new TraceVerbs.Decode(files);
        String text = printed(decode, run(decode, Map.of("file", List.of(trace()), "number", List.of("4"))));
        assertTrue(text.startsWith("#4 "), text);
        assertTrue(text.contains("command\n  0 CLA 00: ISO/IEC 7816-4\n  1 INS CB: GET DATA\n"), text);
        assertTrue(text.contains("0 SW 6A82: file or application not found"), text);
        for (String n : List.of("0", "5", "50")) {
            assertEquals("no-exchange", assertThrows(EscException.class, () -> run(decode, Map.of("file", List.of(trace()), "number", List.of(n)))).problem().code());
        }
    }

    @Test
    @InLanguage("de-DE")
    void speaksGermanAndKeepsWhatProgramsRead() throws Exception {
        String clear = file("clear", SELECT, "002000800831323334FFFFFFFF 9000", "00CB3FFF055C035FC10500 6A82");
        var decode = new TraceVerbs.Decode(files);
        var stats = new TraceVerbs.Stats(files);
        var scrub = new CopyVerbs.Scrub(files);
        String text = printed(decode, run(decode, Map.of("file", List.of(clear), "number", List.of("1"))));
        assertTrue(text.contains(" 5,000 ms [") && text.contains("] verb:test SELECT"), text);
        assertTrue(text.contains("Kommando\n  0 CLA 00: ISO/IEC 7816-4\n  1 INS A4: SELECT\n"), text);
        assertTrue(printed(stats, run(stats, Map.of("file", List.of(clear)))).startsWith("3 Austausche, 1 fehlgeschlagen, davon 0 ohne Antwort; "));
        assertEquals("secret command data", Scrubber.Kind.SECRET_COMMANDS.id());
        String scrubbed = printed(scrub, new CopyVerbs.Scrub.Result(folder, "lines", 3, Map.of(Scrubber.Kind.SECRET_COMMANDS.id(), 2L), List.of()));
        assertTrue(scrubbed.endsWith("\n  entfernt: geheime Kommandodaten, in 2\n"), scrubbed);
    }

    @Test
    void compares() throws Exception {
        var diff = new TraceVerbs.Diff(files);
        String other = file("b", SELECT, "0020008008**************** 9000", "0020008008**************** 9000");
        var r = run(diff, Map.of("left", List.of(trace()), "right", List.of(other)));
        assertFalse(r.same());
        assertEquals(new TraceDiff.Counts(2, 1, 1, 0), r.counts());
        String text = printed(diff, r);
        assertTrue(text.contains("! #2 | #2\n    status word: 63C2, wrong, 2 tries left | 9000, done\n< #4\n"), text);
        assertFalse(diff.agrees(r), "different is exit code 1");
        assertTrue(diff.agrees(run(diff, Map.of("left", List.of(trace()), "right", List.of(trace())))));
        assertTrue(run(diff, Map.of("left", List.of(trace()), "right", List.of(trace()))).same());
        String pieces = file("c", "00CB3FFF055C035FC10500 01026101", "00C0000001 039000");
        String whole = file("d", "00CB3FFF055C035FC10500 0102039000");
        assertTrue(run(diff, Map.of("left", List.of(pieces), "right", List.of(whole))).same());
        assertFalse(run(diff, Map.of("left", List.of(pieces), "right", List.of(whole), "count", List.of("transport"))).same());
    }

    @Test
    void countsAndFinds() throws Exception {
        var stats = new TraceVerbs.Stats(files);
        Statistics.Report r = run(stats, Map.of("file", List.of(trace())));
        assertEquals(4, r.all().count());
        assertTrue(printed(stats, r).contains("VERIFY"));
        assertEquals(2, run(stats, Map.of("file", List.of(trace()), "filter", List.of("ins == VERIFY"))).all().count());

        var findings = new Findings();
        findings.addRule(new PinRules.Tries());
        findings.addRule(new CommandRules.NoAnswer());
        var verb = new TraceVerbs.FindingsVerb(files, findings);
        String text = printed(verb, run(verb, Map.of("file", List.of(trace()))));
        assertTrue(text.startsWith("warning: VERIFY of reference 80 of application A000000308000010000100 has 2 tries left. (tries, #2)\n"), text);
        assertEquals("Nothing was found.\n", printed(verb, run(verb, Map.of("file", List.of(file("e", SELECT))))));
    }

    @Test
    void whatIsNoTraceIsRefused() throws Exception {
        var show = new TraceVerbs.Show(files);
        String rubbish = file("r", "hello");
        var e = assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(rubbish))));
        assertEquals("trace-format", e.problem().code());
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("trace-file",
                assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(folder.resolve("none").toString())))).problem().code());
        assertEquals("trace-format", assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(file("empty"))))).problem().code());
    }

    @Test
    void convertsAndScrubs() throws Exception {
        var convert = new CopyVerbs.Convert(files);
        String own = folder.resolve("o.esctrace").toString();
        var r = run(convert, Map.of("file", List.of(trace()), "out", List.of(own)));
        assertEquals("esctrace", r.format());
        assertEquals(4, r.exchanges());
        assertTrue(printed(convert, r).contains("Note: line 7, column 3: rubbish"), printed(convert, r));
        String back = folder.resolve("back.lines").toString();
        assertEquals("lines", run(convert, Map.of("file", List.of(own), "out", List.of(back))).format());
        assertEquals(Files.readString(Path.of(trace())), Files.readString(Path.of(back)));
        assertEquals("file-exists", code(() -> run(convert, Map.of("file", List.of(own), "out", List.of(back)))));
        run(convert, Map.of("file", List.of(own), "out", List.of(back), "force", List.of("true")));
        assertEquals("no-format", code(() -> run(convert, Map.of("file", List.of(own), "out", List.of(folder.resolve("x.xyz").toString())))));
        assertEquals("no-format",
                code(() -> run(convert, Map.of("file", List.of(own), "out", List.of(folder.resolve("x.y").toString()), "format", List.of("nope")))));

        var scrub = new CopyVerbs.Scrub(files);
        String clear = file("clear", SELECT, "002000800831323334FFFFFFFF 9000");
        String safe = folder.resolve("safe.lines").toString();
        var s = run(scrub, Map.of("file", List.of(clear), "out", List.of(safe)));
        assertEquals(2, s.exchanges());
        assertFalse(Files.readString(Path.of(safe)).contains("31323334"), Files.readString(Path.of(safe)));
        assertTrue(new CopyVerbs.FormatsVerb(files).run(new CopyVerbs.FormatsVerb.Args(), new Context(null, Progress.NONE, new Cancel())).formats().stream()
                .map(CopyVerbs.FormatsVerb.Row::name).toList().containsAll(List.of("esctrace", "lines")));
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNoHalfOne() throws Exception {
        var convert = new CopyVerbs.Convert(files);
        String poison = file("p", SELECT, "000000 6700");
        Path out = Files.writeString(folder.resolve("out.lines"), "old");
        assertEquals("file-unwritable",
                code(() -> run(convert, Map.of("file", List.of(poison), "out", List.of(out.toString()), "force", List.of("true")))));
        assertEquals("old", Files.readString(out));
        try (var all = Files.list(folder)) {
            assertTrue(all.noneMatch(f -> f.toString().endsWith(".part")));
        }
    }

    /** Bookmarks and notes go along from file to file of our own, but not into what is made to be shared; parts are written with the notes that belong to them. */
    @Test
    void notesGoAlongUnlessATraceIsScrubbed() throws Exception {
        String own = folder.resolve("n.esctrace").toString();
        var convert = new CopyVerbs.Convert(files);
        run(convert, Map.of("file", List.of(trace()), "out", List.of(own)));
        try (var t = files.open(Path.of(own), new Cancel())) {
            assertTrue(t.keepsNotes());
            t.note(new Note(2, Note.Mark.RED, "here"));
            try (var copy = files.snapshot(t, new Context(null, Progress.NONE, new Cancel()))) {
                assertFalse(copy.keepsNotes());
                assertEquals(t.notes(), copy.notes());
                assertEquals(t.get(3), copy.get(3));
            }
            var to = new TraceOutput.To(folder.resolve("part.esctrace"), Optional.empty(), false);
            var written = TraceOutput.write(files, t, to, new TraceOutput.What(i -> i >= 2, e -> e, false, true), new Context(null, Progress.NONE, new Cancel()));
            assertEquals(new TraceOutput.Written("esctrace", 2), written);
        }
        try (var part = files.open(folder.resolve("part.esctrace"), new Cancel())) {
            assertEquals(Map.of(0L, new Note(0, Note.Mark.RED, "here")), part.notes());
        }
        String again = folder.resolve("n2.esctrace").toString();
        run(convert, Map.of("file", List.of(own), "out", List.of(again)));
        String scrubbed = folder.resolve("n3.esctrace").toString();
        run(new CopyVerbs.Scrub(files), Map.of("file", List.of(own), "out", List.of(scrubbed)));
        try (var a = files.open(Path.of(again), new Cancel()); var s = files.open(Path.of(scrubbed), new Cancel())) {
            assertEquals("here", a.notes().get(2L).text());
            assertEquals(Map.of(), s.notes());
        }
        try (var text = files.open(Path.of(trace()), new Cancel())) {
            assertFalse(text.keepsNotes(), "this format keeps none");
        }
    }

    private static String code(org.junit.jupiter.api.function.Executable run) {
        return assertThrows(EscException.class, run).problem().code();
    }
}
