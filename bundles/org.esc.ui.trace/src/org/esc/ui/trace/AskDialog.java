// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Optional;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** A page of things to be entered, with a button that accepts and one that does not. It does not block: open returns at once. */
abstract class AskDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(AskDialog.class);

    private static final int WIDTH = 380;

    private final String window;
    private final String accept;
    private final int columns;

    /**
     * A dialog.
     *
     * @param window  title of its window
     * @param accept  label of the button that accepts
     * @param columns of its page
     */
    AskDialog(Shell parent, String window, String accept, int columns) {
        super(parent);
        this.window = window;
        this.accept = accept;
        this.columns = columns;
        setBlockOnOpen(false);
        setHelpAvailable(false);
    }

    @Override
    protected final void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(window);
    }

    @Override
    protected boolean isResizable() {
        return true;
    }

    @Override
    protected final Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        var page = new Composite(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        GridLayoutFactory.fillDefaults().numColumns(columns).margins(14, 14).spacing(10, 8).applyTo(page);
        fill(page);
        return area;
    }

    @Override
    protected final void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, accept, true));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), false));
        begin().setFocus();
    }

    /** Says what the dialog is about, and fills its page. */
    abstract void fill(Composite page);

    /** All is there: gives what gets the focus. */
    abstract Control begin();

    /** A list to choose from, over the columns that are left. */
    final Combo combo(Composite page, String label, int span, int style) {
        new Label(page, SWT.NONE).setText(label);
        var combo = Names.name(new Combo(page, style), label);
        GridDataFactory.fillDefaults().grab(true, false).span(span, 1).hint(WIDTH, SWT.DEFAULT).applyTo(combo);
        return combo;
    }

    /** A box for a line of text. */
    final Text box(Composite page, String label, String field, String value) {
        new Label(page, SWT.NONE).setText(label);
        var text = Names.name(new Text(page, SWT.BORDER | SWT.SINGLE), label);
        text.setData(FormQuestion.FIELD, field);
        text.setText(value);
        GridDataFactory.fillDefaults().grab(true, false).hint(WIDTH, SWT.DEFAULT).applyTo(text);
        return text;
    }

    /** Whether what was entered will do, and what to complain about if it is not only incomplete. */
    final void entered(Optional<String> complaint, boolean complete) {
        setErrorMessage(complaint.orElse(null));
        getButton(IDialogConstants.OK_ID).setEnabled(complete && complaint.isEmpty());
    }
}
