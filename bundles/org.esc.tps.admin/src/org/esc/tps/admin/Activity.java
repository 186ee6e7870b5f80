// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that was done ({@code ActivityData}).
 *
 * @param id        of the entry in the log
 * @param tokenId   to which token
 * @param userId    by whom, or whose token it is
 * @param ip        from where
 * @param operation {@code enrollment}, {@code format}, {@code token_status_change}, …
 * @param success   whether it went well
 * @param message   the server's words
 * @param date      when
 */
public record Activity(String id, Optional<String> tokenId, Optional<String> userId, Optional<String> ip, String operation, boolean success,
        String message, Optional<Instant> date) implements Entry {
}
