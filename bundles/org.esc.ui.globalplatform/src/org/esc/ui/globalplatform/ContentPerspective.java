// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import org.eclipse.ui.IFolderLayout;
import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;
import org.eclipse.ui.console.IConsoleConstants;

/** Work with what is on a GlobalPlatform card: its domains, applications, packages and keys. */
public final class ContentPerspective implements IPerspectiveFactory {

    /** Id of the perspective. */
    public static final String ID = "org.esc.ui.globalplatform.perspective";

    private static final String ERROR_LOG = "org.eclipse.pde.runtime.LogView";

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        String area = layout.getEditorArea();
        IFolderLayout bottom = layout.createFolder("bottom", IPageLayout.BOTTOM, 0.7f, area);
        bottom.addView(KeySetsView.ID);
        bottom.addView(IConsoleConstants.ID_CONSOLE_VIEW);
        bottom.addView(ERROR_LOG);
        bottom.addView(IPageLayout.ID_PROGRESS_VIEW);
        layout.createFolder("main", IPageLayout.TOP, 0.5f, area).addView(ContentView.ID);
        layout.getViewLayout(ContentView.ID).setCloseable(false);
        layout.addShowViewShortcut(ContentView.ID);
        layout.addShowViewShortcut(KeySetsView.ID);
        layout.addPerspectiveShortcut(ID);
    }
}
