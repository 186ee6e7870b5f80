// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;

/** SCP03 (GlobalPlatform Amendment D): AES, encryption, then a chained CMAC; also over answers, where it covers no length. */
final class Scp03Session extends Session {

    private static final int CARD_CRYPTOGRAM = 0x00;
    private static final int HOST_CRYPTOGRAM = 0x01;
    private static final int CHALLENGE = 0x02;
    private static final int S_ENC = 0x04;
    private static final int S_MAC = 0x06;
    private static final int S_RMAC = 0x07;

    private static final int BLOCK = 16;
    /** Where the header begins, behind the MAC chaining value. */
    private static final int HEADER = BLOCK;
    /** So many counters are encrypted at once: one call of the cipher costs more than the blocks in it. */
    private static final int BATCH = 8;

    private final BlockKey enc;
    private final BlockKey mac;
    private final BlockKey rmac;
    private final StaticKey dek;
    private final byte[] cardCryptogram;
    private final byte[] hostCryptogram;
    private final int macLength;
    /** MAC chaining value ‖ header ‖ data field, and room for a MAC or padding. */
    private byte[] signed = new byte[ROOM];
    private final byte[] counters = new byte[BATCH * BLOCK];
    private final byte[] ivs = new byte[BATCH * BLOCK];
    private final byte[] answerIv = new byte[BLOCK];
    private final byte[] full = new byte[BLOCK];
    private final byte[] expected;
    private final byte[] received;
    private byte[] plain = new byte[ROOM];
    private byte[] answer = new byte[ROOM];
    private long commands = -1;
    private long batch = -1;

    Scp03Session(StaticKeys keys, ScpVersion scp, byte[] host, byte[] card) throws EscException {
        super(scp);
        macLength = scp.macLength();
        expected = new byte[macLength];
        received = new byte[macLength];
        byte[] context = Primitives.concat(host, card);
        enc = derived(keys.enc(), S_ENC, context);
        mac = derived(keys.mac(), S_MAC, context);
        rmac = derived(keys.mac(), S_RMAC, context);
        dek = keys.dek().share();
        cardCryptogram = Primitives.scp03Kdf(mac, CARD_CRYPTOGRAM, context, macLength);
        hostCryptogram = Primitives.scp03Kdf(mac, HOST_CRYPTOGRAM, context, macLength);
    }

    private static BlockKey derived(StaticKey from, int constant, byte[] context) throws EscException {
        byte[] k = Primitives.scp03Kdf(from, constant, context, from.length());
        BlockKey b = BlockKey.of(KeyType.AES, k);
        Arrays.fill(k, (byte) 0);
        return b;
    }

    /** The pseudo-random card challenge, from the sequence counter and the application's AID (Amendment D §6.2.2.1). */
    static byte[] challenge(KeySet keys, ScpVersion scp, int sequence, byte[] aid) {
        byte[] e = keys.enc();
        byte[] seq = {(byte) (sequence >> 16), (byte) (sequence >> 8), (byte) sequence};
        try (BlockKey k = BlockKey.of(KeyType.AES, e)) {
            return Primitives.scp03Kdf(k, CHALLENGE, Primitives.concat(seq, aid), scp.challengeLength());
        } catch (EscException x) {
            throw new IllegalStateException("Keys at hand do not fail", x);
        } finally {
            Arrays.fill(e, (byte) 0);
        }
    }

    @Override
    byte[] cardCryptogram() {
        return cardCryptogram.clone();
    }

    @Override
    byte[] hostCryptogram() {
        return hostCryptogram.clone();
    }

    /**
     * Adds the IV of the command under way to a block: the encrypted number of the command, counted from EXTERNAL AUTHENTICATE with
     * or without data (Amendment D §6.2.6).
     */
    private void addIv(byte[] block) {
        if (commands / BATCH != batch) {
            batch = commands / BATCH;
            for (int i = 0; i < BATCH; i++) {
                number(counters, i * BLOCK, batch * BATCH + i);
            }
            enc.ecbEncrypt(counters, 0, counters.length, ivs, 0);
        }
        BlockKey.xor(block, 0, ivs, (int) (commands % BATCH) * BLOCK, BLOCK);
    }

    /** As {@link #addIv}, for the answer: the first byte of the number is 80 (§6.2.7). */
    private void addAnswerIv(byte[] block) {
        Arrays.fill(full, (byte) 0);
        number(full, 0, commands);
        full[0] = (byte) 0x80;
        enc.ecbEncrypt(full, 0, BLOCK, answerIv, 0);
        BlockKey.xor(block, 0, answerIv, 0, BLOCK);
    }

    private static void number(byte[] block, int at, long number) {
        for (int i = 0; i < 8; i++) {
            block[at + 15 - i] = (byte) (number >> 8 * i);
        }
    }

    /** Signs what lies in the buffer; the new chaining value replaces the old one. */
    private void sign(CommandApdu c, int length) {
        int body = header(signed, HEADER, bare(c.cla()) | 0x04, c, length + macLength);
        mac.cmac(signed, body + length, signed, 0);
    }

    @Override
    int wrap(CommandApdu c, SecurityLevel level, boolean encryptEmpty) {
        commands++;
        int n = c.nc();
        int body = HEADER + headerLength(c);
        signed = roomFor(signed, n);
        if (level.cDec() && n > 0) {
            plain = roomFor(plain, n);
            c.dataInto(plain, 0);
            n = BlockKey.pad(plain, n, BLOCK);
            addIv(plain);
            enc.cbcEncrypt(plain, 0, n, signed, body);
        } else {
            c.dataInto(signed, body);
        }
        sign(c, n);
        System.arraycopy(signed, 0, signed, body + n, macLength);
        return result(signed, body, n + macLength);
    }

    @Override
    byte[] chain() {
        return Arrays.copyOf(signed, BLOCK);
    }

    @Override
    int unwrap(CommandApdu c, SecurityLevel level) {
        commands++;
        int n = c.nc() - macLength;
        if (n < 0) {
            return BROKEN;
        }
        int body = HEADER + headerLength(c);
        signed = roomFor(signed, c.nc());
        c.dataInto(signed, body);
        System.arraycopy(signed, body + n, received, 0, macLength);
        sign(c, n);
        System.arraycopy(signed, 0, expected, 0, macLength);
        if (!MessageDigest.isEqual(expected, received)) {
            return BROKEN;
        }
        if (!level.cDec() || n == 0) {
            return result(signed, body, n);
        }
        if (n % BLOCK != 0) {
            return BROKEN;
        }
        plain = roomFor(plain, n);
        enc.cbcDecrypt(signed, body, n, plain, 0);
        addIv(plain);
        return result(plain, 0, Primitives.unpaddedLength(plain, n, BLOCK));
    }

    /** The MAC of an answer whose data field lies behind the place of the chaining value. */
    private void signAnswer(int length, ResponseApdu a) {
        System.arraycopy(signed, 0, answer, 0, BLOCK);
        answer[BLOCK + length] = (byte) a.sw().sw1();
        answer[BLOCK + length + 1] = (byte) a.sw().sw2();
        rmac.cmac(answer, BLOCK + length + 2, full, 0);
    }

    @Override
    int wrapAnswer(ResponseApdu a, SecurityLevel level) {
        if (!isProtected(a.sw())) {
            return result(answer, 0, 0);
        }
        int n = a.nr();
        answer = roomFor(answer, n);
        if (level.rEnc() && n > 0) {
            plain = roomFor(plain, n);
            a.dataInto(plain, 0);
            n = BlockKey.pad(plain, n, BLOCK);
            addAnswerIv(plain);
            enc.cbcEncrypt(plain, 0, n, answer, BLOCK);
        } else {
            a.dataInto(answer, BLOCK);
        }
        signAnswer(n, a);
        System.arraycopy(full, 0, answer, BLOCK + n, macLength);
        return result(answer, BLOCK, n + macLength);
    }

    @Override
    int unwrapAnswer(ResponseApdu a, SecurityLevel level) {
        if (!isProtected(a.sw())) {
            // an unprotected answer of an error carries no data that anybody may trust
            return a.nr() == 0 ? result(answer, 0, 0) : BROKEN;
        }
        int n = a.nr() - macLength;
        if (n < 0) {
            return BROKEN;
        }
        answer = roomFor(answer, a.nr());
        a.dataInto(answer, BLOCK);
        System.arraycopy(answer, BLOCK + n, received, 0, macLength);
        signAnswer(n, a);
        System.arraycopy(full, 0, expected, 0, macLength);
        if (!MessageDigest.isEqual(expected, received)) {
            return BROKEN;
        }
        if (!level.rEnc() || n == 0) {
            return result(answer, BLOCK, n);
        }
        if (n % BLOCK != 0) {
            return BROKEN;
        }
        plain = roomFor(plain, n);
        enc.cbcDecrypt(answer, BLOCK, n, plain, 0);
        addAnswerIv(plain);
        return result(plain, 0, Primitives.unpaddedLength(plain, n, BLOCK));
    }

    @Override
    int maxData(SecurityLevel level, boolean extended) {
        int most = extended ? 65535 : 255;
        int room = most - macLength;
        return level.cDec() ? room / BLOCK * BLOCK - 1 : level.cMac() ? room : most;
    }

    @Override
    byte[] dekEncrypt(byte[] data) throws EscException {
        return dek.cbcEncrypt(data);
    }

    @Override
    byte[] dekDecrypt(byte[] data) {
        return atHand(dek).cbcDecrypt(data);
    }

    @Override
    public void close() {
        enc.close();
        mac.close();
        rmac.close();
        dek.close();
        for (byte[] b : new byte[][] {signed, ivs, full, answerIv, expected, received, plain, answer, cardCryptogram, hostCryptogram}) {
            Arrays.fill(b, (byte) 0);
        }
    }
}
