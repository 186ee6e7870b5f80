// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * The host's end of one session: session keys and, in PUT KEY and key challenges, the key encryption key. Closed with
 * its channel.
 */
public final class HostSession implements AutoCloseable {

    private static final Words WORDS = Words.of(HostSession.class);

    private final Session session;
    private boolean closed;

    private HostSession(Session session) {
        this.session = session;
    }

    /**
     * Derives the session of static keys.
     *
     * @throws EscException if the keys are of another type than the card's protocol, or its options are not supported
     */
    public static HostSession of(KeySet keys, InitUpdateResponse card, byte[] hostChallenge) throws EscException {
        try (var all = StaticKeys.of(keys)) {
            return of(all, card, hostChallenge);
        }
    }

    /**
     * Derives the session of static keys wherever they are. The caller keeps and closes them; keys in a token must be usable as long as
     * the session is, where it encrypts key material.
     *
     * @throws EscException as the other form, or if the token that holds the keys fails
     */
    public static HostSession of(StaticKeys keys, InitUpdateResponse card, byte[] hostChallenge) throws EscException {
        ScpVersion scp = card.scp();
        if (keys.type() != scp.keyType()) {
            throw new EscException(Problem.of(Fault.CARD, WORDS.say("open the secure channel"),
                    WORDS.say("The card speaks {0} and needs {1} keys, but the keys given are {2}.", scp, scp.keyType(), keys.type())).code("wrong-key-type")
                    .advice(WORDS.say("Give keys of the card's kind.")), null);
        }
        if (!scp.isSupported()) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("open the secure channel"),
                    WORDS.say("The card speaks {0}, which is not supported.", scp)).code("unknown-secure-channel"), null);
        }
        if (hostChallenge.length != scp.challengeLength()) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("open the secure channel"),
                    WORDS.say("The card speaks {0} and needs a host challenge of {1} bytes, not {2}.", scp, scp.challengeLength(), hostChallenge.length))
                    .code("wrong-challenge-length"), null);
        }
        return new HostSession(Session.derive(keys, scp, card.sequence().orElse(0), hostChallenge, card.challenge()));
    }

    Session session() {
        return session;
    }

    /** Protocol and options. */
    public ScpVersion scp() {
        return session.scp();
    }

    /**
     * True if the card's cryptogram proves that it holds the same static keys; compared in constant time. With implicit initiation
     * there is none, and nothing to disprove.
     */
    public boolean verifies(InitUpdateResponse card) {
        return MessageDigest.isEqual(session.cardCryptogram(), card.cryptogram());
    }

    /**
     * Encrypts key material for the card: SCP01 triple DES ECB with the static KEK, SCP02 with the session DEK, SCP03
     * AES CBC with a zero IV and the static DEK.
     *
     * @param data a multiple of the block (8 or 16 bytes)
     * @throws EscException             if the token that holds the key fails
     * @throws IllegalArgumentException for other lengths
     */
    public synchronized byte[] encryptWithDek(byte[] data) throws EscException {
        if (closed) {
            throw new IllegalStateException("The session has been closed");
        }
        return session.dekEncrypt(data);
    }

    /**
     * The data field of PUT KEY for a whole new set: {@code version ‖ ENC ‖ MAC ‖ DEK}, each key as {@code 80 10 cipher
     * 03 kcv} for triple DES ({@code 81} for cards with SCP01, which are of a time before {@code 80}), {@code 88 (n+1) length cipher 03
     * kcv} for AES (GlobalPlatform 2.2.1 §11.1.8, §11.8.2.3, Amendment D §7.2).
     *
     * @throws EscException if the token that holds the key that encrypts fails
     */
    public byte[] putKeyData(KeySet newKeys) throws EscException {
        var out = new ByteArrayOutputStream(96);
        out.write(newKeys.version());
        for (byte[] key : new byte[][] {newKeys.enc(), newKeys.mac(), newKeys.dek()}) {
            byte[] kcv = newKeys.kcv(key);
            int block = scp().keyType().blockSize();
            // a 24-byte AES key is filled up to whole blocks; its true length stands before it
            byte[] padded = Arrays.copyOf(key, (key.length + block - 1) / block * block);
            byte[] cipher = encryptWithDek(padded);
            if (newKeys.type() == KeyType.AES) {
                out.write(0x88);
                out.write(cipher.length + 1);
                out.write(key.length);
            } else {
                out.write(scp().protocol() == 1 ? 0x81 : KeyType.DES3.code());
                out.write(cipher.length);
            }
            out.writeBytes(cipher);
            out.write(kcv.length);
            out.writeBytes(kcv);
            Arrays.fill(key, (byte) 0);
            Arrays.fill(padded, (byte) 0);
        }
        return out.toByteArray();
    }

    @Override
    public synchronized void close() {
        closed = true;
        session.close();
    }
}
