// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.esc.tms.ca.TlsIdentity;

/** A web server with one page, on loopback, that speaks one version of TLS and lets in whoever has a certificate of one authority. */
final class AskingServer implements AutoCloseable {

    /** Who came, and how: the protocol and the client's certificate as the handshake ended. */
    record Visit(String protocol, X509Certificate certificate) {
    }

    private final SSLServerSocket listener;
    private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();
    /** What went wrong in connections, the last one; for a failed test's message. */
    private volatile String complaint = "";

    AskingServer(TlsIdentity identity, X509Certificate authority, String protocol) throws GeneralSecurityException, IOException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("server", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, new char[0]);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.setNeedClientAuth(true);
        listener.setEnabledProtocols(new String[] {protocol});
        Thread.ofPlatform().daemon().start(this::accept);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var socket = (SSLSocket) listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                // closed
            }
        }
    }

    private void serve(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
            var visit = new Visit(socket.getSession().getProtocol(), (X509Certificate) socket.getSession().getPeerCertificates()[0]);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                line = in.readLine();
            }
            byte[] page = ("<title>Welcome</title><p>" + visit.protocol() + "</p>").getBytes(StandardCharsets.US_ASCII);
            var out = socket.getOutputStream();
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + page.length + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(page);
            out.flush();
            visits.add(visit);
        } catch (IOException e) {
            complaint = e.toString();
        }
    }

    String url() {
        return "https://localhost:" + listener.getLocalPort() + "/";
    }

    BlockingQueue<Visit> visits() {
        return visits;
    }

    String complaint() {
        return complaint;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
