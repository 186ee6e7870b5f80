// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.globalplatform;

import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.osgi.service.component.annotations.Component;

/** Knows any card with a GlobalPlatform card manager, so that a blank card is no unknown one. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=GlobalPlatform", CardDriver.ISD + "=any"})
public final class GlobalPlatformDriver implements CardDriver {

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new IssuerSecurityDomain(card, channel);
    }
}
