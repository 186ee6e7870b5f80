// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import java.net.URL;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.help.IContext;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.help.AbstractHelpUI;

/** What the platform calls when somebody asks for help: the menu, F1, cheat sheets, vendors' views. */
public final class EscHelp extends AbstractHelpUI {

    @Override
    public void displayHelp() {
        pane(_ -> {
        });
    }

    @Override
    public void displaySearch() {
        search("");
    }

    @Override
    public void search(String words) {
        pane(p -> p.toSearch(words == null ? "" : words));
    }

    @Override
    public void displayDynamicHelp() {
        var display = Display.getCurrent();
        Contexts.of(Optional.ofNullable(display.getFocusControl()), Optional.ofNullable(display.getActiveShell()),
                page().map(IWorkbenchPage::getActivePart)).ifPresentOrElse(c -> pane(p -> p.show(c)), this::displayHelp);
    }

    @Override
    public void displayContext(IContext context, int x, int y) {
        if (context != null && context.getRelatedTopics().length > 0) {
            pane(p -> p.show(context));
        } else {
            displayDynamicHelp();
        }
    }

    @Override
    public void displayHelpResource(String href) {
        pane(p -> p.show(href));
    }

    @Override
    public URL resolve(String href, boolean documentOnly) {
        return Shelf.entry(href).orElse(null);
    }

    @Override
    public boolean isContextHelpDisplayed() {
        return false;
    }

    /** Where the person looks for help: beside the dialog in front, else the view. */
    private static void pane(Consumer<HelpPane> then) {
        Shell active = Display.getCurrent().getActiveShell();
        if (active != null && Contexts.dialog(active)) {
            then.accept(beside(active).pane());
            return;
        }
        page().ifPresent(page -> {
            try {
                then.accept(((HelpView) page.showView(HelpView.ID)).pane());
            } catch (PartInitException e) {
                ILog.of(EscHelp.class).error("The view with the help cannot be shown", e);
            }
        });
    }

    private static HelpWindow beside(Shell dialog) {
        if (dialog.getData() instanceof HelpWindow already) {
            return already;
        }
        return Arrays.stream(dialog.getShells()).map(Shell::getData).filter(HelpWindow.class::isInstance).map(HelpWindow.class::cast).findFirst()
                .map(w -> {
                    w.getShell().setActive();
                    return w;
                }).orElseGet(() -> {
                    var window = new HelpWindow(dialog);
                    window.open();
                    window.pane().show(Shelf.FIRST);
                    return window;
                });
    }

    private static Optional<IWorkbenchPage> page() {
        return Optional.ofNullable(PlatformUI.getWorkbench().getActiveWorkbenchWindow()).map(IWorkbenchWindow::getActivePage);
    }
}
