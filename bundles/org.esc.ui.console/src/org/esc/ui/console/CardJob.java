// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.ISchedulingRule;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IWorkbenchPart;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.trace.TraceLog;
import org.esc.ui.DialogAsker;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;

/** Work with a card, off the thread of the user interface. Jobs of one owner run one after the other. */
final class CardJob extends Job {

    private static final Words WORDS = Words.of(CardJob.class);

    /** What is to be done. */
    interface Work {
        void run(Context context) throws EscException;
    }

    private final Display display;
    private final Context context;
    private final Cancel cancel = new Cancel();
    private final Work work;
    private final Consumer<Optional<EscException>> ended;

    /**
     * A job, to be scheduled.
     *
     * @param owner over whom questions are put, and whose other jobs it waits for
     * @param ended called on the thread of the user interface, with what went wrong
     */
    CardJob(String name, IWorkbenchPart owner, Work work, Consumer<Optional<EscException>> ended) {
        super(name);
        Shell shell = owner.getSite().getShell();
        display = shell.getDisplay();
        this.work = work;
        this.ended = ended;
        var interaction = new UiInteraction(display, new DialogAsker(() -> shell.isDisposed() ? null : shell), WORDS.say("&OK"));
        context = new Context(Interaction.watched(interaction, () -> Services.find(TraceLog.class).ifPresent(TraceLog::pinAsked)), Progress.NONE, cancel);
        setRule(new OneAfterTheOther(owner));
    }

    private record OneAfterTheOther(IWorkbenchPart owner) implements ISchedulingRule {

        @Override
        public boolean contains(ISchedulingRule rule) {
            return equals(rule);
        }

        @Override
        public boolean isConflicting(ISchedulingRule rule) {
            return equals(rule);
        }
    }

    /** Wishes that it ends. */
    Cancel cancelled() {
        return cancel;
    }

    @Override
    protected void canceling() {
        cancel.cancel();
    }

    @Override
    protected IStatus run(IProgressMonitor monitor) {
        Optional<EscException> failure = Optional.empty();
        try {
            work.run(context);
        } catch (EscException e) {
            failure = Optional.of(e);
        } catch (RuntimeException e) {
            ILog.of(CardJob.class).error(getName(), e);
            failure = Optional.of(Problem.of(Fault.DEFECT, getName(), WORDS.say("Something went wrong inside this program: {0}.", e.getClass().getSimpleName()))
                    .advice(WORDS.say("The Error Log has the particulars; please report them.")).exception(e));
        }
        Optional<EscException> why = failure;
        if (!display.isDisposed()) {
            display.asyncExec(() -> ended.accept(why));
        }
        return failure.filter(f -> f.fault() == Fault.CANCELLED).isPresent() ? Status.CANCEL_STATUS : Status.OK_STATUS;
    }
}
