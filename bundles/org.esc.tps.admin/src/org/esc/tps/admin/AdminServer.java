// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.client.Trust;

/**
 * A server to administer and how to reach it.
 *
 * @param address {@code https://host:8443}, with or without {@code /tps} or {@code /tps/v2} behind it
 * @param trust   whom to believe to be it
 * @param proxy   an HTTP proxy on the way
 * @param timeout most time for one answer
 */
public record AdminServer(URI address, Trust trust, Optional<URI> proxy, Duration timeout) {

    private static final Words WORDS = Words.of(AdminServer.class);

    /** Most time for an answer unless said otherwise. */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(60);

    /** @throws IllegalArgumentException if the address is not one of a server over https, or holds a login */
    public AdminServer {
        if (!"https".equalsIgnoreCase(address.getScheme()) || address.getHost() == null) {
            throw new IllegalArgumentException(WORDS.say("A server to administer has an address like https://host:8443."));
        }
        if (address.getRawUserInfo() != null) {
            throw new IllegalArgumentException(WORDS.say("The address must not hold a user name or password."));
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(WORDS.say("The server needs some time to answer."));
        }
    }

    /** With the usual time and no proxy. */
    public static AdminServer at(URI address, Trust trust) {
        return new AdminServer(address, trust, Optional.empty(), USUAL_TIMEOUT);
    }
}
