// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;
import org.esc.tps.Operation;
import org.junit.jupiter.api.AfterEach;
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

    @AfterEach
    void close() {
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
                new Context(new Person(), (_, _) -> { }, new Cancel()));
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
    void saysWhenRevocationCouldNotBeChecked() throws Exception {
        try (var server = server(ca.issue(new TestCa.Wish()))) {
            var notes = run(server.url(), Trust.with(caFile)).notes();
            assertEquals(1, notes.size());
            assertTrue(notes.getFirst().startsWith("Whether the server's certificate has been revoked"), notes.toString());
        }
        refused("revocation-unknown", ca.issue(new TestCa.Wish()), Trust.with(caFile).revocation(Trust.Revocation.HARD));
    }

    @Test
    void refusesRevokedCertificatesAndTakesThoseThatAreNot() throws Exception {
        byte[][] body = {{}};
        try (ServerSocket http = TestCa.serve(body, "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n")) {
            // each certificate has a list of its own: the platform caches lists by address
            for (boolean revoked : new boolean[] {false, true}) {
                var wish = new TestCa.Wish();
                wish.crl = "http://127.0.0.1:" + http.getLocalPort() + "/" + revoked + ".crl";
                var identity = ca.issue(wish);
                body[0] = revoked ? ca.crl(identity.certificate()) : ca.crl();
                if (revoked) {
                    refused("revoked", identity, Trust.with(caFile));
                } else {
                    try (var server = server(identity)) {
                        assertTrue(run(server.url(), Trust.with(caFile).revocation(Trust.Revocation.HARD)).notes().isEmpty());
                    }
                }
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
        wish.purpose = KeyPurposeId.id_kp_emailProtection;
        refused("wrong-usage", ca.issue(wish), Trust.with(caFile));
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
                    new FakeCard(), new Context(new Person(), (_, _) -> { }, new Cancel())));
            assertEquals("timeout", e.problem().code());
            assertEquals(Fault.NETWORK, e.fault());
        }
        try (var gone = new ScriptedServer(p -> p.in.read())) {
            var e = assertThrows(EscException.class,
                    () -> run(URI.create("https://127.0.0.1:" + gone.port() + "/tps"), Trust.with(caFile)));
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
