// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.command.Cancel;
import org.esc.trace.Interpreter;
import org.esc.trace.analysis.Finding.Severity;
import org.junit.jupiter.api.Test;

class FindingsTest {

    private static final String PIN = "00200080083132333435FFFFFF";
    private static final List<FindingRule> ALL = List.of(new PinRules.InClear(), new PinRules.Tries(), new PinRules.KeypadUnused(),
            new CommandRules.RetryStorm(), new CommandRules.Probing(), new CommandRules.Slow(), new CommandRules.LongerThanLe(),
            new CommandRules.WrongLength(), new CommandRules.Unknown(), new CommandRules.NoAnswer(), new ChannelRules.OldProtocol(),
            new ChannelRules.FactoryKeys(), new ChannelRules.MacFailure(), new ChannelRules.LogicalChannels(), new ChannelRules.LeftOpen(),
            new CardRules.ResetInTheMiddle(), new CardRules.SharedSession(), new CardRules.LifeCycle(), new CardRules.ExtendedLength());

    private static List<Finding> all(Built t) throws EscException {
        var f = new Findings();
        ALL.forEach(f::addRule);
        return f.of(t, List.of(), new Cancel());
    }

    private static List<Finding> of(String rule, Built t) throws EscException {
        assertTrue(ALL.stream().anyMatch(r -> r.id().equals(rule)), rule);
        return all(t).stream().filter(f -> f.rule().equals(rule)).toList();
    }

    private static void finds(String rule, Severity severity, String what, List<Long> where, Built t) throws EscException {
        var found = of(rule, t);
        assertEquals(1, found.size(), found.toString());
        Finding f = found.getFirst();
        assertEquals(severity, f.severity());
        assertTrue(f.what().contains(what), f.what());
        assertEquals(where, f.where());
        assertEquals(where.size(), f.times());
        assertFalse(f.advice().isEmpty());
        assertTrue(f.what().endsWith("."), f.what());
    }

    private static void nothing(String rule, Built t) throws EscException {
        assertEquals(List.of(), of(rule, t));
    }

    /** A secure channel that is opened: INITIALIZE UPDATE and EXTERNAL AUTHENTICATE. */
    private static Built channel(Built t, int protocol, int version, int level, String sw) {
        return t.add("8050000008010203040506070800", "00".repeat(10) + Hex.of(version) + Hex.of(protocol) + "00".repeat(16) + "9000")
                .add("8482" + Hex.of(level) + "0010" + "00".repeat(16), sw);
    }

    @Test
    void pinInClear() throws Exception {
        finds("pin-in-clear", Severity.NOTE, "in clear", List.of(1L, 2L), new Built().add(PIN, "9000").add(PIN, "63C2"));
        finds("pin-in-clear", Severity.WARNING, "contactless", List.of(1L), new Built().card(1, "X", Built.ATR, "T=CL").add(PIN, "9000"));
        finds("pin-in-clear", Severity.WARNING, "contactless", List.of(1L),
                new Built().card(1, "X", Atr.of("3B8180018080"), "T=1").add(PIN, "9000"));
        finds("pin-in-clear", Severity.WARNING, "server", List.of(1L), new Built().by(Origin.server("h")).add(PIN, "9000"));
        // wrapped by a channel that only adds MACs
        finds("pin-in-clear", Severity.NOTE, "in clear", List.of(3L),
                channel(new Built(), 3, 1, 1, "9000").wrapped("84200080100000000000000000" + "00".repeat(8), "9000", PIN, "9000"));
        nothing("pin-in-clear", channel(new Built(), 3, 1, 3, "9000").wrapped("84200080180000000000000000" + "00".repeat(16), "9000", PIN, "9000"));
        nothing("pin-in-clear", new Built().add("00200080", "63C3").keypad("0020008008FFFFFFFFFFFFFFFF", "9000").add("0C200080083132333435FFFFFF", "9000")
                .add("00A4040007A0000000010000", "9000"));
    }

    @Test
    void triesRunningOut() throws Exception {
        finds("tries", Severity.WARNING, "VERIFY of reference 80 has 2 tries left", List.of(1L), new Built().add(PIN, "63C2"));
        finds("tries", Severity.WARNING, "1 try left", List.of(2L), new Built().add(PIN, "63C3").add(PIN, "63C1"));
        finds("tries", Severity.ERROR, "blocked", List.of(1L, 2L), new Built().add(PIN, "6983").add(PIN, "63C0"));
        nothing("tries", new Built().add(PIN, "63C3").add(PIN, "9000").add(PIN, ""));
    }

    @Test
    void keypadNotUsed() throws Exception {
        finds("keypad-unused", Severity.NOTE, "Reader X has a keypad", List.of(1L, 3L),
                new Built().add(PIN, "9000").keypad("0020008008FFFFFFFFFFFFFFFF", "9000").add(PIN, "9000"));
        nothing("keypad-unused", new Built().keypad("0020008008FFFFFFFFFFFFFFFF", "9000").card(2, "Other", Built.ATR, "T=1").add(PIN, "9000"));
        nothing("keypad-unused", new Built().add(PIN, "9000"));
    }

    @Test
    void retryStorms() throws Exception {
        var t = new Built();
        for (int i = 0; i < 7; i++) {
            t.add("00B0000010", "6982");
        }
        finds("retry-storm", Severity.WARNING, "READ BINARY", List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), t);
        var twice = new Built();
        for (int i = 0; i < 12; i++) {
            twice.add("00B0000010", i == 6 ? "9000" : "6982");
        }
        finds("retry-storm", Severity.WARNING, "READ BINARY", List.of(1L, 2L, 3L, 4L, 5L, 6L, 8L, 9L, 10L, 11L, 12L), twice);
        var changing = new Built();
        for (int i = 0; i < 20; i++) {
            changing.add("00B0000" + i % 2 + "10", "6982").add("00B0000000", i % 2 == 0 ? "9000" : "6B00").session(i % 4);
        }
        nothing("retry-storm", changing);
    }

    @Test
    void probing() throws Exception {
        var t = new Built().by(Origin.probe("cac"));
        for (int i = 0; i < 9; i++) {
            t.add("00A4040007A00000000100" + Hex.of(i), i % 2 == 0 ? "6A82" : "6A88");
        }
        finds("probing", Severity.NOTE, "probe:cac", List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), t);
        var shared = new Built();
        for (int i = 0; i < 14; i++) {
            shared.session(i % 2).add("00A4040007A00000000100" + Hex.of(i), "6A82");
        }
        nothing("probing", shared);
    }

    @Test
    void slowCommands() throws Exception {
        var t = new Built();
        for (int i = 0; i < 20; i++) {
            t.add("00B0000010", "9000");
        }
        t.lasting(Duration.ofMillis(1500)).add("00B0000010", "9000").add("00470000", "9000");
        finds("slow", Severity.WARNING, "READ BINARY took 1.5 s; it usually takes 10 ms", List.of(21L), t);
        var always = new Built().lasting(Duration.ofSeconds(2));
        for (int i = 0; i < 20; i++) {
            always.add("00470000", "9000");
        }
        nothing("slow", always);
        nothing("slow", new Built().untimed("00B0000010", "9000"));
    }

    @Test
    void lengths() throws Exception {
        finds("longer-than-le", Severity.WARNING, "asks for 2 bytes at most, the card answers with 3", List.of(1L),
                new Built().add("00B0000002", "0102039000"));
        nothing("longer-than-le", new Built().add("00B0000002", "01029000").add("00B0000000", "00".repeat(256) + "9000").add("00D60000", "019000"));

        finds("wrong-length", Severity.WARNING, "not sent again", List.of(1L), new Built().add("00B0000000", "6C10").add("00B0001000", "9000"));
        nothing("wrong-length", new Built().add("00B0000000", "6C10").session(2).add("00A40000", "9000").session(1)
                .add("00B0000010", "00".repeat(16) + "9000"));
        finds("wrong-length", Severity.WARNING, "one length after the other", List.of(1L, 2L, 3L, 4L),
                new Built().add("00B0000001", "6700").add("00B0000002", "6700").add("00B0000003", "6700").add("00B0000004", "6700"));
        nothing("wrong-length", new Built().add("00B0000001", "6700").add("00B0000002", "6700").add("00B0000102", "6700"));

        // historical bytes: capabilities without extended length, with it, and none
        var no = Atr.of("3B8580017300400000");
        String longer = "00D60000000003010203";
        finds("extended-length", Severity.WARNING, "extended length", List.of(1L),
                new Built().card(1, "X", Atr.of("3B058073000000"), "T=1").add(longer, "9000"));
        nothing("extended-length", new Built().card(1, "X", Atr.of("3B058073000040"), "T=1").add(longer, "9000"));
        nothing("extended-length", new Built().add(longer, "9000").card(1, "X", Atr.of("3B058073000000"), "T=1").add("00D60000010A", "9000"));
        nothing("extended-length", new Built().card(1, "X", no, "T=1").add(longer, "9000"));
    }

    @Test
    void unknownCommandsAndNoAnswers() throws Exception {
        finds("unknown-command", Severity.NOTE, "The card does not know VERIFY of application A0000000010000", List.of(2L),
                new Built().add("00A4040007A0000000010000", "9000").add(PIN, "6D00"));
        finds("unknown-command", Severity.NOTE, "Nobody here knows the command B0 99", List.of(1L), new Built().add("B0990000", "9000"));
        nothing("unknown-command", new Built().add(PIN, "9000").add("00A4040007A0000000010000", "6A82"));
        finds("no-answer", Severity.ERROR, "VERIFY was not answered: The card was removed.", List.of(1L), new Built().add(PIN, ""));
        nothing("no-answer", new Built().add(PIN, "6F00"));
    }

    @Test
    void secureChannels() throws Exception {
        finds("old-secure-channel", Severity.NOTE, "SCP02", List.of(3L), channel(new Built(), 2, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "9000"));
        finds("old-secure-channel", Severity.WARNING, "SCP01", List.of(3L), channel(new Built(), 1, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "9000")
                .add("84E400000A" + "00".repeat(10), "9000"));
        nothing("old-secure-channel", channel(new Built(), 3, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "9000"));

        finds("factory-keys", Severity.WARNING, "key version 255", List.of(2L), channel(new Built(), 2, 0xFF, 1, "9000"));
        nothing("factory-keys", channel(channel(new Built(), 2, 1, 1, "9000"), 2, 0xFF, 1, "6300"));

        finds("mac-failure", Severity.ERROR, "refuses to open", List.of(2L), channel(new Built(), 2, 1, 1, "6300"));
        finds("mac-failure", Severity.ERROR, "refuses the MAC of DELETE", List.of(3L),
                channel(new Built(), 2, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "6988"));
        finds("mac-failure", Severity.WARNING, "although it is wrapped", List.of(1L), new Built().add("84E400000A" + "00".repeat(10), "6982"));
        nothing("mac-failure", channel(new Built(), 2, 1, 1, "9000").add("80E400000A" + "00".repeat(10), "6982").add("84E400000A" + "00".repeat(10), "6A88"));

        finds("secure-channel-left-open", Severity.NOTE, "SCP02 level 01", List.of(3L),
                channel(new Built(), 2, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "9000"));
        nothing("secure-channel-left-open", channel(new Built(), 2, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "9000")
                .add("00A4040007A0000000010000", "9000"));
    }

    @Test
    void logicalChannels() throws Exception {
        finds("logical-channels", Severity.WARNING, "Logical channel 2 of session 1", List.of(2L),
                new Built().add("0070000001", "019000").add("0070000001", "029000").add("00708001", "9000"));
        finds("logical-channels", Severity.NOTE, "not opened", List.of(1L), new Built().add("00708001", "9000"));
        nothing("logical-channels", new Built().add("0070000001", "019000").add("00708001", "9000").add("0070000001", "6881"));
    }

    @Test
    void resetsInTheMiddle() throws Exception {
        finds("reset", Severity.WARNING, "in the middle of a chain", List.of(2L), new Built().add("10DB3FFF0100", "9000").session(2).add("00A40400", "9000"));
        finds("reset", Severity.WARNING, "an answer in pieces", List.of(2L), new Built().add("00CB3FFF00", "6110").session(2).add("00A40400", "9000"));
        finds("reset", Severity.WARNING, "a secure channel", List.of(4L),
                channel(new Built(), 2, 1, 1, "9000").add("84E400000A" + "00".repeat(10), "").session(2).add("00A40400", "9000"));
        finds("reset", Severity.WARNING, "within one session", List.of(2L),
                new Built().add("00A40400", "9000").card(1, "Reader X", Atr.of("3B81010A"), "T=1").add("00A40400", "9000"));
        nothing("reset", new Built().add("10DB3FFF0100", "9000").add("00DB3FFF0100", "9000").session(2).add("00A40400", "9000")
                .add("00CB3FFF00", "6110").card(3, "Other", Built.ATR, "T=1").add("00A40400", "9000"));
    }

    @Test
    void sharedSessions() throws Exception {
        finds("shared-session", Severity.NOTE, "verb:info goes on after verb:enroll succeeded with VERIFY", List.of(3L),
                new Built().add(PIN, "9000").by(Origin.probe("piv")).add("00A40400", "9000").by(Origin.verb("info")).add("00A40400", "9000")
                        .add("00B0000000", "9000"));
        nothing("shared-session", new Built().add(PIN, "63C2").by(Origin.verb("info")).add("00A40400", "9000"));
        nothing("shared-session", new Built().add(PIN, "9000").session(2).by(Origin.verb("info")).add("00A40400", "9000"));
    }

    @Test
    void lifeCycles() throws Exception {
        finds("life-cycle", Severity.ERROR, "terminated", List.of(1L), new Built().add("80F080FF", "9000"));
        finds("life-cycle", Severity.WARNING, "card is locked", List.of(1L), new Built().add("80F0807F", "9000"));
        finds("life-cycle", Severity.WARNING, "application is locked", List.of(1L), new Built().add("80F0408005A000000001", "9000"));
        finds("life-cycle", Severity.ERROR, "TERMINATE DF", List.of(1L), new Built().add("00E60000", "9000"));
        finds("life-cycle", Severity.ERROR, "TERMINATE CARD USAGE", List.of(1L), new Built().add("00FE0000", "9000"));
        finds("life-cycle", Severity.WARNING, "deactivated", List.of(1L), new Built().add("00040000", "9000"));
        nothing("life-cycle", new Built().add("80F080FF", "6985").add("80F0800F", "9000").add("80E602000011", "9000").add("80E80000", "9000")
                .add("80F0400705A000000001", "9000"));
    }

    @Test
    void theWorstComesFirst() throws Exception {
        var found = all(new Built().add("B0990000", "9000").add(PIN, "63C1").add(PIN, ""));
        assertEquals(List.of(Severity.ERROR, Severity.WARNING, Severity.NOTE, Severity.NOTE), found.stream().map(Finding::severity).toList());
        assertEquals(19, ALL.stream().map(FindingRule::id).distinct().count());
        for (FindingRule r : ALL) {
            assertTrue(r.id().matches("[a-z-]+"));
            assertFalse(r.title().isEmpty());
        }
    }

    @Test
    void aRuleThatFailsHidesNothing() {
        var f = new Findings();
        f.addRule(new PinRules.Tries());
        f.addRule(new FindingRule() {
            @Override
            public String id() {
                return "bad";
            }

            @Override
            public String title() {
                return "";
            }

            @Override
            public Watch begin() {
                return new Watch() {
                    @Override
                    public void row(Row row) {
                        throw new IllegalStateException();
                    }

                    @Override
                    public List<Finding> findings() {
                        return List.of();
                    }
                };
            }
        });
        var pass = f.begin(new Interpreter(List.of()));
        var t = new Built().add(PIN, "9000").add(PIN, "63C1");
        t.all().forEach(pass::entry);
        assertEquals(1, pass.findings().size());
        assertEquals(List.of("The rule bad ended at exchange 1: IllegalStateException."), pass.complaints());
    }

    @Test
    void cancelEndsIt() {
        var cancel = new Cancel();
        cancel.cancel();
        var e = assertThrows(EscException.class, () -> new Findings().of(new Built().add(PIN, "9000"), List.of(), cancel));
        assertEquals(Fault.CANCELLED, e.fault());
    }

    @Test
    void noiseIsNoTroubleAndBounded() throws Exception {
        var random = new Random(5);
        var f = new Findings();
        ALL.forEach(f::addRule);
        var pass = f.begin(new Interpreter(List.of()));
        for (int i = 0; i < 50_000; i++) {
            byte[] c = new byte[random.nextInt(12)];
            byte[] r = new byte[random.nextInt(6)];
            random.nextBytes(c);
            random.nextBytes(r);
            var t = new Built().card(random.nextInt(10_000), "R" + random.nextInt(3), Built.ATR, "").add(Hex.of(c), Hex.of(r));
            pass.entry(t.last().numbered(i));
        }
        assertEquals(List.of(), pass.complaints());
        assertTrue(pass.findings().size() <= 19 * 1000);
        assertTrue(pass.findings().stream().allMatch(x -> x.where().size() <= Finding.MOST_PLACES && x.times() >= x.where().size()));
    }
}
