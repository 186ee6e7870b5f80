// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import org.eclipse.ui.IFolderLayout;
import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;
import org.eclipse.ui.IPlaceholderFolderLayout;
import org.eclipse.ui.console.IConsoleConstants;

/** Administration: the servers, and what is on them. */
public final class AdminPerspective implements IPerspectiveFactory {

    /** Id of the perspective. */
    public static final String ID = "org.esc.ui.admin.perspective";

    private static final String ERROR_LOG = "org.eclipse.pde.runtime.LogView";

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        String area = layout.getEditorArea();
        layout.createFolder("servers", IPageLayout.LEFT, 0.24f, area).addView(ServersView.ID);
        layout.getViewLayout(ServersView.ID).setCloseable(false);
        IPlaceholderFolderLayout bottom = layout.createPlaceholderFolder("bottom", IPageLayout.BOTTOM, 0.78f, area);
        bottom.addPlaceholder(IConsoleConstants.ID_CONSOLE_VIEW);
        bottom.addPlaceholder(ERROR_LOG);
        bottom.addPlaceholder(IPageLayout.ID_PROGRESS_VIEW);
        IFolderLayout main = layout.createFolder("main", IPageLayout.TOP, 0.5f, area);
        main.addView(Kind.OVERVIEW.view());
        for (Kind k : Kind.values()) {
            main.addPlaceholder(k.view() + ":*");
            layout.addShowViewShortcut(k.view());
        }
        layout.addShowViewShortcut(ServersView.ID);
        layout.addShowViewShortcut(IConsoleConstants.ID_CONSOLE_VIEW);
        layout.addShowViewShortcut(ERROR_LOG);
        layout.addShowViewShortcut(IPageLayout.ID_PROGRESS_VIEW);
        layout.addPerspectiveShortcut(ID);
    }
}
