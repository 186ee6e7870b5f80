// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * Which certificates on tokens to list, newest first; what is empty does not narrow the list.
 *
 * @param text  part of the serial number, subject, owner or CUID, any case
 * @param cuid  the token
 * @param start how many to skip
 * @param size  how many to return at most
 * @param after only what comes after this one, in the usual order
 * @param state only such ones
 * @param order newest first, or by the end of their lives
 */
public record CertificateQuery(Optional<String> text, Optional<Cuid> cuid, int start, int size, Optional<After> after, Optional<State> state,
        Order order) {

    /** In any state, newest first. */
    public CertificateQuery(Optional<String> text, Optional<Cuid> cuid, int start, int size, Optional<After> after) {
        this(text, cuid, start, size, after, Optional.empty(), Order.NEWEST);
    }

    /** What can be said of a certificate. */
    public enum State {
        /** Can be relied on. */
        ACTIVE,
        /** Too old. */
        EXPIRED,
        /** Not for now. */
        REVOKED_ON_HOLD,
        /** Never again. */
        REVOKED
    }

    /** An order. */
    public enum Order {
        /** What came to a token last comes first. */
        NEWEST,
        /** What ends first comes first. */
        ENDING,
        /** What ends last comes first. */
        ENDING_LAST
    }

    /** A place in the order. @param serial hexadecimal */
    public record After(Instant created, String serial, String cuid) {
    }
}
