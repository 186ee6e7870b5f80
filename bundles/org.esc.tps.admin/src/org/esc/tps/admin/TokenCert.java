// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.time.Instant;
import java.util.Optional;

/**
 * A certificate on a token ({@code TPSCertData}).
 *
 * @param id       of the record
 * @param serial   serial number as the server writes it, {@code 0x1a}
 * @param subject  distinguished name
 * @param userId   whose
 * @param tokenId  on which token
 * @param origin   the token it was first made for
 * @param type     the token's profile
 * @param keyType  {@code signing}, {@code encryption}, …
 * @param status   {@code active}, {@code revoked}, {@code revoked_on_hold}, {@code expired}, …
 * @param created  when it was put on record
 * @param modified when the record was changed
 * @param notAfter when it expires, where the server says so (the embedded one does)
 */
public record TokenCert(String id, String serial, String subject, Optional<String> userId, Optional<String> tokenId, Optional<String> origin,
        Optional<String> type, Optional<String> keyType, String status, Optional<Instant> created, Optional<Instant> modified,
        Optional<Instant> notAfter) implements Entry {
}
