// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.junit.jupiter.api.Test;

class VerbCallTest {

    enum Way {
        UP, DOWN_HILL
    }

    record Args(@Arg(names = {"--reader", "-r"}, help = "reader") String reader,
            @Arg(names = "--tps", help = "server") Optional<URI> tps,
            @Arg(names = "--ca", help = "file") Optional<Path> ca,
            @Arg(names = "--timeout", help = "seconds", defaultValue = "300") int timeout,
            @Arg(names = "--way", help = "way", defaultValue = "up") Way way,
            @Arg(names = "--fast", help = "flag") boolean fast,
            @Arg(names = "--field", help = "fields") List<String> fields,
            @Arg(names = "--key", help = "hex", defaultValue = "4041") byte[] key) {
    }

    record Result(String words) {
    }

    private static final Verb<Args, Result> VERB = new Verb<>() {
        @Override
        public String name() {
            return "try";
        }

        @Override
        public String summary() {
            return "Tries.";
        }

        @Override
        public Class<Args> arguments() {
            return Args.class;
        }

        @Override
        public Result run(Args arguments, Context context) {
            return new Result(arguments.reader());
        }

        @Override
        public void print(Result result, PrintWriter out) {
            out.println("I tried " + result.words());
        }
    };

    @Test
    void takesDefaultsForWhatIsNotGiven() throws EscException {
        Args a = VerbCall.of(VERB, Map.of("--reader", "R 1")).arguments();
        assertEquals("R 1", a.reader());
        assertEquals(Optional.empty(), a.tps());
        assertEquals(300, a.timeout());
        assertEquals(Way.UP, a.way());
        assertFalse(a.fast());
        assertEquals(List.of(), a.fields());
        assertEquals(0x41, a.key()[1]);
    }

    @Test
    void convertsText() throws EscException {
        Args a = VerbCall.of(VERB, Map.of("-r", "R", "--tps", Optional.of("http://localhost:1/tps"), "--ca", "/x/y",
                "--timeout", "5", "--way", "down-hill", "--fast", true, "--field", List.of("a", "b"))).arguments();
        assertEquals(URI.create("http://localhost:1/tps"), a.tps().orElseThrow());
        assertEquals(Path.of("/x/y"), a.ca().orElseThrow());
        assertEquals(5, a.timeout());
        assertEquals(Way.DOWN_HILL, a.way());
        assertTrue(a.fast());
        assertEquals(List.of("a", "b"), a.fields());
    }

    @Test
    void saysWhatIsWrong() {
        assertSays("--reader", Map.of());
        assertSays("--colour", Map.of("--reader", "R", "--colour", "red"));
        assertSays("--timeout", Map.of("--reader", "R", "--timeout", "soon"));
        assertSays("--way", Map.of("--reader", "R", "--way", "left"));
        assertSays("--tps", Map.of("--reader", "R", "--tps", "http://a b"));
    }

    private static void assertSays(String name, Map<String, Object> values) {
        var e = assertThrows(EscException.class, () -> VerbCall.of(VERB, values));
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.getMessage().contains(name), e.getMessage());
    }

    @Test
    void emptyOptionOfAnOlderVerbIsNoMistake() throws EscException {
        assertEquals("R", VerbCall.of(VERB, Map.of("--reader", "R", "--phone-home", Optional.empty())).arguments().reader());
    }

    @Test
    void printsAsTheTerminalWould() throws EscException {
        assertEquals("I tried R" + System.lineSeparator(),
                VerbCall.of(VERB, Map.of("--reader", "R")).print(new Result("R")));
        assertTrue(VerbCall.knows(VERB, "-r"));
        assertFalse(VerbCall.knows(VERB, "--colour"));
    }
}
