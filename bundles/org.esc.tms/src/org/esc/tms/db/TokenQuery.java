// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Optional;

/**
 * Which tokens to list; what is empty does not narrow the list.
 *
 * @param text   part of a CUID or user id, any case
 * @param userId exact owner
 * @param type   exact profile
 * @param state  exact state
 * @param start  how many to skip
 * @param size   how many to return at most
 */
public record TokenQuery(Optional<String> text, Optional<String> userId, Optional<String> type,
        Optional<TokenState> state, int start, int size) {

    /** Everything. */
    public static final TokenQuery ALL =
            new TokenQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 0,
            Integer.MAX_VALUE);

    /** The tokens of a user. */
    public static TokenQuery ofUser(String uid) {
        return new TokenQuery(Optional.empty(), Optional.of(uid), Optional.empty(), Optional.empty(), 0,
                Integer.MAX_VALUE);
    }
}
