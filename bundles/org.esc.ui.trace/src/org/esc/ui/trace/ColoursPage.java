// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.preference.PreferencePage;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.ui.IWorkbench;
import org.eclipse.ui.IWorkbenchPreferencePage;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.FilterBook.Colour;
import org.esc.trace.analysis.FilterBook.Paint;
import org.esc.trace.analysis.FilterException;
import org.esc.ui.Columns;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.PageRoom;
import org.esc.ui.ProblemText;

/** Preferences ▸ Card traffic: the rules by which exchanges are coloured. The first one that fits decides. */
public final class ColoursPage extends PreferencePage implements IWorkbenchPreferencePage {

    private static final Words WORDS = Words.of(ColoursPage.class);

    /** Id of the page. */
    static final String ID = "org.esc.ui.trace.colours";

    private final List<Colour> rules = new ArrayList<>();
    private Table table;
    private Button edit;
    private Button remove;
    private Button up;
    private Button down;

    /** Made by the platform. */
    public ColoursPage() {
        setDescription(WORDS.say("The first rule that is on and fits an exchange colours it. Its marker stands beside the exchange, so "
                        + "that colour is never the only sign."));
    }

    @Override
    public void init(IWorkbench workbench) {
        rules.addAll(Book.get().colours());
    }

    @Override
    protected Control createContents(Composite parent) {
        var page = new Composite(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).applyTo(page);
        // the style sheets would give every row the colours of the list
        table = NativeLook.of(Names.name(new Table(page, SWT.SINGLE | SWT.CHECK | SWT.FULL_SELECTION | SWT.BORDER | SWT.V_SCROLL), WORDS.say("Colour rules")));
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).hint(560, 260).applyTo(table);
        column(WORDS.say("Rule"), 160);
        column(WORDS.say("Marker"), 70);
        column(WORDS.say("Which exchanges"), 330);
        var buttons = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().applyTo(buttons);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.BEGINNING).applyTo(buttons);
        button(buttons, WORDS.say("A&dd…"), () -> edit(Optional.empty()));
        edit = button(buttons, WORDS.say("&Edit…"), () -> edit(Optional.of(table.getSelectionIndex())));
        remove = button(buttons, WORDS.say("Re&move"), this::remove);
        up = button(buttons, WORDS.say("&Up"), () -> move(-1));
        down = button(buttons, WORDS.say("Dow&n"), () -> move(1));
        var words = new Label(page, SWT.WRAP);
        words.setText(NativeLook.isDark(words) ? WORDS.say("Space switches a rule on and off. Rows of the list are shown as on this dark desktop.")
                : WORDS.say("Space switches a rule on and off. Rows of the list are shown as on this light desktop."));
        GridDataFactory.fillDefaults().span(2, 1).grab(true, false).hint(560, SWT.DEFAULT).applyTo(words);
        table.addListener(SWT.Selection, e -> {
            if (e.detail == SWT.CHECK) {
                int i = table.indexOf((TableItem) e.item);
                Colour c = rules.get(i);
                rules.set(i, new Colour(c.name(), c.text(), c.light(), c.dark(), c.marker(), table.getItem(i).getChecked()));
            }
            enable();
        });
        table.addListener(SWT.DefaultSelection, _ -> edit(Optional.of(table.getSelectionIndex())));
        fill(0);
        if (!Book.complaints().isEmpty()) {
            setMessage(String.join(" ", Book.complaints()), WARNING);
        }
        return page;
    }

    @Override
    public void setVisible(boolean visible) {
        super.setVisible(visible);
        if (visible) {
            PageRoom.make(this);
        }
    }

    private void column(String title, int width) {
        Columns.fixed(table, SWT.LEFT, title, width);
    }

    private static Button button(Composite parent, String label, Runnable pressed) {
        var b = NativeLook.of(new Button(parent, SWT.PUSH));
        b.setText(label);
        b.addListener(SWT.Selection, _ -> pressed.run());
        GridDataFactory.fillDefaults().grab(true, false).applyTo(b);
        return b;
    }

    Table table() {
        return table;
    }

    private void fill(int select) {
        table.removeAll();
        for (Colour c : rules) {
            var item = new TableItem(table, SWT.NONE);
            item.setText(new String[] {c.name(), c.marker(), c.text() + complaint(c.text()).map(w -> "   (" + w + ")").orElse("")});
            item.setChecked(c.on());
            Paint paint = NativeLook.isDark(table) ? c.dark() : c.light();
            paint.letters().ifPresent(rgb -> item.setForeground(RowTable.colour(rgb)));
            paint.ground().ifPresent(rgb -> item.setBackground(RowTable.colour(rgb)));
        }
        if (!rules.isEmpty()) {
            table.setSelection(Math.clamp(select, 0, rules.size() - 1));
        }
        enable();
    }

    /** What is wrong with a rule's filter. */
    static Optional<String> complaint(String filter) {
        try {
            Filter.parse(filter, ZoneId.systemDefault());
            return Optional.empty();
        } catch (FilterException e) {
            return Optional.of(e.problem().message());
        }
    }

    private void enable() {
        int i = table.getSelectionIndex();
        edit.setEnabled(i >= 0);
        remove.setEnabled(i >= 0);
        up.setEnabled(i > 0);
        down.setEnabled(i >= 0 && i < rules.size() - 1);
    }

    private void edit(Optional<Integer> at) {
        Colour before = at.map(rules::get).orElse(RuleDialog.FRESH);
        new RuleDialog(getShell(), before, rule -> {
            int i = at.orElse(rules.size());
            if (i < rules.size()) {
                rules.set(i, rule);
            } else {
                rules.add(rule);
            }
            fill(i);
        }).open();
    }

    private void remove() {
        int i = table.getSelectionIndex();
        rules.remove(i);
        fill(i);
    }

    private void move(int by) {
        int i = table.getSelectionIndex();
        Collections.swap(rules, i, i + by);
        fill(i + by);
        (by < 0 ? up : down).setFocus();
    }

    @Override
    protected void performDefaults() {
        rules.clear();
        rules.addAll(FilterBook.standard().colours());
        fill(0);
        super.performDefaults();
    }

    @Override
    public boolean performOk() {
        try {
            Book.set(new FilterBook(Book.get().filters(), rules));
            return true;
        } catch (EscException e) {
            setErrorMessage(ProblemText.forPerson(e.problem()));
            return false;
        }
    }
}
