// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.Closeable;
import java.io.IOException;
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
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** An authority made for one test, and servers' identities by it. */
final class TestCa {

    private static final AtomicLong SERIAL = new AtomicLong(1000);

    final X509Certificate certificate;
    /** Authorities above this one, its issuer first; they are sent along by servers. */
    private final List<X509Certificate> above;
    private final KeyPair keys;

    /** An authority of its own. */
    TestCa(String name) throws Exception {
        this(name, ec());
    }

    /** An authority of its own with such a key. */
    TestCa(String name, KeyPair keys) throws Exception {
        this.keys = keys;
        above = List.of();
        var w = new Wish();
        w.to = ago(-365);
        w.usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
        w.authority = true;
        w.names = List.of();
        certificate = build(new X500Name(name), keys, new X500Name(name), keys, w);
    }

    /** An authority below another one. */
    TestCa(String name, TestCa issuer, Wish w) throws Exception {
        keys = w.keys.isPresent() ? w.keys.get() : ec();
        above = issuer.chain();
        certificate = issuer.build(new X500Name(name), keys, issuer.name(), issuer.keys, w);
    }

    /** What an authority below another one looks like, usually. */
    static Wish authority() {
        var w = new Wish();
        w.names = List.of();
        w.purpose = Optional.empty();
        w.usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
        w.authority = true;
        return w;
    }

    private X500Name name() {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private List<X509Certificate> chain() {
        var list = new ArrayList<>(List.of(certificate));
        list.addAll(above);
        return list;
    }

    /** A server's key and certificate. */
    record Identity(KeyPair keys, X509Certificate certificate, List<X509Certificate> chain) {

        /** The same with other certificates sent. */
        Identity sending(X509Certificate... certificates) {
            return new Identity(keys, certificate, List.of(certificates));
        }

        SSLContext context() throws Exception {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {manager()}, null, null);
            return context;
        }

        /** The same for a server that takes clients of these authorities only. */
        SSLContext context(TestCa... clients) throws Exception {
            var issuers = KeyStore.getInstance("PKCS12");
            issuers.load(null, null);
            for (TestCa c : clients) {
                issuers.setCertificateEntry(c.certificate.getSubjectX500Principal().getName(), c.certificate);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(issuers);
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {manager()}, trust.getTrustManagers(), null);
            return context;
        }

        /** Shows this identity whatever it is worth; the platform's own manager would not show a weak one. */
        private X509ExtendedKeyManager manager() {
            return new X509ExtendedKeyManager() {
                @Override
                public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
                    return type.equals(keys.getPublic().getAlgorithm()) ? "server" : null;
                }

                @Override
                public String[] getServerAliases(String type, Principal[] issuers) {
                    return new String[] {"server"};
                }

                @Override
                public X509Certificate[] getCertificateChain(String alias) {
                    return chain.toArray(X509Certificate[]::new);
                }

                @Override
                public PrivateKey getPrivateKey(String alias) {
                    return keys.getPrivate();
                }

                @Override
                public String[] getClientAliases(String type, Principal[] issuers) {
                    return new String[0];
                }

                @Override
                public String chooseClientAlias(String[] type, Principal[] issuers, Socket socket) {
                    return null;
                }
            };
        }
    }

    /** What a certificate is to look like: that of a server for loopback unless said otherwise. */
    static final class Wish {
        List<GeneralName> names = List.of(new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.dNSName, "localhost"));
        Date from = ago(1);
        Date to = ago(-90);
        Optional<KeyPurposeId> purpose = Optional.of(KeyPurposeId.id_kp_serverAuth);
        int usage = KeyUsage.digitalSignature | KeyUsage.keyEncipherment;
        boolean authority;
        Optional<KeyPair> keys = Optional.empty();
        /** The hash of the signature. */
        String hash = "SHA256";
        boolean pss;
        /** Addresses to ask for revocation; empty for none. */
        String crl = "";
        String ocsp = "";
        boolean selfSigned;
        /** Where its issuer's certificate is; empty for nowhere. */
        String issuers = "";
        /** How many authorities may be below this one; negative for any number. */
        int pathLength = -1;
        /** The only domain an authority may vouch for; empty for any. */
        String onlyFor = "";
        /** A rule that nobody knows and everybody has to keep. */
        boolean oddRule;
    }

    /** What a person's certificate to sign in with looks like. */
    static Wish person(KeyPair keys) {
        var w = new Wish();
        w.names = List.of();
        w.purpose = Optional.of(KeyPurposeId.id_kp_clientAuth);
        w.keys = Optional.of(keys);
        return w;
    }

    /** A certificate for a public key whose private half is elsewhere. */
    X509Certificate certify(java.security.PublicKey key, String name) throws Exception {
        return build(new X500Name(name), new KeyPair(key, null), name(), keys, person(new KeyPair(key, null)));
    }

    Identity issue(Wish w) throws Exception {
        return issue("CN=localhost,O=Test", w);
    }

    Identity issue(String name, Wish w) throws Exception {
        var own = w.keys.isPresent() ? w.keys.get() : ec();
        var subject = new X500Name(name);
        var c = w.selfSigned ? build(subject, own, subject, own, w) : build(subject, own, name(), keys, w);
        var chain = new ArrayList<>(List.of(c));
        if (!w.selfSigned) {
            chain.addAll(chain());
        }
        return new Identity(own, c, chain);
    }

    private static X509Certificate build(X500Name subject, KeyPair own, X500Name issuer, KeyPair by, Wish w) throws Exception {
        var b = new JcaX509v3CertificateBuilder(issuer, BigInteger.valueOf(SERIAL.incrementAndGet()), w.from, w.to, subject,
                own.getPublic());
        if (w.authority) {
            b.addExtension(Extension.basicConstraints, true, w.pathLength < 0 ? new BasicConstraints(true) : new BasicConstraints(w.pathLength));
            if (!w.names.isEmpty()) {
                b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(w.names.toArray(GeneralName[]::new)));
            }
        } else if (!w.names.isEmpty()) {
            b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(w.names.toArray(GeneralName[]::new)));
        }
        if (w.purpose.isPresent() && !w.authority) {
            b.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(w.purpose.get()));
        }
        b.addExtension(Extension.keyUsage, true, new KeyUsage(w.usage));
        if (!w.crl.isEmpty()) {
            b.addExtension(Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {new DistributionPoint(
                    new DistributionPointName(new GeneralNames(uri(w.crl))), null, null)}));
        }
        if (!w.ocsp.isEmpty()) {
            b.addExtension(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri(w.ocsp)));
        }
        if (!w.issuers.isEmpty()) {
            b.addExtension(Extension.authorityInfoAccess, false, new AuthorityInformationAccess(AccessDescription.id_ad_caIssuers, uri(w.issuers)));
        }
        if (!w.onlyFor.isEmpty()) {
            b.addExtension(Extension.nameConstraints, true, new NameConstraints(
                    new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, w.onlyFor))}, null));
        }
        if (w.oddRule) {
            b.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE);
        }
        return new JcaX509CertificateConverter().getCertificate(b.build(signer(by, w.hash, w.pss)));
    }

    private static GeneralName uri(String address) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, address);
    }

    private static ContentSigner signer(KeyPair by, String hash, boolean pss) throws Exception {
        String algorithm = by.getPublic().getAlgorithm();
        return new JcaContentSignerBuilder(hash + "with" + (algorithm.equals("EC") ? "ECDSA" : algorithm) + (pss ? "andMGF1" : ""))
                .setProvider(new BouncyCastleProvider()).build(by.getPrivate());
    }

    /** A server's certificate for a key of any kind, as bytes: the Java runtime may not know the key. */
    byte[] certifyBytes(org.bouncycastle.asn1.x509.SubjectPublicKeyInfo key) throws Exception {
        var b = new org.bouncycastle.cert.X509v3CertificateBuilder(name(), BigInteger.valueOf(SERIAL.incrementAndGet()), ago(1), ago(-90),
                new X500Name("CN=localhost,O=Test"), key);
        b.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return b.build(signer(keys, "SHA256", false)).getEncoded();
    }

    /** A list of what was revoked, good for a week. */
    byte[] crl(X509Certificate... revoked) throws Exception {
        return crl(ago(-7), revoked);
    }

    /** A list of what was revoked. */
    byte[] crl(Date until, X509Certificate... revoked) throws Exception {
        var b = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), ago(10));
        b.setNextUpdate(until);
        for (var c : revoked) {
            b.addCRLEntry(c.getSerialNumber(), ago(1), CRLReason.keyCompromise);
        }
        return b.build(signer(keys, "SHA256", false)).getEncoded();
    }

    /** An answer about a certificate of this authority, good until then, signed by this authority. */
    byte[] ocsp(X509Certificate about, CertificateStatus status, Date until) throws Exception {
        return ocsp(about, status, until, this);
    }

    /** An answer about a certificate of this authority, signed by that one, whose certificate comes along. */
    byte[] ocsp(X509Certificate about, CertificateStatus status, Date until, TestCa signer) throws Exception {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var id = new JcaCertificateID(digests.get(CertificateID.HASH_SHA1), certificate, about.getSerialNumber());
        var b = new BasicOCSPRespBuilder(new RespID(signer.name()));
        b.addResponse(id, status, ago(10), until);
        var signed = b.build(signer(signer.keys, "SHA256", false),
                new X509CertificateHolder[] {new JcaX509CertificateHolder(signer.certificate)}, ago(10));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, signed).getEncoded();
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

    /** A web server on loopback that gives each path the body set for it, and nothing at all where none is set: it just stays silent. */
    static final class Shelf implements Closeable {

        private final ServerSocket socket;
        private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
        /** The paths asked for. */
        final List<String> asked = new CopyOnWriteArrayList<>();

        Shelf() throws IOException {
            socket = new ServerSocket(0, 20, InetAddress.getByName("127.0.0.1"));
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        Socket s = socket.accept();
                        Thread.ofVirtual().start(() -> serve(s));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        private void serve(Socket s) {
            try (s; var p = new ScriptedServer.Peer(s)) {
                // the platform asks by GET where the request fits into an address, behind the path that the certificate names
                String path = p.readHead().split(" ")[1].replaceAll("^(/[^/]*).*", "$1");
                asked.add(path);
                byte[] body = bodies.get(path);
                if (body != null) {
                    p.raw("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n");
                    p.out.write(body);
                    p.out.flush();
                    s.shutdownOutput();
                }
                p.drain();
            } catch (IOException e) {
                // the other end hung up
            }
        }

        String url(String path) {
            return "http://127.0.0.1:" + socket.getLocalPort() + path;
        }

        void put(String path, byte[] body) {
            bodies.put(path, body);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    static Date ago(int days) {
        return Date.from(Instant.now().minus(Duration.ofDays(days)));
    }

    static KeyPair ec() throws Exception {
        var g = KeyPairGenerator.getInstance("EC");
        g.initialize(256);
        return g.generateKeyPair();
    }

    static KeyPair rsa(int bits) throws Exception {
        var g = KeyPairGenerator.getInstance("RSA");
        g.initialize(bits);
        return g.generateKeyPair();
    }
}
