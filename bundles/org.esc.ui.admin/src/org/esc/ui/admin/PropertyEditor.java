// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.ui.Columns;
import org.esc.ui.FormQuestion;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/**
 * Named values that are edited and saved together. What differs from what the server has is marked, with the saved value beside it. What is being edited
 * is kept per thing, until it is saved or thrown away, so that looking at another thing loses nothing.
 */
final class PropertyEditor extends Composite {

    private static final Words WORDS = Words.of(PropertyEditor.class);

    /** What is edited. */
    interface Owner {

        /** Saves the values of a thing; {@link #saved} or {@link #show} follows. */
        void save(String id, Map<String, String> values);

        /** There is something to save now, or not any more. */
        void dirtyChanged();
    }

    private final Owner owner;
    private final boolean names;
    private final Text filter;
    private final Table table;
    private final Label state;
    private final Button add;
    private final Button edit;
    private final Button remove;
    private final Button save;
    private final Button revert;
    private final Map<String, Map<String, String>> drafts = new TreeMap<>();
    private String id = "";
    private Map<String, String> saved = Map.of();
    private Optional<String> fixed = Optional.of("");
    private List<String> rows = List.of();

    /**
     * An editor of nothing.
     *
     * @param names true if names can be added and removed, too
     */
    PropertyEditor(Composite parent, boolean names, Owner owner) {
        super(parent, SWT.NONE);
        this.owner = owner;
        this.names = names;
        GridLayoutFactory.fillDefaults().spacing(4, 4).applyTo(this);
        filter = new Text(this, SWT.SEARCH | SWT.ICON_SEARCH | SWT.ICON_CANCEL);
        filter.setMessage(WORDS.say("Find properties"));
        filter.setData(FormQuestion.FIELD, "properties");
        Names.name(filter, WORDS.say("Find properties by name or value"));
        filter.addListener(SWT.Modify, _ -> fill());
        GridDataFactory.fillDefaults().grab(true, false).applyTo(filter);
        var place = new Composite(this, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).hint(200, 120).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        table = new Table(place, SWT.MULTI | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        table.setHeaderVisible(true);
        Names.name(table, WORDS.say("Properties"));
        column(layout, WORDS.say("Property"), 5, 150);
        column(layout, WORDS.say("Value"), 4, 110);
        column(layout, WORDS.say("Saved as"), 2, 70);
        // a name is easily longer than its column
        table.addListener(SWT.MouseHover, e -> {
            TableItem at = table.getItem(new org.eclipse.swt.graphics.Point(e.x, e.y));
            table.setToolTipText(at == null ? null : at.getText(0) + "\n" + at.getText(1));
        });
        table.addListener(SWT.Selection, _ -> enable());
        table.addListener(SWT.DefaultSelection, _ -> edit());
        table.addListener(SWT.KeyDown, e -> {
            if (e.keyCode == SWT.DEL) {
                remove();
            }
        });
        state = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).hint(200, SWT.DEFAULT).applyTo(state);
        var bar = new Composite(this, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(names ? 5 : 3).spacing(6, 0).applyTo(bar);
        add = button(bar, WORDS.say("Add…"), WORDS.say("Adds a property"), this::add);
        edit = button(bar, WORDS.say("Edit…"), WORDS.say("Changes the value"), this::edit);
        remove = button(bar, WORDS.say("&Remove"), WORDS.say("Takes the property away"), this::remove);
        if (!names) {
            add.dispose();
            remove.dispose();
        }
        save = button(bar, WORDS.say("Sa&ve"), WORDS.say("Sends what has been changed to the server (Ctrl+S)"), this::save);
        revert = button(bar, WORDS.say("Re&set"), WORDS.say("Throws away what has been changed here"), this::revert);
        show("", Map.of(), Optional.of(""));
    }

    private void column(TableColumnLayout layout, String title, int weight, int least) {
        var column = new TableColumn(table, SWT.NONE);
        column.setText(title);
        layout.setColumnData(column, Columns.share(column, weight, least));
    }

    private Button button(Composite bar, String label, String tip, Runnable run) {
        var b = NativeLook.of(new Button(bar, SWT.PUSH));
        b.setText(label);
        b.setToolTipText(tip);
        b.addListener(SWT.Selection, _ -> run.run());
        return b;
    }

    /**
     * Shows the values of a thing.
     *
     * @param values as the server has them
     * @param why    why they cannot be changed; empty if they can
     */
    void show(String thing, Map<String, String> values, Optional<String> why) {
        id = thing;
        saved = new TreeMap<>(values);
        fixed = why;
        if (Optional.ofNullable(drafts.get(id)).filter(d -> d.equals(saved)).isPresent()) {
            drafts.remove(id);
        }
        fill();
        owner.dirtyChanged();
    }

    /** The server has these now. */
    void saved(String thing) {
        drafts.remove(thing);
        if (thing.equals(id)) {
            fill();
        }
        owner.dirtyChanged();
    }

    /** Things that have been changed and not been saved. */
    Map<String, Map<String, String>> drafts() {
        return drafts;
    }

    private Map<String, String> now() {
        return drafts.getOrDefault(id, saved);
    }

    private void fill() {
        String wanted = filter.getText().strip().toLowerCase(Locale.ROOT);
        Map<String, String> now = now();
        var all = new TreeSet<>(saved.keySet());
        all.addAll(now.keySet());
        List<String> before = chosen();
        var shown = new ArrayList<String>();
        for (String name : all) {
            if (wanted.isEmpty() || name.toLowerCase(Locale.ROOT).contains(wanted)
                    || now.getOrDefault(name, "").toLowerCase(Locale.ROOT).contains(wanted)) {
                shown.add(name);
            }
        }
        table.setRedraw(false);
        table.removeAll();
        for (String name : shown) {
            var item = new TableItem(table, SWT.NONE);
            String value = now.get(name);
            String old = saved.get(name);
            boolean changed = value == null || !value.equals(old);
            item.setText(new String[] {name, value == null ? WORDS.say("(removed)") : value,
                    !changed ? "" : old == null ? WORDS.say("(new)") : old.isEmpty() ? WORDS.say("(empty)") : old});
            if (changed) {
                item.setImage(0, Icons.image(PropertyEditor.class, "changed"));
            }
        }
        rows = shown;
        table.setSelection(before.stream().mapToInt(shown::indexOf).filter(i -> i >= 0).toArray());
        table.setRedraw(true);
        enable();
    }

    private List<String> chosen() {
        return java.util.Arrays.stream(table.getSelectionIndices()).filter(i -> i < rows.size()).mapToObj(rows::get).toList();
    }

    private void enable() {
        boolean can = fixed.isEmpty();
        boolean dirty = drafts.containsKey(id);
        List<String> chosen = chosen();
        if (names) {
            add.setEnabled(can);
            remove.setEnabled(can && chosen.stream().anyMatch(now()::containsKey));
        }
        edit.setEnabled(can && chosen.size() == 1);
        save.setEnabled(can && dirty);
        revert.setEnabled(dirty);
        long changes = dirty ? changes() : 0;
        String words = dirty ? WORDS.many(changes, "{0} change not saved.", "{0} changes not saved.")
                + fixed.filter(w -> !w.isEmpty()).map(w -> " " + w).orElse("")
                : fixed.orElse("");
        if (!words.equals(state.getText())) {
            state.setText(words.replace("&", "&&"));
            state.requestLayout();
        }
    }

    private long changes() {
        Map<String, String> now = now();
        var all = new TreeSet<>(saved.keySet());
        all.addAll(now.keySet());
        return all.stream().filter(n -> !java.util.Objects.equals(now.get(n), saved.get(n))).count();
    }

    private void change(java.util.function.Consumer<Map<String, String>> how) {
        var draft = new TreeMap<>(now());
        how.accept(draft);
        if (draft.equals(saved)) {
            drafts.remove(id);
        } else {
            drafts.put(id, draft);
        }
        fill();
        owner.dirtyChanged();
    }

    private void add() {
        new FormDialog<>(getShell(), WORDS.say("Add a property"), WORDS.say("It goes to the server with the next Save."),
                List.of(Field.text("name", WORDS.say("Name"), "", "op.enroll.userKey.…").required(), Field.text("value", WORDS.say("Value"), "", "")),
                        WORDS.say("&Add"), (v, _) -> List.of(v.text("name"), v.text("value")),
                nv -> {
                    change(d -> d.put(nv.get(0), nv.get(1)));
                    select(nv.get(0));
                }).checked(v -> now().containsKey(v.text("name")) ? Optional.of(WORDS.say("There is a property of this name already."))
                : v.text("name").matches("\\S+") ? Optional.empty() : Optional.of(WORDS.say("A name holds no blanks."))).open();
    }

    private void select(String name) {
        int at = rows.indexOf(name);
        if (at >= 0 && !table.isDisposed()) {
            table.setSelection(at);
            table.showSelection();
            enable();
        }
    }

    private void edit() {
        List<String> chosen = chosen();
        if (fixed.isPresent() || chosen.size() != 1) {
            return;
        }
        String name = chosen.getFirst();
        String value = now().getOrDefault(name, saved.getOrDefault(name, ""));
        boolean yesNo = value.equals("true") || value.equals("false");
        new FormDialog<>(getShell(), WORDS.say("Edit a property"), name,
                List.of(yesNo ? Field.combo("value", WORDS.say("Value"), value, List.of("true", "false"))
                : Field.text("value", WORDS.say("Value"), value, "")), WORDS.say("&OK"), (v, _) -> v.text("value"), v -> {
            change(d -> d.put(name, v));
            select(name);
            table.setFocus();
        }).open();
    }

    private void remove() {
        List<String> chosen = chosen();
        if (names && fixed.isEmpty() && !chosen.isEmpty()) {
            change(d -> d.keySet().removeAll(chosen));
        }
    }

    private void save() {
        if (drafts.containsKey(id) && fixed.isEmpty()) {
            owner.save(id, Map.copyOf(drafts.get(id)));
        }
    }

    private void revert() {
        drafts.remove(id);
        fill();
        owner.dirtyChanged();
    }

    Table table() {
        return table;
    }

    boolean focused() {
        return table.isFocusControl();
    }

    /** What the line below the table says. */
    String state() {
        return state.getText();
    }

    /** What is selected, or all. */
    String text() {
        List<String> chosen = chosen();
        var lines = new StringJoiner("\n");
        (chosen.isEmpty() ? rows : chosen).forEach(n -> lines.add(n + "=" + now().getOrDefault(n, "")));
        return lines.toString();
    }
}
