// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.bindings.keys.KeyStroke;
import org.eclipse.jface.bindings.keys.ParseException;
import org.eclipse.jface.fieldassist.ContentProposal;
import org.eclipse.jface.fieldassist.ContentProposalAdapter;
import org.eclipse.jface.fieldassist.IContentProposal;
import org.eclipse.jface.fieldassist.TextContentAdapter;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.FilterException;
import org.esc.ui.Names;

/** Where a person writes which exchanges to show, with proposals, and is told at once where it is wrong. */
final class FilterBar extends Composite {

    private static final int PATIENCE_MILLIS = 400;

    private final Text text;
    private final Label wrong;
    private final Consumer<Optional<Filter>> changed;
    private String applied = "";
    private int typed;

    /** A bar; {@code changed} gets the filter, or nothing when all is to be shown. */
    FilterBar(Composite parent, Consumer<Optional<Filter>> changed) {
        super(parent, SWT.NONE);
        this.changed = changed;
        GridLayoutFactory.fillDefaults().numColumns(2).margins(6, 4).spacing(6, 2).applyTo(this);
        new Label(this, SWT.NONE).setText("Fi&lter:");
        text = Names.name(new Text(this, SWT.SEARCH | SWT.ICON_CANCEL), "Filter");
        text.setMessage("ins == VERIFY && sw != 9000     (Ctrl+Space proposes)");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(text);
        wrong = new Label(this, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).span(2, 1).exclude(true).applyTo(wrong);
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
            var filter = Filter.parse(written, java.time.ZoneId.systemDefault());
            say("");
            changed.accept(Optional.of(filter));
        } catch (FilterException e) {
            // what was shown before stays until it is right
            say(e.problem().message() + e.meant().map(m -> " Did you mean " + m + "?").orElse(""));
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

    Text text() {
        return text;
    }

    /** What is wrong, empty if nothing is. */
    String complaint() {
        return wrong.getText();
    }
}
