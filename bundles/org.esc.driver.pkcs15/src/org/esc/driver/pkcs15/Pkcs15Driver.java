// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.esc.pkcs15.IsoCard;
import org.osgi.service.component.annotations.Component;

/** Knows cards whose files follow ISO/IEC 7816-15, once PKCS #15. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=PKCS #15", CardDriver.AID + "=A000000063504B43532D3135",
    CardDriver.AID + "=E828BD080F", CardDriver.DIRECTORY + "=A000000063504B43532D3135", CardDriver.DIRECTORY + "=E828BD080F"})
public final class Pkcs15Driver implements CardDriver {

    private static final Words WORDS = Words.of(Pkcs15Driver.class);

    @Override
    public Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        if (!declared.known()) {
            return declared;
        }
        return Place.find(card, new IsoCard(channel)).isPresent()
                ? new Match(90, WORDS.say("{0} and has a list of directories (EF.ODF)", declared.reason()))
                : Match.none(WORDS.say("{0}, but there is no EF.ODF, or it is empty or of another kind", declared.reason()));
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new Pkcs15Token(card, channel);
    }
}
