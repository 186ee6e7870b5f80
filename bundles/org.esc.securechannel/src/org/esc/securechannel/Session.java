// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;

/**
 * The keys and running state of one secure channel session. Host and card use the same class, so that each primitive
 * exists once: the host wraps commands and unwraps answers, the card the other way round. Works in buffers of its own: the
 * four operations say how many bytes their result has, or {@link #BROKEN}, and {@link #command} or {@link #answer} makes the
 * one object out of it. Used by one thread at a time.
 *
 * <p>
 * <b>Extended lengths.</b> A short command is wrapped as a short one, an extended as an extended one, and a MAC covers Lc as it is coded:
 * on one byte, or on three, {@code 00} first. GlobalPlatform says this for C-MACs over commands that are chained (2.3.1 §11.1.5.1: length
 * on three bytes) and otherwise knows short commands only (§11.1.5), so that for single extended commands it is practice: of the hosts
 * GlobalPlatformPro and YubiKit (SCP03) and the GlobalPlatform library (SCP01, SCP02, SCP03). Le is part of no MAC.
 * See {@link DesSession} for what is special in SCP01 and SCP02.
 */
abstract sealed class Session implements AutoCloseable permits DesSession, Scp03Session {

    /** Instead of a length: the MAC or the padding is wrong, and the session is over. */
    static final int BROKEN = -1;

    /** Bytes that any short command needs in a buffer, with what a MAC puts before it and padding behind. */
    static final int ROOM = 16 + 7 + 256 + 2 + 32;

    private final ScpVersion scp;
    private byte[] result = {};
    private int start;

    Session(ScpVersion scp) {
        this.scp = scp;
    }

    /**
     * Derives a session.
     *
     * @param keys      static keys, copied as far as needed
     * @param sequence  SCP02 sequence counter, else ignored
     * @param host      host challenge; empty for implicit initiation
     * @param card      card challenge; for implicit initiation the AID of the selected application
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
            case 2 -> scp.isImplicit() ? DesSession.implicit(keys, scp, sequence, card)
                    : DesSession.scp02(keys, scp, sequence, host, card);
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

    /** The cryptogram by which the card proves itself; empty for implicit initiation, where it does not. */
    abstract byte[] cardCryptogram();

    /** The cryptogram by which the host proves itself; empty for implicit initiation, whose first MAC does that. */
    abstract byte[] hostCryptogram();

    /**
     * Host: the data field that goes out in place of the command's, protected by {@code level} (which has C-MAC). Advances the
     * MAC chain.
     */
    abstract int wrap(CommandApdu plain, SecurityLevel level, boolean encryptEmpty);

    /** Card: the plain data field, or {@link #BROKEN}. */
    abstract int unwrap(CommandApdu wrapped, SecurityLevel level);

    /** The MAC chaining value behind the last command, where its own MAC does not show it; else no bytes. */
    byte[] chain() {
        return new byte[0];
    }

    /** Both ends, with R-MAC: the plain command that the next answer is for. */
    void note(CommandApdu plain) {
        // where the MAC of an answer does not cover the command, there is nothing to remember
    }

    /** Card: the answer's data field with R-MAC and R-ENCRYPTION as {@code level} (which has R-MAC) asks. */
    abstract int wrapAnswer(ResponseApdu plain, SecurityLevel level);

    /** Host: the plain data of an answer at a level with R-MAC, or {@link #BROKEN}. */
    abstract int unwrapAnswer(ResponseApdu wrapped, SecurityLevel level);

    /** The MAC of answers where it has a life of its own: SCP02. */
    Optional<ResponseMac> responseMac() {
        return Optional.empty();
    }

    /** Greatest number of plain data bytes that a short or an extended command takes. */
    abstract int maxData(SecurityLevel level, boolean extended);

    /** How many bytes an answer of {@code length} plain ones is on its way. */
    final int protectedLength(int length, SecurityLevel level) {
        int n = level.rEnc() && length > 0 ? (length / 16 + 1) * 16 : length;
        return level.rMac() ? n + scp.macLength() : n;
    }

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

    /** Erases keys and buffers. */
    @Override
    public abstract void close();

    /** Says where the result of an operation lies. */
    final int result(byte[] in, int at, int length) {
        result = in;
        start = at;
        return length;
    }

    /** A command whose data field is the last result, with lengths coded like those of the other. */
    final CommandApdu command(int cla, CommandApdu like, int length, OptionalInt ne) {
        return CommandApdu.of(cla, like.ins(), like.p1(), like.p2(), result, start, length, ne, like.isExtended());
    }

    /** An answer whose data field is the last result. */
    final ResponseApdu answer(int length, StatusWord sw) {
        return ResponseApdu.of(result, start, length, sw);
    }

    /** Bytes of the header of a command with data, Lc included. */
    static int headerLength(CommandApdu c) {
        return c.isExtended() ? 7 : 5;
    }

    /**
     * Writes the header of a command as MACs cover it.
     *
     * @param c  where all but class and Lc is from, and how Lc is coded
     * @param lc bytes of data, as the MAC is to have it
     * @return where the data field begins
     */
    static int header(byte[] into, int at, int cla, CommandApdu c, int lc) {
        into[at] = (byte) cla;
        into[at + 1] = (byte) c.ins();
        into[at + 2] = (byte) c.p1();
        into[at + 3] = (byte) c.p2();
        if (!c.isExtended()) {
            into[at + 4] = (byte) lc;
            return at + 5;
        }
        into[at + 4] = 0;
        into[at + 5] = (byte) (lc >> 8);
        into[at + 6] = (byte) lc;
        return at + 7;
    }

    /**
     * A buffer with room for {@code length} bytes and what a MAC adds: the given one with what is in it, unless a command or an answer is
     * longer than any short one.
     */
    static byte[] roomFor(byte[] buffer, int length) {
        if (buffer.length >= length + ROOM - 256) {
            return buffer;
        }
        byte[] larger = Arrays.copyOf(buffer, length + ROOM - 256);
        Arrays.fill(buffer, (byte) 0);
        return larger;
    }

    /** The class byte with secure messaging indicated (GlobalPlatform 2.2.1 §11.1.4). */
    static int secured(int cla) {
        return (cla & 0x40) == 0 ? cla | 0x04 : cla | 0x20;
    }

    /** True if the class byte indicates secure messaging. */
    static boolean isSecured(int cla) {
        return (cla & 0x40) == 0 ? (cla & 0x04) != 0 : (cla & 0x20) != 0;
    }

    /** The class byte without secure messaging, its logical channel kept. */
    static int plain(int cla) {
        return (cla & 0x40) == 0 ? cla & ~0x04 : cla & ~0x20;
    }

    /** The class byte that MACs cover: no logical channel, no secure messaging. */
    static int bare(int cla) {
        return (cla & 0x40) == 0 ? cla & ~0x0F : cla & ~0x6F;
    }

    /** True for status words whose answer is protected: 9000 and the warnings 62xx, 63xx (Amendment D §6.2.5). */
    static boolean isProtected(StatusWord sw) {
        return sw.value() == 0x9000 || sw.sw1() == 0x62 || sw.sw1() == 0x63;
    }
}
