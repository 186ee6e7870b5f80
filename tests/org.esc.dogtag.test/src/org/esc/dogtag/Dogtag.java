// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.esc.apdu.Cuid;

/**
 * A running Dogtag, as the environment names it: {@code ESC_DOGTAG_URL} (its TPS), {@code ESC_DOGTAG_DIR} (with {@code creds/admin.pem} and
 * {@code creds/ca.crt}) and, if it may be stopped and started, {@code ESC_DOGTAG_SETUP} (a script that takes {@code start} and {@code stop}).
 * What its REST interface says of tokens and activities is the judge of every test.
 */
final class Dogtag {

    /** The password of all its users. */
    static final String PASSWORD = "Secret.123";

    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final int ATTEMPTS = 4;

    final URI http;
    final URI https;
    final Path dir;
    final Path ca;
    private final URI rest;
    private final HttpClient client;
    private final X509Certificate authority;
    private final X509Certificate server;

    private Dogtag(URI tps, Path dir) throws Exception {
        this.dir = dir;
        ca = dir.resolve("creds/ca.crt");
        authority = certificates(Files.readString(ca)).getFirst();
        String pem = Files.readString(dir.resolve("creds/admin.pem"));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        var own = certificates(pem).stream().filter(c -> c.getBasicConstraints() < 0).findFirst().orElseThrow();
        store.setKeyEntry("admin", key(pem), new char[0], new X509Certificate[] {own});
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var seen = new ArrayList<X509Certificate>();
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new OneAuthority(authority, seen)}, null);
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context)
                .connectTimeout(Duration.ofSeconds(20)).build();
        URI plain = tps.getScheme().equals("http") ? tps : null;
        URI secure = tps.getScheme().equals("https") ? tps : null;
        if (secure == null) {
            var home = client.send(HttpRequest.newBuilder(tps.resolve("phoneHome?cuid=00000000000000000000")).build(),
                    HttpResponse.BodyHandlers.ofString());
            var m = Pattern.compile("<Operation>\\s*(https://[^<\\s]+)").matcher(home.body());
            secure = m.find() ? URI.create(m.group(1)) : null;
        }
        http = plain;
        https = secure;
        rest = URI.create(https.getScheme() + "://" + https.getRawAuthority() + "/tps/rest/");
        get("tokens?size=1");
        server = seen.getFirst();
    }

    private static Dogtag shared;

    /** The server, or a skipped test that says why. */
    static synchronized Dogtag require() throws Exception {
        String url = System.getenv("ESC_DOGTAG_URL");
        String where = System.getenv("ESC_DOGTAG_DIR");
        assumeTrue(url != null && where != null, "no Dogtag: ESC_DOGTAG_URL and ESC_DOGTAG_DIR are not both set");
        if (shared == null) {
            shared = new Dogtag(URI.create(url), Path.of(where));
        }
        return shared;
    }

    /** The script that stops and starts the server, or a skipped test that says why. */
    static String requireSetup() {
        String setup = System.getenv("ESC_DOGTAG_SETUP");
        assumeTrue(setup != null, "the server may not be stopped: ESC_DOGTAG_SETUP is not set");
        return setup;
    }

    /**
     * Runs the set-up script with a word; again if it fails, because whoever looks into its folders at that moment keeps them mounted.
     * Its output is not read: servers it leaves behind may hold it open.
     */
    static void setup(String word) throws Exception {
        Path log = Files.createTempFile("dogtag", ".log");
        for (int i = 1;; i++) {
            var p = new ProcessBuilder(requireSetup(), word).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            boolean ended = p.waitFor(5, TimeUnit.MINUTES);
            if (ended && p.exitValue() == 0) {
                break;
            }
            if (!ended || i == ATTEMPTS) {
                throw new IllegalStateException("the set-up script could not " + word + ": " + Files.readString(log));
            }
            Thread.sleep(PAUSE);
        }
        Files.delete(log);
    }

    private Path settings(String subsystem) {
        return dir.resolve("root/etc/pki/pki-tomcat").resolve(subsystem).resolve("CS.cfg");
    }

    /** True if a subsystem's settings file has all these lines. */
    boolean has(String subsystem, Map<String, String> wanted) throws IOException {
        Path file = settings(subsystem);
        if (!Files.isReadable(file)) {
            return false;
        }
        var lines = Set.copyOf(Files.readAllLines(file));
        return wanted.entrySet().stream().allMatch(e -> lines.contains(e.getKey() + "=" + e.getValue()));
    }

    /** Writes lines into a subsystem's settings file. The server must be down: it writes the file itself when it runs. */
    void set(String subsystem, Map<String, String> wanted) throws IOException {
        var lines = new ArrayList<>(Files.readAllLines(settings(subsystem)));
        lines.removeIf(l -> wanted.containsKey(l.split("=", 2)[0]));
        wanted.forEach((k, v) -> lines.add(k + "=" + v));
        Files.write(settings(subsystem), lines);
    }

    /** The server's certificate as a file; it names no host, so it has to be pinned. */
    Path pin(Path dir) throws Exception {
        return Files.writeString(dir.resolve("server.pem"), "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(server.getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    }

    JsonObject token(Cuid cuid) throws Exception {
        return get("tokens/" + cuid).getAsJsonObject();
    }

    /** A token's state, such as {@code ACTIVE}; "none" if the server has no record of it. */
    String state(Cuid cuid) throws Exception {
        for (JsonObject t : entries("tokens?filter=" + cuid)) {
            if (text(t, "TokenID").equalsIgnoreCase(cuid.toString())) {
                JsonElement s = t.getAsJsonObject("Status").get("name");
                return s.isJsonObject() ? s.getAsJsonObject().get("name").getAsString() : s.getAsString();
            }
        }
        return "none";
    }

    /** A token's user, empty if it has none. */
    String user(Cuid cuid) throws Exception {
        return text(token(cuid), "UserID");
    }

    /** The newest activities of a token, as {@code operation result}, newest first. */
    List<String> activities(Cuid cuid) throws Exception {
        return entries("activities?filter=" + cuid + "&size=200").stream()
                .filter(a -> text(a, "TokenID").equalsIgnoreCase(cuid.toString()))
                .map(a -> text(a, "Operation") + " " + text(a, "Result")).toList();
    }

    /** The certificates recorded for a token, as {@code keyType status}. */
    List<JsonObject> certs(Cuid cuid) throws Exception {
        return entries("certs?filter=" + cuid + "&tokenID=" + cuid + "&size=200").stream()
                .filter(c -> text(c, "TokenID").equalsIgnoreCase(cuid.toString())).toList();
    }

    /** Puts a token into another state, as an agent would. */
    void mark(Cuid cuid, String state) throws Exception {
        send("POST", "tokens/" + cuid + "?status=" + state, "");
    }

    /** Terminates a user's active tokens, as an agent would. */
    void giveUp(String user) throws Exception {
        for (JsonObject t : entries("tokens?filter=" + user + "&size=200")) {
            if (text(t, "UserID").equals(user) && state(Cuid.of(text(t, "TokenID"))).equals("ACTIVE")) {
                mark(Cuid.of(text(t, "TokenID")), "TERMINATED");
            }
        }
    }

    /** Has the script beside this class set up officers and temporary tokens, if the server may be stopped; it does nothing if they are. */
    static void officers(Path dir) throws Exception {
        if (System.getenv("ESC_DOGTAG_SETUP") == null) {
            return;
        }
        Path script = dir.resolve("officers.sh");
        try (var in = Dogtag.class.getResourceAsStream("officers.sh")) {
            Files.write(script, in.readAllBytes());
        }
        Path log = dir.resolve("officers.txt");
        Process p = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!p.waitFor(10, TimeUnit.MINUTES) || p.exitValue() != 0) {
            throw new IllegalStateException("the set-up of officers: " + Files.readString(log));
        }
    }

    /** Makes a formatted token a user's, as an agent would. */
    void assign(Cuid cuid, String user) throws Exception {
        send("PATCH", "tokens/" + cuid, "{\"UserID\":\"" + user + "\"}");
    }

    /** Changes a token's policy, as an agent would. */
    void policy(Cuid cuid, String policy) throws Exception {
        send("PATCH", "tokens/" + cuid, "{\"Policy\":\"" + policy + "\"}");
    }

    /** The state of a certificate at the CA: {@code VALID}, {@code REVOKED}, … */
    String atCa(X509Certificate certificate) throws Exception {
        String serial = "0x" + certificate.getSerialNumber().toString(16);
        var r = client.send(HttpRequest.newBuilder(URI.create(https.getScheme() + "://" + https.getRawAuthority() + "/ca/rest/certs/"
                + serial)).header("Accept", "application/json").build(), HttpResponse.BodyHandlers.ofString());
        return text(JsonParser.parseString(r.body()).getAsJsonObject(), "Status");
    }

    /** A user without an active token, other than those given out before. */
    String freeUser() throws Exception {
        return freeUser(40, 99);
    }

    /** The same among some users: classes of tests that have their own may run side by side. */
    synchronized String freeUser(int first, int last) throws Exception {
        var taken = entries("tokens?size=2000").stream().filter(t -> t.toString().contains("ACTIVE")).map(t -> text(t, "UserID"))
                .toList();
        for (int n = first; n <= last; n++) {
            if (!taken.contains("user" + n) && given.add(n)) {
                return "user" + n;
            }
        }
        throw new IllegalStateException("every user has a token");
    }

    private final Set<Integer> given = new HashSet<>();

    static String text(JsonObject o, String name) {
        return o.has(name) && o.get(name).isJsonPrimitive() ? o.get(name).getAsString() : "";
    }

    private List<JsonObject> entries(String path) throws Exception {
        var e = get(path).getAsJsonObject().get("entries");
        var list = new ArrayList<JsonObject>();
        if (e instanceof JsonArray a) {
            a.forEach(x -> list.add(x.getAsJsonObject()));
        }
        return list;
    }

    /** Asks again when nothing comes: this server's searches in its directory get stuck at times. */
    private JsonElement get(String path) throws Exception {
        var request = HttpRequest.newBuilder(rest.resolve(path)).header("Accept", "application/json").timeout(PATIENCE).build();
        for (int i = 1;; i++) {
            try {
                var r = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (r.statusCode() != 200) {
                    throw new IOException(path + ": HTTP " + r.statusCode() + " " + r.body());
                }
                return JsonParser.parseString(r.body());
            } catch (HttpTimeoutException e) {
                if (i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void send(String method, String path, String json) throws Exception {
        var r = client.send(HttpRequest.newBuilder(rest.resolve(path)).header("Accept", "application/json")
                .header("Content-Type", "application/json").method(method, HttpRequest.BodyPublishers.ofString(json)).build(),
                HttpResponse.BodyHandlers.ofString());
        if (r.statusCode() / 100 != 2) {
            throw new IOException(path + ": HTTP " + r.statusCode() + " " + r.body());
        }
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        var list = new ArrayList<X509Certificate>();
        var factory = CertificateFactory.getInstance("X.509");
        for (byte[] der : blocks(pem, "CERTIFICATE")) {
            list.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return list;
    }

    private static PrivateKey key(String pem) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(blocks(pem, "PRIVATE KEY").getFirst()));
    }

    private static List<byte[]> blocks(String pem, String kind) {
        var m = Pattern.compile("-----BEGIN " + kind + "-----(.*?)-----END " + kind + "-----", Pattern.DOTALL).matcher(pem);
        var list = new ArrayList<byte[]>();
        while (m.find()) {
            list.add(Base64.getMimeDecoder().decode(m.group(1)));
        }
        return list;
    }

    /** The REST client of these tests trusts this one authority; the server's certificate names no host to compare. */
    private static final class OneAuthority extends X509ExtendedTrustManager {

        private final X509Certificate authority;
        private final List<X509Certificate> seen;

        OneAuthority(X509Certificate authority, List<X509Certificate> seen) {
            this.authority = authority;
            this.seen = seen;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            try {
                chain[0].checkValidity();
                chain[0].verify(authority.getPublicKey());
                seen.add(chain[0]);
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
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

    /** True if it can be reached this way: the plain address is known only when it is the one that was given. */
    boolean speaks(boolean tls) {
        return (tls ? https : http) != null;
    }
}
