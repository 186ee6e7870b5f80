// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.ui.Columns;
import org.esc.ui.Names;

/** Names and values of one thing, in a table. */
final class Properties extends Composite {

    private static final Words WORDS = Words.of(Properties.class);

    /** A name and its value; a value may have several lines. */
    record Property(String name, String value) {

        static Property of(String name, Optional<String> value) {
            return new Property(name, value.orElse(""));
        }
    }

    private final Table table;
    private List<Property> shown = List.of();

    Properties(Composite parent, String name) {
        super(parent, SWT.NONE);
        var layout = new TableColumnLayout();
        setLayout(layout);
        table = new Table(this, SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.setHeaderVisible(true);
        Names.name(table, name);
        // a value is easily longer than its column
        table.addListener(SWT.MouseHover, e -> {
            TableItem at = table.getItem(new Point(e.x, e.y));
            table.setToolTipText(at == null ? null : at.getText(1));
        });
        var first = new TableColumn(table, SWT.NONE);
        first.setText(WORDS.say("Property"));
        layout.setColumnData(first, Columns.share(first, 2, 110));
        var second = new TableColumn(table, SWT.NONE);
        second.setText(WORDS.say("Value"));
        layout.setColumnData(second, Columns.share(second, 4, 140));
    }

    void show(List<Property> properties) {
        var lines = properties.stream().filter(p -> !p.value().isEmpty()).flatMap(p -> {
            List<String> values = p.value().lines().toList();
            return java.util.stream.IntStream.range(0, values.size()).mapToObj(i -> new Property(i == 0 ? p.name() : "", values.get(i)));
        }).toList();
        if (lines.equals(shown)) {
            return;
        }
        shown = lines;
        table.setRedraw(false);
        table.removeAll();
        lines.forEach(p -> new TableItem(table, SWT.NONE).setText(new String[] {p.name(), p.value()}));
        table.setRedraw(true);
    }

    boolean focused() {
        return table.isFocusControl();
    }

    /** What is selected, or all. */
    String text() {
        int[] chosen = table.getSelectionIndices();
        var lines = new StringJoiner("\n");
        for (int i = 0; i < shown.size(); i++) {
            int row = i;
            if (chosen.length == 0 || java.util.Arrays.stream(chosen).anyMatch(c -> c == row)) {
                lines.add(shown.get(i).name() + "\t" + shown.get(i).value());
            }
        }
        return lines.toString();
    }
}
