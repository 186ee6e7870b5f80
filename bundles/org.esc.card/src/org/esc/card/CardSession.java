// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import org.esc.apdu.Atr;
import org.esc.apdu.EscException;

/** A held connection to the card in one reader: the lowest {@link CardChannel}, observed. Other programs wait until it is closed. */
public interface CardSession extends CardChannel {

    /** Name of the reader. */
    String reader();

    /** ATR of the card. */
    Atr atr();

    /** T=0, T=1, T=CL or "software". */
    String protocol();

    /** Resets the card (warm). */
    void reset() throws EscException;

    /** Sends a control code to the reader. */
    byte[] control(int code, byte[] data) throws EscException;
}
