// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.driver.Attempts;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Match;
import org.esc.openpgp.CardAid;
import org.esc.openpgp.OpenPgpCard;
import org.esc.openpgp.Tag;
import org.osgi.service.component.annotations.Component;

/** Knows cards with the OpenPGP application, versions 2.0 to 3.4. */
@Component(service = CardDriver.class, property = {CardDriver.NAME + "=OpenPGP", CardDriver.AID + "=D27600012401"})
public final class OpenPgpDriver implements CardDriver {

    private static final Words WORDS = Words.of(OpenPgpDriver.class);

    private static final int LIKELY = 70;

    @Override
    public Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        if (!declared.known()) {
            return declared;
        }
        try {
            Optional<byte[]> aid = new OpenPgpCard(channel).find(Tag.AID);
            if (aid.isPresent()) {
                return new Match(Match.EXACT, WORDS.say("{0}, version {1}", declared.reason(), CardAid.parse(aid.get()).versionText()));
            }
        } catch (EscException e) {
            if (Attempts.isOver(e)) {
                throw e;
            }
        } catch (IllegalArgumentException _) {
            // says so below
        }
        return new Match(LIKELY, WORDS.say("{0}, but does not tell its version", declared.reason()));
    }

    @Override
    public CardApplication open(CardFacts card, CardChannel channel) {
        return new OpenPgpToken(channel);
    }
}
