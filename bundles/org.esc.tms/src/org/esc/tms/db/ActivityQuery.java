// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * Which activities to list; what is empty does not narrow the list.
 *
 * @param text        part of a CUID, user, address, operation or message, any case
 * @param cuid        the token
 * @param start       how many to skip
 * @param size        how many to return at most
 * @param oldestFirst the order; newest first if false
 * @param after       only what comes after the entry of this number, in the order
 * @param operation   exactly this one
 * @param success     whether it went well
 * @param from        not before this time
 * @param until       before this time
 */
public record ActivityQuery(Optional<String> text, Optional<Cuid> cuid, int start, int size, boolean oldestFirst, Optional<Long> after,
        Optional<Operation> operation, Optional<Boolean> success, Optional<Instant> from, Optional<Instant> until) {

    /** Of any kind, at any time. */
    public ActivityQuery(Optional<String> text, Optional<Cuid> cuid, int start, int size, boolean oldestFirst, Optional<Long> after) {
        this(text, cuid, start, size, oldestFirst, after, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Of one token, or all. */
    public static ActivityQuery of(Optional<Cuid> cuid, int start, int size) {
        return new ActivityQuery(Optional.empty(), cuid, start, size, false, Optional.empty());
    }
}
