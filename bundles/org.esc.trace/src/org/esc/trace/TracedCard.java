// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Objects;
import org.esc.apdu.Atr;

/**
 * Whom an exchange was with: one card in one reader, from being connected to being let go.
 *
 * @param session  tells one contact with a card from another within a trace; from 0
 * @param reader   name of the reader, empty if nobody knows
 * @param atr      the card's ATR, {@link Atr#UNKNOWN} if nobody knows
 * @param protocol T=0, T=1, T=CL, "software"; empty if nobody knows
 */
public record TracedCard(long session, String reader, Atr atr, String protocol) {

    /** Of nothing is known. */
    public static final TracedCard UNKNOWN = new TracedCard(0, "", Atr.UNKNOWN, "");

    /** Checks that nothing is missing. */
    public TracedCard {
        Objects.requireNonNull(reader);
        Objects.requireNonNull(atr);
        Objects.requireNonNull(protocol);
    }
}
