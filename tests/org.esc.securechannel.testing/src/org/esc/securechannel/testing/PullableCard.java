// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.testing;

import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.card.VirtualCard;

/** One insertion of a card that outlives it: pulled out, the card does not answer here any more, and can be put in again. */
public class PullableCard implements VirtualCard {

    private final VirtualCard card;
    private volatile boolean pulled;

    /** The card goes in. */
    public PullableCard(VirtualCard card) {
        this.card = card;
    }

    @Override
    public Atr atr() {
        return card.atr();
    }

    @Override
    public String protocol() {
        return card.protocol();
    }

    @Override
    public byte[] transmit(byte[] command) {
        if (pulled) {
            throw new IllegalStateException("pulled");
        }
        return card.transmit(command);
    }

    @Override
    public Optional<byte[]> hostChallenge(byte[] begin) {
        return card.hostChallenge(begin);
    }

    @Override
    public void reset() {
        card.reset();
    }

    /** The card comes out. */
    @Override
    public void close() {
        pulled = true;
    }
}
