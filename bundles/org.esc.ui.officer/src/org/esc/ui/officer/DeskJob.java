// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import java.util.concurrent.CompletableFuture;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.ui.ProblemText;

/**
 * Something done at the desk in the background, with cancel. How it ended is told by {@link #outcome}.
 *
 * @param <T> what comes out
 */
final class DeskJob<T> extends Job {

    /** What is done. */
    @FunctionalInterface
    interface Work<T> {
        T with(Context context) throws EscException;
    }

    private final Work<T> work;
    private final Interaction interaction;
    private final Progress progress;
    private final Cancel cancel = new Cancel();
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    DeskJob(String name, Interaction interaction, Progress progress, Work<T> work) {
        super(name);
        this.work = work;
        this.interaction = interaction;
        this.progress = progress;
        setPriority(LONG);
    }

    CompletableFuture<T> outcome() {
        return outcome;
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        try {
            outcome.complete(work.with(new Context(interaction, progress, cancel)));
        } catch (EscException e) {
            if (e.fault() == Fault.DEFECT) {
                ILog.of(DeskJob.class).log(new Status(IStatus.ERROR, DeskJob.class, getName() + ": " + ProblemText.oneLine(e.problem()), e));
            }
            outcome.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            ILog.of(DeskJob.class).log(new Status(IStatus.ERROR, DeskJob.class, getName(), e));
            outcome.completeExceptionally(e);
        }
        // the person is told by whoever waits for the outcome, not by a second dialog
        return Status.OK_STATUS;
    }
}
