// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.CardArgs;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb that puts a software token into a virtual reader, against a socket that plays vpcd. */
class SoftServeTest {

    @TempDir
    Path folder;

    private Path file;
    private CardSpec spec;
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Cancel cancel = new Cancel();
    private final Context context = new Context(new Interaction() {
        @Override
        public CompletableFuture<Answers> fill(Form form) {
            throw new AssertionError("nothing to ask");
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            throw new AssertionError("nothing to ask");
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            throw new AssertionError("nothing to ask");
        }

        @Override
        public void tell(String message) {
            told.add(message);
        }
    }, Progress.NONE, cancel);

    @BeforeEach
    void create() throws Exception {
        file = folder.resolve("token.esc");
        spec = CardSpec.standard().withCuid(Cuid.of("40906145C76224192D2B"));
        CardFile.create(file, spec, Optional.empty());
    }

    private CompletableFuture<Object> serve(String vpcd) {
        var end = new CompletableFuture<Object>();
        Thread.ofPlatform().start(() -> {
            try {
                end.complete(new SoftServe(new SoftReaders()).run(new SoftServe.Args(file, vpcd, Optional.empty()), context));
            } catch (EscException | RuntimeException e) {
                end.complete(e);
            }
        });
        return end;
    }

    private static byte[] ask(Socket s, String hex) throws Exception {
        byte[] b = Hex.parse(hex);
        var out = new DataOutputStream(s.getOutputStream());
        out.writeShort(b.length);
        out.write(b);
        out.flush();
        var in = new DataInputStream(s.getInputStream());
        return in.readNBytes(in.readUnsignedShort());
    }

    @Test
    void servesUntilCancelledAndComesBackAfterARestart() throws Exception {
        try (var vpcd = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var end = serve("127.0.0.1:" + vpcd.getLocalPort());
            try (Socket s = vpcd.accept()) {
                assertArrayEquals(Hex.parse("3B8B0180594553432D54455354310C"), ask(s, "04"));
                assertEquals("9F7F2A40906145", Hex.of(ask(s, "80CA9F7F2D")).substring(0, 14));
                assertEquals("file-in-use", assertThrows(EscException.class,
                        () -> CardFile.open(file, Optional.empty(), List::of)).problem().code());
            }
            try (Socket s = vpcd.accept()) {
                assertEquals("6D00", Hex.of(ask(s, "00A40000023F00")));
                assertTrue(told.stream().anyMatch(t -> t.contains("went away") && t.contains("Trying again")), told.toString());
                cancel.cancel();
                var result = (SoftServe.Result) end.get(30, TimeUnit.SECONDS);
                assertEquals(2, result.commands());
            }
        }
        CardFile.open(file, Optional.empty(), List::of).close();
    }

    @Test
    void theCardOfAReaderIsRelayedAndItsTrafficSeen() throws Exception {
        var readers = new Readers();
        var soft = new SoftReaders();
        readers.addProvider(soft);
        List<String> seen = new CopyOnWriteArrayList<>();
        readers.addObserver(x -> seen.add(x.origin() + " " + Hex.of(x.command())));
        soft.plug("Desk", SoftCard.inMemory(spec));
        var end = new CompletableFuture<Object>();
        try (var vpcd = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().start(() -> {
                try {
                    end.complete(new RelayVerb(readers, null).run(new RelayVerb.Args(CardArgs.in("Desk"), "127.0.0.1:" + vpcd.getLocalPort()), context));
                } catch (EscException | RuntimeException e) {
                    end.complete(e);
                }
            });
            try (Socket s = vpcd.accept()) {
                assertArrayEquals(Hex.parse("3B8B0180594553432D54455354310C"), ask(s, "04"));
                assertEquals("9F7F2A40906145", Hex.of(ask(s, "80CA9F7F2D")).substring(0, 14));
                assertEquals("6700", Hex.of(ask(s, "00A4")), "no command that could reach a card");
                assertEquals(List.of("other:relay 80CA9F7F2D"), seen);
                soft.unplugAll();
                var out = new DataOutputStream(s.getOutputStream());
                out.writeShort(5);
                out.write(Hex.parse("80CA9F7F2D"));
                out.flush();
                var e = (EscException) end.get(30, TimeUnit.SECONDS);
                assertEquals(Fault.CARD, e.fault());
                assertTrue(told.contains("The card in Desk is in the virtual reader at 127.0.0.1:" + vpcd.getLocalPort() + "."), told.toString());
            }
        }
    }

    @Test
    void saysWhatToDoWhenNobodyIsThere() throws Exception {
        int port;
        try (var s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = s.getLocalPort();
        }
        var e = (EscException) serve("127.0.0.1:" + port).get(30, TimeUnit.SECONDS);
        assertEquals("no-vpcd", e.problem().code());
        assertEquals(Fault.CARD, e.fault());
        CardFile.open(file, Optional.empty(), List::of).close();
    }

    @Test
    void refusesAPlaceThatIsNone() throws Exception {
        for (String place : List.of("127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x")) {
            var e = (EscException) serve(place).get(30, TimeUnit.SECONDS);
            assertEquals(Fault.USAGE, e.fault(), place);
        }
    }
}
