// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.esc.tps.Operation;

/** A Dogtag's REST interface, asked plainly as an agent, as the environment names it: {@code ESC_DOGTAG_URL}, {@code ESC_DOGTAG_DIR} with {@code creds}. */
final class DogtagRest {

    private final HttpClient http;
    private final URI root;

    private DogtagRest(URI tps, Path creds) throws Exception {
        http = client(creds);
        var home = http.send(HttpRequest.newBuilder(tps.resolve("phoneHome?cuid=00000000000000000000")).build(), HttpResponse.BodyHandlers.ofString());
        var m = Pattern.compile("<Operation>\\s*(https://[^<\\s]+)").matcher(home.body());
        if (!m.find()) {
            throw new IOException("the TPS does not tell its secure address: " + home.statusCode());
        }
        root = URI.create(m.group(1)).resolve("/");
    }

    static DogtagRest ofEnvironment() throws Exception {
        return new DogtagRest(URI.create(System.getenv("ESC_DOGTAG_URL")), creds());
    }

    /** Where an agent's certificate and key are, and the authority's certificate. */
    static Path creds() {
        return Path.of(System.getenv("ESC_DOGTAG_DIR"), "creds");
    }

    /** What the environment lacks. */
    static Optional<String> missing() {
        return List.of("ESC_DOGTAG_URL", "ESC_DOGTAG_DIR").stream().filter(v -> System.getenv(v) == null).findFirst().map(v -> v + " is not set");
    }

    /** The server, with the host that it calls itself by. */
    URI root() {
        return root;
    }

    /** The certificate that the server shows; it often names no host, so that it has to be pinned. */
    X509Certificate certificate() throws Exception {
        var r = http.send(HttpRequest.newBuilder(root.resolve("/tps/rest/tokens?size=1")).header("Accept", "application/json").build(),
                HttpResponse.BodyHandlers.discarding());
        return (X509Certificate) r.sslSession().orElseThrow().getPeerCertificates()[0];
    }

    /** What the server answers to a question. */
    JsonElement get(String path) throws Exception {
        var r = http.send(HttpRequest.newBuilder(root.resolve("/" + path)).header("Accept", "application/json").timeout(Duration.ofSeconds(120))
                .build(), HttpResponse.BodyHandlers.ofString());
        if (r.statusCode() != 200) {
            throw new IOException(path + ": HTTP " + r.statusCode() + " " + r.body());
        }
        return JsonParser.parseString(r.body());
    }

    private static HttpClient client(Path creds) throws Exception {
        var authority = certificates(Files.readString(creds.resolve("ca.crt"))).getFirst();
        String pem = Files.readString(creds.resolve("admin.pem"));
        var own = certificates(pem).stream().filter(c -> c.getBasicConstraints() < 0).findFirst().orElseThrow();
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("admin", KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(blocks(pem, "PRIVATE KEY").getFirst())),
                new char[0], new X509Certificate[] {own});
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new OneAuthority(authority)}, null);
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).connectTimeout(Duration.ofSeconds(20)).build();
    }

    static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        var list = new ArrayList<X509Certificate>();
        for (byte[] der : blocks(pem, "CERTIFICATE")) {
            list.add((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        }
        return list;
    }

    private static List<byte[]> blocks(String pem, String kind) {
        var m = Pattern.compile("-----BEGIN " + kind + "-----(.*?)-----END " + kind + "-----", Pattern.DOTALL).matcher(pem);
        var list = new ArrayList<byte[]>();
        while (m.find()) {
            list.add(Base64.getMimeDecoder().decode(m.group(1)));
        }
        return list;
    }

    /** Trusts what this authority signed; a Dogtag's own certificate often names no host to compare. */
    private static final class OneAuthority extends X509ExtendedTrustManager {

        private final X509Certificate authority;

        OneAuthority(X509Certificate authority) {
            this.authority = authority;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            try {
                chain[0].checkValidity();
                chain[0].verify(authority.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException("not by " + authority.getSubjectX500Principal() + ": " + Arrays.toString(chain), e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
