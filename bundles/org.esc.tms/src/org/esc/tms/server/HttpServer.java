// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/**
 * HTTP/1.1 on one address, plain and over TLS: Netty moves the bytes, every request is worked on by a virtual thread of
 * its own. Two kinds of requests: ordinary ones, read whole and answered whole, and the long chunked POST of a token
 * operation ({@link Link}).
 */
public final class HttpServer implements AutoCloseable {

    /** Answers ordinary requests. */
    @FunctionalInterface
    public interface Pages {
        /** The answer; an exception becomes a 500 without details. */
        Answer answer(Request request) throws Exception;
    }

    /** Runs one token operation over a link and returns when it is over; never throws. */
    @FunctionalInterface
    public interface Operations {
        /** Runs it. */
        void run(Link link);
    }

    /**
     * Private key and certificates for TLS.
     *
     * @param key           of the server
     * @param chain         of the server, its own certificate first
     * @param clientIssuers authorities whose client certificates are accepted; a client may also come without one
     */
    public record Tls(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> clientIssuers) {
    }

    /** Path of the token operations. */
    public static final String TPS_PATH = "/tps/tps";

    private static final int MOST_CONNECTIONS = 4096;
    private static final int MOST_BODY = 1 << 20;
    private static final int MOST_WAITING = 1 << 16;
    private static final Duration HEAD_TIME = Duration.ofSeconds(30);
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            Math.max(2, Runtime.getRuntime().availableProcessors()), NioIoHandler.newFactory());
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tms-", 0)
            .factory());
    private final AtomicInteger connections = new AtomicInteger();
    private final Pages pages;
    private final Operations operations;
    private Channel plain;
    private Channel encrypted;

    private HttpServer(Pages pages, Operations operations) {
        this.pages = pages;
        this.operations = operations;
    }

    /**
     * Starts listening.
     *
     * @param address   where to listen
     * @param httpPort  0 picks a free one
     * @param httpsPort 0 picks a free one
     * @param identity  makes the TLS identity once the port for plain connections is known: its certificate names that
     * @throws EscException if a port is taken or not allowed (NETWORK), or the TLS key cannot be used (TLS)
     */
    public static HttpServer start(InetAddress address, int httpPort, int httpsPort, Identity identity, Pages pages,
            Operations operations) throws EscException {
        var server = new HttpServer(pages, operations);
        try {
            server.plain = server.listen(address, httpPort, null);
            Tls tls = identity.at(server.httpPort());
            SslContext ssl = SslContextBuilder.forServer(tls.key(), tls.chain().toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2").clientAuth(ClientAuth.OPTIONAL)
                    .trustManager(tls.clientIssuers().toArray(X509Certificate[]::new)).build();
            server.encrypted = server.listen(address, httpsPort, ssl);
            return server;
        } catch (SSLException e) {
            server.close();
            throw Problem.of(Fault.TLS, "start the server", "The server's own TLS key cannot be used.").exception(e);
        } catch (EscException e) {
            server.close();
            throw e;
        }
    }

    /** Makes the TLS identity. */
    @FunctionalInterface
    public interface Identity {

        /** For a server that answers plain connections on this port. */
        Tls at(int httpPort) throws EscException;
    }

    /** Port for plain connections. */
    public int httpPort() {
        return ((InetSocketAddress) plain.localAddress()).getPort();
    }

    /** Port for TLS. */
    public int httpsPort() {
        return ((InetSocketAddress) encrypted.localAddress()).getPort();
    }

    private Channel listen(InetAddress address, int port, SslContext ssl) throws EscException {
        var boot = new ServerBootstrap().group(loops).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024).option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel c) {
                        if (connections.incrementAndGet() > MOST_CONNECTIONS) {
                            connections.decrementAndGet();
                            c.close();
                            return;
                        }
                        c.closeFuture().addListener(_ -> connections.decrementAndGet());
                        channels.add(c);
                        if (ssl != null) {
                            c.pipeline().addLast(ssl.newHandler(c.alloc()));
                        }
                        c.pipeline().addLast(new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(4096)
                                .setMaxHeaderSize(16384).setMaxChunkSize(8192)));
                        c.pipeline().addLast(new Dispatcher());
                    }
                });
        var bound = boot.bind(address, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Problem.of(Fault.NETWORK, "start the server",
                            "Cannot listen on " + address.getHostAddress() + " port " + port + ": "
                                    + bound.cause().getMessage() + ".")
                    .advice("Another program, or another management system, may use this port. Choose another, or 0 for "
                            + "any free one.")
                    .exception(bound.cause());
        }
        channels.add(bound.channel());
        return bound.channel();
    }

    /** Stops listening, drops all connections and waits for the operations to notice. */
    @Override
    public void close() {
        channels.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        workers.shutdown();
        try {
            if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
                workers.shutdownNow();
                workers.awaitTermination(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** One connection. All methods run on its event loop. */
    private final class Dispatcher extends ChannelInboundHandlerAdapter {

        private HttpRequest head;
        private ByteArrayOutputStream body;
        private NettyLink link;
        private Future<?> headTimer;
        private boolean answered;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            var c = ctx.channel();
            headTimer = ctx.executor().schedule(() -> c.close(), HEAD_TIME.toMillis(), TimeUnit.MILLISECONDS);
            ctx.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (message instanceof HttpRequest request) {
                    begin(ctx, request);
                }
                if (message instanceof HttpContent content) {
                    content(ctx, content);
                }
            } finally {
                io.netty.util.ReferenceCountUtil.release(message);
            }
        }

        private void begin(ChannelHandlerContext ctx, HttpRequest request) {
            if (request.decoderResult().isFailure() || head != null) {
                // a second request behind the first: each connection serves one
                refuse(ctx, 400, "This request cannot be understood.");
                return;
            }
            head = request;
            if (new QueryStringDecoder(request.uri()).rawPath().equals(TPS_PATH)) {
                if (!request.method().equals(HttpMethod.POST)) {
                    refuse(ctx, 405, "Token operations are sent by POST.");
                } else if (!HttpUtil.isTransferEncodingChunked(request)
                        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                    refuse(ctx, 400, "Token operations need HTTP/1.1 with Transfer-Encoding: chunked.");
                } else {
                    operate(ctx);
                }
            } else {
                body = new ByteArrayOutputStream();
                if (HttpUtil.is100ContinueExpected(request)) {
                    ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
                }
            }
        }

        private void operate(ChannelHandlerContext ctx) {
            headTimer.cancel(false);
            answered = true;
            link = new NettyLink(ctx.channel());
            var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            // spelled as original clients look for it
            response.headers().set("Transfer-Encoding", "chunked").set("Content-Type", "text/plain");
            ctx.writeAndFlush(response);
            var own = link;
            submit(ctx, () -> {
                try (own) {
                    operations.run(own);
                } catch (RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.ERROR, "A token operation ended by a defect", e);
                }
            });
        }

        private void content(ChannelHandlerContext ctx, HttpContent content) {
            if (content.decoderResult().isFailure()) {
                if (link != null) {
                    link.gone("the client's chunks cannot be understood");
                    ctx.close();
                } else {
                    refuse(ctx, 400, "This request cannot be understood.");
                }
                return;
            }
            if (link != null) {
                link.arrived(ByteBufUtil.getBytes(content.content()), content instanceof LastHttpContent);
                return;
            }
            if (answered || head == null || body == null) {
                return;
            }
            ByteBuf b = content.content();
            if (body.size() + b.readableBytes() > MOST_BODY) {
                refuse(ctx, 413, "The request is too long.");
                return;
            }
            body.writeBytes(ByteBufUtil.getBytes(b));
            if (content instanceof LastHttpContent) {
                headTimer.cancel(false);
                answered = true;
                Request request;
                try {
                    request = request(ctx);
                } catch (IllegalArgumentException _) {
                    answered = false;
                    refuse(ctx, 400, "The address of this request cannot be understood.");
                    return;
                }
                submit(ctx, () -> write(ctx, answer(request), request.method().equals("HEAD")));
            }
        }

        private void submit(ChannelHandlerContext ctx, Runnable work) {
            try {
                workers.execute(work);
            } catch (java.util.concurrent.RejectedExecutionException _) {
                ctx.close();
            }
        }

        private Answer answer(Request request) {
            try {
                return pages.answer(request);
            } catch (Exception e) {
                LOG.log(System.Logger.Level.ERROR, "No answer to " + request.method() + " " + request.path(), e);
                return Answer.status(500, "The server failed to answer. Its log says why.");
            }
        }

        private Request request(ChannelHandlerContext ctx) {
            var query = new QueryStringDecoder(head.uri());
            SslHandler ssl = ctx.pipeline().get(SslHandler.class);
            Optional<X509Certificate> client = Optional.empty();
            if (ssl != null) {
                try {
                    if (ssl.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate x) {
                        client = Optional.of(x);
                    }
                } catch (SSLPeerUnverifiedException _) {
                    // came without a certificate, as most do
                }
            }
            var local = (InetSocketAddress) ctx.channel().localAddress();
            String type = HttpUtil.getMimeType(head) == null ? "" : HttpUtil.getMimeType(head).toString();
            return new Request(head.method().name(), query.path(), Map.copyOf(query.parameters()), type,
                    body.toByteArray(),
                    address(ctx.channel().remoteAddress()), base(ssl != null, local), client);
        }

        private void refuse(ChannelHandlerContext ctx, int status, String line) {
            if (!answered) {
                answered = true;
                write(ctx, Answer.status(status, line), false);
            } else {
                ctx.close();
            }
        }

        private void write(ChannelHandlerContext ctx, Answer a, boolean headOnly) {
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(a.status()),
                    Unpooled.wrappedBuffer(headOnly ? new byte[0] : a.body()));
            var h = response.headers();
            a.headers().forEach(h::set);
            if (!a.type().isEmpty()) {
                h.set(HttpHeaderNames.CONTENT_TYPE, a.type());
            }
            h.set(HttpHeaderNames.CONTENT_LENGTH, a.body().length).set(HttpHeaderNames.CONNECTION, "close")
                    .set("X-Content-Type-Options", "nosniff");
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            headTimer.cancel(false);
            if (link != null) {
                link.gone("the client went away");
            }
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // a client that broke off, or no TLS where TLS was expected: nothing of ours to report at length
            LOG.log(System.Logger.Level.DEBUG, () -> "Connection dropped: " + cause);
            if (link != null) {
                link.gone("the connection broke");
            }
            ctx.close();
        }
    }

    private static String base(boolean tls, InetSocketAddress local) {
        String host = local.getAddress().isLoopbackAddress() ? "localhost" : local.getAddress().getHostAddress();
        return (tls ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + local.getPort();
    }

    private static InetAddress address(SocketAddress a) {
        return a instanceof InetSocketAddress i ? i.getAddress() : InetAddress.getLoopbackAddress();
    }

    /**
     * The link over a Netty channel. Messages alternate, so a client that sends much without being asked is dropped.
     */
    private static final class NettyLink implements Link {

        private record Piece(byte[] bytes, boolean last, String failure) {
        }

        private final Channel channel;
        private final LinkedBlockingQueue<Piece> arrived = new LinkedBlockingQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();

        NettyLink(Channel channel) {
            this.channel = channel;
        }

        void arrived(byte[] bytes, boolean last) {
            if (bytes.length > 0) {
                if (waiting.addAndGet(bytes.length) > MOST_WAITING) {
                    gone("the client sent more than it was asked for");
                    channel.close();
                    return;
                }
                arrived.add(new Piece(bytes, false, ""));
            }
            if (last) {
                arrived.add(new Piece(bytes, true, ""));
            }
        }

        void gone(String why) {
            arrived.add(new Piece(new byte[0], true, why));
        }

        @Override
        public InetAddress peer() {
            return address(channel.remoteAddress());
        }

        @Override
        public boolean secure() {
            return channel.pipeline().get(SslHandler.class) != null;
        }

        @Override
        public Optional<byte[]> receive(Duration timeout) throws IOException {
            Piece p;
            try {
                p = arrived.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the server is stopping", e);
            }
            if (p == null) {
                throw new IOException("the client said nothing for " + timeout.toSeconds() + " s");
            }
            if (!p.failure().isEmpty()) {
                arrived.add(p);
                throw new IOException(p.failure());
            }
            if (p.last()) {
                arrived.add(p);
                return Optional.empty();
            }
            waiting.addAndGet(-p.bytes().length);
            return Optional.of(p.bytes());
        }

        @Override
        public void send(byte[] message) throws IOException {
            if (!channel.isActive()) {
                throw new IOException("the client went away");
            }
            channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(message)));
        }

        @Override
        public void finish(Duration patience) {
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
            channel.closeFuture().awaitUninterruptibly(patience.toMillis());
            close();
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
