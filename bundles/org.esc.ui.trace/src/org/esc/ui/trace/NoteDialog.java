// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.function.Consumer;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.trace.Note;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;

/** Writes a note at an exchange. */
final class NoteDialog extends AskDialog {

    private static final Words WORDS = Words.of(NoteDialog.class);

    private static final int LINES = 5;

    private final Note before;
    private final String exchange;
    private final String kept;
    private final Consumer<Note> written;
    private Text text;
    private Combo mark;

    /**
     * A dialog.
     *
     * @param exchange where, in words
     * @param before   what is noted there
     * @param kept     where it will be kept, in words
     * @param written  told what is to be noted, if the dialog is accepted
     */
    NoteDialog(Shell parent, String exchange, Note before, String kept, Consumer<Note> written) {
        super(parent, WORDS.say("Note"), WORDS.say("&OK"), 2);
        this.exchange = exchange;
        this.before = before;
        this.kept = kept;
        this.written = written;
    }

    @Override
    void fill(Composite page) {
        setTitle(WORDS.say("Note at {0}", exchange));
        setMessage(kept);
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("&Note:"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(label);
        text = Names.name(new Text(page, SWT.MULTI | SWT.WRAP | SWT.BORDER | SWT.V_SCROLL), WORDS.say("Note"));
        text.setData(FormQuestion.FIELD, "note");
        text.setText(before.text());
        GridDataFactory.fillDefaults().grab(true, true).hint(420, LINES * text.getLineHeight()).applyTo(text);
        // Tab leads on, as everywhere in a dialog
        text.addListener(SWT.Traverse, e -> e.doit = e.detail == SWT.TRAVERSE_TAB_NEXT || e.detail == SWT.TRAVERSE_TAB_PREVIOUS || e.doit);
        mark = combo(page, WORDS.say("&Bookmark:"), 1, SWT.READ_ONLY);
        for (Note.Mark m : Note.Mark.values()) {
            mark.add(NotesPane.name(m));
        }
        mark.select(before.mark().ordinal());
    }

    @Override
    Control begin() {
        return text;
    }

    @Override
    protected void okPressed() {
        var note = new Note(before.index(), Note.Mark.values()[mark.getSelectionIndex()], text.getText().strip());
        super.okPressed();
        written.accept(note);
    }
}
