// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a token management system says of a token, and where it may go from there. */
public enum TokenState {
    /** Formatted, belongs to nobody. */
    FORMATTED(0, "Formatted (uninitialized)"),
    /** Physically damaged. */
    DAMAGED(1, "Physically damaged"),
    /** Permanently lost. */
    PERM_LOST(2, "Permanently lost"),
    /** Temporarily lost; its certificates are on hold. */
    SUSPENDED(3, "Suspended (temporarily lost)"),
    /** Enrolled and in use. */
    ACTIVE(4, "Active"),
    /** Temporarily lost, then given up. */
    TEMP_LOST_PERM_LOST(5, "Temporarily lost then permanently lost"),
    /** Taken out of use. */
    TERMINATED(6, "Terminated"),
    /** Known but never formatted. */
    UNFORMATTED(7, "Unformatted");

    private final int value;
    private final String label;

    TokenState(int value, String label) {
        this.value = value;
        this.label = label;
    }

    /** The number a TPS stores for it. */
    public int value() {
        return value;
    }

    /** For a person. */
    public String label() {
        return label;
    }

    /** The state with this number. */
    public static Optional<TokenState> of(int value) {
        return Arrays.stream(values()).filter(s -> s.value == value).findFirst();
    }

    /** States an administrator may put a token of this state into. */
    public Set<TokenState> byAdministrator() {
        return switch (this) {
            case UNFORMATTED -> EnumSet.of(DAMAGED, PERM_LOST);
            case FORMATTED, ACTIVE -> EnumSet.of(DAMAGED, PERM_LOST, SUSPENDED, TERMINATED);
            case SUSPENDED -> EnumSet.of(DAMAGED, PERM_LOST, TERMINATED, ACTIVE);
            case DAMAGED -> EnumSet.of(PERM_LOST);
            case TERMINATED -> EnumSet.of(UNFORMATTED, DAMAGED, PERM_LOST);
            case PERM_LOST, TEMP_LOST_PERM_LOST -> EnumSet.noneOf(TokenState.class);
        };
    }

    /** States an operation on the card itself (format, enrolment) may lead to from this one. */
    public Set<TokenState> byOperation() {
        return switch (this) {
            case FORMATTED, ACTIVE -> EnumSet.of(FORMATTED, ACTIVE);
            case UNFORMATTED -> EnumSet.of(FORMATTED);
            default -> EnumSet.noneOf(TokenState.class);
        };
    }
}
