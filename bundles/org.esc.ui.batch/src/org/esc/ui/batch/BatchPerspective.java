// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import org.eclipse.ui.IFolderLayout;
import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;
import org.eclipse.ui.console.IConsoleConstants;

/** Work with many tokens: the plan, the signs at the readers, and what came of it. */
public final class BatchPerspective implements IPerspectiveFactory {

    /** Id of the perspective. */
    public static final String ID = "org.esc.ui.batch.perspective";

    private static final String ERROR_LOG = "org.eclipse.pde.runtime.LogView";

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        String area = layout.getEditorArea();
        layout.createFolder("main", IPageLayout.TOP, 0.8f, area).addView(BatchView.ID);
        layout.getViewLayout(BatchView.ID).setCloseable(false);
        // hidden behind the signs unless wanted: they need the room
        IFolderLayout bottom = layout.createFolder("bottom", IPageLayout.BOTTOM, 0.8f, area);
        bottom.addPlaceholder(IConsoleConstants.ID_CONSOLE_VIEW);
        bottom.addPlaceholder(ERROR_LOG);
        bottom.addPlaceholder(IPageLayout.ID_PROGRESS_VIEW);
        layout.addShowViewShortcut(BatchView.ID);
        layout.addPerspectiveShortcut(ID);
    }
}
