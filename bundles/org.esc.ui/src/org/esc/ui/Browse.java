// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.net.URI;
import java.util.function.Predicate;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.program.Program;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;

/** Opens pages in the person's own browser. */
public final class Browse {

    private static final Words WORDS = Words.of(Browse.class);

    private static Predicate<URI> browser = page -> Program.launch(page.toString());

    private Browse() {
    }

    /** Opens a page of the web; says so where it can be copied if there is no browser. UI thread only. */
    public static void open(Shell parent, URI page) {
        if (!silently(page)) {
            MessageDialog.openInformation(parent, WORDS.say("Open a page"), WORDS.say("No browser could be opened here. The page is:\n\n{0}", page));
        }
    }

    /** Opens a page of the web once the person has seen on which host it is, and wants it. UI thread only. */
    public static void ask(Shell parent, URI page) {
        if (MessageDialog.open(MessageDialog.QUESTION, parent, WORDS.say("Open a page"), WORDS.say("A page on the host {0} is opened in the browser:\n\n{1}",
                page.getHost(), page), SWT.NONE, WORDS.say("&Open"), IDialogConstants.CANCEL_LABEL) == 0) {
            open(parent, page);
        }
    }

    /** Opens a page of the web that nobody has asked for. UI thread only. @return false if there is no browser, or it is no page of the web */
    public static boolean silently(URI page) {
        boolean web = "http".equalsIgnoreCase(page.getScheme()) || "https".equalsIgnoreCase(page.getScheme());
        return web && browser.test(page);
    }

    /** Replaces the browser, for tests. */
    public static void with(Predicate<URI> other) {
        browser = other;
    }
}
