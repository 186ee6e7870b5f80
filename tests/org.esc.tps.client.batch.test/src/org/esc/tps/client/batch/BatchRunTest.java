// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.tms.db.TokenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BatchRunTest {

    @TempDir
    Path folder;

    @Test
    void aPlanIsWorkedThroughWithTwoReadersAtOnce() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 4);
            Desk.tokens(folder.resolve("foreign"), 1);
            var rows = new ArrayList<Row>();
            var owners = new HashMap<Cuid, String>();
            for (int i = 0; i < 4; i++) {
                rows.add(new Row(Optional.of(cuids.get(i)), Task.ENROLL, Optional.of("user" + (i + 1)), Optional.empty()));
                owners.put(cuids.get(i), "user" + (i + 1));
            }
            var plan = new Plan(rows);
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD); var stack = new CardStack(desk.soft, tokens, 2); var _ = stack.serve(run)) {
                var end = run.run(Desk.context());
                assertEquals(new RunState.Counts(4, 4, 0, 0, 0, 0), end.counts(), end.toString());
                assertTrue(end.finished());
                assertEquals(List.of("Virtual reader 1", "Virtual reader 2"), end.rows().stream().map(RowState::reader).distinct().sorted().toList());
            }
            office.agrees(tokens, owners);
        }
    }

    /** Hands that put one card after the other into one reader and take each out when the sign says so. */
    private static void feed(Desk desk, BatchRun run, List<Path> cards, Context context) throws Exception {
        var why = new AtomicReference<EscException>();
        try (var stack = new CardStack(desk.soft, cards, 1, desk.soft::put); var _ = stack.serve(run)) {
            try {
                run.run(context);
            } catch (EscException e) {
                why.set(e);
            }
        }
        if (why.get() != null) {
            throw why.get();
        }
    }

    @Test
    void aCardThatComesWhileTheReadersAreLookedAtIsServedAtOnce() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            Desk.tokens(tokens, 1);
            desk.soft.addReader("reader");
            var waits = new ArrayList<Long>();
            try (var run = desk.begin(new Plan(List.of(row(null, Task.FORMAT, "user1"))), office.args(), BatchOptions.STANDARD)) {
                // asked in each look, after the readers were listed
                run.endWhenNoMore(() -> {
                    if (waits.isEmpty()) {
                        try {
                            desk.soft.put("reader", files(tokens).getFirst());
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }
                    waits.add(ManagementFactory.getThreadMXBean().getThreadInfo(Thread.currentThread().threadId()).getWaitedCount());
                    return true;
                });
                assertTrue(run.run(Desk.context()).finished());
            }
            assertEquals(waits.get(0), waits.get(1), "how often the run had waited by its first and its second look");
        }
    }

    private static Row row(Cuid cuid, Task task, String user) {
        return new Row(Optional.ofNullable(cuid), task, Optional.of(user), Optional.empty());
    }

    private static List<Path> files(Path folder) throws Exception {
        return CardStack.tokens(folder);
    }

    @Test
    void rowsForAnyCardTakeBlankOnesAndOthersAreRefusedAndNotTouched() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 3);
            var files = files(tokens);
            var first = new Plan(List.of(row(null, Task.ENROLL, "user1")));
            try (var run = desk.begin(first, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, List.of(files.get(0)), Desk.context());
                assertEquals(Optional.of(cuids.get(0)), run.state().rows().getFirst().cuid());
            }
            var before = Office.onCard(files.get(0));
            // somebody's token comes first, then one that is done, then one too many
            Path second = folder.resolve("second.csv");
            var plan = new Plan(List.of(row(null, Task.ENROLL, "user2")));
            try (var run = desk.batches.begin(plan, second, Optional.empty(), BatchOptions.STANDARD, office.args(), Desk.link(), Optional.empty())) {
                feed(desk, run, List.of(files.get(0), files.get(1)), Desk.context());
                var end = run.state();
                assertEquals(Optional.of(cuids.get(1)), end.rows().getFirst().cuid());
                assertEquals(1, end.refused().size());
                assertTrue(end.refused().getFirst().why().contains("somebody's token"), end.refused().toString());
            }
            assertEquals(before, Office.onCard(files.get(0)));
            // a card that is not named
            Path third = folder.resolve("third.csv");
            var named = new Plan(List.of(row(cuids.get(1), Task.FORMAT, "user2")));
            try (var run = desk.batches.begin(named, third, Optional.empty(), BatchOptions.STANDARD, office.args(), Desk.link(), Optional.empty())) {
                feed(desk, run, List.of(files.get(2), files.get(1)), Desk.context());
                assertEquals("This card is not in the plan.", run.state().refused().getFirst().why());
                assertTrue(run.state().finished());
            }
            assertEquals(Optional.empty(), office.tms.tokens().find(cuids.get(2)));
            // --replace
            Path fourth = folder.resolve("fourth.csv");
            var any = new Plan(List.of(row(null, Task.FORMAT, "user1")));
            try (var run = desk.batches.begin(any, fourth, Optional.empty(), BatchOptions.STANDARD.replacing(), office.args(), Desk.link(), Optional.empty())) {
                feed(desk, run, List.of(files.get(0)), Desk.context());
                assertTrue(run.state().finished());
            }
            assertEquals(TokenState.FORMATTED, office.tms.tokens().find(cuids.get(0)).orElseThrow().state());
        }
    }

    @Test
    void aCardWithSeveralRowsGetsThemInOrderInOneGo() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuid = Desk.tokens(tokens, 1).getFirst();
            var plan = new Plan(List.of(row(cuid, Task.FORMAT, "user1"), row(cuid, Task.ENROLL, "user1"), row(cuid, Task.RE_KEY, "user1")));
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
                var end = run.state();
                assertEquals(3, end.counts().done(), end.rows().toString());
                assertTrue(end.rows().get(2).notes().contains("The card's keys were the server's newest already."), end.rows().get(2).toString());
            }
            office.agrees(tokens, Map.of(cuid, "user1"));
        }
    }

    @Test
    void reKeyGivesCardsTheServersNewestKeysWhateverTheirState() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 2);
            var plan = new Plan(List.of(row(cuids.get(0), Task.ENROLL, "user1"), row(cuids.get(1), Task.FORMAT, "user2")));
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
                assertEquals(List.of("01", "01"), run.state().rows().stream().map(RowState::keysAfter).toList());
            }
            office.tms.keys().create(2, KeyType.DES3, 128, Diversification.VISA2);
            Path second = folder.resolve("second.csv");
            var rekey = new Plan(List.of(row(cuids.get(0), Task.RE_KEY, "user1"), row(cuids.get(1), Task.RE_KEY, "user2")));
            try (var run = desk.batches.begin(rekey, second, Optional.empty(), BatchOptions.STANDARD, office.args(), Desk.link(), Optional.empty())) {
                feed(desk, run, files(tokens), Desk.context());
                var rows = run.state().rows();
                assertEquals(List.of("01", "01"), rows.stream().map(RowState::keysBefore).toList());
                assertEquals(List.of("02", "02"), rows.stream().map(RowState::keysAfter).toList());
                assertEquals("Enrolled again with the server's newest card keys.", rows.get(0).message());
                assertEquals("Formatted with the server's newest card keys.", rows.get(1).message());
            }
            assertEquals(TokenState.ACTIVE, office.tms.tokens().find(cuids.get(0)).orElseThrow().state());
            assertEquals(TokenState.FORMATTED, office.tms.tokens().find(cuids.get(1)).orElseThrow().state());
            assertEquals(Office.onCard(files(tokens).getFirst()), office.valid());
        }
    }

    @Test
    void retireWipesTheCardAndEndsItsRecord() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 2);
            var plan = new Plan(List.of(row(cuids.get(0), Task.ENROLL, "user1"), row(cuids.get(1), Task.ENROLL, "user2")));
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
            }
            Path second = folder.resolve("second.csv");
            var retire = new Plan(List.of(row(cuids.get(0), Task.RETIRE, "user1")));
            try (var run = desk.batches.begin(retire, second, Optional.empty(), BatchOptions.STANDARD, office.args(), Desk.link(), Optional.of(office.records()))) {
                feed(desk, run, List.of(files(tokens).get(0)), Desk.context());
                assertEquals(List.of("The server's record is terminated."), run.state().rows().getFirst().notes());
            }
            assertEquals(TokenState.TERMINATED, office.tms.tokens().find(cuids.get(0)).orElseThrow().state());
            assertEquals(Set.of(), Office.onCard(files(tokens).get(0)));
            // without a sign-in it says what is left to do
            Path third = folder.resolve("third.csv");
            var other = new Plan(List.of(row(cuids.get(1), Task.RETIRE, "user2")));
            try (var run = desk.batches.begin(other, third, Optional.empty(), BatchOptions.STANDARD, office.args(), Desk.link(), Optional.empty())) {
                feed(desk, run, List.of(files(tokens).get(1)), Desk.context());
                assertTrue(run.state().rows().getFirst().notes().getFirst().contains("end it there"), run.state().rows().toString());
            }
            assertEquals(Set.of(), office.valid());
        }
    }

    @Test
    void aWrongPasswordEndsTheRunAtTheFirstRowAndIsTriedOnce() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 3);
            var plan = new Plan(cuids.stream().map(c -> row(c, Task.ENROLL, "user1")).toList());
            var asked = new AtomicInteger();
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                var e = assertThrows(EscException.class, () -> feed(desk, run, files(tokens), Desk.context(() -> {
                    asked.incrementAndGet();
                    return "wrong";
                }, new Cancel())));
                assertEquals(Fault.LOGIN, e.fault());
                assertEquals(1, asked.get());
                assertEquals(3, run.state().counts().open(), "the row is not spent: " + run.state().counts());
            }
            try (var run = desk.resume(plan, office.args(), BatchOptions.STANDARD)) {
                // now one user for three tokens: the server takes one only
                feed(desk, run, files(tokens), Desk.context());
                var end = run.state();
                assertEquals(1, end.counts().done());
                assertEquals(List.of(34, 34), end.rows().stream().filter(r -> r.state() == RowState.State.FAILED).map(RowState::endOp).toList(),
                        end.rows().toString());
                var again = end.failed().orElseThrow();
                assertEquals(2, again.rows().size());
            }
        }
    }

    @Test
    void tooManyFailuresInARowEndTheRun() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 4);
            var plan = new Plan(cuids.stream().map(c -> new Row(Optional.of(c), Task.FORMAT, Optional.of("user1"), Optional.empty())).toList());
            for (Cuid c : cuids) {
                office.tms.tokens().add(c);
                office.tms.tokens().changeState(c, TokenState.PERM_LOST);
            }
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD.failing(2, 0))) {
                var e = assertThrows(EscException.class, () -> feed(desk, run, files(tokens), Desk.context()));
                assertEquals("too-many-failures", e.problem().code());
                assertEquals(2, run.state().counts().failed());
                assertEquals(2, run.state().counts().open());
            }
        }
    }

    @Test
    void noServerEndsTheRunAndSpendsNoRow() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuid = Desk.tokens(tokens, 1).getFirst();
            var plan = new Plan(List.of(row(cuid, Task.ENROLL, "user1")));
            int nobody;
            try (var s = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
                nobody = s.getLocalPort();
            }
            var away = Desk.server(java.net.URI.create("https://localhost:" + nobody + "/tps/tps"), office.tms.caFile());
            try (var run = desk.begin(plan, away, BatchOptions.STANDARD.failing(5, 1))) {
                var e = assertThrows(EscException.class, () -> feed(desk, run, files(tokens), Desk.context()));
                assertEquals(Fault.NETWORK, e.fault());
                assertEquals(RowState.State.OPEN, run.state().rows().getFirst().state());
                assertEquals(2, run.state().rows().getFirst().attempts());
            }
            var untrusted = Desk.server(office.server.secureTps(), folder.resolve("token-journal"));
            Files.createDirectories(folder.resolve("token-journal"));
            try (var run = desk.resume(plan, untrusted, BatchOptions.STANDARD)) {
                assertThrows(EscException.class, () -> feed(desk, run, files(tokens), Desk.context()));
                assertEquals(RowState.State.OPEN, run.state().rows().getFirst().state());
            }
            try (var run = desk.resume(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
                assertTrue(run.state().finished());
            }
            office.agrees(tokens, Map.of(cuid, "user1"));
        }
    }

    @Test
    void aRunGoesOnOnlyWithItsPlanToWhichRowsMayHaveBeenAdded() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 2);
            var plan = new Plan(List.of(row(cuids.get(0), Task.FORMAT, "user1")));
            desk.begin(plan, office.args(), BatchOptions.STANDARD).close();
            assertEquals("unfinished-run", assertThrows(EscException.class, () -> desk.begin(plan, office.args(), BatchOptions.STANDARD)).problem().code());
            var other = new Plan(List.of(row(cuids.get(1), Task.FORMAT, "user1")));
            var e = assertThrows(EscException.class, () -> desk.resume(other, office.args(), BatchOptions.STANDARD));
            assertEquals("plan-changed", e.problem().code());
            assertTrue(e.getMessage().contains("row 1 has changed"), e.getMessage());
            var longer = new Plan(List.of(plan.rows().getFirst(), row(cuids.get(1), Task.FORMAT, "user2")));
            try (var run = desk.resume(longer, office.args(), BatchOptions.STANDARD)) {
                assertEquals("run-in-use", assertThrows(EscException.class, () -> desk.resume(longer, office.args(), BatchOptions.STANDARD)).problem().code());
                feed(desk, run, files(tokens), Desk.context());
                assertEquals(2, run.state().counts().done());
            }
            assertEquals("plan-changed", assertThrows(EscException.class, () -> desk.resume(plan, office.args(), BatchOptions.STANDARD)).problem().code());
            assertEquals(List.of(2), desk.batches.recent().stream().map(r -> r.counts().done()).toList());
            // it is finished, so another one may begin
            desk.begin(plan, office.args(), BatchOptions.STANDARD).close();
            assertEquals(2, Batches.journals(folder.resolve("plan.csv")).size());
        }
    }

    @Test
    void aRunThatWasKilledBehindTheServersEndFindsTheRowDone() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuid = Desk.tokens(tokens, 1).getFirst();
            var plan = new Plan(List.of(row(cuid, Task.ENROLL, "user1")));
            // the disk is full when the end is to be noted
            desk.batches.disk(disk -> new RunLog.Disk() {
                @Override
                public void append(byte[] bytes) throws IOException {
                    if (new String(bytes, StandardCharsets.UTF_8).contains("\tend\t")) {
                        throw new IOException("No space left on device");
                    }
                    disk.append(bytes);
                }

                @Override
                public void cut(long length) throws IOException {
                    disk.cut(length);
                }

                @Override
                public void close() throws IOException {
                    disk.close();
                }
            });
            var options = BatchOptions.STANDARD.randomPins(folder.resolve("letters.csv"));
            try (var run = desk.begin(plan, office.args(), options)) {
                var e = assertThrows(EscException.class, () -> feed(desk, run, files(tokens), Desk.context()));
                assertEquals("file-unwritable", e.problem().code());
            }
            var before = office.valid();
            desk.batches.disk(d -> d);
            try (var run = desk.resume(plan, office.args(), options)) {
                assertEquals(RowState.State.INTERRUPTED, run.state().rows().getFirst().state());
                feed(desk, run, files(tokens), Desk.context());
                var row = run.state().rows().getFirst();
                assertEquals(RowState.State.DONE, row.state());
                assertEquals(1, row.attempts(), "it was not done twice");
                assertTrue(row.notes().getFirst().contains("nothing was done again"), row.notes().toString());
                assertEquals(2, row.certificates().size());
            }
            assertEquals(before, office.valid());
            office.agrees(tokens, Map.of(cuid, "user1"));
        }
    }

    @Test
    void whatTheServerNotedButNobodyHeardIsSeenInItsRecord() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuid = Desk.tokens(tokens, 1).getFirst();
            var plan = new Plan(List.of(row(cuid, Task.ENROLL, "user1")));
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
            }
            // as if this program had been killed just before the server's end came: neither journal knows of it
            Path journal = Batches.journal(folder.resolve("plan.csv"));
            var lines = Files.readAllLines(journal);
            Files.writeString(journal, String.join("\n", lines.stream().filter(l -> !l.contains("\tend\t")).toList()) + "\n");
            Path tokenJournal = folder.resolve("token-journal").resolve(cuid + ".journal");
            Files.writeString(tokenJournal, Files.readString(tokenJournal).replace("finished", "started"));
            var before = office.valid();
            try (var run = desk.batches.resume(Optional.of(plan), folder.resolve("plan.csv"), journal, BatchOptions.STANDARD, office.args(), Desk.link(),
                    Optional.of(office.records()))) {
                feed(desk, run, files(tokens), Desk.context());
                assertEquals(1, run.state().rows().getFirst().attempts());
                assertTrue(run.state().rows().getFirst().notes().getFirst().startsWith("The server's record and the card agree"));
            }
            assertEquals(before, office.valid());
        }
    }

    @Test
    void cancellingFinishesTheCardAndTakesNoOther() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuids = Desk.tokens(tokens, 2);
            var plan = new Plan(List.of(row(cuids.get(0), Task.ENROLL, "user1"), row(cuids.get(1), Task.ENROLL, "user2")));
            var cancel = new Cancel();
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                run.subscribe(e -> {
                    if (e instanceof BatchEvent.SignChanged(Sign s) && s.kind() == Sign.Kind.WAIT && s.percent() > 10) {
                        cancel.cancel();
                    }
                });
                feed(desk, run, files(tokens), Desk.context(() -> Desk.PASSWORD, cancel));
                assertEquals(new RunState.Counts(2, 1, 0, 0, 0, 1), run.state().counts());
            }
            assertEquals(Optional.empty(), office.tms.tokens().find(cuids.get(1)));
        }
    }

    @Test
    void theReportHoldsNothingThatAPageWouldRun() throws Exception {
        try (var office = new Office(folder.resolve("tms")); var desk = new Desk(folder)) {
            Path tokens = folder.resolve("tokens");
            var cuid = Desk.tokens(tokens, 1).getFirst();
            // the server has the last word about the profile, so any words will do
            var plan = new Plan(List.of(new Row(Optional.of(cuid), Task.FORMAT, Optional.of("user1"), Optional.of("<script>alert(1)</script>")),
                    new Row(Optional.of(cuid), Task.FORMAT, Optional.of("user1"), Optional.of("=1+1"))));
            try (var run = desk.begin(plan, office.args(), BatchOptions.STANDARD)) {
                feed(desk, run, files(tokens), Desk.context());
                String html = Report.of(run.state(), Report.Format.HTML);
                assertFalse(html.contains("<script"), html);
                assertTrue(html.contains("&lt;script&gt;"));
                assertFalse(html.contains("://"), "it needs nothing else");
                assertTrue(Report.of(run.state(), Report.Format.CSV).contains("'=1+1"));
                var json = com.google.gson.JsonParser.parseString(Report.of(run.state(), Report.Format.JSON)).getAsJsonObject();
                assertEquals("done", json.getAsJsonArray("rows").get(0).getAsJsonObject().get("state").getAsString());
                assertEquals(2, json.getAsJsonObject("counts").get("done").getAsInt());
            }
        }
    }
}
