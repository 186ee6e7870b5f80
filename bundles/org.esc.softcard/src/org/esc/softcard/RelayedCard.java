// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.card.CardSession;
import org.esc.card.VirtualCard;

/** The card in one of our readers, for another program: every command goes to it as it is, and is in the trace. The session stays the caller's. */
public final class RelayedCard implements VirtualCard {

    private final CardSession session;
    private Optional<EscException> lost = Optional.empty();

    /** Of this session. */
    public RelayedCard(CardSession session) {
        this.session = session;
    }

    /** Why the card does not answer any more; empty while it does. */
    public synchronized Optional<EscException> lost() {
        return lost;
    }

    @Override
    public Atr atr() {
        return session.atr();
    }

    @Override
    public String protocol() {
        return session.protocol();
    }

    @Override
    public synchronized byte[] transmit(byte[] command) {
        if (command.length < 4) {
            // no command that could reach a card
            return new byte[] {0x67, 0x00};
        }
        if (lost.isEmpty()) {
            try {
                return session.transmit(CommandApdu.asItIs(command)).bytes();
            } catch (EscException e) {
                lost = Optional.of(e);
            }
        }
        throw new IllegalStateException("The card was taken out", lost.get());
    }

    @Override
    public synchronized Optional<byte[]> hostChallenge(byte[] begin) {
        try {
            return lost.isEmpty() ? session.hostChallenge(CommandApdu.asItIs(begin)) : Optional.empty();
        } catch (EscException e) {
            lost = Optional.of(e);
            return Optional.empty();
        }
    }

    @Override
    public synchronized void reset() {
        if (lost.isEmpty()) {
            try {
                session.reset();
            } catch (EscException e) {
                lost = Optional.of(e);
            }
        }
    }
}
