// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.widgets.Composite;

/** A place that is scrolled down where it is given less height than what is in it needs: with large letters, or in a low part of the window. */
public final class Scrolled {

    private Scrolled() {
    }

    /** Makes a place that fills a parent, which has nothing else in it. What can do with less height says so by its hints. */
    public static Composite in(Composite parent) {
        var window = new ScrolledComposite(parent, SWT.V_SCROLL);
        var place = new Composite(window, SWT.NONE);
        window.setContent(place);
        window.setExpandHorizontal(true);
        window.setExpandVertical(true);
        window.setShowFocusedControl(true);
        window.addListener(SWT.Resize, _ -> window.setMinHeight(place.computeSize(window.getClientArea().width, SWT.DEFAULT).y));
        return place;
    }
}
