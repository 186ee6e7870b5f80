// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.smartcardio.Card;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.TerminalFactory;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Readers;
import org.esc.card.VirtualCard;
import org.esc.card.pcsc.PcscProvider;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.trace.TraceLog;

/**
 * One command and its answer through pcscd: our binding (bare, and as the product uses it), the JDK's, and the same loop in C, in turn, with one
 * pcscd and one card. The card is a virtual one that answers at once, in this process, on a connection without delayed acknowledgements.
 */
final class RoundTrip {

    private static final byte[] COMMAND = Hex.parse("80CA000110");
    private static final byte[] ANSWER = Hex.parse("000102030405060708090A0B0C0D0E0F9000");
    private static final int BATCH = 2000;
    private static final int WARMUP = 5;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final String OURS = "ours, bare";
    private static final String PRODUCT = "ours, as the product uses it (session, trace)";
    private static final String JDK = "javax.smartcardio";
    private static final String C = "the same loop in C";

    /** Sends the command so often; the median of the round trips, nanoseconds. */
    private interface Contestant {
        double batch(int count) throws Exception;
    }

    private static final class Instant implements VirtualCard {

        @Override
        public Atr atr() {
            return Atr.of("3B8B0180594553432D54455354310C");
        }

        @Override
        public byte[] transmit(byte[] command) {
            return ANSWER.clone();
        }

        @Override
        public void reset() {
            // it has no state
        }
    }

    private final Report report;

    RoundTrip(Report report) {
        this.report = report;
    }

    void run(int rounds) throws Exception {
        Path folder = Files.createTempDirectory("esc-bench-");
        boolean pinned = onOneProcessor();
        report.note(pinned ? "Client, pcscd and card share one processor: on several, where the system happens to put them doubles or halves the time."
                : "Not held on one processor (no taskset): where the system happens to put client, pcscd and card doubles or halves the time.");
        try (var pcscd = Pcscd.start(folder); var card = pcscd.insert(new Instant())) {
            var provider = new PcscProvider();
            try {
                measure(folder, provider, reader(provider), rounds);
            } finally {
                provider.stop();
            }
        } catch (Pcscd.Unavailable e) {
            report.note("Round trips through pcscd were not measured: " + e.getMessage() + ".");
        } finally {
            if (pinned) {
                onAllProcessors();
            }
            Desk.delete(folder);
        }
    }

    /** Holds this process, and whatever it starts from now on, on one processor. */
    private static boolean onOneProcessor() throws Exception {
        if (Programs.program("taskset").isEmpty()) {
            return false;
        }
        return new ProcessBuilder("taskset", "-a", "-p", "-c", "0", Long.toString(ProcessHandle.current().pid())).inheritIO()
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }

    private static void onAllProcessors() throws Exception {
        new ProcessBuilder("taskset", "-a", "-p", "-c", "0-" + (PROCESSORS - 1),
                Long.toString(ProcessHandle.current().pid())).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }

    private static String reader(PcscProvider provider) throws Exception {
        for (int i = 0; i < 100; i++) {
            var there = provider.readers().stream().filter(r -> r.presence() == Presence.PRESENT).findFirst();
            if (there.isPresent()) {
                return there.get().name();
            }
            Thread.sleep(100);
        }
        throw new IOException("pcscd does not see the card");
    }

    private void measure(Path folder, PcscProvider provider, String reader, int rounds) throws Exception {
        var readers = new Readers();
        readers.addProvider(provider);
        readers.addObserver(new TraceLog());
        Map<String, Contestant> all = new LinkedHashMap<>();
        var loop = compiled(folder);
        Process process = null;
        try {
            if (loop.isPresent()) {
                process = new ProcessBuilder(loop.get().toString(), reader).redirectError(ProcessBuilder.Redirect.INHERIT).start();
                all.put(C, inC(process));
            }
            all.put(OURS, n -> bare(provider, reader, n));
            all.put(PRODUCT, n -> asInTheProduct(readers, reader, n));
            // the JDK looks for a name that only the development package brings
            Programs.library("libpcsclite.so.1").ifPresent(l -> System.setProperty("sun.security.smartcardio.library", l.toString()));
            all.put(JDK, n -> ofTheJdk(reader, n));
            Report.say("round trips through pcscd, " + rounds + " rounds of " + BATCH + " each, in turn");
            Map<String, List<Double>> times = new LinkedHashMap<>();
            for (int round = -WARMUP; round < rounds; round++) {
                for (var c : all.entrySet()) {
                    double nanos = c.getValue().batch(BATCH);
                    if (round >= 0) {
                        times.computeIfAbsent(c.getKey(), _ -> new ArrayList<>()).add(nanos / 1e3);
                    }
                }
            }
            times.forEach((name, micros) -> {
                report.series("roundtrip." + name, micros);
                String ratio = times.containsKey(C) && !name.equals(C) ? String.format(Locale.ROOT, "%.3f of C",
                        Report.median(micros) / Report.median(times.get(C))) : "";
                report.add("round trip through pcscd", name, Report.median(micros), "us", ratio + (name.equals(OURS) ? ", target 1.05" : ""));
            });
            if (loop.isEmpty()) {
                report.note("No loop in C to compare with: cc or the header files of PC/SC (package libpcsclite-dev) are missing.");
            }
        } finally {
            if (process != null) {
                process.destroy();
            }
        }
    }

    private static Optional<Path> compiled(Path folder) throws Exception {
        Path source = Path.of(System.getProperty("esc.home", "."), "tests/org.esc.bench/native/roundtrip.c");
        if (Programs.program("cc").isEmpty()) {
            return Optional.empty();
        }
        Path program = folder.resolve("roundtrip");
        var cc = new ProcessBuilder("cc", "-O2", "-Wall", "-I/usr/include/PCSC", "-o", program.toString(), source.toString(), "-lpcsclite")
                .redirectErrorStream(true).redirectOutput(folder.resolve("cc.log").toFile()).start();
        return cc.waitFor(60, TimeUnit.SECONDS) && cc.exitValue() == 0 ? Optional.of(program) : Optional.empty();
    }

    private static Contestant inC(Process process) {
        OutputStream to = process.getOutputStream();
        var from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        return n -> {
            to.write((n + "\n").getBytes(StandardCharsets.US_ASCII));
            to.flush();
            String line = from.readLine();
            if (line == null) {
                throw new IOException("the loop in C ended");
            }
            return Double.parseDouble(line);
        };
    }

    private static double bare(PcscProvider provider, String reader, int count) throws Exception {
        long[] times = new long[count];
        try (var card = provider.connect(reader, false)) {
            card.beginTransaction();
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                byte[] answer = card.transmit(COMMAND);
                times[i] = System.nanoTime() - start;
                check(answer);
            }
            card.endTransaction();
        }
        return median(times);
    }

    private static double asInTheProduct(Readers readers, String reader, int count) throws Exception {
        long[] times = new long[count];
        var command = CommandApdu.parse(COMMAND);
        try (var session = readers.connect(reader, Origin.verb("bench"))) {
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                var answer = session.transmit(command);
                times[i] = System.nanoTime() - start;
                check(answer.bytes());
            }
        }
        return median(times);
    }

    private static double ofTheJdk(String reader, int count) throws Exception {
        long[] times = new long[count];
        CardTerminal terminal = TerminalFactory.getInstance("PC/SC", null).terminals().getTerminal(reader);
        Card card = terminal.connect("*");
        try {
            card.beginExclusive();
            var channel = card.getBasicChannel();
            var command = new CommandAPDU(COMMAND);
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                var answer = channel.transmit(command);
                times[i] = System.nanoTime() - start;
                check(answer.getBytes());
            }
            card.endExclusive();
        } finally {
            card.disconnect(false);
        }
        return median(times);
    }

    private static void check(byte[] answer) throws IOException {
        if (!Arrays.equals(ANSWER, answer)) {
            throw new IOException("another answer: " + Hex.of(answer));
        }
    }

    private static double median(long[] times) {
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
