// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import org.eclipse.ui.IFolderLayout;
import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;
import org.eclipse.ui.console.IConsoleConstants;

/** See every byte that passes between programs and cards, live and recorded. */
public final class TracePerspective implements IPerspectiveFactory {

    /** Id of the perspective. */
    public static final String ID = "org.esc.ui.trace.perspective";

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        String area = layout.getEditorArea();
        IFolderLayout bottom = layout.createFolder("bottom", IPageLayout.BOTTOM, 0.8f, area);
        bottom.addPlaceholder(IConsoleConstants.ID_CONSOLE_VIEW);
        bottom.addPlaceholder(IPageLayout.ID_PROGRESS_VIEW);
        IFolderLayout main = layout.createFolder("main", IPageLayout.TOP, 0.5f, area);
        main.addView(TraceView.ID);
        main.addPlaceholder(TraceView.ID + ":*");
        main.addPlaceholder(DiffView.ID);
        main.addPlaceholder(DiffView.ID + ":*");
        layout.getViewLayout(TraceView.ID).setCloseable(false);
        layout.addShowViewShortcut(TraceView.ID);
        layout.addPerspectiveShortcut(ID);
    }
}
