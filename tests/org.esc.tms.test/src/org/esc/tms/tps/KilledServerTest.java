// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.ChildJava;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.EndCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server's process killed again and again while several tokens are worked on: its records are whole after each start. */
@Tag("long")
@Timeout(1200)
class KilledServerTest {

    private static final long SEED = 20261126;
    private static final int KILLS = 25;
    private static final int LONGEST_LIFE_MILLIS = 2000;
    private static final List<Operation> KINDS = List.of(Operation.FORMAT, Operation.ENROLLMENT, Operation.PIN_RESET);

    @TempDir
    Path data;

    /** The process that is killed. */
    public static final class Worker {

        private Worker() {
        }

        /** Serves until killed. */
        public static void main(String[] args) throws Exception {
            try (var tms = Tms.open(Path.of(args[0]), TmsOptions.standard());
                    var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
                System.out.println(server.tps());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    /** A card in somebody's hands, who does one thing after the other with it. */
    private static final class Holder {

        private final SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        private final String user;
        private final Random random;
        /** What the server said it has done, by kind of operation. */
        private final int[] done = new int[KINDS.size()];
        /** Operations that the server began and may have completed without saying so, by kind. */
        private final int[] cut = new int[KINDS.size()];
        /** True while the card may be half-done: an operation was cut since its last format. */
        private boolean doubtful;
        private boolean enrolled;

        Holder(int number) {
            user = "user" + number;
            random = new Random(SEED + number);
        }

        ScriptedClient client(URI url) {
            return new ScriptedClient(url, card::transmit).atr(card.atr().toString()).user(user, "Secret.123");
        }

        /** Works until the server goes away. */
        Void work(URI url) throws Exception {
            while (true) {
                int what = random.nextInt(KINDS.size());
                OptionalInt code;
                try {
                    code = run(what, url);
                } catch (IOException _) {
                    // it may have begun: the request was sent, or not
                    cut[what]++;
                    doubtful = true;
                    return null;
                }
                if (code.isEmpty()) {
                    cut[what]++;
                    doubtful = true;
                    return null;
                }
                if (code.getAsInt() == 0) {
                    done[what]++;
                    enrolled = KINDS.get(what) == Operation.ENROLLMENT || enrolled && KINDS.get(what) != Operation.FORMAT;
                    doubtful &= KINDS.get(what) == Operation.PIN_RESET;
                } else {
                    // nothing but a reset of what is not enrolled, or of what a kill left half-done, may be refused
                    assertTrue(KINDS.get(what) != Operation.FORMAT && (doubtful || !enrolled), () -> user + ": " + KINDS.get(what)
                            + " refused with " + EndCode.of(code.getAsInt()));
                    assertTrue(code.getAsInt() != EndCode.SECURE_CHANNEL.number(), user + ": nobody knows the card's keys any more");
                }
            }
        }

        private OptionalInt run(int what, URI url) throws Exception {
            return switch (KINDS.get(what)) {
                case FORMAT -> client(url).format().code();
                case ENROLLMENT -> client(url).enroll().code();
                default -> client(url).resetPin().code();
            };
        }
    }

    @Test
    void aServerKilledInTheMiddleOfItsWorkComesBackWhole() throws Exception {
        try (var tms = Tms.open(data, TmsOptions.standard())) {
            // so that cards are moved to keys of their own, too: a kill between card and record must not lose these
            tms.keys().create(2, KeyType.DES3, 128, Diversification.VISA2);
        }
        var random = new Random(SEED);
        var holders = new ArrayList<Holder>();
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill % 2 == 0 && holders.size() < 90) {
                // new cards all the time: each changes its keys once only
                holders.add(new Holder(holders.size() + 1));
                holders.add(new Holder(holders.size() + 1));
            }
            var working = holders.subList(Math.max(0, holders.size() - 6), holders.size());
            Process process = ChildJava.start(Worker.class, data.toString());
            try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = out.readLine();
                assertTrue(line != null, "seed " + SEED + ": the server does not start after " + kill + " kills");
                var url = URI.create(line);
                var results = new ArrayList<Future<Void>>();
                for (Holder h : working) {
                    results.add(threads.submit(() -> h.work(url)));
                }
                Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
                process.toHandle().destroyForcibly();
                for (var r : results) {
                    r.get(2, TimeUnit.MINUTES);
                }
            } finally {
                process.destroyForcibly();
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            }
            whole(holders, "seed " + SEED + ", after kill " + (kill + 1));
        }
        afterwards(holders);
    }

    private void whole(List<Holder> holders, String when) throws EscException {
        try (var tms = Tms.open(data, TmsOptions.standard())) {
            var check = tms.activities().verify();
            assertTrue(check.intact(), when + ": " + check.message());
            for (Holder h : holders) {
                said(tms, h, when);
                certificates(tms, h, when);
            }
            long known = tms.tokens().count(TokenQuery.ALL);
            assertTrue(known <= holders.size(), when + ": " + known + " tokens");
        }
    }

    /** What the server said it did is in the log; what is there besides was cut. */
    private static void said(Tms tms, Holder h, String when) throws EscException {
        var log = tms.activities().list(Optional.of(h.card.cuid()), 0, Integer.MAX_VALUE);
        for (int i = 0; i < KINDS.size(); i++) {
            var kind = KINDS.get(i);
            long logged = log.stream().filter(a -> a.success() && a.operation() == kind).count();
            assertTrue(logged >= h.done[i] && logged <= h.done[i] + h.cut[i],
                    when + ": " + h.user + " was told of " + h.done[i] + " × " + kind + ", on record are " + logged);
        }
    }

    /** A token's certificates are the CA's, and whatever the CA holds valid for the user is on a token's record. */
    private static void certificates(Tms tms, Holder h, String when) throws EscException {
        Set<Object> onRecord = new HashSet<>();
        for (TokenCertificate c : tms.tokens().certificates(h.card.cuid())) {
            assertEquals(Status.VALID, tms.ca().find(c.serial()).map(IssuedCertificate::status).orElseThrow(), when);
            assertTrue(c.archivedKey().isPresent() || !c.role().equals("encryption"), when);
            onRecord.add(c.serial());
        }
        Set<Object> valid = new HashSet<>();
        for (IssuedCertificate c : tms.ca().list(Optional.of(h.user), 0, Integer.MAX_VALUE)) {
            if (c.status() == Status.VALID && c.kind() != CertificateKind.ADMINISTRATOR) {
                valid.add(c.serial());
            }
        }
        assertEquals(onRecord, valid, when + ": certificates of " + h.user);
        var state = tms.tokens().find(h.card.cuid()).map(t -> t.state());
        assertEquals(state.equals(Optional.of(TokenState.ACTIVE)), !onRecord.isEmpty(), when + ": " + h.user + " is " + state);
    }

    /** Each card can be formatted and enrolled, whatever became of it, and then works. */
    private void afterwards(List<Holder> holders) throws Exception {
        byte[] message = "Meet me at noon".getBytes(StandardCharsets.UTF_8);
        try (var tms = Tms.open(data, TmsOptions.standard()); var server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
            for (Holder h : holders) {
                assertEquals(OptionalInt.of(0), h.client(server.tps()).format().code(), h.user);
                assertEquals(Optional.of("0201"), tms.tokens().find(h.card.cuid()).orElseThrow().keyInfo());
                assertEquals(OptionalInt.of(0), h.client(server.tps()).enroll().code(), h.user);
                var use = new TokenUse(h.card);
                use.login("Sesame12");
                assertTrue(use.signs(message));
            }
            assertTrue(tms.activities().verify().intact());
        }
    }
}
