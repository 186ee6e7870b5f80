// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.securechannel.CardKeys;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Note;
import org.esc.trace.Trace;

/**
 * A trace with what its secure channels wrapped, looked into anywhere, recorded or live. A {@link ChannelReader} on a thread of its own reads it from its
 * beginning and goes on while it grows; {@link #end} is how far it has come. The trace below stays as it is: closing this one forgets the keys and what
 * was decrypted, which was only ever in memory. Secrets stay masked. Safe for use by several threads.
 */
public final class DecryptedTrace implements Trace {

    private static final Words WORDS = Words.of(DecryptedTrace.class);

    /** About so many exchanges lie between two places from which an interpreter can go on. */
    private static final int APART = 1024;
    /** What is decrypted may take about so many bytes of memory. */
    private static final long MOST_BYTES = 64L << 20;
    private static final int OVERHEAD = 256;
    /** A secure channel of this program tells what it hid a moment after its exchange is in the trace. */
    private static final long LIVE_MILLIS = 50;
    private static final long TELLS_EVERY_NANOS = 100_000_000;

    private final Trace trace;
    private final CardKeys keys;
    private final Runnable forget;
    private final List<Decoder> decoders;
    private final ChannelReader.Tally tally = new ChannelReader.Tally();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Semaphore grown = new Semaphore(0);
    private final Subscription changes;
    private final TreeMap<Long, Found> found = new TreeMap<>();
    private final TreeMap<Long, Interpreter.Checkpoint> places = new TreeMap<>();
    private final List<Damage> own = new ArrayList<>();
    private long bytes;
    private volatile long at;
    private volatile boolean ended;
    private volatile boolean closed;

    private record Found(Optional<Entry.Plain> plain, ChannelReader.Verdict verdict) {

        int size() {
            return OVERHEAD + plain.map(p -> p.command().length() + p.response().length()).orElse(0);
        }
    }

    /**
     * Begins to read at once.
     *
     * @param trace    stays the caller's to close, after this one
     * @param keys     of its cards
     * @param forget   erases the keys; called once, when nobody uses them any more
     * @param decoders know what is secret
     */
    public DecryptedTrace(Trace trace, CardKeys keys, Runnable forget, List<Decoder> decoders) {
        this.trace = trace;
        this.keys = keys;
        this.forget = forget;
        this.decoders = List.copyOf(decoders);
        at = trace.first();
        changes = trace.subscribe(() -> {
            grown.release();
            tell();
        });
        Thread.ofPlatform().daemon().name("secure channels of a trace").start(this::run);
    }

    /** What was found of an exchange; empty if it is no part of a secure channel. */
    public synchronized Optional<ChannelReader.Verdict> verdict(long index) {
        return Optional.ofNullable(found.get(index)).map(Found::verdict);
    }

    /** What was found so far. */
    public ChannelReader.Tally tally() {
        return tally;
    }

    private void run() {
        try {
            boolean more = true;
            while (more && !closed) {
                try (var reader = new ChannelReader(keys, decoders, false)) {
                    more = follow(reader);
                }
            }
        } catch (EscException e) {
            complain(e.problem().message());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
            forget.run();
            tell();
        }
    }

    /** Reads until nothing will come any more; true if exchanges were dropped before they were read, so that the channels have to be found anew. */
    private boolean follow(ChannelReader reader) throws EscException, InterruptedException {
        while (!closed) {
            long first = trace.first();
            if (at < first) {
                at = first;
                return true;
            }
            drop(first);
            long end = trace.end();
            if (at < end) {
                if (trace.about().live()) {
                    Thread.sleep(LIVE_MILLIS);
                }
                read(reader, end);
                tell();
            } else if (trace.isComplete()) {
                return false;
            } else if (grown.tryAcquire(1, TimeUnit.SECONDS)) {
                grown.drainPermits();
            }
        }
        return false;
    }

    private void read(ChannelReader reader, long end) throws EscException {
        long[] told = {System.nanoTime()};
        try {
            trace.scan(at, end, (index, entry) -> {
                if (index % APART == 0) {
                    synchronized (this) {
                        places.put(index, reader.checkpoint());
                    }
                }
                ChannelReader.Read r = reader.read(entry);
                tally.add(r);
                r.verdict().ifPresent(v -> keep(index, new Found(r.entry().plain(), v)));
                at = index + 1;
                if ((index & 0xFFF) == 0 && System.nanoTime() - told[0] > TELLS_EVERY_NANOS) {
                    told[0] = System.nanoTime();
                    tell();
                }
                return !closed;
            });
        } catch (IndexOutOfBoundsException _) {
            // dropped while it was read: the next turn begins at what is there
        }
    }

    private synchronized void keep(long index, Found f) {
        if (bytes > MOST_BYTES) {
            if (own.isEmpty()) {
                complain(WORDS.say("More was decrypted than fits into memory: what is behind here is shown as it was sent. \"trace "
                        + "decrypt\" writes all of it to a file."));
            }
            return;
        }
        bytes += f.size();
        found.put(index, f);
    }

    private synchronized void drop(long first) {
        while (!found.isEmpty() && found.firstKey() < first) {
            bytes -= found.pollFirstEntry().getValue().size();
        }
        places.headMap(first).clear();
    }

    private synchronized void complain(String words) {
        own.add(new Damage(0, at, words));
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public About about() {
        return trace.about();
    }

    @Override
    public long first() {
        return trace.first();
    }

    @Override
    public long end() {
        return Math.max(at, trace.first());
    }

    @Override
    public boolean isComplete() {
        return ended || trace.isComplete() && at >= trace.end();
    }

    @Override
    public Entry get(long index) throws EscException {
        return with(index, trace.get(index));
    }

    private synchronized Entry with(long index, Entry e) {
        Found f = found.get(index);
        return f == null ? e : f.plain.map(e::with).orElse(e);
    }

    @Override
    public void scan(long from, long to, Visitor visitor) throws EscException {
        trace.scan(from, to, (index, e) -> visitor.visit(index, with(index, e)));
    }

    @Override
    public Interpreter interpreterAt(long index, List<Decoder> asked) throws EscException {
        Map.Entry<Long, Interpreter.Checkpoint> place;
        synchronized (this) {
            place = places.floorEntry(index);
        }
        if (place == null || place.getKey() < trace.first() || index - place.getKey() > APART || index > end()) {
            return trace.interpreterAt(index, asked);
        }
        var interpreter = new Interpreter(asked, place.getValue());
        for (long i = place.getKey(); i < index; i++) {
            interpreter.pass(get(i));
        }
        return interpreter;
    }

    @Override
    public Map<Long, Note> notes() {
        return trace.notes();
    }

    @Override
    public boolean keepsNotes() {
        return trace.keepsNotes();
    }

    @Override
    public void note(Note note) throws EscException {
        trace.note(note);
    }

    @Override
    public List<Damage> damage() {
        var all = new ArrayList<>(trace.damage());
        synchronized (this) {
            all.addAll(own);
        }
        return all;
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    /** Forgets the keys, and what was decrypted. The trace below stays open. */
    @Override
    public void close() {
        closed = true;
        changes.close();
        listeners.clear();
        grown.release();
        synchronized (this) {
            found.clear();
            places.clear();
        }
    }
}
