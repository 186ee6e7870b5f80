// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.card.Exchange;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;
import org.esc.trace.TraceLog;
import org.esc.trace.formats.Pcapng;

/**
 * Mixed exchanges explained byte by byte by all decoders there are: how many a second, in a warm process; and a capture of them of which all fields are written,
 * by us (a page of HTML) and by tshark, whole processes of both.
 */
final class Decoding {

    private static final int EXCHANGES = 500_000;
    private static final int WARM_UP = 3;
    private static final int BATCH = 2_000;

    private final Report report;

    Decoding(Report report) {
        this.report = report;
    }

    void run(int rounds) throws IOException, InterruptedException, ReflectiveOperationException {
        Path folder = Files.createTempDirectory("esc-bench");
        try {
            Report.say("mixed exchanges, explained");
            List<Entry> all = Mixed.exchanges(folder, EXCHANGES);
            List<Decoder> decoders = Installed.decoders();
            explained(all, decoders, rounds);
            recorded(all, decoders);
            Path capture = folder.resolve("mixed.pcapng");
            write(all, capture);
            processes(capture, rounds);
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
    }

    private void explained(List<Entry> all, List<Decoder> decoders, int rounds) {
        var decoded = new ArrayList<Double>();
        var brief = new ArrayList<Double>();
        long fields = 0;
        for (int i = 0; i < WARM_UP + rounds; i++) {
            var first = new Interpreter(decoders);
            var second = new Interpreter(decoders);
            long start = System.nanoTime();
            fields = 0;
            for (Entry e : all) {
                fields += first.decode(e).parts().stream().mapToInt(p -> p.fields().size()).sum();
            }
            long between = System.nanoTime();
            long named = all.stream().filter(e -> !second.brief(e).name().isEmpty()).count();
            long end = System.nanoTime();
            if (fields < all.size() || named == 0) {
                throw new IllegalStateException("Little was explained: " + fields + " fields, " + named + " names");
            }
            if (i >= WARM_UP) {
                decoded.add((between - start) / (double) all.size());
                brief.add((end - between) / (double) all.size());
            }
        }
        String note = String.format(Locale.ROOT, "%d decoders, one thread", decoders.size());
        report.add("mixed exchanges", "one explained byte by byte", Report.median(decoded), "ns", perSecond(Report.median(decoded)) + ", " + note);
        report.add("mixed exchanges", "one in a line of words", Report.median(brief), "ns", perSecond(Report.median(brief)) + ", " + note);
    }

    /** What it costs the thread that speaks to cards, when all decoders are asked what is secret. */
    private void recorded(List<Entry> all, List<Decoder> decoders) {
        var log = new TraceLog();
        decoders.forEach(log::addDecoder);
        var each = new ArrayList<Double>();
        for (int from = 0; from + BATCH <= all.size(); from += BATCH) {
            var batch = all.subList(from, from + BATCH).stream().map(e -> new Exchange(e.number(), e.time().orElse(Instant.EPOCH),
                    e.duration().orElse(Duration.ZERO), e.card().reader(), e.card().atr(), e.card().protocol(), e.card().session(), e.origin(),
                    e.command().bytes(), e.response().bytes(), e.failure(), e.pinAtReader())).toList();
            long start = System.nanoTime();
            for (Exchange x : batch) {
                log.exchanged(x);
            }
            each.add((System.nanoTime() - start) / (double) BATCH);
        }
        report.add("mixed exchanges", "one masked and remembered", Report.median(each.subList(each.size() / 2, each.size())), "ns",
                String.format(Locale.ROOT, "on the thread that speaks to the card, %d decoders", decoders.size()));
    }

    private static String perSecond(double nanos) {
        return String.format(Locale.ROOT, "%,.0f a second", 1e9 / nanos);
    }

    private static void write(List<Entry> all, Path capture) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(capture));
                var w = new Pcapng().write(out, new Trace.About("bench", false, false), List.of())) {
            for (Entry e : all) {
                w.entry(e);
            }
        }
    }

    private void processes(Path capture, int rounds) throws IOException, InterruptedException {
        Optional<String> tshark = AgainstTshark.tshark();
        Path page = capture.resolveSibling("mixed.html");
        var theirs = new ArrayList<AgainstTshark.Run>();
        var ours = new ArrayList<AgainstTshark.Run>();
        for (int i = 0; i < rounds; i++) {
            if (tshark.isPresent()) {
                theirs.add(AgainstTshark.process(List.of(tshark.get(), "-n", "-V", "-r", capture.toString()), ProcessBuilder.Redirect.DISCARD));
            }
            ours.add(AgainstTshark.process(List.of(AgainstTshark.esc(), "trace", "convert", capture.toString(), page.toString(), "--force", "--quiet"),
                    ProcessBuilder.Redirect.DISCARD));
        }
        if (Files.size(page) < Files.size(capture)) {
            throw new IllegalStateException("Little was written");
        }
        AgainstTshark.add(report, "mixed exchanges, all fields in words", "tshark -V, pcapng", theirs, theirs);
        AgainstTshark.add(report, "mixed exchanges, all fields in words", "trace convert to HTML, the same pcapng", ours, theirs);
    }
}
