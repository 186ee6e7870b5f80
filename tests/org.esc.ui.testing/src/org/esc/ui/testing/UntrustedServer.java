// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A server on loopback that settles encryption and says nothing, with a certificate of an authority that nobody knows. */
public final class UntrustedServer implements AutoCloseable {

    private static final String AUTHORITY = "CN=Example Authority,O=Example";

    private final SSLServerSocket door;
    private final X509Certificate ca;

    private UntrustedServer(SSLServerSocket door, X509Certificate ca) {
        this.door = door;
        this.ca = ca;
    }

    /** One whose certificate ends, or has ended, so many days from now. */
    public static UntrustedServer until(int days) throws Exception {
        var g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        return start(g.generateKeyPair(), days);
    }

    /** One whose key is too short for anybody to be sure. */
    public static UntrustedServer weak() throws Exception {
        var g = KeyPairGenerator.getInstance("RSA");
        g.initialize(1024);
        return start(g.generateKeyPair(), 90);
    }

    private static UntrustedServer start(KeyPair own, int days) throws Exception {
        var g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        KeyPair caKeys = g.generateKeyPair();
        X509Certificate ca = certificate(AUTHORITY, caKeys, caKeys, true, 365);
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", own.getPrivate(), new char[0], new X509Certificate[] {certificate("CN=tps.example.com,O=Example", own, caKeys, false, days), ca});
        var managers = KeyManagerFactory.getInstance("SunX509");
        managers.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var door = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!door.isClosed()) {
                try {
                    var s = (SSLSocket) door.accept();
                    Thread.ofVirtual().start(() -> {
                        try (s) {
                            s.getInputStream().transferTo(OutputStream.nullOutputStream());
                        } catch (IOException _) {
                            // the client does not trust us, and says so
                        }
                    });
                } catch (IOException _) {
                    return;
                }
            }
        });
        return new UntrustedServer(door, ca);
    }

    private static X509Certificate certificate(String name, KeyPair own, KeyPair by, boolean authority, int days) throws Exception {
        var now = Instant.now();
        var b = new JcaX509v3CertificateBuilder(new X500Name(AUTHORITY), BigInteger.valueOf(System.nanoTime()), Date.from(now.minus(Duration.ofDays(30))),
                Date.from(now.plus(Duration.ofDays(days))), new X500Name(name), own.getPublic());
        if (authority) {
            b.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        } else {
            b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        }
        return new JcaX509CertificateConverter().getCertificate(b.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
    }

    /** {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Its port. */
    public int port() {
        return door.getLocalPort();
    }

    /** The authority that vouches for it, which it presents, too. */
    public X509Certificate ca() {
        return ca;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
