// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.osgi.service.component.annotations.Component;

/** Knows loyalty cards by their application; nothing more is needed to tell them from others. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=Loyalty", CardDriver.AID + "=" + Loyalty.AID_HEX})
public final class LoyaltyDriver implements CardDriver {

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new LoyaltyCard(channel);
    }
}
