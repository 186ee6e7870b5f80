// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.junit.jupiter.api.Test;

class ReadersTest {

    private final List<String> log = new CopyOnWriteArrayList<>();

    /** One reader whose card answers by a function from hex to hex; an empty answer means that the card is gone. */
    private final class Fake implements ReaderProvider {

        private final List<Runnable> listeners = new ArrayList<>();
        private final UnaryOperator<String> card;
        private volatile Runnable onBegin = () -> { };
        private boolean ownThread = true;

        Fake(UnaryOperator<String> card) {
            this.card = card;
        }

        @Override
        public String name() {
            return "Fake";
        }

        @Override
        public boolean wantsOwnThread() {
            return ownThread;
        }

        @Override
        public List<ReaderState> readers() {
            return List.of(new ReaderState("fake 1", "Fake", ReaderState.Presence.PRESENT, Optional.of(Atr.of("3B00")), 1));
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            listeners.add(changed);
            return () -> listeners.remove(changed);
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) {
            log.add("connect " + Thread.currentThread().getName());
            return new RawConnection() {
                @Override
                public Atr atr() {
                    return Atr.of("3B00");
                }

                @Override
                public String protocol() {
                    return "T=1";
                }

                @Override
                public byte[] transmit(byte[] command) throws CardException {
                    String answer = card.apply(Hex.of(command));
                    if (answer.isEmpty()) {
                        throw CardException.removed("talk to the card", null);
                    }
                    return Hex.parse(answer);
                }

                @Override
                public void beginTransaction() {
                    onBegin.run();
                    log.add("begin");
                }

                @Override
                public void endTransaction() {
                    log.add("end");
                }

                @Override
                public Atr reset() {
                    return atr();
                }

                @Override
                public void close() {
                    log.add("close");
                }
            };
        }
    }

    private static Readers readers(ReaderProvider provider, ExchangeObserver... observers) {
        var r = new Readers();
        r.addProvider(provider);
        for (var o : observers) {
            r.addObserver(o);
        }
        return r;
    }

    @Test
    void everyExchangeIsSeenWithItsOrigin() throws Exception {
        var seen = new CopyOnWriteArrayList<Exchange>();
        var readers = readers(new Fake(c -> "9000"), seen::add);
        try (CardSession s = readers.connect("fake 1", Origin.verb("info"))) {
            s.transmit(CommandApdu.parse("80CA9F7F2D"));
            s.as(Origin.probe("coolkey")).transmit(CommandApdu.parse("00A4040000"));
        }
        assertEquals(List.of("verb:info", "probe:coolkey"), seen.stream().map(x -> x.origin().toString()).toList());
        assertEquals("9000", Hex.of(seen.getFirst().response()));
        assertEquals("T=1", seen.getFirst().protocol());
    }

    @Test
    void theCardIsOwnedByItsThreadAndReleased() throws Exception {
        CardSession s = readers(new Fake(c -> "9000")).connect("fake 1", Origin.verb("info"));
        s.close();
        s.close();
        for (int i = 0; i < 500 && !log.contains("close"); i++) {
            Thread.sleep(10);
        }
        assertEquals(List.of("connect card in fake 1", "begin", "end", "close"), log);
        EscException e = assertThrows(EscException.class, () -> s.transmit(CommandApdu.parse("00A4040000")));
        assertEquals(Fault.CARD, e.fault());
    }

    @Test
    void aCardThatAnotherProgramKeepsIsAClearErrorAndNotHeldLater() throws Exception {
        var letGo = new CountDownLatch(1);
        var fake = new Fake(c -> "9000");
        fake.onBegin = () -> {
            try {
                letGo.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
        var readers = new Readers(java.time.Duration.ofMillis(30));
        readers.addProvider(fake);
        EscException e = assertThrows(EscException.class, () -> readers.connect("fake 1", Origin.verb("info")));
        assertEquals("card-in-use", e.problem().code());
        assertEquals(Fault.CARD, e.fault());
        assertFalse(log.contains("close"));
        letGo.countDown();
        for (int i = 0; i < 500 && !log.contains("close"); i++) {
            Thread.sleep(10);
        }
        assertEquals(List.of("connect card in fake 1", "begin", "end", "close"), log);
        try (CardSession s = readers(fake).connect("fake 1", Origin.verb("info"))) {
            assertTrue(s.transmit(CommandApdu.parse("00A4040000")).isOk());
        }
    }

    @Test
    void closingMakesATransmitUnderWayFailAndReleasesTheCardAfterIt() throws Exception {
        var inside = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        var fake = new Fake(c -> {
            inside.countDown();
            try {
                letGo.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            log.add("answered");
            return "9000";
        });
        CardSession s = readers(fake).connect("fake 1", Origin.verb("info"));
        var closer = new Thread(() -> {
            try {
                inside.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            s.close();
        });
        closer.start();
        EscException e = assertThrows(EscException.class, () -> s.transmit(CommandApdu.parse("00A4040000")));
        assertTrue(e.getMessage().contains("closed"), e.getMessage());
        letGo.countDown();
        for (int i = 0; i < 500 && !log.contains("close"); i++) {
            Thread.sleep(10);
        }
        assertEquals(List.of("connect card in fake 1", "begin", "answered", "end", "close"), log);
    }

    @Test
    void aCardThatNeedsNoThreadIsCalledByTheCallerOneAfterTheOther() throws Exception {
        var threads = new CopyOnWriteArrayList<Thread>();
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var fake = new Fake(c -> {
            threads.add(Thread.currentThread());
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
            return c.substring(4, 8) + "9000";
        });
        fake.ownThread = false;
        try (CardSession s = readers(fake).connect("fake 1", Origin.verb("info"))) {
            assertTrue(s.transmit(CommandApdu.parse("00A4040000")).isOk());
            assertEquals(List.of(Thread.currentThread()), threads);
            var failures = new CopyOnWriteArrayList<Throwable>();
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < 8; i++) {
                String wanted = String.format("%04X", i);
                callers.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int n = 0; n < 500; n++) {
                            assertEquals(wanted + "9000", Hex.of(s.transmit(CommandApdu.parse("00A4" + wanted + "00")).bytes()));
                        }
                    } catch (EscException | AssertionError e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread t : callers) {
                t.join();
            }
            assertEquals(List.of(), failures);
            assertEquals(4001, threads.size());
            assertEquals(1, most.get());
        }
        assertEquals(List.of("begin", "end", "close"), log.subList(1, log.size()));
    }

    @Test
    void closingACardThatIsCalledDirectlyLeavesTheReleaseToWhoeverIsInside() throws Exception {
        CardSession[] s = new CardSession[1];
        var closing = new Fake(c -> {
            var closer = Thread.ofPlatform().start(() -> s[0].close());
            try {
                closer.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            log.add("answered");
            return "9000";
        });
        closing.ownThread = false;
        s[0] = readers(closing).connect("fake 1", Origin.verb("info"));
        EscException e = assertThrows(EscException.class, () -> s[0].transmit(CommandApdu.parse("00A4040000")));
        assertTrue(e.getMessage().contains("closed"), e.getMessage());
        assertEquals(List.of("begin", "answered", "end", "close"), log.subList(1, log.size()));
        assertThrows(EscException.class, () -> s[0].transmit(CommandApdu.parse("00A4040000")));
    }

    @Test
    void aPulledCardIsAClearError() throws Exception {
        var seen = new CopyOnWriteArrayList<Exchange>();
        try (CardSession s = readers(new Fake(c -> ""), seen::add).connect("fake 1", Origin.verb("info"))) {
            EscException e = assertThrows(EscException.class, () -> s.transmit(CommandApdu.parse("00A4040000")));
            assertEquals("card-removed", e.problem().code());
        }
        assertTrue(seen.getFirst().failure().isPresent(), "a failed exchange is recorded too");
    }

    @Test
    void anAnswerWithoutStatusWordIsAnError() throws Exception {
        try (CardSession s = readers(new Fake(c -> "90")).connect("fake 1", Origin.verb("info"))) {
            var e = assertThrows(CardException.class, () -> s.transmit(CommandApdu.parse("00A4040000")));
            assertEquals("no-answer", e.problem().code());
            assertFalse(e.problem().advice().isEmpty());
        }
    }

    @Test
    void anUnknownReaderNamesTheOnesThatAreHere() {
        EscException e = assertThrows(EscException.class,
                () -> readers(new Fake(c -> "9000")).connect("nope", Origin.verb("info")));
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.problem().advice().contains("fake 1"));
    }

    @Test
    void listenersHearChangesUntilTheyUnsubscribe() {
        var fake = new Fake(c -> "9000");
        var readers = readers(fake);
        var heard = new AtomicInteger();
        Subscription s = readers.subscribe(heard::incrementAndGet);
        fake.listeners.forEach(Runnable::run);
        assertEquals(1, heard.get());
        s.close();
        fake.listeners.forEach(Runnable::run);
        assertEquals(1, heard.get());
        readers.removeProvider(fake);
        assertTrue(readers.list().isEmpty());
        assertTrue(fake.listeners.isEmpty());
    }

    @Test
    void sixtyOneAndSixtyCAreFollowed() throws Exception {
        var seen = new CopyOnWriteArrayList<Exchange>();
        var readers = readers(new Fake(c -> switch (c) {
            case "80CA006600" -> "6C04";
            case "80CA006604" -> "AABB6102";
            case "00C0000002" -> "CCDD9000";
            default -> "6D00";
        }), seen::add);
        try (CardSession s = readers.connect("fake 1", Origin.verb("info")); var rules = TransportRules.over(s)) {
            var r = rules.transmit(CommandApdu.parse("80CA006600"));
            assertEquals("AABBCCDD9000", Hex.of(r.bytes()));
        }
        assertEquals(List.of(Origin.Kind.VERB, Origin.Kind.TRANSPORT, Origin.Kind.TRANSPORT),
                seen.stream().map(x -> x.origin().kind()).toList());
    }

    private static List<String> sentFor(String command, java.util.Map<String, String> answers, String end) throws Exception {
        var sent = new ArrayList<String>();
        CardChannel card = new CardChannel() {
            @Override
            public org.esc.apdu.ResponseApdu transmit(CommandApdu c) {
                sent.add(Hex.of(c.bytes()));
                return org.esc.apdu.ResponseApdu.parse(Hex.parse(answers.getOrDefault(Hex.of(c.bytes()), "6F00")));
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
        assertEquals(end, Hex.of(TransportRules.over(card).transmit(CommandApdu.parse(command)).bytes()));
        return sent;
    }

    @Test
    void aWrappedCommandIsNeverSentTwice() throws Exception {
        for (String cla : List.of("84", "04", "0C", "87", "E0", "E4", "60", "6F")) {
            String c = cla + "F280000A4F00" + "0102030405060708" + "00";
            assertEquals(List.of(c), sentFor(c, java.util.Map.of(c, "6C20"), "6C20"));
        }
    }

    @Test
    void aPlainCommandIsSentAgainWithTheRightLe() throws Exception {
        for (String cla : List.of("00", "03", "80", "B0", "40", "C1", "FF")) {
            assertEquals(List.of(cla + "CA000000", cla + "CA000002"),
                    sentFor(cla + "CA000000", java.util.Map.of(cla + "CA000000", "6C02", cla + "CA000002", "AABB9000"), "AABB9000"));
        }
    }

    @Test
    void theRestIsAskedForOnTheCommandsOwnLogicalChannelAndPlain() throws Exception {
        var channels = java.util.Map.of("00", "00", "84", "00", "87", "03", "B0", "00", "C1", "41", "E5", "45", "FF", "00");
        for (var x : channels.entrySet()) {
            String c = x.getKey() + "CA000001AA";
            String more = x.getValue() + "C00000";
            assertEquals(List.of(c, more + "05", more + "03"),
                    sentFor(c, java.util.Map.of(c, "6105", more + "05", "6C03", more + "03", "0102039000"), "0102039000"), x.getKey());
        }
    }

    @Test
    void aCardThatNeverStopsSayingMoreIsStopped() throws Exception {
        try (CardSession s = readers(new Fake(c -> "AA6101")).connect("fake 1", Origin.verb("info"))) {
            assertThrows(CardException.class, () -> TransportRules.over(s).transmit(CommandApdu.parse("80CA006600")));
        }
    }

    @Test
    void anInterruptedCallerGetsCancelled() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var readers = readers(new Fake(c -> {
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException _) {
                // the owner thread is never interrupted by a caller
            }
            return "9000";
        }));
        try (CardSession s = readers.connect("fake 1", Origin.verb("info"))) {
            var caught = new ArrayList<EscException>();
            Thread t = Thread.ofPlatform().start(() -> {
                try {
                    s.transmit(CommandApdu.parse("00A4040000"));
                } catch (EscException e) {
                    caught.add(e);
                }
            });
            inside.await();
            t.interrupt();
            t.join();
            release.countDown();
            assertEquals(Fault.CANCELLED, caught.getFirst().fault());
            assertFalse(t.isAlive());
        }
    }
}
