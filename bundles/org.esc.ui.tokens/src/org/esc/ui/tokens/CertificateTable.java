// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.ui.Columns;
import org.esc.ui.Icons;
import org.esc.ui.Names;

/** A table of certificates: its name, when it ends, and what is said of it. */
final class CertificateTable {

    private static final Words WORDS = Words.of(CertificateTable.class);

    private CertificateTable() {
    }

    static Table on(Composite parent, String name, String third) {
        var place = new Composite(parent, SWT.NONE);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        var table = Names.name(new Table(place, SWT.BORDER | SWT.SINGLE | SWT.FULL_SELECTION | SWT.H_SCROLL), name);
        table.setHeaderVisible(true);
        column(table, layout, WORDS.say("Certificate"), 30, 150);
        column(table, layout, WORDS.say("Valid until"), 16, 90);
        column(table, layout, third, 54, 240);
        return table;
    }

    private static void column(Table table, TableColumnLayout layout, String title, int weight, int least) {
        var column = new TableColumn(table, SWT.NONE);
        column.setText(title);
        layout.setColumnData(column, Columns.share(column, weight, least));
    }

    static void row(Table table, String name, String until, String words) {
        var item = new TableItem(table, SWT.NONE);
        item.setText(new String[] {name, until, words});
        item.setImage(Icons.image(CertificateTable.class, "certificate"));
    }

    /** Room for its rows, up to six of them. */
    static int height(Table table) {
        return table.getHeaderHeight() + Math.min(6, table.getItemCount()) * table.getItemHeight() + 12;
    }
}
