// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.bindings.keys.KeyStroke;
import org.eclipse.jface.bindings.keys.ParseException;
import org.eclipse.jface.dialogs.InputDialog;
import org.eclipse.jface.fieldassist.ContentProposal;
import org.eclipse.jface.fieldassist.ContentProposalAdapter;
import org.eclipse.jface.fieldassist.IContentProposal;
import org.eclipse.jface.fieldassist.TextContentAdapter;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.FilterBook.Saved;
import org.esc.trace.analysis.FilterException;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;

/** Where a person writes which exchanges to show, with proposals, and is told at once where it is wrong. */
final class FilterBar extends Composite {

    private static final Words WORDS = Words.of(FilterBar.class);

    private static final int PATIENCE_MILLIS = 400;
    private static final int LONGEST = 60;

    private final Text text;
    private final Label wrong;
    private final Button saved;
    private final Consumer<Optional<Filter>> changed;
    private String applied = "";
    private int typed;

    /** A bar; {@code changed} gets the filter, or nothing when all is to be shown. */
    FilterBar(Composite parent, Consumer<Optional<Filter>> changed) {
        super(parent, SWT.NONE);
        this.changed = changed;
        GridLayoutFactory.fillDefaults().numColumns(3).margins(6, 4).spacing(6, 2).applyTo(this);
        new Label(this, SWT.NONE).setText(WORDS.say("Fi&lter:"));
        text = Names.name(new Text(this, SWT.SEARCH | SWT.ICON_CANCEL), WORDS.say("Filter"));
        text.setMessage(WORDS.say("ins == VERIFY && sw != 9000     (Ctrl+Space proposes)"));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(text);
        saved = NativeLook.of(new Button(this, SWT.PUSH));
        saved.setText(WORDS.say("Sa&ved Filters…"));
        saved.addListener(SWT.Selection, _ -> openSaved());
        wrong = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).span(3, 1).exclude(true).applyTo(wrong);
        text.addListener(SWT.Modify, _ -> {
            int turn = ++typed;
            getDisplay().timerExec(PATIENCE_MILLIS, () -> {
                if (turn == typed && !isDisposed()) {
                    apply();
                }
            });
        });
        text.addListener(SWT.DefaultSelection, _ -> apply());
        try {
            var proposals = new ContentProposalAdapter(text, new TextContentAdapter() {
                @Override
                public void setControlContents(org.eclipse.swt.widgets.Control control, String contents, int caret) {
                    text.setText(contents);
                    text.setSelection(caret);
                }
            }, FilterBar::proposals, KeyStroke.getInstance("Ctrl+Space"), null);
            proposals.setProposalAcceptanceStyle(ContentProposalAdapter.PROPOSAL_REPLACE);
        } catch (ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IContentProposal[] proposals(String written, int caret) {
        var completion = Filter.complete(written, caret);
        return completion.proposals().stream().map(p -> {
            String whole = written.substring(0, completion.from()) + p.text() + written.substring(completion.to());
            return new ContentProposal(whole, p.text(), p.description(), completion.from() + p.text().length());
        }).toArray(IContentProposal[]::new);
    }

    /** Opens the list of saved filters. */
    void openSaved() {
        Menu menu = savedMenu();
        var below = saved.toDisplay(0, saved.getSize().y);
        menu.setLocation(below);
        menu.setVisible(true);
    }

    /** The saved filters, and what can be done with them. The menu goes away when it is closed. */
    Menu savedMenu() {
        var menu = new Menu(getShell(), SWT.POP_UP);
        menu.addListener(SWT.Hide, _ -> getDisplay().asyncExec(menu::dispose));
        List<Saved> filters = Book.get().filters();
        String saveLabel = WORDS.say("&Save This Filter…");
        String deleteLabel = WORDS.say("&Delete");
        var taken = new StringBuilder(Names.mnemonicOf(saveLabel)).append(Names.mnemonicOf(deleteLabel));
        for (Saved f : filters) {
            item(menu, Names.mnemonic(f.name(), taken) + ":  " + shortened(f.text()).replace("&", "&&"), SWT.PUSH, () -> write(f.text()));
        }
        if (!filters.isEmpty()) {
            new MenuItem(menu, SWT.SEPARATOR);
        }
        item(menu, saveLabel, SWT.PUSH, this::save).setEnabled(!text.getText().isBlank());
        var delete = item(menu, deleteLabel, SWT.CASCADE, () -> {
        });
        delete.setEnabled(!filters.isEmpty());
        var inside = new Menu(menu);
        delete.setMenu(inside);
        var letters = new StringBuilder();
        for (Saved f : filters) {
            item(inside, Names.mnemonic(f.name(), letters), SWT.PUSH, () -> delete(f));
        }
        return menu;
    }

    private static String shortened(String filter) {
        return filter.length() > LONGEST ? filter.substring(0, LONGEST) + "…" : filter;
    }

    private static MenuItem item(Menu menu, String label, int style, Runnable chosen) {
        var item = new MenuItem(menu, style);
        item.setText(label);
        item.addListener(SWT.Selection, _ -> chosen.run());
        return item;
    }

    private void save() {
        String filter = text.getText().strip();
        String name = Book.get().filters().stream().filter(f -> f.text().equals(filter)).map(Saved::name).findFirst().orElse("");
        var dialog = new InputDialog(getShell(), WORDS.say("Save Filter"),
                WORDS.say("&Name of the filter {0}. One of that name is replaced.", shortened(filter).replace("&", "&&")), name,
                n -> n.isBlank() ? WORDS.say("Enter a name.") : null) {
            @Override
            protected void okPressed() {
                super.okPressed();
                save(getValue().strip(), filter);
            }
        };
        dialog.setBlockOnOpen(false);
        dialog.open();
    }

    /** Saves a filter under a name, in the place of one that has it. */
    void save(String name, String filter) {
        keep(Book.get().with(new Saved(name, filter)));
    }

    private void delete(Saved filter) {
        keep(Book.get().without(filter.name()));
    }

    private void keep(FilterBook book) {
        try {
            Book.set(book);
        } catch (EscException e) {
            say(ProblemText.forPerson(e.problem()));
        }
    }

    /** Takes what is written. */
    private void apply() {
        String written = text.getText().strip();
        if (written.equals(applied)) {
            return;
        }
        applied = written;
        if (written.isEmpty()) {
            say("");
            changed.accept(Optional.empty());
            return;
        }
        try {
            var filter = Filter.parse(Book.get().text(written), ZoneId.systemDefault());
            say("");
            changed.accept(Optional.of(filter));
        } catch (FilterException e) {
            // what was shown before stays until it is right
            say(e.problem().message() + e.meant().map(m -> " " + WORDS.say("Did you mean {0}?", m)).orElse(""));
        } catch (EscException e) {
            say(ProblemText.forPerson(e.problem()));
        }
    }

    private void say(String words) {
        wrong.setText(words.replace("&", "&&"));
        var data = (GridData) wrong.getLayoutData();
        if (data.exclude != words.isEmpty()) {
            data.exclude = words.isEmpty();
            wrong.setVisible(!words.isEmpty());
            getParent().layout(true, true);
        }
    }

    /** Writes a filter and takes it. */
    void write(String filter) {
        text.setText(filter);
        typed++;
        apply();
    }

    /** Puts the caret here. */
    void focus() {
        text.setFocus();
        text.setSelection(new Point(0, text.getText().length()));
    }

    /** What is wrong, empty if nothing is. */
    String complaint() {
        return wrong.getText();
    }
}
