// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Locale;
import java.util.Map;

/** Names of tasks in status updates, as both server generations send them, and what they mean to a person. */
public final class Tasks {

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("APPLET_BLOCK", "Loading the software onto the token"),
            Map.entry("APPLET_UPGRADE", "Loading the software onto the token"),
            Map.entry("DONE", "Finishing"),
            Map.entry("DONE_ENROLLMENT", "Finishing"),
            Map.entry("PROCESS_PROFILE", "Looking up what this token is to get"),
            Map.entry("KEY_GENERATION", "Making a key"),
            Map.entry("READ_PUBLIC_KEY", "Reading the new key"),
            Map.entry("PARSE_PUBLIC_KEY", "Checking the new key"),
            Map.entry("ENROLL_CERT", "Getting a certificate"),
            Map.entry("PUBLISH_CERT", "Publishing the certificate"),
            Map.entry("IMPORT_CERT", "Putting the certificate onto the token"),
            Map.entry("WRITE_OBJECTS", "Writing certificates and keys onto the token"),
            Map.entry("ISSUER_INFO", "Writing the issuer's address onto the token"),
            Map.entry("SET_LIFECYCLE", "Putting the token into service"),
            Map.entry("SET_LIFE_CYCLE_STATE", "Putting the token into service"),
            Map.entry("START_PIN_RESET", "Starting"),
            Map.entry("PIN_RESET_RESOLVE_PROFILE", "Looking up the rules for this token"),
            Map.entry("PIN_RESET", "Setting the new password"),
            Map.entry("PIN_RESET_COMPLETE", "The new password is set"),
            Map.entry("START_AUTHENTICATION", "Logging in"),
            Map.entry("TOKEN_AUTHENTICATION", "Checking the token"),
            Map.entry("KEY_UPGRADE", "Checking the token's management keys"),
            Map.entry("PUT_KEY", "Changing the token's management keys"),
            Map.entry("PUT_KEYS", "Changing the token's management keys"),
            Map.entry("SETUP_SECURE_CHANNEL", "Securing the connection to the token"),
            Map.entry("EXTERNAL_AUTHENTICATE", "Securing the connection to the token"));

    private Tasks() {
    }

    /** The task in words for a person; a name that is not known becomes words as well as it can. */
    public static String words(String task) {
        String name = task.trim();
        if (name.startsWith("PROGRESS_")) {
            name = name.substring("PROGRESS_".length());
        }
        String known = WORDS.get(name);
        if (known != null) {
            return known;
        }
        var b = new StringBuilder();
        for (char c : name.toLowerCase(Locale.ROOT).replace('_', ' ').toCharArray()) {
            if (!Character.isISOControl(c) && b.length() < 60) {
                b.append(c);
            }
        }
        if (!b.isEmpty()) {
            b.setCharAt(0, Character.toUpperCase(b.charAt(0)));
        }
        return b.toString();
    }
}
