// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
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
    private static final int WRONG_P1_P2 = 0x6A86;

    private Session session;
    private SecurityLevel level = SecurityLevel.NONE;
    private boolean open;

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
        byte[] body = command.data();
        boolean knows = MessageDigest.isEqual(session.hostCryptogram(), Arrays.copyOf(body, mac));
        boolean whole = session.unwrap(command.cla(), command.ins(), command.p1(), command.p2(), body,
                SecurityLevel.C_MAC).isPresent();
        if (!knows) {
            throw refused(AUTHENTICATION_FAILED);
        }
        if (!whole) {
            throw refused(WRONG_SECURE_MESSAGING);
        }
        level = asked;
        open = true;
    }

    /**
     * Verifies and takes off the protection of a command. An Le behind the MAC is kept; the secure messaging bit of the
     * class is cleared. At level 00 a command passes unchanged but for that bit.
     *
     * @throws CardRefusal 6985 without an open channel, 6982 if the command is unprotected although the level asks for
     *                     it, 6988 if its MAC or padding is wrong; the session is over after 6988
     */
    public CommandApdu unwrap(CommandApdu command) throws CardRefusal {
        if (!open) {
            throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
        }
        int cla = command.cla() & ~0x04;
        byte[] data = command.data();
        if (level.cMac()) {
            if ((command.cla() & 0x04) == 0) {
                throw new CardRefusal(SECURITY_NOT_SATISFIED);
            }
            if (command.isExtended()) {
                throw refused(WRONG_LENGTH);
            }
            data = session.unwrap(command.cla(), command.ins(), command.p1(), command.p2(), data, level)
                    .orElseThrow(() -> refused(WRONG_SECURE_MESSAGING));
        }
        return command.ne().isPresent()
                ? CommandApdu.of(cla, command.ins(), command.p1(), command.p2(), data, command.ne().getAsInt())
                : CommandApdu.of(cla, command.ins(), command.p1(), command.p2(), data);
    }

    /** Protects the answer to the command just unwrapped, where the level asks for it; else gives it back as it is. */
    public ResponseApdu wrap(ResponseApdu plain) {
        if (!open || !level.rMac()) {
            return plain;
        }
        int sw = plain.sw().value();
        // an error's answer carries no data and no MAC (Amendment D §6.2.5)
        return Session.isProtected(sw) ? ResponseApdu.of(session.wrapAnswer(plain.data(), sw, level), sw)
                : ResponseApdu.of(sw);
    }

    /** Greatest number of plain answer bytes that fit a short answer at this level. */
    public int maxAnswer() {
        if (!open || !level.rMac()) {
            return 256;
        }
        int room = 256 - session.scp().macLength();
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
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
