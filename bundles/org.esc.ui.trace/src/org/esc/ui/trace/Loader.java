// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;

/**
 * Reads a trace for a view, on a thread of its own: of several wishes of a kind that wait, only the last is fulfilled. Results come on the UI thread.
 */
final class Loader implements AutoCloseable {

    /** Rows this far apart are reached step by step; others from a place nearby that the trace knows. */
    private static final int NEAR = 64;

    private final Display display;
    private final Trace trace;
    private final List<Decoder> decoders;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("trace view").factory());
    private final AtomicReference<Runnable> rowsWanted = new AtomicReference<>();
    private final AtomicReference<Runnable> detailsWanted = new AtomicReference<>();

    Loader(Display display, Trace trace, List<Decoder> decoders) {
        this.display = display;
        this.trace = trace;
        this.decoders = List.copyOf(decoders);
    }

    /** Reads the exchanges at some indexes, which rise. {@code then} gets as many rows, or fewer where the trace could not be read. */
    void rows(long[] indexes, Consumer<List<Row>> then) {
        want(rowsWanted, () -> {
            List<Row> rows = read(indexes);
            answer(() -> then.accept(rows));
        });
    }

    /**
     * What an exchange means, byte by byte.
     *
     * @param entry   the exchange
     * @param decoded what it means
     */
    record Details(Entry entry, Decoded decoded) {
    }

    /** Explains an exchange. {@code then} gets nothing where it cannot be read. */
    void details(long index, Consumer<Optional<Details>> then) {
        want(detailsWanted, () -> {
            Optional<Details> details = explain(index);
            answer(() -> then.accept(details));
        });
    }

    private Optional<Details> explain(long index) {
        try {
            Entry e = trace.get(index);
            return Optional.of(new Details(e, trace.interpreterAt(index, decoders).decode(e)));
        } catch (EscException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    private List<Row> read(long[] indexes) {
        var rows = new ArrayList<Row>();
        Interpreter interpreter = null;
        long at = -1;
        try {
            for (long index : indexes) {
                if (interpreter == null || index < at || index - at > NEAR) {
                    interpreter = trace.interpreterAt(index, decoders);
                    at = index;
                }
                while (at < index) {
                    interpreter.pass(trace.get(at++));
                }
                Entry e = trace.get(index);
                Optional<Instant> previous = index > trace.first() ? trace.get(index - 1).time() : Optional.empty();
                rows.add(Row.of(index, e, interpreter.brief(e), previous));
                at = index + 1;
            }
        } catch (EscException | IndexOutOfBoundsException _) {
            // a live trace dropped it meanwhile, or the file went away: what could be read is shown
        }
        return rows;
    }

    private void want(AtomicReference<Runnable> place, Runnable work) {
        if (place.getAndSet(work) == null) {
            try {
                thread.execute(() -> {
                    Runnable last = place.getAndSet(null);
                    if (last != null) {
                        try {
                            last.run();
                        } catch (RuntimeException e) {
                            ILog.of(Loader.class).error("A trace could not be shown", e);
                        }
                    }
                });
            } catch (RejectedExecutionException _) {
                // closed: nobody waits any more
            }
        }
    }

    private void answer(Runnable task) {
        if (!thread.isShutdown() && !display.isDisposed()) {
            display.asyncExec(() -> {
                if (!thread.isShutdown()) {
                    task.run();
                }
            });
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
