// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Display;

/**
 * Whether the desktop has a tray now. SWT always offers one with GTK; that an icon in it is seen takes a program that shows it, which owns a selection of the
 * screen (freedesktop.org System Tray Protocol 0.3). A desktop without one is nothing unusual.
 */
public final class TrayArea {

    private TrayArea() {
    }

    /** True if an icon in the tray would be seen. */
    public static boolean present(Display display) {
        return !display.isDisposed() && display.getSystemTray() != null && (!SWT.getPlatform().equals("gtk") || X11.served("_NET_SYSTEM_TRAY_S"));
    }
}
