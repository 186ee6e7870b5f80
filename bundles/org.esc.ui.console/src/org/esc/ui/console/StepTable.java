// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.console.Step;
import org.esc.ui.Columns;
import org.esc.ui.Copy;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** What happened while scripts ran, a row each; secrets are hidden in it. Rows may be added from any thread. */
final class StepTable extends Composite {

    private static final Words WORDS = Words.of(StepTable.class);

    private static final int MOST_ROWS = 5000;
    private static final int LONGEST = 2000;
    private static final int REFRESH_MILLIS = 50;

    private final Table table;
    private final Display display;
    private final ConcurrentLinkedQueue<Row> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** A row; {@code failed} shows a sign and is said in the words, too. */
    private record Row(boolean failed, List<String> cells) {
    }

    /** @param name as a screen reader says it */
    StepTable(Composite parent, String name) {
        super(parent, SWT.NONE);
        display = getDisplay();
        GridLayoutFactory.fillDefaults().applyTo(this);
        table = Names.name(NativeLook.of(new Table(this, SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL)), name);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
        table.setHeaderVisible(true);
        column(WORDS.say("Line"), 70);
        column(WORDS.say("Sent"), 330);
        column(WORDS.say("Answered"), 230);
        column(WORDS.say("Meaning"), 380);
        column(WORDS.say("Time"), 80);
        table.setFont(JFaceResources.getTextFont());
    }

    private void column(String title, int width) {
        Columns.fixed(table, SWT.LEFT, title, width);
    }

    Table table() {
        return table;
    }

    /** Adds what happened. */
    void add(Step s) {
        add(s, s.place().line());
    }

    /** Adds what happened, under another number of its line. */
    void add(Step s, int line) {
        add(new Row(!s.ok(), cells(s, line)));
    }

    /** Adds words of somebody else. */
    void say(boolean failed, String words) {
        add(new Row(failed, List.of("", "", "", words.replaceAll("\\s*\\n\\s*", "; "), "")));
    }

    private void add(Row row) {
        queue.add(row);
        if (waiting.compareAndSet(false, true) && !display.isDisposed()) {
            display.asyncExec(() -> {
                if (!isDisposed()) {
                    display.timerExec(REFRESH_MILLIS, this::show);
                }
            });
        }
    }

    private void show() {
        waiting.set(false);
        if (isDisposed()) {
            return;
        }
        table.setRedraw(false);
        try {
            // of very many rows at once only those that stay are made
            while (queue.size() > MOST_ROWS) {
                queue.poll();
            }
            for (Row r = queue.poll(); r != null; r = queue.poll()) {
                var item = new TableItem(table, SWT.NONE);
                item.setText(r.cells.toArray(String[]::new));
                if (r.failed) {
                    item.setImage(3, Icons.image(StepTable.class, "mistake"));
                }
            }
            if (table.getItemCount() > MOST_ROWS) {
                table.remove(0, table.getItemCount() - MOST_ROWS - 1);
            }
        } finally {
            table.setRedraw(true);
        }
        if (table.getItemCount() > 0) {
            table.showItem(table.getItem(table.getItemCount() - 1));
        }
    }

    void clear() {
        queue.clear();
        table.removeAll();
    }

    private static List<String> cells(Step s, int number) {
        String line = Integer.toString(number);
        if (s.exchange().isEmpty()) {
            return List.of(line, cut(s.statement()), "", cut(s.text()), "");
        }
        Step.Seen x = s.exchange().get();
        String sent = x.plainCommand().map(p -> WORDS.say("{0} (wrapped: {1})", p, x.command())).orElse(x.command().toString());
        String answer = x.sw().isEmpty() ? WORDS.say("no answer") : x.plainAnswer().map(a -> (a + " " + x.plainSw().map(Object::toString).orElse("")).strip())
                .orElseGet(() -> (x.answer() + " " + x.sw().get()).strip());
        String name = (x.name() + " " + x.summary()).strip();
        String meaning = (name.isEmpty() ? "" : name + ": ") + s.text() + (x.automatic() ? " (" + WORDS.say("automatic") + ")" : "");
        return List.of(line, cut(sent), cut(answer), meaning, String.format(Words.locale(), "%.1f ms", x.duration().toNanos() / 1e6));
    }

    private static String cut(String s) {
        return s.length() > LONGEST ? s.substring(0, LONGEST) + "…" : s;
    }

    /** Puts the selected rows on the clipboard, or all. */
    void copy() {
        TableItem[] items = table.getSelectionCount() > 0 ? table.getSelection() : table.getItems();
        var lines = new ArrayList<String>();
        for (TableItem i : items) {
            var cells = new ArrayList<String>();
            for (int c = 0; c < table.getColumnCount(); c++) {
                cells.add(i.getText(c));
            }
            lines.add(String.join("\t", cells));
        }
        Copy.text(display, String.join("\n", lines));
    }

    @Override
    public boolean setFocus() {
        return table.setFocus();
    }
}
