// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.trace.analysis.Statistics.Bucket;
import org.esc.trace.analysis.Statistics.Line;
import org.esc.trace.analysis.Statistics.Report;
import org.esc.ui.Names;

/** How often, how long, how much: by command, with a time line above. What the picture shows is told in words, too. */
final class StatisticsPane extends Composite {

    private static final int CHART_HEIGHT = 56;

    private final Label words;
    private final Canvas chart;
    private final Table table;
    private Optional<Report> shown = Optional.empty();

    StatisticsPane(Composite parent) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().spacing(0, 4).applyTo(this);
        words = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).indent(6, 4).applyTo(words);
        chart = Names.name(new Canvas(this, SWT.DOUBLE_BUFFERED), "Time line");
        GridDataFactory.fillDefaults().grab(true, false).hint(SWT.DEFAULT, CHART_HEIGHT).applyTo(chart);
        chart.addPaintListener(e -> shown.ifPresent(r -> paint(e.gc, chart.getClientArea(), r)));
        chart.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getDescription(AccessibleEvent e) {
                e.result = words.getText();
            }
        });
        table = Names.name(new Table(this, SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), "Statistics by command");
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(table);
        column("Command", 240, SWT.LEFT);
        for (String title : List.of("Times", "Failed", "Together", "Median", "95 %", "Longest", "Bytes out", "Bytes in", "Share")) {
            column(title, 90, SWT.RIGHT);
        }
    }

    private void column(String title, int width, int style) {
        var column = new TableColumn(table, style);
        column.setText(title);
        column.setWidth(width);
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
        table.removeAll();
        for (Line l : r.commands()) {
            new TableItem(table, SWT.NONE).setText(new String[] {l.key(), Long.toString(l.count()), Long.toString(l.errors()), Row.text(l.total()),
                Row.text(l.median()), Row.text(l.percentile95()), Row.text(l.longest()), Long.toString(l.bytesOut()), Long.toString(l.bytesIn()),
                String.format(Locale.ROOT, "%.0f %%", 100 * l.share())});
        }
        say(String.format("%,d exchanges in %s, %,d failed, %,d without answer. Cards worked %.0f %% of the time. Each bar is %s.", r.all().count(),
                Row.text(r.span()), r.all().errors(), r.unanswered(), 100 * r.cardShare(), Row.text(r.bucket())));
        chart.redraw();
    }

    /** A bar for each part of the time: how high, how many exchanges; the part from below that is filled dark, those that failed. */
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
            gc.setBackground(chart.getDisplay().getSystemColor(SWT.COLOR_LIST_SELECTION));
            gc.fillRectangle(x, area.y + area.height - h, w, h);
            gc.setBackground(chart.getForeground());
            gc.fillRectangle(x, area.y + area.height - bad, w, bad);
        }
        gc.drawLine(area.x, area.y + area.height - 1, area.x + area.width, area.y + area.height - 1);
    }
}
