// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Arrays;
import java.util.Optional;

/** States of tokens, with the numbers and labels of Dogtag's TPS. */
public enum TokenStatus {
    /** Known but never formatted. */
    UNFORMATTED(7, "Unformatted"),
    /** Formatted, belongs to nobody. */
    FORMATTED(0, "Formatted (uninitialized)"),
    /** Enrolled and in use. */
    ACTIVE(4, "Active"),
    /** Temporarily lost; certificates on hold. */
    SUSPENDED(3, "Suspended (temporarily lost)"),
    /** Lost for good. */
    PERM_LOST(2, "Permanently lost"),
    /** Broken. */
    DAMAGED(1, "Physically damaged"),
    /** Temporarily lost, then given up; of older servers. */
    TEMP_LOST_PERM_LOST(5, "Temporarily lost then permanently lost"),
    /** Taken out of use. */
    TERMINATED(6, "Terminated"),
    /** Not known to this program, or not to be seen. */
    UNKNOWN(-1, "Unknown");

    private final int value;
    private final String label;

    TokenStatus(int value, String label) {
        this.value = value;
        this.label = label;
    }

    /** The server's number. */
    public int value() {
        return value;
    }

    /** For a person. */
    public String label() {
        return label;
    }

    /** The state of this name, an old one too ({@code UNINITIALIZED}, {@code TEMP_LOST}); UNKNOWN if there is none. */
    public static TokenStatus of(String name) {
        return switch (name) {
            case "UNINITIALIZED" -> FORMATTED;
            case "TEMP_LOST" -> SUSPENDED;
            default -> Arrays.stream(values()).filter(s -> s.name().equals(name)).findFirst().orElse(UNKNOWN);
        };
    }

    /** The state with this number. */
    static Optional<TokenStatus> of(int value) {
        return Arrays.stream(values()).filter(s -> s.value == value && s != UNKNOWN).findFirst();
    }
}
