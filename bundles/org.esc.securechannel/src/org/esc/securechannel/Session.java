// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;

/**
 * The keys and running state of one secure channel session. Host and card use the same class, so that each primitive
 * exists once: the host wraps commands and unwraps answers, the card the other way round. Used by one thread at a time.
 */
abstract sealed class Session implements AutoCloseable permits DesSession, Scp03Session {

    private final ScpVersion scp;

    Session(ScpVersion scp) {
        this.scp = scp;
    }

    /**
     * Derives a session.
     *
     * @param keys      static keys, copied as far as needed
     * @param sequence  SCP02 sequence counter, else ignored
     * @param host      host challenge
     * @param card      card challenge
     * @throws EscException             if a token that holds the keys fails
     * @throws IllegalArgumentException if the keys do not fit the protocol, or its options are not supported
     */
    static Session derive(StaticKeys keys, ScpVersion scp, int sequence, byte[] host, byte[] card) throws EscException {
        if (keys.type() != scp.keyType()) {
            throw new IllegalArgumentException(scp + " needs keys of type " + scp.keyType() + ", not " + keys.type());
        }
        if (!scp.isSupported()) {
            throw new IllegalArgumentException(scp + " is not supported");
        }
        return switch (scp.protocol()) {
            case 1 -> DesSession.scp01(keys, scp, host, card);
            case 2 -> DesSession.scp02(keys, scp, sequence, host, card);
            default -> new Scp03Session(keys, scp, host, card);
        };
    }

    /** As the long form, from keys at hand. */
    static Session derive(KeySet keys, ScpVersion scp, int sequence, byte[] host, byte[] card) {
        try (var all = StaticKeys.of(keys)) {
            return derive(all, scp, sequence, host, card);
        } catch (EscException e) {
            throw new IllegalStateException("Keys at hand do not fail", e);
        }
    }

    final ScpVersion scp() {
        return scp;
    }

    /** The cryptogram by which the card proves itself. */
    abstract byte[] cardCryptogram();

    /** The cryptogram by which the host proves itself. */
    abstract byte[] hostCryptogram();

    /**
     * Host: the data field that replaces {@code data}, protected by {@code level} (which has C-MAC). Advances the MAC
     * chain.
     */
    abstract byte[] wrap(int cla, int ins, int p1, int p2, byte[] data, SecurityLevel level, boolean encryptEmpty);

    /** Card: the plain data field, or empty if the MAC or padding is wrong (the session is then over). */
    abstract Optional<byte[]> unwrap(int cla, int ins, int p1, int p2, byte[] body, SecurityLevel level);

    /** Card: the answer's data field with R-MAC and R-ENCRYPTION as {@code level} asks. */
    byte[] wrapAnswer(byte[] data, int sw, SecurityLevel level) {
        return data;
    }

    /** Host: the plain data of an answer, or empty if its MAC or padding is wrong. */
    Optional<byte[]> unwrapAnswer(byte[] data, int sw, SecurityLevel level) {
        return Optional.of(data);
    }

    /** Greatest number of plain data bytes a short command takes. */
    abstract int maxData(SecurityLevel level);

    /** Encrypts key material with the data encryption key of this session. @throws EscException if a token that holds it fails */
    abstract byte[] dekEncrypt(byte[] data) throws EscException;

    /** Card: decrypts key material with the data encryption key of this session, which is at hand. */
    abstract byte[] dekDecrypt(byte[] data);

    /** The card's own key; only a host may have it in a token. */
    static BlockKey atHand(StaticKey key) {
        return switch (key) {
            case BlockKey b -> b;
            default -> throw new IllegalStateException("A card has its keys at hand");
        };
    }

    @Override
    public abstract void close();

    /** data ‖ first bytes of the MAC. */
    static byte[] withMac(byte[] data, byte[] mac, int macLength) {
        byte[] body = Arrays.copyOf(data, data.length + macLength);
        System.arraycopy(mac, 0, body, data.length, macLength);
        return body;
    }

    /** Compares the end of {@code body} with a MAC in constant time. */
    static boolean endsWithMac(byte[] body, byte[] mac, int macLength) {
        return MessageDigest.isEqual(Arrays.copyOfRange(body, body.length - macLength, body.length),
                Arrays.copyOf(mac, macLength));
    }

    /** True for status words whose answer is protected: 9000 and the warnings 62xx, 63xx (Amendment D §6.2.5). */
    static boolean isProtected(int sw) {
        return sw == 0x9000 || sw >> 8 == 0x62 || sw >> 8 == 0x63;
    }
}
