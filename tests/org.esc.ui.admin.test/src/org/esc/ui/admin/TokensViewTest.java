// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.tms.db.TokenState;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Keys;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An administrator looks for tokens and changes them, at the embedded server. */
class TokensViewTest {

    private AdminDesk desk;

    @BeforeEach
    void open(@TempDir Path folder) throws EscException {
        desk = AdminDesk.open(folder);
        desk.tokens(250);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void tokensAreReadPageByPageSearchedAndSuspended() throws EscException {
        desk.signIn();
        TokensView view = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(view.table());
        Table table = view.table().table();
        assertEquals(250, table.getItemCount());
        assertEquals("250 tokens", view.table().status());
        assertTrue(view.table().keptRows() <= 2 * Pages.SIZE, "not all rows are read at once: " + view.table().keptRows());
        Ui.screenshot(Ui.window(), "admin-tokens");
        table.setTopIndex(240);
        Ui.until("the last page is read", () -> view.table().quiet() && !table.getItem(249).getText(0).equals("…"));

        // search by state
        Combo state = Ui.combo(Ui.window(), "State");
        state.select(state.indexOf("Suspended (temporarily lost)"));
        Ui.click(state);
        Ui.until("the suspended ones are shown", () -> view.table().quiet() && table.getItemCount() == 25);
        state.select(0);
        Ui.click(state);
        Ui.until("all are shown again", () -> view.table().quiet() && table.getItemCount() == 250);

        // search by text
        Ui.type(Ui.window(), "search", AdminDesk.cuid(3).toString());
        Ui.until("one is found", () -> view.table().quiet() && table.getItemCount() == 1);
        AdminDesk.select(table, 0);
        Ui.until("it can be changed", () -> Ui.button(Ui.window(), "Change State…").isEnabled());
        Ui.press(Ui.window(), "Change State…");
        Shell dialog = AdminDesk.dialog("Change the state of");
        assertFalse(Ui.button(dialog, "Change State").isEnabled(), "no state is chosen yet");
        Combo to = Ui.combo(dialog, "New state");
        assertFalse(java.util.List.of(to.getItems()).contains("Formatted (uninitialized)"), "only legal steps are offered");
        to.select(to.indexOf("Suspended (temporarily lost)"));
        Ui.settle();
        assertTrue(Ui.texts(dialog).contains("on hold"), Ui.texts(dialog));
        assertEquals(java.util.List.of(), Access.dialogComplaints(dialog));
        Ui.screenshot(dialog, "admin-change-state");
        Ui.press(dialog, "Change State");
        AdminDesk.untilClosed(dialog);
        assertEquals(TokenState.SUSPENDED, desk.tms.tokens().find(AdminDesk.cuid(3)).orElseThrow().state());
        Ui.until("the table shows it", () -> view.table().quiet() && AdminDesk.row(table, 0).contains("Suspended"));
        assertEquals(java.util.List.of(), Access.complaints(Ui.window()));
    }

    @Tag("long")
    @Test
    void theKeyboardIsEnough() throws EscException {
        desk.signIn();
        TokensView view = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(view.table());
        Keys.begin();
        Table table = view.table().table();
        Keys.press("ctrl+f");
        Keys.type(AdminDesk.cuid(3).toString());
        Ui.until("one is found", () -> view.table().quiet() && table.getItemCount() == 1);
        Keys.tabTo(table);
        Keys.press("Down");
        Ui.until("it is selected", () -> table.getSelectionCount() == 1);
        AdminDesk.untilPressable("Change State…");
        Keys.tabTo(Ui.button(Ui.window(), "Change State…"));
        Keys.press("space");
        Shell dialog = AdminDesk.dialog("Change the state of");
        Keys.await(dialog);
        Combo to = Ui.combo(dialog, "New state");
        Keys.tabTo(to);
        for (int i = 0; i < to.getItemCount() && !to.getText().startsWith("Suspended"); i++) {
            Keys.press("Down");
        }
        assertEquals("Suspended (temporarily lost)", to.getText());
        Keys.push(dialog, "Change State");
        AdminDesk.untilClosed(dialog);
        assertEquals(TokenState.SUSPENDED, desk.tms.tokens().find(AdminDesk.cuid(3)).orElseThrow().state());
        Ui.until("the table shows it", () -> view.table().quiet() && AdminDesk.row(table, 0).contains("Suspended"));
    }
}
