// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.esc.apdu.Atr;
import org.esc.apdu.Hex;
import org.esc.card.Readers;
import org.esc.card.VirtualCard;
import org.esc.card.pcsc.PcscProvider;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.PlayReader;

/**
 * How long it takes until the product sees through pcscd that a card or a reader came or went: with vpcd, which pcscd asks every 0.4 seconds, and with
 * a reader that tells pcscd at once, as most that people own do. Each change comes at a moment of its own between pcscd's questions.
 */
final class Sightings {

    private static final String ATR = "3B8B0180594553432D54455354310C";
    private static final String GROUP = "until it is seen, through pcscd";
    private static final String PLAY = "Play 00 00";
    private static final String VIRTUAL = "Virtual PCD 00 00";
    private static final int RESTARTS = 5;

    private static final VirtualCard CARD = new VirtualCard() {

        @Override
        public Atr atr() {
            return Atr.of(ATR);
        }

        @Override
        public byte[] transmit(byte[] command) {
            return Hex.parse("9000");
        }

        @Override
        public void reset() {
            // it has no state
        }
    };

    /** Something that changes what is there. */
    private interface Change {
        void make() throws Exception;
    }

    private final Report report;
    private final Readers readers = new Readers();
    private final Random random = new Random();

    Sightings(Report report) {
        this.report = report;
    }

    void run(int rounds) throws Exception {
        Path folder = Files.createTempDirectory("esc-bench-");
        var play = new PlayReader("Play", Files.createDirectory(folder.resolve("play")));
        play.tellsAtOnce();
        var provider = new PcscProvider();
        readers.addProvider(provider);
        readers.subscribe(() -> {
            synchronized (readers) {
                readers.notifyAll();
            }
        });
        try {
            cards(folder, play, rounds);
            service(folder, play);
        } catch (Pcscd.Unavailable e) {
            report.note("How soon cards and readers are seen through pcscd was not measured: " + e.getMessage() + ".");
        } finally {
            provider.stop();
            Desk.delete(folder);
        }
    }

    private void cards(Path folder, PlayReader play, int rounds) throws Exception {
        var came = new ArrayList<Double>();
        var went = new ArrayList<Double>();
        var cameAtOnce = new ArrayList<Double>();
        var wentAtOnce = new ArrayList<Double>();
        try (var pcscd = Pcscd.start(folder, 1, List.of(play))) {
            until(() -> readers.list().size() == 3);
            for (int i = 0; i < rounds; i++) {
                var card = new AtomicReference<VpcdConnection>();
                came.add(millis(() -> card.set(pcscd.insert(CARD)), () -> answers(VIRTUAL)));
                went.add(millis(() -> card.get().close(), () -> !holds(VIRTUAL)));
                cameAtOnce.add(millis(() -> play.insert(ATR), () -> answers(PLAY)));
                wentAtOnce.add(millis(play::pull, () -> !holds(PLAY)));
            }
        }
        add("a card came, vpcd", came);
        add("a card went, vpcd", went);
        add("a card came, reader that tells at once", cameAtOnce);
        add("a card went, reader that tells at once", wentAtOnce);
    }

    private void service(Path folder, PlayReader play) throws Exception {
        var came = new ArrayList<Double>();
        var went = new ArrayList<Double>();
        until(() -> !readers.complaints().isEmpty());
        for (int i = 0; i < RESTARTS; i++) {
            Pcscd pcscd = Pcscd.start(folder, 0, List.of(play));
            long up = System.nanoTime();
            until(() -> readers.list().size() == 1);
            came.add((System.nanoTime() - up) / 1e6);
            went.add(millis(pcscd::kill, () -> readers.list().isEmpty()));
        }
        add("the service was started, and readers with it", came);
        add("the service was killed, and readers with it", went);
    }

    private boolean holds(String reader) {
        return readers.withCard().contains(reader);
    }

    private boolean answers(String reader) {
        return readers.list().stream().anyMatch(r -> r.name().equals(reader) && r.atr().isPresent());
    }

    private double millis(Change change, BooleanSupplier seen) throws Exception {
        Thread.sleep(500 + random.nextInt(400));
        long start = System.nanoTime();
        change.make();
        until(seen);
        return (System.nanoTime() - start) / 1e6;
    }

    private void until(BooleanSupplier seen) throws Exception {
        long most = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        synchronized (readers) {
            while (!seen.getAsBoolean()) {
                if (System.nanoTime() > most) {
                    throw new IllegalStateException("not seen: " + readers.list() + " " + readers.complaints());
                }
                readers.wait(Duration.ofSeconds(1).toMillis());
            }
        }
    }

    private void add(String name, List<Double> millis) {
        report.series("seen." + name, millis);
        report.add(GROUP, name, Report.median(millis), "ms",
                String.format(Locale.ROOT, "%d times, longest %.0f ms", millis.size(), Collections.max(millis)));
    }
}
