// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.List;
import java.util.function.Function;
import org.eclipse.jface.layout.TreeColumnLayout;
import org.eclipse.jface.viewers.ColumnLabelProvider;
import org.eclipse.jface.viewers.ColumnViewerToolTipSupport;
import org.eclipse.jface.viewers.ITreeContentProvider;
import org.eclipse.jface.viewers.TreeViewer;
import org.eclipse.jface.viewers.TreeViewerColumn;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.widgets.Composite;

/** A tree with columns that fill its width; its input is the list of the things at the top. */
public final class TreeTable {

    private static final int LEAST_WIDTH = 90;

    private TreeTable() {
    }

    /**
     * A column.
     *
     * @param <T>    kind of the things in the tree
     * @param title  in its head
     * @param weight its part of the width
     * @param text   in one line
     * @param tip    shown when the pointer rests there: a column is easily too narrow for what it holds, and an icon alone tells nobody what it means
     * @param image  in front of the text; may give {@code null}
     * @param least  its least width in pixels; where there is less room the tree is scrolled
     */
    public record Column<T>(String title, int weight, Function<T, String> text, Function<T, String> tip, Function<T, Image> image, int least) {

        /** One of the usual least width. */
        public Column(String title, int weight, Function<T, String> text, Function<T, String> tip, Function<T, Image> image) {
            this(title, weight, text, tip, image, LEAST_WIDTH);
        }

        /** One without pictures. */
        public Column(String title, int weight, Function<T, String> text, Function<T, String> tip) {
            this(title, weight, text, tip, _ -> null);
        }
    }

    /**
     * A tree in a place of its own.
     *
     * @param <T>      kind of the things in it
     * @param selects  {@link SWT#SINGLE} or {@link SWT#MULTI}
     * @param name     for screen readers
     * @param children what is in a thing
     */
    public static <T> TreeViewer in(Composite parent, int selects, String name, Function<T, ? extends List<? extends T>> children,
            List<Column<T>> columns) {
        var place = new Composite(parent, SWT.NONE);
        var layout = new TreeColumnLayout();
        place.setLayout(layout);
        var tree = new TreeViewer(place, selects | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        tree.getTree().setHeaderVisible(true);
        Names.name(tree.getTree(), name);
        ColumnViewerToolTipSupport.enableFor(tree);
        for (Column<T> c : columns) {
            var column = new TreeViewerColumn(tree, SWT.NONE);
            column.getColumn().setText(c.title());
            layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), c.weight(), c.least()));
            column.setLabelProvider(new Labels<>(c));
        }
        tree.setContentProvider(new Content<>(children));
        return tree;
    }

    @SuppressWarnings("unchecked")
    private static final class Labels<T> extends ColumnLabelProvider {

        private final Column<T> column;

        Labels(Column<T> column) {
            this.column = column;
        }

        @Override
        public String getText(Object element) {
            return column.text().apply((T) element);
        }

        @Override
        public Image getImage(Object element) {
            return column.image().apply((T) element);
        }

        @Override
        public String getToolTipText(Object element) {
            String tip = column.tip().apply((T) element);
            return tip.isEmpty() ? null : tip;
        }
    }

    @SuppressWarnings("unchecked")
    private static final class Content<T> implements ITreeContentProvider {

        private final Function<T, ? extends List<? extends T>> children;

        Content(Function<T, ? extends List<? extends T>> children) {
            this.children = children;
        }

        @Override
        public Object[] getElements(Object input) {
            return ((List<?>) input).toArray();
        }

        @Override
        public Object[] getChildren(Object parent) {
            return children.apply((T) parent).toArray();
        }

        @Override
        public Object getParent(Object element) {
            return null;
        }

        @Override
        public boolean hasChildren(Object element) {
            return !children.apply((T) element).isEmpty();
        }
    }
}
