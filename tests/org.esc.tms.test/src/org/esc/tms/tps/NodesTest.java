// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.EscException;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.ChildJava;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.db.Database;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.h2.tools.Server;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers' processes on one database, one of them killed while both work: the other ends its operations, and nothing is lost or issued twice. */
@Timeout(900)
class NodesTest {

    private static final int CARDS = 6;
    private static final Duration LEASE = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    /** A server. */
    public static final class Node {

        private Node() {
        }

        /** Serves until killed. */
        public static void main(String[] args) throws Exception {
            try (var tms = Tms.open(Path.of(args[0]), TmsOptions.standard().database(args[1]).lease(LEASE));
                    var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
                System.out.println(server.tps());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    /** A card that is formatted and enrolled, again and again, at whichever server is there. */
    private static final class Holder {

        private final SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        private final String user;
        private int formats;
        private int enrolments;
        private int cut;

        Holder(int number) {
            user = "user" + number;
        }

        /** One of each, at servers in turn; what is cut is tried at the other one until that lets it. */
        void work(List<URI> servers, AtomicInteger turn, AtomicBoolean stop) throws Exception {
            boolean format = true;
            while (!stop.get()) {
                URI url = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
                OptionalInt code;
                try {
                    var client = new ScriptedClient(url, card::transmit).atr(card.atr().toString()).user(user, "Secret.123");
                    code = format ? client.format().code() : client.enroll().code();
                } catch (IOException _) {
                    code = OptionalInt.empty();
                }
                if (code.isEmpty()) {
                    cut++;
                    format = true;
                    Thread.sleep(200);
                } else if (code.getAsInt() == 0) {
                    formats += format ? 1 : 0;
                    enrolments += format ? 0 : 1;
                    format = !format;
                } else {
                    // the token or its user is still taken by the server that was killed; or its record says that it must be formatted
                    format = true;
                    Thread.sleep(500);
                }
            }
        }
    }

    @Test
    void onAnH2Server() throws Exception {
        var h2 = Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", folder.resolve("h2").toString()).start();
        try {
            together("jdbc:h2:tcp://localhost:" + h2.getPort() + "/./tms");
        } finally {
            h2.stop();
        }
    }

    @Test
    void onPostgres() throws Exception {
        String url = System.getenv("ESC_TEST_POSTGRES");
        Assumptions.assumeTrue(url != null, "no PostgreSQL: ESC_TEST_POSTGRES does not name an empty database");
        try (var database = Database.at(url)) {
            database.run(sql -> {
                sql.update("DROP SCHEMA IF EXISTS esc_nodes CASCADE");
                sql.update("CREATE SCHEMA esc_nodes");
            });
        }
        together(url + (url.contains("?") ? "&" : "?") + "currentSchema=esc_nodes");
    }

    private void together(String url) throws Exception {
        Path a = folder.resolve("a");
        Path b = folder.resolve("b");
        Path c = folder.resolve("c");
        Tms.open(a, TestTms.options().database(url)).close();
        for (Path other : List.of(b, c)) {
            // all that a further server needs is the key store's password
            Files.createDirectories(other);
            Files.copy(a.resolve("vault.pass"), other.resolve("vault.pass"));
        }
        var holders = new ArrayList<Holder>();
        for (int i = 1; i <= CARDS; i++) {
            holders.add(new Holder(i));
        }
        var first = ChildJava.start(Node.class, a.toString(), url);
        var second = ChildJava.start(Node.class, b.toString(), url);
        var stop = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var servers = List.of(address(first), address(second));
            var turn = new AtomicInteger();
            var results = new ArrayList<Future<?>>();
            for (Holder h : holders) {
                results.add(threads.submit(() -> {
                    h.work(servers, turn, stop);
                    return null;
                }));
            }
            until(() -> holders.stream().allMatch(h -> h.enrolments >= 1));
            first.toHandle().destroyForcibly();
            assertTrue(first.waitFor(60, TimeUnit.SECONDS));
            var before = holders.stream().map(h -> h.enrolments).toList();
            // every card, also one that was in the killed server's hands, is enrolled again by the other one
            until(() -> {
                for (int i = 0; i < CARDS; i++) {
                    if (holders.get(i).enrolments <= before.get(i)) {
                        return false;
                    }
                }
                return true;
            });
            stop.set(true);
            for (var r : results) {
                r.get(5, TimeUnit.MINUTES);
            }
        } finally {
            stop.set(true);
            first.toHandle().destroyForcibly();
            second.toHandle().destroyForcibly();
            first.waitFor(60, TimeUnit.SECONDS);
            second.waitFor(60, TimeUnit.SECONDS);
        }
        try (var tms = Tms.open(c, TestTms.options().database(url).lease(LEASE))) {
            until(() -> {
                tms.desk().settle();
                return tms.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM leases")) == 0;
            });
            whole(tms, holders);
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void until(Condition condition) throws Exception {
        while (!condition.holds()) {
            Thread.sleep(100);
        }
    }

    private static URI address(Process process) throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        assertTrue(line != null, "the server does not start");
        return URI.create(line);
    }

    private static void whole(Tms tms, List<Holder> holders) throws EscException {
        var check = tms.activities().verify();
        assertTrue(check.intact(), check.message());
        assertEquals(List.of(), tms.tokens().unrecorded());
        for (Holder h : holders) {
            var log = tms.activities().list(Optional.of(h.card.cuid()), 0, Integer.MAX_VALUE);
            long formats = log.stream().filter(e -> e.success() && e.operation() == Operation.FORMAT).count();
            long enrolments = log.stream().filter(e -> e.success() && e.operation() == Operation.ENROLLMENT).count();
            assertTrue(formats >= h.formats && formats <= h.formats + h.cut, h.user + " was told of " + h.formats + " formats, on record are " + formats);
            assertTrue(enrolments >= h.enrolments && enrolments <= h.enrolments + h.cut,
                    h.user + " was told of " + h.enrolments + " enrolments, on record are " + enrolments);
            Set<Object> onRecord = new HashSet<>();
            for (var c : tms.tokens().certificates(h.card.cuid())) {
                assertTrue(onRecord.add(c.serial()));
                assertEquals(Status.VALID, tms.ca().find(c.serial()).map(IssuedCertificate::status).orElseThrow(), h.user);
            }
            Set<Object> valid = new HashSet<>();
            for (var c : tms.ca().list(Optional.of(h.user), 0, Integer.MAX_VALUE)) {
                if (c.status() == Status.VALID && c.kind() != CertificateKind.ADMINISTRATOR) {
                    valid.add(c.serial());
                }
            }
            assertEquals(onRecord, valid, "certificates of " + h.user);
            boolean active = tms.tokens().find(h.card.cuid()).map(t -> t.state() == TokenState.ACTIVE).orElse(false);
            assertEquals(active, !onRecord.isEmpty(), h.user);
        }
    }
}
