// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;

/**
 * The one seam for bytes: everything that speaks to a card does it through this. Implementations are the ends (a reader's session, a
 * software card, a card behind a TPS connection) and decorators (transport rules, a secure channel).
 */
public interface CardChannel extends AutoCloseable {

    /**
     * Sends one command and waits for its response.
     *
     * @return the response, whatever its status word
     * @throws EscException if no response came: card pulled, reader gone, connection lost, cancelled, channel closed
     */
    ResponseApdu transmit(CommandApdu command) throws EscException;

    /** A view of this channel whose exchanges are recorded under another origin. Closing the view closes nothing. */
    default CardChannel as(Origin origin) {
        return this;
    }

    /**
     * Tells the observers what the last exchange on this channel meant in plain, when it went wrapped over a secure channel.
     * Ends that are not observed ignore it.
     */
    default void explain(CommandApdu plain, ResponseApdu plainResponse) {
    }

    /** Releases what this channel holds; never fails, may be called twice and from any thread, and makes a transmit under way fail. */
    @Override
    void close();
}
