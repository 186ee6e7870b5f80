// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Arrays;
import org.esc.apdu.Words;

/** States of tokens, with the labels of Dogtag's TPS. */
public enum TokenStatus {
    /** Known but never formatted. */
    UNFORMATTED,
    /** Formatted, belongs to nobody. */
    FORMATTED,
    /** Enrolled and in use. */
    ACTIVE,
    /** Temporarily lost; certificates on hold. */
    SUSPENDED,
    /** Lost for good. */
    PERM_LOST,
    /** Broken. */
    DAMAGED,
    /** Temporarily lost, then given up; of older servers. */
    TEMP_LOST_PERM_LOST,
    /** Taken out of use. */
    TERMINATED,
    /** Not known to this program, or not to be seen. */
    UNKNOWN;

    private static final Words WORDS = Words.of(TokenStatus.class);

    /** For a person. */
    public String label() {
        return switch (this) {
            case UNFORMATTED -> WORDS.say("Unformatted");
            case FORMATTED -> WORDS.say("Formatted (uninitialized)");
            case ACTIVE -> WORDS.say("Active");
            case SUSPENDED -> WORDS.say("Suspended (temporarily lost)");
            case PERM_LOST -> WORDS.say("Permanently lost");
            case DAMAGED -> WORDS.say("Physically damaged");
            case TEMP_LOST_PERM_LOST -> WORDS.say("Temporarily lost then permanently lost");
            case TERMINATED -> WORDS.say("Terminated");
            case UNKNOWN -> WORDS.say("Unknown");
        };
    }

    /**
     * A server's words for a state, or for the step to it, in the person's language if they are those of Dogtag's TPS: what a server's operator put in their place
     * stays as it is.
     */
    public static String said(String words) {
        return switch (words) {
            case "Unformatted" -> WORDS.say("Unformatted");
            case "Formatted (uninitialized)" -> WORDS.say("Formatted (uninitialized)");
            case "Active" -> WORDS.say("Active");
            case "Suspended (temporarily lost)" -> WORDS.say("Suspended (temporarily lost)");
            case "Permanently lost" -> WORDS.say("Permanently lost");
            case "Physically damaged" -> WORDS.say("Physically damaged");
            case "Temporarily lost then permanently lost" -> WORDS.say("Temporarily lost then permanently lost");
            case "Terminated" -> WORDS.say("Terminated");
            case "This token has been physically damaged." -> WORDS.say("This token has been physically damaged.");
            case "This token has been permanently lost." -> WORDS.say("This token has been permanently lost.");
            case "This token has been suspended (temporarily lost)." -> WORDS.say("This token has been suspended (temporarily lost).");
            case "This token has been terminated." -> WORDS.say("This token has been terminated.");
            case "Reuse this token." -> WORDS.say("Reuse this token.");
            case "This token has been found." -> WORDS.say("This token has been found.");
            default -> words;
        };
    }

    /** The state of this name, an old one too ({@code UNINITIALIZED}, {@code TEMP_LOST}); UNKNOWN if there is none. */
    public static TokenStatus of(String name) {
        return switch (name) {
            case "UNINITIALIZED" -> FORMATTED;
            case "TEMP_LOST" -> SUSPENDED;
            default -> Arrays.stream(values()).filter(s -> s.name().equals(name)).findFirst().orElse(UNKNOWN);
        };
    }
}
