// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.securechannel.testing.Person;
import org.esc.tps.client.trust.CertificateFiles;
import org.esc.tps.client.trust.NssDatabases;
import org.esc.tps.client.trust.TrustStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TrustVerbsTest {

    @TempDir
    Path dir;
    private TestCa ca;
    private TrustStore store;
    private TrustVerbs.Desk desk;
    private final Person person = Person.alice();

    @BeforeEach
    void open() throws Exception {
        ca = new TestCa("CN=Test Authority,O=Test");
        store = new TrustStore(dir.resolve("trust"));
        Files.writeString(dir.resolve("client.properties"), "trust-system=false\ntrust-nss=off\n");
        desk = new TrustVerbs.Desk(new UserSettings(dir.resolve("client.properties")), store);
    }

    private <A extends Record, R extends Record> R run(Verb<A, R> verb, A args) throws EscException {
        R result = verb.run(args, Context.of(person));
        var text = new StringWriter();
        verb.print(result, new PrintWriter(text, true));
        printed = text.toString();
        return result;
    }

    private String printed = "";

    private TrustVerbs.Changed add(Path file) throws EscException {
        return run(new TrustVerbs.AddVerb(desk), new TrustVerbs.AddVerb.Args(Optional.of(file), Optional.empty(), Optional.empty(), Optional.of("why")));
    }

    private TrustVerbs.ListVerb.Result list() throws EscException {
        return run(new TrustVerbs.ListVerb(desk), new TrustVerbs.ListVerb.Args(false));
    }

    private static ScriptedServer server(TestCa.Identity identity) throws Exception {
        return new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(identity.context()), new String[0], ScriptedServer.Peer::drain);
    }

    @Test
    void readsPemDerAndPkcs7() throws Exception {
        var between = new TestCa("CN=Between,O=Test", ca, TestCa.authority());
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(between.certificate, ca.certificate));
        Path der = Files.write(dir.resolve("a.der"), ca.certificate.getEncoded());
        Path p7b = Files.write(dir.resolve("a.p7b"), path.getEncoded("PKCS7"));
        Path p7pem = Files.writeString(dir.resolve("a.p7"), "subject=x\n-----BEGIN PKCS7-----\n"
                + java.util.Base64.getMimeEncoder().encodeToString(path.getEncoded("PKCS7")) + "\n-----END PKCS7-----\n");
        Path pem = Files.writeString(dir.resolve("a.pem"), "Bag Attributes\n    friendlyName: a-b\n" + CertificateFiles.pem(ca.certificate)
                + "\ntext between\n" + CertificateFiles.pem(between.certificate).replace("\n", "\r\n"));
        assertEquals(1, add(der).certificates().size());
        for (Path two : List.of(p7b, p7pem, pem)) {
            assertEquals(2, add(two).certificates().size(), two.toString());
        }
        assertEquals(2, list().authorities().size(), "each once");
        assertTrue(printed.contains("CN=Between,O=Test") || printed.contains("O=Test,CN=Between"), printed);
        for (String bad : List.of("", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n")) {
            Path file = Files.writeString(dir.resolve("bad"), bad);
            assertEquals("ca-file", assertThrows(EscException.class, () -> add(file)).problem().code(), bad);
        }
        Path cut = Files.write(dir.resolve("cut"), java.util.Arrays.copyOf(ca.certificate.getEncoded(), 100));
        assertEquals("ca-file", assertThrows(EscException.class, () -> add(cut)).problem().code());
        Path leaf = TestCa.pem(dir.resolve("leaf.pem"), ca.issue(new TestCa.Wish()).certificate());
        var e = assertThrows(EscException.class, () -> add(leaf));
        assertEquals("no-authority", e.problem().code());
        assertTrue(e.problem().advice().contains("trust except"));
    }

    @Test
    void theStoreIsReadableByPeopleAndOtherProgramsAndOnlyTheirs() throws Exception {
        add(TestCa.pem(dir.resolve("ca.pem"), ca.certificate));
        Path file = dir.resolve("trust/authorities.pem");
        String text = Files.readString(file);
        assertTrue(text.contains("# subject: O=Test,CN=Test Authority\n") && text.contains("# note: why\n") && text.contains("# SHA-256: "), text);
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertEquals(List.of(ca.certificate), CertificateFiles.read(file));
        // a person's own lines survive nothing, but break nothing
        Files.writeString(file, "# my own words\n\n" + text);
        assertEquals(1, list().authorities().size());
        // names and notes that look like more than they are
        var odd = new TestCa("CN=-----END CERTIFICATE-----\\0A# server: evil\\, x,O=Test");
        store.trust(List.of(odd.certificate), "a\n-----BEGIN CERTIFICATE-----\n# note: b");
        assertEquals(2, store.read().authorities().size());
        assertFalse(Files.readString(file).contains("\n# note: b"));
        try (var files = Files.list(dir.resolve("trust"))) {
            assertEquals(List.of(".lock", "authorities.pem"), files.map(f -> f.getFileName().toString()).sorted().toList(), "no half-written files are left");
        }
    }

    @Test
    void manyAtOnceLoseNothing() throws Exception {
        var authorities = new java.util.ArrayList<X509Certificate>();
        for (int i = 0; i < 8; i++) {
            authorities.add(new TestCa("CN=A" + i + ",O=Test").certificate);
        }
        try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
            var done = authorities.stream().map(c -> threads.submit(() -> {
                new TrustStore(dir.resolve("trust")).trust(List.of(c), "");
                return true;
            })).toList();
            for (var d : done) {
                assertTrue(d.get());
            }
        }
        assertEquals(8, store.read().authorities().size());
    }

    @Test
    void fetchShowsAndNeverTrusts() throws Exception {
        var between = new TestCa("CN=Between,O=Test", ca, TestCa.authority());
        var w = new TestCa.Wish();
        w.from = TestCa.ago(30);
        w.to = TestCa.ago(2);
        try (var server = server(between.issue(w))) {
            var address = ServerAddress.of("127.0.0.1:" + server.port());
            Path out = dir.resolve("chain.pem");
            var args = new TrustVerbs.FetchVerb.Args(address, Optional.of(out), false);
            var shown = run(new TrustVerbs.FetchVerb(desk), args);
            assertFalse(shown.trusted());
            assertEquals(3, shown.chain().size());
            assertEquals(List.of("127.0.0.1", "localhost"), shown.chain().getFirst().names());
            assertEquals(64, shown.chain().getFirst().fingerprint().length());
            assertEquals(List.of("expired", "untrusted"), shown.findings().stream().map(f -> f.code()).toList(), "all that is wrong");
            assertTrue(printed.contains("tls-untrusted") && printed.contains(shown.chain().getLast().readable()), printed);
            assertEquals(3, CertificateFiles.read(out).size());
            assertEquals("file-exists", assertThrows(EscException.class, () -> run(new TrustVerbs.FetchVerb(desk), args)).problem().code());
            assertTrue(store.read().authorities().isEmpty() && store.read().exceptions().isEmpty());
            var e = assertThrows(EscException.class, () -> run(new TrustVerbs.CheckVerb(desk, Optional.empty()), check(address)));
            assertEquals(Fault.TLS, e.fault());
            assertEquals("tls-expired", e.problem().code());
        }
        try (var server = server(between.issue(new TestCa.Wish()))) {
            var address = ServerAddress.of("https://127.0.0.1:" + server.port() + "/tps");
            // the wrong fingerprint, then a no, then the right one
            var add = new TrustVerbs.AddVerb(desk);
            var e = assertThrows(EscException.class, () -> run(add, from(address, Optional.of("AB".repeat(32)))));
            assertEquals("other-certificate", e.problem().code());
            person.agrees = false;
            assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> run(add, from(address, Optional.empty()))).fault());
            assertTrue(person.questions.getFirst().message().contains(CertificateFiles.readable(CertificateFiles.fingerprint(ca.certificate))));
            assertTrue(store.read().authorities().isEmpty());
            String readable = "SHA256:" + CertificateFiles.readable(CertificateFiles.fingerprint(ca.certificate)).toLowerCase();
            run(add, from(address, Optional.of(readable)));
            assertEquals(1, person.questions.size(), "who names the fingerprint is not asked");
            assertTrue(run(new TrustVerbs.CheckVerb(desk, Optional.empty()), check(address)).trusted());
            assertTrue(run(new TrustVerbs.FetchVerb(desk), new TrustVerbs.FetchVerb.Args(address, Optional.empty(), false)).trusted());
            e = assertThrows(EscException.class, () -> run(new TrustVerbs.ExceptVerb(desk),
                    new TrustVerbs.ExceptVerb.Args(address, Optional.empty(), Optional.empty(), Optional.empty())));
            assertEquals("trusted", e.problem().code());
        }
        var e = assertThrows(EscException.class, () -> run(new TrustVerbs.FetchVerb(desk),
                new TrustVerbs.FetchVerb.Args(ServerAddress.of("127.0.0.1:1"), Optional.empty(), false)));
        assertEquals(Fault.NETWORK, e.fault());
    }

    private static TrustVerbs.CheckVerb.Args check(ServerAddress address) {
        return new TrustVerbs.CheckVerb.Args(address, List.of(), Optional.empty(), ClientArgs.NONE);
    }

    private static TrustVerbs.AddVerb.Args from(ServerAddress address, Optional<String> fingerprint) {
        return new TrustVerbs.AddVerb.Args(Optional.empty(), Optional.of(address), fingerprint, Optional.empty());
    }

    @Test
    void showsDistrustsRemovesAndExports() throws Exception {
        add(TestCa.pem(dir.resolve("ca.pem"), ca.certificate));
        String digits = CertificateFiles.fingerprint(ca.certificate);
        var show = new TrustVerbs.ShowVerb(desk);
        assertEquals("authority", run(show, new TrustVerbs.ShowVerb.Args(digits.substring(0, 8).toLowerCase())).certificates().getFirst().standing());
        assertEquals("none", run(show, new TrustVerbs.ShowVerb.Args(TestCa.pem(dir.resolve("x.pem"), new TestCa("CN=X").certificate).toString()))
                .certificates().getFirst().standing());
        Path out = dir.resolve("out.pem");
        assertEquals(1, run(new TrustVerbs.ExportVerb(desk), new TrustVerbs.ExportVerb.Args(Optional.empty(), out, false)).certificates());
        assertEquals(List.of(ca.certificate), CertificateFiles.read(out));

        run(new TrustVerbs.DistrustVerb(desk), new TrustVerbs.DistrustVerb.Args(digits, Optional.of("stolen")));
        assertEquals(0, list().authorities().size());
        assertEquals("stolen", list().distrusted().getFirst().note());
        assertEquals("distrusted", run(show, new TrustVerbs.ShowVerb.Args(digits)).certificates().getFirst().standing());
        assertEquals(1, run(new TrustVerbs.RemoveVerb(desk), new TrustVerbs.RemoveVerb.Args(digits)).removed());
        for (String unknown : List.of(digits, "ABCD", "nowhere:443", "*")) {
            assertEquals("no-certificate", assertThrows(EscException.class,
                    () -> run(new TrustVerbs.RemoveVerb(desk), new TrustVerbs.RemoveVerb.Args(unknown))).problem().code(), unknown);
        }
        var server = ca.issue(new TestCa.Wish()).certificate();
        store.except(new TrustStore.ServerException("::1", 8443, server, Set.of("expired"), Instant.EPOCH, Optional.empty(), ""));
        assertEquals("[::1]:8443", list().exceptions().getFirst().server());
        assertEquals(1, run(new TrustVerbs.RemoveVerb(desk), new TrustVerbs.RemoveVerb.Args("[::1]:8443")).removed());
    }

    @Test
    void readsNssDatabases() throws Exception {
        assumeTrue(tool(dir, "certutil", "-H") >= 0, "NSS's tools are not installed: package libnss3-tools");
        Path folder = Files.createDirectories(dir.resolve("nss db"));
        tool(dir, "certutil", "-N", "-d", "sql:" + folder, "--empty-password");
        var forbidden = new TestCa("CN=Forbidden,O=Test");
        var mail = new TestCa("CN=Mail only,O=Test");
        nss(folder, "Our CA - main", "CT,,", ca.certificate);
        nss(folder, "bad", "p,,", forbidden.certificate);
        nss(folder, "mail", ",C,", mail.certificate);
        var database = NssDatabases.read(folder);
        assertEquals("", database.trouble());
        assertEquals(List.of(ca.certificate), database.authorities());
        assertEquals(List.of(forbidden.certificate), database.distrusted());

        try (var server = server(ca.issue(new TestCa.Wish()))) {
            var address = ServerAddress.of("127.0.0.1:" + server.port());
            assertThrows(EscException.class, () -> run(new TrustVerbs.CheckVerb(desk, Optional.empty()), check(address)));
            desk.settings.set(java.util.Map.of("trust-nss", "sql:" + folder));
            assertTrue(run(new TrustVerbs.CheckVerb(desk, Optional.empty()), check(address)).trusted());
            var sources = list().sources();
            assertEquals(false, sources.getFirst().on(), "the system is switched off");
            assertEquals(1, sources.getLast().authorities());
        }
        assertTrue(NssDatabases.read(dir.resolve("nowhere")).trouble().contains("no NSS database"));
        Path broken = Files.createDirectories(dir.resolve("broken"));
        Files.writeString(broken.resolve("cert9.db"), "no database");
        assertFalse(NssDatabases.read(broken).trouble().isEmpty());
        assertEquals(List.of(), NssDatabases.folders("off", dir));
        Files.createDirectories(dir.resolve(".mozilla/firefox/x.default"));
        Files.copy(folder.resolve("cert9.db"), dir.resolve(".mozilla/firefox/x.default/cert9.db"));
        assertEquals(List.of(dir.resolve(".mozilla/firefox/x.default"), dir.resolve("db"), Path.of("/a b")),
                NssDatabases.folders("firefox, user, ~/db, /a b", dir));
    }

    private void nss(Path folder, String nickname, String trust, X509Certificate c) throws Exception {
        assertEquals(0, tool(dir, "certutil", "-A", "-d", "sql:" + folder, "-n", nickname, "-t", trust, "-a", "-i",
                TestCa.pem(dir.resolve("nss.pem"), c).toString()));
    }

    private static int tool(Path dir, String... words) throws Exception {
        try {
            var p = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(dir.resolve("tool.log").toFile()).start();
            assertTrue(p.waitFor(60, TimeUnit.SECONDS));
            return p.exitValue();
        } catch (java.io.IOException e) {
            return -1;
        }
    }

    @Test
    void serversAreNamedInUsualWays() {
        assertEquals(new ServerAddress("tps.example.com", 443), ServerAddress.of("TPS.example.com"));
        assertEquals(new ServerAddress("tps.example.com", 8443), ServerAddress.of("https://tps.example.com:8443/tps/tps"));
        assertEquals(new ServerAddress("::1", 8443), ServerAddress.of("[::1]:8443"));
        assertEquals(new ServerAddress("::1", 443), ServerAddress.of("::1"));
        for (String bad : List.of("", ":8443", "http://x", "https://u:p@x", "x:99999", "x:y", "a b")) {
            assertThrows(IllegalArgumentException.class, () -> ServerAddress.of(bad), bad);
        }
    }

    @Test
    void exportedTextCannotBeMistaken() throws Exception {
        var out = new ByteArrayOutputStream();
        out.write(CertificateFiles.pem(ca.certificate).getBytes());
        assertEquals(List.of(ca.certificate), CertificateFiles.parse(out.toByteArray()));
    }
}
