// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;

/** Controls as the desktop draws them. */
public final class NativeLook {

    /** The platform's style sheets leave a widget alone that carries this. */
    private static final String NO_STYLE_SHEET = "org.eclipse.e4.ui.css.disabled";

    private NativeLook() {
    }

    /** Keeps the platform's style sheets from a button: the dark one gives its label one colour, whether or not it can be pressed. */
    public static Button of(Button button) {
        button.setData(NO_STYLE_SHEET, Boolean.TRUE);
        return button;
    }

    /** Keeps them from a tree or table: they give a tree another background than the table beside it. */
    public static <C extends Composite> C of(C list) {
        list.setData(NO_STYLE_SHEET, Boolean.TRUE);
        return list;
    }
}
