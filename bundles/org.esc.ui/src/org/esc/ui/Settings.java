// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Optional;
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

    private Settings() {
    }

    /** The value of a setting for this run. */
    public static Optional<String> now(String key) {
        return UserSettings.now(key);
    }

    /** Sets a value for this run; an empty one withdraws it. */
    public static void forThisRun(String key, String value) {
        UserSettings.forThisRun(key, value);
    }
}
