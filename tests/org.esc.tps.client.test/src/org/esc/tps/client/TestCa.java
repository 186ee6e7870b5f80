// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority made for one test, and servers' identities by it. */
final class TestCa {

    private static final AtomicLong SERIAL = new AtomicLong(1000);

    final X509Certificate certificate;
    private final KeyPair keys;

    TestCa(String name) throws Exception {
        keys = keyPair();
        var subject = new X500Name(name);
        var b = new JcaX509v3CertificateBuilder(subject, BigInteger.valueOf(SERIAL.incrementAndGet()), ago(1), ago(-365), subject,
                keys.getPublic());
        b.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        certificate = sign(b, keys);
    }

    /** A server's key and certificate. */
    record Identity(KeyPair keys, X509Certificate certificate, List<X509Certificate> chain) {

        SSLContext context() throws Exception {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", keys.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
            var managers = KeyManagerFactory.getInstance("PKIX");
            managers.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        }
    }

    /** What a server's certificate is to look like. */
    static final class Wish {
        List<GeneralName> names = List.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.dNSName, "localhost"));
        Date from = ago(1);
        Date to = ago(-90);
        KeyPurposeId purpose = KeyPurposeId.id_kp_serverAuth;
        String crl = "";
        boolean selfSigned;
    }

    Identity issue(Wish w) throws Exception {
        var own = keyPair();
        var subject = new X500Name("CN=localhost,O=Test");
        var issuer = w.selfSigned ? subject : X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        var b = new JcaX509v3CertificateBuilder(issuer, BigInteger.valueOf(SERIAL.incrementAndGet()), w.from, w.to, subject,
                own.getPublic());
        if (!w.names.isEmpty()) {
            b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(w.names.toArray(GeneralName[]::new)));
        }
        b.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(w.purpose));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
        if (!w.crl.isEmpty()) {
            var place = new DistributionPointName(new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, w.crl)));
            b.addExtension(Extension.cRLDistributionPoints, false,
                    new CRLDistPoint(new DistributionPoint[] {new DistributionPoint(place, null, null)}));
        }
        X509Certificate c = sign(b, w.selfSigned ? own : keys);
        return new Identity(own, c, w.selfSigned ? List.of(c) : List.of(c, certificate));
    }

    /** A list of what was revoked. */
    byte[] crl(X509Certificate... revoked) throws Exception {
        var b = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), ago(1));
        b.setNextUpdate(ago(-7));
        for (var c : revoked) {
            b.addCRLEntry(c.getSerialNumber(), ago(1), CRLReason.keyCompromise);
        }
        return b.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())).getEncoded();
    }

    /** Writes certificates as a PEM file. */
    static Path pem(Path file, X509Certificate... certificates) throws Exception {
        var lines = new ArrayList<String>();
        for (var c : certificates) {
            lines.add("-----BEGIN CERTIFICATE-----");
            lines.add(Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(c.getEncoded()));
            lines.add("-----END CERTIFICATE-----");
        }
        return Files.write(file, lines);
    }

    /** Serves one body to every HTTP request, until closed. */
    static ServerSocket serve(byte[][] body, String head) throws Exception {
        var socket = new ServerSocket(0, 20, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try (Socket s = socket.accept(); var p = new ScriptedServer.Peer(s)) {
                    p.readHead();
                    p.raw(head + "Content-Length: " + body[0].length + "\r\nConnection: close\r\n\r\n");
                    p.out.write(body[0]);
                    p.out.flush();
                    s.shutdownOutput();
                    p.drain();
                } catch (java.io.IOException e) {
                    // the other end hung up
                }
            }
        });
        return socket;
    }

    static Date ago(int days) {
        return Date.from(Instant.now().minus(Duration.ofDays(days)));
    }

    private static KeyPair keyPair() throws Exception {
        var g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        return g.generateKeyPair();
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder b, KeyPair by) throws Exception {
        return new JcaX509CertificateConverter()
                .getCertificate(b.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
    }
}
