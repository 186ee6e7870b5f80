// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.osgi.service.component.annotations.Component;

/** Knows PIV cards, and YubiKeys, which are PIV cards with more. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=PIV", CardDriver.AID + "=A00000030800001000"})
public final class PivDriver implements CardDriver {

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new PivToken(channel);
    }
}
