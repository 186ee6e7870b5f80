// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built product at a terminal, with a person who types. The program {@code script} makes the terminal. */
@Timeout(600)
class PromptTest {

    /** What the shell at the terminal does: the verb, then it shows how the verb left the terminal. */
    private static final String SESSION = "\"$ESC\" enroll --soft \"$TOKEN\" --tps \"$URL\" --plain-login %s; echo \"exit code $?\"; "
            + "stty -a | grep -qw -- -echo && echo silent; read -t 1 -r rest; echo \"left over [$rest], done\"";

    @TempDir
    static Path dir;
    private static Path token;

    @BeforeAll
    static void needsAProductAndATerminal() throws Exception {
        assumeTrue(Files.isDirectory(Esc.product()), "there is no built product: run ./esc build");
        for (String program : List.of("script", "bash", "stty")) {
            assumeTrue(List.of(System.getenv("PATH").split(":")).stream().anyMatch(d -> Files.isExecutable(Path.of(d, program))),
                    "there is no program " + program);
        }
        assumeTrue(new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0,
                "this system's env cannot give a program the usual signals");
        token = dir.resolve("a.token");
        var made = Esc.run(Map.of(), "soft", "create", token.toString());
        assertEquals(0, made.exit(), made.err());
    }

    /** A TPS that asks for user name and password, waits for the answer, and refuses it. */
    private static final class AskingServer implements Closeable {

        private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final CompletableFuture<Socket> client = new CompletableFuture<>();
        final CompletableFuture<String> answer = new CompletableFuture<>();

        AskingServer() throws IOException {
            Thread.ofVirtual().start(() -> {
                try {
                    Socket s = socket.accept();
                    until(s.getInputStream(), "msg_type=2");
                    s.getOutputStream().write(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk("msg_type=3&invalid_pw=0&blocked=0")).getBytes(StandardCharsets.US_ASCII));
                    client.complete(s);
                    answer.complete(until(s.getInputStream(), "password="));
                    s.getOutputStream().write(chunk("msg_type=13&operation=1&result=1&message=14").getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    client.completeExceptionally(e);
                    answer.completeExceptionally(e);
                }
            });
        }

        private static String until(InputStream in, String mark) throws IOException {
            var seen = new StringBuilder();
            while (seen.indexOf(mark) < 0 || seen.lastIndexOf("\r\n") < seen.indexOf(mark)) {
                int b = in.read();
                if (b < 0) {
                    throw new IOException("the client hung up after " + seen);
                }
                seen.append((char) b);
            }
            return seen.toString();
        }

        private static String chunk(String message) {
            String text = "s=" + message.length() + "&" + message;
            return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
        }

        String url() {
            return "http://127.0.0.1:" + socket.getLocalPort() + "/tps/tps";
        }

        /** Leaves in the middle of everything. */
        void leave() throws IOException {
            client.join().close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            if (client.isDone() && !client.isCompletedExceptionally()) {
                client.join().close();
            }
        }
    }

    /** A shell at a terminal. */
    private static final class Session implements Closeable {

        private final Process process;
        private final OutputStream keys;
        private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

        Session(AskingServer server, String more) throws IOException {
            // a run of the tests in the background ignores Ctrl-C and hands that down; at a person's terminal it is heard
            var builder = new ProcessBuilder("env", "--default-signal=INT", "script", "-q", "-c", String.format(SESSION, more), "/dev/null")
                    .redirectErrorStream(true);
            builder.environment().putAll(Map.of("ESC", Esc.root().resolve("esc").toString(), "TOKEN", token.toString(), "URL", server.url(),
                    "ESC_NO_BUILD", "1", "SHELL", "/bin/bash", "ESC_STATE_DIR", dir.resolve("state").toString()));
            process = builder.start();
            keys = process.getOutputStream();
            Thread.ofVirtual().start(() -> {
                try (InputStream in = process.getInputStream()) {
                    for (int b = in.read(); b >= 0; b = in.read()) {
                        synchronized (screen) {
                            screen.write(b);
                            screen.notifyAll();
                        }
                    }
                } catch (IOException e) {
                    // the terminal is gone: the test says what it misses
                }
            });
        }

        String screen() {
            synchronized (screen) {
                return screen.toString(StandardCharsets.UTF_8);
            }
        }

        /** Waits, for a minute at most, until something is to be read. */
        void await(String text) throws InterruptedException {
            long limit = System.nanoTime() + 60_000_000_000L;
            synchronized (screen) {
                while (!screen().contains(text)) {
                    long left = (limit - System.nanoTime()) / 1_000_000;
                    assertTrue(left > 0, "waited in vain for \"" + text + "\": " + screen());
                    screen.wait(left);
                }
            }
        }

        void type(String text) throws IOException {
            keys.write(text.getBytes(StandardCharsets.UTF_8));
            keys.flush();
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void asItWas(Session session) throws InterruptedException {
        session.await(", done");
        assertTrue(session.screen().contains("left over []"), session.screen());
        assertFalse(session.screen().contains("silent"), session.screen());
    }

    @Test
    void whatIsTypedForAPasswordIsNotShown() throws Exception {
        try (var server = new AskingServer(); var session = new Session(server, "--user alice")) {
            session.await("Password: ");
            session.type("hidden.word\n");
            session.await("exit code 5");
            assertTrue(server.answer.join().contains("hidden"), server.answer.join());
            assertFalse(session.screen().contains("hidden"), session.screen());
            asItWas(session);
        }
    }

    @Test
    void aPromptForAPasswordIsWithdrawnWhenTheServerLeaves() throws Exception {
        try (var server = new AskingServer(); var session = new Session(server, "")) {
            session.await("User name: ");
            // the beginning of the password is typed ahead, so that the screen tells when it has arrived
            session.type("alice\nSecr");
            session.await("alice\r\nSecr");
            session.await("Password: ");
            server.leave();
            session.await("exit code 4");
            assertTrue(session.screen().contains("ended the connection"), session.screen());
            asItWas(session);
        }
    }

    @Test
    void aVisiblePromptIsWithdrawnWhenTheServerLeaves() throws Exception {
        try (var server = new AskingServer(); var session = new Session(server, "")) {
            session.await("User name: ");
            session.type("ali");
            session.await("User name: ali");
            server.leave();
            session.await("exit code 4");
            asItWas(session);
        }
    }

    @Test
    void controlCEndsAPromptForAPassword() throws Exception {
        try (var server = new AskingServer(); var session = new Session(server, "--user alice")) {
            session.await("Password: ");
            session.type("Secr\u0003");
            session.await("exit code 7");
            assertFalse(session.screen().contains("Secr"), session.screen());
            asItWas(session);
        }
    }

    @Test
    void endOfInputEndsAPrompt() throws Exception {
        try (var server = new AskingServer(); var session = new Session(server, "--user alice")) {
            session.await("Password: ");
            session.type("\u0004");
            session.await("exit code 7");
            asItWas(session);
        }
    }

    @Test
    void promptsDoNotGoWhereTheResultGoes() throws Exception {
        Path result = dir.resolve("result.json");
        try (var server = new AskingServer(); var session = new Session(server, "--user alice --json >\"" + result + "\"")) {
            session.await("Password: ");
            session.type("Secret.123\n");
            session.await("exit code 5");
            String written = Files.readString(result);
            assertTrue(written.matches("\\{\"ok\":false,\"verb\":\"enroll\",\"error\":\\{.*\"endOp\":14,.*\\}\\}\\R"), written);
        }
    }
}
