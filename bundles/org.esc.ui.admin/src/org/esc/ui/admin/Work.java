// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Progress;
import org.esc.ui.ProblemText;

/** Something done with a server: in a job, with progress and cancel; how it ended is told on the UI thread. */
final class Work<T> extends Job {

    private static final Words WORDS = Words.of(Work.class);

    private static final int WHOLE = 100;

    /** What is done. */
    @FunctionalInterface
    interface Task<T> {
        T run(Progress progress, Cancel cancel) throws EscException;
    }

    private final Display display;
    private final Task<T> task;
    private final Consumer<T> done;
    private final Consumer<EscException> failed;
    private final Cancel cancel = new Cancel();

    private Work(String name, Display display, Task<T> task, Consumer<T> done, Consumer<EscException> failed) {
        super(name);
        this.display = display;
        this.task = task;
        this.done = done;
        this.failed = failed;
        setPriority(LONG);
    }

    /**
     * Starts it.
     *
     * @param name   what a person reads in lists of jobs
     * @param done   given what came out, on the UI thread
     * @param failed given what went wrong, there; told of a cancel too
     */
    static <T> Work<T> start(String name, Display display, Task<T> task, Consumer<T> done, Consumer<EscException> failed) {
        var work = new Work<>(name, display, task, done, failed);
        work.schedule();
        return work;
    }

    /** The same, for something that nobody asked for and that is over soon: no line in the list of jobs. */
    static <T> Work<T> quietly(String name, Display display, Task<T> task, Consumer<T> done, Consumer<EscException> failed) {
        var work = new Work<>(name, display, task, done, failed);
        work.setSystem(true);
        work.schedule();
        return work;
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        monitor.beginTask(getName(), WHOLE);
        int[] worked = {0};
        try {
            T result = task.run((percent, words) -> {
                if (percent > worked[0]) {
                    monitor.worked(Math.min(percent, WHOLE) - worked[0]);
                    worked[0] = Math.min(percent, WHOLE);
                }
                if (!words.isEmpty()) {
                    monitor.subTask(words);
                }
            }, cancel);
            tell(() -> done.accept(result));
            return Status.OK_STATUS;
        } catch (EscException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(Problem.of(Fault.DEFECT, getName(), WORDS.say("Something went wrong inside this program: {0}.",
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getClass().getSimpleName() + ", " + e.getMessage()))
                    .advice(WORDS.say("The Error Log has the particulars; please report them.")).exception(e));
        } finally {
            monitor.done();
        }
        // the person is told by whoever waits, not by a second dialog
        return cancel.isCancelled() ? Status.CANCEL_STATUS : Status.OK_STATUS;
    }

    private void fail(EscException failure) {
        Problem problem = failure.problem();
        if (problem.fault() != Fault.CANCELLED) {
            ILog.of(Work.class).log(new Status(problem.fault() == Fault.DEFECT ? IStatus.ERROR : IStatus.WARNING, Work.class,
                    getName() + ": " + ProblemText.oneLine(problem), failure.getCause()));
        }
        tell(() -> failed.accept(failure));
    }

    private void tell(Runnable what) {
        if (!display.isDisposed()) {
            display.asyncExec(what);
        }
    }
}
