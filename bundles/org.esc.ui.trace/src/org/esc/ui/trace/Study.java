// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.ui.DialogAsker;
import org.esc.ui.ProblemText;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbDialog;

/** Work on a whole trace, as a job that can be cancelled; the result comes on the UI thread. */
final class Study<T> extends Job {

    /** What is to be done. */
    interface Work<T> {

        /** Does it; looks often whether it is cancelled. */
        T run(Context context) throws EscException;
    }

    private static final int WHOLE = 100;

    private final Display display;
    private final Work<T> work;
    private final Consumer<T> done;
    private final Consumer<String> failed;
    private final Progress listener;
    private final Cancel cancel = new Cancel();

    private Study(String name, Display display, Work<T> work, Progress listener, Consumer<T> done, Consumer<String> failed) {
        super(name);
        this.display = display;
        this.work = work;
        this.listener = listener;
        this.done = done;
        this.failed = failed;
    }

    /** Begins; one of {@code done} and {@code failed}, which gets words for the person, is called in the end. */
    static <T> void start(String name, Display display, Work<T> work, Consumer<T> done, Consumer<String> failed) {
        start(name, display, work, Progress.NONE, done, failed);
    }

    /** As the other; a {@code quiet} one, which happens again and again, is not shown among what is under way. */
    static <T> void start(String name, Display display, boolean quiet, Work<T> work, Consumer<T> done, Consumer<String> failed) {
        var study = new Study<>(name, display, work, Progress.NONE, done, failed);
        study.setSystem(quiet);
        study.schedule();
    }

    /** As the other; {@code listener} is told of progress, on the job's thread. What is returned can be cancelled. */
    static <T> Job start(String name, Display display, Work<T> work, Progress listener, Consumer<T> done, Consumer<String> failed) {
        var study = new Study<>(name, display, work, listener, done, failed);
        study.schedule();
        return study;
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        monitor.beginTask(getName(), WHOLE);
        int[] worked = {0};
        var asker = new DialogAsker(() -> display.getActiveShell());
        var context = new Context(new UiInteraction(display, asker, VerbDialog.ACCEPT_FORMS), (percent, words) -> {
            if (percent > worked[0]) {
                monitor.worked(percent - worked[0]);
                worked[0] = percent;
            }
            listener.at(percent, words);
        }, cancel);
        try {
            T result = work.run(context);
            onUi(() -> done.accept(result));
            return Status.OK_STATUS;
        } catch (EscException e) {
            onUi(() -> failed.accept(ProblemText.forPerson(e.problem())));
            return cancel.isCancelled() ? Status.CANCEL_STATUS : Status.OK_STATUS;
        } catch (RuntimeException e) {
            ILog.of(Study.class).error(getName() + " failed", e);
            onUi(() -> failed.accept(ProblemText.forPerson(ProblemText.problem(e, getName()))));
            return Status.OK_STATUS;
        } finally {
            monitor.done();
        }
    }

    private void onUi(Runnable task) {
        if (!display.isDisposed()) {
            display.asyncExec(task);
        }
    }
}
