// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.function.BooleanSupplier;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PlatformUI;

/** The workbench's window, brought to front or put away. UI thread only. */
public final class MainWindow {

    private static BooleanSupplier hideable = () -> false;

    private MainWindow() {
    }

    /** Shows the window in front of others. */
    public static void show() {
        for (IWorkbenchWindow window : PlatformUI.getWorkbench().getWorkbenchWindows()) {
            Shell shell = window.getShell();
            if (shell != null && !shell.isDisposed()) {
                shell.setVisible(true);
                shell.setMinimized(false);
                shell.forceActive();
                return;
            }
        }
    }

    /** Hides the window, if it can be had back. @return false if it cannot, so that it has not been hidden */
    public static boolean hide() {
        if (!hideable.getAsBoolean()) {
            return false;
        }
        for (IWorkbenchWindow window : PlatformUI.getWorkbench().getWorkbenchWindows()) {
            window.getShell().setVisible(false);
        }
        return true;
    }

    /** Puts the window out of the way: hides it if it can be had back, else minimizes it. */
    public static void away() {
        if (!hide()) {
            for (IWorkbenchWindow window : PlatformUI.getWorkbench().getWorkbenchWindows()) {
                window.getShell().setMinimized(true);
            }
        }
    }

    /** Told by whoever can bring the window back, an icon in the tray: asked each time, because trays come and go. */
    public static void hideable(BooleanSupplier can) {
        hideable = can;
    }
}
