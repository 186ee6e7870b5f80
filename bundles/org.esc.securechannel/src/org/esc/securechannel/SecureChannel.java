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
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.Origin;

/**
 * An open secure channel, host end: a decorator that takes plain commands, sends them wrapped to the channel below and
 * gives back plain answers. Every command sent through it is protected. {@link #close} erases the session keys and
 * leaves the channel below open. When an exchange fails half-way the two ends no longer agree and the secure channel
 * closes itself.
 *
 * <p>
 * A command with extended lengths is wrapped as one. A short command never becomes an extended one, as the channel does not know whether
 * the card takes those: one that protection makes longer than 255 bytes is not sent (code {@code too-long}), and nothing is lost by that.
 * GlobalPlatform's own commands are short (2.3.1 §11.1.5), those of them that may be longer go out by {@link #transmitInParts}; how a MAC
 * covers an extended length is specified for SCP03 and SCP02 in part only and for SCP01 not at all, see {@code docs/key-sets.md}.
 */
public final class SecureChannel implements CardChannel {

    private static final Words WORDS = Words.of(SecureChannel.class);

    private static final String END_STEP = WORDS.say("end the protection of answers");
    private static final int SHORT = 255;

    private final CardChannel below;
    private final InitUpdateResponse card;
    private final HostSession session;
    private final boolean keepLe;
    private final boolean encryptEmpty;
    /** As EXTERNAL AUTHENTICATE asked for. */
    private final SecurityLevel opened;
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
        opened = level;
        life = new Life(level);
        owner = true;
    }

    private SecureChannel(SecureChannel of, CardChannel via) {
        below = via;
        card = of.card;
        session = of.session;
        keepLe = of.keepLe;
        encryptEmpty = of.encryptEmpty;
        opened = of.opened;
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

    /** Greatest number of plain data bytes that one short command of this channel takes. */
    public int maxData() {
        return maxData(false);
    }

    /**
     * Greatest number of plain data bytes that one command of this channel takes.
     *
     * @param extended of one with extended lengths (whether the card takes those, its answer to reset or its maker says), else of a short
     *                 one
     */
    public int maxData(boolean extended) {
        return session.session().maxData(life.level, extended);
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
        return exchange(plain, OptionalInt.empty());
    }

    /**
     * True for DELETE, INSTALL and PUT KEY, whose data may come in parts, all but the last with bit 8 of P1 (GlobalPlatform 2.3.1 §11.2, §11.5,
     * §11.8).
     */
    public static boolean mayComeInParts(CommandApdu command) {
        return (command.cla() & 0x80) != 0 && switch (command.ins()) {
            case 0xD8, 0xE4, 0xE6 -> true;
            default -> false;
        };
    }

    /** True for a part of such a command that is not its last. */
    public static boolean isPart(CommandApdu command) {
        // FF is no version of keys and no form of INSTALL
        return mayComeInParts(command) && (command.p1() & 0x80) != 0 && command.p1() != 0xFF;
    }

    /**
     * Sends DELETE, INSTALL or PUT KEY. What does not fit a short command is protected as a whole and then cut into parts (2.3.1 §11.1.5.1).
     * A card that refuses a part does not know the whole: its status
     * word is the answer then, and a channel that protects commands closes itself.
     *
     * @param plain the whole command, however its lengths are coded
     * @param size  most data bytes of a part as it is sent, at least 1, at most 255
     * @return the answer to the whole
     */
    public ResponseApdu transmitInParts(CommandApdu plain, int size) throws EscException {
        if (size < 1 || size > SHORT) {
            throw new IllegalArgumentException("A part has 1 to 255 bytes, not " + size);
        }
        // a MAC covers a length of three bytes once the whole has more than 255
        boolean outgrows = plain.nc() > maxData();
        return exchange(CommandApdu.of(plain.cla(), plain.ins(), plain.p1(), plain.p2(), plain.data(), 0, plain.nc(), plain.ne(), outgrows),
                OptionalInt.of(size));
    }

    /** @param parts most bytes of a part; empty to send the command as one */
    private ResponseApdu exchange(CommandApdu plain, OptionalInt parts) throws EscException {
        life.lock.lock();
        try {
            if (life.closed) {
                throw new CardException(WORDS.say("send a command over the secure channel"),
                        WORDS.say("The secure channel to the card has been closed."));
            }
            SecurityLevel level = life.level;
            if (!level.cMac() && !answersAreChained()) {
                return bring(plain, parts).answer;
            }
            if (plain.nc() > maxData(plain.isExtended())) {
                throw tooLong(plain);
            }
            boolean agreed = false;
            try {
                Brought brought = send(plain, level, parts);
                if (!brought.whole) {
                    return brought.answer;
                }
                ResponseApdu answer = answersAreChained() || level.rMac() ? unwrapped(plain, brought.answer, level) : brought.answer;
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

    /** An answer. @param whole false if it refuses a part of the command */
    private record Brought(ResponseApdu answer, boolean whole) {
    }

    private Brought bring(CommandApdu command, OptionalInt parts) throws EscException {
        if (parts.isEmpty() || command.nc() <= parts.getAsInt()) {
            return new Brought(below.transmit(command), true);
        }
        byte[] data = command.data();
        int size = parts.getAsInt();
        for (int at = 0; data.length - at > size; at += size) {
            ResponseApdu r = below.transmit(part(command, 0x80, data, at, size));
            if (!r.isOk()) {
                return new Brought(r, false);
            }
        }
        int rest = (data.length - 1) % size + 1;
        return new Brought(below.transmit(part(command, 0, data, data.length - rest, rest)), true);
    }

    private static CommandApdu part(CommandApdu of, int more, byte[] data, int at, int length) {
        return CommandApdu.of(of.cla(), of.ins(), of.p1() | more, of.p2(), data, at, length,
                of.ne().isPresent() ? OptionalInt.of(256) : OptionalInt.empty());
    }

    private CardException tooLong(CommandApdu plain) {
        Problem p = Problem.of(Fault.CARD, WORDS.say("send a command over the secure channel"), plain.isExtended()
                ? WORDS.say("The command has {0} data bytes; protected by this secure channel one takes {1}.", plain.nc(), maxData(true))
                : WORDS.say("The command has {0} data bytes; protected by this secure channel a short command takes {1}.", plain.nc(), maxData(false)))
                .code("too-long");
        return new CardException(plain.isExtended() ? p : p.advice(WORDS.say("Send it with extended lengths, if the card takes those.")), null);
    }

    private boolean answersAreChained() {
        Optional<ResponseMac> r = session.session().responseMac();
        return r.isPresent() && r.get().isRunning();
    }

    private Brought send(CommandApdu plain, SecurityLevel level, OptionalInt parts) throws EscException {
        boolean le = keepLe && (plain.ne().isPresent() || level.rMac());
        CommandApdu command;
        if (level.cMac()) {
            Session s = session.session();
            int length = s.wrap(plain, level, encryptEmpty);
            OptionalInt ne = le ? OptionalInt.of(expected(plain, level)) : OptionalInt.empty();
            command = s.command(Session.secured(plain.cla()), plain, length, ne);
        } else {
            command = level.rMac() && le ? plain.withNe(expected(plain, level)) : plain;
        }
        Brought wrapped = bring(command, parts);
        if (life.closed) {
            throw new CardException(WORDS.say("send a command over the secure channel"),
                    WORDS.say("The secure channel was closed meanwhile."));
        }
        return wrapped;
    }

    /** Le of what is sent: whatever comes in a short answer; in an extended one what was asked for, with room for its protection. */
    private int expected(CommandApdu plain, SecurityLevel level) {
        return plain.isExtended() ? Math.min(65536, session.session().protectedLength(plain.ne().orElse(256), level)) : 256;
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
        return new CardException(Problem.of(Fault.CARD, WORDS.say("check the card's answer"),
                WORDS.say("The card's answer was altered on its way.")).code("answer-not-authentic")
                .advice(WORDS.say("Start the operation again; if it happens again, do not trust the connection.")), null);
    }

    /**
     * BEGIN R-MAC SESSION: from here on the card protects its answers, more than EXTERNAL AUTHENTICATE asked for. In SCP02
     * (GlobalPlatform 2.2.1 §E.5.3) they are chained together with their commands; in SCP03 (Amendment D §7.1.3) the level is raised,
     * R-MAC for commands that have C-MAC, R-ENCRYPTION for those that are encrypted too. Cards need not have the command; one that has
     * not answers 6D00.
     *
     * @param data up to 24 bytes that go into what is signed, such as a challenge
     * @param wish the protection from here on: that of now with R-MAC, in SCP03 also with R-ENCRYPTION; in SCP02 that of now if only
     *             {@link #endResponseMac} is to carry a MAC, over all answers
     * @return the card's answer; only 9000 begins the session
     * @throws EscException             if no answer came, or the card's protocol does not offer this (code {@code security-level})
     * @throws IllegalArgumentException if the wish is not more than what there is, or would change the protection of commands
     * @throws IllegalStateException    if such a session is under way
     */
    public ResponseApdu beginResponseMac(byte[] data, SecurityLevel wish) throws EscException {
        if (data.length > 24) {
            throw new IllegalArgumentException("BEGIN R-MAC SESSION takes 24 bytes, not " + data.length);
        }
        byte[] field = new byte[data.length + 1];
        field[0] = (byte) data.length;
        System.arraycopy(data, 0, field, 1, data.length);
        life.lock.lock();
        try {
            Optional<ResponseMac> chain = session.session().responseMac();
            SecurityLevel now = life.level;
            if (!scp().offersResponseMac() || wish.rEnc() && !scp().offersResponseEncryption()) {
                throw new CardException(Problem.of(Fault.CARD, WORDS.say("have the card protect its answers"), wish.rEnc()
                        ? WORDS.say("The card's {0} does not offer R-MAC sessions with encryption.", scp())
                        : WORDS.say("The card's {0} does not offer R-MAC sessions.", scp())).code("security-level"), null);
            }
            if (chain.isPresent() ? chain.get().isRunning() : !now.equals(opened)) {
                throw new IllegalStateException("The answers of this channel are under such a session already");
            }
            if (!wish.extendsAnswersOf(now) || chain.isEmpty() && (!wish.rMac() || wish.equals(now) || now.rEnc() || !now.cMac())) {
                throw new IllegalArgumentException("A channel at level " + now + " cannot begin an R-MAC session at level " + wish);
            }
            var command = CommandApdu.of(0x80, ResponseMac.BEGIN, wish.bits() & 0x30, 1, field);
            ResponseApdu r = transmit(command);
            if (r.isOk()) {
                chain.ifPresent(c -> c.begin(command));
                life.level = wish;
            }
            return r;
        } finally {
            life.lock.unlock();
        }
    }

    /**
     * END R-MAC SESSION (§E.5.4; Amendment D §7.1.4). In SCP02 the card answers its MAC over all since the beginning, which is compared
     * with ours; in SCP03, where each answer is signed for itself, the R-MAC of this answer, and the level is again that of EXTERNAL
     * AUTHENTICATE.
     *
     * @param last whether the session ends; else it goes on, in SCP02 only
     * @throws EscException             if no answer came, the card refuses, or its MAC is another (code {@code answer-not-authentic}; the
     *                                  channel is then closed)
     * @throws IllegalArgumentException if an SCP03 session is to go on
     * @throws IllegalStateException    if there is no such session
     */
    public void endResponseMac(boolean last) throws EscException {
        life.lock.lock();
        try {
            Optional<ResponseMac> chain = session.session().responseMac();
            if (life.closed || (chain.isPresent() ? !chain.get().isRunning() : life.level.equals(opened))) {
                throw new IllegalStateException("The answers of this channel are not under an R-MAC session");
            }
            if (chain.isEmpty() && !last) {
                throw new IllegalArgumentException(scp() + " has no MAC over several answers to ask for");
            }
            var command = CommandApdu.of(0x80, ResponseMac.END, 0, last ? ResponseMac.LAST : ResponseMac.READ, new byte[0], 256);
            if (chain.isPresent()) {
                compare(command, chain.get());
            } else {
                transmit(command).orThrow(END_STEP);
            }
            if (last) {
                chain.ifPresent(ResponseMac::end);
                life.level = chain.isPresent() ? life.level.withAnswers(0) : opened;
            }
        } finally {
            life.lock.unlock();
            if (life.closed) {
                erase();
            }
        }
    }

    /** Sends END R-MAC SESSION of SCP02, which is no part of what its MAC covers. */
    private void compare(CommandApdu command, ResponseMac chain) throws EscException {
        boolean agreed = false;
        try {
            ResponseApdu r = send(command, life.level, OptionalInt.empty()).answer.orThrow(END_STEP);
            if (!MessageDigest.isEqual(r.data(), chain.current())) {
                throw altered();
            }
            agreed = true;
            below.explain(command, r, session.session().chain());
        } finally {
            life.closed |= !agreed;
        }
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
