// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.eclipse.e4.ui.css.swt.dom.WidgetElement;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Tree;
import org.eclipse.swt.widgets.TreeItem;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;

/** The style sheets of the platform and what they are kept from. */
class ThemeFollowerTest {

    @Test
    void rowsAreNoBusinessOfTheStyleSheets() {
        var shell = new Shell(Ui.window());
        shell.setLayout(new FillLayout());
        try {
            var table = new Table(shell, SWT.VIRTUAL);
            table.addListener(SWT.SetData, e -> ((TableItem) e.item).setText("row " + e.index));
            table.setItemCount(10_000);
            var tree = new Tree(shell, SWT.NONE);
            new TreeItem(tree, SWT.NONE).setText("branch");
            shell.setSize(400, 300);
            shell.open();
            Ui.until("rows are shown", () -> table.getItem(0).getText().equals("row 0"));
            Ui.settle();
            var engine = WidgetElement.getEngine(table);
            Ui.until("the table has its style", () -> engine.getCSSElementContext(table) != null);
            assertNotNull(engine.getCSSElementContext(tree));
            assertNull(engine.getCSSElementContext(table.getItem(0)), "a row of a table");
            assertNull(engine.getCSSElementContext(tree.getItem(0)), "a row of a tree");
        } finally {
            shell.dispose();
        }
    }
}
