// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.Tree;

/** Whether what is written in a window has the room it needs, in this language, font and scaling, and the window room on its screen. */
final class Fit {

    /** Rounding at fractional scales. */
    private static final int SLACK = 2;

    private Fit() {
    }

    /** Complaints about labels and buttons that are cut off, and about a window that hangs over the edge of its screen. */
    static List<String> complaints(Shell shell) {
        return complaints(shell, false);
    }

    /** As {@link #complaints}, and about all that cannot be seen whole: other texts, heads of columns, and what stands beyond an edge. */
    static List<String> all(Shell shell) {
        return complaints(shell, true);
    }

    private static List<String> complaints(Shell shell, boolean all) {
        var complaints = new ArrayList<String>();
        for (Control c : Ui.all(shell, Control.class, x -> x.isVisible() && x.getSize().x > 0)) {
            String text = switch (c) {
                case Label l when (l.getStyle() & SWT.SEPARATOR) == 0 -> l.getText();
                case Button b -> b.getText();
                case Link l when all -> l.getText();
                case Group g when all -> g.getText();
                case Combo b when all && (b.getStyle() & SWT.READ_ONLY) != 0 -> b.getText();
                default -> "";
            };
            if (!text.isBlank()) {
                Point has = c.getSize();
                boolean wraps = c instanceof Link || (c.getStyle() & SWT.WRAP) != 0;
                Point needs = c.computeSize(wraps ? has.x : SWT.DEFAULT, SWT.DEFAULT, false);
                if (has.x + SLACK < needs.x || has.y + SLACK < needs.y) {
                    complaints.add("cut off: \"" + text + "\" has " + has + " and needs " + needs);
                } else if (all && isBeyond(c, shell)) {
                    complaints.add("beyond the edge: \"" + text + '"');
                }
            }
            if (all) {
                heads(c, complaints);
            }
        }
        Rectangle bounds = shell.getBounds();
        Rectangle screen = shell.getMonitor().getClientArea();
        if (!shell.getMaximized() && (bounds.width > screen.width || bounds.height > screen.height)) {
            complaints.add("the window \"" + shell.getText() + "\" of " + bounds + " does not fit on " + screen);
        }
        return complaints;
    }

    /** True if a parent cuts off a part of it. Pages are scrolled down, as everywhere, but nobody looks for a button on the right. */
    private static boolean isBeyond(Control c, Shell shell) {
        Point size = c.getSize();
        // its title is at the top; what is in it is looked at by itself
        int height = c instanceof Group ? Math.min(size.y, c.getFont().getFontData()[0].getHeight()) : size.y;
        boolean scrolled = false;
        for (Composite p = c.getParent(); p != null && p != shell.getParent(); p = p.getParent()) {
            Rectangle area = p.getClientArea();
            Rectangle there = c.getDisplay().map(c, p, 0, 0, size.x, height);
            scrolled |= p.getVerticalBar() != null;
            // where its tabs are, a folder shows no page; the page itself is cut off like any other
            if (p instanceof TabFolder) {
                continue;
            }
            if (there.x + there.width > area.x + area.width + SLACK || !scrolled && there.y + there.height > area.y + area.height + SLACK) {
                return true;
            }
        }
        return false;
    }

    /** Complaints about heads of columns, of which a part is hidden. */
    private static void heads(Control c, List<String> complaints) {
        switch (c) {
            case Table t when t.getHeaderVisible() -> Arrays.stream(t.getColumns()).forEach(h -> head(c, h.getText(), h.getWidth(), complaints));
            case Tree t when t.getHeaderVisible() -> Arrays.stream(t.getColumns()).forEach(h -> head(c, h.getText(), h.getWidth(), complaints));
            default -> {
                // has none
            }
        }
    }

    private static void head(Control c, String text, int width, List<String> complaints) {
        var gc = new GC(c);
        try {
            int needs = gc.textExtent(text).x;
            // one without width is hidden
            if (width > 0 && width < needs && !text.isBlank()) {
                complaints.add("cut off: the column \"" + text + "\" has " + width + " and needs " + needs);
            }
        } finally {
            gc.dispose();
        }
    }
}
