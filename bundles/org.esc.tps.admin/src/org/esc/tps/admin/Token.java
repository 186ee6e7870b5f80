// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A token as the server has it on record ({@code TokenData}).
 *
 * @param id         its CUID, or {@link #RESTRICTED}
 * @param userId     whom it belongs to
 * @param type       the profile it was formatted or enrolled with
 * @param status     its state
 * @param label      the server's words for the state
 * @param nextStates where an administrator may take it from here
 * @param appletId   version of the applet on it
 * @param keyInfo    version of its card keys, hexadecimal
 * @param policy     {@code RE_ENROLL=YES;RENEW=NO;…}; the server's default if empty
 * @param created    when it was put on record
 * @param modified   when the record was changed last
 */
public record Token(String id, Optional<String> userId, Optional<String> type, TokenStatus status, String label,
        List<NextState> nextStates, Optional<String> appletId, Optional<String> keyInfo, Optional<String> policy,
        Optional<Instant> created, Optional<Instant> modified) implements Entry {

    /** What stands for the values of an entry whose profile the signed-in user may not see. */
    public static final String RESTRICTED = "<restricted>";

    public Token {
        nextStates = List.copyOf(nextStates);
    }

    /** True if the signed-in user may not see it. */
    public boolean restricted() {
        return id.equals(RESTRICTED);
    }

    /**
     * A state that an administrator may give a token.
     *
     * @param status which
     * @param label  the server's words for the step
     */
    public record NextState(TokenStatus status, String label) {
    }
}
