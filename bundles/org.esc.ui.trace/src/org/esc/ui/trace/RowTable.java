// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Slider;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.Words;
import org.esc.trace.analysis.FilterBook.Colour;
import org.esc.trace.analysis.FilterBook.Paint;
import org.esc.ui.Columns;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/**
 * A list of any length. A native table, which screen readers can read, that only ever holds the rows that can be seen; a bar beside it moves them through
 * any number of rows. It neither knows the rows that cannot be seen nor grows with them. Rows that follow each other can be selected together: from
 * the anchor, where a person began, to the one that is shown below.
 */
final class RowTable extends Composite {

    private static final Words WORDS = Words.of(RowTable.class);

    /** A bar's values are whole numbers of 31 bits; more rows than this are counted in steps. */
    private static final int FINEST = 1 << 24;

    /**
     * A column.
     *
     * @param width in pixels; 0 if it is not to be seen
     * @param right true if its texts stand at its right edge
     */
    record Column(String title, int width, boolean right) {
    }

    /** What the list asks for. */
    interface Source {

        /** How many rows there are. */
        long count();

        /** Reads some rows. {@code then} is called later, on the UI thread. */
        void read(long fromRow, int howMany, Consumer<List<Row>> then);

        /** The exchange in a row that is there. */
        long index(long row);

        /** The row of the exchange with an index, or where it would be. */
        long row(long index);
    }

    private final Table table;
    private final Slider bar;
    private final Source source;
    private final Consumer<Optional<Row>> selected;
    private final Runnable moved;
    private List<Row> shown = List.of();
    private long top;
    /** The exchange that is selected, seen or not; -1 if there is none. */
    private long selection = -1;
    private long anchor = -1;
    private long asked;

    /**
     * A list.
     *
     * @param name     what a screen reader calls it
     * @param selected told which row a person selects; nothing when none is
     * @param moved    told when a person moves through the list
     */
    RowTable(Composite parent, String name, List<Column> columns, Source source, Consumer<Optional<Row>> selected, Runnable moved) {
        super(parent, SWT.NONE);
        this.source = source;
        this.selected = selected;
        this.moved = moved;
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(0, 0).applyTo(this);
        table = Names.name(new Table(this, SWT.MULTI | SWT.FULL_SELECTION), name);
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).hint(400, 100).applyTo(table);
        for (Column c : columns) {
            var column = new TableColumn(table, c.right ? SWT.RIGHT : SWT.LEFT);
            column.setText(c.title);
            column.setMoveable(true);
            seen(column, c.width == 0 ? 0 : Columns.width(table, c.title, c.width));
        }
        bar = Names.name(new Slider(this, SWT.VERTICAL), WORDS.say("Place in the trace"));
        GridDataFactory.fillDefaults().grab(false, true).applyTo(bar);
        Names.operatedBy(bar, table);
        bar.addListener(SWT.Selection, _ -> {
            moved.run();
            to(Math.round((double) bar.getSelection() * step()));
        });
        table.addListener(SWT.Selection, this::selectedByPerson);
        table.addListener(SWT.KeyDown, this::key);
        table.addListener(SWT.MouseVerticalWheel, e -> {
            moved.run();
            to(top - (long) e.count);
            e.doit = false;
        });
        table.addListener(SWT.Resize, _ -> refresh());
        NativeLook.onChange(table, () -> {
            for (TableItem item : table.getItems()) {
                if (item.getData() instanceof Row r) {
                    r.colour().ifPresent(rule -> paint(item, rule));
                }
            }
        });
    }

    Table table() {
        return table;
    }

    /** Shows a column as wide as this, or not at all if it is 0. */
    void width(int column, int pixels) {
        seen(table.getColumn(column), pixels);
    }

    private static void seen(TableColumn column, int pixels) {
        column.setWidth(pixels);
        column.setResizable(pixels > 0);
    }

    /** How many whole rows can be seen. */
    int page() {
        int height = table.getClientArea().height - table.getHeaderHeight();
        return Math.max(1, height / Math.max(1, table.getItemHeight()));
    }

    /** The first row that can be seen. */
    long top() {
        return top;
    }

    /** Reads anew what can be seen. */
    void refresh() {
        to(top);
    }

    /** Shows the rows from one on. */
    void to(long row) {
        if (isDisposed()) {
            return;
        }
        long count = source.count();
        int page = page();
        top = Math.clamp(row, 0, Math.max(0, count - page));
        bar(count, page);
        int many = (int) Math.min(page, count - top);
        long question = ++asked;
        if (many <= 0) {
            show(List.of());
            return;
        }
        source.read(top, many, rows -> {
            // an answer to an earlier question is better than none while a person drags the bar
            if (!isDisposed() && question >= asked - 1) {
                show(rows);
            }
        });
    }

    /** Selects an exchange and brings it into sight. */
    void select(long index) {
        selection = index;
        anchor = index;
        long row = source.row(index);
        if (row < top || row >= top + page()) {
            to(row - page() / 2);
        } else {
            refresh();
        }
    }

    /** The exchange that is selected; -1 if there is none. */
    long selection() {
        return selection;
    }

    /** The rows that are selected. */
    Optional<Range> range() {
        if (selection < 0) {
            return Optional.empty();
        }
        long from = source.row(Math.min(anchor, selection));
        long last = source.row(Math.max(anchor, selection));
        long to = last < source.count() && source.index(last) == Math.max(anchor, selection) ? last + 1 : last;
        return from < to ? Optional.of(new Range(from, to)) : Optional.empty();
    }

    /**
     * Rows that follow each other.
     *
     * @param from first one
     * @param to   behind the last one
     */
    record Range(long from, long to) {
    }

    /** Selects nothing. */
    void deselect() {
        selection = -1;
        anchor = -1;
        table.deselectAll();
        selected.accept(Optional.empty());
    }

    /** The rows that can be seen. */
    List<Row> shown() {
        return shown;
    }

    private long step() {
        return Math.max(1, source.count() / FINEST);
    }

    private void bar(long count, int page) {
        long step = step();
        int maximum = (int) Math.max(1, count / step);
        int thumb = Math.clamp(page / step, 1, maximum);
        int at = (int) (top / step);
        if (bar.getMaximum() != maximum || bar.getThumb() != thumb || bar.getSelection() != at) {
            bar.setValues(at, 0, maximum, thumb, 1, Math.max(1, thumb - 1));
        }
        bar.setEnabled(count > page);
    }

    private void show(List<Row> rows) {
        shown = rows;
        table.setRedraw(false);
        try {
            table.setItemCount(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                TableItem item = table.getItem(i);
                if (!row.equals(item.getData())) {
                    Optional<Colour> before = item.getData() instanceof Row r ? r.colour() : Optional.empty();
                    item.setText(row.cells());
                    item.setData(row);
                    if (!before.equals(row.colour())) {
                        row.colour().ifPresentOrElse(rule -> paint(item, rule), () -> paint(item, Paint.NONE));
                    }
                }
            }
            showSelection();
        } finally {
            table.setRedraw(true);
        }
        shownRow().ifPresent(r -> selected.accept(Optional.of(r)));
    }

    /** Gives a row the colours of a rule. */
    static void paint(TableItem item, Colour rule) {
        paint(item, NativeLook.isDark(item.getParent()) ? rule.dark() : rule.light());
    }

    private static void paint(TableItem item, Paint paint) {
        item.setForeground(paint.letters().map(RowTable::colour).orElse(null));
        item.setBackground(paint.ground().map(RowTable::colour).orElse(null));
    }

    /** A colour of a rule. */
    static Color colour(int rgb) {
        return new Color(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
    }

    /** Those of the rows that can be seen and are selected. */
    private void showSelection() {
        int from = -1;
        int to = -1;
        for (int i = 0; i < shown.size() && selection >= 0; i++) {
            long index = shown.get(i).index();
            if (index >= Math.min(anchor, selection) && index <= Math.max(anchor, selection)) {
                from = from < 0 ? i : from;
                to = i;
            }
        }
        int count = from < 0 ? 0 : to - from + 1;
        if (count == table.getSelectionCount() && (count == 0 || table.isSelected(from) && table.isSelected(to))) {
            return;
        }
        if (count == 0) {
            table.deselectAll();
        } else {
            table.setSelection(from, to);
        }
    }

    private Optional<Row> shownRow() {
        return shown.stream().filter(r -> r.index() == selection).findFirst();
    }

    private void selectedByPerson(Event e) {
        int i = e.item instanceof TableItem item ? table.indexOf(item) : table.getSelectionIndex();
        if (i >= 0 && i < shown.size()) {
            moved.run();
            selection = shown.get(i).index();
            if ((e.stateMask & SWT.MOD2) == 0 || anchor < 0) {
                anchor = selection;
            }
            showSelection();
            selected.accept(Optional.of(shown.get(i)));
        }
    }

    private void key(Event e) {
        if ((e.stateMask & SWT.ALT) != 0) {
            return;
        }
        long row = selection < 0 ? top - 1 : source.row(selection);
        long last = source.count() - 1;
        int page = page();
        long next = switch (e.keyCode) {
            case SWT.ARROW_DOWN -> row + 1;
            case SWT.ARROW_UP -> row - 1;
            case SWT.PAGE_DOWN -> row + page;
            case SWT.PAGE_UP -> row - page;
            case SWT.HOME -> 0;
            case SWT.END -> last;
            default -> Long.MIN_VALUE;
        };
        if (next == Long.MIN_VALUE || last < 0) {
            return;
        }
        e.doit = false;
        moved.run();
        long from = anchor;
        goTo(Math.clamp(next, 0, last));
        if ((e.stateMask & SWT.MOD2) != 0 && from >= 0) {
            anchor = from;
        }
    }

    /** Selects all rows. */
    void selectAll() {
        if (source.count() > 0) {
            moved.run();
            anchor = source.index(0);
            selection = source.index(source.count() - 1);
            refresh();
        }
    }

    /** Selects a row and brings it into sight, moving no further than it must. */
    void goTo(long row) {
        int page = page();
        selection = source.index(row);
        anchor = selection;
        to(row < top ? row : row >= top + page ? row - page + 1 : top);
    }
}
