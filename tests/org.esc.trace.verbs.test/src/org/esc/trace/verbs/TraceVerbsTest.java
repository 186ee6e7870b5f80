// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.Origin;
import org.esc.card.Subscription;
import org.esc.command.Arguments;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TracedCard;
import org.esc.trace.analysis.CommandRules;
import org.esc.trace.analysis.Findings;
import org.esc.trace.analysis.PinRules;
import org.esc.trace.analysis.Statistics;
import org.esc.trace.analysis.TraceDiff;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceVerbsTest {

    private static final String SELECT = "00A404000BA00000030800001000010000 61094F00009000";

    @TempDir
    private Path folder;
    private final TraceFiles files = new TraceFiles();
    private int open;

    @BeforeEach
    void source() {
        files.addSource(new Lines());
    }

    /** Reads lines of a command and an answer. */
    private final class Lines implements TraceSource {

        @Override
        public int recognises(byte[] head) {
            return head.length > 0 && head[0] == '0' ? 50 : 0;
        }

        @Override
        public Trace open(Path file, Cancel cancel) throws EscException {
            var all = new ArrayList<Entry>();
            try {
                for (String l : Files.readAllLines(file)) {
                    String[] w = l.split(" ");
                    all.add(new Entry(10L * all.size() + 10, Optional.of(Instant.EPOCH.plusSeconds(all.size())), Optional.of(Duration.ofMillis(5)),
                            TracedCard.UNKNOWN, Origin.verb("test"), Masked.parse(w[0]), Masked.parse(w[1]), Optional.empty(), false, Optional.empty()));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            open++;
            return new Trace() {
                @Override
                public About about() {
                    return new About(file.toString(), false, false);
                }

                @Override
                public long first() {
                    return 0;
                }

                @Override
                public long end() {
                    return all.size();
                }

                @Override
                public boolean isComplete() {
                    return true;
                }

                @Override
                public Entry get(long index) {
                    return all.get((int) index);
                }

                @Override
                public Interpreter interpreterAt(long index, List<Decoder> decoders) {
                    var i = new Interpreter(decoders);
                    all.subList(0, (int) index).forEach(i::pass);
                    return i;
                }

                @Override
                public List<Damage> damage() {
                    return List.of(new Damage(7, 3, "rubbish"));
                }

                @Override
                public Subscription subscribe(Runnable changed) {
                    return () -> {
                    };
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }
    }

    private String file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), Arrays.asList(lines)).toString();
    }

    /** Runs a verb by words, as a face does. */
    private <A extends Record, R extends Record> R run(Verb<A, R> verb, Map<String, List<String>> words) throws EscException {
        try {
            return verb.run(Arguments.build(verb.arguments(), words), new Context(null, Progress.NONE, new Cancel()));
        } finally {
            assertEquals(0, open, "traces left open");
        }
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
        assertEquals(List.of(10L, 20L, 30L, 40L), all.rows().stream().map(TraceVerbs.Line::number).toList());
        String text = printed(show, all);
        assertTrue(text.contains("#20 1970-01-01T00:00:01Z 5.000 ms [] verb:test VERIFY\n  > 0020008008****************\n  < 63C2  (wrong, 2 tries left)\n"), text);
        assertTrue(text.contains("Note: line 7, column 3: rubbish"), text);
        var some = run(show, Map.of("file", List.of(trace()), "from", List.of("20"), "to", List.of("30"), "limit", List.of("1")));
        assertEquals(2, some.matched());
        assertEquals(List.of(20L), some.rows().stream().map(TraceVerbs.Line::number).toList());
        assertTrue(printed(show, some).contains("Note: 1 more"));
        var filter = new TraceVerbs.FilterVerb(files);
        assertEquals(List.of(20L), run(filter, Map.of("file", List.of(trace()), "filter", List.of("ins == VERIFY && sw != 9000"))).rows().stream()
                .map(TraceVerbs.Line::number).toList());
        assertEquals(List.of(40L), run(show, Map.of("file", List.of(trace()), "filter", List.of("tlv[5FC105] && aid contains A000000308"))).rows().stream()
                .map(TraceVerbs.Line::number).toList());
        var e = assertThrows(EscException.class, () -> run(filter, Map.of("file", List.of(trace()), "filter", List.of("inz == 20"))));
        assertEquals("bad-filter", e.problem().code());
    }

    @Test
    void decodesOne() throws Exception {
        var decode = new TraceVerbs.Decode(files);
        String text = printed(decode, run(decode, Map.of("file", List.of(trace()), "number", List.of("40"))));
        assertTrue(text.startsWith("#40 "), text);
        assertTrue(text.contains("command\n  0 CLA 00: ISO/IEC 7816-4\n  1 INS CB: GET DATA\n"), text);
        assertTrue(text.contains("0 SW 6A82: file or application not found"), text);
        for (String n : List.of("0", "15", "50")) {
            assertEquals("no-exchange", assertThrows(EscException.class, () -> run(decode, Map.of("file", List.of(trace()), "number", List.of(n)))).problem().code());
        }
    }

    @Test
    void compares() throws Exception {
        var diff = new TraceVerbs.Diff(files);
        String other = file("b", SELECT, "0020008008**************** 9000", "0020008008**************** 9000");
        var r = run(diff, Map.of("left", List.of(trace()), "right", List.of(other)));
        assertFalse(r.same());
        assertEquals(new TraceDiff.Counts(2, 1, 1, 0), r.counts());
        String text = printed(diff, r);
        assertTrue(text.contains("! #20 | #20\n    status word: 63C2, wrong, 2 tries left | 9000, done\n< #40\n"), text);
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
        assertTrue(text.startsWith("warning: VERIFY of reference 80 of application A000000308000010000100 has 2 tries left. (tries, #20)\n"), text);
        assertEquals("Nothing was found.\n", printed(verb, run(verb, Map.of("file", List.of(file("e", SELECT))))));
    }

    @Test
    void whatIsNoTraceIsRefused() throws Exception {
        var show = new TraceVerbs.Show(files);
        String rubbish = file("r", "hello");
        var e = assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(rubbish))));
        assertEquals("no-trace", e.problem().code());
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("file-unreadable",
                assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(folder.resolve("none").toString())))).problem().code());
        assertEquals("no-trace", assertThrows(EscException.class, () -> run(show, Map.of("file", List.of(file("empty"))))).problem().code());
    }
}
