// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A relay on loopback between a client and a TPS, so that both clients' operations are timed by the same clock and by the step: how long the
 * server let the client wait, and how long the client let the server wait. Plain HTTP, one operation per connection.
 */
final class Tap implements AutoCloseable {

    private static final Pattern TYPE = Pattern.compile("msg_type=(\\d+)");
    private static final Pattern COMMAND = Pattern.compile("pdu_data=(%[0-9A-Fa-f]{2}|.)(%[0-9A-Fa-f]{2}|.)", Pattern.DOTALL);

    private static final Duration GOODBYE = Duration.ofMillis(200);

    /** One side spoke, and the other after a while. {@code what} is the message that was answered, for a command with its INS. */
    record Turn(boolean byServer, String what, long nanos) {
    }

    /** An operation: from its first byte to the server's last one. */
    record Passage(long nanos, List<Turn> turns) {

        /** How long one side let the other wait in all, ms. */
        double millis(boolean server) {
            return turns.stream().filter(t -> t.byServer == server).mapToLong(Turn::nanos).sum() / 1e6;
        }

        /** How long the server took over its answer to the login, ms. */
        double loginMillis() {
            return turns.stream().filter(t -> t.byServer && t.what.equals("login")).mapToLong(Turn::nanos).sum() / 1e6;
        }
    }

    private final ServerSocket listening = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
    private final URI server;
    private final BlockingQueue<Passage> passages = new LinkedBlockingQueue<>();

    /** In front of this server. */
    Tap(URI server) throws IOException {
        this.server = server;
        Thread.ofPlatform().daemon().name("tap").start(this::accept);
    }

    /** The address to use instead of the server's. */
    URI address() {
        return URI.create("http://localhost:" + listening.getLocalPort() + server.getRawPath());
    }

    /** The operation that passed last. */
    Passage passage() throws IOException, InterruptedException {
        var p = passages.poll(30, TimeUnit.SECONDS);
        if (p == null) {
            throw new IOException("no operation passed");
        }
        return p;
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listening.accept();
                Thread.ofPlatform().daemon().name("tap").start(() -> passages.add(new Relay(client).run()));
            } catch (IOException _) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** One connection; the protocol alternates, so the side that speaks ends the other's turn. */
    private final class Relay {

        private final Socket client;
        private final List<Turn> turns = new ArrayList<>();
        private final ByteArrayOutputStream said = new ByteArrayOutputStream();
        private boolean serverSpoke;
        private long first;
        private long last;
        private long serversLast;

        Relay(Socket client) {
            this.client = client;
        }

        Passage run() {
            try (client; var up = new Socket(server.getHost(), server.getPort())) {
                client.setTcpNoDelay(true);
                up.setTcpNoDelay(true);
                var back = Thread.ofPlatform().daemon().name("tap back").start(() -> pump(up, client, true));
                pump(client, up, false);
                // the client has hung up: the server has nothing left to say that anybody hears
                back.join(GOODBYE);
            } catch (IOException | InterruptedException _) {
                // whoever hung up has done so for the other, too
            }
            synchronized (this) {
                return new Passage(serversLast - first, List.copyOf(turns));
            }
        }

        private void pump(Socket from, Socket to, boolean server) {
            byte[] buffer = new byte[16384];
            try {
                var in = from.getInputStream();
                var out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    note(server, buffer, n, System.nanoTime());
                    out.write(buffer, 0, n);
                    out.flush();
                }
                to.shutdownOutput();
            } catch (IOException _) {
                // the other direction ends by itself
            }
        }

        private synchronized void note(boolean server, byte[] bytes, int n, long now) {
            String text = new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
            if (first == 0) {
                first = now;
            } else if (server != serverSpoke && TYPE.matcher(text).find()) {
                turns.add(new Turn(server, name(said.toString(StandardCharsets.ISO_8859_1)), now - last));
                said.reset();
            } else if (server != serverSpoke) {
                // the end of a body, which answers nothing
                return;
            }
            said.writeBytes(Arrays.copyOf(bytes, n));
            serverSpoke = server;
            last = now;
            if (server && text.contains("msg_type")) {
                serversLast = now;
            }
        }

        private static String name(String text) {
            var type = TYPE.matcher(text);
            String number = type.find() ? type.group(1) : "?";
            return switch (number) {
                case "4", "17" -> "login";
                case "9" -> {
                    var c = COMMAND.matcher(text);
                    yield c.find() ? "INS " + (c.group(2).length() == 3 ? c.group(2).substring(1) : String.format("%02X", (int) c.group(2).charAt(0))) : "?";
                }
                default -> "message " + number;
            };
        }
    }
}
