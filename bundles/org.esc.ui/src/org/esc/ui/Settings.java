// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.core.runtime.preferences.InstanceScope;
import org.osgi.service.prefs.BackingStoreException;

/** What a person has set once for all operations. Saved at once when changed. */
public final class Settings {

    /** Name of the preference node. */
    public static final String NODE = "org.esc.ui";
    /** Address of the token management system. */
    public static final String TPS = "tps.url";
    /** File with certificate authorities to trust. */
    public static final String CA = "ca.file";
    /** Where to ask for service information when a card names no place. */
    public static final String PHONE_HOME = "phonehome.url";

    private static final Map<String, String> FOR_THIS_RUN = new ConcurrentHashMap<>();

    private Settings() {
    }

    /** Address of the token management system to use; empty: ask the card, then the person. */
    public static Optional<String> tps() {
        return get(TPS);
    }

    /** File with certificate authorities to trust beside the system's. */
    public static Optional<Path> ca() {
        return get(CA).map(Path::of);
    }

    /** Phone-home address for cards that carry none. */
    public static Optional<String> phoneHome() {
        return get(PHONE_HOME);
    }

    /** Sets a value for this run only, over what is saved: the demonstration uses it. */
    public static void forThisRun(String key, String value) {
        FOR_THIS_RUN.put(key, value);
    }

    /** Withdraws {@link #forThisRun}. */
    public static void forget(String key) {
        FOR_THIS_RUN.remove(key);
    }

    /** Saves a value; an empty one removes it. */
    public static void save(String key, String value) {
        IEclipsePreferences node = InstanceScope.INSTANCE.getNode(NODE);
        if (value.isBlank()) {
            node.remove(key);
        } else {
            node.put(key, value.strip());
        }
        try {
            node.flush();
        } catch (BackingStoreException e) {
            ILog.of(Settings.class).warn("The preferences could not be saved", e);
        }
    }

    private static Optional<String> get(String key) {
        String now = FOR_THIS_RUN.get(key);
        return Optional.of(now != null ? now : InstanceScope.INSTANCE.getNode(NODE).get(key, "")).filter(v -> !v.isBlank());
    }
}
