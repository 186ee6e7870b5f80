// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.equinox.app.IApplication;
import org.eclipse.equinox.app.IApplicationContext;
import org.esc.command.Cancel;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.trace.TraceLog;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** The terminal's way into the product: runs one verb and ends with its exit code. */
public final class CliApplication implements IApplication {

    /** How long a verb may take to end after Ctrl-C before the process ends without it. */
    private static final long GRACE_SECONDS = 10;

    private static final int CANCELLED = 7;

    @Override
    public Object start(IApplicationContext context) {
        String[] args = (String[]) context.getArguments().get(IApplicationContext.APPLICATION_ARGS);
        BundleContext bundles = FrameworkUtil.getBundle(CliApplication.class).getBundleContext();
        var cancel = new Cancel();
        var ended = new CountDownLatch(1);
        int[] exit = {CANCELLED};
        // a signal asks the verb to end; the exit code is then the verb's own (tms start ends well, an enrolment is cancelled)
        var hook = new Thread(() -> {
            cancel.cancel();
            try {
                ended.await(GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(exit[0]);
        }, "end on signal");
        Runtime.getRuntime().addShutdownHook(hook);
        var cli = new Cli(Terminal.system(), System::getenv, () -> service(bundles, TraceLog.class), version());
        exit[0] = cli.run(List.of(args), chosen(service(bundles, Verbs.class), args), cancel);
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // shutting down already: the hook ends the process
        }
        return exit[0];
    }

    @Override
    public void stop() {
        // a verb ends by itself
    }

    private static String version() {
        var v = FrameworkUtil.getBundle(CliApplication.class).getVersion();
        return v.getMajor() + "." + v.getMinor() + "." + v.getMicro();
    }

    /** The verb that the words name and those below it, so that the others' classes stay unloaded; all when the name is not known. */
    private static List<Verb<?, ?>> chosen(Verbs verbs, String[] args) {
        String typed = String.join(" ", args) + " ";
        return verbs.names().stream().filter(n -> typed.startsWith(n + " ")).max(Comparator.comparing(String::length))
                .<List<Verb<?, ?>>>map(name -> verbs.names().stream().filter(n -> n.equals(name) || n.startsWith(name + " ")).flatMap(n -> verbs.find(n).stream()).toList())
                .orElseGet(verbs::all);
    }

    private static <S> S service(BundleContext bundles, Class<S> type) {
        return bundles.getService(bundles.getServiceReference(type));
    }
}
