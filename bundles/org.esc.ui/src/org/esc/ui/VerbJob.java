// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.concurrent.CompletableFuture;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.trace.TraceLog;

/**
 * Runs a verb as a job of the workbench, with progress and cancel. How it ended is told by {@link #outcome}; what went wrong goes to the
 * Error Log too.
 *
 * @param <R> result of the verb
 */
public final class VerbJob<R extends Record> extends Job {

    private static final Words WORDS = Words.of(VerbJob.class);

    private static final int WHOLE = 100;

    private final VerbCall<?, R> call;
    private final Interaction interaction;
    private final Progress listener;
    private final Cancel cancel = new Cancel();
    private final CompletableFuture<R> outcome = new CompletableFuture<>();
    private boolean quiet;
    private boolean silent;

    /**
     * A job, to be scheduled.
     *
     * @param name     what a person reads in lists of jobs
     * @param listener told of progress too, on the job's thread
     */
    public VerbJob(String name, VerbCall<?, R> call, Interaction interaction, Progress listener) {
        super(name);
        this.call = call;
        this.interaction = interaction;
        this.listener = listener;
        setUser(false);
        setPriority(LONG);
    }

    /** Leaves out of the Console that it begins and ends well: it looks at something, and nobody has asked for it. */
    public VerbJob<R> quietly() {
        quiet = true;
        return this;
    }

    /** As {@link #quietly}, and leaves failures to whoever waits for the outcome, but for defects. */
    public VerbJob<R> silently() {
        silent = true;
        return quietly();
    }

    /** The result, or an {@link EscException} that says what happened. Ends after the verb has, whatever it does. */
    public CompletableFuture<R> outcome() {
        return outcome;
    }

    /** The call that this job runs. */
    public VerbCall<?, R> call() {
        return call;
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        monitor.beginTask(getName(), WHOLE);
        if (!quiet) {
            Console.line(WORDS.say("{0}: started", getName()));
        }
        try {
            R result = call.run(new Context(Interaction.watched(interaction, () -> Services.find(TraceLog.class).ifPresent(TraceLog::pinAsked)), progress(monitor), cancel));
            if (!quiet) {
                Console.line(WORDS.say("{0}: done", getName()));
            }
            outcome.complete(result);
            return Status.OK_STATUS;
        } catch (EscException e) {
            if (silent && e.fault() != Fault.DEFECT) {
                // whoever looks at the outcome says it where it matters
                outcome.completeExceptionally(e);
                return e.fault() == Fault.CANCELLED ? Status.CANCEL_STATUS : Status.OK_STATUS;
            }
            Console.line(getName() + ": " + e.problem().message());
            if (e.fault() == Fault.CANCELLED) {
                outcome.completeExceptionally(e);
                return Status.CANCEL_STATUS;
            }
            log(e.problem(), e.fault() == Fault.DEFECT ? e : e.getCause());
            outcome.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            var problem = Problem.of(Fault.DEFECT, getName(), WORDS.say("Something went wrong inside this program: {0}.",
                    e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ", " + e.getMessage())))
                    .advice(WORDS.say("The Error Log has the particulars; please report them."));
            Console.line(getName() + ": " + problem.message());
            log(problem, e);
            outcome.completeExceptionally(problem.exception(e));
        } finally {
            monitor.done();
        }
        // the status is OK for the platform: the person is told by whoever waits for the outcome, not by a second dialog
        return Status.OK_STATUS;
    }

    private Progress progress(IProgressMonitor monitor) {
        int[] worked = {0};
        return (percent, task) -> {
            if (percent > worked[0]) {
                monitor.worked(Math.min(percent, WHOLE) - worked[0]);
                worked[0] = Math.min(percent, WHOLE);
            }
            if (!task.isEmpty()) {
                monitor.subTask(task);
            }
            listener.at(percent, task);
        };
    }

    private void log(Problem problem, Throwable cause) {
        ILog.of(VerbJob.class).log(new Status(problem.fault() == Fault.DEFECT ? IStatus.ERROR : IStatus.WARNING, VerbJob.class,
                getName() + ": " + ProblemText.oneLine(problem), cause));
    }
}
