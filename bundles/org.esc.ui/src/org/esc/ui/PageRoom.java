// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.preference.PreferencePage;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;

/** Room for a page of the preferences: their dialog opens as large as it was when it was closed, perhaps with a smaller page or smaller letters. */
public final class PageRoom {

    private PageRoom() {
    }

    /** Enlarges the dialog, as far as the screen allows, until the page that is shown now can be seen whole. */
    public static void make(PreferencePage page) {
        page.getShell().getDisplay().asyncExec(() -> {
            Control content = page.getControl();
            if (content != null && !content.isDisposed()) {
                make(content);
            }
        });
    }

    private static void make(Control content) {
        Composite view = content.getParent();
        while (view != null && !(view instanceof ScrolledComposite)) {
            view = view.getParent();
        }
        if (view == null) {
            return;
        }
        Point needs = content.computeSize(SWT.DEFAULT, SWT.DEFAULT);
        Rectangle has = view.getClientArea();
        int wider = Math.max(0, needs.x - has.width);
        int higher = Math.max(0, needs.y - has.height);
        if (wider > 0 || higher > 0) {
            Shell shell = content.getShell();
            Rectangle now = shell.getBounds();
            Rectangle screen = shell.getMonitor().getClientArea();
            int width = Math.min(now.width + wider, screen.width);
            int height = Math.min(now.height + higher, screen.height);
            shell.setBounds(Math.clamp(now.x, screen.x, screen.x + screen.width - width), Math.clamp(now.y, screen.y, screen.y + screen.height - height), width, height);
        }
    }
}
