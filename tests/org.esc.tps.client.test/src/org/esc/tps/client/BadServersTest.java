// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.testing.Person;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Operation;
import org.esc.tps.client.trust.Finding;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of bad certificate, presented by a server on loopback to all that connect: token operations, phone home, and whoever speaks REST. */
@Timeout(300)
class BadServersTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    Path dir;
    private TestCa ca;
    private TrustStore store;
    private Trust trust;
    private TestCa.Shelf shelf;
    private TpsClient client;

    /** A server and how it has to be refused. */
    private record Bad(String code, String says, TestCa.Identity identity) {
    }

    @BeforeEach
    void open() throws Exception {
        ca = new TestCa("CN=Test Authority,O=Test");
        store = new TrustStore(dir.resolve("trust"));
        store.trust(List.of(ca.certificate), "of the test");
        trust = new Trust(List.of(), Trust.Revocation.SOFT).sources(new TrustSources(store, false, List.of()));
        shelf = new TestCa.Shelf();
        client = new TpsClient(new Journal(dir.resolve("journal")));
    }

    @AfterEach
    void close() throws Exception {
        shelf.close();
    }

    private List<Bad> everyKind() throws Exception {
        var all = new ArrayList<Bad>();
        var w = new TestCa.Wish();
        w.from = TestCa.ago(30);
        w.to = TestCa.ago(2);
        all.add(new Bad("expired", "expired on", ca.issue(w)));
        w = new TestCa.Wish();
        w.from = TestCa.ago(-2);
        all.add(new Bad("not-yet-valid", "not valid before", ca.issue(w)));
        w = new TestCa.Wish();
        w.names = List.of(new GeneralName(GeneralName.dNSName, "tps.example.com"), new GeneralName(GeneralName.dNSName, "ra.example.com"));
        all.add(new Bad("wrong-host", "made out to tps.example.com, ra.example.com, not to 127.0.0.1", ca.issue(w)));
        w = new TestCa.Wish();
        w.names = List.of();
        all.add(new Bad("no-host-name", "names no host", ca.issue(w)));
        all.add(new Bad("untrusted", "CN=Stranger", new TestCa("CN=Stranger,O=Test").issue(new TestCa.Wish())));
        w = new TestCa.Wish();
        w.selfSigned = true;
        all.add(new Bad("self-signed", "vouches for itself", ca.issue(w)));
        w = new TestCa.Wish();
        w.purpose = Optional.of(KeyPurposeId.id_kp_emailProtection);
        all.add(new Bad("wrong-usage", "not issued for a server", ca.issue(w)));
        w = new TestCa.Wish();
        w.usage = KeyUsage.keyEncipherment;
        all.add(new Bad("wrong-usage", "digital signatures", ca.issue(w)));
        w = TestCa.authority();
        w.usage |= KeyUsage.digitalSignature;
        w.names = new TestCa.Wish().names;
        all.add(new Bad("wrong-usage", "that of an authority, not of a server", ca.issue(w)));
        w = new TestCa.Wish();
        w.hash = "SHA1";
        all.add(new Bad("weak-signature", "SHA1with", ca.issue(w)));
        w = new TestCa.Wish();
        w.keys = Optional.of(TestCa.rsa(1024));
        all.add(new Bad("weak-key", "1024 bits", ca.issue(w)));
        var between = new TestCa("CN=Between,O=Test", ca, TestCa.authority());
        var good = between.issue(new TestCa.Wish());
        all.add(new Bad("incomplete", "CN=Between", good.sending(good.certificate())));
        var impostor = new TestCa("CN=Test Authority,O=Test").issue(new TestCa.Wish());
        all.add(new Bad("bad-signature", "not that of its issuer", impostor.sending(impostor.certificate(), ca.certificate)));
        all.add(new Bad("not-an-authority", "CN=Nobody", new TestCa("CN=Nobody,O=Test", ca, new TestCa.Wish()).issue(new TestCa.Wish())));
        w = TestCa.authority();
        w.from = TestCa.ago(30);
        w.to = TestCa.ago(2);
        all.add(new Bad("expired", "CN=Old", new TestCa("CN=Old,O=Test", ca, w).issue(new TestCa.Wish())));
        w = TestCa.authority();
        w.pathLength = 0;
        var only = new TestCa("CN=Last,O=Test", ca, w);
        all.add(new Bad("path-length", "more in a row", new TestCa("CN=Too deep,O=Test", only, TestCa.authority()).issue(new TestCa.Wish())));
        w = TestCa.authority();
        w.onlyFor = "example.com";
        all.add(new Bad("name-constraints", "name constraints", new TestCa("CN=Elsewhere,O=Test", ca, w).issue(new TestCa.Wish())));
        w = new TestCa.Wish();
        w.oddRule = true;
        all.add(new Bad("unknown-extension", "not known here", ca.issue(w)));
        w = new TestCa.Wish();
        w.ocsp = shelf.url("/ocsp");
        var revoked = ca.issue(w);
        shelf.put("/ocsp", ca.ocsp(revoked.certificate(), new RevokedStatus(TestCa.ago(3), CRLReason.keyCompromise), TestCa.ago(-7)));
        all.add(new Bad("revoked", "has been revoked", revoked));
        w = new TestCa.Wish();
        w.crl = shelf.url("/bad.crl");
        var listed = ca.issue(w);
        shelf.put("/bad.crl", ca.crl(listed.certificate()));
        all.add(new Bad("revoked", "has been revoked", listed));
        var distrusted = ca.issue(new TestCa.Wish());
        store.distrust(List.of(distrusted.certificate()), "stolen");
        all.add(new Bad("distrusted", "You distrust the certificate", distrusted));
        return all;
    }

    private static ScriptedServer server(InetAddress address, TestCa.Identity identity) throws Exception {
        return new ScriptedServer(address, Optional.of(identity.context()), new String[0], p -> {
            p.begin();
            p.end(EndOp.good(5));
            p.drain();
        });
    }

    private TpsResult operation(URI url) throws EscException {
        return client.run(TpsRequest.of(Operation.FORMAT, url).trust(trust).timeouts(PATIENT, PATIENT), new FakeCard(), Context.of(Person.alice()));
    }

    private EscException phoneHome(URI url) {
        return assertThrows(EscException.class,
                () -> new PhoneHome(dir.resolve("issuers")).fetch(url, FakeCard.CUID, trust, Optional.empty(), PATIENT, new Cancel()));
    }

    /** As the administrators' client does it. */
    private EscException rest(URI url) throws Exception {
        Tls tls = Tls.to(url, trust, TlsIdentity.NONE);
        try (var http = HttpClient.newBuilder().sslContext(tls.context()).build()) {
            var cause = assertThrows(java.io.IOException.class,
                    () -> http.send(HttpRequest.newBuilder(url).timeout(PATIENT).build(), HttpResponse.BodyHandlers.discarding()));
            return tls.failed(cause, "ask the server");
        }
    }

    private static void refused(Bad bad, EscException e, String by) {
        assertEquals(Fault.TLS, e.fault(), by + " " + bad + " " + e.problem());
        assertEquals("tls-" + bad.code(), e.problem().code(), by + " " + e.problem());
        assertTrue(e.getMessage().contains(bad.says()), by + " " + e.getMessage());
        assertFalse(e.problem().advice().isEmpty(), by + " " + bad);
        var refused = (RefusedServer) e;
        assertEquals(bad.identity().certificate(), refused.chain().getFirst(), by);
        assertEquals(bad.code(), refused.findings().getFirst().code(), by);
        assertEquals(!List.of("revoked", "weak-key", "bad-signature", "not-an-authority", "distrusted").contains(bad.code()),
                refused.exceptionPossible(), by + " " + bad);
    }

    @Test
    void everyKindOfBadCertificateIsRefusedByAllThatConnectAndExplained() throws Exception {
        for (Bad bad : everyKind()) {
            try (var server = server(InetAddress.getByName("127.0.0.1"), bad.identity())) {
                refused(bad, assertThrows(EscException.class, () -> operation(server.url()), bad.toString()), "operation");
                refused(bad, phoneHome(server.url()), "phone home");
                refused(bad, rest(server.url()), "REST");
            }
        }
    }

    @Test
    void aGoodServerIsTakenByItsIpv6AddressToo() throws Exception {
        var w = new TestCa.Wish();
        w.names = List.of(new GeneralName(GeneralName.iPAddress, "::1"));
        try (var server = server(InetAddress.getByName("::1"), ca.issue(w))) {
            assertTrue(server.url().toString().contains("[::1]"));
            operation(server.url());
        }
        w.names = List.of(new GeneralName(GeneralName.iPAddress, "::2"));
        var bad = new Bad("wrong-host", "not to ::1", ca.issue(w));
        try (var server = server(InetAddress.getByName("::1"), bad.identity())) {
            refused(bad, assertThrows(EscException.class, () -> operation(server.url())), "operation");
            refused(bad, phoneHome(server.url()), "phone home");
            refused(bad, rest(server.url()), "REST");
        }
    }

    /** The Java runtime has no such curve: a server that goes no further than to present its certificate. */
    @Test
    void aKeyOnASmallCurveIsTooWeak() throws Exception {
        var g = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        g.initialize(new ECGenParameterSpec("secp192r1"));
        byte[] certificate = ca.certifyBytes(SubjectPublicKeyInfo.getInstance(g.generateKeyPair().getPublic().getEncoded()));
        try (var server = new ScriptedServer(p -> {
            p.in.readNBytes(5);
            p.out.write(Hex.parse("16" + "0303" + "0031" + "0200002D" + "0303" + "42".repeat(32) + "00" + "C02B" + "00" + "0005FF01000100"));
            var list = new ByteArrayOutputStream();
            for (byte[] c : List.of(certificate, ca.certificate.getEncoded())) {
                list.write(Hex.parse(String.format("%06X", c.length)));
                list.write(c);
            }
            p.out.write(Hex.parse(String.format("160303%04X0B%06X%06X", list.size() + 7, list.size() + 3, list.size())));
            p.out.write(list.toByteArray());
            p.out.flush();
            p.drain();
        })) {
            var e = assertThrows(EscException.class, () -> operation(URI.create("https://127.0.0.1:" + server.port() + "/tps/tps")));
            assertEquals("tls-weak-key", e.problem().code(), e.problem().toString());
        }
    }

    @Test
    void aMissingCertificateIsFetchedFromWhereTheOneBelowSays() throws Exception {
        var between = new TestCa("CN=Between,O=Test", ca, TestCa.authority());
        var w = new TestCa.Wish();
        w.issuers = shelf.url("/between.cer");
        var identity = between.issue(w);
        var alone = identity.sending(identity.certificate());
        try (var server = server(InetAddress.getByName("127.0.0.1"), alone)) {
            shelf.put("/between.cer", between.certificate.getEncoded());
            assertTrue(operation(server.url()).notes().stream().anyMatch(n -> n.contains("did not send all certificates")));
            // what comes from there is trusted no more than what the server sends
            var other = new TestCa("CN=Between,O=Test", new TestCa("CN=Stranger,O=Test"), TestCa.authority());
            for (byte[] body : List.of(other.certificate.getEncoded(), "<html>".getBytes(), new byte[0], new byte[200_000])) {
                shelf.put("/between.cer", body);
                var e = assertThrows(EscException.class, () -> operation(server.url()));
                assertEquals("tls-incomplete", e.problem().code(), e.problem().toString());
            }
        }
    }

    @Test
    void anExceptionHoldsForOneServerItsCertificateAndItsReasonsOnly() throws Exception {
        var w = new TestCa.Wish();
        w.from = TestCa.ago(30);
        w.to = TestCa.ago(2);
        w.names = List.of(new GeneralName(GeneralName.dNSName, "tps.example.com"));
        var bad = new TestCa("CN=Stranger,O=Test").issue(w);
        var loopback = InetAddress.getByName("127.0.0.1");
        try (var server = server(loopback, bad)) {
            var desk = new TrustVerbs.Desk(new UserSettings(dir.resolve("client.properties")), store);
            var address = new ServerAddress("127.0.0.1", server.port());
            var person = Person.alice();
            var made = new TrustVerbs.ExceptVerb(desk).run(new TrustVerbs.ExceptVerb.Args(address, Optional.empty(), Optional.of(5), Optional.of("test")),
                    Context.of(person));
            assertEquals(java.util.Set.of("expired", "untrusted", "wrong-host"), made.overrides());
            String question = person.questions.getFirst().message();
            assertTrue(question.contains("tps.example.com") && question.contains("CN=Stranger") && question.contains("expired on")
                    && question.contains("SHA-256"), question);
            assertTrue(person.questions.getFirst().irreversible(), "a script has to have said so");
            assertTrue(operation(server.url()).notes().stream().anyMatch(n -> n.contains("by an exception that you made on")), "and it says so each time");

            // another port, another certificate, another reason: none of them is meant
            try (var elsewhere = server(loopback, bad)) {
                assertEquals("tls-expired", assertThrows(EscException.class, () -> operation(elsewhere.url())).problem().code());
            }
            var kept = store.read().exceptions().getFirst();
            store.except(new TrustStore.ServerException(kept.host(), kept.port(), kept.certificate(), java.util.Set.of("expired", "wrong-host"),
                    kept.added(), kept.until(), ""));
            assertEquals("tls-untrusted", assertThrows(EscException.class, () -> operation(server.url())).problem().code());
            store.except(new TrustStore.ServerException(kept.host(), kept.port(), kept.certificate(), kept.overrides(), kept.added(),
                    Optional.of(java.time.Instant.now().minusSeconds(5)), ""));
            assertEquals("tls-expired", assertThrows(EscException.class, () -> operation(server.url())).problem().code(), "it has ended");
            store.except(kept);
            operation(server.url());
            assertEquals(1, new TrustVerbs.RemoveVerb(desk).run(new TrustVerbs.RemoveVerb.Args(address.toString()), Context.of(person)).removed());
            assertThrows(EscException.class, () -> operation(server.url()));
            person.agrees = false;
            assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> new TrustVerbs.ExceptVerb(desk).run(
                    new TrustVerbs.ExceptVerb.Args(address, Optional.empty(), Optional.empty(), Optional.empty()), Context.of(person))).fault());
            assertTrue(store.read().exceptions().isEmpty());
        }
    }

    @Test
    void noExceptionEverMakesUpForARevokedCertificate() throws Exception {
        var authority = new TestCa("CN=Stranger,O=Test");
        var w = new TestCa.Wish();
        w.ocsp = shelf.url("/late");
        var server1 = authority.issue(w);
        var desk = new TrustVerbs.Desk(new UserSettings(dir.resolve("client.properties")), store);
        try (var server = server(InetAddress.getByName("127.0.0.1"), server1)) {
            var args = new TrustVerbs.ExceptVerb.Args(new ServerAddress("127.0.0.1", server.port()), Optional.empty(), Optional.empty(), Optional.empty());
            shelf.put("/late", authority.ocsp(server1.certificate(), org.bouncycastle.cert.ocsp.CertificateStatus.GOOD, TestCa.ago(-7)));
            new TrustVerbs.ExceptVerb(desk).run(args, Context.of(Person.alice()));
            operation(server.url());
            // it was good when the exception was made
            shelf.put("/late", authority.ocsp(server1.certificate(), new RevokedStatus(TestCa.ago(3), CRLReason.keyCompromise), TestCa.ago(-7)));
            assertEquals("tls-revoked", assertThrows(EscException.class, () -> operation(server.url())).problem().code());
            store.remove(List.of(server1.certificate()), Optional.empty());
            var e = assertThrows(EscException.class, () -> new TrustVerbs.ExceptVerb(desk).run(args, Context.of(Person.alice())));
            assertEquals("tls-revoked", e.problem().code(), e.problem().toString());
            assertTrue(store.read().exceptions().isEmpty());
        }
    }

    @Test
    void aDistrustedAuthorityVouchesForNobody() throws Exception {
        var identity = ca.issue(new TestCa.Wish());
        try (var server = server(InetAddress.getByName("127.0.0.1"), identity)) {
            operation(server.url());
            store.distrust(List.of(ca.certificate), "");
            var e = (RefusedServer) assertThrows(EscException.class, () -> operation(server.url()));
            assertEquals("tls-distrusted", e.problem().code());
            assertEquals(List.of("distrusted"), e.findings().stream().map(Finding::code).toList());
            // not even if it is named for this run
            Trust named = new Trust(List.of(TestCa.pem(dir.resolve("ca.pem"), ca.certificate)), Trust.Revocation.OFF).sources(trust.sources().orElseThrow());
            e = (RefusedServer) assertThrows(EscException.class, () -> client.run(TpsRequest.of(Operation.FORMAT, server.url()).trust(named)
                    .timeouts(PATIENT, PATIENT), new FakeCard(), Context.of(Person.alice())));
            assertEquals("tls-distrusted", e.problem().code());
            store.trust(List.of(ca.certificate), "");
            operation(server.url());
        }
        Files.writeString(dir.resolve("trust/distrusted.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
        try (var server = server(InetAddress.getByName("127.0.0.1"), identity)) {
            var e = assertThrows(EscException.class, () -> operation(server.url()));
            assertEquals("trust-store", e.problem().code(), "a damaged store trusts nobody by mistake");
        }
    }
}
