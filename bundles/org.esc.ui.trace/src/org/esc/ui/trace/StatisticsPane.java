// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.accessibility.ACC;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.trace.analysis.Statistics.Bucket;
import org.esc.trace.analysis.Statistics.Line;
import org.esc.trace.analysis.Statistics.Pause;
import org.esc.trace.analysis.Statistics.Report;
import org.esc.ui.Columns;
import org.esc.ui.Ink;
import org.esc.ui.Names;

/**
 * How often, how long, how much: by command and otherwise, with a time line above. Arrows lead along the time line, whose parts are told in words one by one,
 * and it can be had as a table.
 */
final class StatisticsPane extends Composite {

    private static final Words WORDS = Words.of(StatisticsPane.class);

    private static final int CHART_HEIGHT = 56;
    private static final int FAR = 16;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private final Label words;
    private final Label part;
    private final Canvas chart;
    private final Combo kind;
    private final Table table;
    private Optional<Report> shown = Optional.empty();
    /** The part of the time line at which a person is. */
    private int at;

    /** What the table can show. */
    enum Kind {
        COMMANDS, APPLICATIONS, ORIGINS, SESSIONS, TIME, PAUSES;

        private String label() {
            return switch (this) {
                case COMMANDS -> WORDS.say("Commands");
                case APPLICATIONS -> WORDS.say("Applications");
                case ORIGINS -> WORDS.say("Who caused them");
                case SESSIONS -> WORDS.say("Sessions");
                case TIME -> WORDS.say("Time line");
                case PAUSES -> WORDS.say("Longest pauses");
            };
        }
    }

    StatisticsPane(Composite parent) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 4).applyTo(this);
        words = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(words);
        chart = Names.name(new Canvas(this, SWT.DOUBLE_BUFFERED), WORDS.say("Time line"));
        GridDataFactory.fillDefaults().grab(true, false).hint(SWT.DEFAULT, CHART_HEIGHT).applyTo(chart);
        chart.addPaintListener(e -> shown.ifPresent(r -> paint(e.gc, chart.getClientArea(), r)));
        chart.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getDescription(AccessibleEvent e) {
                e.result = words.getText();
            }

            @Override
            public void getName(AccessibleEvent e) {
                // what is heard when the person moves along it
                e.result = WORDS.say("Time line, {0}", part.getText());
            }
        });
        // a key listener is what makes a canvas take the focus
        chart.addListener(SWT.KeyDown, this::key);
        chart.addListener(SWT.Traverse, e -> e.doit = true);
        chart.addListener(SWT.FocusIn, _ -> chart.redraw());
        chart.addListener(SWT.FocusOut, _ -> chart.redraw());
        chart.addListener(SWT.MouseDown, e -> shown.filter(r -> !r.timeline().isEmpty()).ifPresent(r -> {
            chart.setFocus();
            go((int) ((long) e.x * r.timeline().size() / Math.max(1, chart.getClientArea().width)));
        }));
        var choice = new Composite(this, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(6, 0).spacing(6, 0).applyTo(choice);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(choice);
        new Label(choice, SWT.NONE).setText(WORDS.say("T&able of:"));
        kind = Names.name(new Combo(choice, SWT.READ_ONLY), WORDS.say("Table of"));
        for (Kind k : Kind.values()) {
            kind.add(k.label());
        }
        kind.select(0);
        kind.addListener(SWT.Selection, _ -> fill());
        part = new Label(choice, SWT.NONE);
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.CENTER).grab(true, false).indent(12, 0).applyTo(part);
        table = Names.name(new Table(this, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Statistics"));
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
    }

    private void columns(String first, List<String> others) {
        var titles = new ArrayList<>(List.of(first));
        titles.addAll(others);
        if (titles.equals(Arrays.stream(table.getColumns()).map(TableColumn::getText).toList())) {
            return;
        }
        for (TableColumn c : table.getColumns()) {
            c.dispose();
        }
        column(first, 240, SWT.LEFT);
        others.forEach(title -> column(title, 90, SWT.RIGHT));
    }

    private void column(String title, int width, int style) {
        Columns.fixed(table, style, title, width);
    }

    /** Arrows, Home and End lead along the time line. */
    private void key(Event e) {
        int count = shown.map(r -> r.timeline().size()).orElse(0);
        int next = switch (e.keyCode) {
            case SWT.ARROW_RIGHT -> at + 1;
            case SWT.ARROW_LEFT -> at - 1;
            case SWT.PAGE_DOWN -> at + FAR;
            case SWT.PAGE_UP -> at - FAR;
            case SWT.HOME -> 0;
            case SWT.END -> count - 1;
            default -> Integer.MIN_VALUE;
        };
        if (next != Integer.MIN_VALUE && count > 0) {
            e.doit = false;
            go(next);
        }
    }

    private void go(int to) {
        Report r = shown.orElseThrow();
        at = Math.clamp(to, 0, r.timeline().size() - 1);
        part.setText(words(r.timeline().get(at)));
        chart.getAccessible().sendEvent(ACC.EVENT_NAME_CHANGED, null);
        chart.redraw();
        layout();
    }

    private static String words(Bucket b) {
        return WORDS.say("From {0}: {1}, {2} failed, {3} bytes, cards worked {4}.", TIME.format(b.begin().atZone(ZoneId.systemDefault())),
                WORDS.many(b.count(), "{0} exchange", "{0} exchanges"), Numbers.text(b.errors()), Numbers.text(b.bytes()), Row.text(b.busy()));
    }

    /** What is said of the part of the time line where the person is. */
    String part() {
        return part.getText();
    }

    Canvas chart() {
        return chart;
    }

    Combo kind() {
        return kind;
    }

    Table table() {
        return table;
    }

    /** Says how it stands. */
    void say(String text) {
        words.setText(text.replace("&", "&&"));
        layout();
    }

    /** Shows statistics. */
    void show(Report r) {
        shown = Optional.of(r);
        refill();
        say(WORDS.many(r.all().count(), "{0} exchange in {1}, {2} failed, {3} without answer. Cards worked {4} % of the time. Each bar is {5}.",
                "{0} exchanges in {1}, {2} failed, {3} without answer. Cards worked {4} % of the time. Each bar is {5}.", Row.text(r.span()), Numbers.text(r.all().errors()), Numbers.text(r.unanswered()), String.format(Words.locale(), "%.0f", 100 * r.cardShare()),
                Row.text(r.bucket())));
        if (!r.timeline().isEmpty()) {
            go(at);
        }
        chart.redraw();
    }

    /** Fills the table anew, and stays at the line where a person is. */
    private void refill() {
        Optional<String> line = Arrays.stream(table.getSelection()).map(TableItem::getText).findFirst();
        int top = table.getTopIndex();
        fill();
        table.setTopIndex(top);
        line.flatMap(l -> Arrays.stream(table.getItems()).filter(i -> i.getText().equals(l)).findFirst()).ifPresent(table::setSelection);
    }

    /** Fills the table anew. */
    private void fill() {
        if (shown.isEmpty()) {
            return;
        }
        Report r = shown.get();
        table.setRedraw(false);
        try {
            table.removeAll();
            switch (Kind.values()[kind.getSelectionIndex()]) {
                case COMMANDS -> lines(WORDS.say("Command"), r.commands());
                case APPLICATIONS -> lines(WORDS.say("Application"), r.applications());
                case ORIGINS -> lines(WORDS.say("Caused by"), r.origins());
                case SESSIONS -> lines(WORDS.say("Session"), r.sessions());
                case TIME -> {
                    columns(WORDS.say("From"), List.of(WORDS.say("Exchanges"), WORDS.say("Failed"), WORDS.say("Cards worked"), WORDS.say("Bytes")));
                    for (Bucket b : r.timeline()) {
                        new TableItem(table, SWT.NONE).setText(new String[] {TIME.format(b.begin().atZone(ZoneId.systemDefault())), Long.toString(b.count()),
                            Long.toString(b.errors()), Row.text(b.busy()), Long.toString(b.bytes())});
                    }
                }
                case PAUSES -> {
                    columns(WORDS.say("How long"), List.of(WORDS.say("Behind No."), WORDS.say("Before No.")));
                    for (Pause p : r.pauses()) {
                        new TableItem(table, SWT.NONE).setText(new String[] {Row.text(p.duration()), Long.toString(p.after()), Long.toString(p.before())});
                    }
                }
            }
        } finally {
            table.setRedraw(true);
        }
    }

    private void lines(String first, List<Line> lines) {
        columns(first, List.of(WORDS.say("Times"), WORDS.say("Failed"), WORDS.say("Together"), WORDS.say("Median"), "95 %", WORDS.say("Longest"),
                WORDS.say("Bytes out"), WORDS.say("Bytes in"), WORDS.say("Share")));
        for (Line l : lines) {
            new TableItem(table, SWT.NONE).setText(new String[] {l.key(), Long.toString(l.count()), Long.toString(l.errors()), Row.text(l.total()),
                Row.text(l.median()), Row.text(l.percentile95()), Row.text(l.longest()), Long.toString(l.bytesOut()), Long.toString(l.bytesIn()),
                String.format(Words.locale(), "%.0f %%", 100 * l.share())});
        }
    }

    /** A bar for each part of the time: how high, how many exchanges; the part from below that stands out from the rest, those that failed. */
    private void paint(GC gc, Rectangle area, Report r) {
        List<Bucket> line = r.timeline();
        long most = line.stream().mapToLong(Bucket::count).max().orElse(0);
        if (most == 0 || area.width <= 0) {
            return;
        }
        gc.setForeground(chart.getForeground());
        for (int i = 0; i < line.size(); i++) {
            int x = area.x + (int) ((long) i * area.width / line.size());
            int w = Math.max(1, area.x + (int) ((long) (i + 1) * area.width / line.size()) - x - 1);
            int h = (int) Math.ceil((double) line.get(i).count() * (area.height - 2) / most);
            int bad = (int) Math.ceil((double) line.get(i).errors() * (area.height - 2) / most);
            gc.setBackground(Ink.WHOLE.on(chart));
            gc.fillRectangle(x, area.y + area.height - h, w, h);
            gc.setBackground(Ink.PART.on(chart));
            gc.fillRectangle(x, area.y + area.height - bad, w, bad);
            if (i == at && chart.isFocusControl()) {
                gc.drawRectangle(Math.max(area.x, x - 2), area.y, w + 3, area.height - 1);
            }
        }
        gc.drawLine(area.x, area.y + area.height - 1, area.x + area.width, area.y + area.height - 1);
    }
}
