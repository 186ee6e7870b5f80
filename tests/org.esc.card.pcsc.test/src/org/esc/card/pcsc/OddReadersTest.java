// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What pcscd with virtual readers cannot show, against a library of our own, in the memory layout of each platform. */
class OddReadersTest {

    private static final String ATR = "3B8B0180594553432D54455354310C";
    private static final Duration MOST = Duration.ofSeconds(30);

    private Optional<PcscProvider> provider = Optional.empty();
    private final Readers readers = new Readers();

    @AfterEach
    void stop() {
        provider.ifPresent(PcscProvider::stop);
    }

    private void watch(FakePcsc library) {
        provider = Optional.of(new PcscProvider(library::load));
        readers.addProvider(provider.get());
    }

    private FakePcsc oneCard(Platform platform) throws InterruptedException {
        var library = new FakePcsc(platform);
        library.plug("reader");
        library.insert("reader", ATR);
        watch(library);
        await("the card is seen", () -> !readers.withCard().isEmpty());
        return library;
    }

    private CardSession connect() throws EscException {
        return readers.connect("reader", Origin.verb("test"));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> what + "; readers now: " + readers.list() + " " + readers.complaints());
            Thread.sleep(5);
        }
    }

    private static String say(CardSession s, String command) throws EscException {
        return Hex.of(s.transmit(CommandApdu.parse(command)).bytes());
    }

    @ParameterizedTest
    @EnumSource
    void readersAndCardsAreSeenAsTheyComeAndGo(Platform platform) throws Exception {
        var library = new FakePcsc(platform);
        watch(library);
        assertEquals(List.of(), readers.list());
        library.plug("first");
        await("a reader came", () -> readers.list().size() == 1);
        library.plug("second, näher");
        await("another came", () -> readers.list().size() == 2);
        library.insert("second, näher", ATR);
        await("a card came", () -> readers.withCard().equals(List.of("second, näher")));
        assertEquals(Optional.of(Atr.of(ATR)), readers.list().get(1).atr());
        library.insert("second, näher", "");
        await("the card went", () -> readers.withCard().isEmpty());
        library.unplug("first");
        library.unplug("second, näher");
        await("the last reader went", () -> readers.list().isEmpty());
        library.plug("again");
        await("a reader came after all had gone", () -> readers.list().size() == 1);
    }

    @ParameterizedTest
    @EnumSource
    void windowsStopsItsServiceWithTheLastReader(Platform platform) throws Exception {
        var library = oneCard(platform);
        for (int code : new int[] {Pcsc.E_SERVICE_STOPPED, Pcsc.E_NO_SERVICE, Pcsc.F_COMM_ERROR, Pcsc.E_INVALID_HANDLE}) {
            library.establishCode = Pcsc.E_NO_SERVICE;
            library.fail(code);
            await("the service went", () -> readers.list().isEmpty() && readers.complaints().toString().contains("not running"));
            library.establishCode = Pcsc.SUCCESS;
            library.fail(Pcsc.SUCCESS);
            await("the service came", () -> readers.withCard().size() == 1 && readers.complaints().isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void someoneWhoMayNotUseCardsIsToldSo(Platform platform) throws Exception {
        var library = new FakePcsc(platform);
        library.establishCode = Pcsc.W_SECURITY_VIOLATION;
        watch(library);
        await("it is said", () -> readers.complaints().toString().contains("does not let you"));
        EscException e = assertThrows(EscException.class, () -> provider.get().connect("reader", false));
        assertEquals("pcsc-not-allowed", e.problem().code());
    }

    @ParameterizedTest
    @EnumSource
    void moreReadersThanTheLibraryWatchesAtOnceAreStillLive(Platform platform) throws Exception {
        var library = new FakePcsc(platform);
        library.mostStates = 16;
        IntStream.range(0, 16).forEach(i -> library.plug("reader " + i));
        watch(library);
        await("all are there", () -> readers.list().size() == 16);
        library.insert("reader 15", ATR);
        await("a card in the last", () -> readers.withCard().equals(List.of("reader 15")));
        library.unplug("reader 3");
        await("one went", () -> readers.list().size() == 15);
        library.plug("reader 3");
        await("it came back", () -> readers.list().size() == 16);
        assertEquals(List.of(), readers.complaints());
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatComesWhileTheyAreListedAndLongNamesDoNoHarm(Platform platform) throws Exception {
        var library = new FakePcsc(platform);
        String name = "a very long name ".repeat(50);
        library.plug("reader");
        library.insert("reader", ATR);
        library.lateReader = Optional.of(name);
        watch(library);
        await("both are there", () -> readers.list().size() == 2);
        assertEquals(name, readers.list().getFirst().name());
        try (CardSession s = readers.connect(name, Origin.verb("test"))) {
            assertEquals(name, s.reader());
            assertTrue(library.calls.contains("connect " + name));
        }
    }

    @ParameterizedTest
    @EnumSource
    void commandsGoAsTheProtocolWantsThem(Platform platform) throws Exception {
        var library = oneCard(platform);
        String data = "AB".repeat(255);
        for (String c : List.of("00A40400", "80CA9F7F00", "80E400000101", "80E40000010100", "84E80000FF" + data + "00",
                "80E8000000012C" + "CD".repeat(300) + "0000", "80CA0000000000")) {
            library.sent.clear();
            library.protocol = Pcsc.PROTOCOL_T1;
            try (CardSession s = connect()) {
                assertEquals("T=1", s.protocol());
                assertEquals("9000", say(s, c));
            }
            assertEquals(List.of(c), library.sent);
        }
        var overT0 = Map.of("00A40400", "00A4040000", "80CA9F7F00", "80CA9F7F00", "80CA9F7F2D", "80CA9F7F2D",
                "80E400000101", "80E400000101", "80E40000010100", "80E400000101", "84E80000FF" + data + "00", "84E80000FF" + data,
                "80CA0000000000", "80CA000000", "80CA0000000010", "80CA000010", "80E40000000001AA0000", "80E4000001AA");
        library.protocol = Pcsc.PROTOCOL_T0;
        for (var x : overT0.entrySet()) {
            library.sent.clear();
            try (CardSession s = connect()) {
                assertEquals("T=0", s.protocol());
                assertEquals("9000", say(s, x.getKey()));
            }
            assertEquals(List.of(x.getValue()), library.sent);
        }
        // too much data, and extended lengths that a MAC covers
        for (String never : List.of("80E8000000012C" + "CD".repeat(300), "84CA0000000008" + "AA".repeat(8) + "0000")) {
            library.sent.clear();
            try (CardSession s = connect()) {
                EscException e = assertThrows(EscException.class, () -> say(s, never));
                assertEquals("too-long-for-t0", e.problem().code());
                assertEquals("9000", say(s, "80CA9F7F00"), "the session goes on");
            }
            assertEquals(List.of("80CA9F7F00"), library.sent);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCaseFourCommandOverT0FetchesItsAnswer(Platform platform) throws Exception {
        var library = oneCard(platform);
        library.protocol = Pcsc.PROTOCOL_T0;
        String first = "11".repeat(256);
        library.card = c -> switch (c) {
            case "80F2800002" + "4F00" -> "6100";
            case "00C0000000" -> first + "6103";
            case "00C0000003" -> "6C02";
            case "00C0000002" -> "22229000";
            default -> "6F00";
        };
        try (CardSession s = connect(); var card = TransportRules.over(s)) {
            assertEquals(first + "22229000", Hex.of(card.transmit(CommandApdu.parse("80F28000024F0000")).bytes()));
        }
        assertEquals(List.of("80F28000024F00", "00C0000000", "00C0000003", "00C0000002"), library.sent);
    }

    @ParameterizedTest
    @EnumSource
    void aCardThatWasResetUnderASessionEndsItLoudlyAndCanBeResetByUs(Platform platform) throws Exception {
        var library = oneCard(platform);
        try (CardSession s = connect()) {
            assertEquals("9000", say(s, "00A4040000"));
            library.transmitCode = Pcsc.W_RESET_CARD;
            EscException e = assertThrows(EscException.class, () -> say(s, "80CA9F7F00"));
            assertEquals("card-reset", e.problem().code());
            assertTrue(library.calls.stream().noneMatch(c -> c.startsWith("reconnect")), "nothing is mended behind the back of a secure channel");
            s.reset();
            assertEquals("9000", say(s, "80CA9F7F00"));
        }
        library.beginCode = Pcsc.W_RESET_CARD;
        try (CardSession s = connect()) {
            assertEquals("9000", say(s, "80CA9F7F00"), "a reset before our turn harms nothing");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachFailureIsAClearErrorWithACodeAndAdvice(Platform platform) throws Exception {
        var library = oneCard(platform);
        var connecting = Map.of(Pcsc.E_SHARING_VIOLATION, "card-in-use", Pcsc.E_NO_SMARTCARD, "card-removed",
                Pcsc.W_UNRESPONSIVE_CARD, "card-mute", Pcsc.E_PROTO_MISMATCH, "card-mute", Pcsc.E_NO_SERVICE, "no-pcsc-service");
        for (var x : connecting.entrySet()) {
            library.connectCode = x.getKey();
            EscException e = assertThrows(EscException.class, this::connect);
            assertEquals(x.getValue(), e.problem().code());
            assertTrue(!e.problem().advice().isEmpty(), x.getValue());
        }
        library.connectCode = Pcsc.SUCCESS;
        var talking = Map.of(Pcsc.W_REMOVED_CARD, "card-removed", Pcsc.E_READER_UNAVAILABLE, "card-removed",
                Pcsc.F_COMM_ERROR, "reader-lost", Pcsc.E_INVALID_HANDLE, "reader-lost", Pcsc.E_SERVICE_STOPPED, "no-pcsc-service");
        for (var x : talking.entrySet()) {
            try (CardSession s = connect()) {
                library.transmitCode = x.getKey();
                EscException e = assertThrows(EscException.class, () -> say(s, "80CA9F7F00"));
                assertEquals(x.getValue(), e.problem().code());
                assertTrue(!e.problem().advice().isEmpty(), x.getValue());
            }
            library.transmitCode = Pcsc.SUCCESS;
        }
        assertEquals(Presence.PRESENT, readers.list().getFirst().presence());
        assertTrue(readers.list().stream().allMatch(ReaderState::hasCard));
    }

    @ParameterizedTest
    @EnumSource
    void controlCodesReachTheReader(Platform platform) throws Exception {
        var library = oneCard(platform);
        library.reader = r -> r.equals("42000D48:") ? "0604420033FC" : "";
        try (CardSession s = connect()) {
            assertEquals("0604420033FC", Hex.of(s.control(0x42000D48, new byte[0])));
            assertEquals("", Hex.of(s.control(0x80000001, Hex.parse("0102"))));
        }
        assertTrue(library.calls.contains("control 80000001:0102"), library.calls::toString);
    }
}
