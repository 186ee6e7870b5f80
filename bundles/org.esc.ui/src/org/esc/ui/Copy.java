// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.dnd.Clipboard;
import org.eclipse.swt.dnd.TextTransfer;
import org.eclipse.swt.dnd.Transfer;
import org.eclipse.swt.widgets.Display;

/** What a person takes along to other programs. */
public final class Copy {

    private Copy() {
    }

    /** Puts a text on the clipboard; an empty one leaves there what is there. */
    public static void text(Display display, String text) {
        if (text.isEmpty()) {
            return;
        }
        var clipboard = new Clipboard(display);
        try {
            clipboard.setContents(new Object[] {text}, new Transfer[] {TextTransfer.getInstance()});
        } finally {
            clipboard.dispose();
        }
    }
}
