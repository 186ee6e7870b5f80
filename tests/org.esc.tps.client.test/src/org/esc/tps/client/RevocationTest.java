// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.testing.Person;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers whose certificates name places to ask whether they were revoked, and what those places answer. */
@Timeout(120)
class RevocationTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final CertificateStatus GOOD = CertificateStatus.GOOD;
    private static final CertificateStatus REVOKED = new RevokedStatus(TestCa.ago(3), CRLReason.keyCompromise);
    private static final java.util.Date NEXT_WEEK = TestCa.ago(-7);
    private static final java.util.Date YESTERDAY = TestCa.ago(1);

    /** What an authority answers about a certificate. */
    private interface Answer {
        byte[] about(TestCa.Identity server) throws Exception;
    }

    @TempDir
    Path dir;
    private TestCa ca;
    private Trust trust;
    private TpsClient client;
    private TestCa.Shelf shelf;

    @BeforeEach
    void open() throws Exception {
        ca = new TestCa("CN=Test Authority,O=Test");
        trust = Trust.with(TestCa.pem(dir.resolve("ca.pem"), ca.certificate));
        client = new TpsClient(new Journal(dir.resolve("journal")));
        shelf = new TestCa.Shelf();
    }

    @AfterEach
    void close() throws Exception {
        shelf.close();
    }

    private TpsResult run(TestCa.Identity identity, Trust.Revocation how) throws Exception {
        try (var server = new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(identity.context()), new String[0], p -> {
            p.begin();
            p.end(EndOp.good(5));
            p.drain();
        })) {
            return client.run(TpsRequest.of(Operation.FORMAT, server.url()).trust(trust.revocation(how)).timeouts(PATIENT, PATIENT),
                    new FakeCard(), new Context(Person.alice(), (_, _) -> { }, new Cancel()));
        }
    }

    private EscException refused(String code, TestCa.Identity identity, Trust.Revocation how) {
        var e = assertThrows(EscException.class, () -> run(identity, how));
        assertEquals(Fault.TLS, e.fault(), e.problem().toString());
        assertEquals("tls-" + code, e.problem().code(), e.problem().toString());
        return e;
    }

    /** Goes on with a note when asked softly, refuses when asked to be strict, does not ask when told not to. */
    private void unknown(String what, TestCa.Identity identity) throws Exception {
        var notes = run(identity, Trust.Revocation.SOFT).notes();
        assertEquals(1, notes.size(), what + " " + notes);
        assertTrue(notes.getFirst().startsWith("Whether the certificate of 127.0.0.1 has been revoked could not be found out"),
                what + " " + notes);
        assertFalse(shelf.asked.isEmpty(), what);
        var e = refused("revocation-unknown", identity, Trust.Revocation.HARD);
        assertTrue(e.problem().advice().contains("--revocation soft"), what);
        shelf.asked.clear();
        assertEquals(List.of(), run(identity, Trust.Revocation.OFF).notes(), what);
        assertEquals(List.of(), shelf.asked, what);
    }

    private TestCa.Identity withOcsp() throws Exception {
        var w = new TestCa.Wish();
        w.ocsp = shelf.url("/ocsp");
        return ca.issue(w);
    }

    private int lists;

    /** Each certificate has a list of its own: the platform keeps lists by their address. */
    private TestCa.Identity withCrl(Answer list) throws Exception {
        var w = new TestCa.Wish();
        String path = "/" + ++lists + ".crl";
        w.crl = shelf.url(path);
        var identity = ca.issue(w);
        shelf.put(path, list.about(identity));
        return identity;
    }

    private TestCa delegate(KeyPurposeId purpose) throws Exception {
        var w = new TestCa.Wish();
        w.usage = KeyUsage.digitalSignature;
        w.purpose = Optional.of(purpose);
        return new TestCa("CN=Responder,O=Test", ca, w);
    }

    @Test
    void saysWhenTheCertificateNamesNobodyToAsk() throws Exception {
        var identity = ca.issue(new TestCa.Wish());
        var notes = run(identity, Trust.Revocation.SOFT).notes();
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().startsWith("Whether the certificate of 127.0.0.1 has been revoked"), notes.toString());
        refused("revocation-unknown", identity, Trust.Revocation.HARD);
        assertEquals(List.of(), run(identity, Trust.Revocation.OFF).notes());
    }

    @Test
    void takesAServerThatIsSaidToBeGood() throws Exception {
        var identity = withOcsp();
        shelf.put("/ocsp", ca.ocsp(identity.certificate(), GOOD, NEXT_WEEK));
        assertEquals(List.of(), run(identity, Trust.Revocation.HARD).notes());
        assertEquals(List.of("/ocsp"), shelf.asked, "asked once");
        shelf.put("/ocsp", ca.ocsp(identity.certificate(), GOOD, NEXT_WEEK, delegate(KeyPurposeId.id_kp_OCSPSigning)));
        assertEquals(List.of(), run(identity, Trust.Revocation.HARD).notes());
        assertEquals(List.of(), run(withCrl(_ -> ca.crl()), Trust.Revocation.HARD).notes());
    }

    @Test
    void refusesAServerThatIsSaidToBeRevoked() throws Exception {
        var byOcsp = withOcsp();
        shelf.put("/ocsp", ca.ocsp(byOcsp.certificate(), REVOKED, NEXT_WEEK));
        for (var identity : List.of(byOcsp, withCrl(server -> ca.crl(server.certificate())))) {
            for (var how : List.of(Trust.Revocation.SOFT, Trust.Revocation.HARD)) {
                var e = refused("revoked", identity, how);
                assertTrue(e.getMessage().startsWith("The certificate of 127.0.0.1 has been revoked."), e.getMessage());
            }
            assertEquals(List.of(), run(identity, Trust.Revocation.OFF).notes());
        }
    }

    @Test
    void anAnswerThatCannotBeUsedIsNone() throws Exception {
        var identity = withOcsp();
        var c = identity.certificate();
        var other = withOcsp().certificate();
        var impostor = new TestCa("CN=Test Authority,O=Test");
        var stranger = new TestCa("CN=Stranger,O=Test");
        byte[] good = ca.ocsp(c, GOOD, NEXT_WEEK);
        byte[] twisted = good.clone();
        twisted[twisted.length / 2] ^= 1;
        Map<String, byte[]> answers = new LinkedHashMap<>();
        answers.put("not known", ca.ocsp(c, new UnknownStatus(), NEXT_WEEK));
        answers.put("out of date", ca.ocsp(c, GOOD, YESTERDAY));
        answers.put("about another certificate", ca.ocsp(other, GOOD, NEXT_WEEK));
        answers.put("about another authority's certificate", impostor.ocsp(c, GOOD, NEXT_WEEK, ca));
        answers.put("signed by another key", ca.ocsp(c, GOOD, NEXT_WEEK, impostor));
        answers.put("signed by a stranger", ca.ocsp(c, GOOD, NEXT_WEEK, stranger));
        answers.put("signed by one who may not", ca.ocsp(c, GOOD, NEXT_WEEK, delegate(KeyPurposeId.id_kp_serverAuth)));
        answers.put("revoked, says a stranger", ca.ocsp(c, REVOKED, NEXT_WEEK, stranger));
        answers.put("changed on the way", twisted);
        answers.put("cut short", Arrays.copyOf(good, good.length - 5));
        answers.put("try later", new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded());
        answers.put("empty", new byte[0]);
        answers.put("a web page", "<html>Welcome to our guest network</html>".getBytes(StandardCharsets.US_ASCII));
        for (var answer : answers.entrySet()) {
            shelf.put("/ocsp", answer.getValue());
            unknown(answer.getKey(), identity);
        }
    }

    @Test
    void aListThatCannotBeUsedIsNone() throws Exception {
        var impostor = new TestCa("CN=Test Authority,O=Test");
        var stranger = new TestCa("CN=Stranger,O=Test");
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("out of date", _ -> ca.crl(YESTERDAY));
        answers.put("signed by another key", _ -> impostor.crl());
        answers.put("a stranger's", _ -> stranger.crl());
        answers.put("revoked, says a stranger", server -> stranger.crl(server.certificate()));
        answers.put("cut short", _ -> Arrays.copyOf(ca.crl(), 60));
        answers.put("empty", _ -> new byte[0]);
        answers.put("a web page", _ -> "<html>Welcome to our guest network</html>".getBytes(StandardCharsets.US_ASCII));
        for (var answer : answers.entrySet()) {
            unknown(answer.getKey(), withCrl(answer.getValue()));
        }
    }

    @Test
    void theListIsAskedWhereTheResponderIsOfNoUse() throws Exception {
        for (boolean revoked : new boolean[] {false, true}) {
            var w = new TestCa.Wish();
            w.ocsp = shelf.url("/ocsp");
            w.crl = shelf.url("/both-" + revoked + ".crl");
            var identity = ca.issue(w);
            shelf.put("/ocsp", new OCSPRespBuilder().build(OCSPRespBuilder.INTERNAL_ERROR, null).getEncoded());
            shelf.put("/both-" + revoked + ".crl", revoked ? ca.crl(identity.certificate()) : ca.crl());
            if (revoked) {
                refused("revoked", identity, Trust.Revocation.SOFT);
            } else {
                assertEquals(List.of(), run(identity, Trust.Revocation.HARD).notes());
            }
        }
    }

    @Test
    void aSilentResponderIsNotWaitedForForEver() throws Exception {
        var notes = run(withOcsp(), Trust.Revocation.SOFT).notes();
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().contains("did not answer in time"), notes.toString());
        assertEquals(List.of("/ocsp"), shelf.asked);
    }

    @Test
    void theListIsAskedForWhileTheResponderIsSilent() throws Exception {
        for (boolean revoked : List.of(false, true)) {
            var w = new TestCa.Wish();
            w.ocsp = shelf.url("/silent");
            w.crl = shelf.url("/silent-" + revoked + ".crl");
            var identity = ca.issue(w);
            shelf.put("/silent-" + revoked + ".crl", revoked ? ca.crl(identity.certificate()) : ca.crl());
            if (revoked) {
                refused("revoked", identity, Trust.Revocation.SOFT);
            } else {
                assertEquals(List.of(), run(identity, Trust.Revocation.HARD).notes());
            }
        }
    }

    @Test
    void anAuthorityNobodyAnswersForDoesNotHideARevokedServer() throws Exception {
        var w = TestCa.authority();
        w.ocsp = shelf.url("/silent");
        var between = new TestCa("CN=Between,O=Test", ca, w);
        var wish = new TestCa.Wish();
        wish.ocsp = shelf.url("/ocsp");
        var identity = between.issue(wish);
        shelf.put("/ocsp", between.ocsp(identity.certificate(), REVOKED, NEXT_WEEK));
        refused("revoked", identity, Trust.Revocation.SOFT);

        shelf.put("/ocsp", between.ocsp(identity.certificate(), GOOD, NEXT_WEEK));
        shelf.put("/silent", new byte[0]);
        var notes = run(identity, Trust.Revocation.SOFT).notes();
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().contains("the authority O=Test,CN=Between"), notes.toString());
        refused("revocation-unknown", identity, Trust.Revocation.HARD);

        shelf.put("/silent", ca.ocsp(between.certificate, GOOD, NEXT_WEEK));
        assertEquals(List.of(), run(identity, Trust.Revocation.HARD).notes());
    }

    @Test
    void refusesAServerWhoseAuthorityIsSaidToBeRevoked() throws Exception {
        var w = TestCa.authority();
        w.ocsp = shelf.url("/above");
        var between = new TestCa("CN=Between,O=Test", ca, w);
        shelf.put("/above", ca.ocsp(between.certificate, REVOKED, NEXT_WEEK));
        var e = refused("revoked", between.issue(new TestCa.Wish()), Trust.Revocation.SOFT);
        assertTrue(e.getMessage().contains("CN=Between"), e.getMessage());
    }

    @Test
    void aStapledAnswerCounts() throws Exception {
        var identity = ca.issue(new TestCa.Wish());
        shelf.put("/staple", ca.ocsp(identity.certificate(), GOOD, NEXT_WEEK));
        assertEquals(List.of(), stapled(identity, Trust.Revocation.HARD).notes());
        assertEquals(List.of("/staple"), shelf.asked, "the server asked, this program did not");

        shelf.put("/staple", ca.ocsp(identity.certificate(), REVOKED, NEXT_WEEK));
        var e = assertThrows(EscException.class, () -> stapled(identity, Trust.Revocation.SOFT));
        assertEquals("tls-revoked", e.problem().code(), e.problem().toString());
    }

    @Test
    void aStapledAnswerOfNoUseDoesNotKeepFromAsking() throws Exception {
        var identity = withOcsp();
        var stranger = new TestCa("CN=Stranger,O=Test");
        for (byte[] stapled : List.of(ca.ocsp(identity.certificate(), GOOD, YESTERDAY),
                ca.ocsp(identity.certificate(), GOOD, NEXT_WEEK, stranger))) {
            shelf.put("/staple", stapled);
            shelf.put("/ocsp", ca.ocsp(identity.certificate(), GOOD, NEXT_WEEK));
            shelf.asked.clear();
            assertEquals(List.of(), stapled(identity, Trust.Revocation.HARD).notes());
            assertEquals(List.of("/staple", "/ocsp"), shelf.asked);
            shelf.put("/ocsp", ca.ocsp(identity.certificate(), REVOKED, NEXT_WEEK));
            var e = assertThrows(EscException.class, () -> stapled(identity, Trust.Revocation.SOFT));
            assertEquals("tls-revoked", e.problem().code(), e.problem().toString());
        }
    }

    /** A server that asks at "/staple" itself and sends the answer along. */
    private TpsResult stapled(TestCa.Identity identity, Trust.Revocation how) throws Exception {
        var settings = Map.of("jdk.tls.server.enableStatusRequestExtension", "true", "jdk.tls.stapling.responderURI", shelf.url("/staple"),
                "jdk.tls.stapling.responderOverride", "true");
        try {
            settings.forEach(System::setProperty);
            return run(identity, how);
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }
}
