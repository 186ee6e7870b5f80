// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.testing.Person;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;
import org.esc.tps.Operation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TlsTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    Path dir;
    private TestCa ca;
    private Path caFile;
    private TpsClient client;

    @BeforeEach
    void open() throws Exception {
        ca = new TestCa("CN=Test Authority,O=Test");
        caFile = TestCa.pem(dir.resolve("ca.pem"), ca.certificate);
        client = new TpsClient(new Journal(dir.resolve("journal")));
    }

    private static ScriptedServer server(TestCa.Identity identity, String... protocols) throws Exception {
        return new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(identity.context()), protocols, p -> {
            p.begin();
            p.ask(new TokenPduRequest(Hex.parse("80CA9F7F2D")), TokenPduResponse.class);
            p.end(EndOp.good(5));
            p.drain();
        });
    }

    private TpsResult run(URI url, Trust trust) throws EscException {
        return client.run(TpsRequest.of(Operation.FORMAT, url).trust(trust).timeouts(PATIENT, PATIENT), new FakeCard(),
                new Context(Person.alice(), (_, _) -> { }, new Cancel()));
    }

    private EscException refused(String code, TestCa.Identity identity, Trust trust) throws Exception {
        try (var server = server(identity)) {
            var e = assertThrows(EscException.class, () -> run(server.url(), trust));
            assertEquals(Fault.TLS, e.fault(), e.problem().toString());
            assertEquals("tls-" + code, e.problem().code(), e.problem().toString());
            assertFalse(e.problem().advice().isEmpty());
            return e;
        }
    }

    @Test
    void takesAServerWhoseCertificateIsRight() throws Exception {
        var identity = ca.issue(new TestCa.Wish());
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (var server = server(identity, protocol)) {
                var result = run(server.url(), Trust.with(caFile).revocation(Trust.Revocation.OFF));
                assertEquals(1, result.apdus());
                assertTrue(result.notes().isEmpty(), result.notes().toString());
            }
        }
    }

    @Test
    void refusesWhoItDoesNotKnow() throws Exception {
        var e = refused("untrusted", ca.issue(new TestCa.Wish()), Trust.SYSTEM);
        assertTrue(e.getMessage().contains("CN=Test Authority"), e.getMessage());
        assertTrue(e.problem().advice().contains("--ca"));
        var impostor = new TestCa("CN=Test Authority,O=Test");
        e = refused("untrusted", impostor.issue(new TestCa.Wish()), Trust.with(caFile));
        var wish = new TestCa.Wish();
        wish.selfSigned = true;
        refused("self-signed", ca.issue(wish), Trust.with(caFile));
    }

    @Test
    void refusesCertificatesOutOfTheirTime() throws Exception {
        var wish = new TestCa.Wish();
        wish.from = TestCa.ago(30);
        wish.to = TestCa.ago(2);
        var e = refused("expired", ca.issue(wish), Trust.with(caFile));
        assertTrue(e.getMessage().contains("expired on"), e.getMessage());
        var old = ca.issue(wish);
        refused("expired", old, Trust.with(TestCa.pem(dir.resolve("pin.pem"), old.certificate())));
        wish = new TestCa.Wish();
        wish.from = TestCa.ago(-2);
        refused("not-yet-valid", ca.issue(wish), Trust.with(caFile));
    }

    @Test
    void refusesCertificatesForOthersAndForOtherUses() throws Exception {
        var wish = new TestCa.Wish();
        wish.names = List.of(new GeneralName(GeneralName.dNSName, "tps.example.com"));
        var e = refused("wrong-host", ca.issue(wish), Trust.with(caFile));
        assertTrue(e.getMessage().contains("tps.example.com"), e.getMessage());
        var other = ca.issue(wish);
        refused("wrong-host", other, Trust.with(TestCa.pem(dir.resolve("pin.pem"), other.certificate())));
        wish = new TestCa.Wish();
        wish.purpose = Optional.of(KeyPurposeId.id_kp_emailProtection);
        refused("wrong-usage", ca.issue(wish), Trust.with(caFile));
        for (int usage : new int[] {KeyUsage.keyEncipherment, KeyUsage.keyCertSign, KeyUsage.keyAgreement}) {
            wish = new TestCa.Wish();
            wish.usage = usage;
            e = refused("wrong-usage", ca.issue(wish), Trust.with(caFile));
            assertTrue(e.getMessage().contains("digital signatures"), e.getMessage());
        }
    }

    @Test
    void refusesSignaturesThatCanBeForged() throws Exception {
        for (KeyPair keys : List.of(TestCa.ec(), TestCa.rsa(2048))) {
            var authority = new TestCa("CN=Authority,O=Weak", keys);
            Path file = TestCa.pem(dir.resolve("weak.pem"), authority.certificate);
            for (String hash : keys.getPublic().getAlgorithm().equals("RSA") ? List.of("SHA1", "MD5") : List.of("SHA1")) {
                var wish = new TestCa.Wish();
                wish.hash = hash;
                var weak = authority.issue(wish);
                var e = refused("weak-signature", weak, Trust.with(file));
                assertTrue(e.getMessage().contains(hash + "with"), e.getMessage());
                // who vouches does not matter for exactly the certificate one named
                try (var server = server(weak)) {
                    run(server.url(), Trust.with(TestCa.pem(dir.resolve("pin.pem"), weak.certificate())));
                }
                var between = TestCa.authority();
                between.hash = hash;
                e = refused("weak-signature", new TestCa("CN=Between,O=Weak", authority, between).issue(new TestCa.Wish()),
                        Trust.with(file));
                assertTrue(e.getMessage().contains("CN=Between"), e.getMessage());
            }
        }
        var rsa = new TestCa("CN=Authority,O=PSS", TestCa.rsa(2048));
        Path file = TestCa.pem(dir.resolve("pss.pem"), rsa.certificate);
        for (String hash : List.of("SHA1", "SHA256")) {
            var wish = new TestCa.Wish();
            wish.pss = true;
            wish.hash = hash;
            if (hash.equals("SHA1")) {
                refused("weak-signature", rsa.issue(wish), Trust.with(file));
            } else {
                try (var server = server(rsa.issue(wish))) {
                    run(server.url(), Trust.with(file));
                }
            }
        }
    }

    @Test
    void refusesKeysThatAreTooShort() throws Exception {
        var wish = new TestCa.Wish();
        wish.keys = Optional.of(TestCa.rsa(1024));
        var e = refused("weak-key", ca.issue(wish), Trust.with(caFile));
        assertTrue(e.getMessage().contains("1024 bits"), e.getMessage());
        var pinned = ca.issue(wish);
        refused("weak-key", pinned, Trust.with(TestCa.pem(dir.resolve("pin.pem"), pinned.certificate())));
        refused("weak-key", ca.issue(wish), Trust.SYSTEM);

        var between = TestCa.authority();
        between.keys = wish.keys;
        e = refused("weak-key", new TestCa("CN=Between,O=Test", ca, between).issue(new TestCa.Wish()), Trust.with(caFile));
        assertTrue(e.getMessage().contains("CN=Between"), e.getMessage());

        var small = new TestCa("CN=Small,O=Test", TestCa.rsa(1024));
        e = refused("weak-key", small.issue(new TestCa.Wish()), Trust.with(TestCa.pem(dir.resolve("small.pem"), small.certificate)));
        assertTrue(e.getMessage().contains("CN=Small"), e.getMessage());

        wish.keys = Optional.of(TestCa.rsa(2048));
        try (var server = server(ca.issue(wish))) {
            run(server.url(), Trust.with(caFile));
        }
    }

    @Test
    void refusesChainsThatLackALinkOrHaveABadOne() throws Exception {
        var between = new TestCa("CN=Between,O=Test", ca, TestCa.authority());
        var good = between.issue(new TestCa.Wish());
        try (var server = server(good)) {
            run(server.url(), Trust.with(caFile));
        }
        try (var server = server(good.sending(good.certificate(), ca.certificate, between.certificate))) {
            run(server.url(), Trust.with(caFile));
        }
        var e = refused("incomplete", good.sending(good.certificate()), Trust.with(caFile));
        assertTrue(e.getMessage().contains("CN=Between"), e.getMessage());
        try (var server = server(good.sending(good.certificate()))) {
            run(server.url(), Trust.with(TestCa.pem(dir.resolve("between.pem"), between.certificate)));
        }

        var old = TestCa.authority();
        old.from = TestCa.ago(30);
        old.to = TestCa.ago(2);
        e = refused("expired", new TestCa("CN=Old,O=Test", ca, old).issue(new TestCa.Wish()), Trust.with(caFile));
        assertTrue(e.getMessage().contains("CN=Old"), e.getMessage());

        // somebody who has a certificate of a trusted authority issues one himself
        var nobody = new TestCa("CN=Nobody,O=Test", ca, new TestCa.Wish());
        e = refused("not-an-authority", nobody.issue(new TestCa.Wish()), Trust.with(caFile));
        assertTrue(e.getMessage().contains("CN=Nobody"), e.getMessage());
        var wrong = TestCa.authority();
        wrong.usage = KeyUsage.digitalSignature;
        refused("not-an-authority", new TestCa("CN=Nobody,O=Test", ca, wrong).issue(new TestCa.Wish()), Trust.with(caFile));

        // somebody puts the real authority's certificate behind one of his own making
        var impostor = new TestCa("CN=Test Authority,O=Test").issue(new TestCa.Wish());
        refused("bad-signature", impostor.sending(impostor.certificate(), ca.certificate), Trust.with(caFile));
    }

    /** What a server of before 2008 answers to every greeting: TLS 1.0 or 1.1, or that the version is none it knows. */
    @Test
    void refusesOldVersionsOfTls() throws Exception {
        var answers = Map.of("chooses TLS 1.0", hello("0301"),
                "chooses TLS 1.1", hello("0302"),
                "knows no such version", "15030100020246");
        for (var answer : answers.entrySet()) {
            try (var old = new ScriptedServer(p -> {
                p.in.readNBytes(5);
                p.out.write(Hex.parse(answer.getValue()));
                p.out.flush();
                p.drain();
            })) {
                URI url = URI.create("https://127.0.0.1:" + old.port() + "/tps");
                var e = assertThrows(EscException.class, () -> run(url, Trust.with(caFile)), answer.getKey());
                assertEquals(Fault.TLS, e.fault(), answer.getKey() + " " + e.problem());
                assertEquals("tls-version", e.problem().code(), answer.getKey() + " " + e.problem());
                var home = new PhoneHome(dir.resolve("issuers"));
                e = assertThrows(EscException.class, () -> home.fetch(url, FakeCard.CUID, Trust.with(caFile), Optional.empty(), PATIENT,
                        new Cancel()));
                assertEquals(Fault.TLS, e.fault(), answer.getKey() + " " + e.problem());
            }
        }
    }

    /** A SERVER HELLO of this version with one cipher of its time and the extension for safe renegotiation. */
    private static String hello(String version) {
        return "16" + version + "0031" + "0200002D" + version + "42".repeat(32) + "00" + "C013" + "00" + "0005FF01000100";
    }

    @Test
    void refusesServersThatEncryptInNoUsualWay() throws Exception {
        try (var odd = new ScriptedServer(p -> {
            p.in.readNBytes(5);
            p.out.write(Hex.parse("15030300020228"));
            p.out.flush();
            p.drain();
        })) {
            var e = assertThrows(EscException.class, () -> run(URI.create("https://127.0.0.1:" + odd.port() + "/tps"), Trust.SYSTEM));
            assertEquals(Fault.TLS, e.fault());
            assertEquals("tls-handshake", e.problem().code());
        }
    }

    @Test
    void aPinMakesUpForAMissingHostNameOnlyForExactlyThatCertificate() throws Exception {
        var wish = new TestCa.Wish();
        wish.names = List.of();
        var nameless = ca.issue(wish);
        refused("no-host-name", nameless, Trust.with(caFile));
        Path pin = TestCa.pem(dir.resolve("pin.pem"), nameless.certificate());
        try (var server = server(nameless)) {
            assertTrue(run(server.url(), Trust.with(pin)).notes().stream().anyMatch(n -> n.contains("exactly the one you named")));
            run(server.url(), Trust.with(caFile, pin));
        }
        refused("no-host-name", ca.issue(wish), Trust.with(caFile, pin));
        wish.selfSigned = true;
        var self = ca.issue(wish);
        try (var server = server(self)) {
            run(server.url(), Trust.with(TestCa.pem(dir.resolve("self.pem"), self.certificate())));
        }
    }

    @Test
    void badTrustFilesAreNamed() throws Exception {
        Path text = Files.writeString(dir.resolve("text.pem"), "no certificate here\n");
        Path empty = Files.writeString(dir.resolve("empty.pem"), "");
        for (Path p : List.of(text, empty, dir.resolve("missing.pem"))) {
            var e = assertThrows(EscException.class, () -> run(URI.create("https://127.0.0.1:1/tps"), Trust.with(p)));
            assertEquals(Fault.USAGE, e.fault());
            assertEquals("ca-file", e.problem().code());
        }
    }

    @Test
    void aServerWithoutTlsIsNamed() throws Exception {
        try (var plain = new ScriptedServer(p -> {
            p.in.read();
            p.raw("HTTP/1.1 400 Bad Request\r\n\r\n");
            p.socket.shutdownOutput();
            p.drain();
        })) {
            var e = assertThrows(EscException.class,
                    () -> run(URI.create("https://127.0.0.1:" + plain.port() + "/tps"), Trust.with(caFile)));
            assertEquals("tls-none", e.problem().code());
        }
        try (var silent = new ScriptedServer(p -> p.drain())) {
            var e = assertThrows(EscException.class, () -> client.run(
                    TpsRequest.of(Operation.FORMAT, URI.create("https://127.0.0.1:" + silent.port() + "/tps"))
                            .timeouts(Duration.ofMillis(300), PATIENT),
                    new FakeCard(), new Context(Person.alice(), (_, _) -> { }, new Cancel())));
            assertEquals("timeout", e.problem().code());
            assertEquals(Fault.NETWORK, e.fault());
        }
        try (var gone = new ScriptedServer(p -> p.in.read())) {
            var e = assertThrows(EscException.class,
                    () -> run(URI.create("https://127.0.0.1:" + gone.port() + "/tps"), Trust.with(caFile)));
            assertEquals(Fault.NETWORK, e.fault(), e.problem().toString());
            e = assertThrows(EscException.class, () -> new PhoneHome(dir.resolve("issuers")).fetch(
                    URI.create("https://127.0.0.1:" + gone.port() + "/tps"), FakeCard.CUID, Trust.with(caFile), Optional.empty(), PATIENT,
                    new Cancel()));
            assertEquals(Fault.NETWORK, e.fault(), e.problem().toString());
        }
    }

    @Test
    void hostNamesMatchByTheBook() {
        assertTrue(Hostnames.matches("tps.example.com", "TPS.Example.com"));
        assertTrue(Hostnames.matches("*.example.com", "tps.example.com"));
        assertTrue(Hostnames.matches("tps.example.com", "tps.example.com."));
        for (String[] bad : new String[][] {{"*.example.com", "a.b.example.com"}, {"*.example.com", "example.com"},
                {"*.com", "example.com"}, {"*", "host"}, {"t*.example.com", "tps.example.com"}, {"*.*.com", "a.b.com"},
                {"tps.example.com", "tps.example.co"}, {"", ""}, {"*.example.com", ".example.com"}}) {
            assertFalse(Hostnames.matches(bad[0], bad[1]), bad[0] + " " + bad[1]);
        }
        assertTrue(Hostnames.isAddress("127.0.0.1"));
        assertTrue(Hostnames.isAddress("::1"));
        assertFalse(Hostnames.isAddress("localhost"));
    }
}
