// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKey;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.osgi.service.component.annotations.Component;

/** Knows tokens with the CoolKey applet. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=CoolKey", CardDriver.AID + "=627601FF000000"})
public final class CoolKeyDriver implements CardDriver {

    private static final Words WORDS = Words.of(CoolKeyDriver.class);

    @Override
    public Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        try {
            new CoolKey(channel).status();
            return new Match(Match.EXACT, declared.reason());
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            return new Match(50, WORDS.say("{0}, but does not tell its status", declared.reason()));
        }
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new CoolKeyToken(card, channel);
    }
}
