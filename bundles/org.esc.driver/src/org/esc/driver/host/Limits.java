// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.time.Duration;

/**
 * What one call of a driver may use.
 *
 * @param own        processor time in the driver's own code, and a sixth of the time it may take in all; waiting for the card does not count
 * @param commands   commands sent to the card
 * @param answer     bytes in one answer of the card
 * @param allocation bytes of memory allocated
 */
public record Limits(Duration own, int commands, int answer, long allocation) {

    /** Generous for any honest driver: 10 seconds of computing, a minute in all, 10 000 commands, 1 MiB an answer, 256 MiB. */
    public static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), 10_000, 1 << 20, 256L << 20);
}
