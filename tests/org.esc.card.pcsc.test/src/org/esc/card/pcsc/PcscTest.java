// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
import org.esc.card.VirtualCard;
import org.esc.pcscd.testing.Pcscd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real pcscd with its virtual reader driver, which a tiny card in this class joins. */
class PcscTest {

    private static final String ATR = "3BFF1400FF8131FE458025A00000005657534336353003003B";

    @TempDir
    Path folder;

    private Optional<Pcscd> daemon = Optional.empty();
    private Optional<PcscProvider> provider = Optional.empty();
    private final Readers readers = new Readers();

    @BeforeEach
    void needsADaemonOfItsOwn() {
        try {
            Pcscd.need();
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @AfterEach
    void stop() throws Exception {
        provider.ifPresent(PcscProvider::stop);
        stopDaemon();
    }

    private Pcscd startDaemon() throws Exception {
        daemon = Optional.of(Pcscd.start(folder));
        return daemon.get();
    }

    private void stopDaemon() throws InterruptedException {
        if (daemon.isPresent()) {
            daemon.get().close();
            daemon = Optional.empty();
        }
    }

    private void watch() {
        provider = Optional.of(new PcscProvider());
        readers.addProvider(provider.get());
    }

    /** A card that answers with what it got, then 9000. */
    static final VirtualCard ECHO = new VirtualCard() {
        @Override
        public Atr atr() {
            return Atr.of(ATR);
        }

        @Override
        public byte[] transmit(byte[] command) {
            byte[] answer = Arrays.copyOf(command, command.length + 2);
            answer[command.length] = (byte) 0x90;
            return answer;
        }

        @Override
        public void reset() {
            // it has no state
        }
    };

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
        var first = startDaemon();
        await("the service is noticed", () -> readers.complaints().isEmpty() && !readers.list().isEmpty());
        assertEquals(Presence.EMPTY, readers.list().getFirst().presence());
        try (var _ = first.insert(ECHO)) {
            await("the card is seen", () -> withCard().flatMap(ReaderState::atr).equals(Optional.of(Atr.of(ATR))));
        }
        await("the card is gone", () -> withCard().isEmpty());
        stopDaemon();
        await("the service is missed", () -> readers.list().isEmpty() && readers.complaints().toString().contains("not running"));
        var second = startDaemon();
        await("the service is back", () -> !readers.list().isEmpty());
        try (var _ = second.insert(ECHO)) {
            await("a card is seen after the restart", () -> withCard().isPresent());
        }
    }

    @Test
    void aCardIsSpokenToAndAPulledOneIsAClearError() throws Exception {
        var pcscd = startDaemon();
        watch();
        try (var card = pcscd.insert(ECHO)) {
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
