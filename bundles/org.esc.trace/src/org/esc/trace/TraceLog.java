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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
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
    private static final int SELECT = 0xA4;
    private static final int GET_RESPONSE = 0xC0;

    private final List<Vocabulary> vocabularies = new CopyOnWriteArrayList<>();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final Map<Long, State> sessions = new HashMap<>();
    private final List<Follower> followers = new ArrayList<>();
    private final int mostEntries;
    private int bytes;

    /** With room for a few thousand exchanges. */
    public TraceLog() {
        this(MOST_ENTRIES);
    }

    TraceLog(int mostEntries) {
        this.mostEntries = mostEntries;
    }

    /** What has to be known of a session to name and mask its next exchange. */
    private static final class State {
        private Optional<Aid> selected = Optional.empty();
        private boolean moreIsSecret;
    }

    /** Adds an applet's names. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addVocabulary(Vocabulary vocabulary) {
        vocabularies.add(vocabulary);
    }

    /** Removes an applet's names. */
    public void removeVocabulary(Vocabulary vocabulary) {
        vocabularies.remove(vocabulary);
    }

    /** What is remembered, oldest first. */
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        entries.clear();
        bytes = 0;
    }

    /** An entry as text for people, several lines. */
    public static List<String> show(Entry entry) {
        return TraceText.lines(entry);
    }

    /** All that is remembered, as text for people. */
    public List<String> show() {
        var lines = new ArrayList<String>();
        var shown = new HashMap<Long, Atr>();
        for (Entry e : entries()) {
            if (!e.atr().equals(shown.put(e.session(), e.atr()))) {
                lines.add(TraceText.card(e));
            }
            lines.addAll(TraceText.lines(e));
        }
        return lines;
    }

    /**
     * Calls {@code line} with each line of text from now on, until closed: on the thread that speaks to the card, in order. A consumer that throws
     * is not called again and leaves a complaint.
     */
    public Recording follow(Consumer<String> line) {
        var f = new Follower(line, () -> {
        });
        synchronized (this) {
            followers.add(f);
        }
        return f;
    }

    /**
     * Appends each line of text to a file from now on, until closed; flushed line by line.
     *
     * @throws EscException USAGE if the file cannot be written
     */
    public Recording saveTo(Path file) throws EscException {
        TraceFile out = TraceFile.open(file);
        var f = new Follower(out, out);
        synchronized (this) {
            followers.add(f);
        }
        return f;
    }

    private final class Follower implements Recording {

        private final Consumer<String> line;
        private final AutoCloseable end;
        private final Map<Long, Atr> shown = new HashMap<>();
        private volatile Optional<String> complaint = Optional.empty();
        private boolean closed;

        Follower(Consumer<String> line, AutoCloseable end) {
            this.line = line;
            this.end = end;
        }

        void entry(Entry e) {
            if (!e.atr().equals(shown.put(e.session(), e.atr()))) {
                lines(List.of(TraceText.card(e)));
            }
            lines(TraceText.lines(e));
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
        State state = sessions.computeIfAbsent(x.session(), _ -> new State());
        Optional<CommandApdu> parsed = parse(x.command());
        Masking.Rule rule = parsed.map(c -> Masking.rule(c, true)).orElse(null);
        Masked command = rule == null || x.pinAtReader() ? Masked.of(x.command(), x.pinAtReader() ? 5 : 4, Integer.MAX_VALUE)
                : rule.command(x.command(), offset(x.command()));
        boolean secret = rule == null || rule.answer()
                || parsed.map(c -> c.ins() == GET_RESPONSE && state.moreIsSecret).orElse(false);
        byte[] r = x.response();
        Masked response = secret && r.length > 2 ? Masked.of(r, 0, r.length - 2) : Masked.of(r, 0, 0);
        Optional<StatusWord> sw = r.length < 2 ? Optional.empty()
                : Optional.of(new StatusWord((r[r.length - 2] & 0xFF) << 8 | r[r.length - 1] & 0xFF));
        state.moreIsSecret = secret && sw.map(s -> s.sw1() == 0x61).orElse(false);
        if (parsed.isPresent() && sw.map(StatusWord::isSuccess).orElse(false)) {
            select(state, parsed.get());
        }
        keep(new Entry(x.id(), x.time(), x.duration(), x.reader(), x.atr(), x.protocol(), x.session(), x.origin(),
                parsed.map(c -> name(state, c)).orElse("malformed command"), command, response,
                sw.map(s -> meaning(state, s)).orElse(""), x.failure(), x.pinAtReader(), Optional.empty()));
    }

    @Override
    public synchronized void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse) {
        // what is explained is nearly always the last entry
        var later = new ArrayDeque<Entry>();
        while (!entries.isEmpty() && entries.peekLast().id() > exchangeId) {
            later.push(entries.pollLast());
        }
        if (!entries.isEmpty() && entries.peekLast().id() == exchangeId) {
            Entry e = entries.pollLast();
            Masking.Rule rule = Masking.rule(plain, false);
            byte[] c = plain.bytes();
            var p = new Entry.Plain(rule.command(c, offset(c)), rule.answer(plainResponse.bytes()));
            entries.add(e.with(p));
            bytes += p.command().length() + p.response().length();
            followers.forEach(f -> f.lines(TraceText.plain(e, p)));
        }
        entries.addAll(later);
    }

    @Override
    public synchronized void session(long session, String reader, boolean open) {
        if (!open) {
            sessions.remove(session);
            followers.forEach(f -> f.shown.remove(session));
        }
    }

    private void keep(Entry e) {
        entries.add(e);
        bytes += size(e);
        while (entries.size() > mostEntries || bytes > MOST_BYTES && entries.size() > 1) {
            bytes -= size(entries.poll());
        }
        followers.forEach(f -> f.entry(e));
    }

    private static int size(Entry e) {
        return e.command().length() + e.response().length()
                + e.plain().map(p -> p.command().length() + p.response().length()).orElse(0);
    }

    private static Optional<CommandApdu> parse(byte[] command) {
        try {
            return Optional.of(CommandApdu.parse(command));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Where the data begins: behind a short or an extended Lc. */
    private static int offset(byte[] command) {
        return command.length >= 7 && command[4] == 0 ? 7 : 5;
    }

    private static void select(State state, CommandApdu c) {
        if (c.ins() == SELECT && (c.cla() & 0x80) == 0 && c.p1() == 0x04) {
            int n = c.nc();
            state.selected = n >= 5 && n <= 16 ? Optional.of(Aid.of(c.data())) : Optional.empty();
        }
    }

    private String name(State state, CommandApdu c) {
        if (c.ins() != SELECT && c.ins() != GET_RESPONSE && state.selected.isPresent()) {
            for (Vocabulary v : vocabularies) {
                String name = v.speaks(state.selected.get()) ? v.command(c) : "";
                if (!name.isEmpty()) {
                    return name;
                }
            }
        }
        String name = Names.of(c);
        return c.ins() == SELECT && c.p1() == 0x04 && c.nc() >= 5 && c.nc() <= 16 ? name + " " + Aid.of(c.data()) : name;
    }

    private String meaning(State state, StatusWord sw) {
        if (state.selected.isPresent()) {
            for (Vocabulary v : vocabularies) {
                String m = v.speaks(state.selected.get()) ? v.meaning(sw) : "";
                if (!m.isEmpty()) {
                    return m;
                }
            }
        }
        return sw.meaning();
    }
}
