// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of operations, good and bad, with many tokens at once in one process, client and server both: nothing is left behind. */
@Tag("long")
@Timeout(1200)
class SoakTest {

    private static final int TOKENS = 16;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 8;
    private static final long MEGABYTE = 1 << 20;
    /** What may come and go: threads of pools, a database file, classes loaded late. What leaks at each operation is hundreds. */
    private static final int SLACK = 8;
    private static final long HEAP_SLACK = 16 * MEGABYTE;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    Path folder;

    /** What a process holds. */
    private record Footprint(int threads, int descriptors, long heap) {

        static Footprint now() throws IOException {
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            int descriptors = 0;
            if (Files.isDirectory(DESCRIPTORS)) {
                try (var open = Files.list(DESCRIPTORS)) {
                    descriptors = (int) open.count();
                }
            }
            var threads = ManagementFactory.getThreadMXBean().getThreadCount();
            return new Footprint(threads, descriptors, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }

        boolean within(Footprint before) {
            return threads <= before.threads + SLACK && descriptors <= before.descriptors + SLACK && heap <= before.heap + HEAP_SLACK;
        }

        @Override
        public String toString() {
            return threads + " threads, " + descriptors + " descriptors, " + heap / MEGABYTE + " MB";
        }
    }

    @Test
    void hundredsOfOperationsLeaveNothingBehind() throws Exception {
        try (var tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
                var server = TmsServer.start(tms, TmsServer.Options.anywhere()); var desk = new ClientDesk(folder)) {
            var tls = TpsRequest.of(Operation.FORMAT, server.secureTps()).trust(Trust.with(tms.caFile()));
            var readers = IntStream.range(0, TOKENS).mapToObj(_ -> desk.plug()).toList();
            for (int i = 0; i < WARM_UP; i++) {
                round(desk, tls, readers);
            }
            var before = Footprint.now();
            for (int i = 0; i < ROUNDS; i++) {
                round(desk, tls, readers);
            }
            var after = Footprint.now();
            // connections are closed in the background
            for (int i = 0; i < 60 && !after.within(before); i++) {
                Thread.sleep(500);
                after = Footprint.now();
            }
            System.out.println(ROUNDS * TOKENS * 7 + " operations with " + TOKENS + " tokens at once: " + before + " before, " + after
                    + " after");
            assertTrue(after.within(before), "before: " + before + "; after " + ROUNDS + " rounds more: " + after + "; "
                    + Thread.getAllStackTraces().keySet().stream().map(Thread::getName).sorted().toList());
            assertEquals(TOKENS, tms.tokens().list(TokenQuery.ALL).stream().filter(t -> t.state() == TokenState.ACTIVE).count());
            assertTrue(tms.activities().verify().intact());
        }
    }

    private static void round(ClientDesk desk, TpsRequest tls, List<String> readers) throws Exception {
        int nobody;
        try (var s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = s.getLocalPort();
        }
        URI deserted = URI.create("http://127.0.0.1:" + nobody + "/tps/tps");
        var all = new ArrayList<Callable<Void>>();
        for (int i = 0; i < readers.size(); i++) {
            String reader = readers.get(i);
            var mine = tls.user("user" + (i + 1));
            all.add(() -> {
                desk.run(mine, reader, ClientDesk.PASSWORD, new Cancel());
                desk.run(mine.operation(Operation.ENROLL), reader, ClientDesk.PASSWORD, new Cancel());
                fails(Fault.LOGIN, () -> desk.run(mine.operation(Operation.ENROLL), reader, "wrong", new Cancel()));
                desk.run(mine.operation(Operation.RESET_PIN), reader, ClientDesk.PASSWORD, new Cancel());
                cancelled(desk, mine.operation(Operation.RESET_PIN), reader);
                fails(Fault.NETWORK, () -> desk.run(TpsRequest.of(Operation.RESET_PIN, deserted), reader, ClientDesk.PASSWORD, new Cancel()));
                fails(Fault.TLS, () -> desk.run(mine.trust(Trust.SYSTEM), reader, ClientDesk.PASSWORD, new Cancel()));
                return null;
            });
        }
        try (var threads = Executors.newFixedThreadPool(readers.size())) {
            for (var result : threads.invokeAll(all)) {
                result.get();
            }
        }
    }

    private static void cancelled(ClientDesk desk, TpsRequest request, String reader) throws Exception {
        var cancel = new Cancel();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(Duration.ofMillis(30));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            cancel.cancel();
        });
        try {
            desk.run(request, reader, ClientDesk.PASSWORD, cancel);
        } catch (EscException e) {
            assertEquals(Fault.CANCELLED, e.fault(), e.problem().toString());
        }
        thread.join();
    }

    private static void fails(Fault fault, Callable<?> operation) {
        var e = assertThrows(EscException.class, operation::call);
        assertEquals(fault, e.fault(), e.problem().toString());
    }
}
