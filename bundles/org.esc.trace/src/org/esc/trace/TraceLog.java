// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Subscription;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The live trace: remembers the last exchanges with all cards, and shows and saves them as they come. Secrets are masked before anything is kept. Bounded
 * in number and bytes. On the thread that speaks to a card it masks and remembers; all else is done by threads of those who watch.
 */
@Component(service = {TraceLog.class, ExchangeObserver.class})
public final class TraceLog implements ExchangeObserver, Trace {

    private static final int MOST_ENTRIES = 5000;
    private static final int MOST_BYTES = 8 << 20;
    private static final int SEGMENT_ENTRIES = 256;
    private static final int SEGMENT_BYTES = MOST_BYTES / 8;
    private static final int MOST_NOTES = 10_000;
    /** An explanation comes right after what it explains; other cards may have come in between. */
    private static final int LOOK_BACK = 256;
    private static final String OWN_FORMAT = ".esctrace";

    private final List<Decoder> decoders = new ArrayList<>();
    private final ArrayList<Segment> segments = new ArrayList<>();
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private final Map<Long, Note> notes = new TreeMap<>();
    /** Readers whose cards get secrets now, one entry for each who says so. */
    private final List<String> hidden = new ArrayList<>();
    private final int mostEntries;
    private long end;
    private long forgotten;
    private int bytes;
    private boolean decryptable;
    private Masker masker = new Masker(List.of());

    /** Some exchanges that follow each other, and what an interpreter has to know before the first of them. */
    private static final class Segment {

        private final long first;
        private final Interpreter.Checkpoint checkpoint;
        private final Entry[] entries = new Entry[SEGMENT_ENTRIES];
        private int count;
        private int bytes;

        Segment(long first, Interpreter.Checkpoint checkpoint) {
            this.first = first;
            this.checkpoint = checkpoint;
        }
    }

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
        masker = masker.with(decoders);
    }

    /** Removes a decoder. */
    public synchronized void removeDecoder(Decoder decoder) {
        decoders.remove(decoder);
        masker = masker.with(decoders);
    }

    /** Those who can explain exchanges. */
    public synchronized List<Decoder> decoders() {
        return List.copyOf(decoders);
    }

    /**
     * Has the runtime load and compile what masking an exchange takes, so that the first ones with a card need not wait for it. Takes a part of a second of the thread that
     * calls; nothing of it is in this trace.
     *
     * @return how many exchanges were made up for it
     * @since 1.1
     */
    public int warmUp() {
        return WarmUp.run(decoders());
    }

    /** What is remembered, oldest first. */
    public synchronized List<Entry> entries() {
        return entries(first(), end);
    }

    /** Forgets everything. Who saves or shows it gets first what was seen so far. */
    public void clear() {
        followers.forEach(f -> f.await(end()));
        synchronized (this) {
            segments.clear();
            notes.clear();
            bytes = 0;
            forgotten = end;
        }
        wake();
    }

    /**
     * Whether the ciphertext of secrets is kept, so that who has a secure channel's keys can read them later; what is not encrypted is masked all the same. Off at
     * first. Turning it off forgets what was kept.
     */
    public void setDecryptable(boolean on) {
        boolean before;
        synchronized (this) {
            before = decryptable;
            decryptable = on;
            masker.decryptable(on);
        }
        if (before && !on) {
            clear();
        }
        wake();
    }

    /**
     * A person or the environment was asked for a PIN or password and gave it. The next command to each card that no decoder knows is then masked.
     */
    public synchronized void pinAsked() {
        masker.pinAsked();
    }

    /**
     * Masks all data of all exchanges with the card in a reader until the result is closed, whatever decoders know of them: somebody sends a secret there.
     */
    public Subscription hide(String reader) {
        synchronized (this) {
            hidden.add(reader);
        }
        var closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                synchronized (this) {
                    hidden.remove(reader);
                }
            }
        };
    }

    /** All that is remembered, as text for people. */
    public List<String> show() {
        List<Entry> all;
        Text text;
        var lines = new ArrayList<String>();
        synchronized (this) {
            all = entries();
            text = new Text(lines::add, interpreter(first(), decoders));
        }
        all.forEach(text::entry);
        return lines;
    }

    /**
     * Calls {@code line} with each line of text from now on, until closed: on a thread of its own, in order. Closing waits until it has all lines. A consumer that
     * throws is not called again and leaves a complaint.
     */
    public Recording follow(Consumer<String> line) {
        return add(new TextFollower(line, () -> { }));
    }

    /**
     * Saves each exchange to a file from now on, until closed: in our own format if its name ends in {@code .esctrace}, else as lines of text. What the file
     * holds already stays. Written at once, but on a thread of its own: a disk that is too slow for more exchanges than are remembered loses some, and the file
     * says so.
     *
     * @throws EscException USAGE if the file cannot be written
     */
    public Recording saveTo(Path file) throws EscException {
        boolean open;
        synchronized (this) {
            open = decryptable;
        }
        if (String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(OWN_FORMAT)) {
            return add(new StoringFollower(TraceWriter.append(file, open)));
        }
        TraceFile out = TraceFile.open(file, open);
        return add(new TextFollower(out, out));
    }

    private <F extends Follower> F add(F follower) {
        synchronized (this) {
            follower.begin(end);
            followers.add(follower);
        }
        follower.start();
        return follower;
    }

    private void wake() {
        followers.forEach(Follower::wake);
    }

    @Override
    public About about() {
        synchronized (this) {
            return new About("live", decryptable, true);
        }
    }

    @Override
    public synchronized long first() {
        return segments.isEmpty() ? end : Math.max(Math.max(segments.getFirst().first, end - mostEntries), forgotten);
    }

    @Override
    public synchronized long end() {
        return end;
    }

    @Override
    public boolean isComplete() {
        return false;
    }

    @Override
    public synchronized Entry get(long index) {
        return segment(index).map(s -> s.entries[(int) (index - s.first)]).orElseThrow(() -> none(index));
    }

    private IndexOutOfBoundsException none(long index) {
        return new IndexOutOfBoundsException("There is no exchange " + index + " of " + first() + " to " + end);
    }

    private Optional<Segment> segment(long index) {
        if (index < first() || index >= end) {
            return Optional.empty();
        }
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).first <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return Optional.of(segments.get(low));
    }

    @Override
    public synchronized Interpreter interpreterAt(long index, List<Decoder> asked) {
        if (segment(index).isEmpty()) {
            throw none(index);
        }
        return interpreter(index, asked);
    }

    private Interpreter interpreter(long index, List<Decoder> asked) {
        Optional<Segment> s = segment(index);
        if (s.isEmpty()) {
            return new Interpreter(asked, masker.checkpoint());
        }
        var interpreter = new Interpreter(asked, s.get().checkpoint);
        for (int i = 0; i < index - s.get().first; i++) {
            interpreter.pass(s.get().entries[i]);
        }
        return interpreter;
    }

    private List<Entry> entries(long from, long to) {
        var all = new ArrayList<Entry>((int) (to - from));
        for (Segment s : segments) {
            int a = Math.clamp(from - s.first, 0, s.count);
            int b = Math.clamp(to - s.first, a, s.count);
            all.addAll(Arrays.asList(s.entries).subList(a, b));
        }
        return all;
    }

    @Override
    public List<Damage> damage() {
        return List.of();
    }

    @Override
    public synchronized Map<Long, Note> notes() {
        return Map.copyOf(notes);
    }

    @Override
    public void note(Note note) {
        synchronized (this) {
            if (segment(note.index()).isEmpty()) {
                throw none(note.index());
            }
            if (note.isEmpty()) {
                notes.remove(note.index());
            } else {
                notes.put(note.index(), note);
                notes.keySet().removeIf(i -> i < first());
            }
            while (notes.size() > MOST_NOTES) {
                notes.remove(notes.keySet().iterator().next());
            }
        }
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        return add(new Listener(changed));
    }

    /** Does nothing: the live trace goes on. */
    @Override
    public void close() {
        // nothing is held that somebody else could not go on using
    }

    @Override
    public void exchanged(Exchange x) {
        synchronized (this) {
            // before the exchange is masked: what is known now is what an interpreter needs before it
            Segment s = segments.isEmpty() ? newSegment() : segments.getLast();
            if (s.count == SEGMENT_ENTRIES || s.bytes > SEGMENT_BYTES) {
                s = newSegment();
            }
            Entry e = masker.mask(x, hidden.contains(x.reader()));
            s.entries[s.count++] = e;
            int size = e.command().length() + e.response().length();
            s.bytes += size;
            bytes += size;
            end++;
        }
        wake();
    }

    private Segment newSegment() {
        var s = new Segment(end, masker.checkpoint());
        segments.add(s);
        while (segments.size() > 1 && (segments.get(1).first <= end - mostEntries || bytes > MOST_BYTES - SEGMENT_BYTES)) {
            bytes -= segments.removeFirst().bytes;
        }
        return s;
    }

    @Override
    public void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse) {
        explained(exchangeId, plain, plainResponse, new byte[0]);
    }

    @Override
    public void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        synchronized (this) {
            for (long i = end - 1; i >= Math.max(first(), end - LOOK_BACK); i--) {
                Segment s = segment(i).orElseThrow();
                int at = (int) (i - s.first);
                if (s.entries[at].number() == exchangeId) {
                    Entry e = masker.explained(s.entries[at], new Entry.Plain(Masked.wrap(plain.bytes(), new int[0]),
                            Masked.wrap(plainResponse.bytes(), new int[0]), Masked.open(chain)));
                    s.entries[at] = e;
                    int size = e.plain().map(p -> p.command().length() + p.response().length()).orElse(0);
                    s.bytes += size;
                    bytes += size;
                    long index = i;
                    followers.forEach(f -> f.explained(index));
                    break;
                }
            }
        }
        wake();
    }

    @Override
    public synchronized void session(long session, String reader, boolean open) {
        if (!open) {
            masker.end(session);
        }
    }

    /** Exchanges as lines of text. */
    private static final class Text {

        private final Consumer<String> out;
        private Interpreter interpreter;
        private final Map<Long, Atr> shown = new HashMap<>();

        Text(Consumer<String> out, Interpreter interpreter) {
            this.out = out;
            this.interpreter = interpreter;
        }

        void entry(Entry e) {
            if (shown.size() > MOST_ENTRIES) {
                shown.clear();
            }
            if (!e.card().atr().equals(shown.put(e.card().session(), e.card().atr()))) {
                out.accept(TraceText.card(e));
            }
            TraceText.lines(e, interpreter.brief(e)).forEach(out);
        }
    }

    /** Shows lines of text. */
    private final class TextFollower extends Follower {

        private final Consumer<String> line;
        private final AutoCloseable last;
        private Optional<Text> text = Optional.empty();
        private List<Decoder> asked = List.of();

        TextFollower(Consumer<String> line, AutoCloseable last) {
            super(TraceLog.this, "trace text");
            this.line = line;
            this.last = last;
        }

        @Override
        void begin(long from) {
            super.begin(from);
            asked = decoders();
            text = Optional.of(new Text(line, new Interpreter(asked, masker.checkpoint())));
        }

        @Override
        void take(Turn turn) {
            Text t = text.orElseThrow();
            List<Decoder> now = decoders();
            if (!now.equals(asked)) {
                asked = now;
                t.interpreter = new Interpreter(now, t.interpreter.checkpoint());
            }
            if (turn.lost() > 0) {
                line.accept(TraceText.lost(turn.lost()));
            }
            turn.entries().forEach(t::entry);
            turn.explained().forEach((_, e) -> TraceText.plain(e, e.plain().orElseThrow()).forEach(line));
        }

        @Override
        void end() throws Exception {
            last.close();
        }
    }

    /** Writes a file of our own format. */
    private final class StoringFollower extends Follower {

        private final TraceWriter out;
        /** What is added to an index here to have that in the file, and from which on that is right; -1 before the first. */
        private long shift;
        private long shiftFrom = -1;

        StoringFollower(TraceWriter out) {
            super(TraceLog.this, "trace writer");
            this.out = out;
        }

        @Override
        void take(Turn turn) throws EscException {
            if (turn.lost() > 0) {
                out.lost(turn.lost());
            }
            long first = turn.first();
            for (Entry e : turn.entries()) {
                long at = out.entry(e);
                if (at - first != shift || shiftFrom < 0) {
                    shift = at - first;
                    shiftFrom = first;
                }
                first++;
            }
            for (Map.Entry<Long, Entry> e : turn.explained().entrySet()) {
                if (shiftFrom >= 0 && e.getKey() >= shiftFrom) {
                    out.explain(e.getKey() + shift, e.getValue());
                }
            }
            out.flush();
        }

        @Override
        void end() throws EscException {
            out.close();
        }
    }

    /** Tells somebody that something changed. */
    private final class Listener extends Follower {

        private final Runnable changed;

        Listener(Runnable changed) {
            super(TraceLog.this, "trace listener");
            this.changed = changed;
        }

        @Override
        void take(Turn turn) {
            changed.run();
        }

        /** Who is only told that something changed loses nothing, and may be the user interface, which never waits. */
        @Override
        public void close() {
            finish();
        }
    }

    /**
     * What a follower has not seen yet, at most {@code most} exchanges.
     *
     * @param from index of the first it has not seen
     */
    synchronized Follower.Turn turn(long from, int most, List<Long> explained) {
        long first = Math.max(from, first());
        long to = Math.min(end, first + most);
        var late = new TreeMap<Long, Entry>();
        for (long i : explained) {
            segment(i).map(s -> s.entries[(int) (i - s.first)]).filter(e -> e.plain().isPresent()).ifPresent(e -> late.put(i, e));
        }
        return new Follower.Turn(Math.max(0, first - Math.max(from, forgotten)), first, entries(first, to), late);
    }

    void remove(Follower follower) {
        followers.remove(follower);
    }
}
