// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.trace.analysis.Finding;
import org.esc.ui.Columns;
import org.esc.ui.Names;

/** What the rules found in a trace, the worst first; Enter leads to the place. */
final class FindingsPane extends Composite {

    private static final Words WORDS = Words.of(FindingsPane.class);

    private final Table table;
    private final Label advice;
    /** What is in the table now; empty if something else is said. */
    private Optional<List<Finding>> shown = Optional.empty();

    /** A pane; {@code goTo} is given the number of an exchange. */
    FindingsPane(Composite parent, LongConsumer goTo) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 0).applyTo(this);
        table = Names.name(new Table(this, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Findings"));
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
        column(WORDS.say("How bad"), 90);
        column(WORDS.say("What"), 220);
        column(WORDS.say("Happened"), 620);
        column(WORDS.say("Where"), 160);
        advice = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(advice);
        table.addListener(SWT.Selection, _ -> advise());
        table.addListener(SWT.DefaultSelection, e -> {
            var places = ((Finding) ((TableItem) e.item).getData()).where();
            if (!places.isEmpty()) {
                goTo.accept(places.getFirst());
            }
        });
    }

    private void column(String title, int width) {
        Columns.fixed(table, SWT.LEFT, title, width);
    }

    Table table() {
        return table;
    }

    /** Shows findings; where a person was among those before stays. */
    void show(List<Finding> findings) {
        if (shown.filter(findings::equals).isPresent()) {
            return;
        }
        Optional<Finding> selected = Arrays.stream(table.getSelection()).map(i -> (Finding) i.getData()).findFirst();
        int top = table.getTopIndex();
        shown = Optional.of(List.copyOf(findings));
        table.setRedraw(false);
        try {
            fill(findings);
            table.setTopIndex(top);
            selected.flatMap(s -> Arrays.stream(table.getItems()).filter(i -> isSame(s, (Finding) i.getData())).findFirst()).ifPresent(table::setSelection);
        } finally {
            table.setRedraw(true);
        }
        advise();
    }

    private void advise() {
        advice.setText((table.getSelectionCount() > 0 ? ((Finding) table.getSelection()[0].getData()).advice()
                : table.getItemCount() == 0 ? WORDS.say("The rules found nothing to complain about.")
                        : WORDS.say("Enter leads to the first place.")).replace("&", "&&"));
        layout();
    }

    private static boolean isSame(Finding one, Finding other) {
        return one.rule().equals(other.rule()) && one.where().stream().findFirst().equals(other.where().stream().findFirst());
    }

    private void fill(List<Finding> findings) {
        table.removeAll();
        findings.stream().sorted(Comparator.comparing(Finding::severity).reversed()).forEach(f -> {
            var item = new TableItem(table, SWT.NONE);
            item.setText(new String[] {f.severity().words(), f.title(), f.what().replace('\n', ' '), places(f)});
            item.setData(f);
        });
    }

    /** Says how it stands. */
    void say(String words) {
        shown = Optional.empty();
        advice.setText(words.replace("&", "&&"));
        layout();
    }

    private static String places(Finding f) {
        String first = String.join(", ", f.where().stream().limit(5).map(n -> Long.toString(n)).toList());
        return f.times() > 5 ? WORDS.say("{0}… ({1} times)", first, f.times()) : first;
    }
}
