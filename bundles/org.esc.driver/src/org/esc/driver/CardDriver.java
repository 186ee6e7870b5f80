// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import org.esc.apdu.EscException;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;

/** An adapter from one applet's vocabulary to what the product shows of any token. A DS service; stateless, called by several threads. */
public interface CardDriver {

    /** What the driver is called, shown to people and used to switch it off: "CoolKey". */
    String name();

    /**
     * Looks whether it knows a card. May select applications; must not change the card.
     *
     * @throws EscException if the card does not answer any more
     */
    Match match(ReaderState reader, CardChannel probe) throws EscException;

    /**
     * Reads what the card shows without a PIN. What cannot be read is left empty and named in {@link TokenInfo#problems}.
     *
     * @throws EscException if the card does not answer any more
     */
    TokenInfo read(ReaderState reader, CardChannel channel) throws EscException;
}
