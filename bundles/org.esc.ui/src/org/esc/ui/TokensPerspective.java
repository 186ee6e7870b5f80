// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.ui.IPageLayout;
import org.eclipse.ui.IPerspectiveFactory;

/** Everyday work with tokens; views come from the bundles that own them, by perspective extensions. */
public final class TokensPerspective implements IPerspectiveFactory {

    @Override
    public void createInitialLayout(IPageLayout layout) {
        layout.setEditorAreaVisible(false);
    }
}
