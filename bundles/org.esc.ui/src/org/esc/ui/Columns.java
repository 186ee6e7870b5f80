// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.viewers.ColumnLayoutData;
import org.eclipse.jface.viewers.ColumnWeightData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeColumn;

/** Columns of lists: as wide as they are meant to be, in the person's size of letters, and never narrower than their titles. */
public final class Columns {

    /** What the desktop's themes draw beside a title, in pixels. */
    private static final int MARGIN = 24;

    private Columns() {
    }

    /**
     * A column of a fixed width, until a person drags it.
     *
     * @param style {@link org.eclipse.swt.SWT#LEFT} or {@link org.eclipse.swt.SWT#RIGHT}
     * @param width in pixels, with letters of the usual size
     */
    public static TableColumn fixed(Table table, int style, String title, int width) {
        var column = new TableColumn(table, style);
        column.setText(title);
        column.setWidth(width(table, title, width));
        return column;
    }

    /** As {@link #fixed(Table, int, String, int)}. */
    public static TreeColumn fixed(Tree tree, int style, String title, int width) {
        var column = new TreeColumn(tree, style);
        column.setText(title);
        column.setWidth(width(tree, title, width));
        return column;
    }

    /**
     * What a layout is told of a column that shares the width of its list with others; it has its title already.
     *
     * @param weight its part of the width
     * @param least  width in pixels, with letters of the usual size; where there is less room the list is scrolled
     */
    public static ColumnLayoutData share(TableColumn column, int weight, int least) {
        return new ColumnWeightData(weight, width(column.getParent(), column.getText(), least), true);
    }

    /**
     * As {@link #share(TableColumn, int, int)}, with what can be read in any case.
     *
     * @param sample of what stands in the column
     */
    public static ColumnLayoutData share(TableColumn column, int weight, String sample) {
        int least = Math.max(Letters.width(column.getParent(), sample), Letters.width(column.getParent(), column.getText()));
        return new ColumnWeightData(weight, least + MARGIN, true);
    }

    /** As {@link #share(TableColumn, int, int)}. */
    public static ColumnLayoutData share(TreeColumn column, int weight, int least) {
        return new ColumnWeightData(weight, width(column.getParent(), column.getText(), least), true);
    }

    /**
     * How wide a column is to be.
     *
     * @param list  that it is in
     * @param title at its head
     * @param usual width in pixels, with letters of the usual size
     */
    public static int width(Composite list, String title, int usual) {
        return Math.max(Letters.width(list, title) + MARGIN, Letters.room(list, usual));
    }
}
