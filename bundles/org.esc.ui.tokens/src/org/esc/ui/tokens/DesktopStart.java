// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.IStartup;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchListener;
import org.eclipse.ui.PlatformUI;
import org.esc.ui.DesktopNotifier;
import org.esc.ui.DesktopSettings;
import org.esc.ui.MainWindow;
import org.esc.ui.Start;

/** Begins to tell the desktop of tokens when the workbench has opened, whatever perspective is in front. */
public final class DesktopStart implements IStartup {

    @Override
    public void earlyStartup() {
        TokensPlugin.onUi(() -> {
            Display display = PlatformUI.getWorkbench().getDisplay();
            var notifier = new DesktopNotifier(display);
            var presence = new DesktopPresence(display, TokensPlugin.model(), notifier, DesktopSettings.node("reminded"));
            PlatformUI.getWorkbench().addWorkbenchListener(new IWorkbenchListener() {
                @Override
                public boolean preShutdown(IWorkbench closing, boolean forced) {
                    return true;
                }

                @Override
                public void postShutdown(IWorkbench closed) {
                    presence.close();
                    notifier.close();
                }
            });
            if (Start.minimized()) {
                // earlier the window is not shown yet, and showing it would undo this
                MainWindow.away();
            }
        });
    }
}
