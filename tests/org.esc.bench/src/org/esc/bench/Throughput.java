// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.softcard.CardSpec;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;

/** The embedded system: how many enrolments it does per second beside what making their keys alone would cost, and how fast it starts. */
final class Throughput {

    private static final int BITS = 2048;
    /** In an enrolment of the standard profile: one for signing, one for encryption. */
    private static final int KEYS = 2;
    /** Seconds in which the runtime compiles what is used all the time. */
    private static final int WARMUP = 120;
    private static final OperatingSystemMXBean OS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Report report;

    Throughput(Report report) {
        this.report = report;
    }

    /** Opens a fresh data directory some times. */
    void open(int times) throws Exception {
        var first = new ArrayList<Double>();
        var again = new ArrayList<Double>();
        for (int i = 0; i < times; i++) {
            var directory = Files.createTempDirectory("esc-bench-");
            for (var list : List.of(first, again)) {
                long start = System.nanoTime();
                try (var tms = Tms.open(directory.resolve("tms"), TmsOptions.standard()); var _ = TmsServer.start(tms, TmsServer.Options.anywhere())) {
                    list.add((System.nanoTime() - start) / 1e6);
                }
            }
            Desk.delete(directory);
        }
        report.series("open.fresh.ms", first);
        report.series("open.again.ms", again);
        report.add("embedded system, start in a running process", "first start of a data directory", Report.median(first), "ms", "median");
        report.add("embedded system, start in a running process", "later start", Report.median(again), "ms", "median");
    }

    /** Pure key generation, enrolments, pure key generation; each for that many seconds after a warm-up. */
    void run(int tokens, int seconds) throws Exception {
        Report.say(tokens + " tokens at once, " + 2 * seconds + " s and warm-up");
        // as many threads as tokens, so that what else runs on the machine takes the same share of both
        Rate before = pure(tokens, seconds / 2.0);
        Rate enrolments = enrol(tokens, seconds);
        Rate after = pure(tokens, seconds / 2.0);
        double pure = (before.perSecond + after.perSecond) / 2;
        double perCpu = (before.perCpuSecond + after.perCpuSecond) / 2;
        String group = "throughput, RSA-" + BITS;
        report.add(group, "pure key generation", pure, "keys/s", String.format(Locale.ROOT, "%d threads; before %.1f, after %.1f", tokens,
                before.perSecond, after.perSecond));
        report.add(group, "enrolments", enrolments.perSecond / KEYS, "per second", tokens + " tokens at once, TLS on loopback");
        report.add(group, "keys in these enrolments", enrolments.perSecond, "keys/s", "all different, by the CA's record");
        report.add(group, "ratio", enrolments.perSecond / pure, "", "target at least 0.8");
        report.add(group, "ratio per second of processor time", enrolments.perCpuSecond / perCpu, "", String.format(Locale.ROOT,
                "%.2f and %.2f keys", enrolments.perCpuSecond, perCpu));
    }

    private record Rate(double perSecond, double perCpuSecond) {
    }

    private interface Round {
        void run() throws Exception;
    }

    /** Threads that repeat a round until told to stop; what they do in the warm-up is not counted. */
    private static Rate rate(int threads, double warmup, double seconds, java.util.function.IntFunction<Round> work) throws Exception {
        var stop = new AtomicBoolean();
        var done = new AtomicInteger();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < threads; i++) {
                Round round = work.apply(i);
                running.add(pool.submit((Callable<Void>) () -> {
                    while (!stop.get()) {
                        round.run();
                        done.incrementAndGet();
                    }
                    return null;
                }));
            }
            Thread.sleep((long) (1000 * warmup));
            int first = done.get();
            long start = System.nanoTime();
            long cpu = OS.getProcessCpuTime();
            Thread.sleep((long) (1000 * seconds));
            int last = done.get();
            double took = (System.nanoTime() - start) / 1e9;
            double worked = (OS.getProcessCpuTime() - cpu) / 1e9;
            stop.set(true);
            for (Future<?> f : running) {
                f.get();
            }
            return new Rate((last - first) / took, (last - first) / worked);
        }
    }

    private static Rate pure(int threads, double seconds) throws Exception {
        return rate(threads, 10, seconds, _ -> () -> {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            generator.generateKeyPair();
        });
    }

    /** Keys in enrolments: those that the CA certified for the tokens' users, each counted once. */
    private static Rate enrol(int tokens, int seconds) throws Exception {
        var directory = Files.createTempDirectory("esc-bench-");
        try (var tms = Tms.open(directory.resolve("tms"), TmsOptions.standard());
                var server = TmsServer.start(tms, TmsServer.Options.anywhere()); var desk = new Desk()) {
            var trust = Trust.with(tms.caFile());
            var enrol = TpsRequest.of(Operation.ENROLL, server.secureTps()).trust(trust);
            var all = new AtomicInteger();
            var readers = new ConcurrentHashMap<Integer, String>();
            Rate rate = rate(tokens, WARMUP, seconds, i -> {
                String user = "user" + (i + 1);
                // the first enrolment, in the warm-up, also loads the applet
                readers.put(i, desk.plug(CardSpec.standard().withCuid(CardSpec.randomCuid())));
                return () -> {
                    desk.run(enrol, readers.get(i), user);
                    all.incrementAndGet();
                };
            });
            var keys = new HashSet<java.security.PublicKey>();
            int certificates = 0;
            for (int i = 1; i <= tokens; i++) {
                for (var c : tms.ca().list(Optional.of("user" + i), 0, Integer.MAX_VALUE)) {
                    if (c.kind() != CertificateKind.ADMINISTRATOR) {
                        certificates++;
                        var key = (java.security.interfaces.RSAPublicKey) c.certificate().getPublicKey();
                        if (key.getModulus().bitLength() != BITS) {
                            throw new IllegalStateException("a key of " + key.getModulus().bitLength() + " bits");
                        }
                        keys.add(key);
                    }
                }
                if (tms.tokens().list(TokenQuery.ofUser("user" + i)).stream().noneMatch(t -> t.state() == TokenState.ACTIVE)) {
                    throw new IllegalStateException("user" + i + " has no active token");
                }
            }
            if (keys.size() != certificates || certificates != KEYS * all.get()) {
                throw new IllegalStateException(all + " enrolments, " + certificates + " certificates, " + keys.size() + " keys");
            }
            return new Rate(KEYS * rate.perSecond, KEYS * rate.perCpuSecond);
        } finally {
            Desk.delete(directory);
        }
    }
}
