// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Phone home, CA pages and administration as a browser, a relying party and an administrator's tool see them. */
@Timeout(120)
class PagesTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");

    @TempDir
    private Path data;

    private Tms tms;
    private TmsServer server;
    private X509Certificate certificate;

    @BeforeEach
    void start() throws Exception {
        tms = Tms.open(data, TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        certificate = tms.ca()
                .issue(CertificateRequest.of(generator.generateKeyPair().getPublic(), CertificateKind.USER_SIGNING,
                tms.users().find("alice").orElseThrow(), Duration.ofDays(30))).certificate();
        tms.tokens().formatted(CUID, "userKey", "1.4.58768072", "0101");
        tms.tokens().enrolled(CUID, "alice", "userKey", "1.4.58768072", "0101", List.of(new TokenCertificate(CUID,
                certificate.getSerialNumber(), "CN=Alice", "alice", "signing", "userKey", CUID, Optional.empty(),
                        Instant.now())));
    }

    @AfterEach
    void stop() {
        server.close();
        tms.close();
    }

    private HttpClient client(boolean administrator) throws Exception {
        var trust = KeyStore.getInstance(KeyStore.getDefaultType());
        trust.load(null, null);
        trust.setCertificateEntry("ca", tms.ca().certificate());
        var trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        var store = KeyStore.getInstance("PKCS12");
        char[] password = Files.readString(data.resolve("admin.pass")).strip().toCharArray();
        try (var in = Files.newInputStream(tms.adminFile())) {
            store.load(in, password);
        }
        keys.init(store, password);
        var context = SSLContext.getInstance("TLS");
        context.init(administrator ? keys.getKeyManagers() : null, trusts.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static HttpResponse<byte[]> get(HttpClient c, URI uri) throws Exception {
        return c.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> r) {
        return new String(r.body(), StandardCharsets.UTF_8);
    }

    @Test
    void phoneHomeAtAnyPath() throws Exception {
        try (var c = client(false)) {
            for (String path : List.of("/tps/phoneHome", "/cgi-bin/home.cgi")) {
                var r = get(c, server.http().resolve(path + "?cuid=" + CUID));
                assertEquals(200, r.statusCode());
                assertTrue(r.headers().firstValue("Content-Type").orElse("").contains("xml"));
                assertTrue(text(r).contains("<Operation>" + server.tps() + "</Operation>"), text(r));
            }
            assertTrue(text(get(c, server.https().resolve("/tps/phoneHome?cuid=" + CUID)))
                    .contains("<Operation>" + server.secureTps() + "</Operation>"));
            assertEquals(400, get(c, server.http().resolve("/tps/phoneHome?cuid=%3Cx%3E")).statusCode());
            assertEquals(404, get(c, server.http().resolve("/elsewhere")).statusCode());
        }
    }

    @Test
    void whatCertificatesPointToIsThere() throws Exception {
        String points = new String(certificate.getExtensionValue("2.5.29.31"), StandardCharsets.ISO_8859_1);
        assertTrue(points.contains(server.http() + "/ca/crl"), points);
        try (var c = client(false)) {
            var factory = CertificateFactory.getInstance("X.509");
            var root = factory.generateCertificate(new ByteArrayInputStream(get(c, server.http().resolve("/ca/ca.crt"))
                    .body()));
            assertEquals(tms.ca().certificate(), root);
            assertEquals(root, factory.generateCertificate(new ByteArrayInputStream(get(c,
                    server.http().resolve("/ca/ca.pem")).body())));
            assertFalse(crl(c).isRevoked(certificate));
            assertEquals(CertificateStatus.GOOD, ocsp(c, true));
            tms.ca().revoke(certificate.getSerialNumber(), RevocationReason.KEY_COMPROMISE);
            assertTrue(crl(c).isRevoked(certificate));
            assertTrue(ocsp(c, true) instanceof RevokedStatus);
            assertTrue(ocsp(c, false) instanceof RevokedStatus);
            var garbage = c.send(HttpRequest.newBuilder(server.http().resolve("/ca/ocsp"))
                    .POST(BodyPublishers.ofString("x")).build(),
                    BodyHandlers.ofByteArray());
            assertEquals(OCSPResp.MALFORMED_REQUEST, new OCSPResp(garbage.body()).getStatus());
            assertEquals(400, get(c, server.http().resolve("/ca/ocsp/!!!")).statusCode());
        }
    }

    private X509CRL crl(HttpClient c) throws Exception {
        var crl = (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(get(c, server.http().resolve("/ca/crl")).body()));
        crl.verify(tms.ca().certificate().getPublicKey());
        return crl;
    }

    private CertificateStatus ocsp(HttpClient c, boolean post) throws Exception {
        var sha1 = new BcDigestCalculatorProvider().get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1));
        byte[] request = new OCSPReqBuilder()
                .addRequest(new CertificateID(sha1, new JcaX509CertificateHolder(tms.ca().certificate()),
                certificate.getSerialNumber())).build().getEncoded();
        URI uri = server.http().resolve("/ca/ocsp");
        byte[] answer = post ? c.send(HttpRequest.newBuilder(uri).header("Content-Type", "application/ocsp-request")
                .POST(BodyPublishers.ofByteArray(request)).build(), BodyHandlers.ofByteArray()).body()
                : get(c, URI.create(uri + "/"
                        + URLEncoder.encode(Base64.getEncoder().encodeToString(request), StandardCharsets.UTF_8)))
                        .body();
        return ((BasicOCSPResp) new OCSPResp(answer).getResponseObject()).getResponses()[0].getCertStatus();
    }

    private JsonObject rest(HttpClient c, int status, String method, String path, String body) throws Exception {
        var r = c.send(HttpRequest.newBuilder(server.https().resolve("/tps/rest/" + path))
                .method(method, BodyPublishers.ofString(body))
                .build(), BodyHandlers.ofString());
        assertEquals(status, r.statusCode(), r.body());
        return JsonParser.parseString(r.body()).getAsJsonObject();
    }

    @Test
    void administratorsSeeAndChangeTokens() throws Exception {
        try (var c = client(true)) {
            assertEquals("admin", rest(c, 200, "GET", "account/login", "").get("id").getAsString());
            var list = rest(c, 200, "GET", "tokens?filter=4090", "");
            assertEquals(1, list.get("total").getAsInt());
            var token = rest(c, 200, "GET", "tokens/" + CUID, "");
            assertEquals("alice", token.get("UserID").getAsString());
            assertEquals("ACTIVE", token.getAsJsonObject("Status").get("name").getAsString());
            assertEquals("0101", token.get("KeyInfo").getAsString());
            assertEquals(4, token.getAsJsonArray("NextStates").size());
            assertEquals("active",
                    rest(c, 200, "GET", "certs?tokenID=" + CUID, "").getAsJsonArray("entries").get(0).getAsJsonObject()
                    .get("Status").getAsString());

            assertEquals("SUSPENDED",
                    rest(c, 200, "POST", "tokens/" + CUID + "?status=SUSPENDED", "").getAsJsonObject("Status")
                    .get("name").getAsString());
            assertEquals("revoked_on_hold",
                    rest(c, 200, "GET", "certs?tokenID=" + CUID, "").getAsJsonArray("entries").get(0)
                    .getAsJsonObject().get("Status").getAsString());
            assertEquals(TokenState.SUSPENDED, tms.tokens().find(CUID).orElseThrow().state());
            var entries = rest(c, 200, "GET", "activities?tokenID=" + CUID, "").getAsJsonArray("entries");
            assertTrue(entries.asList().stream().anyMatch(e -> e.getAsJsonObject().get("Operation").getAsString()
                    .equals("token_status_change") && e.getAsJsonObject().get("UserID").getAsString().equals("admin")),
                            entries.toString());
            String changed = rest(c, 200, "PATCH", "tokens/" + CUID, "{\"Policy\":\"RENEW=YES\"}").get("Policy")
                    .getAsString();
            assertTrue(changed.contains("RENEW=YES"), changed);
        }
    }

    @Test
    void wrongRequestsAreExplained() throws Exception {
        try (var c = client(true)) {
            for (String wrong : List.of("400 GET tokens/xyz", "400 GET tokens?filter=ab",
                    "404 GET tokens/00000000000000000000",
                    "400 POST tokens/" + CUID + "?status=", "400 POST tokens/" + CUID + "?status=NOWHERE",
                    "400 POST tokens/" + CUID + "?status=UNFORMATTED", "400 PATCH tokens/" + CUID, "405 DELETE tokens",
                            "404 GET users",
                    "404 GET activities/99999", "400 GET activities/x", "400 GET tokens?start=-1")) {
                String[] w = wrong.split(" ");
                var error = rest(c, Integer.parseInt(w[0]), w[1], w[2], "nonsense");
                assertEquals(Integer.parseInt(w[0]), error.get("Code").getAsInt());
                assertFalse(error.get("Message").getAsString().isBlank());
            }
            assertEquals(TokenState.ACTIVE, tms.tokens().find(CUID).orElseThrow().state());
        }
    }

    @Test
    void aPolicyIsReadFromNothingButItsOwnShape() throws Exception {
        try (var c = client(true)) {
            String before = rest(c, 200, "GET", "tokens/" + CUID, "").get("Policy").getAsString();
            for (String body : List.of("", "null", "{}", "[]", "7", "\"Policy\"", "{\"Policy\":null}", "{\"Policy\":7}", "{\"Policy\":true}",
                    "{\"Policy\":[\"RENEW=YES\"]}", "{\"Policy\":{\"a\":1}}", "[{\"Policy\":\"RENEW=YES\"}]",
                    "{\"Policy\":\"RENEW=YES\"", "{\"Policy\":\"RENEW=YES\"}{}", "{\"policy\":\"RENEW=YES\"}",
                    "{\"Policy\":\"RENEW\"}", "{\"Policy\":\"RENEW=PERHAPS\"}",
                    "[".repeat(50_000), "{\"Policy\":".repeat(50_000), "\u0000", "{\"Policy\":\"\ud800\"}")) {
                var error = rest(c, 400, "PATCH", "tokens/" + CUID, body);
                assertFalse(error.get("Message").getAsString().isBlank(), body);
            }
            rest(c, 403, "PATCH", "tokens/" + CUID, "{\"Policy\":\"RENEW=YES\",\"UserID\":\"eve\"}");
            assertEquals(before, rest(c, 200, "GET", "tokens/" + CUID, "").get("Policy").getAsString());
        }
    }

    @Test
    void nobodyElseGetsIn() throws Exception {
        try (var c = client(false)) {
            assertEquals(401, rest(c, 401, "GET", "tokens", "").get("Code").getAsInt());
            var plain = get(c, server.http().resolve("/tps/rest/tokens"));
            assertEquals(401, plain.statusCode());
        }
        try (var c = client(true)) {
            revokeAdministrator();
            rest(c, 403, "GET", "tokens", "");
        }
    }

    private void revokeAdministrator() throws EscException {
        for (var issued : tms.ca().list(Optional.of("admin"), 0, 10)) {
            if (issued.kind() == CertificateKind.ADMINISTRATOR) {
                tms.ca().revoke(issued.serial(), RevocationReason.CESSATION_OF_OPERATION);
            }
        }
    }
}
