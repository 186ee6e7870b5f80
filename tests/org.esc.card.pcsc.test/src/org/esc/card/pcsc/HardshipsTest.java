// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.PinFormat;
import org.esc.card.PinOutcome;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Readers;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.PlayReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with a real pcscd, and a keypad behind it: a driver of the tests' own plays the readers. */
class HardshipsTest {

    private static final String ATR = "3BFF1400FF8131FE458025A00000005657534336353003003B";
    private static final String FEATURES = "060442330106070442330107120442330112";
    private static final String PROPERTIES = "01021002" + "060104" + "070108" + "0B02E608" + "0C02CB34";
    private static final PinRequest PIV = PinRequest.verify(0x00, 0x80, PinFormat.PIV);
    private static final CommandApdu COMMAND = CommandApdu.parse("80CA9F7F2D");
    private static final String ANSWER = "80CA9F7F2D9000";
    private static final long MOST_SECONDS = 30;

    @TempDir
    Path folder;

    private Optional<Pcscd> daemon = Optional.empty();
    private Optional<PcscProvider> provider = Optional.empty();
    private Optional<Other> other = Optional.empty();
    private final Readers readers = new Readers();
    private PlayReader reader;

    @BeforeEach
    void aReader() throws Exception {
        reader = new PlayReader("Play", Files.createDirectory(folder.resolve("play")));
        reader.insert(ATR);
        try {
            Pcscd.need("gcc");
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
        assumeTrue(Files.exists(Path.of("/usr/include/PCSC/ifdhandler.h")), "the header files of pcscd (libpcsclite-dev) are not installed");
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        reader.slow(Duration.ZERO);
        other.ifPresent(Other::close);
        provider.ifPresent(PcscProvider::stop);
        stop();
        await("all threads ended", () -> threads().isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(n -> n.startsWith("card in ") || n.startsWith("PC/SC readers") || n.startsWith("keypad of ")).toList();
    }

    private void start() throws Exception {
        daemon = Optional.of(Pcscd.start(folder, 0, List.of(reader)));
    }

    private void stop() throws Exception {
        if (daemon.isPresent()) {
            daemon.get().close();
            daemon = Optional.empty();
        }
    }

    private void watch() throws Exception {
        provider = Optional.of(new PcscProvider());
        readers.addProvider(provider.get());
        await("the card is seen", () -> !readers.withCard().isEmpty());
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; readers now: " + readers.list() + " " + readers.complaints() + threads());
            Thread.sleep(10);
        }
    }

    private CardSession connect() throws EscException {
        return readers.connect(readers.withCard().getFirst(), Origin.verb("test"));
    }

    private static String say(CardSession s) throws EscException {
        return Hex.of(s.transmit(COMMAND).bytes());
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        var task = new FutureTask<T>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static EscException failure(FutureTask<?> task) {
        var e = assertThrows(ExecutionException.class, () -> task.get(MOST_SECONDS, TimeUnit.SECONDS));
        return assertInstanceOf(EscException.class, e.getCause());
    }

    private void isPlain(EscException e, Set<String> codes) {
        assertTrue(codes.contains(e.problem().code()), () -> e.problem().toString());
        assertEquals(Fault.CARD, e.fault());
        assertFalse(e.problem().advice().isEmpty(), () -> e.problem().toString());
    }

    /** Another program: a client of pcscd of its own. */
    private final class Other implements AutoCloseable {

        private final Pcsc pcsc;
        private final long context;
        private final long card;
        private boolean closed;

        Other(int share) throws Exception {
            pcsc = Pcsc.load();
            long[] c = new long[1];
            long[] h = new long[2];
            assertEquals(Pcsc.SUCCESS, pcsc.establish(c));
            assertEquals(Pcsc.SUCCESS, pcsc.connect(c[0], "Play 00 00", share, h));
            context = c[0];
            card = h[0];
            other = Optional.of(this);
        }

        int reset() {
            return pcsc.reconnect(card, Pcsc.SHARE_SHARED, Pcsc.RESET_CARD, new long[1]);
        }

        /** Ends as a program that crashes: nothing is given back but what the service notices. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                pcsc.release(context);
            }
        }
    }

    @Test
    void aKilledServiceIsMissedAndItsSuccessorFound() throws Exception {
        start();
        watch();
        CardSession open = connect();
        assertEquals(ANSWER, say(open));
        daemon.get().kill();
        await("the service is missed", () -> readers.list().isEmpty() && readers.complaints().toString().contains("not running"));
        isPlain(assertThrows(EscException.class, () -> say(open)), Set.of("reader-lost", "no-pcsc-service"));
        isPlain(assertThrows(EscException.class, () -> provider.get().connect("Play 00 00", false)), Set.of("no-pcsc-service"));
        start();
        await("the successor is found", () -> !readers.withCard().isEmpty() && readers.complaints().isEmpty());
        isPlain(assertThrows(EscException.class, () -> say(open)), Set.of("reader-lost", "no-pcsc-service"));
        open.close();
        try (CardSession s = connect()) {
            assertEquals(ANSWER, say(s));
        }
    }

    @Test
    void aServiceKilledInACommandEndsIt() throws Exception {
        start();
        watch();
        reader.slow(Duration.ofMinutes(5));
        try (CardSession s = connect()) {
            var command = start(() -> say(s));
            await("the card is at work", () -> reader.asked().stream().anyMatch(a -> a.startsWith("transmit")));
            daemon.get().kill();
            isPlain(failure(command), Set.of("reader-lost", "no-pcsc-service"));
        }
        reader.slow(Duration.ZERO);
        start();
        await("the successor is found", () -> !readers.withCard().isEmpty());
        try (CardSession s = connect()) {
            assertEquals(ANSWER, say(s));
        }
    }

    @Test
    void aReaderUnpluggedInACommandEndsItAndTheLastOneMayComeBack() throws Exception {
        start();
        watch();
        reader.slow(Duration.ofMinutes(5));
        try (CardSession s = connect()) {
            var command = start(() -> say(s));
            await("the card is at work", () -> reader.asked().stream().anyMatch(a -> a.startsWith("transmit")));
            reader.gone(true);
            isPlain(failure(command), Set.of("reader-lost", "card-removed", "no-answer"));
            await("the last reader is gone", () -> readers.list().isEmpty());
            assertEquals(List.of(), readers.complaints(), "the service is well");
        }
        reader.slow(Duration.ZERO);
        reader.gone(false);
        await("it is back", () -> !readers.withCard().isEmpty());
        try (CardSession s = connect()) {
            assertEquals(ANSWER, say(s));
        }
    }

    @Test
    void aCardPulledInACommandEndsIt() throws Exception {
        start();
        watch();
        reader.slow(Duration.ofMinutes(5));
        try (CardSession s = connect()) {
            var command = start(() -> say(s));
            await("the card is at work", () -> reader.asked().stream().anyMatch(a -> a.startsWith("transmit")));
            reader.pull();
            isPlain(failure(command), Set.of("reader-lost", "card-removed", "no-answer"));
        }
        await("the card is gone", () -> readers.withCard().isEmpty());
        reader.slow(Duration.ZERO);
        reader.insert(ATR);
        await("it is back", () -> !readers.withCard().isEmpty());
        try (CardSession s = connect()) {
            assertEquals(ANSWER, say(s));
        }
    }

    @Test
    void aCardHeldExclusivelyIsShownAsSuchUntilItIsLetGo() throws Exception {
        start();
        var held = new Other(Pcsc.SHARE_EXCLUSIVE);
        watch();
        await("it shows", () -> readers.list().getFirst().presence() == Presence.IN_USE);
        isPlain(assertThrows(EscException.class, this::connect), Set.of("card-in-use"));
        assertEquals(Optional.empty(), readers.pinPad("Play 00 00"), "nobody can tell now");
        held.close();
        await("it is free", () -> readers.list().getFirst().presence() == Presence.PRESENT);
        assertEquals(Optional.of(PinPad.NONE), readers.pinPad("Play 00 00"));
        try (CardSession s = connect()) {
            assertEquals(ANSWER, say(s));
        }
    }

    @Test
    void anotherProgramsTransactionIsWaitedForEvenIfItCrashes() throws Exception {
        start();
        watch();
        var busy = new Other(Pcsc.SHARE_SHARED);
        assertEquals(Pcsc.SUCCESS, busy.pcsc.begin(busy.card));
        var answer = start(() -> {
            try (CardSession s = connect()) {
                return say(s);
            }
        });
        assertEquals(Optional.empty(), readers.pinPad("Play 00 00"), "the question is held up, the program is not");
        assertFalse(answer.isDone());
        assertEquals(List.of(), reader.asked().stream().filter(a -> a.startsWith("transmit")).toList());
        busy.close();
        assertEquals(ANSWER, answer.get(MOST_SECONDS, TimeUnit.SECONDS));
        await("the keypad is known", () -> readers.pinPad("Play 00 00").isPresent());
    }

    @Test
    void aResetByAnotherProgramHarmsNoSessionAndWaitsForIt() throws Exception {
        start();
        watch();
        var rude = new Other(Pcsc.SHARE_SHARED);
        try (var c = provider.get().connect("Play 00 00", false)) {
            assertEquals(Pcsc.SUCCESS, rude.reset());
            c.beginTransaction();
            assertEquals(ANSWER, Hex.of(c.transmit(COMMAND.bytes())));
            var reset = start(rude::reset);
            assertEquals(ANSWER, Hex.of(c.transmit(COMMAND.bytes())));
            assertFalse(reset.isDone(), "a session is left alone");
            c.endTransaction();
            assertEquals(Pcsc.SUCCESS, reset.get(MOST_SECONDS, TimeUnit.SECONDS));
            var e = assertThrows(EscException.class, () -> c.transmit(COMMAND.bytes()));
            isPlain(e, Set.of("card-reset"));
        }
    }

    /** The driver takes its time to listen when there are many. */
    private boolean insert(int slot, List<VpcdConnection> cards) {
        try {
            return cards.add(daemon.orElseThrow().insert(PcscTest.ECHO, slot));
        } catch (EscException _) {
            return false;
        }
    }

    @Test
    void asManyReadersAsTheServiceHasAreUsedAtOnce() throws Exception {
        daemon = Optional.of(Pcscd.start(folder, 8, List.of()));
        provider = Optional.of(new PcscProvider());
        readers.addProvider(provider.get());
        await("all are there", () -> readers.list().size() == 16);
        var cards = new ArrayList<VpcdConnection>();
        try {
            for (int i = 0; i < 16; i++) {
                int slot = i;
                await("the reader takes a card", () -> insert(slot, cards));
            }
            await("all have cards", () -> readers.list().stream().filter(r -> r.atr().isPresent()).count() == 16);
            var talks = new ArrayList<FutureTask<String>>();
            for (String name : readers.withCard()) {
                talks.add(start(() -> {
                    try (CardSession s = readers.connect(name, Origin.verb("test"))) {
                        String last = "";
                        for (int i = 0; i < 5; i++) {
                            last = say(s);
                        }
                        return last;
                    }
                }));
            }
            for (var t : talks) {
                assertEquals(ANSWER, t.get(MOST_SECONDS, TimeUnit.SECONDS));
            }
            cards.get(9).close();
            await("one went", () -> readers.withCard().size() == 15);
        } finally {
            cards.forEach(VpcdConnection::close);
        }
        await("all went", () -> readers.withCard().isEmpty());
        assertEquals(List.of(), readers.complaints());
        stop();
        await("the service went", () -> readers.list().isEmpty() && !readers.complaints().isEmpty());
    }

    @Test
    void aKeypadBehindTheServiceIsFoundAndAsked() throws Exception {
        reader.keypad(FEATURES, PROPERTIES);
        start();
        watch();
        var pad = new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(8), Optional.of(new PinPad.Display(2, 16)), Optional.empty(),
                Optional.of("08e6:34cb"));
        assertEquals(Optional.of(pad), readers.pinPad("Play 00 00"));
        try (CardSession s = connect()) {
            assertEquals(pad, s.pinPad());
            reader.entry("63C2");
            assertEquals("The PIN is wrong. 2 tries are left.", s.enterPin(PIV).message());
            reader.entry("6401");
            assertEquals(new PinOutcome.NotEntered(PinOutcome.Reason.CANCELLED), s.enterPin(PIV));
            reader.entry("9000");
            assertTrue(s.enterPin(PIV).accepted());
            assertTrue(s.enterPin(PinRequest.change(0x00, 0x80, PinFormat.PIV)).accepted());
            assertEquals(ANSWER, say(s));
            var entries = reader.asked().stream().filter(a -> a.startsWith("control 4233010")).toList();
            assertEquals("control 42330106:1E1E820800" + "0806" + "02010904" + "00" + "000000" + "0D000000" + "0020008008FFFFFFFFFFFFFFFF",
                    entries.getFirst());
            assertEquals(4, entries.size());

            reader.slow(Duration.ofMinutes(5));
            var entry = start(() -> s.enterPin(PIV));
            await("it is asked for", () -> reader.asked().stream().filter(a -> a.startsWith("control 42330106")).count() == 4);
            reader.pull();
            isPlain(failure(entry), Set.of("card-removed", "pin-pad-failed"));
        }
        reader.slow(Duration.ZERO);
        await("the card is gone", () -> readers.withCard().isEmpty());
        assertEquals(Optional.of(pad), readers.pinPad("Play 00 00"));
    }

    @Test
    void aKeypadIsFoundWithoutACardAndAskingItIsNoLostThreadWhenTheServiceDies() throws Exception {
        reader.keypad(FEATURES, "");
        reader.pull();
        start();
        provider = Optional.of(new PcscProvider());
        readers.addProvider(provider.get());
        await("the reader is seen", () -> !readers.list().isEmpty());
        assertTrue(readers.pinPad("Play 00 00").orElseThrow().changes());
        reader.insert(ATR);
        await("the card is seen", () -> readers.list().stream().map(ReaderState::atr).toList().equals(List.of(Optional.of(Atr.of(ATR)))));
        reader.slow(Duration.ofMinutes(5));
        try (CardSession s = connect()) {
            var entry = start(() -> s.enterPin(PIV));
            await("it is asked for", () -> reader.asked().stream().anyMatch(a -> a.startsWith("control 42330106")));
            daemon.get().kill();
            isPlain(failure(entry), Set.of("reader-lost", "no-pcsc-service"));
        }
    }
}
