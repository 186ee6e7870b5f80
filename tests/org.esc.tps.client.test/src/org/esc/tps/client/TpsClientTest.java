// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.securechannel.testing.Person;
import org.esc.tps.EndCode;
import org.esc.tps.Message;
import org.esc.tps.Message.*;
import org.esc.tps.Operation;
import org.esc.tps.client.ScriptedServer.Peer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TpsClientTest {

    /** Long enough for anything on loopback that is going to happen; a test waits for it only where silence is the point. */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    Path dir;
    private Journal journal;
    private TpsClient client;
    private final Person person = Person.alice();
    private final FakeCard card = new FakeCard();
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private final Cancel cancel = new Cancel();

    @BeforeEach
    void open() {
        journal = new Journal(dir.resolve("journal"));
        client = new TpsClient(journal);
    }

    @AfterEach
    void close() {
        assertFalse(Thread.interrupted(), "no interruption is left behind");
    }

    private Context context() {
        return new Context(person, (p, t) -> progress.add(p + " " + t), cancel);
    }

    private TpsRequest request(Operation operation, URI url) {
        return TpsRequest.of(operation, url).tokenType("userKey").timeouts(PATIENT, PATIENT);
    }

    private TpsResult run(Operation operation, ScriptedServer server) throws EscException {
        return client.run(request(operation, server.url()), card, context());
    }

    private EscException fails(Fault fault, TpsRequest request) {
        var e = assertThrows(EscException.class, () -> client.run(request, card, context()));
        assertEquals(fault, e.fault(), e.problem().toString());
        assertFalse(e.getMessage().isBlank());
        return e;
    }

    private static TokenPduRequest pdu(String hex) {
        return new TokenPduRequest(Hex.parse(hex));
    }

    @Test
    void speaksEveryMessageOfBothServerGenerations() throws Exception {
        person.answers.putAll(Map.of("PIN", "9999", "VALUE", "123456", "ANSWER", "Rex"));
        try (var server = new ScriptedServer(p -> {
            BeginOp begin = p.begin();
            assertTrue(p.head.startsWith("POST /tps/tps HTTP/1.1\r\n"), p.head);
            assertTrue(p.head.contains("\r\nTransfer-Encoding: chunked\r\n"), p.head);
            assertFalse(p.head.toLowerCase().contains("expect"), p.head);
            assertEquals(1, begin.operation());
            assertEquals(List.of("tokenType", "clientVersion", "tokenATR", "statusUpdate", "extendedLoginRequest"),
                    List.copyOf(begin.extensions().keySet()));
            assertEquals("3B759400006202020201", begin.extensions().get("tokenATR"));
            assertEquals(15, p.ask(new StatusUpdateRequest(15, "PROGRESS_KEY_GENERATION"), StatusUpdateResponse.class).percent());
            var form = p.ask(new ExtendedLoginRequest(false, false, "LDAP", "Log in",
                    List.of(new Parameter("UID", "User", "", "string", ""), new Parameter("PASSWORD", "Pw", "", "password", ""))),
                    ExtendedLoginResponse.class);
            assertEquals(List.of("UID", "PASSWORD"), List.copyOf(form.answers().keySet()));
            assertEquals("Secret.123", new String(form.answers().get("PASSWORD").chars()));
            var login = p.ask(new LoginRequest(false, false), LoginResponse.class);
            assertEquals("alice", login.screenName());
            assertEquals("Secret.123", new String(login.password().chars()));
            var code = p.ask(new SecurIdRequest(true, false), SecurIdResponse.class);
            assertEquals("9999 123456", new String(code.pin().chars()) + " " + new String(code.value().chars()));
            code = p.ask(new SecurIdRequest(false, true), SecurIdResponse.class);
            assertEquals("123456 123456", new String(code.pin().chars()) + " " + new String(code.value().chars()));
            assertEquals("Rex", new String(p.ask(new AsqRequest("Dog?"), AsqResponse.class).answer().chars()));
            assertEquals("9000", Hex.of(p.ask(pdu("00A4040007627601FF000000"), TokenPduResponse.class).pdu()));
            assertEquals(47, p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class).pdu().length);
            assertEquals("abc123", new String(p.ask(new NewPinRequest(4, 10), NewPinResponse.class).newPin().chars()));
            p.end(EndOp.good(1));
            p.drain();
        })) {
            var result = run(Operation.ENROLL, server);
            assertEquals(Optional.of(FakeCard.CUID), result.cuid());
            assertEquals(2, result.apdus());
            assertTrue(result.notes().isEmpty(), "loopback without encryption is nothing to warn of");
            assertTrue(server.awaitEnd(), "the client hangs up after END_OP");
        }
        assertTrue(progress.contains("15 Making a key"), progress.toString());
        assertEquals(4, person.pins.getFirst().minLength());
        assertEquals(10, person.pins.getFirst().maxLength());
        assertTrue(person.pins.getFirst().plainOnly());
        assertEquals("Wait until your code generator shows another code, then type that one.",
                person.forms.get(3).fields().getFirst().description());
        assertEquals("Dog?", person.forms.get(4).fields().getFirst().name());
    }

    @Test
    void leavesOutWhatWasNotWanted() throws Exception {
        try (var server = new ScriptedServer(p -> {
            assertEquals(List.of("clientVersion", "tokenATR", "keySet"), List.copyOf(p.begin().extensions().keySet()));
            assertEquals("bob", p.ask(new LoginRequest(false, false), LoginResponse.class).screenName());
            p.end(EndOp.good(3));
        })) {
            client.run(request(Operation.RESET_PIN, server.url()).extendedLogin(false).statusUpdates(false).user("bob")
                    .extensions(Map.of("keySet", "x")), card, context());
        }
        assertEquals(List.of("PASSWORD"), person.forms.getFirst().fields().stream().map(Form.Field::id).toList());
    }

    @Test
    void asksOnlyForWhatIsNotKnownOfAnExtendedForm() throws Exception {
        person.answers.put("PIN", "7");
        try (var server = new ScriptedServer(p -> {
            p.begin();
            var r = p.ask(new ExtendedLoginRequest(true, true, "T", "D", List.of(new Parameter("UID", "User", "", "string", ""),
                    new Parameter("PIN", "Number", "", "integer", ""), new Parameter("PASSWORD", "P", "", "hidden", ""))),
                    ExtendedLoginResponse.class);
            assertEquals(List.of("UID", "PIN", "PASSWORD"), List.copyOf(r.answers().keySet()));
            assertEquals("bob", new String(r.answers().get("UID").chars()));
            p.end(EndOp.good(5));
        })) {
            client.run(request(Operation.FORMAT, server.url()).user("bob"), card, context());
        }
        Form form = person.forms.getFirst();
        assertTrue(form.invalid() && form.blocked());
        assertEquals("D (Server: 127.0.0.1)", form.description());
        assertEquals(List.of(Form.Kind.INTEGER, Form.Kind.PASSWORD), form.fields().stream().map(Form.Field::kind).toList());
    }

    @Test
    void takesOldServersAndOddChunking() throws Exception {
        String end = "s=47&msg_type=13&operation=5&result=0&message=0\r\n0\r\n";
        String status = "msg_type=14&current_state=30&next_task_name=PIN_RESET";
        String body = "s=" + status.length() + "&" + status + end;
        for (int size : new int[] {1, 2, 3, 7, 40, 1000}) {
            try (var server = new ScriptedServer(p -> {
                p.begin();
                for (int at = 0; at < body.length(); at += size) {
                    String piece = body.substring(at, Math.min(body.length(), at + size));
                    p.raw("00" + Integer.toHexString(piece.length()) + ";ext=1\r\n");
                    p.raw(piece);
                    p.raw("\r\n");
                }
                p.drain();
            })) {
                run(Operation.FORMAT, server);
            }
        }
        assertTrue(progress.contains("30 Setting the new password"));
    }

    @Test
    void aSlowServerIsNoReasonToGiveUp() throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.readHead();
            p.socket.setTcpNoDelay(true);
            String all = ScriptedServer.HEAD + Peer.chunk(EndOp.good(5));
            for (char c : all.toCharArray()) {
                p.raw(String.valueOf(c));
                Thread.sleep(1);
            }
            p.drain();
        })) {
            run(Operation.FORMAT, server);
        }
    }

    @Test
    void aServerThatEndsAtAnyByteIsReportedAndNeverWaitedFor() throws Exception {
        String whole = ScriptedServer.HEAD + Peer.chunk(new StatusUpdateRequest(10, "PROGRESS_APPLET_BLOCK"))
                + Peer.chunk(pdu("80CA9F7F2D")) + Peer.chunk(new LoginRequest(false, false)) + Peer.chunk(pdu("84E40000084F067627"
                        + "01FF0000")) + Peer.chunk(EndOp.good(5)) + "0\r\n\r\n";
        int complete = whole.length() - "\r\n0\r\n\r\n".length();
        int[] length = {0};
        try (var server = new ScriptedServer(p -> {
            p.readHead();
            p.raw(whole.substring(0, length[0]));
            // an orderly end: bytes sent must not be lost to a reset
            p.socket.shutdownOutput();
            p.drain();
        })) {
            for (length[0] = 0; length[0] <= whole.length(); length[0]++) {
                if (length[0] < complete) {
                    var e = fails(Fault.NETWORK, request(Operation.FORMAT, server.url()));
                    assertTrue(e.problem().code().equals("server-gone") || e.problem().code().equals("protocol"),
                            length[0] + ": " + e.problem());
                } else {
                    run(Operation.FORMAT, server);
                }
            }
        }
    }

    @Test
    void aSilentServerIsGivenUpInTime() throws Exception {
        var done = new CountDownLatch(1);
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.drain();
            done.countDown();
        })) {
            var e = fails(Fault.NETWORK, request(Operation.FORMAT, server.url()).timeouts(PATIENT, Duration.ofMillis(200)));
            assertEquals("timeout", e.problem().code());
            assertTrue(done.await(10, TimeUnit.SECONDS), "the connection is closed");
        }
    }

    @Test
    void anythingElseThanATpsIsNamedSo() throws Exception {
        record Case(String answer, String code) {
        }
        for (Case c : List.of(new Case("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "http-404"),
                new Case("HTTP/1.1 500 \r\nContent-Length: 3\r\n\r\nboo", "http-500"),
                new Case("HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/tps\r\n\r\n", "http-302"),
                new Case("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>x</html>", "protocol"),
                new Case("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "protocol"),
                new Case("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc", "protocol"),
                new Case("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\ns=999999999&", "protocol"),
                new Case("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "protocol"),
                new Case("SSH-2.0-OpenSSH_9.2\r\n", "protocol"), new Case("\0\1\2\3\4\5\r\n\r\n", "protocol"),
                new Case("220 mail.example ESMTP\r\n\r\n", "protocol"), new Case("", "server-gone"),
                new Case(ScriptedServer.HEAD + Peer.chunk(new StatusUpdateResponse(1)), "protocol"),
                new Case(ScriptedServer.HEAD + Peer.chunk(new TokenPduRequest(Hex.parse("00A40400FF01"))), "protocol"),
                new Case(ScriptedServer.HEAD + Peer.chunk(new NewPinRequest(9, 3)), "protocol"),
                new Case(ScriptedServer.HEAD + "0\r\n\r\n", "server-gone"))) {
            try (var server = new ScriptedServer(p -> {
                p.readHead();
                p.raw(c.answer());
                p.socket.shutdownOutput();
                p.drain();
            })) {
                var e = fails(Fault.NETWORK, request(Operation.FORMAT, server.url()));
                assertEquals(c.code(), e.problem().code(), c.answer().replaceAll("[^ -~]", "?"));
            }
        }
    }

    @Test
    void endlessAnswersEnd() throws Exception {
        for (String forever : List.of("x", "X-Header: y\r\n", "HTTP/1.1 100 Continue\r\nA: ")) {
            endless("HTTP/1.1 200 OK\r\n", forever.repeat(500));
        }
        endless(ScriptedServer.HEAD, "1;" + "x".repeat(2000));
        endless(ScriptedServer.HEAD + "ffffff\r\ns=60000&", "a".repeat(5000));
        endless(ScriptedServer.HEAD, Peer.chunk(new StatusUpdateRequest(1, "AGAIN")).repeat(200));
    }

    private void endless(String start, String forever) throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.readHead();
            p.raw(start);
            while (true) {
                p.raw(forever);
            }
        })) {
            fails(Fault.NETWORK, request(Operation.FORMAT, server.url()));
            assertTrue(server.awaitEnd(), "the client hangs up");
        }
    }

    @Test
    void noiseIsSurvived() throws Exception {
        var random = new Random(4);
        String good = ScriptedServer.HEAD + Peer.chunk(new StatusUpdateRequest(10, "X")) + Peer.chunk(pdu("80CA9F7F2D"))
                + Peer.chunk(new ExtendedLoginRequest(false, false, "T", "D", List.of(new Parameter("UID", "U", "", "string", ""))))
                + Peer.chunk(new NewPinRequest(4, 10));
        byte[][] next = {{}};
        try (var server = new ScriptedServer(p -> {
            p.readHead();
            p.out.write(next[0]);
            p.socket.shutdownOutput();
            p.drain();
        })) {
            for (int round = 0; round < 300; round++) {
                byte[] b = good.getBytes(StandardCharsets.ISO_8859_1);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    b[random.nextInt(b.length)] = (byte) random.nextInt(256);
                }
                next[0] = b;
                var e = assertThrows(EscException.class,
                        () -> client.run(request(Operation.ENROLL, server.url()), card, context()));
                assertTrue(e.fault() == Fault.NETWORK || e.fault() == Fault.USAGE, e.problem().toString());
            }
        }
    }

    @Test
    void endCodesAreToldInWords() throws Exception {
        int[] code = {0};
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.end(new EndOp(1, 1, code[0]));
            p.drain();
        })) {
            for (code[0] = 1; code[0] <= 50; code[0]++) {
                var e = fails(code[0] == 14 ? Fault.LOGIN : Fault.REFUSED, request(Operation.ENROLL, server.url()));
                assertEquals(code[0], e.problem().endOp().getAsInt());
                assertTrue(code[0] > 48 || e.getMessage().equals(EndCode.of(code[0]).orElseThrow().text()));
                assertTrue(code[0] == 44 || !e.problem().advice().isEmpty());
            }
        }
    }

    @Test
    void theServersLimitsForAPasswordAreKeptBeforeItHasToRefuse() throws Exception {
        person.pin = "abc";
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.ask(new NewPinRequest(4, 10), NewPinResponse.class);
            throw new AssertionError("a bad password was sent");
        })) {
            for (String bad : List.of("abc", "12345678901", "ab&cd", "päss")) {
                person.pin = bad;
                person.told.clear();
                var e = fails(Fault.USAGE, request(Operation.RESET_PIN, server.url()));
                assertEquals("pin-rule", e.problem().code());
                assertFalse(e.getMessage().contains(bad), "the password is not shown");
                assertFalse(person.told.isEmpty(), "the person was told and asked again");
            }
        }
    }

    @Test
    void aServerThatIsNeverContentIsLeft() throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.begin();
            while (true) {
                p.ask(new LoginRequest(true, false), LoginResponse.class);
            }
        })) {
            fails(Fault.LOGIN, request(Operation.FORMAT, server.url()));
        }
        assertEquals(5, person.forms.size());
    }

    @Test
    void followsWhatTheCardsTransportWants() throws Exception {
        var better = new FakeCard() {
            @Override
            ResponseApdu answer(CommandApdu c) {
                return c.ins() == 0xC0 ? ResponseApdu.ok((byte) 1, (byte) 2) : ResponseApdu.of(0x6102);
            }
        };
        try (var server = new ScriptedServer(p -> {
            p.begin();
            assertEquals("01029000", Hex.of(p.ask(pdu("00A4040000"), TokenPduResponse.class).pdu()));
            p.end(EndOp.good(5));
        })) {
            client.run(request(Operation.FORMAT, server.url()), better, context());
        }
    }

    @Test
    void aPulledCardEndsItAndIsRememberedOnceItWasChanged() throws Exception {
        String[] last = {"80CA006600"};
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class);
            p.ask(pdu("8050000008" + "00".repeat(8)), TokenPduResponse.class);
            p.ask(pdu("8482030010" + "00".repeat(16)), TokenPduResponse.class);
            p.ask(pdu(last[0]), TokenPduResponse.class);
            p.drain();
        })) {
            var pulled = new FakeCard() {
                @Override
                ResponseApdu answer(CommandApdu c) throws EscException {
                    if (c.ins() == 0xE4 || c.p2() == 0x66) {
                        throw CardException.removed("talk to the card", null);
                    }
                    return super.answer(c);
                }
            };
            for (boolean changed : new boolean[] {false, true}) {
                last[0] = changed ? "84E40000084F06762701FF0000" : "80CA006600";
                var e = assertThrows(EscException.class,
                        () -> client.run(request(Operation.FORMAT, server.url()), pulled, context()));
                assertEquals(Fault.CARD, e.fault());
                assertEquals("card-removed", e.problem().code());
                assertTrue(server.awaitEnd(), "the connection is closed");
                assertEquals(changed, journal.halfDone(FakeCard.CUID).isPresent());
            }
        }
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class);
            p.ask(pdu("84E40000084F06762701FF0000"), TokenPduResponse.class);
            p.end(EndOp.good(5));
        })) {
            run(Operation.FORMAT, server);
            assertTrue(journal.halfDone(FakeCard.CUID).isEmpty(), "a format that went well mends it");
        }
    }

    @Test
    void aRefusalAfterTheCardWasChangedAdvisesToFormat() throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class);
            p.ask(pdu("84E40000084F06762701FF0000"), TokenPduResponse.class);
            p.end(EndOp.bad(1, EndCode.DB));
        })) {
            var e = fails(Fault.REFUSED, request(Operation.ENROLL, server.url()));
            assertTrue(e.problem().advice().contains("format it"), e.problem().advice());
            assertEquals(Operation.ENROLL, journal.halfDone(FakeCard.CUID).orElseThrow().operation());
        }
    }

    @Test
    void mayBeCancelledWhileWaitingForTheServer() throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.begin();
            cancel.cancel();
            p.drain();
        })) {
            fails(Fault.CANCELLED, request(Operation.FORMAT, server.url()));
            assertTrue(server.awaitEnd(), "the connection is closed");
        }
    }

    @Test
    void mayBeCancelledBeforeItBeginsAndWhileTheConnectionIsMade() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (Socket s = silent.accept()) {
                    s.getInputStream().read();
                    cancel.cancel();
                    s.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the client hung up
                }
            });
            var url = URI.create("https://127.0.0.1:" + silent.getLocalPort() + "/tps/tps");
            fails(Fault.CANCELLED, request(Operation.FORMAT, url));
        }
        fails(Fault.CANCELLED, request(Operation.FORMAT, URI.create("http://127.0.0.1:1/tps/tps")));
    }

    @Test
    void mayBeCancelledWhileTheCardWorks() throws Exception {
        var working = new CountDownLatch(1);
        var busy = new FakeCard() {
            @Override
            ResponseApdu answer(CommandApdu c) throws EscException {
                working.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Cancel.cancelled("talk to the card", e);
                }
                return ResponseApdu.ok();
            }
        };
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.send(pdu("80CA9F7F2D"));
            working.await();
            cancel.cancel();
            p.drain();
        })) {
            var e = assertThrows(EscException.class,
                    () -> client.run(request(Operation.FORMAT, server.url()), busy, context()));
            assertEquals(Fault.CANCELLED, e.fault());
            assertTrue(server.awaitEnd(), "the connection is closed");
        }
    }

    @Test
    void mayBeCancelledWhileAPersonThinks() throws Exception {
        var asked = new CompletableFuture<Answers>();
        var thinking = new Person() {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                cancel.cancel();
                return asked;
            }
        };
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.send(new LoginRequest(false, false));
            p.drain();
        })) {
            var e = assertThrows(EscException.class, () -> client.run(request(Operation.FORMAT, server.url()), card,
                    new Context(thinking, (_, _) -> { }, cancel)));
            assertEquals(Fault.CANCELLED, e.fault());
            assertTrue(asked.isCancelled(), "the question is withdrawn");
            assertTrue(server.awaitEnd());
        }
    }

    @Test
    void aQuestionIsWithdrawnWhenTheServerGoes() throws Exception {
        var asked = new CompletableFuture<Secret>();
        var shown = new CountDownLatch(1);
        var thinking = new Person() {
            @Override
            public CompletableFuture<Secret> newPin(NewPin request) {
                shown.countDown();
                return asked;
            }
        };
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.send(new NewPinRequest(4, 10));
            shown.await();
        })) {
            var e = assertThrows(EscException.class, () -> client.run(request(Operation.RESET_PIN, server.url()), card,
                    new Context(thinking, (_, _) -> { }, cancel)));
            assertEquals(Fault.NETWORK, e.fault());
            assertEquals("server-gone", e.problem().code());
            assertTrue(asked.isCancelled());
        }
    }

    @Test
    void reachesServersOverIpv6() throws Exception {
        InetAddress six = InetAddress.getByName("::1");
        ScriptedServer server;
        try {
            server = new ScriptedServer(six, Optional.empty(), new String[0], p -> {
                p.begin();
                assertTrue(p.head.contains("[::1]:"), p.head);
                p.end(EndOp.good(5));
            });
        } catch (IOException e) {
            assumeTrue(false, "this machine has no IPv6 loopback");
            return;
        }
        try (server) {
            run(Operation.FORMAT, server);
        }
    }

    @Test
    void triesEveryAddressOfAName() throws Exception {
        // "localhost" may mean ::1 first, where nothing listens
        try (var server = new ScriptedServer(p -> {
            p.begin();
            p.end(EndOp.good(5));
        })) {
            client.run(request(Operation.FORMAT, URI.create("http://localhost:" + server.port() + "/tps/tps")), card, context());
        }
    }

    @Test
    void unreachableServersAreNamed() throws Exception {
        int free;
        try (var s = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            free = s.getLocalPort();
        }
        assertEquals("unreachable",
                fails(Fault.NETWORK, request(Operation.FORMAT, URI.create("http://127.0.0.1:" + free + "/tps"))).problem().code());
        assertEquals("unknown-host",
                fails(Fault.NETWORK, request(Operation.FORMAT, URI.create("http://no-such-host.invalid/tps"))).problem().code());
        for (String bad : List.of("ftp://host/tps", "http://host", "http:///tps", "tps", "http://u:p@host/tps")) {
            assertEquals("bad-address", fails(Fault.USAGE, request(Operation.FORMAT, URI.create(bad))).problem().code(), bad);
        }
        assertEquals("bad-proxy", fails(Fault.USAGE, request(Operation.FORMAT, URI.create("http://127.0.0.1/tps"))
                .proxy(URI.create("http://u:secret@127.0.0.1:1"))).problem().code());
    }

    /** A proxy that connects, or answers with a status. */
    private static ServerSocket proxy(List<String> heads, String refusal) throws IOException {
        var socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try (Socket s = socket.accept(); var p = new Peer(s)) {
                    String head = p.readHead();
                    heads.add(head);
                    if (!refusal.isEmpty()) {
                        p.raw(refusal);
                        p.drain();
                        continue;
                    }
                    String[] to = head.split(" ")[1].split(":");
                    try (var far = new Socket(to[0], Integer.parseInt(to[1]))) {
                        p.raw("HTTP/1.1 200 Connection established\r\n\r\n");
                        var back = Thread.ofVirtual().start(() -> {
                            try {
                                far.getInputStream().transferTo(p.out);
                                s.shutdownOutput();
                            } catch (IOException e) {
                                // one side hung up
                            }
                        });
                        p.in.transferTo(far.getOutputStream());
                        far.shutdownOutput();
                        back.join();
                    }
                } catch (IOException | InterruptedException e) {
                    // one side hung up
                }
            }
        });
        return socket;
    }

    @Test
    void goesThroughAProxyByConnect() throws Exception {
        var heads = new ArrayList<String>();
        person.answers.put("PROXY_PASSWORD", "pr0xy");
        try (var server = new ScriptedServer(p -> {
            p.begin();
            assertTrue(p.head.startsWith("POST /tps/tps HTTP/1.1\r\n"));
            assertFalse(p.head.contains("roxy"), "the proxy's password is the proxy's only");
            p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class);
            p.end(EndOp.good(5));
        }); var proxy = proxy(heads, "")) {
            client.run(request(Operation.FORMAT, server.url()).proxy(URI.create("http://127.0.0.1:" + proxy.getLocalPort())),
                    card, context());
            assertTrue(heads.getFirst().startsWith("CONNECT 127.0.0.1:" + server.port() + " HTTP/1.1\r\n"), heads.getFirst());
            client.run(request(Operation.FORMAT, server.url())
                    .proxy(URI.create("http://karl@127.0.0.1:" + proxy.getLocalPort())), card, context());
            String basic = Base64.getEncoder().encodeToString("karl:pr0xy".getBytes(StandardCharsets.US_ASCII));
            assertTrue(heads.get(1).toLowerCase().contains("proxy-authorization: basic " + basic.toLowerCase()), heads.get(1));
        }
    }

    @Test
    void aProxyThatRefusesIsNamed() throws Exception {
        record Case(String answer, String code) {
        }
        for (Case c : List.of(new Case("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "proxy-login"),
                new Case("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "proxy"))) {
            try (var proxy = proxy(new ArrayList<>(), c.answer())) {
                assertEquals(c.code(), fails(Fault.NETWORK, request(Operation.FORMAT, URI.create("http://tps.example/tps"))
                        .proxy(URI.create("http://127.0.0.1:" + proxy.getLocalPort()))).problem().code());
            }
        }
    }

    @Test
    void manyOperationsRunAtOnce() throws Exception {
        try (var server = new ScriptedServer(p -> {
            p.begin();
            for (int i = 0; i < 20; i++) {
                p.ask(pdu("80CA9F7F2D"), TokenPduResponse.class);
            }
            p.end(EndOp.good(5));
            p.drain();
        })) {
            var all = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < 20; i++) {
                all.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return client.run(request(Operation.FORMAT, server.url()), new FakeCard(), context()).apdus();
                    } catch (EscException e) {
                        throw new IllegalStateException(e.problem().toString(), e);
                    }
                }, Thread::startVirtualThread));
            }
            for (var f : all) {
                assertEquals(20, f.get(60, TimeUnit.SECONDS));
            }
        }
    }
}
