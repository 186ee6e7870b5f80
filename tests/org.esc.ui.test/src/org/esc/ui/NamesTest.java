// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What GTK tells a screen reader of controls that SWT leaves without words. */
class NamesTest {

    private Shell shell;

    @BeforeEach
    void open() {
        shell = new Shell(Ui.window());
        shell.setLayout(new FillLayout());
        shell.setSize(300, 300);
    }

    @AfterEach
    void close() {
        shell.dispose();
    }

    @Test
    void aListToChooseFromSaysWhatItIsAndWhatIsChosen() {
        var list = new Combo(shell, SWT.READ_ONLY);
        list.setItems("", "Passport", "Staff badge");
        Names.name(list, "&Kind of document:");
        assertEquals("Kind of document", Access.nameAtKeyboard(list));
        list.select(1);
        list.notifyListeners(SWT.Selection, new Event());
        assertEquals("Kind of document: Passport", Access.nameAtKeyboard(list));
    }

    @Test
    void aButtonSaysWhatItFills() {
        var file = Names.name(new Text(shell, SWT.BORDER), "&Letters go to:");
        assertEquals("Letters go to", Access.description(Names.fills(new Button(shell, SWT.PUSH), file)));
    }

    @Test
    void aRowThatIsFilledAnewIsHeard() {
        String[] state = {"open"};
        var table = new Table(shell, SWT.VIRTUAL);
        var column = new TableColumn(table, SWT.NONE);
        column.setWidth(200);
        table.addListener(SWT.SetData, e -> ((TableItem) e.item).setText(state[0]));
        Names.rows(table);
        table.setItemCount(1);
        shell.open();
        Ui.until("the row is heard", () -> Access.cell(table, 0, 0).equals("open"));
        state[0] = "done";
        table.clear(0);
        Ui.until("what it says now is heard", () -> Access.cell(table, 0, 0).equals("done"));
    }
}
