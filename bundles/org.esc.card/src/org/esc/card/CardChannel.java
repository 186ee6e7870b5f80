// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Optional;
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

    /**
     * The same, and how the secure channel's MACs go on: an observer that hides bytes of the command keeps it, so that the MACs of later commands can still
     * be verified.
     *
     * @param chain the MAC chaining value behind the command; no bytes if the command's own MAC is that
     * @since 1.1
     */
    default void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        explain(plain, plainResponse);
    }

    /**
     * The only host challenge with which the card can be answered, if it is a recorded one: its secure channel can go on only as it did then. Cards that
     * compute have none, and their hosts draw one.
     *
     * @param begin INITIALIZE UPDATE as it would be sent, with any challenge
     * @return as long as that challenge
     * @throws EscException if the reader or card went away
     * @since 1.1
     */
    default Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
        return Optional.empty();
    }

    /**
     * The keypad a person can enter PINs at. A channel that wraps its commands has none, since nobody could wrap what is entered there.
     *
     * @throws EscException if the reader or card went away
     */
    default PinPad pinPad() throws EscException {
        return PinPad.NONE;
    }

    /**
     * Has a person enter PINs at the reader, which puts them into the command and sends it to the card; waits until that is over. The PINs never come here.
     * {@link #close} from another thread makes it fail at once, but nothing takes the question off the reader: that goes on until a key is
     * pressed there, or its patience ends, and only then is the card let go.
     *
     * @throws EscException if {@link PinPad#can} says no (USAGE, code {@code pin-pad-unable}), or no word came of what happened: card pulled, reader gone
     *     (CARD), channel closed (CANCELLED)
     */
    default PinOutcome enterPin(PinRequest request) throws EscException {
        throw Unable.keypadHere();
    }

    /** Releases what this channel holds; never fails, may be called twice and from any thread, and makes a transmit under way fail. */
    @Override
    void close();
}
