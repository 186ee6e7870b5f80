// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.List;
import java.util.Optional;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IPerspectiveDescriptor;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.IWorkbenchPart;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PerspectiveAdapter;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.WorkbenchException;
import org.eclipse.ui.application.ActionBarAdvisor;
import org.eclipse.ui.application.IActionBarConfigurer;
import org.eclipse.ui.application.IWorkbenchWindowConfigurer;
import org.eclipse.ui.application.WorkbenchWindowAdvisor;
import org.esc.apdu.Words;
import org.esc.trace.Recording;
import org.esc.ui.Console;
import org.esc.ui.DesktopSettings;
import org.esc.ui.MainWindow;
import org.esc.ui.Start;

/** The workbench window: what it shows around its views. */
final class EscWindowAdvisor extends WorkbenchWindowAdvisor {

    private static final Words WORDS = Words.of(EscWindowAdvisor.class);

    /** Guidance through the demonstration; brought by org.esc.ui.tokens. */
    private static final String GUIDE_VIEW = "org.esc.ui.tokens.guide";

    /** Buttons of the text editor, which comes with the console and has nothing to edit here. */
    private static final List<String> EDITOR_BUTTONS = List.of("org.eclipse.ui.edit.text.actionSet.annotationNavigation",
            "org.eclipse.ui.edit.text.actionSet.navigation", "org.eclipse.ui.NavigateActionSet",
            "org.eclipse.ui.edit.text.actionSet.openExternalFile", "org.eclipse.ui.edit.text.actionSet.convertLineDelimitersTo");

    private Optional<Recording> recording = Optional.empty();

    EscWindowAdvisor(IWorkbenchWindowConfigurer configurer) {
        super(configurer);
    }

    @Override
    public ActionBarAdvisor createActionBarAdvisor(IActionBarConfigurer configurer) {
        return new EscActionBarAdvisor(configurer);
    }

    @Override
    public void preWindowOpen() {
        IWorkbenchWindowConfigurer c = getWindowConfigurer();
        c.setTitle("Enterprise Security Client");
        Rectangle screen = PlatformUI.getWorkbench().getDisplay().getPrimaryMonitor().getClientArea();
        c.setInitialSize(new Point(Math.min(1360, screen.width), Math.min(840, screen.height)));
        c.setShowMenuBar(true);
        c.setShowCoolBar(true);
        c.setShowPerspectiveBar(true);
        c.setShowStatusLine(true);
        c.setShowProgressIndicator(true);
    }

    /** What had the focus before a dialog may be gone when that closes; no key would reach anything then. */
    private static void keepFocus(IWorkbenchWindow window) {
        Shell shell = window.getShell();
        if (shell == null || shell.isDisposed() || shell.getDisplay().getActiveShell() != shell || window.getActivePage() == null) {
            return;
        }
        Control focus = shell.getDisplay().getFocusControl();
        IWorkbenchPart part = window.getActivePage().getActivePart();
        if (part != null && (focus == null || !focus.isVisible() || !focus.isEnabled())) {
            part.setFocus();
        }
    }

    @Override
    public void openIntro() {
        // a demonstration shows its own way
        if (!Start.demo()) {
            super.openIntro();
        }
    }

    @Override
    public boolean preWindowShellClose() {
        return !(DesktopSettings.on(DesktopSettings.KEEP) && MainWindow.hide());
    }

    @Override
    public void postWindowClose() {
        recording.ifPresent(Recording::close);
    }

    @Override
    public void postWindowOpen() {
        IWorkbenchWindow window = getWindowConfigurer().getWindow();
        window.getShell().addListener(SWT.Activate, e -> e.display.asyncExec(() -> keepFocus(window)));
        recording = TrafficConsole.open();
        Console.line(WORDS.say("Workbench opened"));
        if (window.getActivePage() != null) {
            EDITOR_BUTTONS.forEach(window.getActivePage()::hideActionSet);
        }
        window.addPerspectiveListener(new PerspectiveAdapter() {
            @Override
            public void perspectiveActivated(IWorkbenchPage page, IPerspectiveDescriptor perspective) {
                EDITOR_BUTTONS.forEach(page::hideActionSet);
            }
        });
        if (!Start.demo() || window.getActivePage() == null) {
            return;
        }
        try {
            PlatformUI.getWorkbench().showPerspective(EscWorkbenchAdvisor.TOKENS_PERSPECTIVE, window);
            window.getActivePage().showView(GUIDE_VIEW);
        } catch (PartInitException e) {
            ILog.of(EscWindowAdvisor.class).error("The guide through the demonstration cannot be shown", e);
        } catch (WorkbenchException e) {
            ILog.of(EscWindowAdvisor.class).error("The Tokens perspective cannot be shown", e);
        }
    }
}
