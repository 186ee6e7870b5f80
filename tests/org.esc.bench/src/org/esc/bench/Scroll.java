// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.piv.PivDecoder;
import org.esc.trace.StoredTrace;
import org.esc.trace.decoders.GlobalPlatformDecoder;
import org.esc.trace.decoders.IsoDecoder;
import org.esc.ui.trace.Scrolling;

/** Ten million exchanges in a file, scrolled and jumped through in the real list. */
final class Scroll {

    private static final int EXCHANGES = 10_000_000;
    private static final double MOST_MILLIS = 50;

    private final Report report;

    Scroll(Report report) {
        this.report = report;
    }

    /** Why it cannot run here, if it cannot. */
    static Optional<String> missing() {
        return System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null ? Optional.of("there is no display, and no Xvfb") : Optional.empty();
    }

    void run(int times) throws IOException, EscException {
        Path folder = Files.createTempDirectory("esc-bench");
        Path file = folder.resolve("ten-million.esctrace");
        try {
            Report.say("ten million exchanges in a list");
            Recordings.make(file, EXCHANGES);
            try (var trace = StoredTrace.open(file); var window = new Scrolling(trace, List.of(new IsoDecoder(), new GlobalPlatformDecoder(), new PivDecoder()))) {
                var all = window.run(times);
                var collectors = ManagementFactory.getGarbageCollectorMXBeans();
                report.note(String.format("While scrolling, and before: %d garbage collections, together %d ms; a pause while one runs counts, but not as processor time.",
                        collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
                        collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum()));
                all.forEach((name, found) -> {
                    double[] pauses = sorted(found.pauses().stream().map(Scrolling.Pause::millis).toList());
                    double[] processor = sorted(found.pauses().stream().map(Scrolling.Pause::processor).toList());
                    double[] waits = sorted(found.waits());
                    long over = Arrays.stream(pauses).filter(p -> p > MOST_MILLIS).count();
                    report.add("pauses, ten million rows, " + times + " moves", name, pauses[pauses.length - 1], "ms longest", String.format(Locale.ROOT,
                            "99 %% below %.1f ms, %d of %d over 50 ms; processor time: longest %.1f ms, 99 %% below %.1f ms%s", at(pauses, 0.99), over, pauses.length,
                            processor[processor.length - 1], at(processor, 0.99), waits.length == 0 ? "" : String.format(Locale.ROOT,
                                    "; rows there after %.1f ms, 99 %% after %.1f ms", at(waits, 0.5), at(waits, 0.99))));
                    report.series("pauses in ms: " + name, found.pauses().stream().map(Scrolling.Pause::millis).toList());
                });
            }
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double at(double[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, (long) Math.ceil(part * sorted.length) - 1)];
    }
}
