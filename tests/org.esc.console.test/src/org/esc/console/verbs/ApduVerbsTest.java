// SPDX-License-Identifier: EPL-2.0
package org.esc.console.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.card.Readers;
import org.esc.command.Unfinished;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.console.CardConsoles;
import org.esc.console.Step;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.trace.TraceLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ApduVerbsTest {

    private static final String SELECT = "00A4040009A0000003080000100000";

    @TempDir
    private Path folder;
    private final SoftReaders soft = new SoftReaders();
    private final TraceLog trace = new TraceLog();
    private final Person person = new Person();
    private CardConsoles consoles;

    @BeforeEach
    void plug() {
        soft.plug("reader", SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()));
        var readers = new Readers();
        readers.addProvider(soft);
        readers.addObserver(trace);
        consoles = new CardConsoles(readers, new KeySets(Optional.empty(), Optional.empty(), _ -> null), new Channels(folder.resolve("tries")), trace);
    }

    @AfterEach
    void unplug() {
        soft.unplugAll();
    }

    private Path file(String name, String... lines) throws Exception {
        return Files.writeString(folder.resolve(name), String.join("\n", lines));
    }

    /** Runs a verb with arguments as {@code name=value}. */
    private <R extends Record> R run(Verb<?, R> verb, String... arguments) throws EscException {
        var given = new HashMap<String, List<String>>();
        for (String a : arguments) {
            int eq = a.indexOf('=');
            given.merge(a.substring(0, eq), List.of(a.substring(eq + 1)), (x, y) -> java.util.stream.Stream.concat(x.stream(), y.stream()).toList());
        }
        return Verbs.run(verb, given, person.context());
    }

    private static <R extends Record> String printed(Verb<?, R> verb, R result) {
        var s = new StringWriter();
        var out = new PrintWriter(s);
        verb.print(result, out);
        out.flush();
        return s.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void commandsOfTheCommandLineGoOutAsTheyAre() throws Exception {
        var verb = new ApduVerbs.Send(consoles, soft);
        var r = run(verb, "commands=" + SELECT, "commands=00:CA:00:7E:00");
        assertEquals(2, r.exchanges());
        assertEquals(Optional.of("reader"), r.reader());
        assertEquals(List.of(SELECT, "00CA007E00"), trace.entries().stream().map(e -> e.command().toString()).toList());
        assertEquals("console:apdu send", trace.entries().getFirst().origin().toString());
        assertTrue(printed(verb, r).startsWith("   1  > " + SELECT + "\n      < 61"), printed(verb, r));
        assertTrue(printed(verb, r).endsWith("2 commands sent.\n"), printed(verb, r));
        assertEquals(List.of(), person.told);
        run(verb, "commands=0020008008313233343536FFFF");
        assertEquals(1, person.told.size(), "a PIN on the command line can be seen by others");
    }

    @Test
    void anAnswerThatIsNotAsExpectedFailsAndShowsWhatWasSent() {
        var verb = new ApduVerbs.Send(consoles, soft);
        var e = assertThrows(Unfinished.class, () -> run(verb, "commands=" + SELECT, "commands=00CA007E00", "commands=00CA006E00", "expect=9000"));
        assertEquals("expectation-failed", e.problem().code());
        assertEquals(3, e.fault().exit());
        var r = (ApduVerbs.Result) e.result();
        assertEquals(2, r.exchanges());
        assertEquals(1, r.failures());
        assertTrue(printed(verb, r).contains("! Expected 9000"), printed(verb, r));
    }

    @Test
    void whatIsNoCommandIsRefusedBeforeAnythingIsSent() {
        var verb = new ApduVerbs.Send(consoles, soft);
        assertEquals("bad-apdu", assertThrows(EscException.class, () -> run(verb, "commands=" + SELECT, "commands=00A")).problem().code());
        assertEquals("bad-script", assertThrows(EscException.class, () -> run(verb, "commands=00A4")).problem().code());
        assertEquals("bad-script", assertThrows(EscException.class, () -> run(verb, "commands=" + SELECT, "expect=9000\nreset")).problem().code());
        assertEquals("usage", assertThrows(EscException.class, () -> run(verb)).problem().code());
        assertEquals(List.of(), trace.entries());
    }

    @Test
    void aScriptRunsWithItsParameters() throws Exception {
        var verb = new ApduVerbs.Run(consoles, soft);
        String script = file("a.apdu", "param aid = A000000003000000", "select aid", "expect 9000", "log \"aid\" aid").toString();
        var r = run(verb, "file=" + script, "set=aid=A00000030800001000");
        assertEquals("aid A00000030800001000", r.steps().getLast().text());
        assertEquals(script, r.steps().getLast().place().file());
        assertEquals("bad-script", assertThrows(EscException.class, () -> run(verb, "file=" + script, "set=other=00")).problem().code());
        assertEquals("usage", assertThrows(EscException.class, () -> run(verb, "file=" + script, "set=aid")).problem().code());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> run(verb, "file=" + folder.resolve("none"))).problem().code());
    }

    @Test
    void aDryRunSendsNothingAndNeedsNoCard() throws Exception {
        soft.unplugAll();
        var verb = new ApduVerbs.Run(consoles, soft);
        String script = file("a.apdu", "select A00000030800001000", "ask PIN as pin", "repeat 3", "verify 80 pad(pin, 8, FF)", "end", "> 0020008008313233343536FFFF").toString();
        var r = run(verb, "file=" + script, "dryRun=");
        assertTrue(r.dryRun());
        String text = printed(verb, r);
        assertEquals("""
                   1  select A00000030800001000
                      = %s
                   2  ask PIN as pin
                   3  repeat 3
                   4    verify 80 pad(pin, 8, FF)
                   6  > 0020008008****************
                Nothing was sent.
                """.formatted(SELECT), text);
        assertEquals(List.of(), person.forms);
    }

    @Test
    void itGoesOnIfAskedTo() throws Exception {
        var verb = new ApduVerbs.Run(consoles, soft);
        String script = file("a.apdu", "> 00CA007E00", "expect 9000", "> 00CA006E00", "expect 9000").toString();
        assertEquals(1, ((ApduVerbs.Result) assertThrows(Unfinished.class, () -> run(verb, "file=" + script)).result()).exchanges());
        var all = (ApduVerbs.Result) assertThrows(Unfinished.class, () -> run(verb, "file=" + script, "keepGoing=")).result();
        assertEquals(2, all.exchanges());
        assertEquals(2, all.failures());
    }

    @Test
    void ofManyStepsTheLastAreKept() throws Exception {
        var r = run(new ApduVerbs.Run(consoles, soft), "file=" + file("a.apdu", "for n in 1 .. 12000", "log n", "end"));
        assertEquals(10_000, r.steps().size());
        assertEquals(14_000, r.leftOut());
        assertEquals("12000", r.steps().getLast().text());
        assertEquals(Step.Kind.LOG, r.steps().getLast().kind());
    }

    @Test
    void scriptsOfOtherProgramsRunAndAreConverted() throws Exception {
        String theirs = file("s.txt", "# PIV", "00 A4 04 00 09 A0 00 00 03 08 00 00 10 00 00", "reset").toString();
        var r = run(new ApduVerbs.Run(consoles, soft), "file=" + theirs, "dialect=scriptor");
        assertEquals(SELECT, trace.entries().getLast().command().toString());
        assertEquals(3, r.steps().getLast().place().line());
        Path out = folder.resolve("out.apdu");
        var verb = new ApduVerbs.Convert();
        var c = run(verb, "file=" + theirs, "dialect=scriptor", "output=" + out);
        assertEquals("# PIV\n> " + SELECT + "\nreset\n", Files.readString(out));
        assertTrue(printed(verb, c).startsWith("3 lines written"), printed(verb, c));
        assertEquals("file-exists", assertThrows(EscException.class, () -> run(verb, "file=" + theirs, "dialect=scriptor", "output=" + out)).problem().code());
        assertEquals("file-exists", assertThrows(EscException.class, () -> run(verb, "file=" + theirs, "dialect=scriptor", "output=" + folder, "force=")).problem().code());
        assertEquals("file-unwritable", assertThrows(EscException.class, () -> run(verb, "file=" + theirs, "dialect=scriptor",
                "output=" + folder.resolve("no/such"))).problem().code());
        run(verb, "file=" + file("o.sh", "opensc-tool -s 00:CA:00:6E:00"), "dialect=opensc-tool", "output=" + out, "force=");
        assertEquals("auto-response on\n> 00CA006E00\n", Files.readString(out));
        try (var left = Files.list(folder)) {
            assertFalse(left.anyMatch(p -> p.toString().endsWith(".part")));
        }
    }

    @Test
    void whatCannotBeConvertedIsReportedAndNotRun() throws Exception {
        String theirs = file("g.txt", "establish_context", "install -file a.cap").toString();
        Path out = folder.resolve("out.apdu");
        var verb = new ApduVerbs.Convert();
        var e = assertThrows(Unfinished.class, () -> run(verb, "file=" + theirs, "dialect=gpshell", "output=" + out));
        assertEquals("not-converted", e.problem().code());
        assertEquals(2, e.fault().exit());
        assertEquals(2, ((ApduVerbs.Convert.Converted) e.result()).lost().getFirst().place().line());
        assertTrue(printed(verb, (ApduVerbs.Convert.Converted) e.result()).contains("Not converted: " + theirs + ":2:1: The file a.cap cannot be read. It is looked for in the script's folder."));
        assertEquals("bad-script", assertThrows(EscException.class, () -> run(new ApduVerbs.Run(consoles, soft), "file=" + theirs, "dialect=gpshell")).problem().code());
        assertEquals(List.of(), trace.entries());
        assertEquals("script-failed", assertThrows(EscException.class, () -> run(new ApduVerbs.Run(consoles, soft), "file=" + out)).problem().code());
    }
}
