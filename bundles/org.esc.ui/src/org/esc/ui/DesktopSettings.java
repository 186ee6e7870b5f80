// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.services.IEvaluationService;
import org.esc.apdu.EscException;
import org.esc.tps.client.UserSettings;

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

    /** How many days before a certificate ends the person is reminded, unless another number is preferred. */
    public static final int REMINDER_DAYS = 30;

    /** The property that menus and toolbars ask before they offer formatting. */
    public static final String FORMAT_OFFERED = "org.esc.ui.tokens.formatOffered";

    private static final long FRESH_NANOS = 3_000_000_000L;
    private static volatile long lookedUp;
    private static volatile boolean formatHidden;

    private DesktopSettings() {
    }

    /** The preferences' node. */
    public static IEclipsePreferences node() {
        return InstanceScope.INSTANCE.getNode("org.esc.ui");
    }

    /** A node below it, for what is remembered. */
    public static IEclipsePreferences node(String name) {
        return (IEclipsePreferences) node().node(name);
    }

    /** A preference that is on or off; all of them are on unless switched off, but the one that keeps the program in the tray. */
    public static boolean on(String key) {
        return node().getBoolean(key, !key.equals(KEEP));
    }

    /**
     * Whether formatting is not offered. Asked for whenever a menu is shown, so it is looked up in the background and kept for a moment: a change shows
     * the next time.
     */
    public static boolean hidesFormat() {
        long now = System.nanoTime();
        if (lookedUp == 0) {
            lookUp(now);
        } else if (now - lookedUp > FRESH_NANOS) {
            lookedUp = now;
            Thread.ofVirtual().name("settings").start(() -> lookUp(now));
        }
        return formatHidden;
    }

    /** Has {@link #hidesFormat} look again: the settings were changed. */
    public static void changed() {
        lookUp(System.nanoTime());
        if (PlatformUI.isWorkbenchRunning()) {
            PlatformUI.getWorkbench().getService(IEvaluationService.class).requestEvaluation(FORMAT_OFFERED);
        }
    }

    private static void lookUp(long now) {
        try {
            formatHidden = new UserSettings().on("hide-format");
        } catch (EscException _) {
            // what is wrong with the settings is said where they are needed more
        }
        lookedUp = now;
    }

    /** Whether the issuer's page is opened after an enrolment: a setting that a roll-out may make, so it is kept where those are. */
    public static boolean openPage() {
        try {
            return new UserSettings().on("open-page");
        } catch (EscException _) {
            // what is wrong with the settings is said where they are needed more
            return true;
        }
    }

    /** How many days before a certificate ends the person is reminded. */
    public static int reminderDays() {
        return Math.clamp(node().getInt(DAYS, REMINDER_DAYS), 1, 3650);
    }
}
