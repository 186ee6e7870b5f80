// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Asks which two traces to compare: those that are shown, or files. */
final class CompareDialog extends AskDialog {

    private static final Words WORDS = Words.of(CompareDialog.class);

    private final List<DiffView.Source> sources;
    private final Optional<DiffView.Source> first;
    private final BiConsumer<DiffView.Source, DiffView.Source> chosen;
    private Combo left;
    private Combo right;

    /**
     * A dialog.
     *
     * @param sources traces that are shown
     * @param first   the left one, if that is known
     * @param chosen  told which two, if the dialog is accepted
     */
    CompareDialog(Shell parent, List<DiffView.Source> sources, Optional<DiffView.Source> first, BiConsumer<DiffView.Source, DiffView.Source> chosen) {
        super(parent, WORDS.say("Compare Traces"), WORDS.say("Co&mpare"), 3);
        this.sources = new ArrayList<>(sources);
        this.first = first;
        this.chosen = chosen;
    }

    @Override
    void fill(Composite page) {
        setTitle(WORDS.say("Compare two traces"));
        setMessage(WORDS.say("Steps are aligned by meaning; times, challenges, MACs and handles do not count."));
        left = side(page, WORDS.say("&Left:"), WORDS.say("&Browse…"));
        right = side(page, WORDS.say("&Right:"), WORDS.say("Brow&se…"));
        sources.forEach(s -> {
            left.add(s.title());
            right.add(s.title());
        });
        first.ifPresent(f -> left.select(Math.max(0, left.indexOf(f.title()))));
        for (int i = 0; i < sources.size() && right.getSelectionIndex() < 0; i++) {
            if (i != left.getSelectionIndex()) {
                right.select(i);
            }
        }
    }

    private Combo side(Composite page, String label, String browse) {
        Combo combo = combo(page, label, 1, SWT.READ_ONLY);
        combo.addListener(SWT.Selection, _ -> validate());
        var button = Names.fills(NativeLook.of(new Button(page, SWT.PUSH)), combo);
        button.setText(browse);
        button.addListener(SWT.Selection, _ -> {
            var dialog = new FileDialog(getShell(), SWT.OPEN);
            dialog.setText(WORDS.say("Compare Traces"));
            String name = dialog.open();
            if (name != null) {
                choose(combo, Path.of(name));
            }
        });
        return combo;
    }

    private void choose(Combo combo, Path file) {
        sources.add(DiffView.Source.of(file));
        left.add(String.valueOf(file.getFileName()));
        right.add(String.valueOf(file.getFileName()));
        combo.select(sources.size() - 1);
        validate();
    }

    private void validate() {
        entered(Optional.empty(), left.getSelectionIndex() >= 0 && right.getSelectionIndex() >= 0);
    }

    @Override
    Control begin() {
        validate();
        return left.getSelectionIndex() < 0 ? left : right;
    }

    @Override
    protected void okPressed() {
        DiffView.Source l = sources.get(left.getSelectionIndex());
        DiffView.Source r = sources.get(right.getSelectionIndex());
        super.okPressed();
        chosen.accept(l, r);
    }
}
