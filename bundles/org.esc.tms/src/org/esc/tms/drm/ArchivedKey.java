// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * A private key in the archive; the key itself stays there.
 *
 * @param id       its name in the archive
 * @param userId   whose it is
 * @param cuid     the token it was made for
 * @param bits     RSA modulus length
 * @param serial   of the certificate on it, once issued
 * @param archived since when
 */
public record ArchivedKey(String id, String userId, Cuid cuid, int bits, Optional<BigInteger> serial,
        Instant archived) {
}
