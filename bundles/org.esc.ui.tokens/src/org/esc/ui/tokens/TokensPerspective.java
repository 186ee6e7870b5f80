// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.ui.IFolderLayout;
import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;
import org.eclipse.ui.console.IConsoleConstants;

/** Everyday work with tokens: the list, what is known about the selected one, and what happened. */
public final class TokensPerspective implements IPerspectiveFactory {

    private static final String ERROR_LOG = "org.eclipse.pde.runtime.LogView";

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        String area = layout.getEditorArea();
        IFolderLayout bottom = layout.createFolder("bottom", IPageLayout.BOTTOM, 0.68f, area);
        bottom.addView(IConsoleConstants.ID_CONSOLE_VIEW);
        bottom.addView(ERROR_LOG);
        bottom.addView(IPageLayout.ID_PROGRESS_VIEW);
        IFolderLayout side = layout.createFolder("side", IPageLayout.RIGHT, 0.62f, area);
        side.addPlaceholder(GuideView.ID);
        side.addView(DetailsView.ID);
        IFolderLayout main = layout.createFolder("main", IPageLayout.TOP, 0.5f, area);
        main.addView(TokensView.ID);
        layout.getViewLayout(TokensView.ID).setCloseable(false);
        layout.addShowViewShortcut(TokensView.ID);
        layout.addShowViewShortcut(DetailsView.ID);
        layout.addShowViewShortcut(IConsoleConstants.ID_CONSOLE_VIEW);
        layout.addShowViewShortcut(ERROR_LOG);
        layout.addShowViewShortcut(IPageLayout.ID_PROGRESS_VIEW);
        layout.addPerspectiveShortcut("org.esc.ui.tokens.perspective");
    }
}
