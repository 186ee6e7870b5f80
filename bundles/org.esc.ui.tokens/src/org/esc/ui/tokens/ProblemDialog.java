// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.jface.dialogs.Dialog;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;

/** Says what went wrong and what to do next. */
final class ProblemDialog extends Dialog {

    private static final Words WORDS = Words.of(ProblemDialog.class);

    private final Problem problem;

    private ProblemDialog(Shell parent, Problem problem) {
        super(parent);
        this.problem = problem;
        setBlockOnOpen(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
    }

    /** Opens over {@code parent}, which may be {@code null}, and returns at once. */
    static void open(Shell parent, Problem problem) {
        new ProblemDialog(parent, problem).open();
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(ProblemText.heading(problem));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        var pane = new ProblemPane(area, SWT.ICON_ERROR, ProblemText.forPerson(problem), ProblemText.details(problem));
        GridDataFactory.fillDefaults().grab(true, true).applyTo(pane);
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Close"), true);
    }
}
