// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Objects;
import java.util.Optional;
import org.esc.apdu.Aid;

/**
 * What the exchanges so far tell of one logical channel of a card. Immutable.
 *
 * @param channel     the logical channel, 0–19
 * @param application what was selected by its name last; empty if nobody knows
 * @param file        the file selected last: file identifiers in hexadecimal digits, separated by {@code /}, beginning with {@code 3F00}
 *                    if it is known from the root; empty if nobody knows
 * @param security    the secure channel
 */
public record Standing(int channel, Optional<Aid> application, String file, Security security) {

    /** Nothing is known of channel 0. */
    public static final Standing UNKNOWN = on(0);

    /**
     * A GlobalPlatform secure channel.
     *
     * @param protocol 1 to 3 for SCP01 to SCP03; 0 if there is none
     * @param level    the security level, P1 of EXTERNAL AUTHENTICATE; 0 if there is no channel or it protects nothing
     */
    public record Security(int protocol, int level) {

        /** No secure channel. */
        public static final Security NONE = new Security(0, 0);

        /** True if a channel is open. */
        public boolean isOpen() {
            return protocol != 0;
        }

        @Override
        public String toString() {
            return protocol == 0 ? "" : String.format("SCP%02d level %02X", protocol, level);
        }
    }

    /** Checks that nothing is missing. */
    public Standing {
        Objects.requireNonNull(application);
        Objects.requireNonNull(file);
        Objects.requireNonNull(security);
    }

    /** Nothing is known of a logical channel. */
    public static Standing on(int channel) {
        return new Standing(channel, Optional.empty(), "", Security.NONE);
    }

    /** Another application. A secure channel ends with it. */
    public Standing select(Aid aid) {
        return new Standing(channel, Optional.of(aid), "", Security.NONE);
    }

    /** Another file. */
    public Standing at(String newFile) {
        return new Standing(channel, application, newFile, security);
    }

    /** Another secure channel. */
    public Standing with(Security newSecurity) {
        return new Standing(channel, application, file, newSecurity);
    }
}
