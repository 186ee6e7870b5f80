// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;

/**
 * Who did what with which token. Each entry is chained to the one before by a keyed hash, so that changing, removing or
 * adding one shows.
 */
public interface ActivityLog {

    /**
     * Adds an entry; with the caller's transaction if there is one. Call it last there: it holds the log until the
     * commit.
     */
    Activity append(Operation operation, boolean success, Optional<Cuid> cuid, String userId, String ip, String message)
            throws EscException;

    /** Entries, newest first; of one token if given. */
    default List<Activity> list(Optional<Cuid> cuid, int start, int size) throws EscException {
        return list(ActivityQuery.of(cuid, start, size));
    }

    /** Entries. */
    List<Activity> list(ActivityQuery query) throws EscException;

    /** One entry. */
    Optional<Activity> find(long id) throws EscException;

    /** Number of entries; of one token if given. */
    default long count(Optional<Cuid> cuid) throws EscException {
        return count(ActivityQuery.of(cuid, 0, 0));
    }

    /** How many entries a query matches, its page aside. */
    long count(ActivityQuery query) throws EscException;

    /** How many entries there are from a time on and before another. */
    long countBetween(Instant from, Instant to) throws EscException;

    /** The number of the last entry before a time; 0 if there is none. */
    long lastBefore(Instant time) throws EscException;

    /** Entries behind one, oldest first, with the keyed hashes that chain them. */
    List<Link> chain(long after, int size) throws EscException;

    /** An entry and its keyed hash. */
    record Link(Activity activity, byte[] mac) {

        public Link {
            mac = mac.clone();
        }

        @Override
        public byte[] mac() {
            return mac.clone();
        }
    }

    /** Checks the whole chain. */
    Verification verify() throws EscException;

    /**
     * Result of a check.
     *
     * @param entries entries read
     * @param intact  true if nothing was changed, removed or added
     * @param firstBad number of the first entry that does not fit
     * @param message in words
     */
    record Verification(long entries, boolean intact, OptionalLong firstBad, String message) {
    }
}
