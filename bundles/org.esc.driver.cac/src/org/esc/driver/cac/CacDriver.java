// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.cac;

import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.cac.Cac;
import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.osgi.service.component.annotations.Component;

/** Knows Common Access Cards (GSC-IS 2.1): with a card capability container, or only with an access control applet or keys. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=CAC", CardDriver.AID + "=A000000116DB00",
    CardDriver.AID + "=A0000000791000", CardDriver.AID + "=A0000000790100"})
public final class CacDriver implements CardDriver {

    private static final Words WORDS = Words.of(CacDriver.class);

    @Override
    public Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        if (!card.has(Cac.CAPABILITIES)) {
            return new Match(70, WORDS.say("{0}, but there is no card capability container", declared.reason()));
        }
        try {
            new Cac(channel).read(WORDS.say("the card capabilities"));
            return new Match(90, WORDS.say("{0} and tells its capabilities", declared.reason()));
        } catch (EscException e) {
            if (e.problem().sw().isEmpty() && !e.problem().code().equals("card")) {
                throw e;
            }
            return card.has(Cac.ACCESS_CONTROL) || card.has(Cac.FIRST_KEY) ? new Match(70, WORDS.say("{0}, but does not tell its capabilities", declared.reason()))
                    : Match.none(WORDS.say("{0}, but does not tell its capabilities", declared.reason()));
        }
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new CacToken(card, channel);
    }
}
