// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Optional;
import org.esc.apdu.Atr;

/**
 * A card that is no real one and can appear in a virtual or software reader. Called by one thread at a time.
 *
 * @since 1.1
 */
public interface VirtualCard extends AutoCloseable {

    /** Its answer to reset. */
    Atr atr();

    /** T=0, T=1, T=CL or "software". */
    default String protocol() {
        return "software";
    }

    /** Answers one command with data ‖ SW1 ‖ SW2. @throws IllegalStateException if the card was taken out for good; nothing else */
    byte[] transmit(byte[] command);

    /**
     * The only host challenge that this card can be answered with, if it is a recorded one; see {@link CardChannel#hostChallenge}.
     *
     * @param begin INITIALIZE UPDATE as it would be sent, with any challenge
     */
    default Optional<byte[]> hostChallenge(byte[] begin) {
        return Optional.empty();
    }

    /** Power was cut, or the card was reset. */
    void reset();

    /** Ends it and lets go of its files. Never fails, and may be called twice. */
    @Override
    default void close() {
        // most hold nothing
    }
}
