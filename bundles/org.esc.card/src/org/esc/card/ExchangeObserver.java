// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;

/**
 * Sees every exchange with every card, at the lowest place. A DS service; called on the thread that speaks to the card, so it returns
 * quickly and never throws.
 */
public interface ExchangeObserver {

    /** An exchange ended. */
    void exchanged(Exchange exchange);

    /** What an exchange meant in plain, when it was wrapped by a secure channel of ours. Comes after {@link #exchanged}. */
    default void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse) {
    }

    /**
     * The same with the MAC chaining value behind the command ({@link CardChannel#explain(CommandApdu, ResponseApdu, byte[])}).
     *
     * @since 1.1
     */
    default void explained(long exchangeId, CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        explained(exchangeId, plain, plainResponse);
    }

    /** A session with a card began or ended. */
    default void session(long session, String reader, boolean open) {
    }
}
