// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;

/**
 * The card's end of a secure channel: one per card, started anew by each INITIALIZE UPDATE. Counting and locking after
 * failed authentications, the sequence counter and random challenges are the card manager's business. Used by one
 * thread at a time.
 */
public final class CardSecureChannel implements AutoCloseable {

    /** Instruction byte of INITIALIZE UPDATE. */
    public static final int INITIALIZE_UPDATE = 0x50;
    /** Instruction byte of EXTERNAL AUTHENTICATE. */
    public static final int EXTERNAL_AUTHENTICATE = 0x82;

    private static final int AUTHENTICATION_FAILED = 0x6300;
    private static final int WRONG_LENGTH = 0x6700;
    private static final int SECURITY_NOT_SATISFIED = 0x6982;
    private static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    private static final int WRONG_SECURE_MESSAGING = 0x6988;
    private static final int WRONG_DATA = 0x6A80;
    private static final int WRONG_P1_P2 = 0x6A86;
    private static final int UNKNOWN_INSTRUCTION = 0x6D00;

    private Session session;
    private SecurityLevel level = SecurityLevel.NONE;
    /** As EXTERNAL AUTHENTICATE asked for. */
    private SecurityLevel opened = SecurityLevel.NONE;
    private boolean open;
    /** The longest answer that the command last unwrapped lets pass. */
    private int frame = 256;

    /** A channel not yet started. */
    public CardSecureChannel() {
        // nothing is known before INITIALIZE UPDATE
    }

    /**
     * The pseudo-random challenge of cards whose options say so ({@link ScpVersion#pseudoRandom}): computed from the
     * sequence counter and the AID of the application that was asked.
     */
    public static byte[] pseudoRandomChallenge(KeySet keys, ScpVersion scp, int sequence, byte[] aid) {
        return switch (scp.protocol()) {
            case 2 -> DesSession.scp02Challenge(keys, scp, sequence, aid);
            case 3 -> Scp03Session.challenge(keys, scp, sequence, aid);
            default -> throw new IllegalArgumentException(scp + " draws its challenge at random");
        };
    }

    /** Bytes of the card's challenge: 6 for SCP02, else as the host's. */
    public static int challengeLength(ScpVersion scp) {
        return scp.protocol() == 2 ? 6 : scp.challengeLength();
    }

    /**
     * Starts a new session, ending the one before.
     *
     * @param keys          static keys of the version asked for, of the protocol's type
     * @param kdd           key diversification data, 10 bytes
     * @param hostChallenge data field of the command
     * @param sequence      sequence counter (SCP02, and SCP03 with pseudo-random challenge; else ignored)
     * @param cardChallenge {@link #challengeLength} random bytes, or the {@link #pseudoRandomChallenge}
     * @return the answer's data field
     * @throws CardRefusal              6700 if the host challenge has a wrong length
     * @throws IllegalArgumentException if keys, options or card challenge do not fit the protocol
     */
    public byte[] initializeUpdate(KeySet keys, ScpVersion scp, byte[] kdd, byte[] hostChallenge, int sequence,
            byte[] cardChallenge) throws CardRefusal {
        close();
        if (hostChallenge.length != scp.challengeLength()) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        if (cardChallenge.length != challengeLength(scp)) {
            throw new IllegalArgumentException("The card challenge of " + scp + " cannot have " + cardChallenge.length
                    + " bytes");
        }
        session = Session.derive(keys, scp, sequence, hostChallenge, cardChallenge);
        return InitUpdateResponse.of(kdd, keys.version(), scp, sequence, cardChallenge, session.cardCryptogram())
                .encoded();
    }

    /**
     * Checks the host's cryptogram and the command's MAC, and opens the channel at the level P1 asks for.
     *
     * @throws CardRefusal 6985 without INITIALIZE UPDATE just before, 6700 wrong length, 6A86 a level not offered, 6300
     *                     wrong cryptogram, 6988 wrong MAC; the session is then over
     */
    public void externalAuthenticate(CommandApdu command) throws CardRefusal {
        if (session == null || open) {
            throw refused(CONDITIONS_NOT_SATISFIED);
        }
        int mac = session.scp().macLength();
        if (command.nc() != 2 * mac) {
            throw refused(WRONG_LENGTH);
        }
        SecurityLevel asked;
        try {
            asked = new SecurityLevel(command.p1());
        } catch (IllegalArgumentException _) {
            throw refused(WRONG_P1_P2);
        }
        if (command.p2() != 0 || !asked.fits(session.scp())) {
            throw refused(WRONG_P1_P2);
        }
        boolean knows = MessageDigest.isEqual(session.hostCryptogram(), Arrays.copyOf(command.data(), mac));
        boolean whole = session.unwrap(command, SecurityLevel.C_MAC) != Session.BROKEN;
        if (!knows) {
            throw refused(AUTHENTICATION_FAILED);
        }
        if (!whole) {
            throw refused(WRONG_SECURE_MESSAGING);
        }
        if (asked.rMac()) {
            session.responseMac().ifPresent(ResponseMac::start);
        }
        level = asked;
        opened = asked;
        open = true;
    }

    /**
     * Opens a channel by its first signed command, for cards whose options say so ({@link ScpVersion#isImplicit}). When it returns, the
     * sequence counter is to be increased.
     *
     * @param sequence the card's sequence counter
     * @param selected the application that is selected
     * @return the plain command
     * @throws CardRefusal 6988 if the MAC is wrong; there is then no channel
     */
    public CommandApdu initiate(KeySet keys, ScpVersion scp, int sequence, Aid selected, CommandApdu command) throws CardRefusal {
        close();
        session = Session.derive(keys, scp, sequence, new byte[0], selected.bytes());
        level = SecurityLevel.C_MAC;
        open = true;
        return unwrap(command);
    }

    /**
     * Verifies and takes off the protection of a command, short or extended. An Le behind the MAC is kept; the secure messaging bit of the
     * class is cleared. At level 00 a command passes unchanged but for that bit.
     *
     * @throws CardRefusal 6985 without an open channel, 6982 if the command is unprotected although the level asks for
     *                     it, 6988 if its MAC or padding is wrong; the session is over after 6988
     */
    public CommandApdu unwrap(CommandApdu command) throws CardRefusal {
        if (!open) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        CommandApdu plain;
        int cla = Session.plain(command.cla());
        if (session.scp().isImplicit() && !Session.isSecured(command.cla())) {
            // the channel stays, but the next signed command begins another (§E.1.6)
            level = SecurityLevel.NONE.withAnswers(level.bits() & 0x10);
        }
        if (level.cMac() || session.scp().isImplicit()) {
            if (!Session.isSecured(command.cla()) || !level.cMac()) {
                throw new CardRefusal(SECURITY_NOT_SATISFIED);
            }
            int length = session.unwrap(command, level);
            if (length == Session.BROKEN) {
                throw refused(WRONG_SECURE_MESSAGING);
            }
            plain = session.command(cla, command, length, command.ne());
        } else {
            plain = cla == command.cla() ? command : CommandApdu.of(cla, command.ins(), command.p1(), command.p2(), command.data(), 0,
                    command.nc(), command.ne(), command.isExtended());
        }
        frame = Math.max(256, command.ne().orElse(256));
        if (answersAreChained()) {
            session.note(plain);
        }
        return plain;
    }

    private boolean answersAreChained() {
        Optional<ResponseMac> r = session.responseMac();
        return r.isPresent() && r.get().isRunning();
    }

    /** True if a command must go through {@link #unwrap} and its answer through {@link #wrap} although its class does not say so. */
    public boolean takesPlain() {
        return open && !level.cMac() && answersAreChained();
    }

    /**
     * BEGIN and END R-MAC SESSION, unwrapped (SCP02: GlobalPlatform 2.2.1 §E.5.3, §E.5.4; SCP03: Amendment D §7.1.3, §7.1.4). The answer
     * goes out without {@link #wrap}: it is its own.
     *
     * @throws CardRefusal 6D00 for other commands or options, 6985 out of order or where commands are protected less than answers would be,
     *                     6A86 and 6A80 for fields that make no sense; the channel stays
     */
    public ResponseApdu responseMacSession(CommandApdu plain) throws CardRefusal {
        if (!open || !session.scp().offersResponseMac()) {
            throw new CardRefusal(UNKNOWN_INSTRUCTION);
        }
        Optional<ResponseMac> chain = session.responseMac();
        boolean running = chain.isPresent() ? chain.get().isRunning() : !level.equals(opened);
        switch (plain.ins()) {
            case ResponseMac.BEGIN -> {
                begins(plain, chain.isPresent(), running);
                SecurityLevel next = level.withAnswers(plain.p1());
                // before that the answer is protected as the level was
                ResponseApdu answer = chain.isPresent() ? ResponseApdu.ok() : wrap(ResponseApdu.ok());
                chain.ifPresent(c -> c.begin(plain));
                level = next;
                return answer;
            }
            case ResponseMac.END -> {
                if (plain.p1() != 0 || plain.p2() != ResponseMac.LAST && (chain.isEmpty() || plain.p2() != ResponseMac.READ)) {
                    throw new CardRefusal(WRONG_P1_P2);
                }
                if (!running) {
                    throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
                }
                if (chain.isEmpty()) {
                    ResponseApdu answer = wrap(ResponseApdu.ok());
                    level = opened;
                    return answer;
                }
                byte[] current = chain.get().current();
                if (plain.p2() == ResponseMac.LAST) {
                    chain.get().end();
                    level = level.withAnswers(0);
                }
                return ResponseApdu.ok(current);
            }
            default -> throw new CardRefusal(UNKNOWN_INSTRUCTION);
        }
    }

    private void begins(CommandApdu plain, boolean chained, boolean running) throws CardRefusal {
        boolean encrypted = plain.p1() == 0x30;
        boolean known = plain.p1() == 0x10 || (chained ? plain.p1() == 0 : encrypted && session.scp().offersResponseEncryption());
        if (plain.p2() != 1 || !known) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        byte[] data = plain.data();
        if (data.length == 0 || data.length > 25 || data[0] != data.length - 1) {
            throw new CardRefusal(WRONG_DATA);
        }
        boolean less = !level.cMac() || encrypted && !level.cDec();
        boolean already = level.rEnc() || level.rMac() && !encrypted;
        if (running || !chained && (less || already)) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
    }

    /** True for the commands of {@link #responseMacSession}. */
    public static boolean isResponseMacSession(CommandApdu plain) {
        return plain.ins() == ResponseMac.BEGIN || plain.ins() == ResponseMac.END;
    }

    /** Protects the answer to the command just unwrapped, where the level asks for it; else gives it back as it is. */
    public ResponseApdu wrap(ResponseApdu plain) {
        if (!open) {
            return plain;
        }
        if (!level.rMac()) {
            if (answersAreChained()) {
                session.responseMac().ifPresent(r -> r.follow(plain));
            }
            return plain;
        }
        return session.answer(session.wrapAnswer(plain, level), plain.sw());
    }

    /** Greatest number of plain answer bytes that fit the answer to the command just unwrapped, at this level. */
    public int maxAnswer() {
        if (!open || !level.rMac()) {
            return frame;
        }
        int room = frame - session.scp().macLength();
        return level.rEnc() ? room / 16 * 16 - 1 : room;
    }

    /**
     * Decrypts key material that came encrypted under the data encryption key.
     *
     * @throws CardRefusal 6985 without an open channel, 6700 if the data is no multiple of the block
     */
    public byte[] decryptDek(byte[] data) throws CardRefusal {
        if (!open) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        if (data.length % session.scp().keyType().blockSize() != 0) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return session.dekDecrypt(data);
    }

    /** Protection of the open channel; {@link SecurityLevel#NONE} while there is none. */
    public SecurityLevel level() {
        return level;
    }

    /** True from a successful EXTERNAL AUTHENTICATE until the session ends. */
    public boolean isOpen() {
        return open;
    }

    /** True between a good INITIALIZE UPDATE and the EXTERNAL AUTHENTICATE that answers it. */
    public boolean awaitsAuthentication() {
        return session != null && !open;
    }

    private CardRefusal refused(int sw) {
        close();
        return new CardRefusal(sw);
    }

    /** Ends the session and erases its keys; the object can start another. */
    @Override
    public void close() {
        open = false;
        level = SecurityLevel.NONE;
        opened = SecurityLevel.NONE;
        frame = 256;
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
