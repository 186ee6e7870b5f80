// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;

/** SCP03 (GlobalPlatform Amendment D): AES, encryption, then a chained CMAC; also over answers. */
final class Scp03Session extends Session {

    private static final int CARD_CRYPTOGRAM = 0x00;
    private static final int HOST_CRYPTOGRAM = 0x01;
    private static final int CHALLENGE = 0x02;
    private static final int S_ENC = 0x04;
    private static final int S_MAC = 0x06;
    private static final int S_RMAC = 0x07;

    private final BlockKey enc;
    private final BlockKey mac;
    private final BlockKey rmac;
    private final StaticKey dek;
    private final byte[] cardCryptogram;
    private final byte[] hostCryptogram;
    private final int macLength;
    private final byte[] counter = new byte[16];
    private byte[] chain = new byte[16];
    private boolean first = true;

    Scp03Session(StaticKeys keys, ScpVersion scp, byte[] host, byte[] card) throws EscException {
        super(scp);
        macLength = scp.macLength();
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

    private byte[] iv(boolean answer) {
        byte[] block = counter.clone();
        if (answer) {
            block[0] = (byte) 0x80;
        }
        return enc.ecbEncrypt(block);
    }

    /** The counter rises with every command after EXTERNAL AUTHENTICATE, with or without data (Amendment D §6.2.6). */
    private void count() {
        if (first) {
            first = false;
            return;
        }
        for (int i = counter.length - 1; i > 0 && ++counter[i] == 0; i--) {
            // carry into the next byte
        }
    }

    private byte[] commandMac(int cla, int ins, int p1, int p2, byte[] body, int length) {
        byte[] input = new byte[16 + 5 + length];
        System.arraycopy(chain, 0, input, 0, 16);
        // the logical channel number is not part of the MAC
        input[16] = (byte) (cla & ~0x03 | 0x04);
        input[17] = (byte) ins;
        input[18] = (byte) p1;
        input[19] = (byte) p2;
        input[20] = (byte) (length + macLength);
        System.arraycopy(body, 0, input, 21, length);
        return mac.cmac(input);
    }

    @Override
    byte[] wrap(int cla, int ins, int p1, int p2, byte[] data, SecurityLevel level, boolean encryptEmpty) {
        byte[] body = data;
        count();
        if (level.cDec() && data.length > 0) {
            body = enc.cbcEncrypt(iv(false), Primitives.pad80(data, 16));
        }
        chain = commandMac(cla, ins, p1, p2, body, body.length);
        return withMac(body, chain, macLength);
    }

    @Override
    Optional<byte[]> unwrap(int cla, int ins, int p1, int p2, byte[] body, SecurityLevel level) {
        int n = body.length - macLength;
        if (n < 0) {
            return Optional.empty();
        }
        count();
        byte[] tag = commandMac(cla, ins, p1, p2, body, n);
        if (!endsWithMac(body, tag, macLength)) {
            return Optional.empty();
        }
        chain = tag;
        byte[] data = Arrays.copyOf(body, n);
        return level.cDec() && n > 0 ? decrypted(data, false) : Optional.of(data);
    }

    private Optional<byte[]> decrypted(byte[] cipher, boolean answer) {
        if (cipher.length % 16 != 0) {
            return Optional.empty();
        }
        byte[] plain = enc.cbcDecrypt(iv(answer), cipher);
        int length = Primitives.unpaddedLength(plain, 16);
        return length < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(plain, length));
    }

    private byte[] answerMac(byte[] body, int length, int sw) {
        byte[] input = new byte[16 + length + 2];
        System.arraycopy(chain, 0, input, 0, 16);
        System.arraycopy(body, 0, input, 16, length);
        input[16 + length] = (byte) (sw >> 8);
        input[17 + length] = (byte) sw;
        return rmac.cmac(input);
    }

    @Override
    byte[] wrapAnswer(byte[] data, int sw, SecurityLevel level) {
        if (!level.rMac() || !isProtected(sw)) {
            return data;
        }
        byte[] body = level.rEnc() && data.length > 0 ? enc.cbcEncrypt(iv(true), Primitives.pad80(data, 16)) : data;
        return withMac(body, answerMac(body, body.length, sw), macLength);
    }

    @Override
    Optional<byte[]> unwrapAnswer(byte[] data, int sw, SecurityLevel level) {
        if (!level.rMac() || !isProtected(sw)) {
            // an unprotected answer of an error carries no data that anybody may trust
            return !level.rMac() || data.length == 0 ? Optional.of(data) : Optional.empty();
        }
        int n = data.length - macLength;
        if (n < 0 || !endsWithMac(data, answerMac(data, n, sw), macLength)) {
            return Optional.empty();
        }
        byte[] body = Arrays.copyOf(data, n);
        return level.rEnc() && n > 0 ? decrypted(body, true) : Optional.of(body);
    }

    @Override
    int maxData(SecurityLevel level) {
        int room = 255 - macLength;
        return level.cDec() ? room / 16 * 16 - 1 : level.cMac() ? room : 255;
    }

    @Override
    byte[] dekEncrypt(byte[] data) throws EscException {
        return dek.cbcEncrypt(data);
    }

    @Override
    byte[] dekDecrypt(byte[] data) {
        return atHand(dek).cbcDecrypt(new byte[16], data);
    }

    @Override
    public void close() {
        enc.close();
        mac.close();
        rmac.close();
        dek.close();
        Arrays.fill(chain, (byte) 0);
    }
}
