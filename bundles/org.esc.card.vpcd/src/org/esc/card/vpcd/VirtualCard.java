// SPDX-License-Identifier: EPL-2.0
package org.esc.card.vpcd;

/** A card that is to appear in a virtual reader. Called by one thread at a time; must not throw. */
public interface VirtualCard {

    /** Its answer to reset. */
    byte[] atr();

    /** Answers one command with data ‖ SW1 ‖ SW2. */
    byte[] transmit(byte[] command);

    /** Power was cut, or the card was reset. */
    void reset();
}
