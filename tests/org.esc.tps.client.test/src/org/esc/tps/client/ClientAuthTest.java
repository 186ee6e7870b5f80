// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Context;
import org.esc.driver.AdministratorKey;
import org.esc.driver.CardDriver;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyPolicy;
import org.esc.driver.fake.LaidOutKeypads;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.piv.PivDriver;
import org.esc.apdu.Hex;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Operation;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that insist on a certificate of the client, and every place this program takes one from. */
@Timeout(120)
class ClientAuthTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final String PIN = "123456";
    private static final String PIN_BYTES = Hex.of(PIN.getBytes(StandardCharsets.US_ASCII));
    private static final byte[] MANAGEMENT_KEY = Hex.parse("010203040506070801020304050607080102030405060708");

    @TempDir
    Path dir;
    private TestCa ca;
    private TestCa people;
    private Trust trust;
    private TpsClient client;
    private final Person person = Person.alice();
    private final Readers readers = new Readers();
    private final SoftReaders soft = new SoftReaders();
    private Drivers drivers;
    private TlsIdentities identities;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws Exception {
        ca = new TestCa("CN=Servers,O=Test");
        people = new TestCa("CN=People,O=Test");
        trust = Trust.with(TestCa.pem(dir.resolve("ca.pem"), ca.certificate)).revocation(Trust.Revocation.OFF)
                .sources(new TrustSources(new TrustStore(dir.resolve("trust")), false, List.of()));
        client = new TpsClient(new Journal(dir.resolve("journal")));
        soft.addFactory(new PivAppletFactory());
        readers.addProvider(soft);
        drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new PivDriver(), Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
        identities = new TlsIdentities(readers, drivers, Optional.of(soft), new UserSettings(dir.resolve("client.properties")));
    }

    @AfterEach
    void close() {
        soft.unplugAll();
    }

    private ScriptedServer server(String protocol) throws Exception {
        return new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(ca.issue(new TestCa.Wish()).context(people)),
                new String[] {protocol}, true, p -> {
                    seen.add(((X509Certificate) ((SSLSocket) p.socket).getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName());
                    p.begin();
                    p.end(EndOp.good(5));
                    p.drain();
                });
    }

    /** Signs in to a TPS with both versions of TLS; the server must see this name. */
    private void signsIn(TlsIdentity who, String name) throws Exception {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            seen.clear();
            try (var server = server(protocol)) {
                run(server, who);
            }
            assertEquals(List.of(name), seen, protocol);
        }
    }

    private TpsResult run(ScriptedServer server, TlsIdentity who) throws EscException {
        return client.run(TpsRequest.of(Operation.FORMAT, server.url()).trust(trust).identity(who).timeouts(PATIENT, PATIENT), new FakeCard(),
                Context.of(Person.alice()));
    }

    private EscException fails(String code, TlsIdentity who) throws Exception {
        EscException last = null;
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (var server = server(protocol)) {
                last = assertThrows(EscException.class, () -> run(server, who));
                assertEquals(code, last.problem().code(), protocol + " " + last.problem());
                assertEquals(Fault.LOGIN, last.fault(), protocol);
            }
        }
        return last;
    }

    private Path p12(String file, String password, Map<String, TestCa.Identity> entries) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var e : entries.entrySet()) {
            store.setKeyEntry(e.getKey(), e.getValue().keys().getPrivate(), password.toCharArray(),
                    e.getValue().chain().toArray(X509Certificate[]::new));
        }
        Path path = dir.resolve(file);
        try (var out = Files.newOutputStream(path)) {
            store.store(out, password.toCharArray());
        }
        return path;
    }

    private TlsIdentity p12(Path file) throws EscException {
        return identities.open(new ClientArgs(Optional.of(file), Optional.empty(), Optional.empty()), Context.of(person));
    }

    private TestCa.Identity alice(KeyPair keys) throws Exception {
        return people.issue("CN=Alice,O=Test", TestCa.person(keys));
    }

    @Test
    void aServerThatWantsACertificateIsToldApart() throws Exception {
        var e = fails("client-certificate-needed", TlsIdentity.NONE);
        assertTrue(e.problem().advice().contains("--client-p12"), e.problem().toString());
        // one of another authority is not even shown
        var stranger = new TestCa("CN=Strangers,O=Test").issue("CN=Mallory,O=Test", TestCa.person(TestCa.ec()));
        e = fails("client-certificate-needed", TlsIdentity.of(stranger.keys().getPrivate(), stranger.chain()));
        assertTrue(e.getMessage().contains("CN=People"), e.getMessage());
        // one that is no more valid is shown, and refused by the server
        var old = TestCa.person(TestCa.ec());
        old.from = TestCa.ago(30);
        old.to = TestCa.ago(2);
        var expired = people.issue("CN=Alice,O=Test", old);
        e = fails("client-certificate-refused", TlsIdentity.of(expired.keys().getPrivate(), expired.chain()));
        assertTrue(e.getMessage().contains("which has expired"), e.getMessage());
    }

    @Test
    void signsInWithAPkcs12File() throws Exception {
        for (KeyPair keys : List.of(TestCa.ec(), TestCa.rsa(2048))) {
            person.answers.put("CLIENT_PASSWORD", "sesame");
            try (var who = p12(p12("alice.p12", "sesame", Map.of("alice", alice(keys))))) {
                signsIn(who, "O=Test,CN=Alice");
            }
        }
        assertEquals(2, person.forms.size(), "asked once each");
        assertTrue(person.forms.getFirst().description().contains("alice.p12"));
    }

    @Test
    void theSettingsNameTheFileToo() throws Exception {
        Path file = p12("alice.p12", "sesame", Map.of("alice", alice(TestCa.ec())));
        Files.writeString(dir.resolve("client.properties"), "client-p12=" + file + "\n");
        person.answers.put("CLIENT_PASSWORD", "sesame");
        try (var who = identities.open(ClientArgs.NONE, Context.of(person))) {
            signsIn(who, "O=Test,CN=Alice");
        }
    }

    @Test
    void takesTheCertificateTheServerAccepts() throws Exception {
        var strangers = new TestCa("CN=Strangers,O=Test");
        var entries = new LinkedHashMap<String, TestCa.Identity>();
        entries.put("a", strangers.issue("CN=Elsewhere,O=Test", TestCa.person(TestCa.ec())));
        var mail = TestCa.person(TestCa.ec());
        mail.purpose = Optional.of(org.bouncycastle.asn1.x509.KeyPurposeId.id_kp_emailProtection);
        entries.put("b", people.issue("CN=Mail,O=Test", mail));
        var old = TestCa.person(TestCa.rsa(2048));
        old.from = TestCa.ago(30);
        old.to = TestCa.ago(2);
        entries.put("c", people.issue("CN=Old,O=Test", old));
        entries.put("d", alice(TestCa.ec()));
        person.answers.put("CLIENT_PASSWORD", "sesame");
        try (var who = p12(p12("all.p12", "sesame", entries))) {
            assertEquals(4, who.certificates().size());
            signsIn(who, "O=Test,CN=Alice");
        }
    }

    @Test
    void badFilesAndPasswordsAreNamed() throws Exception {
        Path good = p12("alice.p12", "sesame", Map.of("alice", alice(TestCa.ec())));
        person.answers.put("CLIENT_PASSWORD", "wrong");
        var e = assertThrows(EscException.class, () -> p12(good));
        assertEquals("wrong-password", e.problem().code());
        assertEquals(Fault.LOGIN, e.fault());
        assertTrue(person.forms.getLast().invalid(), "the second time it says that the first one was wrong");
        Path text = Files.writeString(dir.resolve("text.p12"), "no key here");
        for (Path bad : List.of(text, dir.resolve("missing.p12"))) {
            e = assertThrows(EscException.class, () -> p12(bad));
            assertEquals("client-file", e.problem().code(), e.problem().toString());
            assertEquals(Fault.USAGE, e.fault());
        }
        byte[] cut = Files.readAllBytes(good);
        Path torn = Files.write(dir.resolve("torn.p12"), java.util.Arrays.copyOf(cut, cut.length / 2));
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> p12(torn)).fault());
        assertThrows(IllegalArgumentException.class,
                () -> new ClientArgs(Optional.of(good), Optional.empty(), Optional.of("R")), "one at a time");
    }

    @Test
    void signsInWithASmartCard() throws Exception {
        for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256)) {
            String reader = soft.plug("PIV " + algorithm, SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()));
            enrol(reader, algorithm);
            person.answers.put("CLIENT_PIN", PIN);
            try (var who = token(reader)) {
                signsIn(who, "O=Test,CN=Alice");
                assertEquals(1, readers.withCard().size());
            }
            soft.unplugAll();
        }
        assertEquals(2, person.forms.size(), "the PIN is asked for once, however often the card signs");
    }

    private TlsIdentity token(String reader) throws EscException {
        return identities.open(new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(reader)), Context.of(person));
    }

    private void enrol(String reader, KeyAlgorithm algorithm) throws Exception {
        try (var session = readers.connect(reader, Origin.verb("test"))) {
            var state = readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().orElseThrow();
            var card = drivers.open(state, TransportRules.over(session), Origin.verb("test"));
            var piv = card.applications().getFirst();
            try (var key = Secret.of(MANAGEMENT_KEY)) {
                piv.capability(AdministratorKey.class).orElseThrow().authenticateAdministrator(key);
            }
            var half = piv.capability(KeyGeneration.class).orElseThrow().generateKey("9a", algorithm, KeyPolicy.DEFAULT);
            piv.capability(CertificateWriting.class).orElseThrow().writeCertificate("9a", people.certify(half, "CN=Alice,O=Test"));
        }
    }

    /** The name of the reader that an enrolled card was put into. */
    private String enrolled() throws Exception {
        String reader = soft.plug("PIV", SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()));
        enrol(reader, KeyAlgorithm.EC_P256);
        return reader;
    }

    /** From now on the readers have keypads. */
    private LaidOutKeypads keypad() {
        var keypad = new LaidOutKeypads(soft);
        readers.removeProvider(soft);
        readers.addProvider(keypad);
        return keypad;
    }

    @Test
    void aWrongPinOrAPulledCardIsNamed() throws Exception {
        String reader = enrolled();
        var once = new Person() {
            @Override
            public java.util.concurrent.CompletableFuture<org.esc.command.Answers> fill(org.esc.command.Form form) {
                return form.invalid() ? java.util.concurrent.CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "nobody"))
                        : super.fill(form);
            }
        };
        once.answers.put("CLIENT_PIN", "999999");
        var args = new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(reader));
        var e = assertThrows(EscException.class, () -> identities.open(args, Context.of(once)));
        assertEquals("wrong-pin", e.problem().code(), e.problem().toString());
        assertEquals("no-reader", assertThrows(EscException.class, () -> token("nowhere")).problem().code());

        person.answers.put("CLIENT_PIN", PIN);
        try (var who = token(reader); var server = server("TLSv1.3")) {
            soft.unplugAll();
            e = assertThrows(EscException.class, () -> run(server, who));
            assertEquals("no-reader", e.problem().code(), "the card's own trouble is told, not that TLS failed: " + e.problem());
        }
    }

    @Test
    void aPinIsEnteredAtTheReadersKeypadAndNeverHere() throws Exception {
        var keypad = keypad();
        String reader = enrolled();
        var commands = new CopyOnWriteArrayList<String>();
        readers.addObserver(x -> commands.add(Hex.of(x.command())));
        keypad.press(PIN, PIN);
        try (var who = token(reader)) {
            assertEquals(1, keypad.left(), "entered before there is a connection");
            signsIn(who, "O=Test,CN=Alice");
            assertEquals(0, keypad.left(), "and once for each signature");
            try (var free = readers.connect(reader, Origin.verb("test"))) {
                assertEquals(reader, free.reader(), "the card is not kept from others between two signatures");
            }
        }
        assertEquals(List.of(), person.forms, "nobody was asked to type it");
        assertEquals(2, person.told.stream().filter(t -> t.contains("at the keypad of \"" + reader + "\"")).count(), person.told.toString());
        assertTrue(commands.size() > 2);
        assertTrue(commands.stream().noneMatch(c -> c.contains(PIN_BYTES)), "it never came into this computer");
    }

    @Test
    void aKeypadThatIsLeftAloneOrCancelledIsNamed() throws Exception {
        var keypad = keypad();
        String reader = enrolled();
        var e = assertThrows(EscException.class, () -> token(reader));
        assertEquals("pin-timeout", e.problem().code());
        assertTrue(e.getMessage().contains("PIN"), e.getMessage());
        keypad.press(LaidOutKeypads.CANCEL);
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> token(reader)).fault());
        keypad.press("999999");
        assertEquals("wrong-pin", assertThrows(EscException.class, () -> token(reader)).problem().code());
        assertEquals(List.of(), person.forms);

        // in the middle of the handshake, too
        keypad.press(PIN, LaidOutKeypads.CANCEL);
        try (var who = token(reader)) {
            try (var server = server("TLSv1.3")) {
                run(server, who);
            }
            try (var server = server("TLSv1.3")) {
                e = assertThrows(EscException.class, () -> run(server, who));
                assertEquals(Fault.CANCELLED, e.fault(), "what happened at the reader is told, not that TLS failed: " + e.problem());
            }
            try (var server = server("TLSv1.3")) {
                e = assertThrows(EscException.class, () -> run(server, who));
                assertEquals("pin-timeout", e.problem().code(), e.problem().toString());
            }
        }
        try (var free = readers.connect(reader, Origin.verb("test"))) {
            assertEquals(reader, free.reader(), "whatever happened, the card is free");
        }
    }

    @Test
    void whatTheKeypadCannotDoIsTypedHere() throws Exception {
        var keypad = keypad();
        String reader = enrolled();
        var commands = new CopyOnWriteArrayList<String>();
        readers.addObserver(x -> commands.add(Hex.of(x.command())));
        keypad.press(LaidOutKeypads.UNABLE);
        person.answers.put("CLIENT_PIN", PIN);
        try (var who = token(reader)) {
            signsIn(who, "O=Test,CN=Alice");
        }
        assertEquals(1, person.forms.size());
        assertTrue(commands.stream().anyMatch(c -> c.contains(PIN_BYTES)));
    }

    @Test
    void signsInWithAPkcs11Token() throws Exception {
        var found = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so").map(Path::of).filter(Files::exists).findFirst();
        assumeTrue(found.isPresent(), "SoftHSM is not installed: package softhsm2");
        Path conf = dir.resolve("softhsm2.conf");
        Files.createDirectories(dir.resolve("tokens"));
        Files.writeString(conf, "directories.tokendir = " + dir.resolve("tokens") + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        tool(conf, "softhsm2-util", "--init-token", "--free", "--label", "other", "--so-pin", "so-pin-123", "--pin", "1234");
        tool(conf, "softhsm2-util", "--init-token", "--free", "--label", "people", "--so-pin", "so-pin-123", "--pin", "4321");
        // one library per process: it reads the environment when it is loaded
        try (Arena a = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var setenv = linker.downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), FunctionDescriptor
                    .of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            try {
                int done = (int) setenv.invokeExact(a.allocateFrom("SOFTHSM2_CONF"), a.allocateFrom(conf.toString()), 1);
                assertEquals(0, done);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }
        // keys and certificates by the runtime's own means, as a person's tools would
        var p = (java.security.AuthProvider) java.security.Security.getProvider("SunPKCS11").configure("--name = Fill\nlibrary = " + found.get()
                + "\nslot = " + org.esc.securechannel.pkcs11.Pkcs11Slots.find(found.get(), Optional.of("people")).slot() + "\n");
        p.login(null, callbacks -> ((javax.security.auth.callback.PasswordCallback) callbacks[0]).setPassword("4321".toCharArray()));
        var store = KeyStore.getInstance("PKCS11", p);
        store.load(null, null);
        var rsa = alice(TestCa.rsa(2048));
        store.setKeyEntry("alice", rsa.keys().getPrivate(), null, rsa.chain().toArray(X509Certificate[]::new));
        p.logout();

        person.answers.put("CLIENT_PIN", "4321");
        String module = found.get() + ":people";
        try (var who = identities.open(new ClientArgs(Optional.empty(), Optional.of(module), Optional.empty()), Context.of(person))) {
            signsIn(who, "O=Test,CN=Alice");
        }
        assertTrue(java.util.Arrays.stream(java.security.Security.getProviders()).noneMatch(x -> x.getName().contains("EscClient")),
                "nothing is left of it");
        person.answers.put("CLIENT_PIN", "0000");
        var e = assertThrows(EscException.class,
                () -> identities.open(new ClientArgs(Optional.empty(), Optional.of(module), Optional.empty()), Context.of(person)));
        assertEquals("wrong-pin", e.problem().code(), e.problem().toString());
        for (String bad : List.of(found.get().toString(), found.get() + ":nobody")) {
            e = assertThrows(EscException.class,
                    () -> identities.open(new ClientArgs(Optional.empty(), Optional.of(bad), Optional.empty()), Context.of(person)));
            assertEquals("which-token", e.problem().code(), e.problem().toString());
            assertTrue(e.problem().advice().contains("people"), e.problem().toString());
        }
        e = assertThrows(EscException.class, () -> identities.open(new ClientArgs(Optional.empty(), Optional.of(dir + "/no.so"), Optional.empty()),
                Context.of(person)));
        assertEquals("pkcs11-library", e.problem().code());
    }

    private void tool(Path conf, String... words) throws Exception {
        var b = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(dir.resolve("tool.log").toFile());
        b.environment().put("SOFTHSM2_CONF", conf.toString());
        var p = b.start();
        assertTrue(p.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, p.exitValue(), Files.readString(dir.resolve("tool.log")));
    }

    /** How the administrators' client and others use it. */
    @Test
    void servesJavasHttpClientToo() throws Exception {
        var alice = alice(TestCa.rsa(2048));
        try (var server = new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(ca.issue(new TestCa.Wish()).context(people)),
                new String[0], true, p -> {
                    p.readHead();
                    p.raw("HTTP/1.1 204 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                })) {
            URI url = server.url();
            var tls = Tls.to(url, trust, TlsIdentity.of(alice.keys().getPrivate(), alice.chain()));
            try (var http = HttpClient.newBuilder().sslContext(tls.context()).build()) {
                assertEquals(204, http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding()).statusCode());
                assertEquals(Optional.of(alice.certificate()), tls.shown());
            }
            var without = Tls.to(url, trust, TlsIdentity.NONE);
            try (var http = HttpClient.newBuilder().sslContext(without.context()).build()) {
                var cause = assertThrows(java.io.IOException.class,
                        () -> http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding()));
                assertEquals("client-certificate-needed", without.failed(cause, "ask").problem().code(), cause.toString());
            }
            var nobody = Tls.to(url, trust.revocation(Trust.Revocation.OFF).sources(new TrustSources(new TrustStore(dir.resolve("t2")), false, List.of())),
                    TlsIdentity.NONE);
            assertTrue(nobody.presented().isEmpty());
        }
    }
}
