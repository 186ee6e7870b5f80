// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.action.Action;
import org.eclipse.jface.action.MenuManager;
import org.eclipse.jface.action.Separator;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.tps.admin.Entry;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.TpsAdmin;
import org.esc.ui.FormQuestion;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** A list on a server: a search above it, a table that reads page by page, and beside it what is known of the selected thing and can be done with it. */
abstract class RecordsView<T extends Entry> extends AdminView {

    private static final Words WORDS = Words.of(RecordsView.class);

    /** Milliseconds after the last key before a search begins by itself. */
    private static final int PAUSE = 500;

    private final Map<Choice, Control> choices = new LinkedHashMap<>();
    private Text search;
    private Composite hints;
    private Label hint;
    private Button all;
    /** What the list is narrowed by that has no box of its own: a bar of the overview leads here. */
    private Map<String, String> extras = Map.of();
    private PagedTable<T> table;
    private SashForm sash;
    private Filter shown = Filter.ALL;
    private int typed;
    private boolean setting;

    /**
     * A field that the server filters by exactly.
     *
     * @param field  the server's name for it
     * @param label  in front of it
     * @param values to choose from, with their words; any text if there are none
     */
    record Choice(String field, String label, Map<String, String> values) {
    }

    /** The list at the server. */
    abstract Listing<T> listing();

    /** What the rows are, in the plural. */
    abstract String things();

    /** So many of them, in words. */
    abstract String counted(long n);

    abstract List<PagedTable.Column<T>> columns();

    /** What the server's search looks through, in words; empty if it has none. */
    abstract String searched();

    /** What the server filters by. */
    List<Choice> choices() {
        return List.of();
    }

    /** Adds one. */
    Optional<Act<TpsAdmin>> adder() {
        return Optional.empty();
    }

    /** How table and details share the room. */
    int[] weights() {
        return new int[] {3, 2};
    }

    /** What is said when the list is empty though nothing was searched for. */
    String nothing() {
        return WORDS.say("There are no {0} on this server.", things());
    }

    /** Builds what is shown of the selected thing. */
    abstract void fillDetails(Composite place);

    /** Shows what is known of a thing. */
    abstract void details(Optional<T> thing);

    /** What can be done, for the menu of the table. */
    abstract Optional<ActBar<T>> acts();

    /** The selected part of the details, to be copied. */
    String copiedDetails() {
        return "";
    }

    @Override
    void addActions() {
        var export = new Action(WORDS.say("Export…"), Icons.descriptor(AdminView.class, "export")) {
            @Override
            public void run() {
                if (open()) {
                    export();
                }
            }
        };
        export.setToolTipText(WORDS.say("Writes all that the search finds to a file (CSV or JSON)"));
        offer(export);
    }

    @Override
    final void fill(Composite place) {
        choices.clear();
        GridLayoutFactory.fillDefaults().margins(4, 4).spacing(0, 4).applyTo(place);
        var bar = new Composite(place, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        search = new Text(bar, SWT.SEARCH | SWT.ICON_SEARCH | SWT.ICON_CANCEL);
        search.setData(FormQuestion.FIELD, "search");
        hints = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).applyTo(hints);
        GridDataFactory.fillDefaults().grab(true, false).exclude(true).applyTo(hints);
        hints.setVisible(false);
        hint = new Label(hints, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(hint);
        all = NativeLook.of(new Button(hints, SWT.PUSH));
        all.setText(WORDS.say("Show &All"));
        all.addListener(SWT.Selection, _ -> load(Filter.ALL));
        extras = Map.of();
        if (searched().isEmpty()) {
            search.setVisible(false);
            GridDataFactory.fillDefaults().exclude(true).applyTo(search);
        } else {
            search.setMessage(WORDS.say("Search {0}", things()));
            search.setToolTipText(WORDS.say("Finds {0} by {1} (Ctrl+F)", things(), searched()));
            GridDataFactory.fillDefaults().grab(true, false).hint(150, SWT.DEFAULT).applyTo(search);
            Names.name(search, WORDS.say("Search {0} by {1}", things(), searched()));
            search.addListener(SWT.Modify, _ -> soon());
            search.addListener(SWT.DefaultSelection, _ -> now());
        }
        for (Choice c : choices()) {
            var label = new Label(bar, SWT.NONE);
            label.setText(c.label() + ":");
            Control control;
            if (c.values().isEmpty()) {
                var text = new Text(bar, SWT.BORDER | SWT.SINGLE);
                text.addListener(SWT.Modify, _ -> soon());
                text.addListener(SWT.DefaultSelection, _ -> now());
                control = text;
            } else {
                var combo = new Combo(bar, SWT.READ_ONLY);
                combo.add(WORDS.say("All"));
                c.values().values().forEach(combo::add);
                combo.select(0);
                combo.addListener(SWT.Selection, _ -> now());
                control = combo;
            }
            control.setData(FormQuestion.FIELD, c.field());
            Names.name(control, c.label());
            GridDataFactory.fillDefaults().hint(c.values().isEmpty() ? 110 : SWT.DEFAULT, SWT.DEFAULT).applyTo(control);
            choices.put(c, control);
        }
        Optional<Act<TpsAdmin>> adder = adder();
        adder.ifPresent(a -> {
            var button = NativeLook.of(new Button(bar, SWT.PUSH));
            button.setText(a.label());
            Optional<String> why = a.why().apply(admin());
            button.setEnabled(why.isEmpty());
            button.setToolTipText(why.orElse(a.tip()));
            button.addListener(SWT.Selection, _ -> a.run().accept(admin()));
        });
        if (searched().isEmpty() && choices.isEmpty() && adder.isEmpty()) {
            ((GridData) bar.getLayoutData()).exclude = true;
            bar.setVisible(false);
        }
        GridLayoutFactory.fillDefaults().numColumns(2 + 2 * choices.size()).spacing(6, 4).applyTo(bar);
        sash = new SashForm(place, SWT.HORIZONTAL | SWT.SMOOTH);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        table = new PagedTable<>(sash, kind().label(), things(), columns());
        table.counted(this::counted);
        table.identity(Entry::id);
        table.onSelection(this::selected);
        table.onFailure(this::failed);
        var side = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(4, 0).spacing(0, 4).applyTo(side);
        fillDetails(side);
        sash.setWeights(weights());
        sash.addListener(SWT.Resize, _ -> arrange());
        var menu = new MenuManager();
        menu.setRemoveAllWhenShown(true);
        menu.addMenuListener(m -> {
            acts().ifPresent(a -> a.fill((MenuManager) m));
            m.add(new Separator());
            m.add(table.sorting());
        });
        table.table().setMenu(menu.createContextMenu(table.table()));
        details(Optional.empty());
    }

    /** Table and details beside each other where there is room for that. */
    private void arrange() {
        Point size = sash.getSize();
        int way = size.x < 900 || size.x * 10 < size.y * 13 ? SWT.VERTICAL : SWT.HORIZONTAL;
        if (sash.getOrientation() != way) {
            sash.setOrientation(way);
        }
    }

    private void selected() {
        details(table.selected());
    }

    // ---- searching

    private void soon() {
        if (setting) {
            return;
        }
        int mine = ++typed;
        Display display = search.getDisplay();
        display.timerExec(PAUSE, () -> {
            if (mine == typed && !search.isDisposed()) {
                now();
            }
        });
    }

    private void now() {
        typed++;
        Filter wish = entered();
        if (!wish.text().isEmpty() && wish.text().length() < Query.SHORTEST_FILTER) {
            hint(WORDS.say("Type at least {0} characters to search.", Query.SHORTEST_FILTER));
            return;
        }
        hint(described(extras));
        if (!wish.equals(shown)) {
            ask(wish);
        }
    }

    private void hint(String words) {
        if (!words.equals(hint.getText()) || all.getVisible() == extras.isEmpty()) {
            hint.setText(words.replace("&", "&&"));
            all.setVisible(!extras.isEmpty());
            hints.setVisible(!words.isEmpty());
            ((GridData) hints.getLayoutData()).exclude = words.isEmpty();
            hints.getParent().layout(true, true);
        }
    }

    /** In words, what narrows the list besides the boxes. */
    String described(Map<String, String> narrowed) {
        return narrowed.isEmpty() ? "" : WORDS.say("Only {0} with {1}.", things(),
                String.join(", ", narrowed.entrySet().stream().map(e -> Texts.field(e.getKey(), e.getValue())).sorted().toList()));
    }

    private Filter entered() {
        var fields = new LinkedHashMap<String, String>();
        choices.forEach((c, control) -> {
            switch (control) {
                case Text t -> fields.put(c.field(), t.getText());
                case Combo b when b.getSelectionIndex() > 0 -> fields.put(c.field(), List.copyOf(c.values().keySet()).get(b.getSelectionIndex() - 1));
                default -> {
                    // all
                }
            }
        });
        fields.putAll(extras);
        return new Filter(search.getText(), fields);
    }

    @Override
    final void load(Filter wish) {
        setting = true;
        try {
            search.setText(wish.text());
            choices.forEach((c, control) -> {
                String value = wish.fields().getOrDefault(c.field(), "");
                switch (control) {
                    case Text t -> t.setText(value);
                    case Combo b -> b.select(value.isEmpty() ? 0 : Math.max(0, 1 + List.copyOf(c.values().keySet()).indexOf(value)));
                    default -> throw new IllegalStateException(c.field());
                }
            });
        } finally {
            setting = false;
        }
        var others = new LinkedHashMap<>(wish.fields());
        choices.keySet().forEach(c -> others.remove(c.field()));
        extras = Map.copyOf(others);
        hint(described(extras));
        ask(wish);
    }

    private void ask(Filter wish) {
        shown = wish;
        if (wish.isAll()) {
            table.empty(nothing(), emptyRemedy());
        } else {
            table.empty(WORDS.say("The search finds no {0}.", things()), Optional.of(new PagedTable.Remedy(WORDS.say("Show &All"), () -> load(Filter.ALL))));
        }
        Listing<T> list = listing();
        table.show((start, size, sort, cancel) -> {
            Query q = query(wish).start(start).size(size);
            return list.list(sort.map(o -> q.sort(o.column(), o.descending())).orElse(q), cancel);
        });
    }

    /** A button where there is nothing yet. */
    private Optional<PagedTable.Remedy> emptyRemedy() {
        return adder().filter(a -> a.why().apply(admin()).isEmpty())
                .map(a -> new PagedTable.Remedy(a.label(), () -> a.run().accept(admin())));
    }

    static Query query(Filter f) {
        Query q = f.text().isEmpty() ? Query.ALL : Query.ALL.filter(f.text());
        for (var e : f.fields().entrySet()) {
            q = q.with(e.getKey(), e.getValue());
        }
        return q;
    }

    /** The filter that the list is read with. */
    final Filter filter() {
        return shown;
    }

    final PagedTable<T> table() {
        return table;
    }

    @Override
    void refresh() {
        table.refresh();
    }

    @Override
    void find() {
        if (search.isVisible()) {
            search.setFocus();
            search.selectAll();
        }
    }

    @Override
    String copied() {
        String details = copiedDetails();
        return details.isEmpty() ? table.text() : details;
    }

    @Override
    Control first() {
        return table;
    }

    // ---- doing

    /** Does something at the server that needs no question, and reads the list anew. */
    final void act(String name, Work.Task<?> task) {
        Work.start(name, table.getDisplay(), task::run, _ -> done(), e -> complain(name, e));
    }

    /** Reads something first, quietly, and goes on with it. */
    final <R> void first(String name, Work.Task<R> task, java.util.function.Consumer<R> then) {
        Work.quietly(name, table.getDisplay(), task, r -> {
            if (open()) {
                then.accept(r);
            }
        }, e -> complain(name, e));
    }

    /** Shows another list of the same server. */
    final void open(Kind other, Filter wish) {
        server().ifPresent(s -> AdminPlugin.open(getSite().getPage(), s, other, wish));
    }

    /** Why who is signed in cannot do something. */
    final Optional<String> refusal(Right right) {
        return server().flatMap(s -> s.refusal(right));
    }

    /** Something has been done: what is shown may be so no more. */
    final void done() {
        if (open()) {
            refresh();
        }
    }

    /** Says what went wrong in doing something. */
    final void complain(String name, EscException e) {
        failed(e);
        if (e.fault() != Fault.CANCELLED && !table.isDisposed()) {
            new ProblemDialog(getSite().getShell(), name, e).open();
        }
    }

    final void export() {
        Listing<T> list = listing();
        Filter now = shown;
        Export.ask(getSite().getShell(), things(), (cancel, each) -> list.all(query(now), cancel, each), e -> complain(WORDS.say("Export {0}", things()), e));
    }
}
