// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Optional;
import org.esc.apdu.Atr;

/**
 * A reader as it stands now.
 *
 * @param name     unique among all readers
 * @param provider which adapter it belongs to: "PC/SC", "Software"
 * @param presence whether a card is there
 * @param atr      the card's ATR, when one is there and answers
 * @param insertion counts insertions at this reader, so that a card pulled and put back is told from one that stayed
 */
public record ReaderState(String name, String provider, Presence presence, Optional<Atr> atr, long insertion) {

    /** Whether a card is in the reader. */
    public enum Presence {
        /** No card. */
        EMPTY,
        /** A card that answers. */
        PRESENT,
        /** A card that some program holds exclusively. */
        IN_USE,
        /** A card that does not answer to reset. */
        MUTE
    }

    /** True if a card is there, even a mute one. */
    public boolean hasCard() {
        return presence != Presence.EMPTY;
    }
}
