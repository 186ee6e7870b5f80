// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Arguments;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.trace.formats.Formats;
import org.esc.trace.formats.PlainHex;
import org.esc.trace.formats.TraceFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb that puts a recorded card into a virtual reader, against a socket that plays vpcd. */
class ReplayVerbTest {

    @TempDir
    Path folder;

    private Path file;
    private ReplayVerb verb;
    private final Cancel cancel = new Cancel();
    private final Context context = new Context((Interaction) Proxy.newProxyInstance(Interaction.class.getClassLoader(), new Class<?>[] {Interaction.class},
            (_, method, _) -> {
                assertEquals("tell", method.getName(), "nothing is to be asked");
                return null;
            }), Progress.NONE, cancel);

    @BeforeEach
    void trace() throws Exception {
        var formats = new Formats();
        formats.addFormat(new PlainHex());
        verb = new ReplayVerb(new TraceFiles(formats));
        file = Files.writeString(folder.resolve("t.hex"), "> 00A4040005A000000001\n< 9000\n> 0020008004 31323334\n< 9000\n> 002A808602AABB\n< 01029000\n> 00CA006E00\n< 019000\n");
    }

    private ReplayVerb.Args args(Map<String, List<String>> more) throws EscException {
        var all = new java.util.HashMap<>(more);
        all.put("file", List.of(file.toString()));
        return Arguments.build(verb.arguments(), all);
    }

    private static String ask(Socket s, String hex) throws Exception {
        byte[] b = Hex.parse(hex);
        var out = new DataOutputStream(s.getOutputStream());
        out.writeShort(b.length);
        out.write(b);
        out.flush();
        var in = new DataInputStream(s.getInputStream());
        return Hex.of(in.readNBytes(in.readUnsignedShort()));
    }

    private ReplayVerb.Result served(Map<String, List<String>> more, String... commands) throws Exception {
        try (var vpcd = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var all = new java.util.HashMap<>(more);
            all.put("vpcd", List.of("127.0.0.1:" + vpcd.getLocalPort()));
            var end = new CompletableFuture<ReplayVerb.Result>();
            Thread.ofPlatform().start(() -> {
                try {
                    end.complete(verb.run(args(all), context));
                } catch (EscException | RuntimeException e) {
                    end.completeExceptionally(e);
                }
            });
            try (Socket s = vpcd.accept()) {
                assertEquals(Replay.UNTOLD_ATR.toString(), ask(s, "04"));
                for (int i = 0; i < commands.length; i += 2) {
                    assertEquals(commands[i + 1], ask(s, commands[i]), commands[i]);
                }
                cancel.cancel();
                return end.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private String printed(ReplayVerb.Result r) {
        var text = new StringWriter();
        verb.print(r, new PrintWriter(text, true));
        return text.toString();
    }

    @Test
    void whatIsRecordedIsAnsweredAndTheRestIsReported() throws Exception {
        var r = served(Map.of("strict", List.of()), "00A4040005A000000001", "9000", "0020008006353535363636", "6FF0", "0020008004 39393939", "9000", "002A808602AABB",
                "00009000");
        assertFalse(verb.agrees(r), "refused is exit code 1");
        assertEquals(Replay.Mode.STRICT, r.report().mode());
        String text = printed(r);
        for (String line : List.of("after 4 commands: 3 answered as recorded, 1 refused.", "  Another command came next. Refused with 6FF0.", "    got      0020008006************",
                "    expected #2 0020008004********", "1 of 4 exchanges were never asked for: #4", "1 answer has hidden bytes, for which 00 went out: #3",
                "Note: The trace does not tell the card's ATR")) {
            assertTrue(text.contains(line), line + " in " + text);
        }
        assertFalse(text.contains("3535"), "a PIN: " + text);
    }

    @Test
    void aTolerantOneIsUsual() throws Exception {
        var r = served(Map.of(), "00A4040005A000000001", "9000", "00CA006E00", "019000", "0020008006353535363636", "9000");
        assertTrue(verb.agrees(r));
        assertEquals(Replay.Mode.TOLERANT, r.report().mode());
        assertTrue(printed(r).contains("1 of 4 exchanges were never asked for: #3"), printed(r));
    }

    @Test
    void wrongArgumentsAreSaid() throws Exception {
        for (var wrong : List.of(Map.of("strict", List.<String>of(), "tolerant", List.<String>of()), Map.of("vpcd", List.of("127.0.0.1:x")),
                Map.of("readerInTrace", List.of("2")))) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> verb.run(args(wrong), context)).fault(), wrong::toString);
        }
        Files.writeString(file, "");
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> verb.run(args(Map.of()), context)).fault());
    }
}
