// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.esc.apdu.Atr;
import org.esc.card.Origin;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TraceWriter;
import org.esc.trace.TracedCard;
import org.esc.trace.formats.Pcapng;

/**
 * A million exchanges opened and filtered: by tshark in two passes, and by {@code ./esc trace filter}, the whole process of both, on the same capture; and by ours on a
 * file of its own format. Both must find the same number.
 */
final class AgainstTshark {

    private static final int EXCHANGES = 1_000_000;
    private static final int EVERY = 1000;
    private static final String VERIFY = "ins == VERIFY";

    private final Report report;

    AgainstTshark(Report report) {
        this.report = report;
    }

    /** How long a process took and how much memory it had at most. */
    record Run(double seconds, double megabytes, long found) {
    }

    void run(int rounds) throws IOException, InterruptedException {
        Optional<String> tshark = tshark();
        Path folder = Files.createTempDirectory("esc-bench");
        Path capture = folder.resolve("million.pcapng");
        Path own = folder.resolve("million.esctrace");
        try {
            Report.say("a million exchanges for tshark and for us");
            make(capture, own);
            var theirs = new ArrayList<Run>();
            var same = new ArrayList<Run>();
            var ours = new ArrayList<Run>();
            for (int i = 0; i < rounds; i++) {
                if (tshark.isPresent()) {
                    theirs.add(process(List.of(tshark.get(), "-n", "-2", "-Y", "gsm_sim.apdu.ins == 0x20", "-r", capture.toString(), "-T", "fields",
                            "-e", "frame.number"), text -> text.lines().count()));
                }
                same.add(filter(capture, VERIFY));
                ours.add(filter(own, VERIFY));
            }
            List<Run> all = Stream.of(theirs, same, ours).flatMap(List::stream).toList();
            if (all.stream().anyMatch(r -> r.found != EXCHANGES / EVERY)) {
                throw new IllegalStateException("Not everybody found the same: " + all);
            }
            if (theirs.isEmpty()) {
                report.note("Not compared with tshark: it is not installed.");
            }
            String group = "a million exchanges, opened and filtered";
            add(report, group, "tshark -2 -Y, pcapng", theirs, theirs);
            add(report, group, "trace filter, the same pcapng", same, theirs);
            add(report, group, "trace filter, own format", ours, theirs);
        } finally {
            Files.deleteIfExists(capture);
            Files.deleteIfExists(own);
            Files.deleteIfExists(folder);
        }
    }

    /** The path of tshark, if it is installed. */
    static Optional<String> tshark() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(p -> Path.of(p, "tshark")).filter(Files::isExecutable).map(Path::toString).findFirst();
    }

    /** The path of the product's own program. */
    static String esc() {
        return Path.of(System.getProperty("esc.home", "."), "esc").toString();
    }

    /** Adds the medians of some runs, and what they are of tshark's unless they are those. */
    static void add(Report report, String group, String what, List<Run> runs, List<Run> theirs) {
        if (runs.isEmpty()) {
            return;
        }
        double time = Report.median(runs.stream().map(Run::seconds).toList());
        double memory = Report.median(runs.stream().map(Run::megabytes).toList());
        String ratio = theirs.isEmpty() || theirs == runs ? "" : String.format(Locale.ROOT, ", of tshark's: time %.2f, memory %.2f",
                time / Report.median(theirs.stream().map(Run::seconds).toList()), memory / Report.median(theirs.stream().map(Run::megabytes).toList()));
        report.add(group, what, time * 1e9, "ns", String.format(Locale.ROOT, "%.0f MB%s", memory, ratio));
    }

    /** How long {@code ./esc trace filter} takes, and how many exchanges pass. */
    static Run filter(Path trace, String filter) throws IOException, InterruptedException {
        return process(List.of(esc(), "trace", "filter", trace.toString(), filter, "--limit", "1", "--json", "--quiet"),
                text -> Long.parseLong(text.replaceAll("(?s).*\"matched\":(\\d+).*", "$1")));
    }

    /** How long a program takes; {@code found} tells by what it printed how much it found. */
    static Run process(List<String> command, ToLongFunction<String> found) throws IOException, InterruptedException {
        Path out = Files.createTempFile("esc-bench", ".out");
        try {
            Run run = process(command, ProcessBuilder.Redirect.to(out.toFile()));
            return new Run(run.seconds, run.megabytes, found.applyAsLong(Files.readString(out)));
        } finally {
            Files.deleteIfExists(out);
        }
    }

    /** How long a program takes that prints to somewhere. */
    static Run process(List<String> command, ProcessBuilder.Redirect out) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectOutput(out).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("ESC_NO_BUILD", "1");
        long start = System.nanoTime();
        Process p = builder.start();
        long[] most = {0};
        while (p.isAlive()) {
            most[0] = Math.max(most[0], peak(p.pid()) + p.descendants().mapToLong(d -> peak(d.pid())).max().orElse(0));
            Thread.sleep(10);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (p.exitValue() != 0) {
            throw new IllegalStateException(command + " ended with " + p.exitValue());
        }
        return new Run(seconds, most[0] / 1024.0, 0);
    }

    /** Most memory a process ever had, in kB; 0 if it is gone, or where the system does not tell. */
    private static long peak(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().filter(l -> l.startsWith("VmHWM:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).findFirst().orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }

    private static void make(Path capture, Path own) throws IOException {
        var card = new TracedCard(1, "Reader", Atr.of("3B80010A"), "T=1");
        Masked verify = Masked.parse("0020008008****************");
        Masked data = Masked.parse("00112233445566778899AABBCCDDEEFF9000");
        Masked done = Masked.parse("9000");
        try (var out = new BufferedOutputStream(Files.newOutputStream(capture));
                var w = new Pcapng().write(out, new Trace.About("bench", false, false), List.of()); var o = TraceWriter.create(own, false)) {
            for (int i = 1; i <= EXCHANGES; i++) {
                boolean pin = i % EVERY == 0;
                var e = new Entry(i, Optional.of(Instant.ofEpochSecond(1_700_000_000L + i / 100)), Optional.of(Duration.ofMillis(1)), card, Origin.verb("bench"),
                        pin ? verify : Masked.open((byte) 0, (byte) 0xB0, (byte) (i >> 8 & 0x7F), (byte) i, (byte) 16), pin ? done : data, Optional.empty(), false,
                        Optional.empty());
                w.entry(e);
                o.entry(e);
            }
        } catch (org.esc.apdu.EscException e) {
            throw new IOException(e);
        }
    }
}
