// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How the TPS end works.
 *
 * @param phoneHome written to cards as issuer information, at most 224 bytes
 * @param applet    what to load onto real cards; without it they are not formatted
 * @param machine   how long to wait for a card or client program
 * @param person    how long to wait for somebody to type
 */
public record TpsOptions(URI phoneHome, Optional<Applet> applet, Duration machine, Duration person) {

    /** Usual waiting times: two minutes for a machine (a real card may need one for a key), ten for a person. */
    public static TpsOptions of(URI phoneHome, Optional<Applet> applet) {
        return new TpsOptions(phoneHome, applet, Duration.ofMinutes(2), Duration.ofMinutes(10));
    }
}
