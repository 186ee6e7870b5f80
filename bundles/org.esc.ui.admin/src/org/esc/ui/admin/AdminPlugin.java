// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Optional;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchListener;
import org.eclipse.ui.IWorkbenchPage;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.Words;
import org.esc.tps.admin.SavedServers;
import org.esc.ui.Settings;

/** The one list of {@link Servers} of the workbench, made when first asked for. UI thread only. */
final class AdminPlugin {

    private static final Words WORDS = Words.of(AdminPlugin.class);

    private static Servers servers;
    private static boolean listening;

    private AdminPlugin() {
    }

    static Servers servers() {
        if (servers == null) {
            servers = new Servers(PlatformUI.getWorkbench().getDisplay(), new SavedServers());
        }
        listen();
        return servers;
    }

    /** Replaces the list, for tests; views opened before keep the old one. */
    static void use(Servers other) {
        servers = other;
    }

    private static void listen() {
        if (listening) {
            return;
        }
        listening = true;
        Display display = PlatformUI.getWorkbench().getDisplay();
        Settings.onChange(() -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> servers.tell());
            }
        });
        PlatformUI.getWorkbench().addWorkbenchListener(new IWorkbenchListener() {
            @Override
            public boolean preShutdown(IWorkbench closing, boolean forced) {
                return true;
            }

            @Override
            public void postShutdown(IWorkbench closed) {
                // whoever is signed in is forgotten by the server after a while; nothing waits for it now
                servers = null;
            }
        });
    }

    /** Shows a list of a server, searched as wished. The view of that kind that went with whichever server a person worked with gives way: it would show the same. */
    static void open(IWorkbenchPage page, Server server, Kind kind, Filter filter) {
        servers().current(server);
        try {
            if (page.showView(kind.view(), server.entry().id(), IWorkbenchPage.VIEW_ACTIVATE) instanceof AdminView view) {
                view.search(filter);
            }
            Optional.ofNullable(page.findViewReference(kind.view())).ifPresent(page::hideView);
        } catch (PartInitException e) {
            ILog.of(AdminPlugin.class).error(WORDS.say("The view cannot be shown"), e);
        }
    }
}
