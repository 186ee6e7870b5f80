// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CLabel;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;

/**
 * Whether what is written in a window can be read: the contrast between each text and what is behind it, measured in the picture of the window, is at least 4.5 to 1
 * (WCAG 2.2, success criterion 1.4.3). What is disabled is exempt there, too; how the selected line and the button for the Enter key look is the theme's alone.
 */
final class Contrast {

    private static final double LEAST = 4.5;
    /** Edges of letters are blended: fewer pixels of one colour than this are no text. */
    private static final int FEW = 2;
    private static final int LARGEST = 400_000;
    /** What shades of a background have. */
    private static final double NOTHING = 1.1;

    private final Shell shell;
    private final ImageData picture;
    private final double scale;
    private final List<String> complaints = new ArrayList<>();

    private Contrast(Shell shell, ImageData picture, Rectangle area) {
        this.shell = shell;
        this.picture = picture;
        scale = (double) picture.width / area.width;
    }

    /**
     * Complaints about texts that are hard to read.
     *
     * @param area of the display that the picture shows, in points
     */
    static List<String> complaints(Shell shell, ImageData picture, Rectangle area) {
        var c = new Contrast(shell, picture, area);
        Ui.all(shell, Control.class, x -> x.isVisible() && x.isEnabled()).forEach(x -> c.look(x, area));
        return c.complaints;
    }

    /** A button that has the keys is the window's default for that long, while the theme still paints the dialog's own as such. */
    private boolean forEnter(Button b) {
        return shell.getDefaultButton() == b || Integer.valueOf(IDialogConstants.OK_ID).equals(b.getData());
    }

    private void look(Control c, Rectangle area) {
        switch (c) {
            case Label l when l.getImage() == null -> look(c, l.getText(), whole(c), area);
            case CLabel l when l.getImage() == null -> look(c, l.getText(), whole(c), area);
            case Link l -> look(c, l.getText(), whole(c), area);
            case Text t when t.getSelectionCount() == 0 -> look(c, t.getText(), whole(c), area);
            case Combo t -> look(c, t.getText(), whole(c), area);
            case Button b when (b.getStyle() & (SWT.CHECK | SWT.RADIO)) == 0 && b.getImage() == null && !forEnter(b) -> look(c, b.getText(), inner(c), area);
            case StyledText t when t.getCharCount() > 0 -> look(c, t.getText(), whole(c), area);
            case Table t -> rows(t, area);
            case Tree t -> {
                for (TreeItem i : t.getItems()) {
                    rows(t, i, area);
                }
            }
            default -> {
                // writes nothing by itself, or draws
            }
        }
    }

    private static Rectangle whole(Control c) {
        Point size = c.getSize();
        return new Rectangle(0, 0, size.x, size.y);
    }

    /** Without the frame, which needs less. */
    private static Rectangle inner(Control c) {
        Point size = c.getSize();
        return new Rectangle(5, 5, Math.max(0, size.x - 10), Math.max(0, size.y - 10));
    }

    private void rows(Table t, Rectangle area) {
        int columns = Math.max(1, t.getColumnCount());
        for (int r = t.getTopIndex(); r < Math.min(t.getItemCount(), t.getTopIndex() + 40); r++) {
            TableItem item = t.getItem(r);
            for (int i = 0; i < columns && !t.isSelected(r); i++) {
                look(t, item.getText(i), item.getTextBounds(i), area);
            }
        }
    }

    private void rows(Tree t, TreeItem item, Rectangle area) {
        for (int i = 0; i < Math.max(1, t.getColumnCount()) && Arrays.stream(t.getSelection()).noneMatch(s -> s == item); i++) {
            look(t, item.getText(i), item.getTextBounds(i), area);
        }
        if (item.getExpanded()) {
            for (TreeItem below : item.getItems()) {
                rows(t, below, area);
            }
        }
    }

    private void look(Control c, String text, Rectangle in, Rectangle area) {
        // a thin letter alone may have no pixel of its whole colour
        if (text.strip().length() < 2 || in.width <= 2 || in.height <= 2) {
            return;
        }
        Rectangle seen = shell.getDisplay().map(c, null, in);
        // what a parent does not show of it cannot be looked at; nor is a list's own head part of its rows
        for (Control p = c; p != null; p = p.getParent()) {
            Rectangle client = p instanceof Composite o ? o.getClientArea() : whole(p);
            int head = p instanceof Table t ? t.getHeaderHeight() : p instanceof Tree t ? t.getHeaderHeight() : 0;
            // style sheets make heads a little higher than the list knows
            head += head == 0 ? 0 : 8;
            client = new Rectangle(client.x, client.y + head, client.width, client.height - head);
            seen = seen.intersection(shell.getDisplay().map(p, null, client));
            if (p == shell) {
                break;
            }
        }
        if (seen.width <= 2 || seen.height < in.height * 9 / 10 && (c instanceof Table || c instanceof Tree) || seen.height < 6) {
            return;
        }
        var pixels = new Rectangle((int) ((seen.x - area.x) * scale), (int) ((seen.y - area.y) * scale), (int) (seen.width * scale), (int) (seen.height * scale))
                .intersection(new Rectangle(0, 0, picture.width, picture.height));
        if (pixels.isEmpty() || pixels.width * pixels.height > LARGEST) {
            return;
        }
        Map<Integer, Integer> colours = new HashMap<>();
        for (int y = pixels.y; y < pixels.y + pixels.height; y++) {
            for (int x = pixels.x; x < pixels.x + pixels.width; x++) {
                colours.merge(picture.getPixel(x, y), 1, Integer::sum);
            }
        }
        int behind = colours.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
        RGB ground = picture.palette.getRGB(behind);
        double best = colours.entrySet().stream().filter(e -> e.getValue() >= FEW).mapToDouble(e -> ratio(ground, picture.palette.getRGB(e.getKey()))).max().orElse(1);
        // not painted at all is not badly painted
        if (best < LEAST && best > NOTHING) {
            complaints.add(String.format(Locale.ROOT, "%.1f to 1 on %s: \"%s\" (%s)", best, ground, text.length() > 60 ? text.substring(0, 60) + "…" : text,
                    c.getClass().getSimpleName()));
        }
    }

    /** WCAG 2.2, "contrast ratio". */
    private static double ratio(RGB a, RGB b) {
        double x = luminance(a);
        double y = luminance(b);
        return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    }

    private static double luminance(RGB c) {
        return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
    }

    private static double linear(int component) {
        double c = component / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
