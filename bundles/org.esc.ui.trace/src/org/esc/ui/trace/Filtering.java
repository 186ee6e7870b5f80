// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.Reading;

/** Looks for the exchanges of a trace that pass a filter, and goes on while the trace grows, on a thread of its own until it is closed. */
final class Filtering implements AutoCloseable {

    private static final long TELLS_EVERY_NANOS = 100_000_000;

    private final Trace trace;
    private final Filter filter;
    private final List<Decoder> decoders;
    private final Rows rows;
    private final Runnable tell;
    private final Semaphore grown = new Semaphore(0);
    private final Subscription changes;
    private volatile boolean closed;
    private volatile long at;

    /**
     * Begins at once.
     *
     * @param rows gets what passes
     * @param tell called from time to time when there is something new, from the thread
     */
    Filtering(Trace trace, Filter filter, List<Decoder> decoders, Rows rows, Runnable tell) {
        this.trace = trace;
        this.filter = filter;
        this.decoders = List.copyOf(decoders);
        this.rows = rows;
        this.tell = tell;
        at = trace.first();
        rows.filtered();
        changes = trace.subscribe(grown::release);
        Thread.ofPlatform().daemon().name("filter of a trace").start(this::run);
    }

    /** What passes. */
    Filter filter() {
        return filter;
    }

    /** Index behind the last exchange that was looked at. */
    long at() {
        return at;
    }

    private void run() {
        try {
            var reading = new Reading(trace.interpreterAt(at, decoders), filter.depth());
            while (!closed) {
                long end = trace.end();
                if (at < trace.first()) {
                    // a live trace dropped what was not looked at yet
                    at = trace.first();
                    reading = new Reading(trace.interpreterAt(at, decoders), filter.depth());
                }
                if (at < end) {
                    look(reading, end);
                    tell.run();
                } else if (trace.isComplete()) {
                    return;
                } else if (grown.tryAcquire(1, TimeUnit.SECONDS)) {
                    grown.drainPermits();
                }
            }
        } catch (EscException _) {
            // the trace is gone; the view says so when it reads rows
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Reading reading, long end) throws EscException {
        long[] told = {System.nanoTime()};
        try {
            trace.scan(at, end, (index, entry) -> {
                if (filter.test(reading.next(entry)) && !closed) {
                    rows.add(index);
                }
                at = index + 1;
                if ((index & 0xFFF) == 0 && System.nanoTime() - told[0] > TELLS_EVERY_NANOS) {
                    told[0] = System.nanoTime();
                    tell.run();
                }
                return !closed;
            });
        } catch (IndexOutOfBoundsException _) {
            // dropped while it was read: the next turn begins at what is there
        }
    }

    @Override
    public void close() {
        closed = true;
        changes.close();
        grown.release();
    }
}
