// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.eclipse.core.runtime.FileLocator;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.IStatus;
import org.eclipse.core.runtime.Platform;
import org.eclipse.core.runtime.Status;
import org.eclipse.core.runtime.jobs.Job;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.swt.program.Program;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.Words;
import org.esc.help.Guides;
import org.esc.help.WebPages;
import org.osgi.framework.FrameworkUtil;

/** Pages in the person's own browser: the guides as files, which are written when they are first wanted. */
final class Browsing {

    private static final Words WORDS = Words.of(Browsing.class);

    private static final String OURS = "/org.esc.help/docs/";

    /** Opens an address; replaced by tests, which have no browser. */
    static Predicate<String> launcher = Program::launch;

    private Browsing() {
    }

    /** Opens a page of ours, or the page of a vendor. */
    static void open(String href) {
        if (href.isEmpty() || href.startsWith(OURS)) {
            guides().whenComplete((folder, failure) -> Display.getDefault().asyncExec(() -> {
                if (failure == null) {
                    String page = href.isEmpty() ? WebPages.INDEX : href.substring(OURS.length());
                    int hash = page.indexOf('#');
                    launch(folder.resolve(hash < 0 ? page : page.substring(0, hash)).toUri() + (hash < 0 ? "" : page.substring(hash)));
                } else {
                    ILog.of(Browsing.class).error("The guides cannot be written as web pages", failure);
                    say(WORDS.say("The guides cannot be written as web pages: {0}", failure.getMessage()));
                }
            }));
            return;
        }
        Shelf.entry(href.replaceFirst("#.*", "")).ifPresentOrElse(url -> {
            try {
                launch(FileLocator.toFileURL(url).toString());
            } catch (IOException e) {
                say(WORDS.say("The page cannot be read: {0}", e.getMessage()));
            }
        }, () -> say(WORDS.say("There is no page {0}.", href)));
    }

    /** The folder with the guides; written once for each version and language of them. */
    private static CompletableFuture<Path> guides() {
        var written = new CompletableFuture<Path>();
        // the job's thread need not speak the language of this one
        var guides = Guides.own();
        Job job = Job.create(WORDS.say("Writing the guides"), _ -> {
            try {
                var bundle = FrameworkUtil.getBundle(Guides.class);
                Path folder = Platform.getStateLocation(FrameworkUtil.getBundle(Browsing.class)).toPath()
                        .resolve("guides-" + bundle.getVersion() + "-" + Long.toHexString(bundle.getLastModified())
                                + "-" + guides.language());
                if (!Files.exists(folder.resolve(WebPages.INDEX))) {
                    new WebPages(guides).write(folder);
                }
                written.complete(folder);
            } catch (IOException e) {
                written.completeExceptionally(e);
            }
            return (IStatus) Status.OK_STATUS;
        });
        job.setSystem(true);
        job.schedule();
        return written;
    }

    /** Opens an address in the browser. */
    static void launch(String address) {
        if (!launcher.test(address)) {
            say(WORDS.say("No browser could be started. Open this address yourself:\n\n{0}", address));
        }
    }

    private static void say(String what) {
        MessageDialog.openInformation(Display.getDefault().getActiveShell(), WORDS.say("Help"), what);
    }
}
