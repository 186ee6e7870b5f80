// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
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
 * @param order  by what to sort
 * @param after  only what comes after this one, in the usual order
 */
public record TokenQuery(Optional<String> text, Optional<String> userId, Optional<String> type, Optional<TokenState> state, int start, int size,
        Order order, Optional<After> after) {

    /** Everything. */
    public static final TokenQuery ALL =
            new TokenQuery(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 0, Integer.MAX_VALUE);

    /** Last changed first. */
    public TokenQuery(Optional<String> text, Optional<String> userId, Optional<String> type, Optional<TokenState> state, int start, int size) {
        this(text, userId, type, state, start, size, Order.NEWEST, Optional.empty());
    }

    /** The tokens of a user. */
    public static TokenQuery ofUser(String uid) {
        return new TokenQuery(Optional.empty(), Optional.of(uid), Optional.empty(), Optional.empty(), 0, Integer.MAX_VALUE);
    }

    /** A place in the usual order. */
    public record After(Instant modified, String cuid) {
    }

    /** What to sort by, then by CUID. */
    public record Order(Column column, boolean descending) {

        /** Last changed first. */
        public static final Order NEWEST = new Order(Column.MODIFIED, true);

        String sql() {
            return column == Column.CUID ? "cuid" + (descending ? " DESC" : "")
                    : column.sql + (descending ? " DESC" : "") + ", cuid" + (descending ? " DESC" : "");
        }
    }

    /** What tokens can be sorted by. */
    public enum Column {
        /** CUID. */
        CUID("cuid"),
        /** Owner. */
        USER("user_id"),
        /** Profile. */
        TYPE("type"),
        /** State. */
        STATE("state"),
        /** First seen. */
        CREATED("created_at"),
        /** Last changed. */
        MODIFIED("modified_at");

        private final String sql;

        Column(String sql) {
            this.sql = sql;
        }
    }
}
