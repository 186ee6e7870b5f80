// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

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
 */
public record ActivityQuery(Optional<String> text, Optional<Cuid> cuid, int start, int size, boolean oldestFirst, Optional<Long> after) {

    /** Of one token, or all. */
    public static ActivityQuery of(Optional<Cuid> cuid, int start, int size) {
        return new ActivityQuery(Optional.empty(), cuid, start, size, false, Optional.empty());
    }
}
