// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * A certificate that was written to a token.
 *
 * @param cuid        the token
 * @param serial      its serial number at the CA
 * @param subject     its subject, for a person
 * @param userId      its owner
 * @param role        what its key is for, the {@link KeySpec#role} of the profile: {@code signing}, {@code encryption}
 * @param type        id of the profile it came by
 * @param origin      the token it was first issued to: another one if it was recovered
 * @param archivedKey id of the private key in the archive, if it was made by the server
 * @param created     when it came to this token
 */
public record TokenCertificate(Cuid cuid, BigInteger serial, String subject, String userId, String role, String type,
        Cuid origin, Optional<String> archivedKey, Instant created) {
}
