// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

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
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.esc.tps.Message;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;

/** A server on loopback that does what a test says, byte by byte if need be. */
final class ScriptedServer implements Closeable {

    static final String HEAD = "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** What a test lets it do with one connection. */
    interface Script {
        void play(Peer peer) throws Exception;
    }

    private final ServerSocket socket;
    private final boolean tls;
    /** What a script threw; the test that closes the server sees it. */
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> ended = new LinkedBlockingQueue<>();

    ScriptedServer(Script script) throws IOException {
        this(InetAddress.getByName("127.0.0.1"), Optional.empty(), new String[0], script);
    }

    ScriptedServer(InetAddress address, Optional<SSLContext> context, String[] protocols, Script script) throws IOException {
        this(address, context, protocols, false, script);
    }

    /** One that insists on a certificate of the client if {@code askClient}. */
    ScriptedServer(InetAddress address, Optional<SSLContext> context, String[] protocols, boolean askClient, Script script) throws IOException {
        tls = context.isPresent();
        socket = tls ? context.get().getServerSocketFactory().createServerSocket(0, 50, address) : new ServerSocket(0, 50, address);
        if (askClient) {
            ((SSLServerSocket) socket).setNeedClientAuth(true);
        }
        if (protocols.length > 0) {
            ((SSLServerSocket) socket).setEnabledProtocols(protocols);
        }
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket s = socket.accept();
                    Thread.ofVirtual().start(() -> {
                        try (s; var peer = new Peer(s)) {
                            script.play(peer);
                        } catch (IOException e) {
                            // the other end hung up: the client's side of the test says whether that was right
                        } catch (Throwable e) {
                            failures.add(e);
                        } finally {
                            ended.add(true);
                        }
                    });
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    URI url() {
        return url("/tps/tps");
    }

    URI url(String path) {
        String host = socket.getInetAddress().getHostAddress();
        return URI.create((tls ? "https://" : "http://") + (host.indexOf(':') >= 0 ? "[::1]" : host) + ":" + port() + path);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Waits until a script is through; false if none is within ten seconds. */
    boolean awaitEnd() throws InterruptedException {
        return ended.poll(10, TimeUnit.SECONDS) != null;
    }

    /** Throws what a script threw. */
    void rethrow() {
        Throwable t = failures.poll();
        if (t != null) {
            throw new AssertionError("the server's script failed: " + t, t);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        rethrow();
    }

    /** One connection. */
    static final class Peer implements Closeable {

        final Socket socket;
        final InputStream in;
        final OutputStream out;
        private final MessageReader reader = new MessageReader(MessageReader.SERVER_LIMIT);
        String head = "";

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            in = socket.getInputStream();
            out = socket.getOutputStream();
        }

        /** Reads the request's head; null bytes and all. */
        String readHead() throws IOException {
            var b = new ByteArrayOutputStream();
            while (!b.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int c = in.read();
                if (c < 0) {
                    throw new IOException("the client hung up");
                }
                b.write(c);
            }
            head = b.toString(StandardCharsets.ISO_8859_1);
            return head;
        }

        /** Reads the head and BEGIN_OP and answers with a head. */
        Message.BeginOp begin() throws Exception {
            readHead();
            raw(HEAD);
            return (Message.BeginOp) receive();
        }

        void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Sends a message as one chunk. */
        void send(Message m) throws Exception {
            raw(chunk(m));
        }

        static String chunk(Message m) throws Exception {
            String text = new String(MessageCodec.encode(m), StandardCharsets.US_ASCII);
            return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
        }

        /** The client's next message, which must be one chunk. */
        Message receive() throws Exception {
            var size = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the client hung up");
                }
                size.append((char) c);
            }
            int n = Integer.parseInt(size.toString().strip(), 16);
            byte[] b = in.readNBytes(n + 2);
            if (b.length < n + 2) {
                throw new IOException("the client hung up");
            }
            reader.feed(b, 0, n);
            return reader.poll().orElseThrow();
        }

        <T extends Message> T ask(Message question, Class<T> answer) throws Exception {
            send(question);
            return answer.cast(receive());
        }

        void end(Message.EndOp end) throws Exception {
            send(end);
            raw("0\r\n\r\n");
        }

        /** Reads until the client hangs up. */
        void drain() throws IOException {
            while (in.read() >= 0) {
                // whatever comes
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
