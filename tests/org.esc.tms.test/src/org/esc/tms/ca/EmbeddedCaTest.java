// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.esc.apdu.EscException;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The CA as others see it: the JDK's path validation is the judge of certificates, CRL and OCSP answers. */
class EmbeddedCaTest {

    @TempDir
    static Path folder;
    private static TestTms.Clock clock;
    private static Tms tms;
    private static CertificateAuthority ca;
    private static KeyPair pair;

    @BeforeAll
    static void open() throws Exception {
        clock = new TestTms.Clock();
        tms = Tms.open(folder.resolve("data"), TestTms.options().demoUsers(false).clock(clock));
        ca = tms.ca();
        ca.publishedAt(URI.create("http://localhost:8080/"));
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        pair = generator.generateKeyPair();
    }

    @AfterAll
    static void close() {
        tms.close();
    }

    private static IssuedCertificate issue(CertificateKind kind) throws EscException {
        return ca.issue(new CertificateRequest(pair.getPublic(), kind, "alice", "Alice Example",
                Optional.of("alice@example.org"), List.of(), Duration.ofDays(30)));
    }

    private static PKIXParameters trusting() throws Exception {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(ca.certificate(), null)));
        parameters.setDate(java.util.Date.from(clock.instant()));
        return parameters;
    }

    private static void validateWithCrl(X509Certificate certificate) throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        var crl = (X509CRL) factory.generateCRL(new ByteArrayInputStream(ca.crl()));
        crl.verify(ca.certificate().getPublicKey());
        var parameters = trusting();
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(crl))));
        var checker = (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS,
                PKIXRevocationChecker.Option.NO_FALLBACK));
        parameters.addCertPathChecker(checker);
        CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(List.of(certificate)), parameters);
    }

    private static byte[] ask(X509Certificate certificate) throws Exception {
        var builder = new OCSPReqBuilder();
        var digest = new BcDigestCalculatorProvider().get(CertificateID.HASH_SHA1);
        builder.addRequest(new CertificateID(digest, new X509CertificateHolder(ca.certificate().getEncoded()),
                certificate.getSerialNumber()));
        return builder.build().getEncoded();
    }

    private static void validateWithOcsp(X509Certificate certificate) throws Exception {
        var checker = (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK));
        checker.setOcspResponses(Map.of(certificate, ca.ocsp(ask(certificate))));
        var parameters = trusting();
        parameters.addCertPathChecker(checker);
        CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509")
                .generateCertPath(List.of(certificate)), parameters);
    }

    private interface Check {
        void run(X509Certificate certificate) throws Exception;
    }

    private static void bothAgree(X509Certificate certificate, Optional<java.security.cert.CRLReason> revoked)
            throws Exception {
        for (Check check : new Check[] {EmbeddedCaTest::validateWithCrl, EmbeddedCaTest::validateWithOcsp}) {
            if (revoked.isEmpty()) {
                check.run(certificate);
            } else {
                var e = assertThrows(CertPathValidatorException.class, () -> check.run(certificate));
                var why = (CertificateRevokedException) e.getCause();
                assertEquals(revoked.get(), why.getRevocationReason());
            }
        }
    }

    @Test
    void theLifeOfACertificateAsTheJdkSeesIt() throws Exception {
        var c = issue(CertificateKind.USER_SIGNING);
        bothAgree(c.certificate(), Optional.empty());
        ca.revoke(c.serial(), RevocationReason.CERTIFICATE_HOLD);
        bothAgree(c.certificate(), Optional.of(java.security.cert.CRLReason.CERTIFICATE_HOLD));
        ca.unhold(c.serial());
        bothAgree(c.certificate(), Optional.empty());
        ca.revoke(c.serial(), RevocationReason.CERTIFICATE_HOLD);
        ca.revoke(c.serial(), RevocationReason.KEY_COMPROMISE);
        bothAgree(c.certificate(), Optional.of(java.security.cert.CRLReason.KEY_COMPROMISE));
        assertEquals(IssuedCertificate.Status.REVOKED, ca.find(c.serial()).orElseThrow().status());
        assertEquals(42, assertThrows(EscException.class, () -> ca.unhold(c.serial())).problem().endOp().orElseThrow());
        assertThrows(EscException.class, () -> ca.revoke(c.serial(), RevocationReason.CERTIFICATE_HOLD));
        assertThrows(EscException.class, () -> ca.renew(c.serial(), Duration.ofDays(1)));
        assertEquals(c.serial(), ca.revoke(c.serial(), RevocationReason.SUPERSEDED).serial());
        assertEquals(Optional.of(RevocationReason.KEY_COMPROMISE), ca.find(c.serial()).orElseThrow().reason());
    }

    @ParameterizedTest
    @EnumSource(RevocationReason.class)
    void everyReasonReachesListAndResponder(RevocationReason reason) throws Exception {
        var c = issue(CertificateKind.USER_ENCRYPTION);
        ca.revoke(c.serial(), reason);
        bothAgree(c.certificate(), Optional.of(java.security.cert.CRLReason.values()[reason.code()]));
    }

    @ParameterizedTest
    @EnumSource(CertificateKind.class)
    void extensionsSayWhatTheCertificateIsFor(CertificateKind kind) throws Exception {
        var c = ca.issue(new CertificateRequest(pair.getPublic(), kind, "alice", "Alice Example",
                Optional.of("alice@example.org"),
                kind == CertificateKind.TLS_SERVER ? List.of("server.example", "192.0.2.1", "2001:db8::1") : List.of(),
                Duration.ofDays(30)))
                .certificate();
        boolean[] usage = c.getKeyUsage();
        var bits = new HashSet<Integer>();
        for (int i = 0; i < usage.length; i++) {
            if (usage[i]) {
                bits.add(i);
            }
        }
        String client = "1.3.6.1.5.5.7.3.2";
        String mail = "1.3.6.1.5.5.7.3.4";
        String server = "1.3.6.1.5.5.7.3.1";
        // 0 digitalSignature, 1 nonRepudiation, 2 keyEncipherment, 3 dataEncipherment
        assertEquals(switch (kind) {
            case USER_SIGNING -> Set.of(0, 1);
            case USER_ENCRYPTION -> Set.of(2, 3);
            case USER_DUAL -> Set.of(0, 1, 2, 3);
            case ADMINISTRATOR, TLS_SERVER -> Set.of(0, 2);
        }, bits);
        assertEquals(switch (kind) {
            case USER_SIGNING, USER_DUAL -> Set.of(client, mail);
            case USER_ENCRYPTION -> Set.of(mail);
            case ADMINISTRATOR -> Set.of(client);
            case TLS_SERVER -> Set.of(server);
        }, Set.copyOf(c.getExtendedKeyUsage()));
        assertEquals(-1, c.getBasicConstraints());
        assertEquals(Set.of("2.5.29.15", "2.5.29.19"), c.getCriticalExtensionOIDs());
        var names = new HashSet<Object>();
        c.getSubjectAlternativeNames().forEach(n -> names.add(n.get(1)));
        assertEquals(kind == CertificateKind.TLS_SERVER
                ? Set.of("alice@example.org", "server.example", "192.0.2.1", "2001:db8:0:0:0:0:0:1")
                : Set.of("alice@example.org"), names);
        // subject and authority key identifiers: the latter is the root's former
        byte[] rootId = ca.certificate().getExtensionValue("2.5.29.14");
        byte[] authority = c.getExtensionValue("2.5.29.35");
        assertTrue(new String(authority, StandardCharsets.ISO_8859_1)
                .contains(new String(rootId, 4, rootId.length - 4, StandardCharsets.ISO_8859_1)));
        assertEquals(24, c.getExtensionValue("2.5.29.14").length);
        assertTrue(new String(c.getExtensionValue("2.5.29.31"), StandardCharsets.ISO_8859_1)
                .contains("http://localhost:8080/ca/crl"));
        String access = new String(c.getExtensionValue("1.3.6.1.5.5.7.1.1"), StandardCharsets.ISO_8859_1);
        assertTrue(access.contains("http://localhost:8080/ca/ocsp")
                && access.contains("http://localhost:8080/ca/ca.crt"));
        assertEquals(3, c.getVersion());
        assertTrue(c.getSerialNumber().bitLength() > 64 && c.getSerialNumber().signum() > 0);
    }

    @Test
    void theRootIsAProperRoot() throws Exception {
        var root = ca.certificate();
        root.verify(root.getPublicKey());
        assertEquals(0, root.getBasicConstraints());
        assertTrue(root.getKeyUsage()[5] && root.getKeyUsage()[6]);
        assertEquals(3072, ((java.security.interfaces.RSAPublicKey) root.getPublicKey()).getModulus().bitLength());
        var other = folder.resolve("another");
        try (var second = TestTms.empty(other)) {
            assertNotEquals(root.getSubjectX500Principal(), second.ca().certificate().getSubjectX500Principal());
        }
    }

    @Test
    void aListIsReusedUntilSomethingChangesOrItAges() throws Exception {
        var c = issue(CertificateKind.USER_SIGNING);
        byte[] first = ca.crl();
        assertArrayEquals(first, ca.crl());
        var factory = CertificateFactory.getInstance("X.509");
        ca.revoke(c.serial(), RevocationReason.SUPERSEDED);
        var second = (X509CRL) factory.generateCRL(new ByteArrayInputStream(ca.crl()));
        assertTrue(second.isRevoked(c.certificate()));
        assertTrue(number(second)
                .compareTo(number((X509CRL) factory.generateCRL(new ByteArrayInputStream(first)))) > 0);
        clock.pass(Duration.ofHours(13));
        var third = (X509CRL) factory.generateCRL(new ByteArrayInputStream(ca.crl()));
        assertTrue(number(third).compareTo(number(second)) > 0);
        assertTrue(third.getThisUpdate().after(second.getThisUpdate()));
    }

    private static BigInteger number(X509CRL crl) {
        byte[] octets = crl.getExtensionValue("2.5.29.20");
        return new BigInteger(1, java.util.Arrays.copyOfRange(octets, 4, octets.length));
    }

    @Test
    void theResponderKnowsWhatItDoesNotKnow() throws Exception {
        var c = issue(CertificateKind.USER_SIGNING);
        var digest = new BcDigestCalculatorProvider().get(CertificateID.HASH_SHA1);
        var root = new X509CertificateHolder(ca.certificate().getEncoded());
        var stranger = new X509CertificateHolder(c.certificate().getEncoded());
        var request = new OCSPReqBuilder();
        request.addRequest(new CertificateID(digest, root, BigInteger.TWO));
        request.addRequest(new CertificateID(digest, stranger, c.serial()));
        request.addRequest(new CertificateID(digest, root, c.serial()));
        byte[] nonce = {4, 3, 1, 2, 3};
        request.setRequestExtensions(new org.bouncycastle.asn1.x509.Extensions(new org.bouncycastle.asn1.x509.Extension(
                org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, nonce)));
        var answer = (org.bouncycastle.cert.ocsp.BasicOCSPResp) new OCSPResp(ca.ocsp(request.build().getEncoded()))
                .getResponseObject();
        var responses = answer.getResponses();
        assertTrue(responses[0].getCertStatus() instanceof org.bouncycastle.cert.ocsp.UnknownStatus);
        assertTrue(responses[1].getCertStatus() instanceof org.bouncycastle.cert.ocsp.UnknownStatus);
        assertNull(responses[2].getCertStatus());
        assertArrayEquals(nonce,
                answer.getExtension(org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers.id_pkix_ocsp_nonce).getExtnValue()
                .getOctets());
    }

    private static org.bouncycastle.cert.ocsp.SingleResp answerAbout(X509Certificate certificate) throws Exception {
        return ((org.bouncycastle.cert.ocsp.BasicOCSPResp) new OCSPResp(ca.ocsp(ask(certificate))).getResponseObject())
                .getResponses()[0];
    }

    @Test
    void aGoodAnswerIsGivenAgainForAMinuteWhileItIsTrue() throws Exception {
        var c = issue(CertificateKind.USER_SIGNING);
        var first = answerAbout(c.certificate()).getThisUpdate();
        clock.pass(Duration.ofSeconds(30));
        assertEquals(first, answerAbout(c.certificate()).getThisUpdate());
        clock.pass(Duration.ofSeconds(31));
        var second = answerAbout(c.certificate()).getThisUpdate();
        assertTrue(second.after(first));
        ca.revoke(c.serial(), RevocationReason.CERTIFICATE_HOLD);
        assertTrue(answerAbout(c.certificate()).getCertStatus() instanceof org.bouncycastle.cert.ocsp.RevokedStatus);
        ca.unhold(c.serial());
        assertNull(answerAbout(c.certificate()).getCertStatus());
    }

    @Test
    void garbageIsAnsweredNotThrown() throws Exception {
        var good = ask(issue(CertificateKind.USER_SIGNING).certificate());
        for (byte[] bad : new byte[][] {{}, {0x30}, "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII),
                new byte[20000],
            java.util.Arrays.copyOf(good, good.length - 3), {0x30, (byte) 0x84, 0x7F, -1, -1, -1}}) {
            assertEquals(1, new OCSPResp(ca.ocsp(bad)).getStatus()); // malformedRequest
        }
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x41;
            int status = new OCSPResp(ca.ocsp(bad)).getStatus();
            assertTrue(status == 0 || status == 1, "byte " + i + ": " + status);
        }
    }

    @Test
    void renewalKeepsKeySubjectAndUse() throws Exception {
        var old = issue(CertificateKind.USER_ENCRYPTION);
        var fresh = ca.renew(old.serial(), Duration.ofDays(60));
        assertEquals(old.certificate().getPublicKey(), fresh.certificate().getPublicKey());
        assertEquals(old.certificate().getSubjectX500Principal(), fresh.certificate().getSubjectX500Principal());
        assertArrayEquals(old.certificate().getKeyUsage(), fresh.certificate().getKeyUsage());
        assertEquals(old.certificate().getSubjectAlternativeNames().toString(), fresh.certificate()
                .getSubjectAlternativeNames().toString());
        assertNotEquals(old.serial(), fresh.serial());
        assertTrue(fresh.certificate().getNotAfter().after(old.certificate().getNotAfter()));
        bothAgree(fresh.certificate(), Optional.empty());
        bothAgree(old.certificate(), Optional.empty());
    }

    @Test
    void weakAndStrangeKeysAreRefused() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(512);
        PublicKey weak = generator.generateKeyPair().getPublic();
        PublicKey strange = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
        for (var key : List.of(weak, strange)) {
            var e = assertThrows(EscException.class, () ->
                    ca.issue(new CertificateRequest(key, CertificateKind.USER_SIGNING, "alice", "Alice",
                    Optional.empty(), List.of(), Duration.ofDays(1))));
            assertEquals(10, e.problem().endOp().orElseThrow());
        }
        var curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(256);
        var c = ca.issue(new CertificateRequest(curve.generateKeyPair().getPublic(), CertificateKind.USER_ENCRYPTION,
                "alice", "Alice", Optional.empty(), List.of(), Duration.ofDays(1)));
        assertTrue(c.certificate().getKeyUsage()[4]); // keyAgreement
    }

    @Test
    void namesCannotSmuggleAttributes() throws Exception {
        var c = ca.issue(new CertificateRequest(pair.getPublic(), CertificateKind.USER_SIGNING, "eve, CN=admin",
                "Eve, O=Other + UID=root", Optional.of("not an address"), List.of(), Duration.ofDays(1))).certificate();
        var rdns = new javax.naming.ldap.LdapName(c.getSubjectX500Principal().getName()).getRdns();
        assertEquals(3, rdns.size());
        assertTrue(rdns.stream().anyMatch(r -> r.getValue().equals("Eve, O=Other + UID=root")));
        assertNull(c.getSubjectAlternativeNames());
    }

    @Test
    void aCertificateDoesNotOutliveTheRoot() throws Exception {
        var c = ca.issue(new CertificateRequest(pair.getPublic(), CertificateKind.USER_SIGNING, "alice", "Alice",
                Optional.empty(), List.of(), Duration.ofDays(36500)));
        assertEquals(ca.certificate().getNotAfter(), c.certificate().getNotAfter());
    }

    @Test
    void theTlsServerIsTrustedByItsNames() throws Exception {
        var identity = ca.tlsIdentity(List.of());
        assertEquals(identity.chain(), ca.tlsIdentity(List.of()).chain());
        assertNotEquals(identity.chain(), ca.tlsIdentity(List.of("tms.example")).chain());
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("x", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
        var managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, new char[0]);
        var server = SSLContext.getInstance("TLS");
        server.init(managers.getKeyManagers(), null, null);
        var trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("root", ca.certificate());
        var trusts = TrustManagerFactory.getInstance("PKIX");
        trusts.init(trust);
        var client = SSLContext.getInstance("TLS");
        client.init(null, trusts.getTrustManagers(), null);
        for (String host : new String[] {"localhost", "127.0.0.1"}) {
            try (var listening = (SSLServerSocket) server.getServerSocketFactory()
                    .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                var failed = new AtomicReference<Exception>();
                var thread = Thread.ofVirtual().start(() -> {
                    try (var accepted = listening.accept()) {
                        accepted.getOutputStream().write(7);
                    } catch (Exception e) {
                        failed.set(e);
                    }
                });
                try (var socket = (SSLSocket) client.getSocketFactory().createSocket(host, listening.getLocalPort())) {
                    var parameters = socket.getSSLParameters();
                    parameters.setEndpointIdentificationAlgorithm("HTTPS");
                    socket.setSSLParameters(parameters);
                    assertEquals(7, socket.getInputStream().read());
                }
                thread.join();
                assertNull(failed.get());
            }
        }
    }

    @Test
    void theTlsCertificateIsMadeAnewInTime() throws Exception {
        var own = new TestTms.Clock();
        try (var t = Tms.open(folder.resolve("tls"), TestTms.options().demoUsers(false).clock(own))) {
            var first = t.ca().tlsIdentity(List.of()).chain().getFirst();
            own.pass(Duration.ofDays(350));
            assertEquals(first, t.ca().tlsIdentity(List.of()).chain().getFirst());
            own.pass(Duration.ofDays(20));
            var second = t.ca().tlsIdentity(List.of()).chain().getFirst();
            assertNotEquals(first, second);
            assertFalse(second.getNotAfter().before(first.getNotAfter()));
        }
    }
}
