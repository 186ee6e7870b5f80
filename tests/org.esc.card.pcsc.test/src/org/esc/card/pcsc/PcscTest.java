// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Readers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real pcscd with its virtual reader driver, which a tiny card in this class joins. */
class PcscTest {

    private static final int VPCD_PORT = 35963;
    private static final String ATR = "3BFF1400FF8131FE458025A00000005657534336353003003B";
    private static final Path DAEMON = Path.of("/usr/sbin/pcscd");

    private Optional<Process> daemon = Optional.empty();
    private Optional<PcscProvider> provider = Optional.empty();
    private final Readers readers = new Readers();

    @BeforeEach
    void needsADaemonOfItsOwn() {
        assumeTrue(Files.isExecutable(DAEMON), "pcscd is not installed");
        assumeTrue(Files.exists(Path.of("/etc/reader.conf.d/vpcd")), "the virtual reader driver (vsmartcard-vpcd) is not installed");
        assumeTrue("root".equals(System.getProperty("user.name")), "starting pcscd needs root");
        assumeTrue(!Files.exists(Path.of("/run/pcscd/pcscd.comm")) || !answers(), "a pcscd of somebody else is running");
    }

    private static boolean answers() {
        var p = new PcscProvider();
        p.stop();
        return p.complaint().isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        provider.ifPresent(PcscProvider::stop);
        stopDaemon();
    }

    private void startDaemon() throws IOException {
        daemon = Optional.of(new ProcessBuilder(DAEMON.toString(), "--foreground").redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD).start());
    }

    private void stopDaemon() throws InterruptedException {
        if (daemon.isPresent()) {
            daemon.get().destroy();
            if (!daemon.get().waitFor(10, TimeUnit.SECONDS)) {
                daemon.get().destroyForcibly().waitFor();
            }
            daemon = Optional.empty();
        }
    }

    private void watch() {
        provider = Optional.of(new PcscProvider());
        readers.addProvider(provider.get());
    }

    /** A card that joins the daemon and answers with what it got, then 9000. */
    private static final class EchoCard implements AutoCloseable {

        private final Socket socket;

        EchoCard() throws Exception {
            Socket s = null;
            for (int i = 0; s == null; i++) {
                try {
                    s = new Socket(InetAddress.getLoopbackAddress(), VPCD_PORT);
                } catch (IOException e) {
                    if (i == 100) {
                        throw e;
                    }
                    Thread.sleep(50);
                }
            }
            socket = s;
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try (socket; var in = new DataInputStream(socket.getInputStream()); var out = new DataOutputStream(socket.getOutputStream())) {
                while (true) {
                    byte[] message = in.readNBytes(in.readUnsignedShort());
                    if (message.length == 1) {
                        if (message[0] == 4) {
                            send(out, Hex.parse(ATR));
                        }
                    } else {
                        byte[] answer = java.util.Arrays.copyOf(message, message.length + 2);
                        answer[message.length] = (byte) 0x90;
                        send(out, answer);
                    }
                }
            } catch (IOException _) {
                // pulled
            }
        }

        private static void send(DataOutputStream out, byte[] bytes) throws IOException {
            byte[] frame = new byte[bytes.length + 2];
            frame[0] = (byte) (bytes.length >> 8);
            frame[1] = (byte) bytes.length;
            System.arraycopy(bytes, 0, frame, 2, bytes.length);
            out.write(frame);
            out.flush();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; readers now: " + readers.list() + " " + readers.complaints());
            Thread.sleep(20);
        }
    }

    private Optional<ReaderState> withCard() {
        return readers.list().stream().filter(ReaderState::hasCard).findFirst();
    }

    @Test
    void readersAndCardsComeAndGoWithTheService() throws Exception {
        watch();
        assertEquals(1, readers.complaints().size());
        assertTrue(readers.complaints().getFirst().contains("not running"), readers.complaints()::toString);
        startDaemon();
        await("the service is noticed", () -> readers.complaints().isEmpty() && !readers.list().isEmpty());
        assertEquals(Presence.EMPTY, readers.list().getFirst().presence());
        try (var _ = new EchoCard()) {
            await("the card is seen", () -> withCard().flatMap(ReaderState::atr).equals(Optional.of(Atr.of(ATR))));
        }
        await("the card is gone", () -> withCard().isEmpty());
        stopDaemon();
        await("the service is missed", () -> readers.list().isEmpty() && readers.complaints().toString().contains("not running"));
        startDaemon();
        await("the service is back", () -> !readers.list().isEmpty());
        try (var _ = new EchoCard()) {
            await("a card is seen after the restart", () -> withCard().isPresent());
        }
    }

    @Test
    void aCardIsSpokenToAndAPulledOneIsAClearError() throws Exception {
        startDaemon();
        watch();
        try (var card = new EchoCard()) {
            await("the card is seen", () -> withCard().flatMap(ReaderState::atr).isPresent());
            try (CardSession s = readers.connect(withCard().orElseThrow().name(), Origin.verb("test"))) {
                assertEquals(Atr.of(ATR), s.atr());
                for (String c : List.of("80CA9F7F2D", "00A4040007627601FF000000", "84E80001FF" + "AB".repeat(255))) {
                    assertEquals(c + "9000", Hex.of(s.transmit(CommandApdu.parse(c)).bytes()));
                }
                s.reset();
                assertEquals("80CA00662D9000", Hex.of(s.transmit(CommandApdu.parse("80CA00662D")).bytes()));
                card.close();
                await("the card is gone", () -> withCard().isEmpty());
                EscException e = assertThrows(EscException.class, () -> s.transmit(CommandApdu.parse("80CA9F7F2D")));
                assertEquals(3, e.fault().exit());
            }
        }
    }

    @Test
    void aReaderWithoutCardIsAClearError() throws Exception {
        startDaemon();
        watch();
        await("the reader is seen", () -> !readers.list().isEmpty());
        EscException e = assertThrows(EscException.class, () -> readers.connect(readers.list().getFirst().name(), Origin.verb("test")));
        assertTrue(e.problem().message().contains("no card"), e.problem().message());
    }

    @Test
    void aMissingLibraryIsNamed() {
        System.setProperty("esc.pcsc.library", "/nowhere/libpcsclite.so");
        try {
            var p = new PcscProvider();
            provider = Optional.of(p);
            assertTrue(p.complaint().contains("/nowhere/libpcsclite.so"), p.complaint());
            assertThrows(EscException.class, () -> p.connect("any", false));
        } finally {
            System.clearProperty("esc.pcsc.library");
        }
    }
}
