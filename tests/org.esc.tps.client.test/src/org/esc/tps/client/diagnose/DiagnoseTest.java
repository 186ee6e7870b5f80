// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipFile;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.CardArgs;
import org.esc.card.Origin;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.Tokens;
import org.esc.securechannel.testing.Person;
import org.esc.tps.client.Journal;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.diagnose.SelfCheck.Verdict;
import org.esc.trace.TraceLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The report: what is found wrong, and that nothing secret is in it. */
@Timeout(120)
class DiagnoseTest {

    private static final String PIN = "Sesame12";
    private static final String PASSWORD = "Secret.123";

    /** A reader with a card that says yes to everything. */
    private static final class Shelf implements ReaderProvider {

        volatile ReaderState.Presence presence = ReaderState.Presence.PRESENT;
        volatile boolean reader = true;

        @Override
        public String name() {
            return "Shelf";
        }

        @Override
        public List<ReaderState> readers() {
            return reader ? List.of(new ReaderState("one", "Shelf", presence, presence == ReaderState.Presence.PRESENT ? Optional.of(Atr.of("3B00"))
                    : Optional.empty(), 1)) : List.of();
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return () -> { };
        }

        @Override
        public RawConnection connect(String name, boolean exclusive) {
            return new RawConnection() {
                @Override
                public Atr atr() {
                    return Atr.of("3B00");
                }

                @Override
                public String protocol() {
                    return "T=1";
                }

                @Override
                public byte[] transmit(byte[] command) {
                    return new byte[] {(byte) 0x90, 0};
                }

                @Override
                public Atr reset() {
                    return atr();
                }

                @Override
                public void close() {
                    // nothing is held
                }
            };
        }
    }

    @TempDir
    Path dir;
    private final Shelf shelf = new Shelf();
    private final Readers readers = new Readers();
    private final TraceLog trace = new TraceLog();
    private Tokens tokens;
    private Journal journal;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void open() throws Exception {
        readers.addProvider(shelf);
        readers.addObserver(trace);
        tokens = new Tokens(readers, new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT));
        journal = new Journal(dir.resolve("state/journal"));
        environment.put("ESC_WORKSPACE", dir.resolve("workbench").toString());
        Files.createDirectories(dir.resolve("config"));
    }

    @AfterEach
    void close() {
        tokens.close();
        trace.close();
    }

    private DiagnoseVerb verb() {
        return new DiagnoseVerb(readers, tokens, journal, Optional.of(trace), Optional.empty(), new Computer(dir.resolve("root"), environment, "Linux"),
                dir.resolve("config"), dir.resolve("state"),
                new UserSettings(dir.resolve("config/client.properties"), dir.resolve("managed.properties"), Map.of()));
    }

    private Report run(Optional<Path> out, boolean offline) throws EscException {
        return verb().run(new DiagnoseVerb.Args(CardArgs.ANY, out, false, offline, List.of()), new Person().context());
    }

    private static SelfCheck check(Report r, String id) {
        return r.checks().stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow(() -> new AssertionError(id + " in " + r.checks()));
    }

    private static void bad(Report r, String id, String sentence, String fix) {
        SelfCheck c = check(r, id);
        assertTrue(c.verdict() == Verdict.BAD || c.verdict() == Verdict.WARNING, c.toString());
        assertTrue(c.sentence().contains(sentence), c.toString());
        assertTrue(c.fix().contains(fix), c.toString());
    }

    private void settings(String text) throws IOException {
        Files.writeString(dir.resolve("config/client.properties"), text);
    }

    private Path file(String path) throws IOException {
        Path f = dir.resolve("root").resolve(path);
        Files.createDirectories(f.getParent());
        return Files.createFile(f);
    }

    @Test
    void whatIsMissingIsSaidWithTheCommandThatMendsIt() throws Exception {
        shelf.reader = false;
        file("usr/bin/apt-get");
        Report r = run(Optional.empty(), true);
        bad(r, "pcscd", "not installed", "sudo apt-get install pcscd");
        bad(r, "pcsc-library", "libpcsclite.so.1", "libpcsclite1");
        bad(r, "ccid", "missing", "libccid");
        bad(r, "opensc", "not installed", "opensc-pkcs11");
        bad(r, "readers", "No reader is connected", "lsusb");
        assertFalse(verb().agrees(r), "exit code 1");
        assertEquals(Verdict.UNKNOWN, check(r, "servers").verdict());
        file("usr/sbin/pcscd");
        bad(run(Optional.empty(), true), "pcscd", "not running", "systemctl enable --now pcscd.socket");
        Path socket = file("run/pcscd/pcscd.comm");
        bad(run(Optional.empty(), true), "pcscd", "not running, although", "systemctl restart");
        Files.delete(socket);
        file("usr/lib/x86_64-linux-gnu/libpcsclite.so.1");
        file("usr/lib/x86_64-linux-gnu/opensc-pkcs11.so");
        Files.createDirectories(dir.resolve("root/usr/lib/pcsc/drivers/ifd-ccid.bundle"));
        shelf.reader = true;
        environment.put("PCSCLITE_CSOCK_NAME", dir.resolve("p.comm").toString());
        try (var service = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            service.bind(UnixDomainSocketAddress.of(dir.resolve("p.comm")));
            Report good = run(Optional.empty(), true);
            for (String id : List.of("pcscd", "pcsc-library", "ccid", "opensc", "readers", "config-folder", "state-folder", "settings")) {
                assertEquals(Verdict.GOOD, check(good, id).verdict(), id);
            }
            assertTrue(verb().agrees(good));
        }
    }

    @Test
    void aMuteCardAFolderThatIsAFileAndBrokenSettingsAreFound() throws Exception {
        shelf.presence = ReaderState.Presence.MUTE;
        settings("tps=\\u12");
        Files.writeString(dir.resolve("state"), "a file in the way");
        Report r = run(Optional.empty(), true);
        bad(r, "readers", "does not answer", "right way round");
        Files.writeString(dir.resolve("managed.properties"), "locked.nonsense = 1\n");
        bad(run(Optional.empty(), true), "managed-settings", "administrator's settings", "managed.properties");
        bad(r, "settings", "cannot be read", "mv '");
        bad(r, "state-folder", "cannot be written", "chmod");
        assertEquals("with a card that does not answer", r.readers().getFirst().card());
    }

    /** Answers each request with this time. */
    private ServerSocket server(ZonedDateTime date) throws IOException {
        var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try (var peer = socket.accept()) {
                    peer.getInputStream().read(new byte[4096]);
                    peer.getOutputStream().write(("HTTP/1.1 404 Not Found\r\nDate: " + date.format(DateTimeFormatter.RFC_1123_DATE_TIME)
                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                } catch (IOException _) {
                    // the test is over
                }
            }
        });
        return socket;
    }

    @Test
    void serversAreAskedAndTheirClocksCompared() throws Exception {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        try (var wrong = server(now.plusHours(2)); var right = server(now)) {
            settings("tps=http\\://127.0.0.1\\:" + wrong.getLocalPort() + "/tps/tps\n");
            Report r = run(Optional.empty(), false);
            bad(r, "clock", "behind that of 127.0.0.1:" + wrong.getLocalPort(), "set-ntp");
            bad(r, "server", "without encryption", "https://");
            assertTrue(r.servers().getFirst().reached());
            settings("tps=http\\://127.0.0.1\\:" + right.getLocalPort() + "/tps/tps\n");
            assertEquals(Verdict.GOOD, check(run(Optional.empty(), false), "clock").verdict());
            settings("tps=http\\://127.0.0.1\\:1/tps\nphone-home=https\\://127.0.0.1\\:" + right.getLocalPort() + "/\n");
            Report dead = run(Optional.empty(), false);
            bad(dead, "server", "127.0.0.1:1 cannot be reached", "curl -v http://127.0.0.1:1");
            assertEquals(List.of(false, false), dead.servers().stream().map(Report.Server::trusted).toList(), "one that speaks no TLS proves nothing");
        }
    }

    @Test
    void nothingSecretIsInTheFile() throws Exception {
        try (var session = readers.connect("one", Origin.verb("test"))) {
            session.transmit(CommandApdu.of(0xB0, 0x42, 0, 0, PIN.getBytes(StandardCharsets.US_ASCII)));
            session.transmit(CommandApdu.of(0x00, 0x20, 0, 0x80, PIN.getBytes(StandardCharsets.US_ASCII)));
            session.transmit(CommandApdu.of(0x84, 0x04, 0, 0, PIN.getBytes(StandardCharsets.US_ASCII)));
        }
        Path log = dir.resolve("workbench/.metadata/.log");
        Files.createDirectories(log.getParent());
        String key = "404142434445464748494A4B4C4D4E4F";
        Files.writeString(log, String.join("\n", "!ENTRY org.esc.ui 4 0 2026-11-27", "login failed: password=" + PASSWORD, "PIN: " + PIN + " was refused",
                "{\"PASSWORD\": \"" + PASSWORD + "\", \"newPin\": '" + PIN + "'}", "https://alice:" + PASSWORD + "@tps.example.com/tps", "Authorization: Basic "
                        + Base64.getEncoder().encodeToString(("alice:" + PASSWORD).getBytes(StandardCharsets.UTF_8)),
                "key " + key + " and 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F", "-----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEAsecretsecretsecret",
                "-----END RSA PRIVATE KEY-----", "the last line is here"));
        settings("tps=https\\://alice\\:" + PASSWORD + "@tps.example.com/tps\nproxy.password=" + PASSWORD + "\n");
        Path zip = dir.resolve("report.zip");
        Report r = run(Optional.of(zip), true);
        assertEquals(Optional.of(zip.toString()), r.file());
        var all = new StringBuilder();
        var names = new ArrayList<String>();
        try (var file = new ZipFile(zip.toFile())) {
            for (var e : file.stream().toList()) {
                names.add(e.getName());
                all.append(new String(file.getInputStream(e).readAllBytes(), StandardCharsets.UTF_8)).append('\n');
            }
        }
        assertEquals(List.of("report.txt", "log.txt", "trace.txt"), names);
        String text = all + String.join("\n", r.log()) + String.join("\n", r.trace()) + r;
        for (String secret : List.of(PIN, PASSWORD)) {
            String hex = HexFormat.of().withUpperCase().formatHex(secret.getBytes(StandardCharsets.US_ASCII));
            for (String form : List.of(secret, hex, hex.replaceAll("(..)(?=.)", "$1 "), Base64.getEncoder().encodeToString(("alice:" + secret).getBytes()))) {
                assertFalse(text.toUpperCase().contains(form.toUpperCase()), form + " in " + text);
            }
        }
        assertFalse(text.contains(key) || text.contains("40 41 42 43") || text.contains("secretsecret"), text);
        assertTrue(text.contains("the last line is here") && text.contains("(a private key was here)"), text);
        assertTrue(r.trace().stream().anyMatch(l -> l.contains("B0 42") || l.contains("B042") || l.contains("VERIFY")), r.trace().toString());
    }

    @Test
    void noFileIsReplacedAndNoneIsLeftHalfWritten() throws Exception {
        Path there = Files.writeString(dir.resolve("mine.zip"), "mine");
        var e = assertThrows(EscException.class, () -> run(Optional.of(there), true));
        assertEquals(Fault.USAGE, e.fault());
        assertEquals("file-exists", e.problem().code());
        assertEquals("mine", Files.readString(there));
        assertEquals("file-unwritable", assertThrows(EscException.class, () -> run(Optional.of(dir.resolve("nowhere/r.zip")), true)).problem().code());
        run(Optional.of(dir.resolve("new.zip")), true);
        verb().run(new DiagnoseVerb.Args(CardArgs.ANY, Optional.of(there), true, true, List.of()), new Person().context());
        assertTrue(Files.size(there) > 500);
        try (var files = Files.list(dir)) {
            assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith(".diagnose")));
        }
    }
}
