// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.function.Consumer;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Work on a whole trace, as a job that can be cancelled; the result comes on the UI thread. */
final class Study<T> extends Job {

    /** What is to be done. */
    interface Work<T> {

        /** Does it; asks {@code cancel} often. */
        T run(Cancel cancel) throws EscException;
    }

    private final Display display;
    private final Work<T> work;
    private final Consumer<T> done;
    private final Consumer<String> failed;
    private final Cancel cancel = new Cancel();

    private Study(String name, Display display, Work<T> work, Consumer<T> done, Consumer<String> failed) {
        super(name);
        this.display = display;
        this.work = work;
        this.done = done;
        this.failed = failed;
    }

    /** Begins; one of {@code done} and {@code failed}, which gets words for the person, is called in the end. */
    static <T> void start(String name, Display display, Work<T> work, Consumer<T> done, Consumer<String> failed) {
        new Study<>(name, display, work, done, failed).schedule();
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        try {
            T result = work.run(cancel);
            onUi(() -> done.accept(result));
            return Status.OK_STATUS;
        } catch (EscException e) {
            onUi(() -> failed.accept(e.problem().message()));
            return cancel.isCancelled() ? Status.CANCEL_STATUS : Status.OK_STATUS;
        }
    }

    private void onUi(Runnable task) {
        if (!display.isDisposed()) {
            display.asyncExec(task);
        }
    }
}
