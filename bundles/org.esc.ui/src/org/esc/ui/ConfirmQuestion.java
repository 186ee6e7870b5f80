// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.command.Interaction.Confirmation;

/** Asks whether to go on. When the step cannot be undone, Enter means no. */
public final class ConfirmQuestion extends Question<Boolean> {

    private static final Words WORDS = Words.of(ConfirmQuestion.class);

    private final Confirmation confirmation;
    private final String message;
    private final String acceptLabel;
    private final boolean cautious;
    private String typed = "";

    /** A question for this confirmation. */
    public ConfirmQuestion(Confirmation confirmation) {
        this.confirmation = confirmation;
        message = confirmation.irreversible() ? WORDS.say("This cannot be undone.") : WORDS.say("Do you want to go on?");
        acceptLabel = confirmation.irreversible() ? WORDS.say("&Go On Anyway") : WORDS.say("&Yes");
        cautious = confirmation.irreversible();
    }

    /** One that can be undone, and should be thought about all the same: Enter means no. */
    public ConfirmQuestion(Confirmation confirmation, String message, String acceptLabel) {
        this.confirmation = confirmation;
        this.message = message;
        this.acceptLabel = acceptLabel;
        cautious = true;
    }

    @Override
    public String title() {
        return confirmation.title();
    }

    @Override
    public String message() {
        return message;
    }

    @Override
    public void fill(Composite parent, Runnable changed) {
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(12, 8).applyTo(parent);
        var picture = new Label(parent, SWT.NONE);
        picture.setImage(parent.getDisplay().getSystemImage(cautious ? SWT.ICON_WARNING : SWT.ICON_QUESTION));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(picture);
        var text = new Label(parent, SWT.WRAP);
        text.setText(confirmation.message().replace("&", "&&"));
        GridDataFactory.fillDefaults().grab(true, true).hint(360, SWT.DEFAULT).applyTo(text);
        confirmation.typed().ifPresent(wanted -> {
            var label = new Label(parent, SWT.WRAP);
            label.setText(WORDS.say("To go on, type {0}:", wanted));
            GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(label);
            var field = Names.name(new Text(parent, SWT.BORDER), label.getText());
            field.setData(FormQuestion.FIELD, "typed");
            GridDataFactory.fillDefaults().span(2, 1).grab(true, false).applyTo(field);
            field.addModifyListener(_ -> {
                typed = field.getText();
                changed.run();
            });
        });
    }

    @Override
    public Optional<String> complaint() {
        return Optional.empty();
    }

    @Override
    public boolean complete() {
        return confirmation.typed().isEmpty() || confirmation.accepts(typed);
    }

    @Override
    protected Boolean take() {
        return true;
    }

    @Override
    public String acceptLabel() {
        return acceptLabel;
    }

    @Override
    public boolean cautious() {
        return cautious;
    }

    @Override
    public void refuse() {
        answer().complete(false);
    }
}
