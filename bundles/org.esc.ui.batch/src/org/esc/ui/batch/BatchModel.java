// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.tps.client.batch.AdminRecords;
import org.esc.tps.client.batch.BatchEvent;
import org.esc.tps.client.batch.BatchRun;
import org.esc.tps.client.batch.CardStack;
import org.esc.tps.client.batch.EventFile;
import org.esc.tps.client.batch.Plan;
import org.esc.tps.client.batch.Row;
import org.esc.tps.client.batch.RowState;
import org.esc.tps.client.batch.RunState;
import org.esc.tps.client.batch.Sign;
import org.esc.trace.TraceLog;
import org.esc.ui.CardNews;
import org.esc.ui.Console;
import org.esc.ui.Services;

/** The plan that is open, and the run of it. Used on the UI thread only; what the run tells on others is gathered and brought there a few times a second. */
final class BatchModel {

    private static final Words WORDS = Words.of(BatchModel.class);

    private static final int OFTEN_MILLIS = 100;

    /** What the view shows again. */
    interface Listener {
        /** Everything: another plan, another phase. */
        void all();

        /** Some rows, by index. */
        void rows(List<Integer> changed);

        /** Another sign at a reader, or other readers. */
        void signs(List<Sign> now, Optional<Sign> changed);

        /** The run has ended: why, if it did not come to its end. */
        void ended(Optional<Problem> why);
    }

    /** What a run has beside it: a file of its steps, and whoever is signed in to the server's administration. */
    record Beside(EventFile events, Optional<AdminRecords> records) implements AutoCloseable {
        @Override
        public void close() {
            events.close();
            records.ifPresent(AdminRecords::close);
        }
    }

    private final Display display;
    private final Listener listener;
    private Optional<Path> file = Optional.empty();
    private Optional<Path> journal = Optional.empty();
    private List<RowState> rows = List.of();
    private List<Sign> signs = List.of();
    private Optional<BatchRun> run = Optional.empty();
    private Subscription hush = () -> { };
    private final List<BatchEvent> gathered = new ArrayList<>();
    private final AtomicBoolean due = new AtomicBoolean();

    BatchModel(Display display, Listener listener) {
        this.display = display;
        this.listener = listener;
    }

    /** A plan that was not begun. */
    void open(Path plan, Plan contents) {
        file = Optional.of(plan);
        journal = Optional.empty();
        var list = new ArrayList<RowState>();
        for (Row r : contents.rows()) {
            list.add(RowState.open(list.size() + 1, r));
        }
        rows = list;
        signs = List.of();
        listener.all();
    }

    /** A run as its journal tells. */
    void open(RunState state) {
        file = Optional.of(Path.of(state.plan()));
        journal = Optional.of(state.journal());
        rows = new ArrayList<>(state.rows());
        signs = List.of();
        listener.all();
    }

    Optional<Path> file() {
        return file;
    }

    /** Where the run is noted that is shown, if there is one. */
    Optional<Path> journal() {
        return journal;
    }

    List<RowState> rows() {
        return rows;
    }

    List<Sign> signs() {
        return signs;
    }

    /** The run that is under way. */
    Optional<BatchRun> run() {
        return run;
    }

    boolean running() {
        return run.isPresent();
    }

    RunState.Counts counts() {
        return RunState.counts(rows);
    }

    /** True if something is left to be done. */
    boolean unfinished() {
        return rows.stream().anyMatch(r -> !r.state().closed());
    }

    /**
     * Starts working.
     *
     * @param cards  virtual readers that are fed with software tokens, for trying; taken over and closed
     * @param others what else hears of the run, and is closed after it
     */
    void start(BatchRun begun, Interaction interaction, Optional<CardStack> cards, Beside others) {
        run = Optional.of(begun);
        hush = CardNews.hush();
        journal = Optional.of(begun.journal());
        rows = new ArrayList<>(begun.state().rows());
        var heard = begun.subscribe(this::gather);
        var noted = begun.subscribe(others.events()::write);
        var work = new Job(WORDS.say("Many tokens")) {
            @Override
            protected IStatus run(IProgressMonitor monitor) {
                Console.line(getName() + ": " + begun.journal());
                Optional<Problem> why = Optional.empty();
                try (begun) {
                    var hands = cards.map(c -> c.serve(begun));
                    try {
                        begun.run(new Context(Interaction.watched(interaction,
                                () -> Services.find(TraceLog.class).ifPresent(TraceLog::pinAsked)), (percent, task) -> monitor.subTask(task), new Cancel()));
                    } finally {
                        hands.ifPresent(h -> h.close());
                    }
                } catch (EscException e) {
                    Console.line(getName() + ": " + e.getMessage());
                    why = Optional.of(e.problem());
                } finally {
                    cards.ifPresent(CardStack::close);
                    heard.close();
                    noted.close();
                    others.close();
                    Console.line(getName() + ": " + begun.state().counts().inWords());
                    over(begun, why);
                }
                return Status.OK_STATUS;
            }

            @Override
            protected void canceling() {
                begun.stop();
            }
        };
        work.setUser(false);
        listener.all();
        work.schedule();
    }

    private void over(BatchRun begun, Optional<Problem> why) {
        if (!display.isDisposed()) {
            display.asyncExec(() -> ended(begun, why));
        }
    }

    private void ended(BatchRun begun, Optional<Problem> why) {
        bring();
        rows = new ArrayList<>(begun.state().rows());
        run = Optional.empty();
        hush.close();
        signs = List.of();
        listener.all();
        listener.ended(why);
    }

    private void gather(BatchEvent event) {
        synchronized (gathered) {
            gathered.add(event);
        }
        if (due.compareAndSet(false, true) && !display.isDisposed()) {
            display.asyncExec(() -> display.timerExec(OFTEN_MILLIS, this::bring));
        }
    }

    private void bring() {
        due.set(false);
        List<BatchEvent> now;
        synchronized (gathered) {
            now = List.copyOf(gathered);
            gathered.clear();
        }
        var changed = new ArrayList<Integer>();
        var told = new ArrayList<Consumer<Listener>>();
        for (BatchEvent e : now) {
            switch (e) {
                case BatchEvent.RowChanged(RowState row) -> {
                    while (rows.size() < row.number()) {
                        rows.add(row);
                    }
                    rows.set(row.number() - 1, row);
                    changed.add(row.number() - 1);
                }
                case BatchEvent.SignChanged(Sign s) -> {
                    var list = new ArrayList<>(signs.stream().filter(x -> !x.reader().equals(s.reader())).toList());
                    list.add(s);
                    list.sort(java.util.Comparator.comparing(Sign::reader));
                    signs = List.copyOf(list);
                    told.add(l -> l.signs(signs, Optional.of(s)));
                }
                case BatchEvent.ReadersChanged(List<Sign> list) -> {
                    signs = list;
                    told.add(l -> l.signs(signs, Optional.empty()));
                }
                case BatchEvent.CardRefused(String reader, String cuid, String why) ->
                        Console.line(WORDS.say("Many tokens: {0}: {1} refused. {2}", reader, cuid,
                        why));
                case BatchEvent.Told(String reader, String text) -> Console.line(WORDS.say("Many tokens: {0}: {1}", reader, text));
                case BatchEvent.PhaseChanged(BatchEvent.Phase _) -> told.add(Listener::all);
            }
        }
        if (!changed.isEmpty()) {
            listener.rows(changed.stream().distinct().toList());
        }
        told.forEach(t -> t.accept(listener));
    }

    /** Ends what is under way, as the window is closed: what is begun is finished. */
    void close() {
        run.ifPresent(BatchRun::stop);
    }
}
