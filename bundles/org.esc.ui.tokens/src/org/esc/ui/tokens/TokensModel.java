// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;

/**
 * All readers with what is in them, kept up to date: readers are listened to, cards are read once per insertion, in the background, and
 * again after every operation. Methods may be called from any thread; listeners run on the executor given for them.
 */
public final class TokensModel implements AutoCloseable {

    private static final Words WORDS = Words.of(TokensModel.class);

    /** Where readers come from. */
    public interface Source {

        /** All readers now. Returns at once. */
        List<ReaderState> readers();

        /** Tokens that are remembered but in no reader now, as rows. Returns at once. */
        default List<TokenRow> shelf() {
            return List.of();
        }

        /** Why readers may be missing, in plain words. */
        List<String> complaints();

        /** Calls {@code changed}, from any thread, when readers or cards come or go. */
        Subscription subscribe(Runnable changed);

        /** The card in a reader may have changed: what was read of it before counts no more. */
        void forget(String reader);

        /** Reads the card in a reader; may take a second. @throws EscException if it cannot be read */
        TokenRow.Facts read(ReaderState reader) throws EscException;
    }

    private record Known(Optional<TokenRow.Facts> facts, String trouble) {
    }

    private final Source source;
    private final Executor background;
    private final Executor ui;
    private final Executor later;
    private final Subscription subscription;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private final Map<String, Known> known = new HashMap<>();
    private final Set<String> reading = new HashSet<>();
    private final Map<String, String> busy = new HashMap<>();
    private final Map<String, Long> operations = new HashMap<>();
    private List<TokenRow> rows = List.of();
    private Optional<String> selected = Optional.empty();
    private boolean closed;

    /** A model over {@code source}; cards are read on {@code background}, listeners told on {@code ui}. */
    public TokensModel(Source source, Executor background, Executor ui) {
        this.source = source;
        this.background = background;
        this.ui = ui;
        later = CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS, background);
        subscription = source.subscribe(this::update);
        update();
    }

    /** The rows, by name of the reader. */
    public synchronized List<TokenRow> rows() {
        return rows;
    }

    /** The row of a reader. */
    public synchronized Optional<TokenRow> row(String reader) {
        return rows.stream().filter(r -> r.reader().name().equals(reader)).findFirst();
    }

    /** Why readers may be missing. */
    public List<String> complaints() {
        return source.complaints();
    }

    /** Calls {@code changed} on the listeners' executor after every change of rows or selection. */
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    /** The row that commands are about. */
    public synchronized Optional<TokenRow> selected() {
        return selected.flatMap(this::row);
    }

    /** Selects the row of a reader, or none. */
    public void select(Optional<String> reader) {
        synchronized (this) {
            if (selected.equals(reader)) {
                return;
            }
            selected = reader;
        }
        tell();
    }

    /** An operation begins with the card in a reader: until {@link #finished} nobody else speaks to it. */
    public void started(String reader, String activity) {
        synchronized (this) {
            busy.put(reader, activity);
            operations.merge(reader, 1L, Long::sum);
        }
        update();
    }

    /** The operation has ended, well or not: the card is read anew. */
    public void finished(String reader) {
        synchronized (this) {
            busy.remove(reader);
            known.keySet().removeIf(card -> card.startsWith(reader + "#"));
        }
        source.forget(reader);
        update();
    }

    /** Reads every card anew. */
    public void refresh() {
        synchronized (this) {
            known.clear();
        }
        source.readers().forEach(reader -> source.forget(reader.name()));
        update();
    }

    private void update() {
        var toRead = new ArrayList<TokenRow>();
        synchronized (this) {
            if (closed) {
                return;
            }
            var now = new ArrayList<TokenRow>();
            var cards = new HashSet<String>();
            for (ReaderState reader : source.readers()) {
                TokenRow row = row(reader);
                if (reader.hasCard()) {
                    cards.add(row.card());
                }
                now.add(row);
                if (row.state() == TokenState.READING && reading.add(row.card())) {
                    toRead.add(row);
                }
            }
            now.addAll(source.shelf());
            known.keySet().retainAll(cards);
            rows = List.copyOf(now);
            if (selected.filter(s -> rows.stream().anyMatch(r -> r.reader().name().equals(s))).isEmpty()) {
                selected = rows.stream().filter(r -> r.state() != TokenState.EMPTY).findFirst().map(r -> r.reader().name());
            }
        }
        tell();
        toRead.forEach(row -> background.execute(() -> read(row)));
    }

    private TokenRow row(ReaderState reader) {
        String activity = busy.getOrDefault(reader.name(), "");
        Known k = reader.hasCard() ? known.get(reader.name() + "#" + reader.insertion()) : null;
        Optional<TokenRow.Facts> facts = k == null ? Optional.empty() : k.facts();
        String trouble = k == null ? "" : k.trouble();
        TokenState state = !activity.isEmpty() ? TokenState.BUSY : switch (reader.presence()) {
            case EMPTY -> TokenState.EMPTY;
            case IN_USE -> TokenState.IN_USE;
            case MUTE -> TokenState.MUTE;
            case PRESENT -> k == null ? TokenState.READING : facts.map(TokenRow.Facts::state).orElse(TokenState.MUTE);
        };
        return new TokenRow(reader, state, activity, facts, trouble);
    }

    private void read(TokenRow row) {
        Known result;
        long before = operations(row);
        try {
            result = new Known(Optional.of(source.read(row.reader())), "");
        } catch (EscException e) {
            result = new Known(Optional.empty(), e.problem().message());
        } catch (RuntimeException e) {
            // a driver's defect must not leave the row at "Reading" for ever
            result = new Known(Optional.empty(), WORDS.say("The card could not be read: {0}", e));
        }
        synchronized (this) {
            reading.remove(row.card());
            // what was read before or while an operation ran is out of date already
            if (before == operations(row)) {
                known.put(row.card(), result);
                if (result.facts().filter(f -> f.state() == TokenState.IN_USE).isPresent()) {
                    // nobody says when the other program has finished
                    later.execute(() -> lookAgain(row));
                }
                if (interrupted(result) && selected().filter(r -> r.state() == TokenState.BUSY || interrupted(r)).isEmpty()) {
                    // whoever inserts a half-done card is offered at once to make it whole
                    selected = Optional.of(row.reader().name());
                }
            }
        }
        update();
    }

    private void lookAgain(TokenRow row) {
        boolean still;
        synchronized (this) {
            still = !closed && row(row.reader().name()).filter(r -> r.card().equals(row.card()) && r.state() == TokenState.IN_USE).isPresent();
        }
        if (still) {
            source.forget(row.reader().name());
            read(row);
        }
    }

    private static boolean interrupted(Known what) {
        return what.facts().filter(f -> f.state() == TokenState.INTERRUPTED).isPresent();
    }

    private static boolean interrupted(TokenRow row) {
        return row.state() == TokenState.INTERRUPTED;
    }

    private synchronized long operations(TokenRow row) {
        return operations.getOrDefault(row.reader().name(), 0L);
    }

    private void tell() {
        ui.execute(() -> listeners.forEach(Runnable::run));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        subscription.close();
        listeners.clear();
    }
}
