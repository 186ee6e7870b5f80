// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Slider;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.PlatformUI;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TraceViewTest {

    private static final long MANY = 10_000_000;

    private TraceView view;

    @BeforeEach
    void open() throws Exception {
        PlatformUI.getWorkbench().showPerspective(TracePerspective.ID, Ui.page().getWorkbenchWindow());
        view = Ui.freshView(TraceView.ID, TraceView.class);
    }

    private Table table() {
        return view.list().table();
    }

    private void key(int code) {
        var e = new Event();
        e.keyCode = code;
        e.type = SWT.KeyDown;
        table().notifyListeners(SWT.KeyDown, e);
        Ui.settle();
    }

    private String number(int line) {
        return table().getItem(line).getText(Row.Column.NUMBER.ordinal());
    }

    private void sees(String what, String number) {
        Ui.until(what, () -> table().getSelectionCount() == 1 && table().getSelection()[0].getText().equals(number));
    }

    private void show(MadeTrace trace) {
        view.show(trace);
        Ui.until("rows", () -> trace.end() == 0 || table().getItemCount() > 3);
    }

    @Test
    void tenMillionRowsAreReachedByKeyboardAndOnlyThoseSeenAreHeld() {
        show(new MadeTrace(false, MANY));
        assertEquals("1", number(0));
        Ui.until("the list has the focus", () -> table().isFocusControl());
        Ui.until("only what can be seen is in the table", () -> table().getItemCount() <= view.list().page());
        key(SWT.HOME);
        sees("the first", "1");
        key(SWT.ARROW_DOWN);
        sees("the second", "2");
        key(SWT.PAGE_DOWN);
        sees("a page on", Integer.toString(2 + view.list().page()));
        key(SWT.END);
        sees("the last", "10000000");
        key(SWT.ARROW_DOWN);
        sees("still the last", "10000000");
        key(SWT.ARROW_UP);
        sees("the one before", "9999999");
        key(SWT.PAGE_UP);
        sees("a page back", Long.toString(MANY - 1 - view.list().page()));
        Ui.screenshot(Ui.window(), "apdu-ten-million");
    }

    @Test
    void theBarLeadsAnywhereAndKeepsTheSelection() {
        show(new MadeTrace(false, MANY));
        key(SWT.HOME);
        key(SWT.ARROW_DOWN);
        sees("the second", "2");
        Slider bar = Ui.all(view.list(), Slider.class).getFirst();
        bar.setSelection(bar.getMaximum() / 2);
        bar.notifyListeners(SWT.Selection, new Event());
        Ui.until("the middle", () -> Math.abs(Long.parseLong(number(0)) - MANY / 2) < 10);
        assertEquals(0, table().getSelectionCount(), "what is selected is out of sight");
        assertEquals(1, view.list().selection());
        bar.setSelection(0);
        bar.notifyListeners(SWT.Selection, new Event());
        sees("the second again", "2");
    }

    @Test
    void aLiveTraceIsFollowedUntilThePersonMovesAndWhatIsDroppedDoesNotConfuseIt() {
        var trace = new MadeTrace(true, 50);
        show(trace);
        Ui.until("the newest", () -> table().getItemCount() > 0 && number(table().getItemCount() - 1).equals("50"));
        trace.grow(0, 80);
        Ui.until("the newest again", () -> number(table().getItemCount() - 1).equals("80"));
        key(SWT.HOME);
        sees("the first", "1");
        trace.grow(0, 120);
        Ui.settle();
        Ui.until("counted", () -> Ui.texts(view.list().getParent().getParent()).contains("120 exchanges"));
        assertEquals("1", number(0), "it stays where the person is");
        trace.grow(60, 200);
        Ui.until("dropped", () -> number(0).equals("61"));
        key(SWT.END);
        sees("the newest", "200");
    }

    @Test
    void fieldsLeadToBytesAndBytesToFieldsAndSecretsStayHidden() {
        show(new MadeTrace(false, 100));
        key(SWT.HOME);
        key(SWT.ARROW_DOWN);
        key(SWT.ARROW_DOWN);
        key(SWT.ARROW_DOWN);
        sees("VERIFY", "4");
        Ui.until("fields", () -> view.decoded().tree().getItemCount() == 2
                && view.decoded().tree().getItem(0).getItem(1).getText(1).equals("VERIFY"));
        TreeItem data = null;
        for (TreeItem i : view.decoded().tree().getItem(0).getItems()) {
            data = i.getText().equals("data") ? i : data;
        }
        // what decodes it may have named the PIN inside
        TreeItem secret = data.getItemCount() == 0 ? data : data.getItem(0);
        assertEquals("hidden", secret.getText(1));
        assertFalse(view.decoded().hex().getText().contains("31 32 33"), view.decoded().hex().getText());
        assertTrue(view.decoded().hex().getText().contains("00 20 00 80 08 ** **"), view.decoded().hex().getText());
        view.decoded().tree().setSelection(data);
        view.decoded().tree().notifyListeners(SWT.Selection, new Event());
        var ranges = view.decoded().hex().getStyleRanges();
        assertEquals("** ** ** ** ** ** ** **", view.decoded().hex().getText().substring(ranges[0].start, ranges[0].start + ranges[0].length));
        int ins = view.decoded().hex().getText().indexOf("20 00");
        view.decoded().hex().setCaretOffset(ins);
        Ui.settle();
        assertEquals("INS", view.decoded().tree().getSelection()[0].getText());
        Ui.screenshot(Ui.window(), "apdu-fields");
    }

    @Test
    void aFilterShowsWhatPassesAndSaysWhereItIsWrong() {
        show(new MadeTrace(false, 100_000));
        view.filterBar().write("ins == VERIFY && sw == 6A82");
        Ui.until("filtered", () -> table().getItemCount() > 1 && number(0).equals("29") && Ui.texts(Ui.window()).contains("2,857 of 100,000 exchanges"));
        assertEquals("64", number(1));
        key(SWT.END);
        sees("the last that passes", "99989");
        view.filterBar().write("ins == VERIFI");
        Ui.until("a complaint", () -> view.filterBar().complaint().contains("VERIFY"));
        assertEquals("99989", table().getSelection()[0].getText(), "what was shown stays");
        Ui.screenshot(Ui.window(), "apdu-filter");
        view.filterBar().write("");
        Ui.until("all again", () -> Ui.texts(Ui.window()).contains("100,000 exchanges") && view.filterBar().complaint().isEmpty());
        sees("the same one", "99989");
    }

    @Test
    void findingsLeadToTheirPlaceAndStatisticsCount() {
        show(new MadeTrace(false, 5_000));
        view.tabs().setSelection(1);
        view.tabs().notifyListeners(SWT.Selection, new Event());
        Table found = view.findings().table();
        Ui.until("findings", () -> found.getItemCount() > 0);
        var e = new Event();
        e.item = found.getItem(0);
        found.setSelection(0);
        found.notifyListeners(SWT.Selection, new Event());
        Ui.screenshot(Ui.window(), "apdu-findings");
        found.notifyListeners(SWT.DefaultSelection, e);
        Ui.until("the place", () -> table().getSelectionCount() == 1);
        view.tabs().setSelection(2);
        view.tabs().notifyListeners(SWT.Selection, new Event());
        Ui.until("statistics", () -> view.statistics().table().getItemCount() == 2);
        assertEquals("4000", java.util.Arrays.stream(view.statistics().table().getItems()).filter(i -> i.getText().equals("GET DATA")).findFirst()
                .orElseThrow().getText(1));
        Ui.screenshot(Ui.window(), "apdu-statistics");
    }

    @Test
    void anEmptyTraceSaysWhatToDo() {
        show(new MadeTrace(true, 0));
        Ui.until("words", () -> Ui.texts(Ui.window()).contains("Insert a card or plug in a software token"));
        Ui.screenshot(Ui.window(), "apdu-empty");
    }
}
