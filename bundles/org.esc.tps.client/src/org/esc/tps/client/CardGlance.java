// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.LifeCycle;

/**
 * What has to be known of a card before a server is asked: which one it is, whether something would be lost, and whose it is.
 *
 * @param cuid       the card's number, if it tells
 * @param applet     true if the CoolKey applet is there
 * @param lifeCycle  the applet's life cycle, if it tells
 * @param issuerInfo the phone home address the issuer left on the card, if there is a usable one
 */
record CardGlance(Optional<Cuid> cuid, boolean applet, Optional<LifeCycle> lifeCycle, Optional<URI> issuerInfo) {

    private static final CommandApdu SELECT_CARD_MANAGER = CommandApdu.parse("00A4040000");
    private static final CommandApdu GET_CPLC = CommandApdu.parse("80CA9F7F2D");

    /** Looks; changes nothing. The channel follows 61xx and 6Cxx itself. */
    static CardGlance at(CardChannel card) throws EscException {
        card.transmit(SELECT_CARD_MANAGER);
        Optional<Cuid> cuid = cuid(card.transmit(GET_CPLC));
        @SuppressWarnings("resource") // closing it would close nothing but its own nonce, and it has none
        var applet = new CoolKey(card);
        if (!applet.select()) {
            return new CardGlance(cuid, false, Optional.empty(), Optional.empty());
        }
        Optional<LifeCycle> life = Optional.empty();
        Optional<URI> issuer = Optional.empty();
        try {
            life = Optional.of(applet.lifeCycle());
            issuer = PhoneHome.address(applet.issuerUrl());
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            // an applet that does not tell is one whose state is not known
        }
        return new CardGlance(cuid, true, life, issuer);
    }

    /** True if keys and certificates would be lost. */
    boolean enrolled() {
        return lifeCycle.filter(l -> l == LifeCycle.PERSONALIZED).isPresent();
    }

    /** The CUID in an answer to GET DATA 9F7F. */
    static Optional<Cuid> cuid(ResponseApdu cplc) {
        try {
            return cplc.isOk() ? Optional.of(Cplc.parse(cplc.data()).cuid()) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
