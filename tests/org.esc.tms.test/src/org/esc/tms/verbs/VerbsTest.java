// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.esc.tms.drm.KeyRecovery;
import org.esc.tms.users.Login;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The back office's verbs, each on a closed data directory and beside a process that has it open. */
@Timeout(180)
class VerbsTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");

    @TempDir
    static Path folder;
    private static Path pristine;

    /** Answers every field with the same word. */
    private record Saying(String word, List<String> asked) implements Interaction {
        @Override
        public CompletableFuture<Answers> fill(Form form) {
            var answers = new LinkedHashMap<String, Secret>();
            form.fields().forEach(f -> {
                asked.add(f.id());
                answers.put(f.id(), Secret.of(word));
            });
            return CompletableFuture.completedFuture(new Answers(answers));
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            throw new AssertionError("no PIN is needed here");
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            throw new AssertionError("no confirmation is needed here");
        }

        @Override
        public void tell(String message) {
            throw new AssertionError(message);
        }
    }

    @BeforeAll
    static void make() throws EscException {
        pristine = folder.resolve("pristine");
        TestTms.demo(pristine).close();
    }

    private static Path copy(String name) throws Exception {
        Path to = folder.resolve(name);
        try (var all = Files.walk(pristine)) {
            for (Path p : all.toList()) {
                Files.copy(p, to.resolve(pristine.relativize(p)));
            }
        }
        return to;
    }

    private static List<Verb<?, ?>> verbs() {
        var all = new ArrayList<Verb<?, ?>>();
        List.of(TokenVerbs.all(), CertificateVerbs.all(), UserVerbs.all(), KeyVerbs.all(), SystemVerbs.all())
                .forEach(all::addAll);
        all.add(new SystemVerbs.Restore());
        return all;
    }

    /** Runs a verb as the terminal does: {@code say("tms tokens state", "cuid=…", "state=DAMAGED")}. */
    private static Record say(String word, Path data, String verb, String... arguments) throws EscException {
        var given = new LinkedHashMap<String, List<String>>();
        given.put("data", List.of(data.toString()));
        for (String a : arguments) {
            int eq = a.indexOf('=');
            given.put(a.substring(0, eq), List.of(a.substring(eq + 1).split(",")));
        }
        var found = verbs().stream().filter(v -> v.name().equals(verb)).findFirst()
                .orElseThrow(() -> new AssertionError(verb));
        return run(found, given, Context.of(new Saying(word, new ArrayList<>())));
    }

    private static <A extends Record, R extends Record> R run(Verb<A, R> verb, Map<String, List<String>> given,
            Context context) throws EscException {
        R result = Verbs.run(verb, given, context);
        var text = new StringWriter();
        var out = new PrintWriter(text);
        verb.print(result, out);
        out.flush();
        assertFalse(text.toString().isBlank(), verb.name() + " prints nothing");
        assertFalse(text.toString().contains("Result["), verb.name() + " prints a record");
        return result;
    }

    private static Record say(Path data, String verb, String... arguments) throws EscException {
        return say("Secret.123", data, verb, arguments);
    }

    private static Object get(Record r, String... path) throws ReflectiveOperationException {
        Object at = r;
        for (String p : path) {
            if (at instanceof List<?> list) {
                at = list.get(Integer.parseInt(p));
            } else {
                var accessor = Arrays.stream(at.getClass().getRecordComponents()).filter(c -> c.getName().equals(p))
                        .findFirst().orElseThrow()
                        .getAccessor();
                accessor.setAccessible(true);
                at = accessor.invoke(at);
            }
            at = at instanceof Optional<?> o ? o.orElse(null) : at;
        }
        return at;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everythingCanBeSeenAndManaged(boolean whileServing) throws Exception {
        Path data = copy("manage-" + whileServing);
        Optional<Tms> server = whileServing ? Optional.of(TestTms.demo(data)) : Optional.empty();
        try {
            String cuid = "cuid=" + CUID;
            assertEquals(0L, get(say(data, "tms tokens"), "total"));
            assertEquals("UNFORMATTED", get(say(data, "tms tokens add", cuid), "token", "state"));
            assertEquals("RE_ENROLL=YES;RENEW=YES;FORCE_FORMAT=NO;PIN_RESET=YES;RESET_PIN_RESET_TO_NO=NO",
                    get(say(data, "tms tokens policy", cuid, "policy=RENEW=YES"), "token", "policy"));
            assertEquals(1L, get(say(data, "tms tokens", "filter=6145c7", "state=unformatted"), "total"));
            assertEquals("DAMAGED", get(say(data, "tms tokens state", cuid, "state=damaged"), "token", "state"));
            assertEquals(List.of("PERM_LOST"), get(say(data, "tms tokens show", cuid), "nextStates"));
            assertEquals(26, assertThrows(EscException.class, () ->
                    say(data, "tms tokens state", cuid, "state=active")).problem().endOp()
                    .orElseThrow());
            say(data, "tms tokens remove", cuid);
            assertEquals(16, assertThrows(EscException.class, () -> say(data, "tms tokens show", cuid)).problem()
                    .endOp().orElseThrow());

            var log = say(data, "tms activities", "verify=", "size=3");
            assertEquals(5L, get(log, "total"));
            assertEquals(3, ((List<?>) get(log, "activities")).size());
            assertEquals("delete", get(log, "activities", "0", "operation"));
            assertEquals("local:" + System.getProperty("user.name"), get(log, "activities", "0", "userId"));
            assertEquals(true, get(log, "check", "intact"));

            String serial = "serial=" + get(say(data, "tms certs"), "certificates", "0", "serial");
            assertEquals("administrator", get(say(data, "tms certs show", serial), "certificate", "kind"));
            assertTrue(get(say(data, "tms certs show", serial), "pem").toString()
                    .startsWith("-----BEGIN CERTIFICATE-----"));
            assertEquals("ON_HOLD", get(say(data, "tms certs hold", serial), "certificate", "status"));
            assertEquals("VALID", get(say(data, "tms certs unhold", serial), "certificate", "status"));
            assertEquals("key_compromise", get(say(data, "tms certs revoke", serial, "reason=key-compromise"),
                    "certificate", "reason"));
            assertThrows(EscException.class, () -> say(data, "tms certs show", "serial=xyz"));

            assertEquals(100, ((List<?>) get(say(data, "tms users"), "users")).size());
            assertEquals(List.of("agent"), get(say("a good word", data, "tms users add", "uid=ann", "name=Ann Agent",
                    "roles=agent"), "user", "roles"));
            assertEquals("password-too-short", assertThrows(EscException.class, () ->
                    say("short", data, "tms users password", "uid=ann")).problem()
                    .code());
            say("another good word", data, "tms users password", "uid=ann");
            assertEquals(List.of("operator"), get(say(data, "tms users change", "uid=ann", "add=operator",
                    "remove=agent"), "user", "roles"));
            assertEquals(true, get(say(data, "tms users change", "uid=ann", "disable="), "user", "disabled"));
            assertEquals(List.of("ann"), get(say(data, "tms users remove", "uid=ann"), "removed"));
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> say(data, "tms users remove")).fault());

            assertEquals(true, get(say(data, "tms keys"), "factoryKeysOnly"));
            var made = say(data, "tms keys create");
            assertEquals("02", get(made, "keys", "0", "version"));
            assertEquals("aes", get(made, "keys", "1", "type"));
            assertEquals("03", get(say("40414243 44454647 48494A4B 4C4D4E4F", data, "tms keys import", "components=1",
                    "diversification=visa2"), "keys", "0", "version"));
            assertEquals("8BAF47", get(say(data, "tms keys"), "keys", "2", "kcv"));
            assertEquals("wrong-kcv", assertThrows(EscException.class, () ->
                    say("40414243 44454647 48494A4B 4C4D4E4F", data, "tms keys import",
                    "components=1", "diversification=visa2", "kcv=000000")).problem().code());
            assertThrows(EscException.class, () -> say("no hex", data, "tms keys import", "components=1"));
            var parts = (List<?>) get(say(data, "tms keys split", "version=03", "out="
                    + data.resolve("../parts-" + whileServing)), "files");
            assertEquals(2, parts.size());
            for (Object p : parts) {
                assertEquals("rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(p.toString()))));
            }
            assertThrows(EscException.class, () -> say(data, "tms keys forget", cuid));

            assertEquals(7, ((List<?>) get(say(data, "tms profiles"), "profiles")).size());
            assertEquals(false, get(say(data, "tms profiles enable", "id=soKey", "off="), "enabled"));
            String definition = get(say(data, "tms profiles show", "id=userKey"), "definition").toString();
            Path file = data.resolveSibling("profile-" + whileServing + ".json");
            Files.writeString(file, definition.replace("\"userKey\"", "\"mine\""));
            assertEquals("mine", get(say(data, "tms profiles import", "file=" + file), "profile"));
            for (String bad : new String[] {"", "{}", "[]", "{\"id\":\"x\"}", "nonsense",
                    "{\"id\":\"x\",\"keys\":[null]}"}) {
                Files.writeString(file, bad);
                assertEquals(Fault.USAGE, assertThrows(EscException.class, () ->
                        say(data, "tms profiles import", "file=" + file)).fault(), bad);
            }

            var listed = (Map<?, ?>) get(say(data, "tms settings"), "settings");
            assertEquals("true", listed.get("tps.allow-unknown-tokens"));
            for (var setting : listed.entrySet()) {
                say(data, "tms settings set", "name=" + setting.getKey(), "value=" + setting.getValue());
            }
            say(data, "tms settings set", "name=tps.allow-unknown-tokens", "value=false");
            assertEquals("false", ((Map<?, ?>) get(say(data, "tms settings"), "settings"))
                    .get("tps.allow-unknown-tokens"));
            assertThrows(EscException.class, () -> say(data, "tms settings set", "name=tps.allow-unknown-tokens",
                    "value=maybe"));
            assertThrows(EscException.class, () -> say(data, "tms settings set", "name=tms.initialized",
                    "value=false"));
            assertThrows(EscException.class,
                    () -> say(data, "tms settings set", "name=users.ldap-address", "value=ldap://192.0.2.1"));
            assertThrows(EscException.class, () -> say(data, "tms settings set", "name=users.ldap-name",
                    "value=uid=x"));
            say(data, "tms settings set", "name=users.ldap-address", "value=ldaps://directory.invalid");
            say(data, "tms settings set", "name=users.ldap-name", "value=uid={0}");
            assertEquals(true, get(say(data, "tms activities", "verify="), "check", "intact"));
        } finally {
            server.ifPresent(Tms::close);
        }
    }

    @Test
    void agentsReleaseAKeyBesideARunningServer() throws Exception {
        Path data = copy("agents");
        try (var tms = TestTms.demo(data)) {
            say(data, "tms settings set", "name=drm.recovery-agents", "value=2");
            for (String agent : new String[] {"ann", "ben"}) {
                say("word of " + agent, data, "tms users add", "uid=" + agent, "name=" + agent, "roles=agent");
            }
            String key = tms.recovery().generate("alice", CUID, 1024, true).archive().orElseThrow();
            assertInstanceOf(KeyRecovery.Outcome.Waiting.class, tms.recovery().recover(key, CUID));
            var shown = say(data, "tms recovery");
            String id = "id=" + get(shown, "requests", "0", "id");
            assertEquals(key, get(shown, "keys", "0", "id"));
            assertEquals(Fault.LOGIN, assertThrows(EscException.class, () ->
                    say("wrong", data, "tms recovery approve", id, "agent=ann")).fault());
            assertEquals("PENDING", get(say("word of ann", data, "tms recovery approve", id, "agent=ann"), "request",
                    "state"));
            assertEquals("APPROVED", get(say("word of ben", data, "tms recovery approve", id, "agent=ben"), "request",
                    "state"));
            assertInstanceOf(KeyRecovery.Outcome.Released.class, tms.recovery().recover(key, CUID));
            assertEquals("request-closed", assertThrows(EscException.class,
                    () -> say("word of ben", data, "tms recovery refuse", id, "agent=ben")).problem().code());
        }
    }

    @RepeatedTest(4)
    void manyVerbsAtOnceWaitForEachOther(RepetitionInfo repetition) throws Exception {
        Path data = copy("many" + repetition.getCurrentRepetition());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<java.util.concurrent.Future<Record>>();
            for (int n = 1; n <= 12; n++) {
                String cuid = String.format("cuid=%020X", n);
                results.add(threads.submit(() -> say(data, "tms tokens add", cuid)));
            }
            for (var r : results) {
                r.get();
            }
        }
        assertEquals(12L, get(say(data, "tms tokens"), "total"));
        assertEquals(true, get(say(data, "tms activities", "verify="), "check", "intact"));
    }

    @Test
    void aVerbMakesNoDataDirectory() {
        Path nothing = folder.resolve("nothing");
        assertEquals("no-data", assertThrows(EscException.class, () -> say(nothing, "tms tokens")).problem().code());
        assertFalse(Files.exists(nothing));
    }

    @Test
    void aSocketLeftByAKilledProcessIsNoObstacle() throws Exception {
        Path data = copy("left");
        Files.writeString(data.resolve("door"), data.resolve("door.socket").toString());
        assertEquals(0L, get(say(data, "tms tokens"), "total"));
        try (var tms = TestTms.demo(data)) {
            assertTrue(tms.users().demo());
            assertEquals("rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("door"))));
            assertEquals(0L, get(say(data, "tms tokens"), "total"));
        }
        assertFalse(Files.exists(data.resolve("door")));
        assertFalse(Files.exists(data.resolve("door.socket")));
    }

    @Test
    void aLongPathHasItsSocketElsewhere() throws Exception {
        Path data = copy("long-" + "x".repeat(150));
        try (var tms = TestTms.demo(data)) {
            assertTrue(tms.users().demo());
            assertEquals(0L, get(say(data, "tms tokens"), "total"));
            Path socket = Path.of(Files.readString(data.resolve("door")));
            assertFalse(socket.startsWith(data));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())));
        }
    }

    @Test
    void whereNoSocketCanLieItLiesElsewhere() throws Exception {
        Path data = copy("occupied");
        // a folder that is not empty is in the socket's place
        Files.createDirectories(data.resolve("door.socket/x"));
        try (var tms = TestTms.demo(data)) {
            assertTrue(tms.users().demo());
            assertEquals(0L, get(say(data, "tms tokens"), "total"));
        }
        assertFalse(Files.exists(data.resolve("door")));
    }

    @Test
    void nonsenseAtTheDoorHurtsNobody() throws Exception {
        Path data = copy("nonsense");
        try (var tms = TestTms.demo(data)) {
            var address = java.net.UnixDomainSocketAddress.of(Files.readString(data.resolve("door")));
            for (byte[] bytes : new byte[][] {{}, {0, 5}, {0, 1, 'x', 0, 1, 'y', 127, 0, 0, 0}, new byte[70000],
                {0, 3, 'f', 'o', 'o', 0, 1, 'y', 0, 0, 0, 2, '{', '}', 0}}) {
                try (var channel = java.nio.channels.SocketChannel.open(address)) {
                    channel.write(java.nio.ByteBuffer.wrap(bytes));
                    channel.shutdownOutput();
                    var answer = java.nio.ByteBuffer.allocate(1000);
                    while (channel.read(answer) > 0) {
                        // until the other side closes: it must, whatever it was told
                    }
                } catch (java.io.IOException _) {
                    // it may also hang up while being told nonsense
                }
            }
            assertEquals(0L, get(say(data, "tms tokens"), "total"));
            assertTrue(tms.users().demo());
        }
    }

    @Test
    void aBackupHoldsEverythingAndOpensWithItsPasswordOnly() throws Exception {
        Path data = copy("backup");
        Path file = folder.resolve("backup.esc");
        try (var tms = TestTms.demo(data); var word = Secret.of("alice's own word")) {
            tms.users().setPassword("alice", word);
            tms.desk().add(CUID, "admin", "");
            tms.recovery().generate("alice", CUID, 1024, true);
            say(data, "tms keys create");
            // while the system is in use
            say("the backup's word", data, "tms backup", "file=" + file);
            assertEquals("file-exists", assertThrows(EscException.class, () ->
                    say("x", data, "tms backup", "file=" + file)).problem().code());
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.exists(data.resolve("db.sql")));
        Path restored = folder.resolve("restored/deep");
        assertEquals("backup-password", assertThrows(EscException.class, () ->
                say("wrong", restored, "tms restore", "file=" + file)).problem().code());
        byte[] good = Files.readAllBytes(file);
        for (int at : new int[] {0, 14, 31, 43, good.length - 1}) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Path other = folder.resolve("bad.esc");
            Files.write(other, bad);
            assertThrows(EscException.class, () -> say("the backup's word", restored, "tms restore", "file=" + other));
        }
        assertFalse(Files.exists(restored));
        say("the backup's word", restored, "tms restore", "file=" + file);
        assertEquals("folder-in-use", assertThrows(EscException.class,
                () -> say("the backup's word", restored, "tms restore", "file=" + file)).problem().code());
        try (var tms = TestTms.demo(restored); var old = TestTms.demo(data); var word = Secret.of("alice's own word")) {
            assertEquals(old.ca().certificate(), tms.ca().certificate());
            assertInstanceOf(Login.Accepted.class, tms.users().authenticate("alice", word));
            assertTrue(tms.tokens().find(CUID).isPresent());
            assertEquals(old.keys().list(), tms.keys().list());
            var key = tms.recovery().find("alice").getFirst();
            assertInstanceOf(KeyRecovery.Outcome.Released.class, tms.recovery().recover(key.id(), CUID));
            assertTrue(tms.activities().verify().intact());
            assertEquals("Backup made.", tms.activities().list(Optional.empty(), 0, 1).getFirst().message());
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(restored)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAsksIsAnsweredInTheirLanguageAndTheLogStaysEnglish(boolean whileServing) throws Exception {
        Path data = copy("language-" + whileServing);
        Optional<Tms> server = whileServing ? Optional.of(TestTms.demo(data)) : Optional.empty();
        try {
            Words.in(Locale.GERMAN, () -> {
                assertEquals("Das Token " + CUID + " ist nicht bekannt.",
                        assertThrows(EscException.class, () -> say(data, "tms tokens show", "cuid=" + CUID)).getMessage());
                assertEquals("Unformatted", get(say(data, "tms tokens add", "cuid=" + CUID), "token", "label"));
                say(data, "tms settings set", "name=tks.accept-returned-factory-keys", "value=true");
                return say(data, "tms users add", "uid=ann", "name=Ann", "roles=agent");
            });
            var log = (List<?>) get(say(data, "tms activities", "size=3"), "activities");
            assertEquals(List.of("User ann added, roles [AGENT].", "tks.accept-returned-factory-keys is now true.", "Token added."),
                    List.of(get((Record) log.get(0), "message"), get((Record) log.get(1), "message"), get((Record) log.get(2), "message")));
        } finally {
            if (server.isPresent()) {
                server.get().close();
            }
        }
    }
}
