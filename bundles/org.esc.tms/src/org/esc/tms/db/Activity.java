// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * One line of the activity log.
 *
 * @param id        running number, from 1 without gaps
 * @param at        when, to the millisecond
 * @param cuid      the token, if one is concerned
 * @param userId    the person concerned or acting, may be empty
 * @param ip        where the request came from, may be empty
 * @param operation what was done
 * @param success   whether it was
 * @param message   in words; never a secret
 */
public record Activity(long id, Instant at, Optional<Cuid> cuid, String userId, String ip, Operation operation,
        boolean success, String message) {
}
