// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.List;
import java.util.StringJoiner;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.viewers.ArrayContentProvider;
import org.eclipse.jface.viewers.ColumnLabelProvider;
import org.eclipse.jface.viewers.ColumnViewerToolTipSupport;
import org.eclipse.jface.viewers.TableViewer;
import org.eclipse.jface.viewers.TableViewerColumn;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.esc.apdu.Words;
import org.esc.ui.Columns;
import org.esc.ui.Names;

/** Names and values in a table. */
final class PropertiesPane extends Composite {

    private static final Words WORDS = Words.of(PropertiesPane.class);

    private final TableViewer table;

    PropertiesPane(Composite parent) {
        super(parent, SWT.NONE);
        var layout = new TableColumnLayout();
        setLayout(layout);
        table = new TableViewer(this, SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.getTable().setHeaderVisible(true);
        Names.name(table.getTable(), WORDS.say("Properties of what is selected"));
        ColumnViewerToolTipSupport.enableFor(table);
        table.setContentProvider(ArrayContentProvider.getInstance());
        column(layout, WORDS.say("Property"), 2, true);
        column(layout, WORDS.say("Value"), 4, false);
    }

    private void column(TableColumnLayout layout, String title, int weight, boolean first) {
        var column = new TableViewerColumn(table, SWT.NONE);
        column.getColumn().setText(title);
        layout.setColumnData(column.getColumn(), Columns.share(column.getColumn(), weight, 90));
        column.setLabelProvider(new ColumnLabelProvider() {
            @Override
            public String getText(Object element) {
                var p = (Entry.Property) element;
                // a line of a table shows one line; the rest is in the tip, and in what is copied
                return first ? p.name() : p.value().lines().findFirst().orElse("") + (p.value().strip().contains("\n") ? " …" : "");
            }

            @Override
            public String getToolTipText(Object element) {
                var p = (Entry.Property) element;
                return first ? p.name() : p.value();
            }
        });
    }

    void show(List<Entry.Property> properties) {
        if (!properties.equals(table.getInput())) {
            table.setInput(properties);
        }
    }

    /** What is selected, or all, to be copied. */
    String text() {
        var chosen = table.getStructuredSelection();
        var lines = new StringJoiner("\n");
        ((List<?>) (chosen.isEmpty() ? table.getInput() : chosen.toList())).forEach(o -> {
            var p = (Entry.Property) o;
            lines.add(p.name() + "\t" + p.value());
        });
        return lines.toString();
    }
}
