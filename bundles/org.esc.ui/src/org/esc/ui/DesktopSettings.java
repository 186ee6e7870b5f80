// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.core.runtime.preferences.InstanceScope;

/** How the workbench behaves on the desktop: preferences of this user, each with its default. Kept under {@code org.esc.ui}. */
public final class DesktopSettings {

    /** Preference: tell of cards that come and go. */
    public static final String NOTIFY = "desktop.notify";
    /** Preference: remind of certificates that end soon. */
    public static final String REMIND = "desktop.remind";
    /** Preference: how many days before that. */
    public static final String DAYS = "desktop.remind.days";
    /** Preference: an icon in the desktop's tray, if there is one. */
    public static final String TRAY = "desktop.tray";
    /** Preference: closing the window leaves the program in the tray. */
    public static final String KEEP = "desktop.tray.keep";
    /** Preference: open the issuer's page after an enrolment. */
    public static final String WELCOME = "desktop.welcome";

    /** How many days before a certificate ends the person is reminded, unless another number is preferred. */
    public static final int REMINDER_DAYS = 30;

    private DesktopSettings() {
    }

    /** The preferences' node. */
    public static IEclipsePreferences node() {
        return InstanceScope.INSTANCE.getNode("org.esc.ui");
    }

    /** A preference that is on or off; all of them are on unless switched off, but the one that keeps the program in the tray. */
    public static boolean on(String key) {
        return node().getBoolean(key, !key.equals(KEEP));
    }

    /** How many days before a certificate ends the person is reminded. */
    public static int reminderDays() {
        return Math.clamp(node().getInt(DAYS, REMINDER_DAYS), 1, 3650);
    }
}
