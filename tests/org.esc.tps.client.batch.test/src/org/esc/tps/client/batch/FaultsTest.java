// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.cert.X509CertificateHolder;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.card.VirtualCard;
import org.esc.command.Cancel;
import org.esc.securechannel.testing.PullableCard;
import org.esc.softcard.CardFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many tokens through the embedded system while everything breaks: cards are pulled in the middle, connections cut at any byte or slow, the process killed,
 * wrong cards put in, the journal's disk full. In the end cards, records and the authority agree, and every token is enrolled exactly once.
 */
class FaultsTest {

    private static final long SEED = 20261127;
    private static final int USERS = 99;

    @TempDir
    Path folder;

    /** The process that is killed. */
    public static final class Worker {

        private static final int UNFINISHED = 9;

        private Worker() {
        }

        /** Works on the plan of a folder until it is finished, cannot go on, or is killed. */
        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            var random = new Random(Long.parseLong(args[3]));
            int readers = Integer.parseInt(args[4]);
            Path file = folder.resolve("plan.csv");
            Plan plan = Plan.read(file);
            var server = Desk.server(URI.create(args[1]), Path.of(args[2]));
            var options = BatchOptions.STANDARD.failing(0, 4).randomPins(folder.resolve("letters.csv"));
            var pulled = new AtomicInteger();
            try (var desk = new Desk(folder)) {
                if (random.nextInt(4) == 0) {
                    desk.batches.disk(fullAfter(2000 + random.nextInt(8000)));
                }
                var tokens = new ArrayList<>(CardStack.tokens(folder.resolve("tokens")));
                Collections.shuffle(tokens, random);
                int code;
                try (var run = Batches.journals(file).isEmpty() ? desk.begin(plan, server, options) : desk.resume(plan, server, options);
                        var stack = new CardStack(desk.soft, tokens, readers, (reader, token) -> desk.soft.put(reader,
                                new Pulled(CardFile.open(token, Optional.empty(), desk.soft::factories), random, pulled)));
                        var _ = stack.serve(run)) {
                    RunState end = run.run(Desk.context(() -> Desk.PASSWORD, new Cancel()));
                    code = end.finished() ? 0 : UNFINISHED;
                } catch (EscException e) {
                    System.out.println("stopped: " + e.problem().code() + " " + e.getMessage());
                    code = e.fault().exit();
                }
                System.out.println("pulled " + pulled);
                System.exit(code);
            }
        }

        private static java.util.function.UnaryOperator<RunLog.Disk> fullAfter(int bytes) {
            return disk -> new RunLog.Disk() {
                private int left = bytes;

                @Override
                public void append(byte[] b) throws IOException {
                    if (b.length > left) {
                        disk.append(Arrays.copyOf(b, Math.max(0, left)));
                        left = 0;
                        throw new IOException("No space left on device");
                    }
                    left -= b.length;
                    disk.append(b);
                }

                @Override
                public void cut(long length) throws IOException {
                    throw new IOException("No space left on device");
                }

                @Override
                public void close() throws IOException {
                    disk.close();
                }
            };
        }
    }

    /** A card that somebody pulls, now and then. */
    private static final class Pulled extends PullableCard {

        private final VirtualCard card;
        private final AtomicInteger count;
        private int left;

        Pulled(VirtualCard card, Random random, AtomicInteger count) {
            super(card);
            this.card = card;
            this.count = count;
            left = random.nextInt(6) == 0 ? random.nextInt(160) : Integer.MAX_VALUE;
        }

        @Override
        public byte[] transmit(byte[] command) {
            if (left-- == 0) {
                count.incrementAndGet();
                super.close();
            }
            return super.transmit(command);
        }

        /** Nobody puts it in again. */
        @Override
        public void close() {
            super.close();
            card.close();
        }
    }

    @Test
    @Timeout(1800)
    void fortyTokensAreEnrolledOnceWhateverBreaks() throws Exception {
        faults(40, 6, 3000, 9000);
    }

    @Test
    @Tag("long")
    @Timeout(3 * 3600)
    void aThousandTokensAreEnrolledOnceWhateverBreaks() throws Exception {
        faults(1000, 40, 4000, 40_000);
    }

    private void faults(int count, int kills, int shortest, int longest) throws Exception {
        var random = new Random(SEED);
        Path tokens = folder.resolve("tokens");
        var cuids = Desk.tokens(tokens, count);
        // cards of others among them
        Path others = folder.resolve("others");
        Desk.tokens(others, Math.max(2, count / 50));
        try (var files = Files.list(others)) {
            for (Path f : files.toList()) {
                Files.move(f, tokens.resolve("x" + f.getFileName()));
            }
        }
        var rows = new ArrayList<Row>();
        var owners = new HashMap<Cuid, String>();
        for (int i = 0; i < count; i++) {
            String user = "user" + (i % USERS + 1);
            owners.put(cuids.get(i), user);
            // every fifth is formatted in a row of its own first
            if (i % 5 == 0) {
                rows.add(new Row(Optional.of(cuids.get(i)), Task.FORMAT, Optional.of(user), Optional.empty()));
            }
            rows.add(new Row(Optional.of(cuids.get(i)), Task.ENROLL, Optional.of(user), Optional.empty()));
        }
        var plan = new Plan(rows);
        Path file = folder.resolve("plan.csv");
        Files.writeString(file, plan.text());
        long start = System.nanoTime();
        try (var office = new Office(folder.resolve("tms")); var line = new FlakyLine(office.server.https(), SEED, 15)) {
            office.allowMany();
            if (count > 100) {
                office.shortKeys();
            }
            int killed = 0;
            int stopped = 0;
            for (int n = 1;; n++) {
                assertTrue(n < kills + 200, "it does not come to an end");
                Process child = child(folder.toString(), line.uri().toString(), office.tms.caFile().toString(), Long.toString(SEED + n), "3");
                long life = killed < kills ? shortest + random.nextInt(longest - shortest) : TimeUnit.HOURS.toMillis(2);
                if (!child.waitFor(life, TimeUnit.MILLISECONDS)) {
                    // SIGKILL
                    child.destroyForcibly().waitFor();
                    killed++;
                    continue;
                }
                if (child.exitValue() == 0) {
                    break;
                }
                stopped++;
            }
            RunState end = RunState.read(Batches.journal(file));
            var took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println(count + " tokens, " + rows.size() + " rows in " + took.toSeconds() + " s: process killed " + killed + " times, stopped by faults "
                    + stopped + " times, connections cut " + line.cuts + ", slow " + line.slow + ", cards refused " + end.refused().size()
                    + ", rows begun more than once " + end.rows().stream().filter(r -> r.attempts() > 1).count());
            assertEquals(List.of(), end.rows().stream().filter(r -> r.state() != RowState.State.DONE).map(r -> r.number() + " " + r.state() + " " + r.message()).toList());
            office.agrees(tokens, owners);
            letters(cuids);
        }
    }

    /** Every token has exactly one valid PIN letter, and the PIN in it is the card's. */
    private void letters(List<Cuid> cuids) throws Exception {
        var pins = new HashMap<String, String>();
        for (String line : Files.readAllLines(folder.resolve("letters.csv"))) {
            String[] f = line.split(",");
            if (f.length == 6 && f[5].equals("set")) {
                pins.put(f[2], f[4]);
            }
        }
        for (int i = 0; i < cuids.size(); i += Math.max(1, cuids.size() / 40)) {
            Path token = folder.resolve("tokens").resolve(String.format("%04d.token", i));
            try (var card = CardFile.open(token, Optional.empty(), () -> List.of(new org.esc.softcard.coolkey.CoolKeyAppletFactory()));
                    var pin = org.esc.apdu.Secret.of(pins.get(cuids.get(i).toString()))) {
                var applet = new org.esc.coolkey.CoolKey(card.channel());
                assertTrue(applet.select());
                applet.verifyPin(0, pin);
            }
        }
    }

    private static Process child(String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-cp", classPath(), Worker.class.getName()), Arrays.stream(arguments)).toList();
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** All that this process could load: its bundles, if it has any, and its class path. */
    private static String classPath() {
        var places = new LinkedHashSet<String>();
        for (Class<?> c : List.of(ASN1Object.class, X509CertificateHolder.class, PKIStatus.class)) {
            places.add(Path.of(URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString().replace(" ", "%20"))).toString());
        }
        for (String bundle : System.getProperty("osgi.bundles", "").split(",")) {
            String at = bundle.replaceFirst("^(reference:)?file:", "").replaceFirst("@[^/]*$", "");
            places.add(at);
            // a bundle that is not packed
            places.add(at + "/target/classes");
        }
        places.addAll(Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator)));
        return String.join(File.pathSeparator, places);
    }
}
