// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS server for one visit: it lets nobody in without a certificate of one authority, hears a line, greets, and says who it was. */
final class ClientAuthServer implements AutoCloseable {

    static final String GREETING = "Good day to the owner of this certificate";

    private static final int PATIENCE_SECONDS = 20;

    private final SSLServerSocket socket;
    private final CompletableFuture<Visit> visit;

    /** Who came, and how: the protocol and the visitor's own certificate. */
    record Visit(String protocol, X509Certificate certificate) {
    }

    private ClientAuthServer(SSLServerSocket socket) {
        this.socket = socket;
        visit = CompletableFuture.supplyAsync(this::receive, Thread::startVirtualThread);
    }

    /**
     * Starts it on loopback.
     *
     * @param identity  PKCS #12 file with its key and certificate
     * @param authority PEM file of the only authority whose certificates it takes
     * @param protocol  the only one it speaks, such as {@code TLSv1.3}
     */
    static ClientAuthServer start(Path identity, String password, Path authority, String protocol) throws IOException, GeneralSecurityException {
        var own = KeyStore.getInstance("PKCS12");
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(identity); var ca = Files.newInputStream(authority)) {
            own.load(in, password.toCharArray());
            trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(ca));
        }
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, password.toCharArray());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        var socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket.setNeedClientAuth(true);
        socket.setEnabledProtocols(new String[] {protocol});
        return new ClientAuthServer(socket);
    }

    private Visit receive() {
        try (var visitor = (SSLSocket) socket.accept()) {
            visitor.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            visitor.startHandshake();
            new BufferedReader(new InputStreamReader(visitor.getInputStream(), StandardCharsets.US_ASCII)).readLine();
            visitor.getOutputStream().write((GREETING + "\r\n").getBytes(StandardCharsets.US_ASCII));
            visitor.getOutputStream().flush();
            var session = visitor.getSession();
            return new Visit(session.getProtocol(), (X509Certificate) session.getPeerCertificates()[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file with what a visitor has to say. */
    Path request(Path folder) throws IOException {
        return Files.writeString(folder.resolve("request"), "Good day\r\n");
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Who came. @throws AssertionError with the visitor's words if nobody did, or was not let in */
    Visit visit(String words) throws InterruptedException {
        try {
            return visit.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("nobody was let in: " + words, e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
