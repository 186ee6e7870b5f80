// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Words;

/** What a token management system says of a token, and where it may go from there. */
public enum TokenState {
    /** Formatted, belongs to nobody. */
    FORMATTED(0),
    /** Physically damaged. */
    DAMAGED(1),
    /** Permanently lost. */
    PERM_LOST(2),
    /** Temporarily lost; its certificates are on hold. */
    SUSPENDED(3),
    /** Enrolled and in use. */
    ACTIVE(4),
    /** Temporarily lost, then given up. */
    TEMP_LOST_PERM_LOST(5),
    /** Taken out of use. */
    TERMINATED(6),
    /** Known but never formatted. */
    UNFORMATTED(7);

    private static final Words WORDS = Words.of(TokenState.class);

    private final int value;

    TokenState(int value) {
        this.value = value;
    }

    /** The number a TPS stores for it. */
    public int value() {
        return value;
    }

    /** For a person. */
    public String label() {
        return switch (this) {
            case FORMATTED -> WORDS.say("Formatted (uninitialized)");
            case DAMAGED -> WORDS.say("Physically damaged");
            case PERM_LOST -> WORDS.say("Permanently lost");
            case SUSPENDED -> WORDS.say("Suspended (temporarily lost)");
            case ACTIVE -> WORDS.say("Active");
            case TEMP_LOST_PERM_LOST -> WORDS.say("Temporarily lost then permanently lost");
            case TERMINATED -> WORDS.say("Terminated");
            case UNFORMATTED -> WORDS.say("Unformatted");
        };
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
