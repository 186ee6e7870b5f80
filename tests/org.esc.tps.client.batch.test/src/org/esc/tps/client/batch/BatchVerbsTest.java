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
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Interaction;
import org.esc.command.Unfinished;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.tms.db.TokenState;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.admin.verbs.AdminLoginArgs;
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
            var run = desk.run();
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
            var run = desk.run();
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
            var run = desk.run();
            for (Map<String, List<String>> words : List.of(Map.of("pin", List.of("random")), Map.of("pinLetters", List.of("x")), Map.of("pinLength", List.of("3")),
                    Map.of("soft", List.of("x.token")), Map.of("waitSeconds", List.of("-1")), Map.of("stopAfter", List.of("-1")), Map.of("adminUser", List.of("agent")),
                    Map.of("admin", List.of("office"), "adminUser", List.of("agent"), "adminToken", List.of("Reader")))) {
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

    private static Map<String, List<String>> retire(Office office, Path folder, Path plan) {
        return new HashMap<>(Map.of("plan", List.of(plan.toString()), "feed", List.of(folder.resolve("stack").toString()), "tps",
                List.of(office.server.secureTps().toString()), "ca", List.of(office.tms.caFile().toString())));
    }

    /** An administrator of the server with a password, in these roles only. */
    private static void user(Office office, String uid, Role... roles) throws Exception {
        try (var password = org.esc.apdu.Secret.of(Desk.PASSWORD)) {
            office.tms.users().add(new User(uid, uid, Optional.empty(), java.util.Set.of(roles), false, false), password);
        }
    }

    @Test
    void whoeverSignsInToTheAdministrationEndsTheRecordsOfRetiredTokens() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            var cuids = Desk.tokens(folder.resolve("stack"), 1);
            Path enroll = folder.resolve("enroll.csv");
            Files.writeString(enroll, "cuid,operation,user\n" + cuids.getFirst() + ",enroll,user1\n");
            Verbs.run(desk.run(), retire(office, folder, enroll), Desk.context());
            Path plan = folder.resolve("plan.csv");
            Files.writeString(plan, "cuid,operation,user\n" + cuids.getFirst() + ",retire,user1\n");
            var check = Verbs.run(new BatchVerbs.Check(), Map.of("plan", List.of(plan.toString())), Desk.context());
            assertTrue(check.remarks().toString().contains("1 token is retired: its record at the server is ended only if"), check.remarks().toString());
            user(office, "looker", Role.OPERATOR);
            user(office, "agent", Role.AGENT);
            var words = retire(office, folder, plan);
            words.put("admin", List.of(office.server.secureTps().resolve("/").toString()));
            words.put("adminUser", List.of("looker"));
            assertEquals("role-missing", assertThrows(EscException.class, () -> Verbs.run(desk.run(), words, Desk.context())).problem().code());
            assertEquals(TokenState.ACTIVE, office.tms.tokens().find(cuids.getFirst()).orElseThrow().state(), "nothing was wiped");
            words.put("adminUser", List.of("nobody"));
            assertEquals("not-signed-in", assertThrows(EscException.class, () -> Verbs.run(desk.run(), words, Desk.context())).problem().code());
            assertEquals(List.of(), Batches.journals(plan), "and nothing was begun");
            words.put("adminUser", List.of("agent"));
            assertEquals(1, Verbs.run(desk.run(), words, Desk.context()).counts().done());
            assertEquals(TokenState.TERMINATED, office.tms.tokens().find(cuids.getFirst()).orElseThrow().state());
            assertTrue(RunState.read(Batches.journal(plan)).rows().getFirst().notes().contains("The server's record is terminated."));
        }
    }

    @Test
    void theQuestionSaysWhatBecomesOfTheRecordsOfRetiredTokens() throws Exception {
        var plan = new Plan(List.of(new Row(Optional.of(Cuid.of("40906145C76224192D2B")), Task.RETIRE, Optional.empty(), Optional.empty())));
        var asked = new java.util.ArrayList<String>();
        var person = new org.esc.securechannel.testing.Person() {
            @Override
            public java.util.concurrent.CompletableFuture<Boolean> confirm(Interaction.Confirmation c) {
                asked.add(c.message());
                return java.util.concurrent.CompletableFuture.completedFuture(true);
            }
        };
        Batches.confirm(plan, false, person.context());
        Batches.confirm(plan, true, person.context());
        assertTrue(asked.get(0).contains("by hand at the server"), asked.get(0));
        assertFalse(asked.get(1).contains("by hand"), asked.get(1));
    }

    @Test
    void aRecordIsLookedUpWithTheCertificatesThatAreNotRevoked() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            var cuid = Desk.tokens(folder.resolve("stack"), 1).getFirst();
            Path plan = folder.resolve("plan.csv");
            Files.writeString(plan, "cuid,operation,user\n" + cuid + ",enroll,user1\n");
            Verbs.run(desk.run(), retire(office, folder, plan), Desk.context());
            user(office, "agent", Role.AGENT);
            try (var records = new AdminRecords(desk.administration.connect(new AdminLoginArgs(Optional.of(office.server.secureTps().resolve("/").toString()),
                    Optional.of("agent"), Optional.empty(), Optional.empty(), Optional.empty()).with(List.of(office.tms.caFile()), Optional.empty()).orElseThrow(),
                    Desk.context()))) {
                var known = records.find(cuid).orElseThrow();
                assertEquals("ACTIVE", known.state());
                assertEquals(Optional.of("user1"), known.user());
                assertEquals(Office.onCard(folder.resolve("stack/0000.token")), known.serials().stream().map(s -> new java.math.BigInteger(s, 16))
                        .collect(java.util.stream.Collectors.toSet()));
                assertEquals(Optional.empty(), records.find(Cuid.of("50906145C76224192D2B")));
                records.terminate(cuid);
                records.terminate(cuid);
                assertEquals("TERMINATED", records.find(cuid).orElseThrow().state());
                assertEquals(List.of(), records.find(cuid).orElseThrow().serials(), "they are revoked now");
            }
        }
    }
}
