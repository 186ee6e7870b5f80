// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Locale;
import org.esc.apdu.Words;

/** Names of tasks in status updates, as both server generations send them, and what they mean to a person. */
public final class Tasks {

    private static final Words WORDS = Words.of(Tasks.class);

    private Tasks() {
    }

    /** The task in words for a person; a name that is not known becomes words as well as it can. */
    public static String words(String task) {
        String name = task.trim();
        if (name.startsWith("PROGRESS_")) {
            name = name.substring("PROGRESS_".length());
        }
        return switch (name) {
            case "APPLET_BLOCK", "APPLET_UPGRADE" -> WORDS.say("Loading the software onto the token");
            case "DONE", "DONE_ENROLLMENT" -> WORDS.say("Finishing");
            case "PROCESS_PROFILE" -> WORDS.say("Looking up what this token is to get");
            case "KEY_GENERATION" -> WORDS.say("Making a key");
            case "READ_PUBLIC_KEY" -> WORDS.say("Reading the new key");
            case "PARSE_PUBLIC_KEY" -> WORDS.say("Checking the new key");
            case "ENROLL_CERT" -> WORDS.say("Getting a certificate");
            case "PUBLISH_CERT" -> WORDS.say("Publishing the certificate");
            case "IMPORT_CERT" -> WORDS.say("Putting the certificate onto the token");
            case "WRITE_OBJECTS" -> WORDS.say("Writing certificates and keys onto the token");
            case "ISSUER_INFO" -> WORDS.say("Writing the issuer's address onto the token");
            case "SET_LIFECYCLE", "SET_LIFE_CYCLE_STATE" -> WORDS.say("Putting the token into service");
            case "START_PIN_RESET" -> WORDS.say("Starting");
            case "PIN_RESET_RESOLVE_PROFILE" -> WORDS.say("Looking up the rules for this token");
            case "PIN_RESET" -> WORDS.say("Setting the new password");
            case "PIN_RESET_COMPLETE" -> WORDS.say("The new password is set");
            case "START_AUTHENTICATION" -> WORDS.say("Logging in");
            case "TOKEN_AUTHENTICATION" -> WORDS.say("Checking the token");
            case "KEY_UPGRADE" -> WORDS.say("Checking the token's management keys");
            case "PUT_KEY", "PUT_KEYS" -> WORDS.say("Changing the token's management keys");
            case "SETUP_SECURE_CHANNEL", "EXTERNAL_AUTHENTICATE" -> WORDS.say("Securing the connection to the token");
            default -> readable(name);
        };
    }

    private static String readable(String name) {
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
