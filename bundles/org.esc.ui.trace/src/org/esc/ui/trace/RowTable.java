// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Slider;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.ui.Names;
import org.esc.ui.trace.Row.Column;

/**
 * The list of exchanges. A native table, which screen readers can read, that only ever holds the rows that can be seen; a bar beside it moves them through
 * any number of rows. It neither knows the rows that cannot be seen nor grows with them.
 */
final class RowTable extends Composite {

    /** A bar's values are whole numbers of 31 bits; more rows than this are counted in steps. */
    private static final int FINEST = 1 << 24;
    private static final int WHEEL = 3;

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
    private final Consumer<TableItem> decorate;
    private final Runnable moved;
    private List<Row> shown = List.of();
    private long top;
    /** The exchange that is selected, seen or not; -1 if there is none. */
    private long selection = -1;
    private long asked;

    /**
     * A list.
     *
     * @param selected told which row a person selects; nothing when none is
     * @param decorate gives a row's item its colours; its data is the {@link Row}
     * @param moved    told when a person moves through the list
     */
    RowTable(Composite parent, Source source, Consumer<Optional<Row>> selected, Consumer<TableItem> decorate, Runnable moved) {
        super(parent, SWT.NONE);
        this.source = source;
        this.selected = selected;
        this.decorate = decorate;
        this.moved = moved;
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(0, 0).applyTo(this);
        table = Names.name(new Table(this, SWT.SINGLE | SWT.FULL_SELECTION), "Exchanges with cards");
        table.setHeaderVisible(true);
        GridDataFactory.fillDefaults().grab(true, true).hint(400, 100).applyTo(table);
        for (Column c : Column.values()) {
            var column = new TableColumn(table, c.right ? SWT.RIGHT : SWT.LEFT);
            column.setText(c.title);
            column.setWidth(c.width);
            column.setMoveable(true);
        }
        bar = Names.name(new Slider(this, SWT.VERTICAL), "Place in the trace");
        GridDataFactory.fillDefaults().grab(false, true).applyTo(bar);
        bar.addListener(SWT.Selection, _ -> {
            moved.run();
            to(Math.round((double) bar.getSelection() * step()));
        });
        table.addListener(SWT.Selection, _ -> selectedByPerson());
        table.addListener(SWT.KeyDown, this::key);
        table.addListener(SWT.MouseVerticalWheel, e -> {
            moved.run();
            to(top - (long) e.count);
            e.doit = false;
        });
        table.addListener(SWT.Resize, _ -> refresh());
    }

    Table table() {
        return table;
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

    /** Selects nothing. */
    void deselect() {
        selection = -1;
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
            int select = -1;
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                TableItem item = table.getItem(i);
                if (!row.equals(item.getData())) {
                    item.setText(row.cells());
                    item.setData(row);
                    decorate.accept(item);
                }
                if (row.index() == selection) {
                    select = i;
                }
            }
            if (select != table.getSelectionIndex()) {
                if (select < 0) {
                    table.deselectAll();
                } else {
                    table.setSelection(select);
                }
            }
        } finally {
            table.setRedraw(true);
        }
        shownRow().ifPresent(r -> selected.accept(Optional.of(r)));
    }

    private Optional<Row> shownRow() {
        return shown.stream().filter(r -> r.index() == selection).findFirst();
    }

    /** Colours changed. */
    void redecorate() {
        for (TableItem item : table.getItems()) {
            decorate.accept(item);
        }
    }

    private void selectedByPerson() {
        int i = table.getSelectionIndex();
        if (i >= 0 && i < shown.size()) {
            moved.run();
            selection = shown.get(i).index();
            selected.accept(Optional.of(shown.get(i)));
        }
    }

    private void key(Event e) {
        if ((e.stateMask & (SWT.ALT | SWT.MOD2)) != 0) {
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
        goTo(Math.clamp(next, 0, last));
    }

    /** Selects a row and brings it into sight, moving no further than it must. */
    void goTo(long row) {
        int page = page();
        selection = source.index(row);
        to(row < top ? row : row >= top + page ? row - page + 1 : top);
    }
}
