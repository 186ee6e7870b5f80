// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Remembers the last exchanges with all cards, and shows and saves them as they come. Secrets are masked before anything is kept. Bounded
 * in number and bytes.
 */
@Component(service = {TraceLog.class, ExchangeObserver.class})
public final class TraceLog implements ExchangeObserver {

    private static final int MOST_ENTRIES = 5000;
    private static final int MOST_BYTES = 8 << 20;

    private final List<Decoder> decoders = new ArrayList<>();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final List<Follower> followers = new ArrayList<>();
    private final int mostEntries;
    private int bytes;
    private Masker masker = new Masker(List.of());
    /** Has seen what was dropped. */
    private Interpreter dropped = new Interpreter(List.of());

    /** With room for a few thousand exchanges. */
    public TraceLog() {
        this(MOST_ENTRIES);
    }

    TraceLog(int mostEntries) {
        this.mostEntries = mostEntries;
    }

    /** Adds somebody who can explain exchanges. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public synchronized void addDecoder(Decoder decoder) {
        decoders.add(decoder);
        decodersChanged();
    }

    /** Removes a decoder. */
    public synchronized void removeDecoder(Decoder decoder) {
        decoders.remove(decoder);
        decodersChanged();
    }

    private void decodersChanged() {
        masker = masker.with(decoders);
        followers.forEach(f -> f.interpreter = new Interpreter(decoders, f.interpreter.checkpoint()));
    }

    /** Those who can explain exchanges. */
    public synchronized List<Decoder> decoders() {
        return List.copyOf(decoders);
    }

    /** What is remembered, oldest first. */
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        entries.forEach(dropped::pass);
        entries.clear();
        bytes = 0;
    }

    /** All that is remembered, as text for people. */
    public List<String> show() {
        var lines = new ArrayList<String>();
        var shown = new HashMap<Long, Atr>();
        List<Entry> all;
        Interpreter interpreter;
        synchronized (this) {
            all = entries();
            interpreter = new Interpreter(decoders, dropped.checkpoint());
        }
        for (Entry e : all) {
            if (!e.card().atr().equals(shown.put(e.card().session(), e.card().atr()))) {
                lines.add(TraceText.card(e));
            }
            lines.addAll(TraceText.lines(e, interpreter.brief(e)));
        }
        return lines;
    }

    /**
     * Calls {@code line} with each line of text from now on, until closed: on the thread that speaks to the card, in order. A consumer that throws
     * is not called again and leaves a complaint.
     */
    public Recording follow(Consumer<String> line) {
        return add(line, () -> {
        });
    }

    /**
     * Appends each line of text to a file from now on, until closed; flushed line by line.
     *
     * @throws EscException USAGE if the file cannot be written
     */
    public Recording saveTo(Path file) throws EscException {
        TraceFile out = TraceFile.open(file);
        return add(out, out);
    }

    private synchronized Recording add(Consumer<String> line, AutoCloseable end) {
        var f = new Follower(line, end, new Interpreter(decoders, masker.checkpoint()));
        followers.add(f);
        return f;
    }

    private final class Follower implements Recording {

        private final Consumer<String> line;
        private final AutoCloseable end;
        private Interpreter interpreter;
        private final Map<Long, Atr> shown = new HashMap<>();
        private volatile Optional<String> complaint = Optional.empty();
        private boolean closed;

        Follower(Consumer<String> line, AutoCloseable end, Interpreter interpreter) {
            this.line = line;
            this.end = end;
            this.interpreter = interpreter;
        }

        void entry(Entry e) {
            if (!e.card().atr().equals(shown.put(e.card().session(), e.card().atr()))) {
                lines(List.of(TraceText.card(e)));
            }
            lines(TraceText.lines(e, interpreter.brief(e)));
        }

        void lines(List<String> lines) {
            if (complaint.isPresent()) {
                return;
            }
            try {
                lines.forEach(line);
            } catch (UncheckedIOException e) {
                complaint = Optional.of("The trace is incomplete: " + TraceFile.why(e) + ".");
            } catch (RuntimeException e) {
                complaint = Optional.of("The trace is incomplete: it could not be shown (" + e.getClass().getSimpleName() + ").");
            }
        }

        @Override
        public Optional<String> complaint() {
            return complaint;
        }

        @Override
        public void close() {
            synchronized (TraceLog.this) {
                followers.remove(this);
                if (closed) {
                    return;
                }
                closed = true;
            }
            try {
                end.close();
            } catch (IOException e) {
                complaint = Optional.of("The trace is incomplete: " + TraceFile.why(e) + ".");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public synchronized void exchanged(Exchange x) {
        keep(masker.mask(Entry.of(x, Masked.open(x.command()), Masked.open(x.response()))));
    }

    @Override
    public synchronized void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse) {
        // what is explained is nearly always the last entry
        var later = new ArrayDeque<Entry>();
        while (!entries.isEmpty() && entries.peekLast().number() > exchangeId) {
            later.push(entries.pollLast());
        }
        if (!entries.isEmpty() && entries.peekLast().number() == exchangeId) {
            Entry e = entries.pollLast();
            var p = masker.plain(e.card().session(), new Entry.Plain(Masked.open(plain.bytes()), Masked.open(plainResponse.bytes())));
            entries.add(e.with(p));
            bytes += p.command().length() + p.response().length();
            followers.forEach(f -> f.lines(TraceText.plain(e, p)));
        }
        entries.addAll(later);
    }

    @Override
    public synchronized void session(long session, String reader, boolean open) {
        if (!open) {
            masker.end(session);
            followers.forEach(f -> {
                f.shown.remove(session);
                f.interpreter.end(session);
            });
        }
    }

    private void keep(Entry e) {
        entries.add(e);
        bytes += size(e);
        while (entries.size() > mostEntries || bytes > MOST_BYTES && entries.size() > 1) {
            Entry old = entries.poll();
            dropped.pass(old);
            bytes -= size(old);
        }
        followers.forEach(f -> f.entry(e));
    }

    private static int size(Entry e) {
        return e.command().length() + e.response().length()
                + e.plain().map(p -> p.command().length() + p.response().length()).orElse(0);
    }
}
