// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Recording;
import org.esc.trace.StoredTrace;
import org.esc.trace.TraceLog;
import org.esc.trace.TraceWriter;
import org.esc.trace.TracedCard;

/** What a trace costs: on the thread of whoever speaks to a card, and in a file of ten million exchanges. A program of its own: Recordings FOLDER [EXCHANGES]. */
public final class Recordings {

    private static final int BATCH = 2_000;
    private static final int BATCHES = 300;

    private Recordings() {
    }

    /** The program. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int exchanges = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000_000;
        caller(folder.resolve("caller.esctrace"));
        stored(folder.resolve("stored.esctrace"), exchanges);
    }

    private static void caller(Path file) throws EscException, IOException, InterruptedException, ReflectiveOperationException {
        byte[][] commands = {Hex.parse("00B0000010"), Hex.parse("80CA006600"), Hex.parse("0020008008313233343536FFFF")};
        byte[] response = Hex.parse("00112233445566778899AABBCCDDEEFF9000");
        Atr atr = Atr.of("3B80010A");
        List<Decoder> decoders = Installed.decoders();
        for (String round : List.of("warm-up", "in memory", "to disk", "warm-up with decoders", "in memory with decoders", "to disk with decoders")) {
            boolean disk = round.startsWith("to disk");
            var log = new TraceLog();
            if (round.endsWith("decoders")) {
                decoders.forEach(log::addDecoder);
            }
            Optional<Recording> recording = disk ? Optional.of(log.saveTo(file)) : Optional.empty();
            double[] each = new double[BATCHES];
            long id = 0;
            for (int b = 0; b < BATCHES; b++) {
                var batch = new Exchange[BATCH];
                for (int i = 0; i < BATCH; i++) {
                    batch[i] = new Exchange(++id, Instant.now(), Duration.ofMillis(1), "Reader", atr, "T=1", 1, Origin.verb("bench"),
                            commands[i % commands.length].clone(), response.clone(), Optional.empty(), false);
                }
                long start = System.nanoTime();
                for (Exchange x : batch) {
                    log.exchanged(x);
                }
                each[b] = (System.nanoTime() - start) / (double) BATCH;
                // no card is so fast that its trace could not be written meanwhile
                Thread.sleep(disk ? 20 : 0);
            }
            Arrays.sort(each);
            System.out.printf("%s: %.0f ns an exchange on the caller's thread (median of %d batches; %d decoders)%n", round, each[BATCHES / 2],
                    BATCHES, log.decoders().size());
            recording.ifPresent(r -> {
                r.close();
                System.out.println(r.complaint().orElse("complete"));
            });
        }
    }

    /** Writes a file of as many exchanges, unless it is there. */
    static void make(Path file, int exchanges) throws EscException {
        if (Files.exists(file)) {
            return;
        }
        var card = new TracedCard(1, "Reader", Atr.of("3B80010A"), "T=1");
        Masked response = Masked.parse("00112233445566778899AABBCCDDEEFF9000");
        try (var w = TraceWriter.create(file, false)) {
            for (int i = 1; i <= exchanges; i++) {
                w.entry(new Entry(i, Optional.of(Instant.ofEpochSecond(1_700_000_000L + i / 100)), Optional.of(Duration.ofMillis(1)), card,
                        Origin.verb("bench"), Masked.open((byte) 0, (byte) 0xB0, (byte) (i >> 8 & 0x7F), (byte) i, (byte) 16), response, Optional.empty(),
                        false, Optional.empty()));
            }
        }
    }

    private static void stored(Path file, int exchanges) throws Exception {
        make(file, exchanges);
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            try (var t = StoredTrace.open(file)) {
                t.get(Math.min(99, t.end() - 1));
                long opened = System.nanoTime();
                t.get(t.end() / 2);
                long jumped = System.nanoTime();
                long[] found = {0};
                long most = Math.min(1_000_000, t.end());
                t.scan(0, most, (_, e) -> {
                    found[0] += e.command().at(3) == 7 ? 1 : 0;
                    return true;
                });
                long filtered = System.nanoTime();
                System.out.printf("%d exchanges: first rows %.1f ms, jump %.2f ms, filter %d of %d %d ms%n", t.end(), (opened - start) / 1e6,
                        (jumped - opened) / 1e6, found[0], most, (filtered - jumped) / 1_000_000);
            }
        }
    }
}
