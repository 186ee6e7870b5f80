// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Arg;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.junit.jupiter.api.Test;

class VerbCallTest {

    record Args(@Arg(names = {"--reader", "-r"}, help = "reader") String reader,
            @Arg(names = "--tps", help = "server") Optional<URI> tps,
            @Arg(names = "--timeout", help = "seconds", defaultValue = "300") int timeout) {
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
    void takesWordsByComponent() throws EscException {
        Args a = VerbCall.of(VERB, Map.of("reader", List.of("R 1"), "tps", List.of("http://localhost:1/tps"))).arguments();
        assertEquals(new Args("R 1", Optional.of(URI.create("http://localhost:1/tps")), 300), a);
    }

    @Test
    void saysWhatIsWrong() {
        assertSays("--timeout", Map.of("reader", List.of("R"), "timeout", List.of("soon")));
        assertSays("colour", Map.of("reader", List.of("R"), "colour", List.of("red")));
    }

    private static void assertSays(String name, Map<String, List<String>> values) {
        var e = assertThrows(EscException.class, () -> VerbCall.of(VERB, values));
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.getMessage().contains(name), e.getMessage());
    }

    @Test
    void runsAndPrintsAsTheTerminalWould() throws EscException {
        var call = VerbCall.of(VERB, Map.of("reader", List.of("R")));
        var result = call.run(new Context(null, Progress.NONE, new Cancel()));
        assertEquals("I tried R" + System.lineSeparator(), call.print(result));
    }
}
