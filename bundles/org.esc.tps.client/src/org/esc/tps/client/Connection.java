// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.impl.io.IdentityInputStream;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tps.HttpChunk;
import org.esc.tps.Message;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;
import org.esc.tps.SocketGuard;
import org.esc.tps.WireException;

/**
 * One POST to a TPS, chunked both ways and open for the whole operation. The thread of the operation opens it, sends and receives, on the
 * socket itself: a hundred commands pass one after the other, and each hand-over to another thread would cost more than the passing.
 * {@link #close} may come from any thread and ends whatever is under way.
 */
final class Connection implements AutoCloseable {

    private static final Words WORDS = Words.of(Connection.class);

    /** Most messages a server may send ahead; the protocol alternates, so one is usual. */
    private static final int AHEAD = 16;
    /** Most answers "100 Continue" and the like before the real one. */
    private static final int MOST_INTERIM = 8;
    private static final String STEP = WORDS.say("connect to the server");
    private static final int LONGEST_LINE = 8192;
    private static final Http1Config HTTP = Http1Config.custom().setMaxLineLength(LONGEST_LINE).setMaxHeaderCount(100).build();
    private static final byte[] LINE_END = bytes("\r\n");
    /** How long the server's own good-bye is waited for. */
    private static final Duration GOODBYE = Duration.ofMillis(100);

    private final TpsRequest request;
    private final URI uri;
    private final Tls trust;
    private final SocketGuard guard;
    private final SessionInputBufferImpl input = new SessionInputBufferImpl(8192, LONGEST_LINE);
    private final MessageReader reader = new MessageReader(MessageReader.CLIENT_LIMIT);
    private final Queue<Message.FromServer> arrived = new ArrayDeque<>();
    private final byte[] buffer = new byte[4096];
    private Optional<CompletableFuture<Message.FromServer>> ahead = Optional.empty();
    private Optional<InputStream> body = Optional.empty();
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private boolean begun;
    private int unasked;

    /** For this server; nothing happens before {@link #open}. */
    Connection(TpsRequest request, Tls trust) {
        this.request = request;
        this.uri = request.server();
        this.trust = trust;
        Duration shorter = Collections.min(List.of(request.connectTimeout(), request.messageTimeout()));
        guard = new SocketGuard(Duration.ofMillis(Math.clamp(shorter.toMillis() / 16, 5, 1000)));
    }

    /**
     * Reaches the server, through a proxy if there is one, and settles TLS.
     *
     * @param proxyPassword for the user named in the proxy's address, if there is one
     * @throws EscException NETWORK, TLS or USAGE; NETWORK, too, if it is closed meanwhile
     */
    void open(Optional<Secret> proxyPassword) throws EscException, InterruptedException {
        long deadline = System.nanoTime() + request.connectTimeout().toNanos();
        URI first = request.proxy().orElse(uri);
        List<InetAddress> addresses = resolve(host(first), deadline);
        int port = request.proxy().isPresent() ? first.getPort() < 0 ? 8080 : first.getPort() : port(uri);
        EscException last = null;
        for (int i = 0; i < addresses.size() && !guard.closed(); i++) {
            // a silent address must leave time for the next one
            long left = Math.max(1, (deadline - System.nanoTime()) / (addresses.size() - i));
            try {
                attempt(new InetSocketAddress(addresses.get(i), port), proxyPassword, left);
                return;
            } catch (EscException e) {
                last = e;
                if (e.fault() != Fault.NETWORK) {
                    break;
                }
            }
        }
        throw last == null ? gone(new IOException("closed")) : last;
    }

    private void attempt(InetSocketAddress address, Optional<Secret> proxyPassword, long nanos) throws EscException {
        guard.until(Duration.ofNanos(nanos));
        boolean good = false;
        var socket = new Socket();
        try {
            try {
                guard.watch(socket);
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(true);
                socket.connect(address, (int) Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE));
                in = socket.getInputStream();
                out = socket.getOutputStream();
            } catch (IOException e) {
                throw unreachable(e);
            }
            if (request.proxy().isPresent()) {
                throughProxy(request.proxy().get(), proxyPassword);
            }
            if (uri.getScheme().equalsIgnoreCase("https")) {
                settleTls(socket);
            }
            good = true;
        } finally {
            guard.rest();
            if (!good) {
                guard.drop();
            }
        }
    }

    private void throughProxy(URI proxy, Optional<Secret> password) throws EscException {
        String target = place(uri);
        byte[] login = proxy.getUserInfo() == null ? new byte[0] : password.orElseGet(() -> Secret.of("")).use(secret -> {
            byte[] both = HttpChunk.joined((proxy.getUserInfo() + ":").getBytes(StandardCharsets.UTF_8), secret);
            byte[] line = HttpChunk.joined(bytes("Proxy-Authorization: Basic "), Base64.getEncoder().encode(both), LINE_END);
            Arrays.fill(both, (byte) 0);
            return line;
        });
        byte[] head = HttpChunk.joined(bytes("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"), login, LINE_END);
        int status;
        try {
            out.write(head);
            // a buffer of one byte: what the server says behind the proxy's answer must stay in the socket
            status = answer(new DefaultHttpResponseParser(HTTP), new SessionInputBufferImpl(1, LONGEST_LINE)).getCode();
        } catch (IOException | HttpException e) {
            throw proxyFailed(proxy, guard.late() ? WORDS.say("did not answer in time") : WORDS.say("did not connect to {0}", target), e);
        } finally {
            Arrays.fill(login, (byte) 0);
            Arrays.fill(head, (byte) 0);
        }
        if (status == 407) {
            throw Problem.of(Fault.NETWORK, STEP, WORDS.say("The proxy {0} wants a user name and password.", place(proxy))).code("proxy-login")
                    .advice(WORDS.say("Name the user in the proxy's address (http://user@host:port); the password is asked for.")).exception();
        }
        if (status / 100 != 2) {
            throw proxyFailed(proxy, WORDS.say("did not connect to {0} (HTTP {1})", target, status), new IOException("HTTP " + status));
        }
    }

    private static EscException proxyFailed(URI proxy, String what, Exception cause) {
        return Problem.of(Fault.NETWORK, STEP, WORDS.say("The proxy {0} {1}.", place(proxy), what)).code("proxy")
                .advice(WORDS.say("Check the proxy's address and whether it may connect to this server.")).exception(cause);
    }

    private void settleTls(Socket socket) throws EscException {
        try {
            var tls = (SSLSocket) trust.context().getSocketFactory().createSocket(socket, host(uri), port(uri), true);
            tls.setEnabledProtocols(Arrays.stream(tls.getSupportedProtocols()).filter(p -> p.equals("TLSv1.3") || p.equals("TLSv1.2"))
                    .toArray(String[]::new));
            tls.startHandshake();
            in = tls.getInputStream();
            out = tls.getOutputStream();
        } catch (IOException e) {
            throw tlsFailed(e);
        }
    }

    private static List<InetAddress> resolve(String host, long deadline) throws EscException, InterruptedException {
        var answer = new CompletableFuture<InetAddress[]>();
        Thread.ofVirtual().name("resolve " + host).start(() -> {
            try {
                answer.complete(InetAddress.getAllByName(host));
            } catch (UnknownHostException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return List.of(answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException e) {
            throw Problem.of(Fault.NETWORK, STEP, WORDS.say("The name \"{0}\" could not be looked up.", host)).code("unknown-host")
                    .advice(WORDS.say("Check the spelling of the address and the network connection.")).exception(e);
        }
    }

    /**
     * Sends a message and erases what it carried; the first one opens the POST. If the server is gone {@link #receive} says so: what it
     * said before it went can still be read there.
     */
    void send(Message.FromClient message) throws EscException {
        byte[] text;
        try (message) {
            text = MessageCodec.encode(message);
        }
        byte[] chunk = HttpChunk.of(begun ? "" : head(), text);
        begun = true;
        // more than the end of the last chunk is here already: the server did not wait for this
        unasked = input.length() > LINE_END.length ? unasked + 1 : 0;
        guard.until(request.messageTimeout());
        try {
            out.write(chunk);
            out.flush();
        } catch (IOException _) {
            // the next look for an answer finds the reason
        } finally {
            guard.rest();
            Arrays.fill(text, (byte) 0);
            Arrays.fill(chunk, (byte) 0);
        }
    }

    private String head() {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return "POST " + (uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery()) + " HTTP/1.1\r\nHost: " + place(uri)
                + "\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n";
    }

    /**
     * Waits for the server's next message.
     *
     * @throws EscException NETWORK if it does not come in time, the connection ends, or the server breaks the protocol
     */
    Message.FromServer receive(Duration time) throws EscException, InterruptedException {
        if (ahead.isPresent()) {
            var reading = ahead.get();
            try {
                var message = reading.get(time.toNanos(), TimeUnit.NANOSECONDS);
                ahead = Optional.empty();
                return message;
            } catch (TimeoutException _) {
                throw silent(time);
            } catch (ExecutionException e) {
                throw again(e.getCause());
            }
        }
        guard.until(time);
        try {
            return next();
        } catch (EscException e) {
            throw guard.late() ? silent(time) : e;
        } finally {
            guard.rest();
        }
    }

    /**
     * To be called before a person is asked, when nothing is due from the server: calls {@code gone} if the connection ends meanwhile.
     * What the server says all the same is there to {@link #receive}.
     */
    void whileAsking(Runnable gone) {
        var reading = ahead.orElseGet(CompletableFuture::new);
        reading.whenComplete((_, failure) -> {
            if (failure != null) {
                gone.run();
            }
        });
        if (ahead.isEmpty()) {
            ahead = Optional.of(reading);
            Thread.ofVirtual().name("listen to " + place(uri)).start(() -> {
                try {
                    reading.complete(next());
                } catch (EscException | RuntimeException e) {
                    reading.completeExceptionally(e);
                }
            });
        }
    }

    /** Why the connection ended while a person was asked, if it did. */
    Optional<EscException> ended() {
        return ahead.filter(CompletableFuture::isCompletedExceptionally).map(CompletableFuture::exceptionNow).map(this::again);
    }

    /** What another thread met, for this one. */
    private EscException again(Throwable e) {
        return e instanceof EscException x ? new EscException(x.problem(), x) : gone(e);
    }

    /** The next message, however long it takes. */
    private Message.FromServer next() throws EscException {
        try {
            while (arrived.isEmpty()) {
                int n = body().read(buffer);
                if (n < 0) {
                    throw gone(new IOException("the answer ended"));
                }
                try {
                    reader.feed(buffer, 0, n);
                } finally {
                    Arrays.fill(buffer, 0, n, (byte) 0);
                    deliver();
                }
            }
        } catch (IOException | HttpException e) {
            throw broken(e);
        }
        if (arrived.size() + unasked > AHEAD) {
            throw new WireException(WORDS.say("the server does not wait for answers"));
        }
        return arrived.remove();
    }

    private void deliver() throws WireException {
        for (var m = reader.poll(); m.isPresent(); m = reader.poll()) {
            if (!(m.get() instanceof Message.FromServer s)) {
                throw new WireException(WORDS.say("it is one that only a client sends"));
            }
            arrived.add(s);
        }
    }

    /** What the server says, after the head of its answer was read. */
    private InputStream body() throws IOException, HttpException, EscException {
        if (body.isEmpty()) {
            var parser = new DefaultHttpResponseParser(HTTP);
            ClassicHttpResponse head;
            int interim = 0;
            do {
                head = answer(parser, input);
            } while (head.getCode() < 200 && ++interim < MOST_INTERIM);
            if (head.getCode() != 200) {
                throw badStatus(head);
            }
            // Dogtag says it twice
            boolean chunked = Arrays.stream(head.getHeaders("Transfer-Encoding"))
                    .anyMatch(h -> h.getValue().toLowerCase(Locale.ROOT).contains("chunked"));
            body = Optional.of(chunked ? new ChunkedInputStream(input, in, HTTP) : new IdentityInputStream(input, in));
        }
        return body.get();
    }

    private ClassicHttpResponse answer(DefaultHttpResponseParser parser, SessionInputBufferImpl from) throws IOException, HttpException {
        try {
            var head = parser.parse(from, in);
            if (head == null) {
                throw new EOFException("no answer");
            }
            return head;
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("not a status", e);
        }
    }

    /** Ends the request politely. */
    void finish() {
        guard.until(GOODBYE);
        try {
            out.write(HttpChunk.last());
            out.flush();
            // a socket closed with something unread in it tells the server that the connection broke
            body().skip(Long.MAX_VALUE);
            out.close();
        } catch (IOException | HttpException | EscException _) {
            // all is done; the server has its own ways to hang up
        } finally {
            guard.rest();
        }
    }

    /** Ends whatever is under way; may come from any thread. */
    void drop() {
        guard.close();
    }

    /** Ends the connection and erases what was not read. */
    @Override
    public void close() {
        drop();
        ahead.ifPresent(reading -> reading.exceptionally(_ -> null).thenAccept(m -> {
            if (m != null) {
                m.close();
            }
        }).join());
        reader.close();
        arrived.forEach(Message::close);
        arrived.clear();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The host of an address, an IPv6 address without its brackets. */
    static String host(URI uri) {
        String h = uri.getHost();
        return h.startsWith("[") && h.endsWith("]") ? h.substring(1, h.length() - 1) : h;
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static String place(URI uri) {
        String host = host(uri);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port(uri);
    }

    static String seconds(Duration time) {
        return time.toMillis() < 1000 ? WORDS.say("{0} milliseconds", time.toMillis())
                : time.toSeconds() == 1 ? WORDS.say("1 second") : WORDS.say("{0} seconds", time.toSeconds());
    }

    private EscException timeout(String who, Throwable cause) {
        return Problem.of(Fault.NETWORK, STEP, WORDS.say("{0} did not answer within {1}.", who, seconds(request.connectTimeout()))).code("timeout")
                .advice(WORDS.say("Check the address and the network, or ask the server's operator whether it runs.")).exception(cause);
    }

    private EscException silent(Duration time) {
        return Problem.of(Fault.NETWORK, WORDS.say("wait for the server"), WORDS.say("The server {0} has been silent for {1}.", place(uri), seconds(time)))
                .code("timeout").advice(WORDS.say("Try again later. If the server is known to be slow, give it more time (--timeout).")).exception();
    }

    private EscException unreachable(IOException cause) {
        if (cause instanceof SocketTimeoutException || guard.late()) {
            return timeout(request.proxy().map(p -> WORDS.say("The proxy {0}", place(p))).orElseGet(() -> WORDS.say("The server {0}", place(uri))), cause);
        }
        String why = switch (cause) {
            case ConnectException _ -> WORDS.say("nothing listens there");
            case NoRouteToHostException _ -> WORDS.say("there is no way to it");
            default -> WORDS.say("the network says: {0}", cause.getMessage());
        };
        String message = request.proxy().map(p -> WORDS.say("No connection to the proxy {0}: {1}.", place(p), why))
                .orElseGet(() -> WORDS.say("No connection to the server {0}: {1}.", place(uri), why));
        return Problem.of(Fault.NETWORK, STEP, message).code("unreachable")
                .advice(WORDS.say("Check the address and the network, or ask the server's operator whether it runs.")).exception(cause);
    }

    private EscException tlsFailed(IOException cause) {
        if (guard.late() && trust.refusal().isEmpty()) {
            return Problem.of(Fault.NETWORK, STEP, WORDS.say("The server {0} did not answer the TLS greeting in time.", place(uri)))
                    .code("timeout").advice(WORDS.say("Check the address and the network.")).exception(cause);
        }
        return trust.failed(cause, STEP);
    }

    /** What an exception means that reading the server's answer ended with. */
    private EscException broken(Exception cause) {
        if (body.isEmpty() && trust.concerns(cause)) {
            // with TLS 1.3 a server says only now what it thinks of this computer's certificate
            return trust.failed(cause, STEP);
        }
        if (cause instanceof HttpException || cause instanceof MessageConstraintException
                || cause instanceof MalformedChunkCodingException && !(cause instanceof TruncatedChunkException)) {
            return Problem.of(Fault.NETWORK, WORDS.say("talk to the server"),
                    WORDS.say("What answers at {0} does not speak HTTP as it should.", place(uri))).code("protocol")
                    .advice(uri.getScheme().equalsIgnoreCase("http") ? WORDS.say("Check the address: perhaps it begins with https:, or has another port.")
                            : WORDS.say("Check the address."))
                    .exception(cause);
        }
        return body.isPresent() ? gone(cause)
                : Problem.of(Fault.NETWORK, WORDS.say("talk to the server"), WORDS.say("The server {0} hung up without an answer.", place(uri)))
                        .code("server-gone").advice(WORDS.say("Check the address, and whether it begins with http: or https:.")).exception(cause);
    }

    private EscException gone(Throwable cause) {
        return Problem.of(Fault.NETWORK, WORDS.say("talk to the server"),
                WORDS.say("The server {0} ended the connection in the middle of the operation.", place(uri))).code("server-gone")
                .advice(WORDS.say("Try again. If it happens again, ask the server's operator to look into its log.")).exception(cause);
    }

    private EscException badStatus(HttpResponse head) {
        int status = head.getCode();
        String moved = status >= 300 && status < 400 && head.getFirstHeader("Location") instanceof Header h ? h.getValue() : "";
        String at = uri.getRawPath();
        String message = switch (status) {
            case 404 -> WORDS.say("The server {0} answered with HTTP status {1}: there is nothing at {2}.", place(uri), status, at);
            case 401, 403 -> WORDS.say("The server {0} answered with HTTP status {1}: it does not let this computer in.", place(uri), status);
            case 405, 400, 411 -> WORDS.say("The server {0} answered with HTTP status {1}: what is at {2} is no TPS.", place(uri), status, at);
            case 503, 502, 504 -> WORDS.say("The server {0} answered with HTTP status {1}: the service is not available now.", place(uri), status);
            default -> status >= 300 && status < 400
                    ? WORDS.say("The server {0} answered with HTTP status {1}: it points to another address.", place(uri), status)
                    : WORDS.say("The server {0} answered with HTTP status {1}.", place(uri), status);
        };
        return Problem.of(Fault.NETWORK, WORDS.say("talk to the server"), message).code("http-" + status)
                .advice(moved.matches("https?://[!-~]{1,200}") ? WORDS.say("If you trust it, use the address it points to: {0}", moved)
                        : status >= 500 ? WORDS.say("Try again later, or ask the server's operator.")
                                : status == 400 && uri.getScheme().equalsIgnoreCase("http")
                                ? WORDS.say("Check the address; perhaps it begins with https:.")
                                : WORDS.say("Check the address; a TPS is usually at /tps/tps or /nk_service."))
                .exception();
    }
}
