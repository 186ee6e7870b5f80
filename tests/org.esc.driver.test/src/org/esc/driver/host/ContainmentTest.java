// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Certificates;
import org.esc.driver.Match;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a driver does, its card is released, it is named, and the others go on. */
class ContainmentTest {

    private static final Limits TIGHT = new Limits(Duration.ofSeconds(30), 50, 1000, 64L << 20);
    private static final Limits SHORT = new Limits(Duration.ofMillis(200), 50, 1000, 64L << 20);
    private static final ReaderState READER =
            new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.of(Atr.of("3B80010A")), 1);

    @TempDir
    Path dir;

    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private volatile int answer;

    /** Knows every application, answers with as many bytes as it is told to. */
    private final CardChannel card = new CardChannel() {
        private Origin by = Origin.verb("none");

        @Override
        public ResponseApdu transmit(CommandApdu command) {
            sent.add(by + " " + "%02X".formatted(command.ins()));
            return ResponseApdu.of(new byte[answer], command.ins() == 0xCA ? 0x6A88 : 0x9000);
        }

        @Override
        public CardChannel as(Origin origin) {
            var below = this;
            return new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu command) {
                    sent.add(origin + " " + "%02X".formatted(command.ins()));
                    return ResponseApdu.of(new byte[answer], command.ins() == 0xCA ? 0x6A88 : 0x9000);
                }

                @Override
                public CardChannel as(Origin other) {
                    return below.as(other);
                }

                @Override
                public void close() {
                }
            };
        }

        @Override
        public void close() {
        }
    };

    private interface Deed {
        void on(CardChannel channel) throws EscException;
    }

    /** Does its deed when it is asked who the token is. */
    private record Driver(Deed deed) implements CardDriver {

        @Override
        public CardApplication open(CardFacts facts, CardChannel channel) {
            return new Application(deed, channel);
        }
    }

    private record Application(Deed deed, CardChannel channel) implements CardApplication, Certificates {

        @Override
        public void select() throws EscException {
            channel.transmit(CommandApdu.select(org.esc.apdu.Aid.of("F000000001")));
        }

        @Override
        public TokenIdentity identity() throws EscException {
            deed.on(channel);
            var b = new TokenIdentity.Builder();
            b.state = TokenState.FORMATTED;
            return b.build();
        }

        @Override
        public List<TokenCertificate> certificates() throws EscException {
            deed.on(channel);
            return List.of();
        }
    }

    private Drivers drivers(Deed deed) {
        return drivers(TIGHT, deed);
    }

    private Drivers drivers(Limits limits, Deed deed) {
        var drivers = new Drivers(new DriverRules(dir.resolve("rules")), limits);
        drivers.addDriver(new Driver(deed), Map.of(CardDriver.NAME, "Bad", CardDriver.AID, "F000000001"));
        drivers.addDriver(new Driver(_ -> { }), Map.of(CardDriver.NAME, "Good", CardDriver.ATR, "3B80*"));
        return drivers;
    }

    private TokenInfo goodAfterBad(Drivers drivers, String because) throws EscException {
        TokenInfo t = drivers.read(READER, card);
        assertEquals("Good", t.driver());
        assertEquals(TokenState.FORMATTED, t.state());
        assertEquals(1, t.problems().size(), t.problems()::toString);
        assertTrue(t.problems().getFirst().contains("\"Bad\"") && t.problems().getFirst().contains(because), t.problems()::toString);
        return t;
    }

    @Test
    void oneThatNeverEndsLosesItsCardAndIsSwitchedOff() throws Exception {
        var afterwards = new AtomicReference<EscException>();
        var over = new CountDownLatch(1);
        var drivers = drivers(SHORT, channel -> {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            afterwards.set(assertThrows(EscException.class, () -> channel.transmit(CommandApdu.of(0, 0xCA, 0, 0))));
            over.countDown();
        });
        goodAfterBad(drivers, "it took too long");
        assertTrue(over.await(20, TimeUnit.SECONDS));
        assertEquals("driver-revoked", afterwards.get().problem().code());
        assertTrue(drivers.switchedOff("Bad").isPresent());
        assertEquals(1, drivers.complaints().size());

        TokenInfo again = drivers.read(READER, card);
        assertEquals("Good", again.driver());
        assertEquals(List.of(), again.problems(), "it is not asked any more");
        var verdict = drivers.open(READER, card, Origin.probe("test")).verdicts().stream().filter(v -> v.driver().equals("Bad"))
                .findFirst().orElseThrow();
        assertTrue(verdict.match().reason().startsWith("switched off: "), verdict.match().reason());
        drivers.changed("Bad");
        assertTrue(drivers.switchedOff("Bad").isEmpty(), "another chance");
    }

    @Test
    void oneThatSleepsIsSwitchedOffToo() throws Exception {
        goodAfterBad(drivers(SHORT, _ -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }), "it took too long");
    }

    @Test
    void oneThatEatsMemoryIsSwitchedOff() throws Exception {
        var kept = Collections.synchronizedList(new ArrayList<byte[]>());
        goodAfterBad(drivers(_ -> {
            for (int i = 0; i < 200 && !Thread.currentThread().isInterrupted(); i++) {
                kept.add(new byte[1 << 20]);
            }
        }), "memory");
    }

    @Test
    void oneThatSendsWithoutEndIsSwitchedOff() throws Exception {
        goodAfterBad(drivers(channel -> {
            while (true) {
                channel.transmit(CommandApdu.of(0, 0xB0, 0, 0));
            }
        }), "commands");
        assertTrue(sent.stream().filter(s -> s.equals("probe:Bad B0")).count() <= TIGHT.commands());
    }

    @Test
    void oneThatThrowsIsNamedAndStaysOn() throws Exception {
        for (Throwable t : List.of(new NullPointerException("x"), new StackOverflowError(), new NoClassDefFoundError("gone/Class"))) {
            var drivers = drivers(_ -> {
                switch (t) {
                    case Error e -> throw e;
                    case RuntimeException e -> throw e;
                    default -> throw new AssertionError();
                }
            });
            goodAfterBad(drivers, t.getClass().getSimpleName());
            assertTrue(drivers.switchedOff("Bad").isEmpty());
        }
    }

    @Test
    void aFloodOfBytesFromTheCardDoesNotReachADriver() throws Exception {
        answer = 1001;
        var drivers = drivers(channel -> {
            var e = assertThrows(EscException.class, () -> channel.transmit(CommandApdu.of(0, 0xB0, 0, 0)));
            assertTrue(e.getMessage().contains("1001 bytes"), e.getMessage());
        });
        var e = assertThrows(EscException.class, () -> drivers.open(READER, card, Origin.verb("test")).applications().getFirst()
                .identity());
        assertEquals(Fault.CARD, e.fault(), "selecting gives as many bytes");
        answer = 0;
        assertEquals("Bad", drivers(channel -> answer = 0).read(READER, card).driver());
    }

    @Test
    void aCapabilityIsContainedLikeTheRest() throws Exception {
        var fail = new boolean[1];
        var open = drivers(_ -> {
            if (fail[0]) {
                throw new IllegalStateException("in the driver");
            }
        }).open(READER, card, Origin.verb("certs"));
        var application = open.application(Optional.of("bad"));
        var certificates = application.capability(Certificates.class).orElseThrow();
        assertEquals(List.of(), certificates.certificates());
        assertEquals(certificates, certificates);
        assertEquals("Bad driver", certificates.toString());
        fail[0] = true;
        var e = assertThrows(EscException.class, certificates::certificates);
        assertEquals("driver-failed", e.problem().code());
        assertEquals("certificates", e.problem().step());
        assertTrue(application.capability(Pins.class).isEmpty());
        assertEquals("not-offered", assertThrows(EscException.class, () -> open.need(Pins.class, Optional.empty(), "change a PIN"))
                .problem().code());
        assertTrue(sent.contains("verb:certs A4"), sent::toString);
        assertTrue(sent.stream().filter(s -> s.endsWith("A4")).anyMatch(s -> s.startsWith("probe:drivers")), sent::toString);
    }

    @Test
    void applicationsOnOneCardAreSelectedInTurn() throws Exception {
        var open = drivers(_ -> { }).open(READER, card, Origin.verb("test"));
        sent.clear();
        open.applications().get(0).identity();
        open.applications().get(0).identity();
        assertEquals(1, sent.stream().filter(s -> s.endsWith("A4")).count());
        open.applications().get(1).identity();
        open.applications().get(0).identity();
        assertEquals(3, sent.stream().filter(s -> s.endsWith("A4")).count());
    }

    @Test
    void whoeverWaitsCanGiveUp() throws Exception {
        var inside = new CountDownLatch(1);
        var drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new Driver(_ -> {
            inside.countDown();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }), Map.of(CardDriver.NAME, "Slow", CardDriver.AID, "F000000001"));
        var result = new AtomicReference<EscException>();
        var t = Thread.ofPlatform().start(() -> result.set(assertThrows(EscException.class, () -> drivers.read(READER, card))));
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        t.interrupt();
        t.join(20_000);
        assertFalse(t.isAlive());
        assertEquals(Fault.CANCELLED, result.get().fault());
        assertTrue(drivers.switchedOff("Slow").isEmpty());
    }

    @Test
    void aDriverThatCannotBeOpenedCostsOnlyItself() throws Exception {
        var drivers = drivers(_ -> { });
        drivers.addDriver(new CardDriver() {
            @Override
            public Match probe(CardFacts facts, CardChannel channel, Match declared) {
                return new Match(100, "sure");
            }

            @Override
            public CardApplication open(CardFacts facts, CardChannel channel) {
                throw new IllegalStateException("no");
            }
        }, Map.of(CardDriver.NAME, "Worse"));
        assertEquals("Bad", drivers.read(READER, card).driver());
    }

    @Test
    void pinsTellWhenTheyAreBlocked() {
        var pin = new Pin("user", "PIN", Pin.Role.USER, 4, 8, true, java.util.OptionalInt.of(0), java.util.OptionalInt.of(3), true,
                Optional.empty());
        assertTrue(pin.blocked());
    }
}
