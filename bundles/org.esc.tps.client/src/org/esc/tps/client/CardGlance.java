// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.KeyInfo;
import org.esc.coolkey.LifeCycle;

/**
 * What has to be known of a card before a server is asked: which one it is, whether something would be lost, and whose it is.
 *
 * @param cuid       the card's number, if it tells
 * @param applet     true if the CoolKey applet is there
 * @param lifeCycle  the applet's life cycle, if it tells
 * @param issuerInfo the phone home address the issuer left on the card, if there is a usable one
 * @param slots      the applet's key slots that hold a key, if it tells
 */
record CardGlance(Optional<Cuid> cuid, boolean applet, Optional<LifeCycle> lifeCycle, Optional<URI> issuerInfo, Optional<Set<Integer>> slots) {

    private static final CommandApdu SELECT_CARD_MANAGER = CommandApdu.parse("00A4040000");
    private static final CommandApdu GET_CPLC = CommandApdu.parse("80CA9F7F2D");

    /** Looks; changes nothing. The channel follows 61xx and 6Cxx itself. */
    static CardGlance at(CardChannel card) throws EscException {
        card.transmit(SELECT_CARD_MANAGER);
        Optional<Cuid> cuid = cuid(card.transmit(GET_CPLC));
        @SuppressWarnings("resource") // closing it would close nothing but its own nonce, and it has none
        var applet = new CoolKey(card);
        if (!applet.select()) {
            return new CardGlance(cuid, false, Optional.empty(), Optional.empty(), Optional.of(Set.of()));
        }
        Optional<LifeCycle> life = Optional.empty();
        Optional<URI> issuer = Optional.empty();
        Optional<Set<Integer>> slots = Optional.empty();
        try {
            life = Optional.of(applet.lifeCycle());
            slots = Optional.of(applet.listKeys().stream().map(KeyInfo::number).collect(Collectors.toSet()));
            issuer = PhoneHome.address(applet.issuerUrl());
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            // an applet that does not tell is one whose state is not known
        }
        return new CardGlance(cuid, true, life, issuer, slots);
    }

    /** True if keys and certificates would be lost, or may be: an applet that does not tell how it stands may hold some. */
    boolean enrolled() {
        return applet && lifeCycle.map(l -> l == LifeCycle.PERSONALIZED).orElse(true);
    }

    /** Whether a key slot is in use; each of them, if the applet does not tell. */
    IntPredicate taken() {
        return slot -> slots.map(s -> s.contains(slot)).orElse(true);
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
