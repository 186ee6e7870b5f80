// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tms.db.ServerThreads;
import org.esc.tps.SocketGuard;

/**
 * HTTP/1.1 on one address, plain and over TLS. Each connection has a virtual thread of its own, which reads its requests, works on them and answers.
 * Two kinds of requests: ordinary ones, read whole and answered whole, and the long chunked POST of a token operation ({@link Link}).
 */
public final class HttpServer implements AutoCloseable {

    private static final Words WORDS = Words.of(HttpServer.class);

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
    /** For a request to come whole, TLS greeting included. */
    private static final Duration HEAD_TIME = Duration.ofSeconds(30);
    private static final Duration PACE = Duration.ofMillis(500);
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private final Set<SocketGuard> connections = ConcurrentHashMap.newKeySet();
    private final List<ServerSocket> doors = new ArrayList<>();
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(ServerThreads.of(Thread.ofVirtual().name("tms-", 0).factory()));
    private final Pages pages;
    private final Operations operations;

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
            server.listen(address, httpPort, Optional.empty());
            server.listen(address, httpsPort, Optional.of(context(identity.at(server.httpPort()))));
            return server;
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

    private static SSLContext context(Tls tls) throws EscException {
        try {
            var own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("server", tls.key(), new char[0], tls.chain().toArray(X509Certificate[]::new));
            // the kind that keeps the key at hand: the other one decrypts it anew, with 10000 rounds, for every connection
            var keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(own, new char[0]);
            var issuers = KeyStore.getInstance("PKCS12");
            issuers.load(null, null);
            for (X509Certificate c : tls.clientIssuers()) {
                issuers.setCertificateEntry(c.getSerialNumber().toString(), c);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(issuers);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw Problem.of(Fault.TLS, WORDS.say("start the server"), WORDS.say("The server's own TLS key cannot be used.")).exception(e);
        }
    }

    /** Port for plain connections. */
    public int httpPort() {
        return doors.getFirst().getLocalPort();
    }

    /** Port for TLS. */
    public int httpsPort() {
        return doors.getLast().getLocalPort();
    }

    private void listen(InetAddress address, int port, Optional<SSLContext> tls) throws EscException {
        ServerSocket door = null;
        try {
            door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(address, port), 1024);
        } catch (IOException e) {
            closeQuietly(door);
            throw Problem.of(Fault.NETWORK, WORDS.say("start the server"),
                            WORDS.say("Cannot listen on {0} port {1}: {2}.", address.getHostAddress(), port, e.getMessage()))
                    .advice(WORDS.say("Another program, or another management system, may use this port. Choose another, or 0 for any free one."))
                    .exception(e);
        }
        doors.add(door);
        ServerSocket open = door;
        workers.execute(() -> {
            while (!open.isClosed()) {
                try {
                    admit(open.accept(), tls);
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.DEBUG, () -> "No connection accepted: " + e);
                    pause(open);
                }
            }
        });
    }

    /** A machine out of file descriptors has some again soon; asking for them all the time does not help. */
    private static void pause(ServerSocket door) {
        try {
            if (!door.isClosed()) {
                Thread.sleep(50);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            closeQuietly(door);
        }
    }

    private void admit(Socket socket, Optional<SSLContext> tls) {
        var guard = new SocketGuard(PACE);
        if (connections.size() >= MOST_CONNECTIONS) {
            closeQuietly(socket);
            return;
        }
        connections.add(guard);
        try {
            workers.execute(() -> {
                try (guard; socket) {
                    guard.until(HEAD_TIME);
                    guard.watch(socket);
                    socket.setTcpNoDelay(true);
                    new HttpConnection(guard, tls.isPresent() ? encrypted(socket, tls.get()) : socket).serve(pages, operations);
                } catch (IOException e) {
                    // a client that broke off, or no TLS where TLS was expected: nothing of ours to report at length
                    LOG.log(System.Logger.Level.DEBUG, () -> "Connection dropped: " + e);
                } finally {
                    connections.remove(guard);
                }
            });
        } catch (RejectedExecutionException _) {
            connections.remove(guard);
            closeQuietly(socket);
        }
    }

    private static SSLSocket encrypted(Socket socket, SSLContext tls) throws IOException {
        var encrypted = (SSLSocket) tls.getSocketFactory().createSocket(socket, InputStream.nullInputStream(), true);
        encrypted.setUseClientMode(false);
        encrypted.setWantClientAuth(true);
        encrypted.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        return encrypted;
    }

    private static void closeQuietly(AutoCloseable open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (Exception _) {
            // it is gone either way
        }
    }

    /** Stops listening, drops all connections and waits for the operations to notice. */
    @Override
    public void close() {
        doors.forEach(HttpServer::closeQuietly);
        connections.forEach(SocketGuard::close);
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
    }
}
