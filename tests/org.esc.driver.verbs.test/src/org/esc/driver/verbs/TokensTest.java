// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.PinPad;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenState;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokensTest {

    private static final Atr ATR = Atr.of("3B80010A");

    /** Readers with cards that answer 9000 to everything. */
    private static final class Shelf implements ReaderProvider {

        private volatile List<ReaderState> readers = List.of();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private volatile String complaint = "";
        private volatile Optional<PinPad> pad = Optional.of(PinPad.NONE);
        private volatile boolean broken;
        private volatile Runnable onTransmit = () -> {
        };

        void set(ReaderState... states) {
            readers = List.of(states);
            listeners.forEach(Runnable::run);
        }

        @Override
        public String name() {
            return "Shelf";
        }

        @Override
        public List<ReaderState> readers() {
            return readers;
        }

        @Override
        public String complaint() {
            return complaint;
        }

        @Override
        public Optional<PinPad> pinPad(String reader) {
            return pad;
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            listeners.add(changed);
            return () -> listeners.remove(changed);
        }

        @Override
        public RawConnection connect(String reader, boolean exclusive) throws CardException {
            if (broken) {
                throw new CardException("connect to the card", "Another program holds the card.");
            }
            return new RawConnection() {
                @Override
                public Atr atr() {
                    return ATR;
                }

                @Override
                public String protocol() {
                    return "T=1";
                }

                @Override
                public byte[] transmit(byte[] command) {
                    onTransmit.run();
                    return new byte[] {(byte) 0x90, 0};
                }

                @Override
                public Atr reset() {
                    return ATR;
                }

                @Override
                public void close() {
                }
            };
        }
    }

    /** Knows every card by some score, and counts how often it read. */
    private record Fake(String name, int score, AtomicInteger reads) implements CardDriver {

        @Override
        public Match probe(CardFacts card, CardChannel probe, Match declared) throws EscException {
            probe.transmit(CommandApdu.of(0, 0xA4, 4, 0));
            return score == 0 ? Match.none("not mine") : new Match(score, "because " + score);
        }

        @Override
        public CardApplication open(CardFacts card, CardChannel channel) {
            return new CardApplication() {
                @Override
                public void select() {
                    // a card with one application
                }

                @Override
                public TokenIdentity identity() throws EscException {
                    channel.transmit(CommandApdu.of(0xB0, 0x3C, 0, 0));
                    reads.incrementAndGet();
                    var b = new TokenIdentity.Builder();
                    b.state = TokenState.FORMATTED;
                    b.cuid = Optional.of(Cuid.of("40906145C76224192D2B"));
                    return b.build();
                }
            };
        }
    }

    private final Shelf shelf = new Shelf();
    private final Readers readers = new Readers();
    private final Drivers drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
    private final AtomicInteger reads = new AtomicInteger();
    private final Tokens tokens;

    TokensTest() {
        readers.addProvider(shelf);
        add(new Fake("weak", 10, new AtomicInteger()));
        add(new Fake("strong", 100, reads));
        add(new Fake("none", 0, new AtomicInteger()));
        tokens = new Tokens(readers, drivers);
    }

    private void add(Fake driver) {
        drivers.addDriver(driver, Map.of(CardDriver.NAME, driver.name()));
    }

    @AfterEach
    void close() {
        tokens.close();
    }

    private static ReaderState reader(String name, Presence presence, long insertion) {
        return new ReaderState(name, "Shelf", presence, presence == Presence.PRESENT ? Optional.of(ATR) : Optional.empty(), insertion);
    }

    @Test
    void theDriverWithTheBestScoreReads() throws Exception {
        shelf.set(reader("A", Presence.PRESENT, 1));
        TokenInfo t = tokens.read("A");
        assertEquals("strong", t.driver());
        assertEquals("because 100", t.reason());
        try (var s = readers.connect("A", Origin.verb("test"))) {
            assertEquals(List.of("strong", "weak", "none"),
                    drivers.open(shelf.readers.getFirst(), s, Origin.probe("test")).verdicts().stream().map(v -> v.driver()).toList());
        }
    }

    @Test
    void aCardIsReadOncePerInsertion() throws Exception {
        shelf.set(reader("A", Presence.PRESENT, 1));
        assertTrue(tokens.peek("A").isEmpty());
        TokenInfo first = tokens.read("A");
        assertSame(first, tokens.read("A"));
        assertSame(first, tokens.peek("A").orElseThrow());
        assertEquals(1, reads.get());
        shelf.set(reader("A", Presence.PRESENT, 2));
        assertTrue(tokens.peek("A").isEmpty(), "another insertion, another card");
        assertNotSame(first, tokens.read("A"));
        shelf.set(reader("A", Presence.EMPTY, 2));
        assertTrue(tokens.peek("A").isEmpty());
        tokens.forget("A");
    }

    @Test
    void whatWasReadWhileADriverCameIsNotKept() throws Exception {
        shelf.set(reader("A", Presence.PRESENT, 1));
        var late = new AtomicInteger();
        shelf.onTransmit = () -> {
            if (late.getAndIncrement() == 0) {
                add(new Fake("late", 100, new AtomicInteger()));
            }
        };
        tokens.read("A");
        assertTrue(tokens.peek("A").isEmpty(), "the driver that came was not asked");
        assertEquals("late", tokens.read("A").driver());
        assertTrue(tokens.peek("A").isPresent());
    }

    @Test
    void anOperationMakesTheCardBusyAndItsKnowledgeStale() throws Exception {
        shelf.set(reader("A", Presence.PRESENT, 1));
        tokens.read("A");
        try (var s = readers.connect("A", Origin.verb("format"))) {
            assertEquals(TokenState.BUSY, tokens.peek("A").orElseThrow().state());
            s.transmit(CommandApdu.of(0xB0, 0x3C, 0, 0));
        }
        assertTrue(tokens.peek("A").isEmpty());
        tokens.read("A");
        assertEquals(2, reads.get());
        try (var s = readers.connect("A", Origin.probe("look"))) {
            s.transmit(CommandApdu.of(0xB0, 0x3C, 0, 0));
        }
        assertTrue(tokens.peek("A").isPresent(), "a probe changes nothing");
    }

    @Test
    void whileSomebodyListensCardsAreReadInTheBackground() throws Exception {
        var news = new Semaphore(0);
        try (var _ = tokens.subscribe(news::release)) {
            shelf.set(reader("A", Presence.PRESENT, 1), reader("B", Presence.EMPTY, 0));
            while (tokens.peek("A").isEmpty()) {
                assertTrue(news.tryAcquire(10, TimeUnit.SECONDS), "nothing happened");
            }
            assertEquals(1, tokens.peek().size());
            try (var s = readers.connect("A", Origin.verb("enroll"))) {
                s.transmit(CommandApdu.of(0xB0, 0x3C, 0, 0));
            }
            while (tokens.peek("A").filter(t -> t.state() == TokenState.FORMATTED).isEmpty()) {
                assertTrue(news.tryAcquire(10, TimeUnit.SECONDS), "not read again");
            }
            assertEquals(2, reads.get());
        }
    }

    @Test
    void whileItIsReadTheCardDoesNotShowAsBusy() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        shelf.onTransmit = () -> {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
        shelf.set(reader("A", Presence.PRESENT, 1));
        var t = new Thread(() -> {
            try {
                tokens.read("A");
            } catch (EscException e) {
                throw new IllegalStateException(e);
            }
        });
        t.start();
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        assertTrue(tokens.peek("A").isEmpty());
        go.countDown();
        t.join();
        assertEquals(TokenState.FORMATTED, tokens.peek("A").orElseThrow().state());
    }

    @Test
    void whatCannotBeReadSaysWhy() throws Exception {
        shelf.set(reader("A", Presence.MUTE, 1), reader("B", Presence.EMPTY, 0), reader("C", Presence.IN_USE, 1),
                reader("D", Presence.PRESENT, 1));
        assertEquals(TokenState.MUTE, tokens.read("A").state());
        assertEquals("no-card", assertThrows(EscException.class, () -> tokens.read("B")).problem().code());
        var e = assertThrows(EscException.class, () -> tokens.read("Z"));
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.problem().advice().contains("A, B, C, D"));
        shelf.broken = true;
        assertEquals(TokenState.BUSY, tokens.read("C").state());
        assertEquals(TokenState.UNKNOWN, tokens.read("D").state());
        assertEquals(List.of("Another program holds the card."), tokens.read("D").problems());
    }

    private static String printed(java.util.function.Consumer<PrintWriter> print) {
        var text = new StringWriter();
        try (var out = new PrintWriter(text)) {
            print.accept(out);
        }
        return text.toString();
    }

    private static final Context NOBODY = Context.of(new Interaction() {
        @Override
        public CompletableFuture<Answers> fill(Form form) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<org.esc.apdu.Secret> newPin(NewPin request) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            throw new AssertionError();
        }

        @Override
        public void tell(String message) {
            throw new AssertionError();
        }
    });

    @Test
    void theVerbsListReadersAndTokens() throws Exception {
        var readersVerb = new ReadersVerb(readers, null);
        var tokensVerb = new TokensVerb(readers, tokens, null);
        var allReaders = new ReadersVerb.Args(CardArgs.ANY);
        var allTokens = new TokensVerb.Args(CardArgs.ANY);
        shelf.complaint = "The smart card service is not running.";
        String empty = printed(out -> {
            try {
                readersVerb.print(readersVerb.run(allReaders, NOBODY), out);
                tokensVerb.print(tokensVerb.run(allTokens, NOBODY), out);
            } catch (EscException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(empty.contains("No reader is connected."), empty);
        assertTrue(empty.contains("No card is inserted."), empty);
        assertTrue(empty.contains("Note: The smart card service is not running."), empty);

        shelf.set(reader("A", Presence.PRESENT, 1), reader("B", Presence.EMPTY, 0));
        var rows = tokensVerb.run(allTokens, NOBODY);
        assertEquals(1, rows.tokens().size());
        assertEquals("40906145C76224192D2B", rows.tokens().getFirst().cuid().orElseThrow());
        String text = printed(out -> tokensVerb.print(rows, out));
        assertTrue(text.contains("A: Formatted, 4090-6145-c762-2419-2d2b"), text);
        var list = readersVerb.run(allReaders, NOBODY);
        assertTrue(printed(out -> readersVerb.print(list, out)).contains("B (Shelf): empty"));

        assertFalse(printed(out -> readersVerb.print(list, out)).contains("keypad"));
        assertEquals(Optional.of(PinPad.NONE), list.readers().getFirst().pinPad());

        shelf.pad = Optional.of(new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(12), Optional.of(new PinPad.Display(2, 16)), Optional.empty(),
                Optional.empty()));
        var withKeypad = readersVerb.run(allReaders, NOBODY);
        assertTrue(printed(out -> readersVerb.print(withKeypad, out))
                .contains("PINs can be entered at its keypad (4 to 12 digits), and changed there; display 2 x 16."));
        shelf.pad = Optional.empty();
        assertEquals(Optional.empty(), readersVerb.run(allReaders, NOBODY).readers().getFirst().pinPad());

        var justB = readersVerb.run(new ReadersVerb.Args(CardArgs.in("B")), NOBODY);
        assertEquals(List.of("B"), justB.readers().stream().map(ReadersVerb.Row::name).toList());
        assertEquals("no-reader", assertThrows(EscException.class,
                () -> readersVerb.run(new ReadersVerb.Args(CardArgs.in("C")), NOBODY)).problem().code());
    }

    @Test
    void theListsCanBeOfOneSoftwareToken() throws Exception {
        org.esc.card.CardFiles files = (file, _) -> {
            shelf.set(reader("A", Presence.PRESENT, 1), reader("soft " + file, Presence.PRESENT, 1));
            return new org.esc.card.CardFiles.Plugged() {
                @Override
                public String reader() {
                    return "soft " + file;
                }

                @Override
                public void close() {
                    shelf.set(TokensTest.reader("A", Presence.PRESENT, 1));
                }
            };
        };
        var soft = CardArgs.soft(Path.of("t.esc"));
        var tokenRows = new TokensVerb(readers, tokens, files).run(new TokensVerb.Args(soft), NOBODY);
        assertEquals(List.of("soft t.esc"), tokenRows.tokens().stream().map(TokensVerb.Row::reader).toList());
        var readerRows = new ReadersVerb(readers, files).run(new ReadersVerb.Args(soft), NOBODY);
        assertEquals(List.of("soft t.esc"), readerRows.readers().stream().map(ReadersVerb.Row::name).toList());
        assertEquals(1, readers.list().size(), "taken out again");
    }

    @Test
    void infoChoosesTheOnlyCardOrAsksWhich() throws Exception {
        var info = new InfoVerb(readers, tokens, null);
        var any = new InfoVerb.Args(CardArgs.ANY);
        assertEquals("no-card", assertThrows(EscException.class, () -> info.run(any, NOBODY)).problem().code());
        shelf.set(reader("A", Presence.PRESENT, 1), reader("B", Presence.EMPTY, 0));
        var r = info.run(any, NOBODY);
        assertEquals("A", r.reader());
        assertTrue(printed(out -> info.print(r, out)).contains("State:       Formatted"));
        shelf.set(reader("A", Presence.PRESENT, 1), reader("B", Presence.PRESENT, 1));
        var e = assertThrows(EscException.class, () -> info.run(any, NOBODY));
        assertTrue(e.problem().advice().contains("A, B"));
        assertEquals("B", info.run(new InfoVerb.Args(CardArgs.in("B")), NOBODY).reader());
        assertEquals(Fault.USAGE, assertThrows(EscException.class,
                () -> info.run(new InfoVerb.Args(CardArgs.soft(Path.of("x"))), NOBODY)).fault());
        assertEquals(Fault.USAGE, assertThrows(EscException.class,
                () -> info.run(new InfoVerb.Args(new CardArgs(Optional.of("A"), Optional.of(Path.of("x")), Optional.empty())),
                        NOBODY)).fault());
    }

    @Test
    void infoPlugsASoftwareTokenInAndOut() throws Exception {
        var log = new ArrayList<String>();
        var info = new InfoVerb(readers, tokens, (file, _) -> {
            shelf.set(reader("soft " + file, Presence.PRESENT, 1));
            return new org.esc.card.CardFiles.Plugged() {
                @Override
                public String reader() {
                    return "soft " + file;
                }

                @Override
                public void close() {
                    log.add("unplugged");
                    shelf.set();
                }
            };
        });
        var r = info.run(new InfoVerb.Args(CardArgs.soft(Path.of("t.esc"))), NOBODY);
        assertEquals("soft t.esc", r.reader());
        assertEquals(List.of("unplugged"), log);
        assertFalse(r.problems().iterator().hasNext());
    }

    @Test
    void anEncryptedSoftwareTokenIsUnlockedByAsking() throws Exception {
        var used = new ArrayList<String>();
        org.esc.card.CardFiles files = (file, passphrase) -> {
            if (passphrase.isEmpty()) {
                throw org.esc.apdu.Problem.of(Fault.USAGE, "open", "Encrypted.").code("passphrase-missing").exception();
            }
            used.add(new String(passphrase.get().chars()));
            return new org.esc.card.CardFiles.Plugged() {
                @Override
                public String reader() {
                    return "soft";
                }

                @Override
                public void close() {
                    used.add("closed");
                }
            };
        };
        var asked = Context.of(new Interaction() {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                assertEquals(Form.Kind.PASSWORD, form.fields().getFirst().kind());
                return CompletableFuture.completedFuture(
                        new Answers(java.util.Map.of("PASSPHRASE", org.esc.apdu.Secret.of("open sesame"))));
            }

            @Override
            public CompletableFuture<org.esc.apdu.Secret> newPin(NewPin request) {
                throw new AssertionError();
            }

            @Override
            public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
                throw new AssertionError();
            }

            @Override
            public void tell(String message) {
                throw new AssertionError();
            }
        });
        try (var card = CardChoice.of(readers, Optional.of(files), CardArgs.soft(Path.of("x")),
                asked)) {
            assertEquals("soft", card.reader());
        }
        assertEquals(List.of("open sesame", "closed"), used);
    }
}
