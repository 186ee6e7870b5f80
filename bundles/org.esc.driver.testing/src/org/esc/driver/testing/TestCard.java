// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.testing;

import java.util.function.Supplier;
import org.esc.apdu.Atr;
import org.esc.card.CardChannel;

/**
 * A card that a driver is tested with: recorded exchanges, a software card, or a card in a real reader.
 *
 * @param name  for messages of tests
 * @param atr   its answer to reset
 * @param fresh connects to it anew, as after a reset
 */
public record TestCard(String name, Atr atr, Supplier<CardChannel> fresh) {

    /** Connects to it, as after a reset. */
    public CardChannel connect() {
        return fresh.get();
    }

    @Override
    public String toString() {
        return name;
    }
}
