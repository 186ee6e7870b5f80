// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;
import org.esc.command.Cancel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CardConsoleTest {

    private static final String PIV = "select A00000030800001000\nexpect 9000\n";
    private static final String PIN = "314159";
    private static final String PIN_BYTES = "333134313539";

    @TempDir
    private Path folder;

    private Bench piv() throws EscException {
        return new Bench(SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()), folder);
    }

    private Bench manager(int protocol) throws EscException {
        return new Bench(SoftCard.inMemory(CardSpec.standard().withScp(ScpVersion.usual(protocol)).withKey(1, KeySet.factoryKey()), new CoolKeyAppletFactory()), folder);
    }

    private static EscException fails(Bench b, String... lines) {
        return assertThrows(EscException.class, () -> b.run(lines));
    }

    @Test
    void nothingIsAddedUnlessTheScriptSaysSo() throws Exception {
        try (var b = piv()) {
            b.run(PIV, "get-data 7E", "> 00CB3FFF035C017E00");
            assertEquals(List.of("00A4040009A0000003080000100000", "00CA007E00", "00CB3FFF035C017E00"), b.sent);
            assertEquals("console:test", b.trace.entries().getFirst().origin().toString());
            assertEquals(List.of("SELECT", "GET DATA", "GET DATA"), b.seen().stream().map(Step.Seen::name).toList());
            assertFalse(b.seen().getFirst().automatic());
        }
    }

    @Test
    void theRulesOfTheTransportWorkWhenAskedForAndAreShown() throws Exception {
        try (var b = piv()) {
            // the attestation certificate has more than 256 bytes
            b.run(PIV, "get-data 5FFF01", "expect 61xx", "let first_part = data", "get-response", "expect 9000", "log length(first_part) + length(data)");
            assertEquals(3, b.sent.size());
            assertEquals("00C00000", b.sent.getLast().substring(0, 8));
            b.run("auto-response on", "get-data 5FFF01", "expect 9000", "log length(data)", "auto-response off", "get-data 5FFF01", "expect 61xx");
            assertEquals(b.said().getFirst(), b.said().getLast());
            assertEquals(List.of(false, false, false, false, true, false), b.seen().stream().map(Step.Seen::automatic).toList());
            assertEquals("transport:GET RESPONSE", b.trace.entries().get(4).origin().toString());
        }
    }

    @Test
    void commandsWhoseLengthsDoNotFitReachTheCardWhenAskedFor() throws Exception {
        try (var b = piv()) {
            b.run(">! 00A40400FF00", "log sw");
            assertEquals(List.of("00A40400FF00"), b.sent);
            assertTrue(b.said().getFirst().startsWith("6"), b.said().toString());
        }
    }

    @Test
    void answersAreComparedAndTheFirstThatIsNotAsExpectedEndsIt() throws Exception {
        try (var b = piv()) {
            b.run(PIV, "expect 9000|6A82", "expect 90xx", "expect x0??", "expect data 61...", "expect 9000 data 61??4F...|00");
            var e = fails(b, "> 00CA012300", "expect 9000", "reset");
            assertEquals("expectation-failed", e.problem().code());
            assertEquals(3, e.fault().exit());
            assertTrue(e.getMessage().startsWith("test:2:1: Expected 9000, but the card answered 6"), e.getMessage());
            assertTrue(e.problem().sw().isPresent());
            assertTrue(b.steps.stream().noneMatch(s -> s.text().contains("reset")));
            fails(b, PIV, "expect data 62...");
            fails(b, PIV, "expect 9000 data 61");
            assertEquals("no-answer-yet", assertThrows(EscException.class, () -> piv().run("expect 9000")).problem().code());
        }
    }

    @Test
    void itGoesOnIfAskedToAndFailsAllTheSame() throws Exception {
        try (var b = piv()) {
            var e = assertThrows(EscException.class, () -> b.run(true, "> 00CA012300", "expect 9000", "> 00CA012400", "expect 9000", "log \"end\""));
            assertTrue(e.getMessage().startsWith("test:2:1"), e.getMessage());
            assertEquals(List.of("end"), b.said());
            assertEquals(2, b.steps.stream().filter(s -> !s.ok()).count());
        }
    }

    @Test
    void namesHoldPartsOfAnswers() throws Exception {
        try (var b = piv()) {
            b.run(PIV, "let x = data[0..2]", "let y = tlv[4F]", "let z = x y \"A\" 0F", "let n = length(z) * 2 - 1", "log \"z\" z n sw data[0]",
                    "let w = tlv(53, x)", "log w w.tlv[53]", "log number(0100) byte(n) short(n)");
            assertEquals(List.of("z 6111000010000100410F 19 9000 61", "53026111 6111", "256 13 0013"), b.said());
            assertEquals("unexpected-length", fails(b, "> 00CA012300", "let x = data[0..2]").problem().code());
            assertEquals("no-data-object", fails(b, PIV, "let x = tlv[5FC105]").problem().code());
            assertEquals("bad-value", fails(b, "let n = (256)", "> 00B00000 byte(n)").problem().code());
            assertEquals("bad-value", fails(b, "let n = (922337203685)", "repeat 5", "let n = n * n", "end").problem().code());
            assertEquals("bad-value", fails(b, "let n = 1 / 0".replace("1 / 0", "(1 / 0)")).problem().code());
            assertEquals("bad-apdu", fails(b, "let v = 00A4", "> v").problem().code());
            assertEquals("no-value", fails(b, "> 00CA012300", "if sw == 9000", "let late = 01", "end", "log late").problem().code());
        }
    }

    @Test
    void aValueCannotGrowWithoutEnd() throws Exception {
        try (var b = piv()) {
            assertEquals("bad-value", fails(b, "let v = 00", "repeat 100", "let v = v v", "end").problem().code());
        }
    }

    @Test
    void blocksBranchAndRepeat() throws Exception {
        try (var b = piv()) {
            b.run("for n in 1 .. 3", "log n", "end", "for v in 01, 02 03, \"x\"", "log v", "end", "repeat 2", "log \"r\"", "end",
                    "let i = (0)", "while i < 3 max 10", "let i = i + 1", "end", "log i",
                    PIV, "if sw == 9000 and has tlv[4F] and not has tlv[5FC105]", "log \"yes\"", "else", "log \"no\"", "end",
                    "if length(data) == 0 or sw != 9000", "log \"yes\"", "else", "log \"no\"", "end", "stop", "fail \"never\"");
            assertEquals(List.of("1", "2", "3", "01", "0203", "78", "r", "r", "3", "yes", "no"), b.said());
            var e = fails(b, PIV, "while sw == 9000 max 2", "log \"w\"", "end");
            assertTrue(e.getMessage().contains("still holds after 2 rounds"), e.getMessage());
            assertEquals("script-failed", fails(b, "fail \"so\"").problem().code());
            assertEquals("bad-value", fails(b, "let n = (2000000)", "repeat n", "end").problem().code());
            assertEquals("bad-value", fails(b, "for n in 0 .. 99999999", "end").problem().code());
        }
    }

    @Test
    void secretsAreTypedAndSeenNowhere() throws Exception {
        try (var b = piv()) {
            b.person.answers.put("PIN", PIN);
            // a command that decoders take for harmless, one that nobody knows, and VERIFY
            b.run(PIV, "ask PIN \"the PIN\" as pin", "verify 80 pad(pin, 8, FF)", "expect 63Cx", "> 00DA0101 lc(pin)", "> 00EE0000 lc(01 pin 02) 00",
                    "log length(pin)");
            assertEquals("the PIN", b.person.forms.getFirst().fields().getFirst().name());
            assertTrue(b.sent.stream().filter(s -> s.contains(PIN_BYTES)).count() == 3, b.sent.toString());
            assertFalse(b.steps.toString().contains(PIN_BYTES), b.steps.toString());
            assertFalse(b.trace.show().toString().replace(" ", "").contains(PIN_BYTES), b.trace.show().toString());
            assertFalse(b.steps.toString().contains(PIN));
            assertTrue(b.seen().stream().anyMatch(s -> s.command().toString().equals("00DA010106" + "**".repeat(6))), b.seen().toString());
            assertTrue(b.seen().stream().anyMatch(s -> s.command().toString().equals("00EE00000801" + "**".repeat(6) + "0200")), b.seen().toString());
            // what comes later is seen again
            b.run("> 00CA007E00");
            assertEquals("00CA007E00", b.trace.entries().getLast().command().toString());
        }
    }

    @Test
    void aSecretThatStandsInTheScriptIsMaskedInWhatIsTold() throws Exception {
        try (var b = piv()) {
            b.run(PIV, "> 0020008008" + PIN_BYTES + "FFFF", "expect 63Cx");
            assertFalse(b.steps.toString().contains(PIN_BYTES), b.steps.toString());
            assertEquals("> 0020008008" + "**".repeat(8), b.steps.stream().filter(s -> s.exchange().isPresent()).toList().getLast().statement());
            var plan = Script.parse("s", "> 0020008008" + PIN_BYTES + "FFFF", Optional.empty(), Map.of()).plan(List.of());
            assertFalse(plan.toString().contains(PIN_BYTES), plan.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void secureChannelsAreOpenedWithKeysByName(int protocol) throws Exception {
        try (var b = manager(protocol)) {
            b.run("select A000000003000000", "expect 9000", "secure open keys=factory level=mac-enc", "> 80F28000024F0000", "expect 9000", "let plain_data = data",
                    "plain > 80CA9F7F00", "log sw", "secure close", "> 80F28000024F0000", "log sw");
            assertTrue(b.console() != null && !b.console().isSecured());
            Step.Seen status = b.seen().stream().filter(s -> s.plainCommand().isPresent()).toList().getLast();
            assertEquals("80F28000024F0000", status.plainCommand().get().toString());
            assertEquals("84F280", status.command().toString().substring(0, 6));
            assertTrue(b.seen().stream().anyMatch(s -> s.automatic() && s.name().equals("INITIALIZE UPDATE")), b.seen().toString());
            assertTrue(b.steps.stream().anyMatch(s -> s.kind() == Step.Kind.NOTE && s.text().contains("is open with key set factory")), b.steps.toString());
            assertFalse(b.said().get(1).equals("9000"), "the card wants a secure channel for this");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aSecretInASecureChannelIsSeenNeitherPlainNorWrapped(int protocol) throws Exception {
        try (var b = manager(protocol)) {
            b.person.answers.put("PIN", PIN);
            b.run("ask PIN as pin", "select A000000003000000", "secure open keys=factory level=mac", "> 80DA0101 lc(pin)", "log sw");
            assertTrue(b.sent.stream().anyMatch(s -> s.contains(PIN_BYTES)), b.sent.toString());
            assertFalse(b.steps.toString().contains(PIN_BYTES), b.steps.toString());
            assertFalse(b.trace.show().toString().replace(" ", "").contains(PIN_BYTES), b.trace.show().toString());
        }
    }

    @Test
    void wrongKeysStopBeforeAuthentication() throws Exception {
        try (var b = new Bench(SoftCard.inMemory(CardSpec.standard().withScp(ScpVersion.usual(3)).withKey(1, new byte[16])), folder)) {
            var e = fails(b, "select A000000003000000", "secure open keys=factory");
            assertEquals("card-not-authentic", e.problem().code());
            assertTrue(e.getMessage().startsWith("test:2:1: "), e.getMessage());
            assertTrue(b.sent.stream().noneMatch(s -> s.startsWith("8482")), b.sent.toString());
            assertFalse(b.console().isSecured());
            e = fails(b, "secure open keys=nobody");
            assertEquals(Fault.USAGE, e.fault());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anAppletIsLoadedAndSpokenTo(int protocol) throws Exception {
        try (var b = manager(protocol)) {
            b.person.answers.put("PIN", PIN);
            b.run("let file = 627601FF0000", "let applet = 627601FF000000", "select A000000003000000", "secure open keys=factory level=mac-enc",
                    "> 80E60200 lc(lc(file) 00 00 00 00)", "expect 9000", "> 80E88000 lc(tlv(C4, pad(\"\", 180, 00)))", "expect 9000",
                    "> 80E60C00 lc(lc(file) lc(applet) lc(applet) 0100 lc(tlv(C9, 00022000)) 00)", "expect 9000", "secure close",
                    "select applet", "expect 9000", "> B03C000000", "expect 9000", "ask PIN as pin", "> B0420000 lc(pin)", "expect 9Cxx|6xxx");
            assertEquals("B042000006" + "**".repeat(6), b.seen().getLast().command().toString());
            assertFalse(b.steps.toString().contains(PIN_BYTES), b.steps.toString());
            assertFalse(b.trace.show().toString().replace(" ", "").contains(PIN_BYTES), b.trace.show().toString());
        }
    }

    @Test
    void aCardThatIsPulledIsToldWithTheLine() throws Exception {
        try (var b = piv()) {
            b.run(PIV);
            b.unplug();
            var e = fails(b, "log \"before\"", "> 00CA007E00");
            assertEquals(Fault.CARD, e.fault());
            assertTrue(e.getMessage().startsWith("test:2:1: "), e.getMessage());
            assertFalse(b.steps.getLast().ok());
        }
    }

    @Test
    void resetForgetsTheAnswerAndTheChannel() throws Exception {
        try (var b = manager(3)) {
            b.run("select A000000003000000", "secure open keys=factory", "reset");
            assertFalse(b.console().isSecured());
            assertEquals("no-answer-yet", fails(b, "expect 9000").problem().code());
        }
    }

    @Test
    void cancelEndsItBetweenStatementsAndWithinAPause() throws Exception {
        try (var b = piv()) {
            var e = assertThrows(EscException.class, () -> b.console().run(Script.parse("test", "log \"a\"\nlog \"b\"", Optional.empty(), Map.of()),
                    s -> {
                        b.steps.add(s);
                        b.cancel.cancel();
                    }, b.context(), false));
            assertEquals(Fault.CANCELLED, e.fault());
            assertEquals(List.of("a"), b.said());
        }
        try (var b = piv()) {
            Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                b.cancel.cancel();
            });
            assertEquals(Fault.CANCELLED, fails(b, "pause 60s").fault());
        }
    }

    /** A card in a reader of its own that answers 9000 at once, or to the class FE never. */
    private static final class SlowReader implements ReaderProvider {

        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public List<ReaderState> readers() {
            return List.of(new ReaderState(Bench.READER, "slow", ReaderState.Presence.PRESENT, Optional.of(Atr.of("3B80010A")), 1));
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return () -> { };
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) {
            return new RawConnection() {
                @Override
                public Atr atr() {
                    return Atr.of("3B80010A");
                }

                @Override
                public String protocol() {
                    return "T=1";
                }

                @Override
                public byte[] transmit(byte[] command) throws CardException {
                    if (command[0] == (byte) 0xFE) {
                        asked.countDown();
                        try {
                            released.await();
                        } catch (InterruptedException _) {
                            Thread.currentThread().interrupt();
                        }
                        throw CardException.removed("talk to the card", null);
                    }
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

    @Test
    void aCardThatDoesNotAnswerInTimeIsLetGo() throws Exception {
        var reader = new SlowReader();
        try (var b = new Bench(reader, reader.released::countDown, folder)) {
            b.run("timeout 30s", "> 00CA006E00", "expect 9000");
            var e = fails(b, "timeout 50ms", "> 00CA006E00", "> FECA006E00", "log \"never\"");
            assertEquals("timeout", e.problem().code());
            assertEquals("test:3:1: The card did not answer within 50 ms.", e.getMessage());
            assertFalse(b.steps.getLast().ok());
            assertEquals(List.of(), b.said());
            assertEquals(Fault.CARD, fails(b, "> 00CA006E00").fault(), "the card was let go");
        }
    }

    @Test
    void cancelDoesNotWaitForACardAtWork() throws Exception {
        var reader = new SlowReader();
        try (var b = new Bench(reader, reader.released::countDown, folder)) {
            Thread.ofVirtual().start(() -> {
                try {
                    reader.asked.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                b.cancel.cancel();
            });
            var e = fails(b, "> FECA006E00");
            assertEquals(Fault.CANCELLED, e.fault());
            assertEquals("test:1:1: Cancelled.", e.getMessage());
        }
    }

    @Test
    void whoWatchesMayEndIt() throws Exception {
        try (var b = piv()) {
            var e = assertThrows(EscException.class, () -> b.console().run(Script.parse("test", PIV + "log \"b\"", Optional.empty(), Map.of()),
                    new CardConsole.Watcher() {
                        @Override
                        public void before(Place place, String statement) throws EscException {
                            if (statement.startsWith("log")) {
                                throw Cancel.cancelled("step", null);
                            }
                        }

                        @Override
                        public void happened(Step step) {
                            b.steps.add(step);
                        }
                    }, b.context(), false));
            assertEquals(Fault.CANCELLED, e.fault());
            assertEquals(List.of(), b.said());
            assertEquals(1, b.sent.size());
        }
    }

    @Test
    void typedLinesKnowEarlierOnes() throws Exception {
        try (var b = piv()) {
            b.console().line("typed", "select A00000030800001000", b.steps::add, b.context());
            b.console().line("typed", "let x = tlv[4F]", b.steps::add, b.context());
            b.console().line("typed", "log x", b.steps::add, b.context());
            assertFalse(b.said().isEmpty());
            assertThrows(ScriptException.class, () -> b.console().line("typed", "repeat 2", b.steps::add, b.context()));
        }
    }
}
