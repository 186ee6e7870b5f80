// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.function.Supplier;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;

/** Puts each question into a dialog of its own. */
public final class DialogAsker implements Asker {

    private static final Words WORDS = Words.of(DialogAsker.class);

    private final Supplier<Shell> parent;

    /** Dialogs over the shell that {@code parent} gives at that time. */
    public DialogAsker(Supplier<Shell> parent) {
        this.parent = parent;
    }

    @Override
    public void ask(Question<?> question) {
        new QuestionDialog(parent.get(), question).open();
    }

    @Override
    public void tell(String message) {
        show(message, WORDS.say("&OK"));
    }

    @Override
    public Runnable notice(String message) {
        return show(message, WORDS.say("&Hide"))::close;
    }

    private MessageDialog show(String message, String button) {
        var dialog = new MessageDialog(parent.get(), "Enterprise Security Client", null, message, MessageDialog.INFORMATION, 0, button);
        dialog.setBlockOnOpen(false);
        dialog.open();
        return dialog;
    }
}
