// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;

/** A dialog around one {@link Question}. Closing it by any way but its accepting button refuses the question. */
public final class QuestionDialog extends TitleAreaDialog {

    private final Question<?> question;

    /** A dialog over {@code parent}, which may be {@code null}. It does not block: open returns at once. */
    public QuestionDialog(Shell parent, Question<?> question) {
        super(parent);
        this.question = question;
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(getShellStyle() | SWT.RESIZE);
    }

    @Override
    public void create() {
        super.create();
        question.answer().whenComplete((_, _) -> {
            Shell shell = getShell();
            if (shell != null && !shell.isDisposed()) {
                shell.getDisplay().asyncExec(() -> {
                    if (getShell() != null && !getShell().isDisposed()) {
                        close();
                    }
                });
            }
        });
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(question.title());
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(question.title());
        setMessage(question.message());
        var place = new Composite(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        question.fill(place, this::validate);
        var layout = (org.eclipse.swt.layout.GridLayout) place.getLayout();
        layout.marginWidth = 12;
        layout.marginHeight = 12;
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, question.acceptLabel(), !question.cautious()));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, Question.CANCEL, question.cautious()));
        if (question.cautious()) {
            getButton(IDialogConstants.CANCEL_ID).setFocus();
        }
        validate();
    }

    private void validate() {
        setErrorMessage(question.complaint().orElse(null));
        var ok = getButton(IDialogConstants.OK_ID);
        if (ok != null) {
            ok.setEnabled(question.complete());
        }
    }

    @Override
    protected void okPressed() {
        if (question.complete()) {
            question.accept();
            super.okPressed();
        }
    }

    @Override
    public boolean close() {
        if (!question.answer().isDone()) {
            question.refuse();
        }
        Shell parent = getParentShell();
        boolean active = getShell() != null && getShell().getDisplay().getActiveShell() == getShell();
        boolean closed = super.close();
        if (active && parent != null && !parent.isDisposed()) {
            // not every window manager gives the keyboard back to where the question came from
            parent.setActive();
        }
        return closed;
    }
}
