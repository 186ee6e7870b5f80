// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchListener;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.card.Subscription;
import org.esc.command.Context;
import org.esc.command.Verbs;
import org.esc.tms.demo.DemoStage;
import org.esc.ui.Console;
import org.esc.ui.DialogAsker;
import org.esc.ui.Services;
import org.esc.ui.Settings;
import org.esc.ui.UiInteraction;

/** The demonstration on the embedded token management system; its stage is set in the background and struck with the workbench. */
final class EmbeddedDemo implements Demo {

    private static final Words WORDS = Words.of(EmbeddedDemo.class);

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Optional<DemoStage> stage = Optional.empty();
    private Optional<Problem> problem = Optional.empty();
    private final Thread atExit = Thread.ofPlatform().name("strike the demonstration").unstarted(this::close);
    private boolean over;

    /** Begins to set the stage. */
    EmbeddedDemo() {
        IWorkbench workbench = PlatformUI.getWorkbench();
        workbench.addWorkbenchListener(new IWorkbenchListener() {
            @Override
            public boolean preShutdown(IWorkbench closing, boolean forced) {
                return true;
            }

            @Override
            public void postShutdown(IWorkbench closed) {
                close();
            }
        });
        var job = new Job(WORDS.say("Starting the embedded token management system")) {
            @Override
            protected IStatus run(IProgressMonitor monitor) {
                set();
                return Status.OK_STATUS;
            }
        };
        job.schedule();
    }

    private void set() {
        try {
            var verbs = Services.find(Verbs.class);
            var files = Services.find(CardFiles.class);
            if (verbs.isEmpty() || files.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("prepare the demonstration"),
                        WORDS.say("This installation has no software tokens to demonstrate with.")).exception();
            }
            var interaction = new UiInteraction(PlatformUI.getWorkbench().getDisplay(), new DialogAsker(() -> null));
            DemoStage open = DemoStage.open(verbs.get(), files.get(), Context.of(interaction));
            Settings.forThisRun(Settings.TPS, open.tps().toString());
            Settings.forThisRun(Settings.CA, open.caFile().toString());
            Settings.forThisRun(Settings.OFFICER, open.tps().toString());
            Settings.forThisRun(Settings.OFFICER_CA, open.caFile().toString());
            Settings.forThisRun(Settings.ADMIN_KEY, open.adminKey().toString());
            Settings.forThisRun(Settings.ADMIN_PASSWORD_FILE, open.adminPasswordFile().toString());
            // last: who sees it finds the others
            Settings.forThisRun(Settings.ADMIN, open.tps().resolve("/").toString());
            Console.line(WORDS.say("The embedded token management system listens on {0}", open.address()));
            boolean late;
            synchronized (this) {
                late = over;
                stage = Optional.of(open);
            }
            // a workbench that is told to end by a signal leaves nothing behind either
            Runtime.getRuntime().addShutdownHook(atExit);
            if (late) {
                close();
            }
        } catch (EscException e) {
            fail(e.problem(), e.getCause());
        } catch (NoClassDefFoundError e) {
            // the embedded system is a feature of its own and may be left out
            fail(Problem.of(Fault.USAGE, WORDS.say("prepare the demonstration"),
                    WORDS.say("This installation has no embedded token management system, so there is nothing to demonstrate with."))
                    .advice(WORDS.say("Install the feature \"Embedded token management system\", or use the Tokens view with a server of your own.")), e);
        } catch (RuntimeException e) {
            fail(Problem.of(Fault.DEFECT, WORDS.say("prepare the demonstration"), WORDS.say("Something went wrong inside this program."))
                    .advice(WORDS.say("The Error Log has the particulars; please report them.")), e);
        }
        listeners.forEach(Runnable::run);
    }

    private void fail(Problem why, Throwable cause) {
        ILog.of(EmbeddedDemo.class).error("The demonstration cannot be shown: " + why.message(), cause);
        synchronized (this) {
            problem = Optional.of(why);
        }
    }

    /** Stops the embedded server and takes the token away. */
    void close() {
        Optional<DemoStage> open;
        synchronized (this) {
            over = true;
            open = stage;
            stage = Optional.empty();
        }
        // no method reference: where the embedded system is left out, its class is not to be looked for
        if (open.isPresent()) {
            open.get().close();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            // this is the exit
        }
        Settings.forThisRun(Settings.ADMIN, "");
        Settings.forThisRun(Settings.ADMIN_KEY, "");
        Settings.forThisRun(Settings.ADMIN_PASSWORD_FILE, "");
        Settings.forThisRun(Settings.TPS, "");
        Settings.forThisRun(Settings.CA, "");
        Settings.forThisRun(Settings.OFFICER, "");
        Settings.forThisRun(Settings.OFFICER_CA, "");
    }

    /** The stage, when it is set. */
    synchronized Optional<DemoStage> stage() {
        return stage;
    }

    @Override
    public synchronized Phase phase() {
        return problem.isPresent() ? Phase.FAILED : stage.isPresent() ? Phase.READY : Phase.STARTING;
    }

    @Override
    public synchronized Optional<Problem> problem() {
        return problem;
    }

    @Override
    public synchronized String reader() {
        return stage.isPresent() ? stage.get().reader() : "";
    }

    @Override
    public synchronized String server() {
        return stage.isPresent() ? stage.get().tps().toString() : "";
    }

    @Override
    public String user() {
        return DemoStage.USER;
    }

    @Override
    public String password() {
        return DemoStage.PASSWORD;
    }

    @Override
    public Subscription onChange(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }
}
