// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import org.eclipse.jface.dialogs.Dialog;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;

/** Says what went wrong. */
final class ProblemDialog extends Dialog {

    private static final Words WORDS = Words.of(ProblemDialog.class);

    private final String title;
    private final EscException failure;

    ProblemDialog(Shell parent, String title, EscException failure) {
        super(parent);
        this.title = title;
        this.failure = failure;
        setBlockOnOpen(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(title);
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        Problem problem = failure.problem();
        GridDataFactory.fillDefaults().grab(true, true).hint(460, SWT.DEFAULT)
                .applyTo(new ProblemPane(area, SWT.ICON_ERROR, ProblemText.forPerson(problem), ProblemText.details(problem)).offerTrust(failure));
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Close"), true));
    }
}
