// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Text;

/** Words in place of what is not there. They can have the focus: who uses no mouse is somewhere then, and a screen reader reads them. */
public final class EmptyPage extends Composite {

    private final Text words;

    /** A page that says nothing yet. */
    public EmptyPage(Composite parent) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(16, 16).applyTo(this);
        words = NativeLook.onGround(new Text(this, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY));
        GridDataFactory.fillDefaults().grab(true, true).hint(200, SWT.DEFAULT).applyTo(words);
    }

    /** Says it. */
    public void say(String text) {
        if (!words.getText().equals(text)) {
            words.setText(text);
        }
    }
}
