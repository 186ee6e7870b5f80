// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.tps.client.UserSettings;

/**
 * Settings that hold for this run of the workbench only, over those that the user has saved for all of them: the demonstration brings its own
 * server.
 */
public final class Settings {

    /** Address of the token management system. */
    public static final String TPS = "tps";
    /** PEM file of a certificate authority to trust. */
    public static final String CA = "ca";
    /** Address of the system behind the security officer's desk. */
    public static final String OFFICER = "officer-url";
    /** PEM file of a certificate authority that the desk trusts. */
    public static final String OFFICER_CA = "officer-ca";
    /** Address under which the token management system is administered. */
    public static final String ADMIN = "admin";
    /** PKCS#12 file of its administrator. */
    public static final String ADMIN_KEY = "admin-key";
    /** File with the password of that. */
    public static final String ADMIN_PASSWORD_FILE = "admin-password-file";

    private static final List<Runnable> LISTENERS = new CopyOnWriteArrayList<>();

    private Settings() {
    }

    /** The value of a setting for this run. */
    public static Optional<String> now(String key) {
        return UserSettings.now(key);
    }

    /** Sets a value for this run; an empty one withdraws it. */
    public static void forThisRun(String key, String value) {
        UserSettings.forThisRun(key, value);
        LISTENERS.forEach(Runnable::run);
    }

    /** Runs something, on any thread, whenever a setting of this run changes. */
    public static void onChange(Runnable changed) {
        LISTENERS.add(changed);
    }
}
