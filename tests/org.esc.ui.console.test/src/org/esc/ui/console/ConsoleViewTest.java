// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Shell;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleViewTest {

    private ConsoleView view;
    private String reader;

    @BeforeEach
    void open() throws Exception {
        reader = Cards.plug();
        Cards.perspective();
        view = Ui.freshView(ConsoleView.ID, ConsoleView.class);
        Ui.until("the card", () -> view.card().reader().isPresent());
        view.card().choose(reader);
    }

    @AfterEach
    void close() {
        Ui.page().hideView(view);
        Cards.unplug();
    }

    private void type(String line) {
        view.input().setText(line);
        Cards.enter(view.input());
    }

    private void sends(String line) {
        type(line);
        Ui.until("it was sent", view::isIdle);
        Ui.settle();
    }

    private String rows() {
        return Cards.cells(view.steps().table());
    }

    @Test
    void exactlyTheBytesTypedGoOutAndTheCardStaysConnected() {
        assertNotNull(Ui.page().findView(ConsoleView.ID), "it is in the perspective");
        sends(Cards.SELECT);
        assertTrue(rows().contains("|" + Cards.SELECT + "|61"), rows());
        assertTrue(rows().contains("SELECT PIV"), rows());
        assertEquals("", view.input().getText());
        sends("let x = tlv[4F]");
        sends("log x");
        assertTrue(rows().contains("000010000100"), rows());
        sends("expect 6A82");
        assertTrue(rows().contains("Expected 6A82, but the card answered 9000"), rows());
        assertTrue(Ui.texts(Ui.window()).contains("Connected"), Ui.texts(Ui.window()));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "apdu-console");
        Ui.press(Ui.window(), "Disconnect");
        Ui.until("let go", () -> Ui.texts(Ui.window()).contains("Not connected"));
    }

    @Test
    void aLineThatIsWrongSaysWhereAndStays() {
        sends("> 00A404");
        assertTrue(view.complaint().startsWith("Column 3: This is no command"), view.complaint());
        assertEquals("> 00A404", view.input().getText());
        assertEquals("", rows());
        view.input().setText("> 00A40400");
        assertEquals("", view.complaint());
    }

    @Test
    void earlierLinesComeBackByKeyboardButNoPins() {
        sends("> 00CA007E00");
        sends("get-challenge 08");
        sends("> 0020008008313233343536FFFF");
        assertTrue(rows().contains("0020008008****************"), rows());
        assertFalse(rows().contains("313233343536"), rows());
        view.input().setText("half");
        Cards.key(view.input(), SWT.ARROW_UP);
        assertEquals("get-challenge 08", view.input().getText());
        Cards.key(view.input(), SWT.ARROW_UP);
        assertEquals("> 00CA007E00", view.input().getText());
        Cards.key(view.input(), SWT.ARROW_UP);
        assertEquals("> 00CA007E00", view.input().getText());
        Cards.key(view.input(), SWT.ARROW_DOWN);
        Cards.key(view.input(), SWT.ARROW_DOWN);
        assertEquals("half", view.input().getText());
    }

    @Test
    void aPinIsAskedForInADialogAndShownNowhere() {
        sends("select A00000030800001000");
        type("ask PIN \"PIN of the card\" as pin");
        Shell dialog = Cards.dialog("PIN of the card");
        Ui.type(dialog, "PIN", "123456");
        Ui.press(dialog, "OK");
        Ui.until("it was answered", view::isIdle);
        sends("verify 80 pad(pin, 8, FF)");
        assertTrue(rows().contains("|0020008008****************|9000|"), rows());
    }

    @Test
    void aCardThatIsPulledIsToldAndTheNextLineConnectsAgain() {
        sends(Cards.SELECT);
        Cards.unplug();
        sends("> 00CA007E00");
        assertTrue(view.complaint().startsWith("No card is inserted"), view.complaint());
        Cards.plug();
        Ui.until("the card", () -> view.card().reader().isPresent());
        sends("> 00CA007E00");
        if (!rows().contains("00CA007E00|6")) {
            sends("> 00CA007E00");
        }
        assertTrue(rows().contains("00CA007E00|6"), rows());
    }
}
