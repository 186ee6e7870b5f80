// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.card.TransportRules;
import org.esc.driver.TokenState;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The tokens in the readers, read once per insertion and again after an operation of ours has touched one. While somebody is subscribed,
 * new cards are read in the background, one after another.
 */
@Component(service = Tokens.class)
public final class Tokens {

    private static final Words WORDS = Words.of(Tokens.class);

    private record Known(long insertion, TokenInfo info) {
    }

    private final Readers readers;
    private final Drivers drivers;
    private final ExchangeObserver observer = new Watch();
    private final Map<String, Known> known = new HashMap<>();
    private final Map<String, Integer> sessions = new HashMap<>();
    private final Map<Long, String> touched = new HashMap<>();
    private final Set<String> reading = new HashSet<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile long forgotten;
    private final Subscription readerChanges;
    private final Subscription driverChanges;
    private final ExecutorService background = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("reads tokens").factory());

    /** Over these readers and drivers. */
    @Activate
    public Tokens(@Reference Readers readers, @Reference Drivers drivers) {
        this.readers = readers;
        this.drivers = drivers;
        readers.addObserver(observer);
        readerChanges = readers.subscribe(this::changed);
        driverChanges = drivers.subscribe(this::forgetAll);
    }

    /** Stops watching. */
    @Deactivate
    public void close() {
        readerChanges.close();
        driverChanges.close();
        readers.removeObserver(observer);
        background.shutdownNow();
    }

    /**
     * What is known of the card in a reader now, without speaking to it. Empty if the reader is empty or its card has not been read yet; {@link
     * TokenState#BUSY} while an operation of ours works with it.
     */
    public Optional<TokenInfo> peek(String reader) {
        return state(reader).filter(ReaderState::hasCard).flatMap(r -> {
            synchronized (this) {
                if (sessions.getOrDefault(reader, 0) > 0 && !reading.contains(reader)) {
                    return Optional.of(TokenInfo.of(reader, TokenState.BUSY));
                }
                return Optional.ofNullable(known.get(reader)).filter(k -> k.insertion() == r.insertion()).map(Known::info);
            }
        });
    }

    /** All that is known now, by reader, without speaking to any card. */
    public List<TokenInfo> peek() {
        return readers.list().stream().flatMap(r -> peek(r.name()).stream()).toList();
    }

    /**
     * The card in a reader, read now unless that has happened since it was inserted or touched.
     *
     * @throws EscException USAGE if there is no such reader, CARD if it is empty
     */
    public TokenInfo read(String reader) throws EscException {
        ReaderState r = state(reader).orElse(null);
        if (r == null) {
            var names = readers.list().stream().map(ReaderState::name).toList();
            throw Problem.of(Fault.USAGE, WORDS.say("find the reader"), WORDS.say("There is no reader \"{0}\".", reader)).code("no-reader")
                    .advice(names.isEmpty() ? String.join(" ", readers.complaints()) : WORDS.say("Readers here: {0}", String.join(", ", names)))
                    .exception();
        }
        if (!r.hasCard()) {
            throw Problem.of(Fault.CARD, WORDS.say("read the card"), WORDS.say("There is no card in \"{0}\".", reader)).code("no-card")
                    .advice(WORDS.say("Insert a card and try again.")).exception();
        }
        var old = peek(reader);
        if (old.isPresent()) {
            return old.get();
        }
        if (r.presence() == ReaderState.Presence.MUTE) {
            return keep(r, TokenInfo.of(reader, TokenState.MUTE,
                    WORDS.say("The card does not answer. Is it the right way round, and are its contacts clean?")), forgotten);
        }
        long before;
        synchronized (this) {
            reading.add(reader);
            before = forgotten;
        }
        try (var session = readers.connect(reader, Origin.probe("tokens"))) {
            return keep(r, drivers.read(r, TransportRules.over(session)), before);
        } catch (EscException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            var state = r.presence() == ReaderState.Presence.IN_USE ? TokenState.BUSY : TokenState.UNKNOWN;
            return keep(r, TokenInfo.of(reader, state, e.getMessage()), before);
        } finally {
            synchronized (this) {
                reading.remove(reader);
            }
        }
    }

    /** Forgets what is known of a reader's card, so that it is read again. */
    public void forget(String reader) {
        synchronized (this) {
            known.remove(reader);
        }
        changed();
    }

    /** Other drivers may know more of the cards, or less. */
    private void forgetAll() {
        synchronized (this) {
            forgotten++;
            known.clear();
        }
        changed();
    }

    /** Calls {@code changed}, from any thread, whenever {@link #peek()} may give another result, until the handle is closed. */
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        readInBackground();
        return () -> listeners.remove(changed);
    }

    /** Keeps what was read, unless all was forgotten while it was read: then it is out of date already. */
    private TokenInfo keep(ReaderState r, TokenInfo info, long before) {
        synchronized (this) {
            if (before == forgotten) {
                known.put(r.name(), new Known(r.insertion(), info));
            }
        }
        listeners.forEach(Runnable::run);
        return info;
    }

    private Optional<ReaderState> state(String reader) {
        return readers.list().stream().filter(r -> r.name().equals(reader)).findFirst();
    }

    private void changed() {
        if (!listeners.isEmpty()) {
            listeners.forEach(Runnable::run);
            readInBackground();
        }
    }

    private void readInBackground() {
        try {
            background.execute(() -> {
                for (ReaderState r : readers.list()) {
                    if (r.hasCard() && peek(r.name()).isEmpty()) {
                        try {
                            read(r.name());
                        } catch (EscException _) {
                            // pulled between the list and the look: the next change says so
                        }
                    }
                }
            });
        } catch (RejectedExecutionException _) {
            // closed
        }
    }

    /** Knows which readers are in use by us, and which cards were touched. */
    private final class Watch implements ExchangeObserver {

        @Override
        public void exchanged(Exchange x) {
            var kind = x.origin().kind();
            if (kind != Origin.Kind.PROBE && kind != Origin.Kind.TRANSPORT) {
                synchronized (Tokens.this) {
                    touched.put(x.session(), x.reader());
                }
            }
        }

        @Override
        public void session(long session, String reader, boolean open) {
            boolean ours;
            synchronized (Tokens.this) {
                ours = reading.contains(reader);
                sessions.merge(reader, open ? 1 : -1, (a, b) -> a + b == 0 ? null : a + b);
                if (!open && touched.remove(session) != null) {
                    known.remove(reader);
                }
            }
            if (!ours) {
                changed();
            }
        }
    }
}
