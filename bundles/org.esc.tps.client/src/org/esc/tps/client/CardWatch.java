// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.coolkey.Ins;
import org.esc.tps.Operation;

/**
 * Watches the server's commands on their way to the card. Their headers are never encrypted, so it is seen which keys the card makes and which the
 * server brings; and where existing keys must stay, no command that would destroy one is passed on.
 */
final class CardWatch {

    private static final Words WORDS = Words.of(CardWatch.class);

    private final Optional<Operation> keeping;
    private final IntPredicate taken;
    private final Map<Integer, KeyLog.Origin> made = new TreeMap<>();
    private boolean stopped;
    private boolean password;
    private boolean objects;

    private CardWatch(Optional<Operation> keeping, IntPredicate taken) {
        this.keeping = keeping;
        this.taken = taken;
    }

    /** Only watches. */
    static CardWatch only() {
        return new CardWatch(Optional.empty(), _ -> false);
    }

    /**
     * Stops before a key is lost that was on the card when the operation began.
     *
     * @param operation what the person was told of: it destroys none
     * @param taken     whether a key slot holds such a key
     */
    static CardWatch keeping(Operation operation, IntPredicate taken) {
        return new CardWatch(Optional.of(operation), taken);
    }

    /**
     * Whether a command is passed on. One that is not is answered as a card does that may not do it, so that the server ends in order.
     */
    boolean passes(CommandApdu command) {
        if (keeping.isEmpty()) {
            return true;
        }
        if ((command.cla() & 0xFC) == Ins.CLA_SECURE && command.ins() == Ins.CLEAR_KEY_SLOTS) {
            // which slots it spares is encrypted; servers tidy up with it at the end and get along without
            return false;
        }
        boolean destroys = destroys(command);
        stopped |= destroys;
        return !destroys;
    }

    /** True if a key would have been lost. */
    boolean stopped() {
        return stopped;
    }

    /** True if nothing on the card but its password was changed. */
    boolean whole() {
        return made.isEmpty() && !objects;
    }

    /** What a person should know of an operation that the server ended well. */
    Optional<String> note() {
        return stopped ? Optional.of(WORDS.say("The server also wanted to replace a key on the token. That was not let through: every key is still there."))
                : Optional.empty();
    }

    /** Told when the server has given up. @throws EscException REFUSED if it was kept from destroying keys */
    void failed() throws EscException {
        if (!stopped) {
            return;
        }
        String end = (whole() ? WORDS.say("It was stopped: keys and certificates on the token are as they were.")
                : WORDS.say("It was stopped: the keys on the token are as they were.")) + (password ? " " + WORDS.say("The new password holds.") : "");
        throw (keeping.get() == Operation.RESET_PIN
                ? Problem.of(Fault.REFUSED, WORDS.say("set a new password"),
                        WORDS.say("The server was about to erase the keys on the token, which a new password does not need.") + " " + end).code("not-reset")
                        .advice(WORDS.say("Tell the server's operator. If the keys may go, format and enrol the token."))
                : Problem.of(Fault.REFUSED, WORDS.say("renew the certificates"),
                        WORDS.say("The server was about to replace the keys on the token instead of renewing their certificates.") + " " + end).code("not-renewed")
                        .advice(WORDS.say("Ask the token's administrator to allow renewal (policy RENEW=YES), or re-enrol the token if its keys may go.")))
                .exception();
    }

    /** Told of a command that the card has carried out. */
    void done(CommandApdu command) {
        if ((command.cla() & 0xFC) == Ins.CLA_SECURE) {
            password |= command.ins() == Ins.SET_PIN;
            objects |= command.ins() == Ins.WRITE_OBJECT || command.ins() == Ins.DELETE_OBJECT || command.ins() == Ins.CREATE_OBJECT;
        }
        origin(command).ifPresent(o -> made.put(slot(command), o));
    }

    /** How the private keys came that were put into these slots. */
    Map<Integer, KeyLog.Origin> made() {
        return Map.copyOf(made);
    }

    private static int slot(CommandApdu c) {
        return c.p1() & 0x0F;
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

    /**
     * Key commands of the applet that name a slot in use (in P1 the private key's, in P2 the public key's), and of the card manager DELETE (E4), INSTALL
     * (E6) and LOAD (E8): what removes the applet.
     */
    private boolean destroys(CommandApdu c) {
        boolean manager = (c.cla() & 0xF0) == 0x80 && (c.ins() == 0xE4 || c.ins() == 0xE6 || c.ins() == 0xE8);
        return manager || origin(c).isPresent() && (taken.test(slot(c)) || taken.test(c.p2() & 0x0F));
    }
}
