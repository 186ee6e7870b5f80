// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verb that serves. */
@Timeout(120)
class TmsStartTest {

    private static final Pattern READY =
            Pattern.compile("ready http=(http://localhost:\\d+) "
                    + "https=(https://localhost:\\d+) ca=(\\S+) admin=(\\S+)\\R");

    @TempDir
    private Path data;

    private TmsStart.Args args(int http, boolean demo, String address, Optional<Path> applet) {
        return new TmsStart.Args(http, 0, Optional.of(data.resolve("tms")), Optional.empty(), !demo, address,
                List.of(), applet);
    }

    @Test
    void takesNoPasswordAmongTheArguments() {
        for (String url : List.of("jdbc:postgresql://db/tms?user=a&password=Secret.123", "jdbc:h2:tcp://db/tms;PASSWORD=Secret.123",
                "jdbc:postgresql://a:Secret.123@db/tms")) {
            var e = assertThrows(IllegalArgumentException.class, () -> new TmsStart.Args(0, 0, Optional.empty(), Optional.of(url), false,
                    "localhost", List.of(), Optional.empty()));
            assertFalse(e.getMessage().contains("Secret.123"), e.getMessage());
        }
    }

    @Test
    void saysOneLineWhenReadyAndEndsWhenToldTo() throws Exception {
        var cancel = new Cancel();
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true));
        var result = new CompletableFuture<TmsStart.Result>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(new TmsStart()
                        .run(args(0, true, "localhost", Optional.empty()), new Context(null, Progress.NONE, cancel)));
            } catch (EscException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            while (!out.toString(StandardCharsets.UTF_8).endsWith(System.lineSeparator())) {
                assertTrue(!result.isDone(), "ended early");
                Thread.sleep(20);
            }
            Matcher m = READY.matcher(out.toString(StandardCharsets.UTF_8));
            assertTrue(m.matches(), out.toString(StandardCharsets.UTF_8));
            assertTrue(Files.exists(Path.of(m.group(3))) && Files.exists(Path.of(m.group(4))));
            for (int i = 1; i <= 2; i++) {
                URI uri = URI.create(m.group(i));
                new Socket("127.0.0.1", uri.getPort()).close();
            }
            cancel.cancel();
            assertEquals(m.group(1), result.get(60, TimeUnit.SECONDS).http());
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        var context = new Context(null, Progress.NONE, new Cancel());
        for (TmsStart.Args wrong
                : List.of(args(65536, true, "localhost", Optional.empty()),
                args(-1, true, "localhost", Optional.empty()),
                args(0, true, "no.such.address.invalid", Optional.empty()), args(0, true, "0.0.0.0", Optional.empty()),
                args(0, false, "::", Optional.empty()),
                        args(0, true, "localhost", Optional.of(data.resolve("missing.ijc"))))) {
            var e = assertThrows(EscException.class, () -> new TmsStart().run(wrong, context), wrong.toString());
            assertEquals(Fault.USAGE, e.fault(), e.getMessage());
        }
    }
}
