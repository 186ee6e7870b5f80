// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * All readers of all adapters in one list, and the way to a card: {@link #connect} gives an observed session that owns its card, one
 * call at a time, on a platform thread of its own where the adapter wants that.
 */
@Component(service = Readers.class)
public final class Readers {

    private static final Words WORDS = Words.of(Readers.class);

    private static final AtomicLong EXCHANGES = new AtomicLong();
    private static final AtomicLong SESSIONS = new AtomicLong();

    /** How long a card may be kept from us by another program until we say so. */
    private static final Duration PATIENCE = Duration.ofSeconds(35);
    private static final Duration FOREVER = Duration.ofDays(1000);

    private final Duration patience;
    private final Map<ReaderProvider, Subscription> providers = new ConcurrentHashMap<>();
    private final List<ExchangeObserver> observers = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Without any adapters yet. */
    public Readers() {
        this(PATIENCE);
    }

    Readers(Duration patience) {
        this.patience = patience;
    }

    /** Adds an adapter. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addProvider(ReaderProvider provider) {
        providers.put(provider, provider.subscribe(this::changed));
        changed();
    }

    /** Removes an adapter; sessions with its cards end by themselves. */
    public void removeProvider(ReaderProvider provider) {
        Subscription s = providers.remove(provider);
        if (s != null) {
            s.close();
            changed();
        }
    }

    /** Adds an observer of every exchange. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addObserver(ExchangeObserver observer) {
        observers.add(observer);
    }

    /** Removes an observer. */
    public void removeObserver(ExchangeObserver observer) {
        observers.remove(observer);
    }

    /** All readers now, by name. Returns at once. */
    public List<ReaderState> list() {
        return providers.keySet().stream().flatMap(p -> p.readers().stream())
                .sorted(Comparator.comparing(ReaderState::name)).toList();
    }

    /** What the adapters complain about, in plain words; empty when all is well. */
    public List<String> complaints() {
        return providers.keySet().stream().map(ReaderProvider::complaint).filter(c -> !c.isEmpty()).sorted().toList();
    }

    /** Calls {@code changed}, from any thread, whenever {@link #list} has changed, until the handle is closed. */
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    /**
     * Connects to the card in a reader and keeps other programs away from it until the session is closed.
     *
     * @throws EscException if there is no such reader (USAGE), or no card that can be had (CARD; code {@code card-in-use} after 35 seconds
     *     in which another program did not let go of it)
     */
    public CardSession connect(String reader, Origin origin) throws EscException {
        return connect(reader, origin, false);
    }

    /**
     * The same, but other programs that want the card, or only ask every reader what it can do, are refused at once instead of made to wait. That needs a
     * card which no other program is connected to.
     *
     * @since 1.1
     */
    public CardSession connectAlone(String reader, Origin origin) throws EscException {
        return connect(reader, origin, true);
    }

    private CardSession connect(String reader, Origin origin, boolean alone) throws EscException {
        for (ReaderProvider p : providers.keySet()) {
            if (p.readers().stream().anyMatch(r -> r.name().equals(reader))) {
                return new Session(p, reader, origin, alone);
            }
        }
        var names = list().stream().map(ReaderState::name).toList();
        throw Problem.of(Fault.USAGE, WORDS.say("find the reader"), WORDS.say("There is no reader \"{0}\".", reader)).code("no-reader")
                .advice(names.isEmpty() ? String.join(" ", complaints()) : WORDS.say("Readers here: {0}", String.join(", ", names)))
                .exception();
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    /** The keypad of a reader; empty if there is no such reader or it cannot be told now. Takes a second at most. */
    public Optional<PinPad> pinPad(String reader) {
        return providers.keySet().stream().filter(p -> p.readers().stream().anyMatch(r -> r.name().equals(reader))).findFirst()
                .flatMap(p -> p.pinPad(reader));
    }

    /** How bytes reach the card. */
    @FunctionalInterface
    private interface Way {
        byte[] go(byte[] command) throws CardException;
    }

    private final class Session implements CardSession {

        private final long id = SESSIONS.incrementAndGet();
        private final String reader;
        private final Origin origin;
        private final Executor owner;
        private final Runnable dismissOwner;
        private final RawConnection raw;
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Set<Future<?>> waiting = ConcurrentHashMap.newKeySet();
        /** Id of the last exchange that no rule of the transport added: GET RESPONSE fetches what that one asked for. */
        private volatile long lastCommand;

        Session(ReaderProvider provider, String reader, Origin origin, boolean alone) throws EscException {
            this.reader = reader;
            this.origin = origin;
            if (provider.wantsOwnThread()) {
                var thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("card in " + reader).factory());
                owner = thread;
                dismissOwner = thread::shutdown;
            } else {
                owner = new CallersTurn();
                dismissOwner = () -> { };
            }
            try {
                raw = hold(provider, alone);
            } catch (EscException | RuntimeException e) {
                dismissOwner.run();
                throw e;
            }
            observers.forEach(o -> o.session(id, reader, true));
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            return transmit(command, origin);
        }

        private ResponseApdu transmit(CommandApdu command, Origin by) throws EscException {
            return exchange(command.bytes(), by, false, raw::transmit);
        }

        private ResponseApdu exchange(byte[] out, Origin by, boolean pinAtReader, Way way) throws EscException {
            return onOwner(() -> {
                Instant time = Instant.now();
                long start = System.nanoTime();
                byte[] in = {};
                Optional<String> failure = Optional.empty();
                try {
                    in = way.go(out);
                    if (in.length < 2) {
                        // what a reader says that notices late that its card is gone
                        throw new CardException(Problem.of(Fault.CARD, WORDS.say("talk to the card"),
                                WORDS.say("The card gave no answer; it was pulled out, or does not work.")).code("no-answer")
                                .advice(WORDS.say("Insert the card again and repeat the operation.")), null);
                    }
                    return ResponseApdu.parse(in);
                } catch (CardException e) {
                    failure = Optional.of(e.getMessage());
                    throw e;
                } finally {
                    long exchange = EXCHANGES.incrementAndGet();
                    if (by.kind() != Origin.Kind.TRANSPORT) {
                        lastCommand = exchange;
                    }
                    if (!observers.isEmpty()) {
                        var x = new Exchange(exchange, time, Duration.ofNanos(System.nanoTime() - start), reader,
                                raw.atr(), raw.protocol(), id, by, out, in, failure, pinAtReader);
                        observers.forEach(o -> o.exchanged(x));
                    }
                    Arrays.fill(out, (byte) 0);
                }
            });
        }

        @Override
        public CardChannel as(Origin other) {
            return new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu command) throws EscException {
                    return Session.this.transmit(command, other);
                }

                @Override
                public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
                    return Session.this.hostChallenge(begin);
                }

                @Override
                public PinPad pinPad() throws EscException {
                    return Session.this.pinPad();
                }

                @Override
                public PinOutcome enterPin(PinRequest request) throws EscException {
                    return Session.this.enterPin(request, other);
                }

                @Override
                public CardChannel as(Origin third) {
                    return Session.this.as(third);
                }

                @Override
                public void explain(CommandApdu plain, ResponseApdu plainResponse) {
                    Session.this.explain(plain, plainResponse);
                }

                @Override
                public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
                    Session.this.explain(plain, plainResponse, chain);
                }

                @Override
                public void close() {
                    // a view: the session stays with whoever opened it
                }
            };
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse) {
            explain(plain, plainResponse, new byte[0]);
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
            long x = lastCommand;
            observers.forEach(o -> o.explained(x, plain, plainResponse, chain));
        }

        @Override
        public String reader() {
            return reader;
        }

        @Override
        public Atr atr() {
            return raw.atr();
        }

        @Override
        public String protocol() {
            return raw.protocol();
        }

        @Override
        public void reset() throws EscException {
            onOwner(raw::reset);
        }

        @Override
        public byte[] control(int code, byte[] data) throws EscException {
            return onOwner(() -> raw.control(code, data));
        }

        @Override
        public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
            return onOwner(() -> raw.hostChallenge(begin.bytes()));
        }

        @Override
        public PinPad pinPad() throws EscException {
            return onOwner(raw::pinPad);
        }

        @Override
        public PinOutcome enterPin(PinRequest request) throws EscException {
            return enterPin(request, origin);
        }

        private PinOutcome enterPin(PinRequest request, Origin by) throws EscException {
            PinPad pad = pinPad();
            if (!pad.can(request)) {
                throw Problem.of(Fault.USAGE, WORDS.say("enter the PIN at the reader"), pad.isThere()
                        ? WORDS.say("The keypad of \"{0}\" cannot do what this card wants.", reader) : WORDS.say("\"{0}\" has no keypad for PINs.", reader))
                        .code("pin-pad-unable").advice(WORDS.say("Enter the PIN at the computer.")).exception();
            }
            try {
                return PinOutcome.atReader(exchange(request.template(), by, true, _ -> raw.enterPin(request)));
            } catch (EscException e) {
                if (closed.get() || e.fault() == Fault.CANCELLED) {
                    throw Problem.of(Fault.CANCELLED, WORDS.say("enter the PIN at the reader"), WORDS.say("Cancelled, but the reader still asks for the PIN."))
                            .code("pin-pad-waits").advice(WORDS.say("Press the cancel key of the reader; otherwise it stops by itself after {0} seconds.",
                                    request.patience().toSeconds())).exception(e);
                }
                throw e;
            }
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            owner.execute(() -> release(raw));
            dismissOwner.run();
            // the card may take its time over what it is doing; whoever waits for that need not
            waiting.forEach(f -> f.cancel(false));
            observers.forEach(o -> o.session(id, reader, false));
        }

        /** Connects and waits its turn at the card, but not for ever: another program may never let go of it. */
        private RawConnection hold(ReaderProvider provider, boolean alone) throws EscException {
            var settled = new AtomicBoolean();
            var held = new AtomicReference<RawConnection>();
            try {
                return onOwner(() -> {
                    RawConnection c = provider.connect(reader, alone);
                    try {
                        c.beginTransaction();
                    } catch (CardException e) {
                        c.close();
                        throw e;
                    }
                    held.set(c);
                    if (!settled.compareAndSet(false, true)) {
                        // whoever asked has given up meanwhile
                        held.set(null);
                        release(c);
                    }
                    return c;
                }, patience, () -> settled.compareAndSet(false, true));
            } catch (EscException e) {
                RawConnection c = held.get();
                if (c != null) {
                    owner.execute(() -> release(c));
                }
                throw e;
            }
        }

        private static void release(RawConnection c) {
            try {
                c.endTransaction();
            } catch (CardException _) {
                // the card is gone already; closing the handle is all that is left to do
            }
            c.close();
        }

        private <T> T onOwner(Callable<T> work) throws EscException {
            return onOwner(work, FOREVER, () -> true);
        }

        /** {@code giveUp} is asked when time is up or the thread is interrupted; it says no when the work was done just then. */
        private <T> T onOwner(Callable<T> work, Duration most, BooleanSupplier giveUp) throws EscException {
            if (closed.get()) {
                throw closedAlready();
            }
            try {
                var result = new FutureTask<T>(work);
                waiting.add(result);
                try {
                    owner.execute(result);
                    if (closed.get()) {
                        result.cancel(false);
                    }
                    return result.get(most.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (giveUp.getAsBoolean()) {
                        throw new CardException(Problem.of(Fault.CARD, WORDS.say("get hold of the card"),
                                WORDS.say("Another program keeps the card in \"{0}\" to itself.", reader)).code("card-in-use")
                                .advice(WORDS.say("Close the program that uses the card, then repeat the operation.")), e);
                    }
                    return result.get();
                } finally {
                    waiting.remove(result);
                }
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case EscException x -> throw x;
                    case RuntimeException x -> throw x;
                    case Error x -> throw x;
                    default -> throw new IllegalStateException(e.getCause());
                }
            } catch (RejectedExecutionException | CancellationException e) {
                throw closedAlready();
            } catch (InterruptedException e) {
                giveUp.getAsBoolean();
                Thread.currentThread().interrupt();
                throw Problem.of(Fault.CANCELLED, WORDS.say("talk to the card"), WORDS.say("Cancelled while the card was working.")).exception(e);
            }
        }

        private EscException closedAlready() {
            return new CardException(WORDS.say("talk to the card"), WORDS.say("The connection to the card has been closed."));
        }
    }

    /** The names of the readers that hold a card. */
    public List<String> withCard() {
        var names = new ArrayList<String>();
        for (ReaderState r : list()) {
            if (r.hasCard()) {
                names.add(r.name());
            }
        }
        return names;
    }
}
