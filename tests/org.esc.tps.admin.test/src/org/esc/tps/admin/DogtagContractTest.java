// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.esc.apdu.Secret;
import org.esc.tps.client.Trust;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract with a real TPS of Dogtag. Its certificate names no host, so it is pinned, after it was found to be signed by the CA that the set-up
 * handed out.
 */
@Tag("dogtag")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DogtagContractTest extends Contract {

    private static final Path DIR = Path.of(System.getenv().getOrDefault("DOGTAG_DIR", System.getProperty("java.io.tmpdir") + "/dogtag"));
    private static final URI SERVER = URI.create("https://localhost:" + System.getenv().getOrDefault("DOGTAG_HTTPS", "18443"));

    private Path pin;

    @BeforeAll
    void pin() throws Exception {
        Assumptions.assumeTrue(Files.exists(DIR.resolve("creds/admin.pem")), "no Dogtag in " + DIR);
        X509Certificate ca;
        try (var in = Files.newInputStream(DIR.resolve("creds/ca.crt"))) {
            ca = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        var shown = new X509Certificate[1];
        var look = SSLContext.getInstance("TLS");
        look.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                throw new IllegalStateException();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                shown[0] = chain[0];
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, new SecureRandom());
        try (var socket = (SSLSocket) look.getSocketFactory().createSocket(SERVER.getHost(), SERVER.getPort())) {
            socket.startHandshake();
        }
        shown[0].verify(ca.getPublicKey());
        pin = Files.createTempFile("dogtag-pin", ".pem");
        pin.toFile().deleteOnExit();
        Files.writeString(pin, "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(shown[0].getEncoded())
                + "\n-----END CERTIFICATE-----\n");
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pin)));
    }

    @Override
    TpsAdmin connect() throws Exception {
        try (var none = Secret.of("")) {
            return TpsAdmin.connect(AdminServer.at(SERVER, new Trust(List.of(pin), Trust.Revocation.OFF)),
                    SignIn.file(DIR.resolve("creds/admin.pem"), none), cancel);
        }
    }

    @Override
    Map<String, String> profile(String id) {
        return Map.of("op.enroll." + id + ".keyGen.keyType.num", "1", "op.enroll." + id + ".keyGen.keyType.value.0", "signing",
                "op.format." + id + ".update.applet.enable", "true");
    }

    @Override
    List<String> setting() {
        return List.of("failover.pod.enable", "false", "true");
    }

    @Override
    String event() {
        return "AUTHZ";
    }
}
