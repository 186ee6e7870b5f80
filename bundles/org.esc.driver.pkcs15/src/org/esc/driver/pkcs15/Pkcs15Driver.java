// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import org.esc.apdu.EscException;
import org.esc.card.CardChannel;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.esc.pkcs15.IsoCard;
import org.esc.pkcs15.Pkcs15;
import org.osgi.service.component.annotations.Component;

/** Knows cards whose files follow ISO/IEC 7816-15, once PKCS #15. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=PKCS #15", CardDriver.AID + "=A000000063504B43532D3135",
    CardDriver.AID + "=E828BD080F"})
public final class Pkcs15Driver implements CardDriver {

    @Override
    public Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        var iso = new IsoCard(channel);
        try {
            iso.selectWithin(Pkcs15.ODF);
            byte[] start = iso.read(0, 1, "read EF.ODF");
            if (start.length == 1 && (start[0] & 0xF0) == 0xA0) {
                return new Match(90, declared.reason() + " and has a list of directories (EF.ODF)");
            }
            return Match.none(declared.reason() + ", but its EF.ODF is empty or of another kind");
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            return Match.none(declared.reason() + ", but there is no EF.ODF");
        }
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new Pkcs15Token(card, channel);
    }
}
