// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Listener;

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

    /** Words to be read: they lie on what is behind them, not in a box. */
    public static <C extends Control> C onGround(C words) {
        Runnable look = () -> words.setBackground(words.getParent().getBackground());
        look.run();
        onChange(words, look);
        return words;
    }

    /** Has a control's own colours chosen again when the desktop changes its look, for as long as the control lives. */
    public static void onChange(Control control, Runnable paint) {
        Listener changed = _ -> {
            if (!control.isDisposed()) {
                paint.run();
            }
        };
        control.getDisplay().addListener(SWT.Settings, changed);
        control.addListener(SWT.Dispose, _ -> control.getDisplay().removeListener(SWT.Settings, changed));
    }

    /** Whether a control has a dark background now: a desktop may change that at any time, and the platform tells only what it began with. */
    public static boolean isDark(Control control) {
        RGB b = control.getBackground().getRGB();
        return 299 * b.red + 587 * b.green + 114 * b.blue < 128_000;
    }
}
