// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;

/** Whether what is written in a window has the room it needs, in this language, font and scaling, and the window room on its screen. */
final class Fit {

    /** Rounding at fractional scales. */
    private static final int SLACK = 2;

    private Fit() {
    }

    /** Complaints about texts that are cut off, and about a window that hangs over the edge of its screen. */
    static List<String> complaints(Shell shell) {
        var complaints = new ArrayList<String>();
        for (Control c : Ui.all(shell, Control.class, x -> x.isVisible() && x.getSize().x > 0)) {
            String text = switch (c) {
                case Label l when (l.getStyle() & SWT.SEPARATOR) == 0 -> l.getText();
                case Button b -> b.getText();
                default -> "";
            };
            if (!text.isBlank()) {
                Point has = c.getSize();
                Point needs = c.computeSize((c.getStyle() & SWT.WRAP) != 0 ? has.x : SWT.DEFAULT, SWT.DEFAULT, false);
                if (has.x + SLACK < needs.x || has.y + SLACK < needs.y) {
                    complaints.add("cut off: \"" + text + "\" has " + has + " and needs " + needs);
                }
            }
        }
        Rectangle bounds = shell.getBounds();
        Rectangle screen = shell.getMonitor().getClientArea();
        if (!shell.getMaximized() && (bounds.width > screen.width || bounds.height > screen.height)) {
            complaints.add("the window \"" + shell.getText() + "\" of " + bounds + " does not fit on " + screen);
        }
        return complaints;
    }
}
