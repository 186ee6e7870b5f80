// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.command.Answers;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction.Confirmation;
import org.esc.command.Interaction.NewPin;
import org.esc.command.Unfinished;
import org.esc.command.Verb;
import org.esc.trace.StoredTrace;
import org.esc.trace.TraceLog;
import org.esc.trace.testing.FullDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {

    record Args(@Arg(label = "WHAT", help = "what to do") String what,
            @Arg(names = "--times", help = "how often", defaultValue = "1") int times,
            @Arg(names = "--loud", help = "loudly") boolean loud, @Arg(names = "--tag", help = "tags") List<String> tags) {
    }

    record Result(String said, int times, boolean loud, List<String> tags, Optional<String> none, Duration took, byte[] bytes, Path file) {
    }

    /** Clears the screen, begins an 8-bit command, rings, goes back to the line's begin. */
    private static final String STEERING = "good\u001B[2J\u009B2J\u0007\rbad";

    /** A verb with a name of two words that does what its argument says. */
    private final class Say implements Verb<Args, Result> {

        @Override
        public String name() {
            return "test say";
        }

        @Override
        public String summary() {
            return "Says something.";
        }

        @Override
        public Class<Args> arguments() {
            return Args.class;
        }

        @Override
        public Result run(Args a, Context c) throws EscException {
            c.progress().at(50, "half way");
            String said = switch (a.what()) {
                case "form" -> {
                    try (Answers answers = Ask.await(c.interaction().fill(Form.of("Log in", "Please.",
                            new Form.Field("UID", "User", "", Form.Kind.TEXT),
                            new Form.Field("PASSWORD", "Password", "", Form.Kind.PASSWORD))), c.cancel(), "log in")) {
                        yield text(answers.get("UID").orElseThrow()) + "/" + answers.get("PASSWORD").orElseThrow().length();
                    }
                }
                case "token" -> {
                    try (Answers answers = Ask.await(c.interaction().fill(Form.of("PIN of the token", "Please.",
                            new Form.Field("TOKEN_PIN", "PIN", "", Form.Kind.PASSWORD))), c.cancel(), "log in to the token")) {
                        yield "pin of " + answers.get("TOKEN_PIN").orElseThrow().length();
                    }
                }
                case "pin" -> {
                    var request = new NewPin("the token's password", 4, 10, true);
                    try (Secret pin = Ask.await(c.interaction().newPin(request), c.cancel(), "pin")) {
                        yield "pin of " + pin.length();
                    }
                }
                case "wipe" -> Ask.await(c.interaction().confirm(new Confirmation("Wipe", "All gone.", true, Optional.of("40AB"))), c.cancel(), "x")
                        ? "yes" : "no";
                case "confirm" -> Ask.await(c.interaction().confirm(new Confirmation("Wipe", "All gone.", true)), c.cancel(), "x")
                        ? "yes" : "no";
                case "steer" -> {
                    c.progress().at(60, STEERING);
                    c.interaction().tell(STEERING);
                    try (Answers answers = Ask.await(c.interaction().fill(Form.of(STEERING, STEERING,
                            new Form.Field("UID", STEERING, "", Form.Kind.TEXT))), c.cancel(), "log in")) {
                        yield STEERING;
                    }
                }
                case "steer and fail" -> throw Problem.of(Fault.REFUSED, "enrol", STEERING).advice(STEERING).exception();
                case "leave" -> {
                    var question = c.interaction().fill(Form.of("Log in", "", new Form.Field("PASSWORD", "Password", "", Form.Kind.PASSWORD)));
                    try {
                        asked.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    question.cancel(true);
                    throw new EscException(Fault.NETWORK, "log in", "The server is gone.");
                }
                case "refuse" -> throw Problem.of(Fault.REFUSED, "enrol", "No.").endOp(34).sw(new StatusWord(0x6982))
                        .advice("Ask.").exception();
                case "half" -> throw new Unfinished(Problem.of(Fault.CARD, "say", "Only half.").code("half").exception(),
                        new Result("half", 0, false, List.of(), Optional.empty(), Duration.ZERO, new byte[0], Path.of("x")));
                case "break" -> throw new IllegalStateException("the secret is 42");
                case "much" -> {
                    for (int i = 0; i < 2000; i++) {
                        exchange("00CA9F7F00", "AB".repeat(200) + "9000");
                    }
                    yield "much";
                }
                case "secure" -> {
                    exchange("80500000080001020304050607", "0102030405060708090A" + "0102" + "00".repeat(16) + "9000");
                    exchange("8482030010" + "00".repeat(16), "9000");
                    // SET PIN, encrypted, with its MAC
                    exchange("8404000018" + "C1C2C3C4C5C6C7C8D1D2D3D4D5D6D7D8" + "A1A2A3A4A5A6A7A8", "9000");
                    exchange("0020000004" + "31323334", "9000");
                    yield "secure";
                }
                case "card" -> {
                    exchange("00A4040007627601FF000000", "9000");
                    exchange("B042000004" + "31323334", "11223344556677889000");
                    yield "card";
                }
                default -> a.what();
            };
            return new Result(said, a.times(), a.loud(), a.tags(), Optional.empty(), Duration.ofMillis(5), new byte[] {1, (byte) 0xAB},
                    Path.of("some", "file"));
        }

        @Override
        public boolean agrees(Result r) {
            return !r.said().equals("different");
        }

        private void exchange(String command, String response) {
            trace.exchanged(new Exchange(1, Instant.now(), Duration.ofMillis(3), "reader", Atr.of("3B00"), "T=1", 1, Origin.verb("test"),
                    Hex.parse(command), Hex.parse(response), Optional.empty(), false));
        }

        private static String text(Secret s) {
            return new String(s.chars());
        }
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final Deque<String> typed = new ArrayDeque<>();
    private final TraceLog trace = new TraceLog();
    private final Cancel cancel = new Cancel();
    private final List<String> prompts = new CopyOnWriteArrayList<>();
    private boolean interactive;
    /** True if the person does not answer any more once what is typed has been read. */
    private boolean thinks;
    private final CountDownLatch asked = new CountDownLatch(1);

    private int esc(String... words) {
        var terminal = new Terminal() {
            private final PrintWriter o = new PrintWriter(out, true);
            private final PrintWriter e = new PrintWriter(err, true);

            @Override
            public PrintWriter out() {
                return o;
            }

            @Override
            public PrintWriter err() {
                return e;
            }

            @Override
            public boolean interactive() {
                return interactive;
            }

            @Override
            public Optional<String> line(String prompt, BooleanSupplier withdrawn) {
                prompts.add(prompt);
                if (typed.isEmpty() && thinks) {
                    asked.countDown();
                    while (!withdrawn.getAsBoolean()) {
                        Thread.onSpinWait();
                    }
                    e.println("withdrawn: " + prompt);
                    return Optional.empty();
                }
                return Optional.ofNullable(typed.poll());
            }

            @Override
            public Optional<char[]> hidden(String prompt, BooleanSupplier withdrawn) {
                return line(prompt, withdrawn).map(String::toCharArray);
            }
        };
        return new Cli(terminal, environment::get, () -> trace, "1.2.3")
                .run(List.of(words), List.of(new Say()), cancel);
    }

    private JsonObject json() {
        assertEquals(1, out.toString().strip().lines().count(), "exactly one object on standard output: " + out);
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    @Test
    void anOptionWithADefaultMayStandWithoutValue() {
        assertEquals(0, esc("test", "say", "hello", "--times", "--loud", "--json"));
        assertTrue(out.toString().contains("\"times\":1"), out.toString());
        assertEquals(0, esc("test", "say", "hello", "--times", "3", "--json"));
        assertTrue(out.toString().contains("\"times\":3"), out.toString());
        assertEquals(2, esc("test", "say", "hello", "--tag"), "one without default may not");
    }

    @Test
    void aVerbRunsWithTypedArguments() {
        assertEquals(0, esc("test", "say", "--times", "4", "--loud", "--tag", "a", "--tag", "b", "hello", "--json"));
        JsonObject r = json().getAsJsonObject("result");
        assertTrue(json().get("ok").getAsBoolean());
        assertEquals("test say", json().get("verb").getAsString());
        assertEquals("hello", r.get("said").getAsString());
        assertEquals(4, r.get("times").getAsInt());
        assertTrue(r.get("loud").getAsBoolean());
        assertEquals(2, r.getAsJsonArray("tags").size());
        assertTrue(r.get("none").isJsonNull());
        assertEquals(5, r.get("took").getAsDouble());
        assertEquals("01AB", r.get("bytes").getAsString());
        assertEquals("some/file", r.get("file").getAsString());
        assertTrue(err.toString().contains("half way"), "progress goes to standard error");
    }

    @Test
    void aFailureIsOneObjectWithTheDocumentedFieldsAndExitCode() {
        assertEquals(1, esc("test", "say", "refuse", "--json"));
        JsonObject e = json().getAsJsonObject("error");
        assertFalse(json().get("ok").getAsBoolean());
        assertEquals("refused", e.get("code").getAsString());
        assertEquals(1, e.get("exit").getAsInt());
        assertEquals("enrol", e.get("step").getAsString());
        assertEquals("6982", e.get("sw").getAsString());
        assertEquals(34, e.get("endOp").getAsInt());
        assertEquals("No.", e.get("message").getAsString());
        assertEquals("Ask.", e.get("advice").getAsString());
    }

    @Test
    void whatWasDoneUntilAFailureIsShownWithIt() {
        assertEquals(3, esc("test", "say", "half", "--json"));
        assertFalse(json().get("ok").getAsBoolean());
        assertEquals("half", json().getAsJsonObject("error").get("code").getAsString());
        assertEquals("half", json().getAsJsonObject("result").get("said").getAsString());
        out.getBuffer().setLength(0);
        assertEquals(3, esc("test", "say", "half"));
        assertTrue(out.toString().contains("said=half"), out.toString());
        assertTrue(err.toString().contains("esc: Only half."), err.toString());
    }

    @Test
    void usageErrorsExitTwo() {
        assertEquals(2, esc());
        assertEquals(2, esc("nonsense"));
        assertEquals(2, esc("test"));
        assertEquals(2, esc("test", "say"));
        assertEquals(2, esc("test", "say", "x", "--times", "often"));
        assertEquals(2, esc("test", "say", "x", "--nope", "--json"));
        assertEquals("test say", json().get("verb").getAsString());
    }

    @Test
    void aDefectIsSeventyWithoutStackTraceOrSecret() {
        assertEquals(70, esc("test", "say", "break"));
        assertFalse(err.toString().contains("42"));
        assertFalse(err.toString().contains("\tat "));
    }

    @Test
    void helpAndVersion() {
        assertEquals(0, esc("--version"));
        assertEquals("esc 1.2.3", out.toString().strip());
        assertEquals(0, esc("--help"));
        assertTrue(out.toString().contains("confirmation missing"), "exit codes are documented");
        assertEquals(0, esc("test", "say", "--help"));
        assertTrue(out.toString().contains("--times"));
    }

    @Test
    void helpHasAVerbsOwnOptionsFirstAndTellsGroupsByWhatIsInThem() {
        assertEquals(0, esc("help", "test", "say"));
        String help = out.toString();
        assertTrue(help.contains("test say [OPTIONS] [WHAT]\n"), help);
        assertTrue(help.indexOf("--tag") < help.indexOf("Every verb takes:"), help);
        assertTrue(help.indexOf("Every verb takes:") < help.indexOf("--password-env"), help);
        assertEquals(help.indexOf("--times"), help.lastIndexOf("--times"), "once");
        out.getBuffer().setLength(0);
        assertEquals(0, esc("help"));
        assertTrue(out.toString().matches("(?s).*\\R +test +say\\R.*"), out.toString());
    }

    @Test
    void secretsComeFromTheEnvironmentWithoutATerminal() {
        environment.put("U", "alice");
        environment.put("P", "Secret.123");
        assertEquals(0, esc("test", "say", "form", "--password-env", "P", "--field", "UID=env:U", "--json"));
        assertEquals("alice/10", json().getAsJsonObject("result").get("said").getAsString());
    }

    @Test
    void withoutTerminalAndValueItEndsAtOnce() {
        assertEquals(2, esc("test", "say", "form", "--json"));
        assertEquals("no-terminal", json().getAsJsonObject("error").get("code").getAsString());
        assertEquals(2, esc("test", "say", "pin"));
        for (String option : List.of("--password-env", "--pin-env", "--old-pin-env", "--field")) {
            err.getBuffer().setLength(0);
            assertEquals(2, esc("test", "say", "hello", option, option.equals("--field") ? "UID=env:NOT_SET" : "NOT_SET"), option);
            assertFalse(err.toString().contains("half way"), "said before anything is done: " + err);
        }
        assertEquals(2, esc("test", "say", "form", "--field", "UID=alice"), "a value never stands on the command line");
    }

    @Test
    void aPersonIsAskedAtATerminal() {
        interactive = true;
        typed.addAll(List.of("bob", "pw"));
        assertEquals(0, esc("test", "say", "form", "--json"));
        assertEquals("bob/2", json().getAsJsonObject("result").get("said").getAsString());
    }

    /** The PIN of a token with keys is a PIN, never the person's password. */
    @Test
    void thePinOfATokenWithKeysHasOneWay() {
        environment.put("PIN", "123456");
        environment.put("OTHER", "not the PIN");
        assertEquals(0, esc("test", "say", "token", "--pin-env", "PIN", "--password-env", "OTHER", "--json"));
        assertEquals("pin of 6", json().getAsJsonObject("result").get("said").getAsString());
        assertEquals(2, esc("test", "say", "token", "--password-env", "OTHER"));
        assertTrue(err.toString().contains("--pin-env"), err.toString());
    }

    @Test
    void aNewPinIsCheckedAgainstItsLimitsAndTypedTwice() {
        interactive = true;
        typed.addAll(List.of("123", "12 45", "12345", "54321", "12345", "12345"));
        assertEquals(0, esc("test", "say", "pin", "--json"));
        assertEquals("pin of 5", json().getAsJsonObject("result").get("said").getAsString());
        assertTrue(typed.isEmpty());
        environment.put("PIN", "12345678901");
        assertEquals(2, esc("test", "say", "pin", "--pin-env", "PIN"));
    }

    @Test
    void givingUpAtThePromptIsCancelled() {
        interactive = true;
        assertEquals(7, esc("test", "say", "form"));
    }

    @Test
    @Timeout(60)
    void aPromptIsWithdrawnWhenTheVerbDoesNotNeedItAnyMore() {
        interactive = true;
        thinks = true;
        assertEquals(4, esc("test", "say", "leave"));
        assertTrue(err.toString().endsWith("withdrawn: Password: \nesc: The server is gone.\n"),
                "the terminal is as it was before the complaint: " + err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"form", "pin", "confirm"})
    @Timeout(60)
    void aPromptIsWithdrawnOnCancel(String what) {
        interactive = true;
        thinks = true;
        typed.addAll(what.equals("confirm") ? List.of() : List.of("1234"));
        Thread.ofVirtual().start(() -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            cancel.cancel();
        });
        assertEquals(7, esc("test", "say", what));
        assertTrue(err.toString().contains("withdrawn: ") && err.toString().endsWith("esc: Cancelled.\n"), err.toString());
    }

    @Test
    void wordsFromElsewhereDoNotSteerTheTerminal() {
        interactive = true;
        typed.add("x");
        assertEquals(0, esc("test", "say", "steer"));
        assertEquals(1, esc("test", "say", "steer and fail"));
        for (String text : List.of(out.toString(), err.toString())) {
            assertTrue(text.contains("good?[2J?2J? bad"), text);
            // the bar's own ways to redraw itself
            String rest = text.replace("\r\u001B[K", "");
            assertTrue(rest.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'), text);
        }
        assertTrue(prompts.contains("good?[2J?2J? bad: "), prompts.toString());
        assertEquals(0, esc("test", "say", "caf\u00E9 \u4E2D \uD83D\uDE00"));
        assertTrue(out.toString().contains("caf\u00E9 \u4E2D \uD83D\uDE00"), out.toString());
    }

    @Test
    void exchangesAreShownAndSavedWithoutSecrets(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("trace.txt");
        assertEquals(0, esc("test", "say", "card", "--trace", "--trace-file", file.toString()));
        String saved = Files.readString(file);
        for (String text : List.of(saved, err.toString())) {
            assertTrue(text.contains("627601FF000000"), text);
            assertTrue(text.contains("verb:test"), text);
            assertFalse(text.contains("31323334"), "the PIN is masked: " + text);
            assertFalse(text.contains("1122334455667788"), "the nonce is masked: " + text);
        }
        assertEquals(2, esc("test", "say", "card", "--trace-file", folder.resolve("no/such/folder").toString()));
    }

    /** As diff and cmp have it: a difference is a result, told by 1, and no failure. */
    @Test
    void aResultThatSaysNoEndsWithOne() {
        assertEquals(0, esc("test", "say", "same"));
        assertEquals(1, esc("test", "say", "different", "--json", "--quiet"));
        JsonObject o = JsonParser.parseString(out.toString().lines().toList().getLast()).getAsJsonObject();
        assertTrue(o.get("ok").getAsBoolean());
        assertEquals("different", o.getAsJsonObject("result").get("said").getAsString());
        assertEquals("", err.toString().lines().filter(l -> l.startsWith("esc:")).reduce("", String::concat));
    }

    /** Ciphertext stays, which is said on the screen and in the file; what is not encrypted is masked all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"t.txt", "t.esctrace"})
    void aDecryptableTraceSaysSoAndKeepsCiphertextOnly(String name, @TempDir Path folder) throws Exception {
        String ciphertext = "C1C2C3C4C5C6C7C8D1D2D3D4D5D6D7D8";
        Path file = folder.resolve(name);
        assertEquals(0, esc("test", "say", "secure", "--trace", "--trace-file", file.toString()));
        assertFalse(err.toString().contains("DECRYPTABLE"), err.toString());
        assertFalse(err.toString().replace(" ", "").contains(ciphertext), err.toString());
        Path open = folder.resolve("open-" + name);
        trace.clear();
        assertEquals(0, esc("test", "say", "secure", "--trace", "--trace-file", open.toString(), "--decryptable"));
        assertTrue(err.toString().contains("esc: DECRYPTABLE: what secure channels encrypt is kept"), err.toString());
        assertTrue(err.toString().replace(" ", "").contains(ciphertext), err.toString());
        assertFalse(err.toString().replace(" ", "").contains("31323334"), "a PIN in clear is no ciphertext: " + err);
        if (name.endsWith(".esctrace")) {
            try (var shut = StoredTrace.open(file); var decryptable = StoredTrace.open(open)) {
                assertFalse(shut.about().decryptable());
                assertTrue(decryptable.about().decryptable());
                assertEquals("8404000018" + "**".repeat(16) + "A1A2A3A4A5A6A7A8", shut.get(2).command().toString());
                assertEquals("8404000018" + ciphertext + "A1A2A3A4A5A6A7A8", decryptable.get(2).command().toString());
                assertEquals("0020000004********", decryptable.get(3).command().toString());
            }
        } else {
            assertFalse(Files.readString(file).toLowerCase(java.util.Locale.ROOT).contains("decryptable"));
            assertTrue(Files.readString(open).lines().findFirst().orElseThrow().contains("DECRYPTABLE"), Files.readString(open));
        }
    }

    /** The work is done and its exit code its own; one message says that the trace is not whole. */
    @ParameterizedTest
    @ValueSource(strings = {"t.txt", "t.esctrace"})
    void aFullDiskIsSaidOnceAndTheWorkGoesOn(String name, @TempDir Path folder) throws Exception {
        assumeTrue(FullDisk.isPossible(), "prlimit is not installed");
        try (var _ = FullDisk.at(100_000)) {
            assertEquals(0, esc("test", "say", "much", "--json", "--trace-file", folder.resolve(name).toString()));
        }
        assertEquals("much", json().getAsJsonObject("result").get("said").getAsString());
        var said = err.toString().lines().filter(l -> l.contains("incomplete")).toList();
        assertEquals(1, said.size(), err.toString());
        assertTrue(said.getFirst().startsWith("esc: The trace is incomplete: ") && said.getFirst().contains("File too large"), said.getFirst());
        assertTrue(Files.size(folder.resolve(name)) > 10_000);
    }

    @Test
    void whatACardDoesNotSurviveNeedsItsName() {
        assertEquals(8, esc("test", "say", "wipe"));
        assertEquals(8, esc("test", "say", "wipe", "--yes"));
        assertTrue(err.toString().contains("--yes-i-mean-it 40AB"), err.toString());
        interactive = true;
        typed.addAll(List.of("yes", "40-ab"));
        assertEquals(0, esc("test", "say", "wipe", "--yes", "--json", "--quiet"));
        assertTrue(out.toString().contains("\"said\":\"no\""), out.toString());
        assertEquals(0, esc("test", "say", "wipe", "--json", "--quiet"));
        assertTrue(out.toString().contains("\"said\":\"yes\""), out.toString());
    }

    @Test
    void numbersThatMayBeMissingAreNumbersInJson() {
        assertEquals("[5,null,7]", Json.tree(List.of(OptionalLong.of(5), OptionalLong.empty(), OptionalInt.of(7))).toString());
    }

    @Test
    void irreversibleStepsNeedAWord() {
        assertEquals(8, esc("test", "say", "confirm"));
        assertEquals(0, esc("test", "say", "confirm", "--yes"));
        interactive = true;
        typed.add("n");
        assertEquals(0, esc("test", "say", "confirm", "--json", "--quiet"));
        assertTrue(out.toString().contains("\"said\":\"no\""));
    }
}
