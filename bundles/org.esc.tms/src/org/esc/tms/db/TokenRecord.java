// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * A token as the database knows it.
 *
 * @param cuid     its card unique ID
 * @param state    see {@link TokenState}
 * @param userId   whose it is, once enrolled
 * @param type     id of the profile it was last formatted or enrolled by
 * @param appletId applet version as {@code 1.4.58768072}
 * @param keyInfo  key version and index on the card, 4 hex digits
 * @param policy   what may be done with it
 * @param created  first seen
 * @param modified last changed
 */
public record TokenRecord(Cuid cuid, TokenState state, Optional<String> userId, Optional<String> type,
        Optional<String> appletId, Optional<String> keyInfo, Policy policy, Instant created, Instant modified) {
}
