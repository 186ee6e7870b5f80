// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.CardSession;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.card.PinFormat;
import org.esc.card.PinOutcome;
import org.esc.card.PinOutcome.Reason;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PIN entry at the reader, against a library and a keypad of our own. */
class PinPadTest {

    private static final String ATR = "3B8B0180594553432D54455354310C";
    /** VERIFY_PIN_DIRECT, MODIFY_PIN_DIRECT, GET_TLV_PROPERTIES. */
    private static final String FEATURES = "060442330106070442330107120442330112";
    private static final String VERIFY = "42330106";
    private static final String MODIFY = "42330107";
    /** wLcdLayout 2 x 16, bEntryValidationCondition 7, 4 to 8 digits, "V1.2", bPPDUSupport, 08E6:34CB. */
    private static final String PROPERTIES = "01021002" + "020107" + "060104" + "070108" + "080456312E32" + "090100" + "0B02E608" + "0C02CB34";
    private static final PinRequest PIV = PinRequest.verify(0x00, 0x80, PinFormat.PIV);

    private Optional<PcscProvider> provider = Optional.empty();
    private final Readers readers = new Readers();
    private final List<Exchange> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        provider.ifPresent(PcscProvider::stop);
    }

    /** A keypad whose driver knows the request for features of this platform alone. */
    private static UnaryOperator<String> keypad(Platform platform, String features, String properties, UnaryOperator<String> entry) {
        return request -> {
            String code = request.substring(0, request.indexOf(':'));
            return code.equals(Integer.toHexString(platform.featureRequest).toUpperCase()) ? features
                    : code.equals("42330112") ? properties : entry.apply(request);
        };
    }

    private FakePcsc card(Platform platform, UnaryOperator<String> keypad) throws InterruptedException {
        var library = new FakePcsc(platform);
        library.plug("reader");
        library.insert("reader", ATR);
        library.reader = keypad;
        watch(library);
        return library;
    }

    private void watch(FakePcsc library) throws InterruptedException {
        provider = Optional.of(new PcscProvider(library::load));
        readers.addProvider(provider.get());
        for (int i = 0; i < 3000 && readers.withCard().isEmpty(); i++) {
            Thread.sleep(10);
        }
        readers.addObserver(seen::add);
    }

    private CardSession connect() throws EscException {
        return readers.connect("reader", Origin.verb("test"));
    }

    @ParameterizedTest
    @EnumSource
    void aReaderTellsWhatItsKeypadCan(Platform platform) throws Exception {
        var library = card(platform, keypad(platform, FEATURES, PROPERTIES, _ -> ""));
        var all = new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(8), Optional.of(new PinPad.Display(2, 16)), Optional.of("V1.2"),
                Optional.of("08e6:34cb"));
        assertEquals(Optional.of(all), readers.pinPad("reader"));
        library.insert("reader", "");
        assertEquals(Optional.of(all), readers.pinPad("reader"), "known without asking again");
        library.plug("other");
        for (int i = 0; i < 3000 && readers.list().size() < 2; i++) {
            Thread.sleep(10);
        }
        assertEquals(Optional.of(all), readers.pinPad("other"), "a reader without card is asked directly");
        assertEquals(Optional.empty(), readers.pinPad("none"));
        library.insert("reader", ATR);
        try (CardSession s = connect(); var card = TransportRules.over(s)) {
            assertEquals(all, card.as(Origin.probe("x")).pinPad());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aVerificationIsAskedForAsPartTenWants(Platform platform) throws Exception {
        var library = card(platform, keypad(platform, FEATURES, PROPERTIES, _ -> "9000"));
        try (CardSession s = connect()) {
            assertTrue(s.enterPin(PIV).accepted());
            assertTrue(s.enterPin(PinRequest.verify(0x00, 0x81, PinFormat.ascii(6, 127))).accepted());
            assertTrue(s.enterPin(PinRequest.verify(0x00, 0x01, PinFormat.FORMAT_2)).accepted());
        }
        // timeouts 30, ASCII in bytes from the left, 8 bytes; 6 to 8 digits; key; 1 message, English, first; 13 bytes
        assertEquals(List.of("control " + VERIFY + ":" + "1E1E" + "82" + "08" + "00" + "0806" + "02" + "01" + "0904" + "00" + "000000" + "0D000000"
                + "0020008008FFFFFFFFFFFFFFFF",
                // as long as it is; the reader takes eight at most
                "control " + VERIFY + ":" + "1E1E" + "82" + "00" + "00" + "0806" + "02" + "01" + "0904" + "00" + "000000" + "05000000" + "0020008100",
                // BCD from the second byte, 4 bits of length at bit 4, seven bytes
                "control " + VERIFY + ":" + "1E1E" + "89" + "47" + "04" + "0804" + "02" + "01" + "0904" + "00" + "000000" + "0D000000"
                        + "002000010820FFFFFFFFFFFFFF"),
                library.calls.stream().filter(c -> c.startsWith("control " + VERIFY)).toList());
        assertEquals(List.of(), library.sent, "the reader sends the command itself");
        Exchange x = seen.getFirst();
        assertTrue(x.pinAtReader());
        assertEquals("9000", Hex.of(x.response()));
    }

    @ParameterizedTest
    @EnumSource
    void aChangeIsAskedForAsPartTenWants(Platform platform) throws Exception {
        var library = card(platform, keypad(platform, FEATURES, "", _ -> "9000"));
        try (CardSession s = connect()) {
            assertTrue(s.enterPin(PinRequest.change(0x00, 0x80, PinFormat.PIV)).accepted());
            assertTrue(s.enterPin(PinRequest.change(0x00, 0x81, PinFormat.ascii(6, 6))).accepted());
            assertTrue(s.enterPin(PinRequest.of(PinRequest.Kind.SET, 0x00, 0x2C, 2, 0x81, PinFormat.ascii(6, 127))).accepted());
        }
        assertEquals(List.of("control " + MODIFY + ":" + "1E1E" + "82" + "08" + "00" + "00" + "08" + "0806" + "03" + "02" + "00" + "0904" + "000102"
                + "000000" + "15000000" + "0024008010" + "FF".repeat(16),
                "control " + MODIFY + ":" + "1E1E" + "82" + "00" + "00" + "00" + "00" + "0606" + "03" + "03" + "00" + "0904" + "000102"
                        + "000000" + "05000000" + "0024008100",
                "control " + MODIFY + ":" + "1E1E" + "82" + "00" + "00" + "00" + "00" + "7F06" + "01" + "02" + "00" + "0904" + "010200"
                        + "000000" + "05000000" + "002C028100"),
                library.calls.stream().filter(c -> c.startsWith("control " + MODIFY)).toList());
    }

    @Test
    void whatAReaderKnowsNotIsNotAskedOfIt() throws Exception {
        var library = card(Platform.LINUX, keypad(Platform.LINUX, "060442330106" + "0A044233010A" + "120442330112", "020101" + "060105",
                r -> r.startsWith("4233010A") ? "10020700" : "9000"));
        try (CardSession s = connect()) {
            assertEquals(Optional.of(new PinPad.Display(2, 16)), s.pinPad().display(), "from the older question");
            assertTrue(s.enterPin(PIV).accepted());
            assertTrue(library.calls.getLast().contains(":1E1E820800" + "0806" + "01"), "the only end it knows: " + library.calls.getLast());
            var change = PinRequest.change(0x00, 0x80, PinFormat.PIV);
            assertFalse(s.pinPad().can(change));
            assertEquals("pin-pad-unable", assertThrows(EscException.class, () -> s.enterPin(change)).problem().code());
            var fourDigits = PinRequest.verify(0x00, 0x80, PinFormat.ascii(4, 4));
            assertFalse(s.pinPad().can(fourDigits), "the keypad takes five at least");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "06", "0604", "06044233", "06034233010701", "060400000000", "06050042330106", "0600", "1304423301130604",
            "FF" + "FFFFFFFF", "00000000000000000000", "0A044233010A", "120442330112"})
    void nonsenseIsNoKeypad(String features) throws Exception {
        card(Platform.LINUX, keypad(Platform.LINUX, features, PROPERTIES, _ -> "9000"));
        assertEquals(Optional.of(PinPad.NONE), readers.pinPad("reader"));
        try (CardSession s = connect()) {
            EscException e = assertThrows(EscException.class, () -> s.enterPin(PIV));
            assertEquals("pin-pad-unable", e.problem().code());
            assertEquals(Fault.USAGE, e.fault());
            assertEquals("9000", Hex.of(s.transmit(CommandApdu.parse("80CA9F7F00")).bytes()), "the session goes on");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "01", "0102", "010110", "0601", "060100070100", "060109070104", "0B0108", "080A1B5B324A07000A0D7F80", "0100020006000700",
            "0102FFFF"})
    void nonsenseAboutAKeypadIsNotBelieved(String properties) throws Exception {
        card(Platform.LINUX, keypad(Platform.LINUX, FEATURES, properties, _ -> "9000"));
        PinPad pad = readers.pinPad("reader").orElseThrow();
        assertTrue(pad.verifies());
        assertEquals(OptionalInt.empty(), pad.minDigits());
        assertEquals(OptionalInt.empty(), pad.maxDigits());
        assertEquals(Optional.empty(), pad.usb());
        assertTrue(pad.firmware().orElse("").chars().allMatch(c -> c >= ' ' && c <= '~'), pad::toString);
        try (CardSession s = connect()) {
            assertTrue(s.enterPin(PIV).accepted());
        }
    }

    @Test
    void anyBytesAreTaken() throws Exception {
        var random = new Random(20);
        for (int i = 0; i < 20_000; i++) {
            byte[] features = new byte[random.nextInt(40)];
            byte[] properties = new byte[random.nextInt(40)];
            random.nextBytes(features);
            random.nextBytes(properties);
            for (int at = 0; at + 1 < features.length; at += 6) {
                features[at] = (byte) random.nextInt(0x14);
                features[at + 1] = (byte) (random.nextInt(8) == 0 ? 5 : 4);
            }
            var f = PinPadFeatures.ask(1, (code, _) -> code == 1 ? features : properties);
            for (var request : List.of(PIV, PinRequest.change(0, 0x80, PinFormat.PIV), PinRequest.verify(0, 1, PinFormat.FORMAT_2))) {
                if (f.pad().can(request)) {
                    byte[] s = f.structure(request);
                    byte[] template = request.template();
                    assertEquals(Hex.of(template), Hex.of(s).substring(2 * (s.length - template.length)));
                }
            }
        }
    }

    @Test
    void everyEndOfAnEntryIsToldInWords() throws Exception {
        var answer = new String[1];
        card(Platform.LINUX, keypad(Platform.LINUX, FEATURES, PROPERTIES, _ -> answer[0]));
        var ends = Map.of("6400", Reason.TIMEOUT, "6401", Reason.CANCELLED, "6402", Reason.DIFFERENT, "6403", Reason.LENGTH, "6B80", Reason.UNABLE);
        try (CardSession s = connect()) {
            for (var end : ends.entrySet()) {
                answer[0] = end.getKey();
                assertEquals(new PinOutcome.NotEntered(end.getValue()), s.enterPin(PIV));
            }
            answer[0] = "6401";
            var cancelled = s.enterPin(PIV);
            assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> cancelled.orThrow("log in")).fault());
            answer[0] = "63C2";
            var wrong = s.enterPin(PIV);
            assertTrue(wrong.message().contains("2 tries"), wrong::message);
            assertEquals("wrong-pin", assertThrows(EscException.class, () -> wrong.orThrow("log in")).problem().code());
            answer[0] = "63C1";
            assertTrue(s.enterPin(PIV).message().contains("One try"));
            for (String blocked : List.of("63C0", "6983")) {
                answer[0] = blocked;
                assertInstanceOf(PinOutcome.Blocked.class, s.enterPin(PIV));
            }
            answer[0] = "9C02";
            assertInstanceOf(PinOutcome.Refused.class, s.enterPin(PIV), "an applet's own word is its driver's to understand");
            answer[0] = "0102030405060708" + "9000";
            assertEquals(8, s.enterPin(PIV).orThrow("log in").data().length, "what the card answers comes through");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCardThatIsPulledMeanwhileIsAClearError(Platform platform) throws Exception {
        var library = card(platform, keypad(platform, FEATURES, PROPERTIES, _ -> ""));
        try (CardSession s = connect()) {
            assertTrue(s.pinPad().isThere());
            library.controlCode = Pcsc.E_NOT_TRANSACTED;
            assertEquals("pin-pad-failed", assertThrows(EscException.class, () -> s.enterPin(PIV)).problem().code());
            library.statusCode = Pcsc.W_REMOVED_CARD;
            assertEquals("card-removed", assertThrows(EscException.class, () -> s.enterPin(PIV)).problem().code());
            library.controlCode = Pcsc.E_READER_UNAVAILABLE;
            assertEquals("card-removed", assertThrows(EscException.class, () -> s.enterPin(PIV)).problem().code());
            library.controlCode = Pcsc.SUCCESS;
            EscException e = assertThrows(EscException.class, () -> s.enterPin(PIV));
            assertEquals("no-answer", e.problem().code(), "a reader that says nothing");
            assertTrue(seen.getLast().failure().isPresent() && seen.getLast().pinAtReader());
        }
    }

    @Test
    void whoeverCancelsIsFreeAtOnceAndTheCardIsLetGoWhenTheReaderIsDone() throws Exception {
        var asked = new CountDownLatch(1);
        var key = new CountDownLatch(1);
        var library = card(Platform.LINUX, keypad(Platform.LINUX, FEATURES, PROPERTIES, _ -> {
            asked.countDown();
            try {
                key.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "6401";
        }));
        CardSession s = connect();
        var told = new CompletableFuture<EscException>();
        Thread.startVirtualThread(() -> told.complete(assertThrows(EscException.class, () -> s.enterPin(PIV))));
        assertTrue(asked.await(30, TimeUnit.SECONDS));
        s.close();
        EscException e = told.get(30, TimeUnit.SECONDS);
        assertEquals(Fault.CANCELLED, e.fault());
        assertEquals("pin-pad-waits", e.problem().code());
        assertTrue(e.problem().advice().contains("30 seconds"), e.problem().advice());
        assertFalse(library.calls.contains("disconnect"), "the reader is still busy");
        key.countDown();
        for (int i = 0; i < 3000 && !library.calls.contains("disconnect"); i++) {
            Thread.sleep(10);
        }
        assertTrue(library.calls.contains("disconnect"), "and then the card is free");
        assertEquals("6401", Hex.of(seen.getLast().response()), "the trace tells how it ended");
    }

    @Test
    void aTransactionIsKeptAliveWhereTheSystemBreaksIdleOnes() throws Exception {
        var usual = Platform.WINDOWS.abi();
        assertTrue(usual.keepAliveMillis() > 0 && usual.keepAliveMillis() < Duration.ofSeconds(5).toMillis() / 2);
        var fast = new Pcsc.Abi(usual.dword(), usual.handle(), usual.stateSize(), usual.atrOffset(), usual.suffix(), usual.featureRequest(), 20,
                usual.libraries());
        var library = new FakePcsc(Platform.WINDOWS, fast);
        library.plug("reader");
        library.insert("reader", ATR);
        watch(library);
        try (CardSession s = connect()) {
            long before = signs(library);
            for (int i = 0; i < 3000 && signs(library) < before + 3; i++) {
                Thread.sleep(10);
            }
            assertTrue(signs(library) >= before + 3, "the card is asked while nobody uses it");
            library.statusCode = Pcsc.W_RESET_CARD;
            assertEquals("9000", Hex.of(s.transmit(CommandApdu.parse("80CA9F7F00")).bytes()), "a failed question is no affair of the command's");
        }
        for (int i = 0; i < 3000 && !library.calls.contains("disconnect"); i++) {
            Thread.sleep(10);
        }
        long after = signs(library);
        Thread.sleep(200);
        assertEquals(after, signs(library), "nobody is asked when it is over");
    }

    private static long signs(FakePcsc library) {
        return library.calls.stream().filter("status"::equals).count();
    }
}
