// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.words;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.CTabFolder;
import org.eclipse.swt.custom.CTabItem;
import org.eclipse.swt.custom.CLabel;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Group;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Slider;
import org.eclipse.swt.widgets.Spinner;
import org.eclipse.swt.widgets.TabFolder;
import org.eclipse.swt.widgets.TabItem;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.ToolBar;
import org.eclipse.swt.widgets.ToolItem;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeColumn;
import org.eclipse.swt.widgets.TreeItem;
import org.esc.ui.testing.Access;

/** Every text of a window: what is read, what appears under the pointer, what a screen reader says; of what is hidden now, too. */
final class Shown {

    /** Of a console, from which something may have been let go, in characters. */
    private static final int LONG = 100_000;
    private static final String[] NONE = {};

    private final List<String> texts = new ArrayList<>();
    private final boolean contents;

    private Shown(boolean contents) {
        this.contents = contents;
    }

    /** All texts in {@code c} and below. */
    static List<String> in(Control c) {
        return in(c, true);
    }

    /** All texts in {@code c} and below, with or without the contents of lists, trees and pages. */
    static List<String> in(Control c, boolean contents) {
        var all = new Shown(contents);
        all.control(c);
        return all.texts;
    }

    /** All texts of a menu, filled as when it is opened. */
    static List<String> in(Menu menu) {
        var all = new Shown(true);
        all.menu(menu);
        return all.texts;
    }

    /** The platform's consoles let go of what is old, in the middle of a line. */
    private static String wholeLines(String text) {
        return text.length() < LONG ? text : text.substring(text.indexOf('\n') + 1);
    }

    private void add(String... more) {
        Arrays.stream(more).filter(t -> t != null && !t.isBlank()).forEach(texts::add);
    }

    private void control(Control c) {
        if (c.isDisposed()) {
            return;
        }
        add(c.getToolTipText());
        switch (c) {
            case Shell s -> {
                add(s.getText());
                menu(s.getMenuBar());
            }
            case Label l -> add(l.getText());
            case CLabel l -> add(l.getText(), l.getToolTipText());
            case Button b -> add(b.getText(), Access.name(b));
            case Link l -> add(l.getText().replaceAll("<[^>]*>", ""));
            case Text t -> add(t.getMessage(), (t.getStyle() & SWT.PASSWORD) == 0 ? t.getText() : "", Access.name(t));
            case StyledText t -> add(contents ? wholeLines(t.getText()) : "");
            case Combo b -> {
                add(Access.name(b));
                add(contents ? b.getItems() : NONE);
                add(contents ? b.getText() : "");
            }
            case org.eclipse.swt.widgets.List l -> {
                add(l.getItems());
                add(Access.name(l));
            }
            case Group g -> add(g.getText());
            case ToolBar b -> {
                for (ToolItem i : b.getItems()) {
                    add(i.getText(), i.getToolTipText());
                }
            }
            case Table t -> {
                add(Access.name(t));
                for (TableColumn column : t.getColumns()) {
                    add(column.getText(), column.getToolTipText());
                }
                for (TableItem i : contents ? t.getItems() : new TableItem[0]) {
                    for (int n = 0; n < Math.max(1, t.getColumnCount()); n++) {
                        add(i.getText(n));
                    }
                }
            }
            case Tree t -> {
                add(Access.name(t));
                for (TreeColumn column : t.getColumns()) {
                    add(column.getText(), column.getToolTipText());
                }
                tree(contents ? t.getItems() : new TreeItem[0], Math.max(1, t.getColumnCount()));
            }
            case TabFolder f -> {
                for (TabItem i : f.getItems()) {
                    add(i.getText(), i.getToolTipText());
                }
            }
            case CTabFolder f -> {
                for (CTabItem i : f.getItems()) {
                    add(i.getText(), i.getToolTipText());
                }
            }
            case Spinner _, ProgressBar _, Slider _ -> add(Access.name(c));
            default -> {
                // a frame around others
            }
        }
        menu(c instanceof Shell ? null : c.getMenu());
        if (c instanceof Composite inner) {
            for (Control child : inner.getChildren()) {
                control(child);
            }
        }
    }

    private void tree(TreeItem[] items, int columns) {
        for (TreeItem i : items) {
            for (int n = 0; n < columns; n++) {
                add(i.getText(n));
            }
            tree(i.getItems(), columns);
        }
    }

    private void menu(Menu menu) {
        if (menu == null || menu.isDisposed()) {
            return;
        }
        menu.notifyListeners(SWT.Show, new Event());
        for (MenuItem i : menu.getItems()) {
            if (!i.isDisposed()) {
                add(i.getText(), i.getToolTipText());
                menu(i.getMenu());
            }
        }
        if (!menu.isDisposed()) {
            menu.notifyListeners(SWT.Hide, new Event());
        }
    }
}
