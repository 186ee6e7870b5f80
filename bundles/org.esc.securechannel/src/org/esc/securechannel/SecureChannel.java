// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
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
    private final boolean keepLe;
    private final boolean encryptEmpty;
    private final Life life;
    private final boolean owner;

    /** What a channel and its views share: one exchange at a time, one end. */
    private static final class Life {

        private final ReentrantLock lock = new ReentrantLock();
        private volatile SecurityLevel level;
        private volatile boolean closed;

        Life(SecurityLevel level) {
            this.level = level;
        }
    }

    SecureChannel(CardChannel below, InitUpdateResponse card, HostSession session, SecurityLevel level,
            WireStyle style) {
        this.below = below;
        this.card = card;
        this.session = session;
        keepLe = style.leOnWrapped(card.scp());
        encryptEmpty = style.encryptEmpty();
        life = new Life(level);
        owner = true;
    }

    private SecureChannel(SecureChannel of, CardChannel via) {
        below = via;
        card = of.card;
        session = of.session;
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
     * @param hostChallenge 8 random bytes, 16 for SCP03 in S16 mode
     * @param expected      the card's options where it does not say them itself
     * @throws EscException if the card refuses (its status word is in the problem), answers something else, does not
     *                      prove that it knows the keys (code {@code card-not-authentic}), or there are no keys for it
     */
    public static Handshake initialize(CardChannel below, CardKeys keys, int keyVersion, int keyIndex,
            byte[] hostChallenge, WireStyle style, Optional<ScpVersion> expected) throws EscException {
        return new HostStart(below, keys, keyVersion, keyIndex, style, expected.map(ScpHint::of).orElse(ScpHint.NONE))
                .with(hostChallenge);
    }

    /**
     * As the form with a challenge, which this one draws in the length the card needs. With a card that opens its channel by itself
     * (SCP02 with implicit initiation, if the hint says so) nothing is authenticated yet: its sequence counter is asked for, and the
     * first command decides.
     */
    public static Handshake initialize(CardChannel below, CardKeys keys, int keyVersion, int keyIndex, SecureRandom random,
            WireStyle style, ScpHint hint) throws EscException {
        return new HostStart(below, keys, keyVersion, keyIndex, style, hint).with(length -> {
            byte[] challenge = new byte[length];
            random.nextBytes(challenge);
            return challenge;
        });
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
        return initialize(below, keys, keyVersion, keyIndex, random, WireStyle.STANDARD, ScpHint.NONE).authenticate(level);
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

    /** Protection of this channel, R-MAC included while {@link #beginResponseMac} asked for it. */
    public SecurityLevel level() {
        return life.level;
    }

    /** Greatest number of plain data bytes that one command of this channel takes. */
    public int maxData() {
        return session.session().maxData(life.level);
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
            SecurityLevel level = life.level;
            if (!level.cMac() && !answersAreChained()) {
                return below.transmit(plain);
            }
            if (plain.nc() > maxData()) {
                throw new CardException("send a command over the secure channel", "The command has " + plain.nc()
                        + " data bytes; this secure channel takes " + maxData() + ".");
            }
            boolean agreed = false;
            try {
                ResponseApdu wrapped = send(plain, level);
                ResponseApdu answer = answersAreChained() || level.rMac() ? unwrapped(plain, wrapped, level) : wrapped;
                agreed = true;
                below.explain(plain, answer, session.session().chain());
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

    private boolean answersAreChained() {
        Optional<ResponseMac> r = session.session().responseMac();
        return r.isPresent() && r.get().isRunning();
    }

    private ResponseApdu send(CommandApdu plain, SecurityLevel level) throws EscException {
        boolean le = keepLe && (plain.ne().isPresent() || level.rMac());
        OptionalInt ne = le ? OptionalInt.of(256) : OptionalInt.empty();
        CommandApdu command;
        if (level.cMac()) {
            Session s = session.session();
            int length = s.wrap(plain, level, encryptEmpty);
            command = s.command(Session.secured(plain.cla()), plain, length, ne);
        } else {
            command = le && plain.ne().isEmpty() ? plain.withNe(256) : plain;
        }
        ResponseApdu wrapped = below.transmit(command);
        if (life.closed) {
            throw new CardException("send a command over the secure channel",
                    "The secure channel was closed meanwhile.");
        }
        return wrapped;
    }

    private ResponseApdu unwrapped(CommandApdu plain, ResponseApdu wrapped, SecurityLevel level) throws EscException {
        Session s = session.session();
        s.note(plain);
        if (!level.rMac()) {
            s.responseMac().ifPresent(r -> r.follow(wrapped));
            return wrapped;
        }
        int length = s.unwrapAnswer(wrapped, level);
        if (length == Session.BROKEN) {
            throw altered();
        }
        return s.answer(length, wrapped.sw());
    }

    private static CardException altered() {
        return new CardException(Problem.of(Fault.CARD, "check the card's answer",
                "The card's answer was altered on its way.").code("answer-not-authentic")
                .advice("Start the operation again; if it happens again, do not trust the connection."), null);
    }

    /**
     * BEGIN R-MAC SESSION of SCP02 (GlobalPlatform 2.2.1 §E.5.3): from here on answers are chained together with their commands.
     *
     * @param data        up to 24 bytes that go into the chain, such as a challenge
     * @param everyAnswer whether each answer carries its MAC; else only that of {@link #endResponseMac}
     * @return the card's answer; only 9000 begins the session
     * @throws EscException if no answer came, or the protocol has no such command (code {@code security-level})
     */
    public ResponseApdu beginResponseMac(byte[] data, boolean everyAnswer) throws EscException {
        if (data.length > 24) {
            throw new IllegalArgumentException("BEGIN R-MAC SESSION takes 24 bytes, not " + data.length);
        }
        byte[] field = new byte[data.length + 1];
        field[0] = (byte) data.length;
        System.arraycopy(data, 0, field, 1, data.length);
        var command = CommandApdu.of(0x80, ResponseMac.BEGIN, everyAnswer ? 0x10 : 0, 1, field);
        life.lock.lock();
        try {
            ResponseMac mac = responseMac();
            if (mac.isRunning()) {
                throw new IllegalStateException("The answers of this channel are chained already");
            }
            ResponseApdu r = transmit(command);
            if (r.isOk()) {
                mac.begin(command);
                life.level = life.level.withResponseMac(everyAnswer);
            }
            return r;
        } finally {
            life.lock.unlock();
        }
    }

    /**
     * END R-MAC SESSION (§E.5.4): the card's MAC over all since the beginning, compared with ours.
     *
     * @param last whether the session ends; else it goes on
     * @throws EscException if no answer came, the card refuses, or its MAC is another (code {@code answer-not-authentic}; the channel is
     *                      then closed)
     */
    public void endResponseMac(boolean last) throws EscException {
        life.lock.lock();
        try {
            ResponseMac mac = responseMac();
            if (!mac.isRunning() || life.closed) {
                throw new IllegalStateException("The answers of this channel are not chained");
            }
            var command = CommandApdu.of(0x80, ResponseMac.END, 0, last ? ResponseMac.LAST : ResponseMac.READ, new byte[0], 256);
            boolean agreed = false;
            try {
                // this command is no part of what the MAC covers
                ResponseApdu r = send(command, life.level).orThrow("end the card's chain of answers");
                if (!MessageDigest.isEqual(r.data(), mac.current())) {
                    throw altered();
                }
                agreed = true;
                below.explain(command, r, session.session().chain());
            } finally {
                life.closed |= !agreed;
            }
            if (last) {
                mac.end();
                life.level = life.level.withResponseMac(false);
            }
        } finally {
            life.lock.unlock();
            if (life.closed) {
                erase();
            }
        }
    }

    private ResponseMac responseMac() throws EscException {
        return session.session().responseMac().orElseThrow(() -> new CardException(Problem.of(Fault.CARD, "chain the card's answers",
                "The card's " + scp() + " does not offer R-MAC sessions.").code("security-level"), null));
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
