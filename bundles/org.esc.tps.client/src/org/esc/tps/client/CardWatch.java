// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.coolkey.Ins;

/**
 * Watches the server's commands on their way to the card. Their headers are never encrypted, so it is seen which keys the card makes and which the
 * server brings; and where existing keys must stay, no command that would destroy one is passed on.
 */
final class CardWatch {

    private static final Words WORDS = Words.of(CardWatch.class);

    private final boolean keysMustStay;
    private final Map<Integer, KeyLog.Origin> made = new TreeMap<>();
    private boolean stopped;
    private boolean password;

    /** @param keysMustStay true to stop before a key on the card is lost */
    CardWatch(boolean keysMustStay) {
        this.keysMustStay = keysMustStay;
    }

    /**
     * Whether a command is passed on. One that is not is answered as a card does that may not do it, so that the server ends in order.
     */
    boolean passes(CommandApdu command) {
        if (keysMustStay && destroys(command)) {
            stopped = true;
            return false;
        }
        return true;
    }

    /** True if a command was not passed on. */
    boolean stopped() {
        return stopped;
    }

    /** Told when the server has ended. @throws EscException REFUSED if it was kept from destroying keys */
    void ended() throws EscException {
        if (stopped) {
            throw Problem.of(Fault.REFUSED, WORDS.say("renew the certificates"),
                    WORDS.say("The server was about to replace the keys on the token instead of renewing "
                    + "their certificates. It was stopped: keys and certificates on the token are as they were.")
                    + (password ? " " + WORDS.say("The new password holds.") : "")).code("not-renewed")
                    .advice(WORDS.say("Ask the token's administrator to allow renewal (policy RENEW=YES), or re-enrol the token if its keys may go.")).exception();
        }
    }

    /** Told of a command that the card has carried out. */
    void done(CommandApdu command) {
        password |= (command.cla() & 0xFC) == Ins.CLA_SECURE && command.ins() == Ins.SET_PIN;
        origin(command).ifPresent(o -> made.put(command.p1() & 0x0F, o));
    }

    /** How the private keys came that were put into these slots. */
    Map<Integer, KeyLog.Origin> made() {
        return Map.copyOf(made);
    }

    private static Optional<KeyLog.Origin> origin(CommandApdu c) {
        if ((c.cla() & 0xFC) != Ins.CLA_SECURE) {
            return Optional.empty();
        }
        return switch (c.ins()) {
            case Ins.START_ENROLLMENT, Ins.START_ENROLLMENT_EC -> Optional.of(KeyLog.Origin.CARD);
            case Ins.IMPORT_KEY_ENCRYPTED -> Optional.of(KeyLog.Origin.SERVER);
            default -> Optional.empty();
        };
    }

    /** Key commands of the applet, and of the card manager DELETE (E4), INSTALL (E6) and LOAD (E8): what removes the applet. */
    private static boolean destroys(CommandApdu c) {
        boolean manager = (c.cla() & 0xF0) == 0x80 && (c.ins() == 0xE4 || c.ins() == 0xE6 || c.ins() == 0xE8);
        return manager || origin(c).isPresent();
    }
}
