// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.jface.window.Window;
import org.eclipse.swt.graphics.Image;
import org.eclipse.ui.IWorkbenchPreferenceConstants;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.application.IWorkbenchConfigurer;
import org.eclipse.ui.application.IWorkbenchWindowConfigurer;
import org.eclipse.ui.application.WorkbenchAdvisor;
import org.eclipse.ui.application.WorkbenchWindowAdvisor;
import org.esc.ui.Icons;
import org.esc.ui.Start;

/** How the workbench as a whole behaves. */
final class EscWorkbenchAdvisor extends WorkbenchAdvisor {

    /** Everyday work with tokens; brought by org.esc.ui.tokens. */
    static final String TOKENS_PERSPECTIVE = "org.esc.ui.tokens.perspective";

    @Override
    public void initialize(IWorkbenchConfigurer configurer) {
        // a demonstration always begins with the same picture
        configurer.setSaveAndRestore(!Start.demo());
        var preferences = PlatformUI.getPreferenceStore();
        preferences.setDefault(IWorkbenchPreferenceConstants.SHOW_PROGRESS_ON_STARTUP, false);
        preferences.setDefault(IWorkbenchPreferenceConstants.SHOW_TEXT_ON_PERSPECTIVE_BAR, true);
        preferences.setDefault(IWorkbenchPreferenceConstants.CLOSE_EDITORS_ON_EXIT, true);
    }

    @Override
    public void preStartup() {
        Window.setDefaultImages(new Image[] {Icons.image(EscWorkbenchAdvisor.class, "app16"),
                Icons.image(EscWorkbenchAdvisor.class, "app32"), Icons.image(EscWorkbenchAdvisor.class, "app64"),
                Icons.image(EscWorkbenchAdvisor.class, "app128")});
    }

    @Override
    public void postStartup() {
        // a page about things this product does not have, with its only child
        PlatformUI.getWorkbench().getPreferenceManager().remove("org.eclipse.debug.ui.ConsolePreferencePage");
        ThemeFollower.start();
    }

    @Override
    public String getInitialWindowPerspectiveId() {
        return TOKENS_PERSPECTIVE;
    }

    @Override
    public String getMainPreferencePageId() {
        return "org.esc.ui.preferences";
    }

    @Override
    public WorkbenchWindowAdvisor createWorkbenchWindowAdvisor(IWorkbenchWindowConfigurer configurer) {
        return new EscWindowAdvisor(configurer);
    }
}
