// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.util.Optional;
import org.eclipse.help.HelpSystem;
import org.eclipse.help.IContext;
import org.eclipse.jface.dialogs.IPageChangeProvider;
import org.eclipse.jface.window.Window;
import org.eclipse.jface.wizard.IWizardPage;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IWorkbenchPart;
import org.esc.apdu.Words;

/**
 * Which help is about the place where a person is. A control may say so itself, in the platform's way; otherwise the id of a view or editor, and
 * the name of the class of a dialog, wizard or preference page, is the id of its context (extension point {@code org.eclipse.help.contexts}). So no
 * view needs a line of code for its help.
 */
final class Contexts {

    /** Where the platform keeps the id of the context that a control was given. */
    private static final String OF_THE_PLATFORM = "org.eclipse.ui.help";

    private Contexts() {
    }

    /** The help about a control, and the window or view it is in. */
    static Optional<IContext> of(Optional<Control> focus, Optional<Shell> shell, Optional<IWorkbenchPart> part) {
        for (Control c = focus.orElse(null); c != null; c = c.getParent()) {
            Optional<IContext> own = c.getData(OF_THE_PLATFORM) instanceof String id ? context(id) : Optional.empty();
            if (own.isPresent()) {
                return own;
            }
        }
        // a dialog's window knows its dialog; the workbench's window is no dialog and has parts
        return shell.filter(Contexts::dialog).map(s -> ofDialog((Window) s.getData())).orElseGet(() -> part.flatMap(p -> context(p.getSite().getId())));
    }

    /** Whether a window is a dialog, so that what lies behind cannot be used. */
    static boolean dialog(Shell shell) {
        return shell.getData() instanceof Window && !(shell.getData() instanceof org.eclipse.jface.window.ApplicationWindow);
    }

    private static Optional<IContext> ofDialog(Window dialog) {
        if (dialog instanceof IPageChangeProvider pages) {
            Object page = pages.getSelectedPage();
            Optional<IContext> ofPage = page instanceof IWizardPage w && w.getWizard() != null ? ofClass(w.getWizard().getClass())
                    : page == null ? Optional.empty() : ofClass(page.getClass());
            if (ofPage.isPresent()) {
                return ofPage;
            }
        }
        return ofClass(dialog.getClass());
    }

    /** The help about a class, or about the one it is a kind of. */
    static Optional<IContext> ofClass(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            Optional<IContext> found = context(c.getName());
            if (found.isPresent()) {
                return found;
            }
        }
        // an unnamed dialog belongs to whatever makes it
        return type.getEnclosingClass() == null ? Optional.empty() : ofClass(type.getEnclosingClass());
    }

    /** The context with this id, if a bundle brings it. */
    static Optional<IContext> context(String id) {
        return Optional.ofNullable(HelpSystem.getContext(id, Words.locale().toString())).filter(c -> c.getRelatedTopics().length > 0);
    }
}
