// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;

/**
 * An open secure channel, host end: a decorator that takes plain commands, sends them wrapped to the channel below and
 * gives back plain answers. Every command sent through it is protected. {@link #close} erases the session keys and
 * leaves the channel below open. When an exchange fails half-way the two ends no longer agree and the secure channel
 * closes itself.
 */
public final class SecureChannel implements CardChannel {

    private final CardChannel below;
    private final InitUpdateResponse card;
    private final HostSession session;
    private final SecurityLevel level;
    private final boolean keepLe;
    private final boolean encryptEmpty;
    private final Life life;
    private final boolean owner;

    /** What a channel and its views share: one exchange at a time, one end. */
    private static final class Life {

        private final ReentrantLock lock = new ReentrantLock();
        private volatile boolean closed;
    }

    SecureChannel(CardChannel below, InitUpdateResponse card, HostSession session, SecurityLevel level,
            WireStyle style) {
        this.below = below;
        this.card = card;
        this.session = session;
        this.level = level;
        keepLe = style.leOnWrapped(card.scp());
        encryptEmpty = style.encryptEmpty();
        life = new Life();
        owner = true;
    }

    private SecureChannel(SecureChannel of, CardChannel via) {
        below = via;
        card = of.card;
        session = of.session;
        level = of.level;
        keepLe = of.keepLe;
        encryptEmpty = of.encryptEmpty;
        life = of.life;
        owner = false;
    }

    /**
     * Sends INITIALIZE UPDATE and verifies the card's cryptogram before anything else.
     *
     * @param keyVersion    key set to use, 0 for the card's choice
     * @param keyIndex      index within the set, usually 0
     * @param hostChallenge 8 random bytes
     * @throws EscException if the card refuses (its status word is in the problem), answers something else, does not
     *                      prove that it knows the keys (code {@code card-not-authentic}), or there are no keys for it
     */
    public static Handshake initialize(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            byte[] hostChallenge,
            WireStyle style, Optional<ScpVersion> expected) throws EscException {
        return initialize(below, keys, keyVersion, keyIndex, hostChallenge, style,
                card -> expected.filter(e -> e.protocol() == card.scp().protocol()).map(e -> card.withI(e.i())).orElse(card));
    }

    /**
     * As the other form.
     *
     * @param completed the card's answer with what it does not tell: see {@link InitUpdateResponse#withI}
     */
    public static Handshake initialize(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            byte[] hostChallenge,
            WireStyle style, UnaryOperator<InitUpdateResponse> completed) throws EscException {
        ResponseApdu r = below.transmit(style.leOnInitialize()
                ? CommandApdu.of(0x80, CardSecureChannel.INITIALIZE_UPDATE, keyVersion, keyIndex, hostChallenge, 256)
                : CommandApdu.of(0x80, CardSecureChannel.INITIALIZE_UPDATE, keyVersion, keyIndex, hostChallenge));
        InitUpdateResponse card = completed.apply(InitUpdateResponse.parse(r.orThrow("open the secure channel").data()));
        HostSession session = keys.derive(card, hostChallenge.clone());
        if (!session.verifies(card)) {
            session.close();
            throw new CardException(Problem.of(Fault.CARD, "open the secure channel",
                    "The card could not prove that it holds the expected keys (key version "
                            + String.format("%02X", card.keyVersion()) + ").").code("card-not-authentic")
                    .advice("The card has another key set. Do not repeat this often: cards lock after some "
                            + "failed authentications."),
                    null);
        }
        return new Handshake(below, card, session, style);
    }

    /** As the long form, by the specification's style and with the usual options of the card's protocol. */
    public static Handshake initialize(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            byte[] hostChallenge)
            throws EscException {
        return initialize(below, keys, keyVersion, keyIndex, hostChallenge, WireStyle.STANDARD, Optional.empty());
    }

    /** INITIALIZE UPDATE and EXTERNAL AUTHENTICATE in one, with a fresh host challenge. */
    public static SecureChannel open(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            SecurityLevel level,
            SecureRandom random) throws EscException {
        byte[] challenge = new byte[8];
        random.nextBytes(challenge);
        return open(below, keys, keyVersion, keyIndex, level, challenge);
    }

    /** INITIALIZE UPDATE and EXTERNAL AUTHENTICATE in one, with a given host challenge. */
    public static SecureChannel open(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            SecurityLevel level,
            byte[] hostChallenge) throws EscException {
        return initialize(below, keys, keyVersion, keyIndex, hostChallenge).authenticate(level);
    }

    /** What the card answered to INITIALIZE UPDATE. */
    public InitUpdateResponse card() {
        return card;
    }

    /** Protocol and options. */
    public ScpVersion scp() {
        return card.scp();
    }

    /** Protection of this channel. */
    public SecurityLevel level() {
        return level;
    }

    /** Greatest number of plain data bytes that one command of this channel takes. */
    public int maxData() {
        return session.session().maxData(level);
    }

    /** False once closed, by {@link #close} or after a failed exchange. */
    public boolean isOpen() {
        return !life.closed;
    }

    /** See {@link HostSession#encryptWithDek}. */
    public byte[] encryptWithDek(byte[] data) throws EscException {
        return session.encryptWithDek(data);
    }

    /** See {@link HostSession#putKeyData}. */
    public byte[] putKeyData(KeySet newKeys) throws EscException {
        return session.putKeyData(newKeys);
    }

    @Override
    public ResponseApdu transmit(CommandApdu plain) throws EscException {
        life.lock.lock();
        try {
            if (life.closed) {
                throw new CardException("send a command over the secure channel",
                        "The secure channel to the card has been closed.");
            }
            if (!level.cMac()) {
                return below.transmit(plain);
            }
            if (plain.nc() > maxData()) {
                throw new CardException("send a command over the secure channel", "The command has " + plain.nc()
                        + " data bytes; this secure channel takes " + maxData() + ".");
            }
            boolean agreed = false;
            try {
                ResponseApdu answer = exchange(plain);
                agreed = true;
                below.explain(plain, answer);
                return answer;
            } finally {
                if (!agreed) {
                    life.closed = true;
                }
            }
        } finally {
            life.lock.unlock();
            if (life.closed) {
                erase();
            }
        }
    }

    private ResponseApdu exchange(CommandApdu plain) throws EscException {
        Session s = session.session();
        byte[] body = s.wrap(plain.cla(), plain.ins(), plain.p1(), plain.p2(), plain.data(), level, encryptEmpty);
        int cla = plain.cla() | 0x04;
        boolean le = keepLe && (plain.ne().isPresent() || level.rMac());
        ResponseApdu wrapped = below.transmit(le ? CommandApdu.of(cla, plain.ins(), plain.p1(), plain.p2(), body, 256)
                : CommandApdu.of(cla, plain.ins(), plain.p1(), plain.p2(), body));
        if (life.closed) {
            throw new CardException("send a command over the secure channel",
                    "The secure channel was closed meanwhile.");
        }
        if (!level.rMac()) {
            return wrapped;
        }
        int sw = wrapped.sw().value();
        return ResponseApdu.of(s.unwrapAnswer(wrapped.data(), sw, level).orElseThrow(
                () -> new CardException(Problem.of(Fault.CARD, "check the card's answer",
                        "The card's answer was altered on its way.").code("answer-not-authentic")
                        .advice("Start the operation again; if it happens again, do not trust the connection."), null)),
                                sw);
    }

    /** Erases the keys unless an exchange under way still works with them; that one then does it. */
    private void erase() {
        if (life.lock.tryLock()) {
            try {
                session.close();
            } finally {
                life.lock.unlock();
            }
        }
    }

    /** A view under another origin, over the same session. Closing the view closes nothing. */
    @Override
    public SecureChannel as(Origin origin) {
        return new SecureChannel(this, below.as(origin));
    }

    /**
     * Erases the session keys at once, or as soon as the exchange under way ends (it then fails). Leaves the channel
     * below open.
     */
    @Override
    public void close() {
        if (owner) {
            life.closed = true;
            erase();
        }
    }
}
