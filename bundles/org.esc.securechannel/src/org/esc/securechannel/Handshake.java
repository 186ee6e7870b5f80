// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/**
 * A secure channel half open: INITIALIZE UPDATE has been answered and the card has proved that it knows the keys.
 * {@link #authenticate} opens it; {@link #close} gives it up.
 */
public final class Handshake implements AutoCloseable {

    private static final Words WORDS = Words.of(Handshake.class);

    private final CardChannel below;
    private final InitUpdateResponse card;
    private final HostSession session;
    private final WireStyle style;
    private boolean used;

    Handshake(CardChannel below, InitUpdateResponse card, HostSession session, WireStyle style) {
        this.below = below;
        this.card = card;
        this.session = session;
        this.style = style;
    }

    /** What the card answered: key version, protocol, diversification data. */
    public InitUpdateResponse card() {
        return card;
    }

    /**
     * Sends EXTERNAL AUTHENTICATE. Where the channel begins implicitly nothing is sent: the first command authenticates the host.
     *
     * @param level protection of all commands that follow
     * @return the open channel; it owns the session
     * @throws EscException if the card does not offer the level or refuses; this handshake is then over
     */
    public SecureChannel authenticate(SecurityLevel level) throws EscException {
        if (used) {
            throw new IllegalStateException("The handshake has been used");
        }
        used = true;
        boolean opened = false;
        try {
            if (!level.fits(card.scp())) {
                throw new CardException(Problem.of(Fault.CARD, WORDS.say("authenticate to the card"),
                        WORDS.say("The card's {0} does not offer security level {1}.", card.scp(), level)).code("security-level"), null);
            }
            Session s = session.session();
            ResponseApdu r = card.scp().isImplicit() ? ResponseApdu.ok() : below.transmit(externalAuthenticate(s, level));
            if (!r.isOk()) {
                throw new CardException(Problem.of(Fault.CARD, WORDS.say("authenticate to the card"),
                        WORDS.say("The card refused our authentication: {0} ({1}).", r.sw().meaning(), r.sw())).code("authentication-refused").sw(r.sw())
                        .advice(WORDS.say("Do not repeat this often: cards lock after some failed authentications.")), null);
            }
            if (level.rMac()) {
                s.responseMac().ifPresent(ResponseMac::start);
            }
            opened = true;
            return new SecureChannel(below, card, session, level, style);
        } finally {
            if (!opened) {
                session.close();
            }
        }
    }

    private static CommandApdu externalAuthenticate(Session s, SecurityLevel level) {
        var plain = CommandApdu.of(0x80, CardSecureChannel.EXTERNAL_AUTHENTICATE, level.bits(), 0, s.hostCryptogram());
        int length = s.wrap(plain, SecurityLevel.C_MAC, false);
        return s.command(Session.secured(plain.cla()), plain, length, OptionalInt.empty());
    }

    /** Gives the handshake up and erases the session keys, unless a channel was opened from it. */
    @Override
    public void close() {
        if (!used) {
            used = true;
            session.close();
        }
    }
}
