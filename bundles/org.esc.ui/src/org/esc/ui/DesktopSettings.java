// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.services.IEvaluationService;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.UserSettings.Source;
import org.esc.tps.client.settings.Setting;
import org.osgi.service.prefs.BackingStoreException;

/**
 * How the workbench behaves on the desktop, by the settings of the register. They are asked for whenever a menu is shown or a card comes, so they are
 * looked up in the background and kept for a moment: a change that was made elsewhere shows the next time.
 */
public final class DesktopSettings {

    /** Setting: tell of cards that come and go. */
    public static final String NOTIFY = "desktop-notify";
    /** Setting: remind of certificates that end soon. */
    public static final String REMIND = "desktop-remind";
    /** Setting: how many days before that. */
    public static final String DAYS = "desktop-remind-days";
    /** Setting: an icon in the desktop's tray, if there is one. */
    public static final String TRAY = "desktop-tray";
    /** Setting: closing the window leaves the program in the tray. */
    public static final String KEEP = "desktop-tray-keep";

    /** Names that settings had when they were preferences of the workbench. */
    private static final Map<String, String> ONCE = Map.of("desktop.notify", NOTIFY, "desktop.remind", REMIND, "desktop.remind.days", DAYS,
            "desktop.tray", TRAY, "desktop.tray.keep", KEEP);

    /** How many days before a certificate ends the person is reminded, unless another number is preferred. */
    public static final int REMINDER_DAYS = 30;

    /** The property that menus and toolbars ask before they offer formatting. */
    public static final String FORMAT_OFFERED = "org.esc.ui.tokens.formatOffered";

    private static final long FRESH_NANOS = 3_000_000_000L;
    private static volatile long lookedUp;
    private static volatile Map<String, String> known = Map.of();
    private static final List<Runnable> LISTENERS = new CopyOnWriteArrayList<>();

    private DesktopSettings() {
    }

    private static IEclipsePreferences node() {
        return InstanceScope.INSTANCE.getNode("org.esc.ui");
    }

    /** Where something is remembered that is no setting. */
    public static IEclipsePreferences node(String name) {
        return (IEclipsePreferences) node().node(name);
    }

    /** A setting that is on or off. */
    public static boolean on(String key) {
        return Boolean.parseBoolean(value(key));
    }

    /** Whether formatting is not offered. */
    public static boolean hidesFormat() {
        return on("hide-format");
    }

    private static String value(String key) {
        long now = System.nanoTime();
        if (lookedUp == 0) {
            lookUp(now);
        } else if (now - lookedUp > FRESH_NANOS) {
            lookedUp = now;
            Thread.ofVirtual().name("settings").start(() -> lookUp(now));
        }
        return known.getOrDefault(key, fallback(key));
    }

    private static String fallback(String key) {
        return Setting.of(key).map(Setting::fallback).orElse("");
    }

    /** Runs something, on any thread, when a setting has changed. */
    public static Subscription onChange(Runnable changed) {
        LISTENERS.add(changed);
        return () -> LISTENERS.remove(changed);
    }

    /** Looks again: the settings were changed. */
    public static void changed() {
        lookUp(System.nanoTime());
        if (PlatformUI.isWorkbenchRunning()) {
            PlatformUI.getWorkbench().getService(IEvaluationService.class).requestEvaluation(FORMAT_OFFERED);
        }
    }

    private static synchronized void lookUp(long now) {
        if (lookedUp == 0) {
            takeOver();
        }
        lookedUp = now;
        try {
            Map<String, String> found = new UserSettings().all().stream().collect(Collectors.toMap(v -> v.setting().key(),
                    v -> v.setting().complaint(v.value()).isEmpty() ? v.setting().normal(v.value()) : v.setting().fallback()));
            if (!found.equals(known)) {
                known = found;
                LISTENERS.forEach(Runnable::run);
            }
        } catch (EscException _) {
            // what is wrong with the settings is said where they are needed more
        }
    }

    /** What this user preferred before these were settings becomes theirs; it is left alone while that cannot be saved. */
    static void takeOver() {
        var settings = new UserSettings();
        IEclipsePreferences node = node();
        try {
            var found = new HashMap<String, String>();
            for (var e : ONCE.entrySet()) {
                UserSettings.Value now = settings.value(e.getValue());
                String preferred = node.get(e.getKey(), "");
                if (now.source() != Source.USER && now.source() != Source.LOCKED && now.setting().complaint(preferred).isEmpty() && !preferred.isBlank()) {
                    found.put(e.getValue(), preferred);
                }
            }
            if (!found.isEmpty()) {
                settings.set(found);
            }
            ONCE.keySet().forEach(node::remove);
            node.flush();
        } catch (EscException | BackingStoreException _) {
            // the next start tries again
        }
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
        return Integer.parseInt(value(DAYS));
    }
}
