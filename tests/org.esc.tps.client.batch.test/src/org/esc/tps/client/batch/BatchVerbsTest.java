// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Unfinished;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs with the words that a person types. */
@Timeout(300)
class BatchVerbsTest {

    @TempDir
    Path folder;

    private static <R extends Record> String printed(Verb<?, R> verb, R result) {
        var text = new StringWriter();
        try (var out = new PrintWriter(text)) {
            verb.print(result, out);
        }
        return text.toString();
    }

    @Test
    void fromThePlanToTheReport() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            var cuids = Desk.tokens(folder.resolve("stack"), 3);
            Path plan = folder.resolve("plan.csv");
            Files.writeString(plan, "cuid,operation,user\n" + cuids.get(0) + ",enroll,user1\n*,enroll,user2\n" + cuids.get(0).toString().replace('4', '5')
                    + ",format,user3\n");
            var check = Verbs.run(new BatchVerbs.Check(), Map.of("plan", List.of(plan.toString())), Desk.context());
            assertEquals(Map.of("enroll", 2, "format", 1), check.tasks());
            var run = new BatchRunVerb(desk.batches, new Verbs(), desk.soft);
            var words = new HashMap<String, List<String>>(Map.of("plan", List.of(plan.toString()), "feed", List.of(folder.resolve("stack").toString()), "virtualReaders",
                    List.of("2"), "tps", List.of(office.server.secureTps().toString()), "ca", List.of(office.tms.caFile().toString()), "events",
                    List.of(folder.resolve("events.jsonl").toString()), "pin", List.of("random"), "pinLetters", List.of(folder.resolve("letters.csv").toString())));
            // a dry run changes nothing
            var dry = new HashMap<>(words);
            dry.put("dryRun", List.of());
            assertEquals("", Verbs.run(run, dry, Desk.context()).journal());
            assertEquals(0, office.tms.tokens().count(org.esc.tms.db.TokenQuery.ALL));
            assertEquals(List.of(), Batches.journals(plan));
            var result = Verbs.run(run, words, Desk.context());
            assertEquals(new RunState.Counts(3, 2, 0, 0, 0, 1), result.counts());
            assertFalse(run.agrees(result), "a row is left");
            assertTrue(printed(run, result).contains("2 of 3 done, 1 to do."), printed(run, result));
            for (String line : Files.readAllLines(folder.resolve("events.jsonl"))) {
                assertTrue(JsonParser.parseString(line).getAsJsonObject().has("event"), line);
            }
            var status = new BatchVerbs.Status();
            var stands = Verbs.run(status, Map.of("run", List.of(plan.toString())), Desk.context());
            assertEquals(2, stands.counts().done());
            assertFalse(status.agrees(stands));
            assertEquals("unfinished-run", assertThrows(EscException.class, () -> Verbs.run(run, words, Desk.context())).problem().code());
            Path again = folder.resolve("again.csv");
            Verbs.run(new BatchVerbs.Failed(), Map.of("run", List.of(plan.toString()), "out", List.of(again.toString())), Desk.context());
            assertEquals(1, Plan.read(again).rows().size());
            assertEquals("file-exists", assertThrows(EscException.class, () -> Verbs.run(new BatchVerbs.Failed(), Map.of("run", List.of(plan.toString()), "out",
                    List.of(again.toString())), Desk.context())).problem().code());
            for (String format : List.of("csv", "json", "html")) {
                var text = Verbs.run(new BatchVerbs.Reports(), Map.of("run", List.of(plan + ".1.run"), "format", List.of(format)), Desk.context());
                assertTrue(text.text().contains("user2"), format);
            }
            words.put("resume", List.of());
            assertEquals(2, Verbs.run(run, words, Desk.context()).counts().done(), "nothing is left for these cards");
        }
    }

    @Test
    void aRunThatEndsEarlySaysWhatWasDone() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Desk.tokens(folder.resolve("stack"), 1);
            Path plan = folder.resolve("plan.csv");
            Files.writeString(plan, "operation,user\nenroll,user1\n");
            var run = new BatchRunVerb(desk.batches, new Verbs(), desk.soft);
            var e = assertThrows(Unfinished.class, () -> Verbs.run(run, Map.of("plan", List.of(plan.toString()), "feed", List.of(folder.resolve("stack").toString()),
                    "tps", List.of("https://localhost:1/tps/tps"), "ca", List.of(office.tms.caFile().toString()), "retries", List.of("0")), Desk.context()));
            assertEquals(Fault.NETWORK, e.fault());
            assertEquals(1, ((BatchRunVerb.Result) e.result()).counts().open());
        }
    }

    @Test
    void wordsThatMakeNoSenseAreRefused() throws Exception {
        Path plan = folder.resolve("plan.csv");
        Files.writeString(plan, "operation\nformat\n");
        try (var desk = new Desk(folder)) {
            var run = new BatchRunVerb(desk.batches, new Verbs(), desk.soft);
            for (Map<String, List<String>> words : List.of(Map.of("pin", List.of("random")), Map.of("pinLetters", List.of("x")), Map.of("pinLength", List.of("3")),
                    Map.of("soft", List.of("x.token")), Map.of("waitSeconds", List.of("-1")), Map.of("stopAfter", List.of("-1")))) {
                var all = new HashMap<>(words);
                all.put("plan", List.of(plan.toString()));
                assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> Verbs.run(run, all, Desk.context()), words.toString()).fault());
            }
            assertEquals("no-run", assertThrows(EscException.class, () -> Verbs.run(new BatchVerbs.Status(), Map.of("run", List.of(plan.toString())), Desk.context()))
                    .problem().code());
        }
    }

    @Test
    void theLettersAreForTheirOwnerOnly() throws Exception {
        Path letters = folder.resolve("letters.csv");
        PinLetters.in(letters, 8);
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(letters)));
        Files.setPosixFilePermissions(letters, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals("letters-not-private", assertThrows(EscException.class, () -> PinLetters.in(letters, 8)).problem().code());
    }

    /** As the administration's verb of this name, by the names of its arguments and results. */
    record OneToken(@Arg(label = "CUID", help = "x") Cuid cuid, @Arg(names = "--server", help = "x") Optional<String> server,
            @Arg(names = "--user", help = "x") Optional<String> user) {
    }

    record OneStatus(@Arg(label = "CUID", help = "x") Cuid cuid, @Arg(label = "STATUS", help = "x") String status,
            @Arg(names = "--server", help = "x") Optional<String> server, @Arg(names = "--user", help = "x") Optional<String> user) {
    }

    record ShownToken(String id, Optional<String> userId, String status) {
    }

    record ShownCert(String serial, String status) {
    }

    record Shown(ShownToken token, List<ShownCert> certs) {
    }

    private record Made<A extends Record, R extends Record>(String name, Class<A> arguments, Does<A, R> does) implements Verb<A, R> {

        interface Does<A, R> {
            R run(A a, Context c) throws EscException;
        }

        @Override
        public String summary() {
            return "";
        }

        @Override
        public R run(A a, Context c) throws EscException {
            return does.run(a, c);
        }
    }

    @Test
    void recordsAreReadAndEndedByTheAdministrationsVerbsWithOnePassword() throws Exception {
        var cuid = Cuid.of("40906145C76224192D2B");
        var state = new AtomicReference<>("FORMATTED");
        var asked = new AtomicInteger();
        var verbs = new Verbs();
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> new VerbRecords(verbs, "s", Optional.empty(), Optional.empty(), List.of(), Desk.context())).fault());
        var form = Form.of("Sign in", "", new Form.Field("ADMIN_PASSWORD", "Password", "", Form.Kind.PASSWORD));
        verbs.addVerb(new Made<>("admin tokens show", OneToken.class, (a, c) -> {
            Ask.await(c.interaction().fill(form), c.cancel(), "sign in").close();
            if (!a.cuid().equals(cuid)) {
                throw Problem.of(Fault.REFUSED, "x", "There is no such token.").code("not-found").exception();
            }
            return new Shown(new ShownToken(a.cuid().toString(), a.user(), state.get()), List.of(new ShownCert("0x1a", "active"), new ShownCert("0x1b", "revoked")));
        }));
        verbs.addVerb(new Made<>("admin tokens status", OneStatus.class, (a, c) -> {
            assertTrue(Ask.await(c.interaction().confirm(new Interaction.Confirmation("x", "y", true)), c.cancel(), "x"));
            state.set(a.status());
            return new ShownToken(a.cuid().toString(), a.user(), a.status());
        }));
        try (var records = new VerbRecords(verbs, "office", Optional.of("agent"), Optional.empty(), List.of(), Desk.context(() -> {
            asked.incrementAndGet();
            return "x";
        }, new Cancel()))) {
            assertEquals(Optional.of(new TokenRecords.Known("FORMATTED", Optional.of("agent"), List.of("1a"))), records.find(cuid));
            assertEquals(Optional.empty(), records.find(Cuid.of("50906145C76224192D2B")));
            records.terminate(cuid);
            assertEquals("TERMINATED", state.get());
            assertEquals(1, asked.get());
        }
    }
}
