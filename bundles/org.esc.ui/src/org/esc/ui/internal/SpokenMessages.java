// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.ui.Names;

/**
 * Has screen readers say what stands at the top of dialogs and wizards, such as what is wrong with what was typed, together with the control that has the keyboard: no key
 * leads to it, and it changes while somebody is elsewhere.
 */
final class SpokenMessages {

    /** Of a dialog's shell: what is to be said with the next control that gets the keyboard. */
    private static final String WAITING = "org.esc.ui.message";
    /** Of a dialog's shell: the control that it was said with last. */
    private static final String SAID_WITH = "org.esc.ui.message.said";

    private SpokenMessages() {
    }

    static void start(Display display) {
        display.addFilter(SWT.Modify, e -> {
            if (e.widget instanceof Text text && isMessage(text)) {
                Shell shell = text.getShell();
                shell.setData(WAITING, text.getText().strip());
                Control focus = display.getFocusControl();
                if (focus != null && focus.getShell() == shell) {
                    say(shell, focus);
                }
            }
        });
        display.addFilter(SWT.FocusIn, e -> {
            if (e.widget instanceof Control control && control.getShell().getData(WAITING) != null) {
                say(control.getShell(), control);
            }
        });
    }

    /** Whether the platform writes a dialog's messages there. */
    private static boolean isMessage(Text text) {
        int style = SWT.WRAP | SWT.READ_ONLY;
        Shell shell = text.getShell();
        return (text.getStyle() & style) == style && shell.getData() instanceof TitleAreaDialog && text.getParent().getParent() == shell;
    }

    private static void say(Shell shell, Control focus) {
        if (shell.getData(SAID_WITH) instanceof Control before && before != focus && !before.isDisposed()) {
            Names.describe(before, "");
        }
        Names.describe(focus, (String) shell.getData(WAITING));
        shell.setData(WAITING, null);
        shell.setData(SAID_WITH, focus);
    }
}
