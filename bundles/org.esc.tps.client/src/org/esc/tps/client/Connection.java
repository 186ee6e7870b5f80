// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.tps.Message;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;
import org.esc.tps.WireException;

/**
 * One POST to a TPS, chunked both ways and open for the whole operation. One thread sends and receives; {@link #close} may come from any.
 */
final class Connection implements AutoCloseable {

    /** Most messages a server may send ahead; the protocol alternates, so one is usual. */
    private static final int AHEAD = 16;
    private static final String STEP = "connect to the server";

    private sealed interface Arrival {
        record Good(Message.FromServer message) implements Arrival {
        }

        record Bad(EscException problem) implements Arrival {
        }
    }

    private final URI server;
    private final Channel channel;
    private final Inbox inbox;
    private boolean begun;

    private Connection(URI server, Channel channel, Inbox inbox) {
        this.server = server;
        this.channel = channel;
        this.inbox = inbox;
    }

    /**
     * Reaches the server, through a proxy if there is one, and settles TLS. Interruptible.
     *
     * @param proxyPassword for the user named in the proxy's address, if there is one
     * @throws EscException NETWORK, TLS or USAGE
     */
    static Connection open(TpsRequest request, ServerTrust trust, Optional<Secret> proxyPassword, EventLoopGroup group)
            throws EscException, InterruptedException {
        URI uri = request.server();
        String host = host(uri);
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        int port = port(uri);
        long deadline = System.nanoTime() + request.connectTimeout().toNanos();
        List<SocketAddress> addresses = new ArrayList<>();
        if (request.proxy().isPresent()) {
            addresses.add(InetSocketAddress.createUnresolved(host, port));
        } else {
            for (InetAddress a : resolve(host, deadline)) {
                addresses.add(new InetSocketAddress(a, port));
            }
        }
        Optional<InetAddress> proxy = request.proxy().isPresent()
                ? Optional.of(resolve(host(request.proxy().get()), deadline).getFirst())
                : Optional.empty();
        EscException last = null;
        for (int i = 0; i < addresses.size(); i++) {
            // a silent address must leave time for the next one
            long left = (deadline - System.nanoTime()) / (addresses.size() - i);
            try {
                return attempt(request, trust, proxyPassword, proxy, group, addresses.get(i), tls, Math.max(1, left));
            } catch (EscException e) {
                last = e;
                if (e.fault() != Fault.NETWORK) {
                    break;
                }
            }
        }
        throw last;
    }

    private static Connection attempt(TpsRequest request, ServerTrust trust, Optional<Secret> proxyPassword,
            Optional<InetAddress> proxy, EventLoopGroup group, SocketAddress address, boolean tls, long nanos)
            throws EscException, InterruptedException {
        URI uri = request.server();
        String host = host(uri);
        int port = port(uri);
        var inbox = new Inbox(uri);
        var handshake = new CompletableFuture<Void>();
        var through = new CompletableFuture<Void>();
        int millis = (int) Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE);
        var bootstrap = new Bootstrap().group(group).channel(NioSocketChannel.class).option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        var line = ch.pipeline();
                        if (proxy.isPresent()) {
                            var handler = proxy(request.proxy().get(), proxy.get(), proxyPassword, millis);
                            handler.connectFuture().addListener(f -> settle(f, through));
                            line.addLast(handler);
                        }
                        if (tls) {
                            line.addLast(tls(trust, host, port, millis, handshake));
                        }
                        line.addLast(new HttpRequestEncoder());
                        line.addLast(new HttpResponseDecoder());
                        line.addLast(inbox);
                    }
                });
        if (proxy.isPresent()) {
            bootstrap.resolver(NoopAddressResolverGroup.INSTANCE);
        }
        ChannelFuture connecting = bootstrap.connect(address);
        Channel channel = connecting.channel();
        boolean good = false;
        try {
            if (!connecting.await(millis)) {
                throw timeout(uri, request.connectTimeout());
            }
            if (!connecting.isSuccess()) {
                throw unreachable(uri, request, connecting.cause());
            }
            if (proxy.isPresent()) {
                try {
                    through.get(nanos, TimeUnit.NANOSECONDS);
                } catch (TimeoutException _) {
                    throw timeout(uri, request.connectTimeout());
                } catch (ExecutionException e) {
                    throw unreachable(uri, request, e.getCause());
                }
            }
            if (tls) {
                try {
                    handshake.get(nanos, TimeUnit.NANOSECONDS);
                } catch (TimeoutException _) {
                    throw timeout(uri, request.connectTimeout());
                } catch (ExecutionException e) {
                    throw tlsFailed(uri, trust, e.getCause());
                }
            }
            good = true;
            return new Connection(uri, channel, inbox);
        } finally {
            if (!good) {
                channel.close();
            }
        }
    }

    private static HttpProxyHandler proxy(URI proxy, InetAddress at, Optional<Secret> password, int millis) {
        var address = new InetSocketAddress(at, proxy.getPort() < 0 ? 8080 : proxy.getPort());
        HttpProxyHandler handler;
        if (proxy.getUserInfo() != null) {
            char[] chars = password.map(Secret::chars).orElse(new char[0]);
            handler = new HttpProxyHandler(address, proxy.getUserInfo(), new String(chars));
            Arrays.fill(chars, '\0');
        } else {
            handler = new HttpProxyHandler(address);
        }
        handler.setConnectTimeoutMillis(millis);
        return handler;
    }

    private static SslHandler tls(ServerTrust trust, String host, int port, int millis, CompletableFuture<Void> done) {
        SSLEngine engine = trust.context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(Arrays.stream(engine.getSupportedProtocols())
                .filter(p -> p.equals("TLSv1.3") || p.equals("TLSv1.2")).toArray(String[]::new));
        // checking a certificate may ask its authority over the network: never on the thread that serves all connections
        var handler = new SslHandler(engine, task -> Thread.ofVirtual().name("TLS with " + host).start(task));
        handler.setHandshakeTimeoutMillis(millis);
        handler.handshakeFuture().addListener(f -> settle(f, done));
        return handler;
    }

    private static void settle(Future<?> from, CompletableFuture<Void> to) {
        if (from.isSuccess()) {
            to.complete(null);
        } else {
            to.completeExceptionally(from.cause());
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
            throw Problem.of(Fault.NETWORK, STEP, "The name \"" + host + "\" could not be looked up.").code("unknown-host")
                    .advice("Check the spelling of the address and the network connection.").exception(e);
        }
    }

    /** Sends a message and erases what it carried; the first one opens the POST. */
    void send(Message.FromClient message) throws EscException {
        byte[] text;
        try (message) {
            text = MessageCodec.encode(message);
        }
        if (!begun) {
            begun = true;
            String path = server.getRawPath() == null || server.getRawPath().isEmpty() ? "/" : server.getRawPath();
            var head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST,
                    server.getRawQuery() == null ? path : path + "?" + server.getRawQuery());
            head.headers().set(HttpHeaderNames.HOST.toString(), bracketed(host(server)) + ":" + port(server))
                    .set("Transfer-Encoding", "chunked").set("Content-Type", "text/plain");
            channel.write(head);
        }
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(text))).addListener(f -> {
            Arrays.fill(text, (byte) 0);
            if (!f.isSuccess()) {
                inbox.fail(gone(server, f.cause()));
            }
        });
    }

    /**
     * Waits for the server's next message.
     *
     * @throws EscException NETWORK if it does not come in time, the connection ends, or the server breaks the protocol
     */
    Message.FromServer receive(Duration time) throws EscException, InterruptedException {
        return switch (inbox.take(time)) {
            case Arrival.Good(Message.FromServer m) -> m;
            case Arrival.Bad(EscException e) -> throw new EscException(e.problem(), e);
        };
    }

    /** Runs {@code action} when the connection ends, at once if it has. */
    void onEnd(Runnable action) {
        channel.closeFuture().addListener(_ -> action.run());
    }

    /** True until either end hangs up. */
    boolean isOpen() {
        return channel.isOpen();
    }

    /** Why the connection ended, once it has. */
    EscException whyEnded() {
        return inbox.failure().orElseGet(() -> gone(server, null));
    }

    /** Ends the request body, politely; the connection is then to be closed. */
    void finish() {
        channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Ends the connection, whatever is under way. */
    @Override
    public void close() {
        channel.close();
        inbox.dropUnread();
    }

    /** The host of an address, an IPv6 address without its brackets. */
    static String host(URI uri) {
        String h = uri.getHost();
        return h.startsWith("[") && h.endsWith("]") ? h.substring(1, h.length() - 1) : h;
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static String place(URI uri) {
        return bracketed(host(uri)) + ":" + port(uri);
    }

    private static EscException timeout(URI uri, Duration time) {
        return Problem.of(Fault.NETWORK, STEP, "The server " + place(uri) + " did not answer within " + seconds(time) + ".")
                .code("timeout").advice("Check the address and the network, or ask the server's operator whether it runs.")
                .exception();
    }

    static String seconds(Duration time) {
        return time.toMillis() < 1000 ? time.toMillis() + " milliseconds"
                : time.toSeconds() == 1 ? "1 second" : time.toSeconds() + " seconds";
    }

    private static EscException unreachable(URI uri, TpsRequest request, Throwable cause) {
        if (cause instanceof HttpProxyHandler.HttpProxyConnectException || request.proxy().isPresent()
                && cause instanceof io.netty.handler.proxy.ProxyConnectException) {
            String proxy = place(request.proxy().orElseThrow());
            String text = String.valueOf(cause.getMessage());
            boolean auth = text.contains("407");
            return Problem.of(Fault.NETWORK, STEP, auth ? "The proxy " + proxy + " wants a user name and password."
                    : text.contains("timeout") ? "The proxy " + proxy + " did not answer in time."
                            : "The proxy " + proxy + " did not connect to " + place(uri) + proxyStatus(text) + ".")
                    .code(auth ? "proxy-login" : "proxy")
                    .advice(auth ? "Name the user in the proxy's address (http://user@host:port); the password is asked for."
                            : "Check the proxy's address and whether it may connect to this server.")
                    .exception(cause);
        }
        if (cause instanceof io.netty.channel.ConnectTimeoutException) {
            return timeout(uri, request.connectTimeout());
        }
        String where = request.proxy().map(p -> "the proxy " + place(p)).orElse("the server " + place(uri));
        String why = cause instanceof java.net.ConnectException ? "nothing listens there"
                : cause instanceof NoRouteToHostException ? "there is no way to it"
                        : cause instanceof IOException ? "the network says: " + cause.getMessage() : "connecting failed";
        return Problem.of(Fault.NETWORK, STEP, "No connection to " + where + ": " + why + ".").code("unreachable")
                .advice("Check the address and the network, or ask the server's operator whether it runs.").exception(cause);
    }

    private static String proxyStatus(String text) {
        var m = java.util.regex.Pattern.compile("status: (\\d{3})").matcher(text);
        return m.find() ? " (HTTP " + m.group(1) + ")" : "";
    }

    private static EscException tlsFailed(URI uri, ServerTrust trust, Throwable cause) {
        if (trust.refusal().isPresent()) {
            return trust.refusal().get().exception(cause);
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof NotSslRecordException) {
                return Problem.of(Fault.TLS, STEP, "The server " + place(uri) + " does not speak TLS at this port.")
                        .code("tls-none").advice("Check the address: perhaps it begins with http:, or has another port.")
                        .exception(cause);
            }
            if (t instanceof io.netty.handler.ssl.SslHandshakeTimeoutException) {
                return Problem.of(Fault.NETWORK, STEP, "The server " + place(uri) + " did not answer the TLS greeting in time.")
                        .code("timeout").advice("Check the address and the network.").exception(cause);
            }
        }
        if (cause instanceof SSLHandshakeException) {
            String text = String.valueOf(cause.getMessage());
            boolean old = text.contains("protocol_version") || text.contains("protocol is disabled")
                    || text.contains("not accepted by client preferences");
            boolean client = text.contains("certificate_required") || text.contains("bad_certificate");
            return Problem.of(Fault.TLS, STEP, old ? "The server " + place(uri) + " offers only versions of TLS that are too old."
                    : client ? "The server " + place(uri) + " wants a certificate of this computer, which a TPS should not."
                            : "The server " + place(uri) + " and this program found no common way to encrypt (" + text + ").")
                    .code(old ? "tls-version" : "tls-handshake")
                    .advice("Tell the server's operator; TLS 1.2 or 1.3 with usual ciphers is needed.").exception(cause);
        }
        if (cause instanceof SSLException) {
            return Problem.of(Fault.TLS, STEP, "Encryption with the server " + place(uri) + " failed.").code("tls-handshake")
                    .advice("Check the address; if it is right, tell the server's operator.").exception(cause);
        }
        return Problem.of(Fault.NETWORK, STEP, "The server " + place(uri) + " hung up while encryption was being settled.")
                .code("server-gone").advice("Check that the address is one for https.").exception(cause);
    }

    private static EscException gone(URI uri, Throwable cause) {
        return Problem.of(Fault.NETWORK, "talk to the server",
                "The server " + place(uri) + " ended the connection in the middle of the operation.").code("server-gone")
                .advice("Try again. If it happens again, ask the server's operator to look into its log.").exception(cause);
    }

    /** What comes in, on Netty's thread: HTTP to messages to the queue. */
    private static final class Inbox extends SimpleChannelInboundHandler<HttpObject> {

        private final URI uri;
        private final BlockingQueue<Arrival> queue = new ArrayBlockingQueue<>(AHEAD + 1);
        private final MessageReader reader = new MessageReader(MessageReader.CLIENT_LIMIT);
        private boolean ok;
        private volatile boolean failed;

        Inbox(URI uri) {
            this.uri = uri;
        }

        Arrival take(Duration time) throws InterruptedException {
            Arrival a = queue.poll(time.toNanos(), TimeUnit.NANOSECONDS);
            if (a == null) {
                return new Arrival.Bad(Problem.of(Fault.NETWORK, "wait for the server",
                        "The server " + place(uri) + " has been silent for " + seconds(time) + ".").code("timeout")
                        .advice("Try again later. If the server is known to be slow, give it more time (--timeout).")
                        .exception());
            }
            if (a instanceof Arrival.Bad) {
                queue.offer(a);
            }
            return a;
        }

        /** Notes the first failure only: it is the cause of the others. */
        synchronized void fail(EscException problem) {
            if (!failed) {
                failed = true;
                if (queue.remainingCapacity() == 0) {
                    queue.clear();
                }
                queue.offer(new Arrival.Bad(problem));
            }
        }

        Optional<EscException> failure() {
            return queue.stream().filter(Arrival.Bad.class::isInstance).map(a -> ((Arrival.Bad) a).problem()).findFirst();
        }

        void dropUnread() {
            for (Arrival a : queue) {
                if (a instanceof Arrival.Good(Message.FromServer m)) {
                    m.close();
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
            if (failed) {
                return;
            }
            if (part.decoderResult().isFailure()) {
                end(ctx, Problem.of(Fault.NETWORK, "talk to the server",
                        "What answers at " + place(uri) + " does not speak HTTP as it should.").code("protocol")
                        .advice(uri.getScheme().equalsIgnoreCase("http") ? "Check the address: perhaps it begins with https:, or "
                                + "has another port." : "Check the address.")
                        .exception(part.decoderResult().cause()));
                return;
            }
            if (part instanceof HttpResponse head) {
                int status = head.status().code();
                ok = status == 200;
                if (!ok && status >= 200) {
                    end(ctx, badStatus(head));
                    return;
                }
            }
            if (part instanceof HttpContent content && ok) {
                try {
                    byte[] bytes = new byte[content.content().readableBytes()];
                    content.content().readBytes(bytes);
                    try {
                        reader.feed(bytes);
                    } finally {
                        Arrays.fill(bytes, (byte) 0);
                        deliver();
                    }
                } catch (WireException e) {
                    end(ctx, e);
                    return;
                }
                if (part instanceof LastHttpContent) {
                    end(ctx, gone(uri, null));
                }
            }
        }

        private void deliver() throws WireException {
            for (var m = reader.poll(); m.isPresent(); m = reader.poll()) {
                if (!(m.get() instanceof Message.FromServer s)) {
                    throw new WireException("it is one that only a client sends");
                }
                if (queue.size() >= AHEAD) {
                    throw new WireException("the server does not wait for answers");
                }
                queue.offer(new Arrival.Good(s));
            }
        }

        private EscException badStatus(HttpResponse head) {
            int status = head.status().code();
            String moved = status >= 300 && status < 400 ? head.headers().get(HttpHeaderNames.LOCATION, "") : "";
            String message = "The server " + place(uri) + " answered with HTTP status " + status + (switch (status) {
                case 404 -> ": there is nothing at " + uri.getRawPath();
                case 401, 403 -> ": it does not let this computer in";
                case 405, 400, 411 -> ": what is at " + uri.getRawPath() + " is no TPS";
                case 503, 502, 504 -> ": the service is not available now";
                default -> status >= 300 && status < 400 ? ": it points to another address" : "";
            }) + ".";
            return Problem.of(Fault.NETWORK, "talk to the server", message).code("http-" + status)
                    .advice(moved.matches("https?://[!-~]{1,200}") ? "If you trust it, use the address it points to: " + moved
                            : status >= 500 ? "Try again later, or ask the server's operator."
                                    : status == 400 && uri.getScheme().equalsIgnoreCase("http")
                                    ? "Check the address; perhaps it begins with https:."
                                    : "Check the address; a TPS is usually at /tps/tps or /nk_service.")
                    .exception();
        }

        private void end(ChannelHandlerContext ctx, EscException why) {
            fail(why);
            reader.close();
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(ok ? gone(uri, null) : Problem.of(Fault.NETWORK, "talk to the server",
                    "The server " + place(uri) + " hung up without an answer.").code("server-gone")
                    .advice("Check the address, and whether it begins with http: or https:.").exception());
            reader.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(ctx, cause.getCause() instanceof EscException e ? e : gone(uri, cause));
        }
    }
}
