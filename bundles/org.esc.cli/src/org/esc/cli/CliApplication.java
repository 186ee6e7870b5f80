// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.equinox.app.IApplication;
import org.eclipse.equinox.app.IApplicationContext;
import org.esc.command.Cancel;
import org.esc.command.Verb;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

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
        var cli = new Cli(Terminal.system(), System::getenv, (_, _) -> () -> { }, version());
        exit[0] = cli.run(List.of(args), verbs(bundles, args), cancel);
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

    /**
     * The verbs worth starting: the one the words name, by its service property {@code verb}, so that the others' classes stay
     * unloaded; all of them when help is asked for or the name is not known.
     */
    private static List<Verb<?, ?>> verbs(BundleContext bundles, String[] args) {
        try {
            Collection<ServiceReference<? extends Verb>> references = new ArrayList<>(bundles.getServiceReferences(Verb.class, null));
            String typed = String.join(" ", args) + " ";
            Optional<ServiceReference<? extends Verb>> named = Optional.empty();
            for (ServiceReference<? extends Verb> r : references) {
                if (typed.startsWith(name(r) + " ") && name(r).length() > named.map(CliApplication::name).orElse("").length()) {
                    named = Optional.of(r);
                }
            }
            if (named.isPresent()) {
                return List.of(bundles.getService(named.get()));
            }
            var all = new ArrayList<Verb<?, ?>>();
            for (ServiceReference<? extends Verb> r : references) {
                Verb<?, ?> v = bundles.getService(r);
                if (v != null) {
                    all.add(v);
                }
            }
            return all;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String name(ServiceReference<?> verb) {
        return verb.getProperty("verb") instanceof String name ? name : "";
    }
}
