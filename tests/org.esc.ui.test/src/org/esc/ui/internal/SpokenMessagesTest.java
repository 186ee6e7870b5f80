// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.layout.RowLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Text;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody hears who types into a dialog and cannot see what it says at its top. */
class SpokenMessagesTest {

    private final Form form = new Form();

    /** A dialog with two fields. */
    private static final class Form extends TitleAreaDialog {

        private Text name;
        private Text place;

        Form() {
            super(Ui.window());
            setBlockOnOpen(false);
        }

        @Override
        protected Control createDialogArea(Composite parent) {
            var page = new Composite((Composite) super.createDialogArea(parent), SWT.NONE);
            page.setLayout(new RowLayout());
            name = new Text(page, SWT.BORDER);
            place = new Text(page, SWT.BORDER);
            return page;
        }
    }

    @BeforeEach
    void open() {
        form.open();
    }

    @AfterEach
    void close() {
        form.close();
    }

    private void type(Text field) {
        Ui.until("somebody types there", () -> {
            form.getShell().forceActive();
            field.setFocus();
            return Ui.display().getFocusControl() == field;
        });
    }

    private static void hears(Text field, String words) {
        Ui.until("\"" + words + "\" is heard", () -> Access.description(field).equals(words));
    }

    @Test
    void whatIsWrongIsSaidWhereSomebodyTypes() {
        type(form.name);
        form.setErrorMessage("The name is taken.");
        hears(form.name, "The name is taken.");
        type(form.place);
        form.setErrorMessage("There is no such place.");
        hears(form.place, "There is no such place.");
        hears(form.name, "");
        form.setErrorMessage(null);
        hears(form.place, "");
    }

    @Test
    void whatItSaysWhenItOpensIsSaidWithWhatGetsTheKeyboardFirst() {
        form.close();
        form.create();
        form.setMessage("Who are you?");
        form.open();
        type(form.name);
        hears(form.name, "Who are you?");
    }
}
