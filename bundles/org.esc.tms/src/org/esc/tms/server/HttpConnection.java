// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.ContentLengthInputStream;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestParser;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.apache.hc.core5.net.WWWFormCodec;
import org.esc.tps.HttpChunk;
import org.esc.tps.SocketGuard;

/** One connection: its requests are read, worked on and answered one after another. Used by its thread alone. */
final class HttpConnection {

    private static final int MOST_BODY = 1 << 20;
    private static final int STREAMED = 1 << 15;
    private static final int LONGEST_LINE = 8192;
    private static final Http1Config HTTP = Http1Config.custom().setMaxLineLength(LONGEST_LINE).setMaxHeaderCount(100).build();
    /** For a client to take what it is sent. */
    private static final Duration SEND_TIME = Duration.ofSeconds(60);
    /** For the next request to come; longer than clients keep a connection that they do not use (30 seconds in Java's), which is so ended by them. */
    private static final Duration IDLE_TIME = Duration.ofSeconds(60);
    /** For a client that is refused to stop sending. */
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final System.Logger LOG = System.getLogger(HttpConnection.class.getName());

    private final SocketGuard guard;
    private final Socket socket;
    private final SessionInputBufferImpl input = new SessionInputBufferImpl(8192, LONGEST_LINE);
    private final InputStream in;
    private final OutputStream out;

    /** Over a socket, plain or TLS, that the guard watches. */
    HttpConnection(SocketGuard guard, Socket socket) throws IOException {
        this.guard = guard;
        this.socket = socket;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** From the first byte to the last; the guard's time runs for the first request. */
    void serve(HttpServer.Pages pages, HttpServer.Operations operations) throws IOException {
        while (serveOne(pages, operations)) {
            guard.until(IDLE_TIME);
        }
    }

    /** One request. False if it was the last. */
    private boolean serveOne(HttpServer.Pages pages, HttpServer.Operations operations) throws IOException {
        ClassicHttpRequest head;
        try {
            head = new DefaultHttpRequestParser(HTTP).parse(input, in);
        } catch (HttpException | MessageConstraintException | IllegalArgumentException _) {
            return refuse(400, "This request cannot be understood.");
        }
        if (head == null) {
            return false;
        }
        URI target;
        try {
            target = new URI(head.getRequestUri());
        } catch (URISyntaxException _) {
            return refuse(400, "The address of this request cannot be understood.");
        }
        if (HttpServer.TPS_PATH.equals(target.getRawPath())) {
            operate(head, operations);
            return false;
        }
        return answer(head, target, pages);
    }

    private void operate(ClassicHttpRequest head, HttpServer.Operations operations) throws IOException {
        if (!head.getMethod().equals("POST")) {
            refuse(405, "Token operations are sent by POST.");
        } else if (!chunked(head) || !HttpVersion.HTTP_1_1.equals(head.getVersion())) {
            refuse(400, "Token operations need HTTP/1.1 with Transfer-Encoding: chunked.");
        } else {
            // spelled as original clients look for it
            out.write(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"));
            out.flush();
            guard.rest();
            try (var link = new SocketLink()) {
                operations.run(link);
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "A token operation ended by a defect", e);
            }
        }
    }

    private static boolean chunked(ClassicHttpRequest head) {
        return Arrays.stream(head.getHeaders("Transfer-Encoding"))
                .anyMatch(h -> h.getValue().strip().toLowerCase(Locale.ROOT).endsWith("chunked"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean lasts(ClassicHttpRequest head) {
        return HttpVersion.HTTP_1_1.equals(head.getVersion()) && Arrays.stream(head.getHeaders("Connection"))
                .noneMatch(h -> h.getValue() != null && h.getValue().toLowerCase(Locale.ROOT).contains("close"));
    }

    /** An ordinary request. False if the connection ends with it. */
    private boolean answer(ClassicHttpRequest head, URI target, HttpServer.Pages pages) throws IOException {
        Optional<byte[]> body;
        try {
            body = body(head);
        } catch (MalformedChunkCodingException | NumberFormatException _) {
            return refuse(400, "This request cannot be understood.");
        }
        if (body.isEmpty()) {
            return refuse(413, "The request is too long.");
        }
        var query = new LinkedHashMap<String, List<String>>();
        if (target.getRawQuery() != null) {
            WWWFormCodec.parse(target.getRawQuery(), StandardCharsets.UTF_8).forEach(p -> query
                    .computeIfAbsent(p.getName(), _ -> new ArrayList<>()).add(p.getValue() == null ? "" : p.getValue()));
        }
        var type = head.getFirstHeader("Content-Type");
        var headers = new LinkedHashMap<String, String>();
        for (var h : head.getHeaders()) {
            headers.putIfAbsent(h.getName().toLowerCase(Locale.ROOT), h.getValue() == null ? "" : h.getValue());
        }
        var request = new Request(head.getMethod(), target.getPath() == null ? "" : target.getPath(), query,
                type == null ? "" : type.getValue().split(";", 2)[0].strip(), body.get(), socket.getInetAddress(), base(), headers, client());
        guard.rest();
        Answer answer;
        try {
            answer = pages.answer(request);
        } catch (Exception e) {
            LOG.log(System.Logger.Level.ERROR, "No answer to " + request.method() + " " + request.path(), e);
            answer = Answer.status(500, "The server failed to answer. Its log says why.");
        }
        boolean lasts = write(answer, request.method().equals("HEAD"), lasts(head));
        if (!lasts) {
            socket.close();
        }
        return lasts;
    }

    /** Empty if it is too long. */
    private Optional<byte[]> body(ClassicHttpRequest head) throws IOException {
        var length = head.getFirstHeader("Content-Length");
        InputStream from;
        if (chunked(head)) {
            from = new ChunkedInputStream(input, in, HTTP);
        } else if (length != null) {
            long n = Long.parseUnsignedLong(length.getValue().strip());
            if (n < 0 || n > MOST_BODY) {
                return Optional.empty();
            }
            from = new ContentLengthInputStream(input, in, n);
        } else {
            return Optional.of(new byte[0]);
        }
        var expect = head.getFirstHeader("Expect");
        if (expect != null && expect.getValue().equalsIgnoreCase("100-continue")) {
            out.write(bytes("HTTP/1.1 100 Continue\r\n\r\n"));
            out.flush();
        }
        byte[] body = from.readNBytes(MOST_BODY + 1);
        return body.length > MOST_BODY ? Optional.empty() : Optional.of(body);
    }

    private Optional<X509Certificate> client() {
        try {
            return socket instanceof SSLSocket s && s.getSession().getPeerCertificates()[0] instanceof X509Certificate x
                    ? Optional.of(x) : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            // came without a certificate, as most do
            return Optional.empty();
        }
    }

    private String base() {
        InetAddress local = socket.getLocalAddress();
        String host = local.isLoopbackAddress() ? "localhost" : local.getHostAddress();
        return (socket instanceof SSLSocket ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + socket.getLocalPort();
    }

    /** Answers a request that was not read to its end, and ends the connection: what follows cannot be told from the rest of it. */
    private boolean refuse(int status, String line) throws IOException {
        write(Answer.status(status, line), false, false);
        socket.shutdownOutput();
        // closed with something unread in it, a socket takes the answer back
        guard.until(LINGER);
        in.transferTo(OutputStream.nullOutputStream());
        return false;
    }

    /** False if the connection ends with it. */
    private boolean write(Answer a, boolean headOnly, boolean lasts) throws IOException {
        var head = new StringBuilder("HTTP/1.1 ").append(a.status()).append(' ')
                .append(EnglishReasonPhraseCatalog.INSTANCE.getReason(a.status(), null)).append("\r\n");
        var headers = new LinkedHashMap<>(a.headers());
        if (!a.type().isEmpty()) {
            headers.put("Content-Type", a.type());
        }
        headers.put("X-Content-Type-Options", "nosniff");
        if (!lasts) {
            headers.put("Connection", "close");
        }
        headers.putAll(a.stream().isPresent() ? Map.of("Transfer-Encoding", "chunked")
                : Map.of("Content-Length", Integer.toString(a.body().length)));
        headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (a.stream().isPresent() && !headOnly) {
            return stream(bytes(head.append("\r\n").toString()), a.stream().get()) && lasts;
        }
        guard.until(SEND_TIME);
        out.write(HttpChunk.joined(bytes(head.append("\r\n").toString()), headOnly ? new byte[0] : a.body()));
        out.flush();
        return lasts;
    }

    /** Something long, in chunks, each with its own time; cut short, without the last chunk, if it cannot be had to its end. */
    private boolean stream(byte[] head, Answer.Body body) throws IOException {
        out.write(head);
        try (var chunks = new BufferedOutputStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] b, int from, int length) throws IOException {
                if (length > 0) {
                    guard.until(SEND_TIME);
                    out.write(HttpChunk.of(Arrays.copyOfRange(b, from, from + length)));
                }
            }
        }, STREAMED)) {
            body.writeTo(chunks);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            LOG.log(System.Logger.Level.ERROR, "An answer broke off", e);
            return false;
        }
        guard.until(SEND_TIME);
        out.write(HttpChunk.last());
        out.flush();
        return true;
    }

    /** The link over a socket. A client that sends much without being asked is not read: that fills its own pockets, not ours. */
    private final class SocketLink implements Link {

        private final ChunkedInputStream body = new ChunkedInputStream(input, in, HTTP);
        private final byte[] buffer = new byte[4096];

        @Override
        public InetAddress peer() {
            return socket.getInetAddress();
        }

        @Override
        public Optional<byte[]> receive(Duration timeout) throws IOException {
            guard.until(timeout);
            try {
                int n = body.read(buffer);
                return n < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(buffer, n));
            } catch (IOException e) {
                throw new IOException(guard.late() ? "the client said nothing for " + timeout.toSeconds() + " s"
                        : e instanceof MessageConstraintException
                                || e instanceof MalformedChunkCodingException && !(e instanceof TruncatedChunkException)
                                ? "the client's chunks cannot be understood"
                                : "the client went away", e);
            } finally {
                guard.rest();
                Arrays.fill(buffer, (byte) 0);
            }
        }

        @Override
        public void send(byte[] message) throws IOException {
            guard.until(SEND_TIME);
            try {
                out.write(HttpChunk.of(message));
                out.flush();
            } catch (IOException e) {
                throw new IOException("the client went away", e);
            } finally {
                guard.rest();
            }
        }

        @Override
        public void finish(Duration patience) {
            guard.until(patience);
            try {
                out.write(HttpChunk.last());
                out.flush();
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException _) {
                // all is said; how the client leaves is its own affair
            }
            close();
        }

        @Override
        public void close() {
            guard.close();
        }
    }
}
