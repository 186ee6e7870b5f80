// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;

/**
 * An adapter's connection to one card. Called by one thread at a time (its owner in {@link Readers}), except {@link #close}, which may come
 * from any thread and makes a call under way fail soon.
 */
public interface RawConnection extends AutoCloseable {

    /** The card's ATR. */
    Atr atr();

    /** T=0, T=1, T=CL or "software". */
    String protocol();

    /** Sends the bytes as they are and returns data ‖ SW1 ‖ SW2. No 61xx or 6Cxx handling. */
    byte[] transmit(byte[] command) throws CardException;

    /** Keeps other programs away from the card until {@link #endTransaction}. */
    default void beginTransaction() throws CardException {
    }

    /** Lets other programs at the card again. */
    default void endTransaction() throws CardException {
    }

    /** Resets the card (warm) and returns its ATR. */
    Atr reset() throws CardException;

    /** Sends a control code to the reader, for example of PC/SC part 10. */
    default byte[] control(int code, byte[] data) throws CardException {
        throw Unable.control();
    }

    /**
     * As {@link CardChannel#hostChallenge}.
     *
     * @since 1.1
     */
    default Optional<byte[]> hostChallenge(byte[] begin) throws CardException {
        return Optional.empty();
    }

    /** The keypad of the reader; answers the same as long as the connection lasts. */
    default PinPad pinPad() throws CardException {
        return PinPad.NONE;
    }

    /**
     * Has PINs entered at the reader and sent to the card; only asked for what {@link #pinPad} can.
     *
     * @return what the card, or the reader itself, answered: data ‖ SW1 ‖ SW2
     */
    default byte[] enterPin(PinRequest request) throws CardException {
        throw Unable.keypad();
    }

    @Override
    void close();
}
