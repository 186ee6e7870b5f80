// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;

/** Pages of which one is shown at a time. */
public final class PageStack {

    private PageStack() {
    }

    /** Shows one of the pages of a {@link StackLayout}. If the focus is on another one of them it comes along, so that it is never where nobody sees it. */
    public static void show(Composite stack, Control page) {
        var layout = (StackLayout) stack.getLayout();
        if (layout.topControl == page) {
            return;
        }
        boolean focus = hasFocus(stack);
        layout.topControl = page;
        stack.layout();
        if (focus) {
            page.setFocus();
        }
    }

    private static boolean hasFocus(Composite stack) {
        for (Control c = stack.getDisplay().getFocusControl(); c != null; c = c.getParent()) {
            if (c == stack) {
                return true;
            }
        }
        return false;
    }
}
