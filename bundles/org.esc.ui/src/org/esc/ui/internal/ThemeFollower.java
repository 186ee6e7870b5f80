// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.e4.ui.css.swt.theme.IThemeEngine;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.TreeItem;
import org.eclipse.ui.PlatformUI;

/**
 * Keeps the platform's style sheets with the desktop's look. The platform chooses them once, at its start, and by the name of the theme alone; desktops turn dark in the
 * evening, or with a setting that leaves the name as it is, and half of the window would stay light.
 */
final class ThemeFollower {

    private static final String LIGHT = "org.eclipse.e4.ui.css.theme.e4_default";
    private static final String DARK = "org.eclipse.e4.ui.css.theme.e4_dark";
    /** Where the platform looks for what style sheets call a widget's class. */
    private static final String CLASS = "org.eclipse.e4.ui.css.CssClassName";
    private static final String OURS = "org.esc.";

    private ThemeFollower() {
    }

    /**
     * Keeps the style sheets off the rows of tables and trees: none of them speaks of rows, but the platform would look up the style of each that is shown,
     * keep it, and take it back one by one when the theme changes, from lists that are read piece by piece even where a row's place has gone, which ends the process.
     * And has them know our own composites, which they miss: they go by the name of the class.
     */
    static void guideStyleSheets(Display display) {
        display.addFilter(SWT.Skin, e -> {
            switch (e.widget) {
                case TableItem _, TreeItem _ -> e.type = SWT.None;
                case Composite c when c.getClass().getName().startsWith(OURS) -> c.setData(CLASS, "Ours");
                default -> {
                    // as the platform does it
                }
            }
        });
    }

    static void start() {
        Display display = PlatformUI.getWorkbench().getDisplay();
        display.addListener(SWT.Settings, _ -> display.asyncExec(() -> follow(display)));
        follow(display);
    }

    private static void follow(Display display) {
        if (display.isDisposed() || PlatformUI.getWorkbench().isClosing() || PlatformUI.getWorkbench().getService(IThemeEngine.class) == null) {
            return;
        }
        IThemeEngine engine = PlatformUI.getWorkbench().getService(IThemeEngine.class);
        RGB b = display.getSystemColor(SWT.COLOR_WIDGET_BACKGROUND).getRGB();
        String wanted = 299 * b.red + 587 * b.green + 114 * b.blue < 128_000 ? DARK : LIGHT;
        // another that somebody chose in the preferences is neither of them
        if (engine.getActiveTheme() != null && !engine.getActiveTheme().getId().equals(wanted)
                && (engine.getActiveTheme().getId().equals(LIGHT) || engine.getActiveTheme().getId().equals(DARK))) {
            engine.setTheme(wanted, false);
        }
    }
}
