// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.text.NumberFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.IAction;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.admin.Page;
import org.esc.tps.admin.Query;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;

/**
 * A table over {@link Pages}: rows are read when they come into sight, in jobs, and forgotten again when many others have been read, so that neither a
 * long list nor a slow server is felt. The table itself holds a leaf of {@link #LEAF} rows at most (the platform takes two seconds to make room for a
 * million); below it a person turns the leaves. What is short enough is sorted by a click on a head.
 *
 * @param <T> kind of the rows
 */
final class PagedTable<T> extends Composite {

    private static final Words WORDS = Words.of(PagedTable.class);

    /** Rows that the table holds at a time. */
    static final int LEAF = 10_000;
    /** Rows up to which they are all read to be sorted, where the server does not sort. */
    static final int SORTED = 2_000;
    /** Pieces that are kept. */
    private static final int KEPT = 30;
    /** Pixels for a picture and the gaps. */
    private static final int ICON = 34;
    /** Pieces that are waited for at most: who scrolls past does not want them all. */
    private static final int WAITING = 3;

    /**
     * A column.
     *
     * @param title in its head
     * @param chars its usual width, in characters
     * @param text  in one line
     * @param field the server's name for what it shows, to sort by; may be empty
     * @param order to sort by where the server does not
     * @param image in front of the text; may give {@code null}
     */
    record Column<T>(String title, int chars, Function<T, String> text, String field, Comparator<T> order, Function<T, Image> image) {

        /** One sorted by its text where the server does not sort it. */
        Column(String title, int chars, Function<T, String> text, String field) {
            this(title, chars, text, field, Comparator.comparing(text, String.CASE_INSENSITIVE_ORDER), _ -> null);
        }

        /** With another order than that of its text. */
        Column<T> ordered(Comparator<T> by) {
            return new Column<>(title, chars, text, field, by, image);
        }

        /** With a picture. */
        Column<T> with(Function<T, Image> picture) {
            return new Column<>(title, chars, text, field, order, picture);
        }
    }

    private final List<Column<T>> columns;
    private final String things;
    private final Table table;
    private final Composite stack;
    private final Composite emptyPane;
    private final Label empty;
    private final Button remedy;
    private final Label status;
    private final Composite turning;
    private final Button first;
    private final Button previous;
    private final Button next;
    private final Button last;
    private Optional<Composite> failure = Optional.empty();

    private Optional<Pages<T>> pages = Optional.empty();
    /** Counts the questions; an answer to an older one is nobody's. */
    private int question;
    private int start;
    private long known;
    private OptionalLong total = OptionalLong.empty();
    private boolean more;
    /** The order in which the server gives them. */
    private Optional<Query.Sort> order = Optional.empty();
    /** All rows, in an order that the server does not give. */
    private Optional<List<T>> sorted = Optional.empty();
    private final Map<Integer, List<T>> kept = new LinkedHashMap<>(KEPT, 0.75f, true);
    private final Deque<Integer> wanted = new ArrayDeque<>();
    private Optional<Integer> reading = Optional.empty();
    private boolean asking;
    private Optional<Work<?>> work = Optional.empty();
    private LongFunction<String> counted;
    private Optional<Runnable> emptyRemedy = Optional.empty();
    private Optional<T> again = Optional.empty();
    private Function<T, ?> identity = Function.identity();
    private Runnable selectionChanged = () -> {
    };
    private Consumer<EscException> failed = _ -> {
    };

    /** A way out of a problem. @param label of the button */
    record Remedy(String label, Runnable action) {
    }

    /**
     * A table without rows.
     *
     * @param name   for screen readers
     * @param things what the rows are, in the plural
     */
    PagedTable(Composite parent, String name, String things, List<Column<T>> columns) {
        super(parent, SWT.NONE);
        this.columns = List.copyOf(columns);
        this.things = things;
        counted = n -> NumberFormat.getIntegerInstance(Words.locale()).format(n) + " " + things;
        GridLayoutFactory.fillDefaults().spacing(0, 2).applyTo(this);
        stack = new Composite(this, SWT.NONE);
        stack.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).hint(200, 120).applyTo(stack);
        table = new Table(stack, SWT.VIRTUAL | SWT.MULTI | SWT.FULL_SELECTION | SWT.H_SCROLL | SWT.V_SCROLL);
        table.setHeaderVisible(true);
        Names.name(table, name);
        int letter = letter();
        for (Column<T> c : columns) {
            var column = new TableColumn(table, SWT.NONE);
            column.setText(c.title());
            column.setWidth(Math.max(c.chars(), c.title().length() + 3) * letter + ICON);
            column.setMoveable(true);
            column.addListener(SWT.Selection, _ -> sort(column, c));
        }
        table.addListener(SWT.SetData, this::fill);
        Names.rows(table);
        table.addListener(SWT.Selection, _ -> selectionChanged.run());
        emptyPane = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(16, 16).spacing(0, 10).applyTo(emptyPane);
        empty = new Label(emptyPane, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(300, SWT.DEFAULT).applyTo(empty);
        remedy = NativeLook.of(new Button(emptyPane, SWT.PUSH));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).exclude(true).applyTo(remedy);
        remedy.setVisible(false);
        remedy.addListener(SWT.Selection, _ -> emptyRemedy.ifPresent(Runnable::run));
        ((StackLayout) stack.getLayout()).topControl = table;
        var foot = new Composite(this, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(6, 0).applyTo(foot);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(foot);
        status = new Label(foot, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(status);
        turning = new Composite(foot, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(4).spacing(4, 0).applyTo(turning);
        GridDataFactory.fillDefaults().exclude(true).applyTo(turning);
        first = turn(WORDS.say("F&irst"), WORDS.say("First rows"), () -> leaf(0));
        previous = turn(WORDS.say("&Back"), WORDS.say("Rows before these"), () -> leaf(Math.max(0, start - LEAF)));
        next = turn(WORDS.say("&Forward"), WORDS.say("Rows behind these"), () -> leaf(start + LEAF));
        last = turn(WORDS.say("&Last"), WORDS.say("Last rows"), () -> leaf((int) ((total.orElse(known) - 1) / LEAF) * LEAF));
        turning.setVisible(false);
        addDisposeListener(_ -> {
            question++;
            work.ifPresent(Work::cancel);
        });
    }

    private int letter() {
        var gc = new org.eclipse.swt.graphics.GC(this);
        try {
            return (int) Math.ceil(gc.getFontMetrics().getAverageCharacterWidth());
        } finally {
            gc.dispose();
        }
    }

    private Button turn(String label, String tip, Runnable action) {
        var button = NativeLook.of(new Button(turning, SWT.PUSH));
        button.setText(label);
        button.setToolTipText(tip);
        button.addListener(SWT.Selection, _ -> action.run());
        return button;
    }

    /** Runs something whenever other rows are selected, or what is selected has been read anew. */
    void onSelection(Runnable changed) {
        selectionChanged = changed;
    }

    /** Told of what went wrong in reading. */
    void onFailure(Consumer<EscException> told) {
        failed = told;
    }

    /** How rows are told apart when they are read anew, so that the selected one stays so. */
    void identity(Function<T, ?> key) {
        identity = key;
    }

    /** What is said where there are no rows, and a button that helps. */
    void empty(String words, Optional<Remedy> way) {
        emptyRemedy = way.map(Remedy::action);
        remedy.setText(way.map(Remedy::label).orElse(""));
        remedy.setVisible(way.isPresent());
        ((org.eclipse.swt.layout.GridData) remedy.getLayoutData()).exclude = way.isEmpty();
        empty.setText(words.replace("&", "&&"));
        emptyPane.layout(true, true);
    }

    /** Shows another list, from its beginning. */
    void show(Pages<T> list) {
        pages = Optional.of(list);
        start = 0;
        again = Optional.empty();
        order = Optional.empty();
        ask();
    }

    /** Reads everything anew; what is selected stays so if it is still there. */
    void refresh() {
        if (pages.isPresent()) {
            again = selected();
            ask();
        }
    }

    /** How so many rows are called, in place of the number before what they are. */
    void counted(LongFunction<String> words) {
        counted = words;
    }

    private void forget() {
        kept.clear();
        wanted.clear();
        reading = Optional.empty();
        sorted = Optional.empty();
        if (order.isEmpty()) {
            table.setSortColumn(null);
            table.setSortDirection(SWT.NONE);
        }
    }

    /** Reads the first piece that is needed; the old rows stay until it is there. */
    private void ask() {
        int mine = ++question;
        work.ifPresent(Work::cancel);
        Pages<T> list = pages.orElseThrow();
        int at = again.isPresent() ? Math.max(0, table.getTopIndex()) / Pages.SIZE * Pages.SIZE : 0;
        int begin = start;
        Optional<Query.Sort> by = order;
        say(WORDS.say("Reading {0}…", things));
        asking = true;
        work = Optional.of(Work.quietly(WORDS.say("Reading {0}", things), getDisplay(), (_, cancel) -> {
            Page<T> page = list.read(begin + at, Pages.SIZE, by, cancel);
            // what was looked at may be there no more
            return page.entries().isEmpty() && at > 0 ? new Read<>(list.read(begin, Pages.SIZE, by, cancel), 0) : new Read<>(page, at);
        }, read -> {
            if (mine == question && !isDisposed()) {
                answered(read.page(), read.at());
            }
        }, e -> {
            if (mine == question && !isDisposed()) {
                fail(e);
            }
        }));
    }

    private record Read<T>(Page<T> page, int at) {
    }

    private void answered(Page<T> page, int at) {
        forget();
        top(table);
        kept.put(at / Pages.SIZE, page.entries());
        total = page.total();
        more = page.more();
        known = page.total().orElse(start + at + page.entries().size() + (more ? 1 : 0));
        if (known == 0) {
            rows(0);
            say(WORDS.say("No {0}", things));
            top(emptyPane);
            turning();
            selectionChanged.run();
            return;
        }
        boolean kept0 = again.isPresent();
        rows((int) Math.clamp(known - start, 0, LEAF));
        table.clearAll();
        if (!kept0) {
            table.deselectAll();
            table.setTopIndex(0);
        }
        again.ifPresent(a -> reselect(page.entries(), at, a));
        again = Optional.empty();
        turning();
        count();
        selectionChanged.run();
    }

    /** Makes room for so many rows. */
    private void rows(int n) {
        if (n == 0 || table.getItemCount() - n > Pages.SIZE) {
            if (table.getItemCount() > Pages.SIZE) {
                // the platform takes rows away one by one, and where the one with the cursor goes, that has to look for another: ten times as long for thousands of rows
                table.setSelection(0);
                table.setItemCount(1);
            }
            table.removeAll();
        }
        table.setItemCount(n);
    }

    private void reselect(List<T> rows, int at, T before) {
        Object key = identity.apply(before);
        for (int i = 0; i < rows.size(); i++) {
            if (identity.apply(rows.get(i)).equals(key)) {
                table.setSelection(at + i);
                return;
            }
        }
        table.deselectAll();
    }

    private void top(Control control) {
        var layout = (StackLayout) stack.getLayout();
        failure.filter(f -> f != control).ifPresent(Composite::dispose);
        failure = failure.filter(f -> f == control);
        if (layout.topControl != control) {
            boolean focus = table.isFocusControl();
            layout.topControl = control;
            stack.layout();
            if (focus && control != table) {
                control.setFocus();
            }
        }
    }

    private void fail(EscException e) {
        Problem p = e.problem();
        failed.accept(e);
        if (isDisposed() || p.fault() == Fault.CANCELLED && pages.isEmpty()) {
            return;
        }
        forget();
        rows(0);
        say(ProblemText.heading(p));
        turning.setVisible(false);
        var pane = new Composite(stack, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(4, 4).applyTo(pane);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(new ProblemPane(pane, SWT.ICON_ERROR, ProblemText.forPerson(p), ProblemText.details(p)));
        var retry = NativeLook.of(new Button(pane, SWT.PUSH));
        retry.setText(WORDS.say("Try &Again"));
        retry.addListener(SWT.Selection, _ -> refreshAfterFailure());
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).indent(12, 0).applyTo(retry);
        top(pane);
        failure = Optional.of(pane);
        selectionChanged.run();
    }

    private void refreshAfterFailure() {
        if (pages.isPresent()) {
            ask();
        }
    }

    // ---- rows as they come into sight

    private void fill(Event e) {
        var item = (TableItem) e.item;
        int row = e.index;
        Optional<T> value = row(row);
        if (value.isPresent()) {
            write(item, value.get());
        } else {
            item.setText(0, "…");
            want(row / Pages.SIZE);
        }
    }

    private void write(TableItem item, T value) {
        for (int i = 0; i < columns.size(); i++) {
            Column<T> c = columns.get(i);
            // a line of a table shows one line
            String text = c.text().apply(value);
            item.setText(i, text.indexOf('\n') < 0 ? text : text.lines().findFirst().orElse("") + " …");
            Image image = c.image().apply(value);
            if (image != null) {
                item.setImage(i, image);
            }
        }
    }

    private Optional<T> row(int row) {
        if (sorted.isPresent()) {
            return row < sorted.get().size() ? Optional.of(sorted.get().get(row)) : Optional.empty();
        }
        List<T> piece = kept.get(row / Pages.SIZE);
        int at = row % Pages.SIZE;
        return piece == null || at >= piece.size() ? Optional.empty() : Optional.of(piece.get(at));
    }

    private void want(int piece) {
        if (kept.containsKey(piece)) {
            return;
        }
        wanted.remove(piece);
        if (!reading.equals(Optional.of(piece))) {
            wanted.addFirst(piece);
        }
        while (wanted.size() > WAITING) {
            wanted.removeLast();
        }
        readNext();
    }

    private void readNext() {
        if (reading.isPresent() || wanted.isEmpty() || pages.isEmpty()) {
            return;
        }
        int piece = wanted.removeFirst();
        reading = Optional.of(piece);
        int mine = question;
        int from = start + piece * Pages.SIZE;
        Optional<Query.Sort> by = order;
        Pages<T> list = pages.get();
        work = Optional.of(Work.quietly(WORDS.say("Reading {0}", things), getDisplay(), (_, cancel) -> list.read(from, Pages.SIZE, by, cancel), page -> {
            if (mine == question && !isDisposed()) {
                reading = Optional.empty();
                arrived(piece, page);
                readNext();
            }
        }, e -> {
            if (mine == question && !isDisposed()) {
                reading = Optional.empty();
                fail(e);
            }
        }));
    }

    private void arrived(int piece, Page<T> page) {
        kept.put(piece, page.entries());
        if (kept.size() > KEPT) {
            // the oldest; its texts are in the platform's table, too
            int old = kept.keySet().iterator().next();
            kept.remove(old);
            int end = Math.min((old + 1) * Pages.SIZE, table.getItemCount()) - 1;
            if (old * Pages.SIZE <= end) {
                table.clear(old * Pages.SIZE, end);
            }
        }
        total = page.total();
        long seen = start + (long) piece * Pages.SIZE + page.entries().size();
        if (page.total().isPresent()) {
            known = page.total().getAsLong();
        } else if (page.entries().size() < Pages.SIZE && !page.more()) {
            known = seen;
            more = false;
        } else if (seen >= known) {
            known = seen + (page.more() ? 1 : 0);
            more = page.more();
        }
        int rows = (int) Math.clamp(known - start, 0, LEAF);
        if (rows != table.getItemCount()) {
            rows(rows);
        }
        int from = piece * Pages.SIZE;
        int to = Math.min(from + Pages.SIZE, rows) - 1;
        if (from <= to) {
            table.clear(from, to);
        }
        // a place whose row is not there any more is not asked for again and again
        turning();
        count();
        if (Arrays.stream(table.getSelectionIndices()).anyMatch(i -> i / Pages.SIZE == piece)) {
            selectionChanged.run();
        }
    }

    // ---- leaves

    private void leaf(int at) {
        start = Math.max(0, at);
        again = Optional.empty();
        ask();
        table.setFocus();
    }

    private void turning() {
        boolean needed = start > 0 || known > LEAF;
        first.setEnabled(start > 0);
        previous.setEnabled(start > 0);
        next.setEnabled(known > start + LEAF);
        last.setEnabled(total.isPresent() && known > start + LEAF);
        if (turning.getVisible() != needed) {
            turning.setVisible(needed);
            ((org.eclipse.swt.layout.GridData) turning.getLayoutData()).exclude = !needed;
            turning.getParent().getParent().layout(true, true);
        }
    }

    private void count() {
        String all = total.isPresent() || !more ? counted.apply(known) : WORDS.say("more than {0}", counted.apply(known - 1));
        NumberFormat n = NumberFormat.getIntegerInstance(Words.locale());
        say(known > LEAF || start > 0 ? WORDS.say("Rows {0}–{1} of {2}", n.format(start + 1), n.format(Math.min(known, start + LEAF)), all) : all);
    }

    private void say(String words) {
        asking = false;
        status.setText(words.replace("&", "&&"));
        status.requestLayout();
    }

    // ---- sorting

    /** What a click on a head does, for the menu of the table: sorts by a column, and the other way round if it is by that one already. */
    MenuManager sorting() {
        var menu = new MenuManager(WORDS.say("Sort &by"));
        for (int i = 0; i < columns.size(); i++) {
            TableColumn column = table.getColumn(i);
            Column<T> by = columns.get(i);
            var action = new Action(by.title().replace("&", "&&"), IAction.AS_RADIO_BUTTON) {
                @Override
                public void run() {
                    // the one that was chosen before is told, too
                    if (isChecked()) {
                        sort(column, by);
                    }
                }
            };
            action.setChecked(table.getSortColumn() == column);
            action.setEnabled(known > 0);
            menu.add(action);
        }
        return menu;
    }

    /** By the server where it can, else here where all rows can be read. */
    private void sort(TableColumn column, Column<T> by) {
        if (pages.isEmpty() || known == 0) {
            return;
        }
        int direction = table.getSortColumn() == column && table.getSortDirection() == SWT.UP ? SWT.DOWN : SWT.UP;
        int mine = ++question;
        work.ifPresent(Work::cancel);
        wanted.clear();
        reading = Optional.empty();
        Optional<T> before = selected();
        Pages<T> list = pages.get();
        Optional<List<T>> have = sorted;
        var wish = new Query.Sort(by.field(), direction == SWT.DOWN);
        say(WORDS.say("Sorting {0}…", things));
        work = Optional.of(Work.<Order<T>>quietly(WORDS.say("Sorting {0}", things), getDisplay(), (_, cancel) -> {
            if (have.isEmpty() && !by.field().isEmpty()) {
                try {
                    Page<T> page = list.read(0, Pages.SIZE, Optional.of(wish), cancel);
                    if (page.sorted()) {
                        return new Order<>(Optional.of(page), Optional.empty());
                    }
                } catch (EscException e) {
                    // a server may sort by some columns and some ways only
                    if (e.fault() != Fault.USAGE) {
                        throw e;
                    }
                }
            }
            Optional<List<T>> all = have.isPresent() ? have : all(list, cancel);
            return new Order<>(Optional.empty(), all.map(rows -> rows.stream().sorted(direction == SWT.UP ? by.order() : by.order().reversed()).toList()));
        }, found -> {
            if (mine == question && !isDisposed()) {
                sorted(found, column, direction, wish, before);
            }
        }, e -> {
            if (mine == question && !isDisposed()) {
                fail(e);
            }
        }));
    }

    /** What came of sorting. @param page the first piece in the server's order @param all sorted here; neither if it is too much */
    private record Order<T>(Optional<Page<T>> page, Optional<List<T>> all) {
    }

    private void sorted(Order<T> found, TableColumn column, int direction, Query.Sort wish, Optional<T> before) {
        if (found.page().isEmpty() && found.all().isEmpty()) {
            table.clearAll();
            say(WORDS.say("This server does not sort. Narrow the search to at most {0} to have them sorted.", counted.apply(SORTED)));
            return;
        }
        start = 0;
        again = before;
        order = found.page().map(_ -> wish);
        found.page().ifPresent(p -> answered(p, 0));
        found.all().ifPresent(all -> {
            forget();
            sorted = Optional.of(all);
            known = all.size();
            total = OptionalLong.of(known);
            more = false;
            rows(all.size());
            table.clearAll();
            again.ifPresent(b -> reselect(all, 0, b));
            again = Optional.empty();
            table.showSelection();
            turning();
            count();
            selectionChanged.run();
        });
        table.setSortColumn(column);
        table.setSortDirection(direction);
    }

    /** All rows, unless they are too many. */
    private static <T> Optional<List<T>> all(Pages<T> list, Cancel cancel) throws EscException {
        var all = new ArrayList<T>();
        while (true) {
            Page<T> page = list.read(all.size(), 500, Optional.empty(), cancel);
            if (page.total().orElse(0) > SORTED) {
                return Optional.empty();
            }
            all.addAll(page.entries());
            if (page.entries().isEmpty() || !page.more()) {
                return Optional.of(all);
            }
            if (all.size() >= SORTED) {
                return Optional.empty();
            }
        }
    }

    // ---- for the view

    Table table() {
        return table;
    }

    /** The row that is selected, if exactly one is and it has been read. */
    Optional<T> selected() {
        int[] rows = table.getSelectionIndices();
        return rows.length == 1 ? row(rows[0]) : Optional.empty();
    }

    /** The rows that are selected and have been read. */
    List<T> selection() {
        return Arrays.stream(table.getSelectionIndices()).boxed().flatMap(i -> row(i).stream()).toList();
    }

    /** The selected rows as a table of text, or all that can be seen when none is. */
    String text() {
        var lines = new StringJoiner("\n");
        selection().forEach(r -> {
            var cells = new StringJoiner("\t");
            columns.forEach(c -> cells.add(c.text().apply(r).replaceAll("[\\t\\n]+", " ")));
            lines.add(cells.toString());
        });
        return lines.toString();
    }

    /** What the line below the table says. */
    String status() {
        return status.getText();
    }

    /** True when everything that is in sight has been read. */
    boolean quiet() {
        return reading.isEmpty() && wanted.isEmpty() && !asking;
    }

    /** Rows that are kept in memory. */
    int keptRows() {
        return kept.values().stream().mapToInt(List::size).sum() + sorted.map(List::size).orElse(0);
    }

    @Override
    public boolean setFocus() {
        Control top = ((StackLayout) stack.getLayout()).topControl;
        return top == null ? super.setFocus() : top.setFocus();
    }
}
