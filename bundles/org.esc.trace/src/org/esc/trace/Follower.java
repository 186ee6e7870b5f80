// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Subscription;

/**
 * Somebody who sees the live trace, on a thread of its own. It looks for new exchanges every few milliseconds while there are some, because waking a thread takes
 * longer than all that a card's thread may spend on a trace; after a while without any it sleeps until it is woken.
 */
abstract class Follower implements Recording, Subscription {

    private static final Words WORDS = Words.of(Follower.class);

    private static final int MOST_AT_ONCE = 512;
    private static final int MOST_EXPLAINED = 4096;
    private static final long LOOK_NANOS = 2_000_000;
    private static final long AWAKE_NANOS = 100_000_000;
    private static final long PATIENCE_MILLIS = 10_000;

    private final TraceLog log;
    private final Thread thread;
    /** These two are guarded by the log. */
    private long position;
    private List<Long> explained = new ArrayList<>();
    private volatile long delivered;
    private volatile boolean changed;
    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile long closeAt = Long.MAX_VALUE;
    private long lost;
    private volatile Optional<String> complaint = Optional.empty();

    Follower(TraceLog log, String name) {
        this.log = log;
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    /**
     * What is new.
     *
     * @param lost      how many exchanges were dropped before this follower came to see them
     * @param first     index of the first of {@code entries}
     * @param entries   exchanges
     * @param explained exchanges it has seen, which have plain forms now, by index
     */
    record Turn(long lost, long first, List<Entry> entries, Map<Long, Entry> explained) {
    }

    /** Takes what is new. */
    abstract void take(Turn turn) throws Exception;

    /** Everything was taken. */
    void end() throws Exception {
        // most have nothing to close
    }

    /** From which exchange on; called with the log's lock held. */
    void begin(long from) {
        position = from;
        delivered = from;
    }

    void start() {
        thread.start();
    }

    /** The exchange at an index was explained; called with the log's lock held. */
    void explained(long index) {
        if (index < position && explained.size() < MOST_EXPLAINED) {
            explained.add(index);
        }
    }

    /** Something changed. */
    void wake() {
        changed = true;
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Waits until it has taken all before an index, but not for ever. */
    void await(long index) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (delivered < index && complaint.isEmpty() && thread.isAlive() && Thread.currentThread() != thread && System.nanoTime() < until) {
            wake();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void run() {
        long worked = System.nanoTime();
        try {
            while (true) {
                boolean last = closing;
                if (changed) {
                    changed = false;
                    while (turn()) {
                        worked = System.nanoTime();
                    }
                    worked = System.nanoTime();
                }
                if (last) {
                    break;
                }
                if (System.nanoTime() - worked < AWAKE_NANOS) {
                    LockSupport.parkNanos(LOOK_NANOS);
                } else {
                    asleep = true;
                    if (!changed && !closing) {
                        LockSupport.park();
                    }
                    asleep = false;
                }
            }
        } catch (Exception e) {
            complain(e);
        } finally {
            log.remove(this);
            try {
                end();
            } catch (Exception e) {
                if (complaint.isEmpty()) {
                    complain(e);
                }
            }
        }
    }

    /** True if there may be more. */
    private boolean turn() throws Exception {
        Turn turn;
        synchronized (log) {
            List<Long> late = explained;
            explained = new ArrayList<>();
            turn = log.turn(position, Math.clamp(closeAt - position, 0, MOST_AT_ONCE), late);
            position = turn.first + turn.entries.size();
        }
        lost += turn.lost;
        take(turn);
        delivered = position;
        return turn.entries.size() == MOST_AT_ONCE;
    }

    private void complain(Exception e) {
        complaint = Optional.of(switch (e) {
            case EscException x -> WORDS.say("The trace is incomplete: {0}", x.getMessage());
            case UncheckedIOException x -> WORDS.say("The trace is incomplete: {0}.", TraceFile.why(x));
            case IOException x -> WORDS.say("The trace is incomplete: {0}.", TraceFile.why(x));
            default -> WORDS.say("The trace is incomplete: it could not be shown ({0}).", e.getClass().getSimpleName());
        });
    }

    @Override
    public Optional<String> complaint() {
        return complaint.isPresent() || lost == 0 ? complaint
                : Optional.of(WORDS.many(lost, "The trace is incomplete: {0} exchange came faster than it could be written.",
                "The trace is incomplete: {0} exchanges came faster than they could be written."));
    }

    /** Has it end when it has taken all that there is now, and does not wait for that. */
    final void finish() {
        synchronized (log) {
            if (!closing) {
                closeAt = log.end();
                closing = true;
            }
        }
        changed = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void close() {
        finish();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (thread.isAlive()) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                complaint = Optional.of(WORDS.say("The trace is incomplete: it could not be written in time."));
                break;
            }
            try {
                thread.join(left);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
