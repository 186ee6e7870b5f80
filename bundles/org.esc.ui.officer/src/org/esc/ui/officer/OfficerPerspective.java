// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;

/** Face-to-face issuing: one page that leads through it, and nothing else. */
public final class OfficerPerspective implements IPerspectiveFactory {

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
        layout.addView(DeskView.ID, IPageLayout.LEFT, 1f, layout.getEditorArea());
        layout.getViewLayout(DeskView.ID).setCloseable(false);
        layout.addShowViewShortcut(IPageLayout.ID_PROGRESS_VIEW);
        layout.addPerspectiveShortcut("org.esc.ui.officer.perspective");
    }
}
