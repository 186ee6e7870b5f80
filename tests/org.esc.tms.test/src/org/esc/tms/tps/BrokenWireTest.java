// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;
import org.esc.command.Cancel;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole conversations with the embedded system are recorded, then played back to the product's client by a server that goes away or falls
 * silent at every byte, or that says something else than was recorded: each ends soon, with a clear error, and lets go of the card.
 */
@Tag("long")
@Timeout(1200)
class BrokenWireTest {

    private static final long SEED = 4711;
    private static final int MUTANTS = 2000;
    private static final int AT_ONCE = 24;
    /** For servers that are not silent on purpose: nobody waits that long on a wire that works. */
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(250);
    /** After that an operation hangs. */
    private static final int HANGS_SECONDS = 180;

    @TempDir
    Path folder;

    private Tms tms;
    private TmsServer server;
    private ClientDesk desk;

    @BeforeEach
    void start() throws EscException {
        tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        desk = new ClientDesk(folder);
    }

    @AfterEach
    void stop() {
        desk.close();
        server.close();
        tms.close();
    }

    // ---- recording ---------------------------------------------------------------------------------------------------------------

    /** What a server sent in one operation, cut where it waited for the client, and what the card answered to each command. */
    private record Conversation(Operation operation, List<byte[]> turns, Map<String, List<byte[]>> answers) {

        int length() {
            return turns.stream().mapToInt(t -> t.length).sum();
        }

        /** Where the server's last word ends; what follows is the end of the chunk and of the body. */
        int complete() {
            return length() - "\r\n0\r\n\r\n".length();
        }
    }

    /** A card that notes what it answers. */
    private static final class RecordingReader implements ReaderProvider {

        private final SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        private Map<String, List<byte[]>> answers = new HashMap<>();

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public List<ReaderState> readers() {
            return List.of(new ReaderState("recorder", name(), ReaderState.Presence.PRESENT, Optional.of(card.atr()), 1));
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return () -> { };
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) {
            return new Card(card.atr()) {
                @Override
                public byte[] transmit(byte[] command) {
                    byte[] answer = card.transmit(command);
                    answers.computeIfAbsent(Hex.of(command), _ -> new ArrayList<>()).add(answer);
                    return answer.clone();
                }
            };
        }
    }

    private abstract static class Card implements RawConnection {

        private final Atr atr;

        Card(Atr atr) {
            this.atr = atr;
        }

        @Override
        public Atr atr() {
            return atr;
        }

        @Override
        public String protocol() {
            return "software";
        }

        @Override
        public Atr reset() {
            return atr;
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    /** Takes one card through format, enrolment and reset of the password, and notes each. */
    private Map<Operation, Conversation> record() throws Exception {
        var recorded = new HashMap<Operation, Conversation>();
        var reader = new RecordingReader();
        desk.readers.addProvider(reader);
        for (var operation : List.of(Operation.FORMAT, Operation.ENROLL, Operation.RESET_PIN)) {
            reader.answers = new HashMap<>();
            var turns = new ArrayList<byte[]>();
            try (var proxy = new Listener(client -> {
                try (var far = new Socket(server.http().getHost(), server.http().getPort())) {
                    var turn = new ByteArrayOutputStream();
                    var there = Thread.ofVirtual().start(() -> {
                        try {
                            byte[] b = new byte[4096];
                            for (int n; (n = client.getInputStream().read(b)) > 0;) {
                                synchronized (turn) {
                                    if (turn.size() > 0) {
                                        turns.add(turn.toByteArray());
                                        turn.reset();
                                    }
                                }
                                far.getOutputStream().write(b, 0, n);
                            }
                        } catch (IOException _) {
                            // the operation is over
                        }
                    });
                    byte[] b = new byte[4096];
                    for (int n; (n = far.getInputStream().read(b)) > 0;) {
                        synchronized (turn) {
                            turn.write(b, 0, n);
                        }
                        client.getOutputStream().write(b, 0, n);
                    }
                    client.close();
                    there.join();
                    if (turn.size() > 0) {
                        turns.add(turn.toByteArray());
                    }
                }
            })) {
                desk.run(TpsRequest.of(operation, proxy.url("tps/tps")), "recorder", ClientDesk.PASSWORD, new Cancel());
                proxy.awaitIdle();
            }
            recorded.put(operation, new Conversation(operation, List.copyOf(turns), Map.copyOf(reader.answers)));
        }
        desk.readers.removeProvider(reader);
        return recorded;
    }

    // ---- playing -------------------------------------------------------------------------------------------------------------------

    private interface Handler {
        void serve(Socket client) throws IOException, InterruptedException;
    }

    /** Serves one connection after another on a port of its own. */
    private static final class Listener implements Closeable {

        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger busy = new AtomicInteger();

        Listener(Handler handler) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (true) {
                    try {
                        Socket client = socket.accept();
                        busy.incrementAndGet();
                        Thread.ofVirtual().start(() -> {
                            try (client) {
                                client.setTcpNoDelay(true);
                                handler.serve(client);
                            } catch (IOException | InterruptedException _) {
                                // the client went
                            } finally {
                                busy.decrementAndGet();
                            }
                        });
                    } catch (IOException _) {
                        return;
                    }
                }
            });
        }

        URI url(Object path) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/" + path);
        }

        void awaitIdle() throws InterruptedException {
            while (busy.get() > 0) {
                Thread.sleep(5);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** How a server stops talking. */
    private enum Fate {
        /** It closes in order. */
        END,
        /** Its machine resets the connection. */
        RESET,
        /** It says nothing more. */
        SILENCE
    }

    /** A card that answers as recorded, in any number of readers, and counts who holds it. */
    private static final class PlayingReaders implements ReaderProvider {

        private final AtomicInteger held = new AtomicInteger();
        private final Map<String, List<byte[]>> answers;

        PlayingReaders(Conversation recorded) {
            answers = recorded.answers();
        }

        @Override
        public String name() {
            return "player";
        }

        @Override
        public List<ReaderState> readers() {
            var all = new ArrayList<ReaderState>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(new ReaderState("player " + i, name(), ReaderState.Presence.PRESENT, Optional.of(Atr.of("3B00")), 1));
            }
            return all;
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return () -> { };
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) {
            held.incrementAndGet();
            var rest = new HashMap<String, Deque<byte[]>>();
            return new Card(Atr.of("3B00")) {
                @Override
                public byte[] transmit(byte[] command) {
                    String hex = Hex.of(command);
                    var mine = rest.computeIfAbsent(hex, h -> new ArrayDeque<>(answers.getOrDefault(h, List.of())));
                    return mine.isEmpty() ? new byte[] {0x6D, 0} : mine.removeFirst().clone();
                }

                @Override
                public void close() {
                    held.decrementAndGet();
                }
            };
        }
    }

    /** What a server says in one conversation: each turn when the client has spoken; after so many bytes it meets its fate. */
    private record Script(List<byte[]> turns, int bytes, Fate fate) {
    }

    private static void play(Socket client, IntFunction<Script> scripts) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        Script script = scripts.apply(number(in));
        int left = script.bytes();
        for (byte[] turn : script.turns()) {
            if (!message(in)) {
                return;
            }
            int n = Math.min(left, turn.length);
            out.write(turn, 0, n);
            out.flush();
            left -= n;
            if (n < turn.length) {
                break;
            }
        }
        switch (script.fate()) {
            case END -> client.shutdownOutput();
            case RESET -> {
                client.setSoLinger(true, 0);
                return;
            }
            case SILENCE -> {
                // until the client has had enough
            }
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** Reads a request's head; the number at the end of its path says which conversation is wanted. */
    private static int number(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the client hung up");
            }
            head.append((char) c);
        }
        return Integer.parseInt(head.substring("POST /".length(), head.indexOf(" HTTP")));
    }

    /** Reads a chunk; false if the client has none more. */
    private static boolean message(InputStream in) throws IOException {
        int size = 0;
        for (int c; (c = in.read()) != '\n';) {
            if (c < 0) {
                return false;
            }
            size = c == '\r' ? size : size * 16 + Character.digit(c, 16);
        }
        return size > 0 && in.readNBytes(size + 2).length == size + 2;
    }

    // ---- what must become of it ------------------------------------------------------------------------------------------------

    /** How an operation ended: no value if well. */
    private record Ending(Optional<EscException> problem) {

        @Override
        public String toString() {
            return problem.map(p -> p.fault() + " " + p.problem()).orElse("done");
        }
    }

    /** Plays many conversations, some at once, each to a card in a reader of its own. */
    private List<Ending> playAll(Conversation recorded, int number, IntFunction<Script> scripts, IntFunction<Duration> patience)
            throws Exception {
        var cards = new PlayingReaders(recorded);
        desk.readers.addProvider(cards);
        var free = new ArrayBlockingQueue<String>(AT_ONCE);
        cards.readers().forEach(r -> free.add(r.name()));
        var endings = new ArrayList<Ending>();
        try (var listener = new Listener(c -> play(c, scripts)); var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var results = new ArrayList<Future<Ending>>();
            for (int i = 0; i < number; i++) {
                int n = i;
                results.add(threads.submit(() -> {
                    String reader = free.take();
                    try {
                        var request = TpsRequest.of(recorded.operation(), listener.url(n)).timeouts(PATIENT, patience.apply(n));
                        desk.run(request, reader, ClientDesk.PASSWORD, new Cancel());
                        return new Ending(Optional.empty());
                    } catch (EscException e) {
                        return new Ending(Optional.of(e));
                    } finally {
                        free.add(reader);
                    }
                }));
            }
            for (int i = 0; i < number; i++) {
                try {
                    endings.add(results.get(i).get(HANGS_SECONDS, TimeUnit.SECONDS));
                } catch (TimeoutException | ExecutionException e) {
                    threads.shutdownNow();
                    throw new AssertionError("seed " + SEED + ", " + recorded.operation() + " number " + i
                            + (e instanceof TimeoutException ? " hangs" : " ends by a defect"), e);
                }
            }
        } finally {
            desk.readers.removeProvider(cards);
        }
        // a session may be ended behind its caller's back
        for (int i = 0; i < HANGS_SECONDS && cards.held.get() > 0; i++) {
            Thread.sleep(1000);
        }
        assertEquals(0, cards.held.get(), "cards are let go");
        return endings;
    }

    @Test
    void aServerMayStopAtEveryByte() throws Exception {
        var recorded = record();
        for (var conversation : recorded.values()) {
            int length = conversation.length();
            int complete = conversation.complete();
            for (Fate fate : Fate.values()) {
                // a long conversation is mostly blocks of the applet that differ in nothing
                int step = conversation.operation() == Operation.RESET_PIN || conversation.operation() == Operation.ENROLL && fate == Fate.END
                        ? 1 : 5;
                var all = playAll(conversation, length / step + 1, n -> new Script(conversation.turns(), n * step, fate),
                        n -> fate == Fate.SILENCE && n * step < complete ? SHORT : PATIENT);
                for (int n = 0; n < all.size(); n++) {
                    int at = n * step;
                    var ending = all.get(n);
                    String what = conversation.operation() + ", " + fate + " at byte " + at + " of " + length + ": " + ending;
                    // a reset may overtake what was sent before it
                    if (at >= complete && fate != Fate.RESET) {
                        assertTrue(ending.problem().isEmpty(), what);
                    } else if (at < complete) {
                        assertEquals(Optional.of(Fault.NETWORK), ending.problem().map(EscException::fault), what);
                    }
                    ending.problem().ifPresent(p -> clear(p, what));
                }
            }
        }
    }

    @Test
    void aServerMaySayAnything() throws Exception {
        var random = new Random(SEED);
        for (var conversation : record().values()) {
            var scripts = new ArrayList<Script>();
            for (int i = 0; i < MUTANTS; i++) {
                scripts.add(new Script(mutant(conversation.turns(), random), Integer.MAX_VALUE, Fate.END));
            }
            var all = playAll(conversation, MUTANTS, scripts::get, _ -> SHORT);
            int failed = 0;
            for (int n = 0; n < all.size(); n++) {
                String what = "seed " + SEED + ", " + conversation.operation() + " number " + n + ": " + all.get(n);
                all.get(n).problem().ifPresent(p -> clear(p, what));
                failed += all.get(n).problem().isPresent() ? 1 : 0;
            }
            // some changes do no harm, most do
            assertTrue(failed > MUTANTS / 2, failed + " of " + MUTANTS);
        }
    }

    /** A person can do something with it. */
    private static void clear(EscException e, String what) {
        assertTrue(e.fault() != Fault.DEFECT && e.fault() != Fault.CANCELLED, what);
        assertFalse(e.getMessage().isBlank() || e.problem().code().isBlank(), what);
        assertFalse(e.getMessage().contains("Exception") || e.getMessage().contains("null"), what);
        assertFalse(e.getMessage().contains(ClientDesk.PASSWORD), what);
    }

    /** The same turns with something changed: bytes, lengths, order, number. */
    private static List<byte[]> mutant(List<byte[]> turns, Random random) {
        var all = new ArrayList<>(turns);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(all.size());
            byte[] turn = all.get(at).clone();
            switch (random.nextInt(7)) {
                case 0 -> turn[random.nextInt(turn.length)] ^= (byte) (1 << random.nextInt(8));
                case 1 -> turn[random.nextInt(turn.length)] = (byte) random.nextInt(256);
                case 2 -> turn = Arrays.copyOf(turn, random.nextInt(turn.length + 1));
                case 3 -> all.add(at, turn.clone());
                case 4 -> all.add(random.nextInt(all.size()), turn.clone());
                case 5 -> {
                    // a digit: of a chunk's size, a message's, a type, a percentage, an APDU
                    var text = new String(turn, StandardCharsets.ISO_8859_1);
                    int digit = random.nextInt(turn.length);
                    while (digit < turn.length && !Character.isDigit(text.charAt(digit))) {
                        digit++;
                    }
                    if (digit < turn.length) {
                        turn[digit] = (byte) ('0' + random.nextInt(10));
                    }
                }
                default -> {
                    var longer = new ByteArrayOutputStream();
                    int cut = random.nextInt(turn.length);
                    byte[] noise = new byte[random.nextInt(40)];
                    random.nextBytes(noise);
                    longer.write(turn, 0, cut);
                    longer.writeBytes(noise);
                    longer.write(turn, cut, turn.length - cut);
                    turn = longer.toByteArray();
                }
            }
            if (turn.length == 0) {
                all.remove(at);
            } else {
                all.set(at, turn);
            }
            if (all.isEmpty()) {
                break;
            }
        }
        return all;
    }

    @Test
    void aTlsConnectionMayBreakAtEveryByte() throws Exception {
        var request = TpsRequest.of(Operation.RESET_PIN, server.secureTps()).trust(Trust.with(tms.caFile())).timeouts(PATIENT, PATIENT);
        String reader = desk.plug();
        var limit = new AtomicInteger(Integer.MAX_VALUE);
        var passed = new AtomicInteger();
        try (var proxy = new Listener(client -> {
            passed.set(0);
            try (var far = new Socket(server.https().getHost(), server.https().getPort())) {
                var there = Thread.ofVirtual().start(() -> {
                    try {
                        client.getInputStream().transferTo(far.getOutputStream());
                        far.shutdownOutput();
                    } catch (IOException _) {
                        // the operation is over
                    }
                });
                byte[] b = new byte[4096];
                for (int n; passed.get() < limit.get() && (n = far.getInputStream().read(b)) > 0;) {
                    n = Math.min(n, limit.get() - passed.get());
                    client.getOutputStream().write(b, 0, n);
                    passed.addAndGet(n);
                }
                // in order: a reset could as well be a server that wants the certificate it has asked for
                client.shutdownOutput();
                there.join();
            }
        })) {
            var through = TpsRequest.of(Operation.RESET_PIN, URI.create(proxy.url(0).toString().replace("http:", "https:"))
                    .resolve(server.secureTps().getPath())).trust(request.trust()).timeouts(PATIENT, PATIENT);
            // the token is not enrolled: a conversation that gets through ends in a refusal
            assertEquals(Fault.REFUSED, fault(through, reader));
            proxy.awaitIdle();
            int whole = passed.get();
            for (int at = 0; at < whole - 100; at++) {
                limit.set(at);
                var fault = fault(through, reader);
                assertTrue(fault == Fault.NETWORK || fault == Fault.TLS, fault + " at byte " + at + " of " + whole);
                proxy.awaitIdle();
            }
        }
    }

    private Fault fault(TpsRequest request, String reader) {
        try {
            desk.run(request, reader, ClientDesk.PASSWORD, new Cancel());
            return Fault.DEFECT;
        } catch (EscException e) {
            clear(e, e.problem().toString());
            return e.fault();
        }
    }
}
