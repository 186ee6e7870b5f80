// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Note;
import org.esc.trace.Trace;
import org.esc.trace.analysis.Painter;
import org.esc.trace.analysis.Reading;
import org.esc.trace.decoders.ChannelReader;
import org.esc.trace.decoders.DecryptedTrace;

/**
 * Reads a trace for a view, on a thread of its own: of several wishes of a kind that wait, only the last is fulfilled. Results come on the UI thread.
 */
final class Loader implements AutoCloseable {

    /** Rows this far apart are reached step by step; others from a place nearby that the trace knows. */
    private static final int NEAR = 64;

    private final Trace trace;
    private final List<Decoder> decoders;
    private volatile Painter painter;
    private final Worker worker;
    private final Worker.Wishes rowsWanted;
    private final Worker.Wishes detailsWanted;

    Loader(Display display, Trace trace, List<Decoder> decoders, Painter painter) {
        this.painter = painter;
        this.trace = trace;
        this.decoders = List.copyOf(decoders);
        worker = new Worker(display, "trace view");
        rowsWanted = worker.new Wishes();
        detailsWanted = worker.new Wishes();
    }

    /** Colours rows by other rules from now on. */
    void paint(Painter other) {
        painter = other;
    }

    /** Reads the exchanges at some indexes, which rise. {@code then} gets as many rows, or fewer where the trace could not be read. */
    void rows(long[] indexes, Consumer<List<Row>> then) {
        rowsWanted.want(() -> read(indexes), then);
    }

    /**
     * What an exchange means, byte by byte.
     *
     * @param entry   the exchange
     * @param decoded what it means
     * @param note    what somebody noted there
     * @param verdict what was found of it, if it is part of a secure channel whose keys are known
     */
    record Details(Entry entry, Decoded decoded, Optional<Note> note, Optional<ChannelReader.Verdict> verdict) {
    }

    /** Explains an exchange. {@code then} gets nothing where it cannot be read. */
    void details(long index, Consumer<Optional<Details>> then) {
        detailsWanted.want(() -> explain(index), then);
    }

    private Optional<Details> explain(long index) {
        try {
            Entry e = trace.get(index);
            return Optional.of(new Details(e, trace.interpreterAt(index, decoders).decode(e), Optional.ofNullable(trace.notes().get(index)), verdict(index)));
        } catch (EscException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    private Optional<ChannelReader.Verdict> verdict(long index) {
        return trace instanceof DecryptedTrace d ? d.verdict(index) : Optional.empty();
    }

    /** Reads the exchanges at some indexes, which rise, on the thread that calls. */
    List<Row> read(long[] indexes) {
        var rows = new ArrayList<Row>();
        Painter rules = painter;
        var depth = rules.depth() == Reading.Depth.DECODED ? Reading.Depth.DECODED : Reading.Depth.BRIEF;
        Map<Long, Note> notes = trace.notes();
        Reading reading = null;
        long at = -1;
        try {
            for (long index : indexes) {
                if (reading == null || index < at || index - at > NEAR) {
                    reading = new Reading(trace.interpreterAt(index, decoders), depth);
                    at = index;
                }
                while (at < index) {
                    reading.next(trace.get(at++));
                }
                Entry e = trace.get(index);
                Optional<Instant> previous = index > trace.first() ? trace.get(index - 1).time() : Optional.empty();
                var row = reading.next(e);
                rows.add(Row.of(index, e, row.brief(), previous, new Row.Signs(rules.colour(row), Optional.ofNullable(notes.get(index)), verdict(index))));
                at = index + 1;
            }
        } catch (EscException | IndexOutOfBoundsException _) {
            // a live trace dropped it meanwhile, or the file went away: what could be read is shown
        }
        return rows;
    }

    @Override
    public void close() {
        worker.close();
    }
}
