// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;

/**
 * SCP01 (GlobalPlatform 2.1.1 Appendix D) and SCP02 (2.2.1 Appendix E): triple DES, MAC over the plain command, then
 * encryption.
 */
final class DesSession extends Session {

    private static final int MAC = 8;

    private final BlockKey enc;
    private final BlockKey mac;
    private final BlockKey singleMac;
    private final StaticKey dek;
    private final byte[] cardCryptogram;
    private final byte[] hostCryptogram;
    private byte[] lastMac = new byte[MAC];
    private boolean first = true;

    private DesSession(ScpVersion scp, byte[] encKey, byte[] macKey, StaticKey dek, byte[] forCard, byte[] forHost) {
        super(scp);
        enc = BlockKey.of(KeyType.DES3, encKey);
        mac = BlockKey.of(KeyType.DES3, macKey);
        singleMac = BlockKey.singleDes(macKey);
        this.dek = dek;
        cardCryptogram = Primitives.fullMac(enc, forCard);
        hostCryptogram = Primitives.fullMac(enc, forHost);
        for (byte[] k : new byte[][] {encKey, macKey}) {
            Arrays.fill(k, (byte) 0);
        }
    }

    static DesSession scp01(StaticKeys keys, ScpVersion scp, byte[] host, byte[] card) throws EscException {
        byte[] seed = new byte[16];
        System.arraycopy(card, 4, seed, 0, 4);
        System.arraycopy(host, 0, seed, 4, 4);
        System.arraycopy(card, 0, seed, 8, 4);
        System.arraycopy(host, 4, seed, 12, 4);
        boolean one = scp.singleKey();
        byte[] e = keys.enc().ecbEncrypt(seed);
        byte[] m = (one ? keys.enc() : keys.mac()).ecbEncrypt(seed);
        return new DesSession(scp, e, m, (one ? keys.enc() : keys.dek()).share(), Primitives.concat(host, card),
                Primitives.concat(card, host));
    }

    static DesSession scp02(StaticKeys keys, ScpVersion scp, int sequence, byte[] host, byte[] card) throws EscException {
        boolean one = scp.singleKey();
        byte[] seq = {(byte) (sequence >> 8), (byte) sequence};
        byte[] e = scp02Key(keys.enc(), 0x0182, sequence);
        byte[] m = scp02Key(one ? keys.enc() : keys.mac(), 0x0101, sequence);
        byte[] d = scp02Key(one ? keys.enc() : keys.dek(), 0x0181, sequence);
        StaticKey dek = StaticKey.of(KeyType.DES3, d);
        Arrays.fill(d, (byte) 0);
        return new DesSession(scp, e, m, dek, Primitives.concat(host, seq, card), Primitives.concat(seq, card, host));
    }

    /** A session key: the constant and the sequence counter, encrypted in CBC mode with a zero IV (§E.4.1). */
    private static byte[] scp02Key(StaticKey base, int constant, int sequence) throws EscException {
        byte[] seed = new byte[16];
        seed[0] = (byte) (constant >> 8);
        seed[1] = (byte) constant;
        seed[2] = (byte) (sequence >> 8);
        seed[3] = (byte) sequence;
        return base.cbcEncrypt(seed);
    }

    /** The well-known pseudo-random challenge of SCP02 with i bit 7: the MAC of the application's AID (§E.4.2.3). */
    static byte[] scp02Challenge(KeySet keys, ScpVersion scp, int sequence, byte[] aid) {
        byte[] base = scp.singleKey() ? keys.enc() : keys.mac();
        byte[] s = {};
        try (BlockKey b = BlockKey.of(KeyType.DES3, base)) {
            s = scp02Key(b, 0x0101, sequence);
        } catch (EscException e) {
            throw new IllegalStateException("Keys at hand do not fail", e);
        }
        try (BlockKey triple = BlockKey.of(KeyType.DES3, s); BlockKey single = BlockKey.singleDes(s)) {
            return Arrays.copyOf(Primitives.retailMac(single, triple, new byte[8], aid), 6);
        } finally {
            Arrays.fill(base, (byte) 0);
            Arrays.fill(s, (byte) 0);
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

    private byte[] commandMac(int cla, int ins, int p1, int p2, byte[] data) {
        boolean unmodified = scp().unmodifiedMac();
        byte[] input = new byte[5 + data.length];
        // the logical channel number is not part of the MAC
        input[0] = (byte) (unmodified ? cla & ~0x07 : cla & ~0x03 | 0x04);
        input[1] = (byte) ins;
        input[2] = (byte) p1;
        input[3] = (byte) p2;
        input[4] = (byte) (unmodified ? data.length : data.length + MAC);
        System.arraycopy(data, 0, input, 5, data.length);
        byte[] icv = lastMac;
        if (!first && scp().encryptsIcv()) {
            icv = (scp().protocol() == 1 ? mac : singleMac).ecbEncrypt(lastMac);
        }
        return scp().protocol() == 1 ? Primitives.fullMac(mac, icv, input)
                : Primitives.retailMac(singleMac, mac, icv, input);
    }

    @Override
    byte[] wrap(int cla, int ins, int p1, int p2, byte[] data, SecurityLevel level, boolean encryptEmpty) {
        byte[] tag = commandMac(cla, ins, p1, p2, data);
        lastMac = tag;
        first = false;
        if (!level.cDec() || data.length == 0 && !encryptEmpty) {
            return withMac(data, tag, MAC);
        }
        byte[] plain;
        if (scp().protocol() == 1) {
            int n = data.length + 1;
            plain = new byte[(n + 7) / 8 * 8];
            plain[0] = (byte) data.length;
            System.arraycopy(data, 0, plain, 1, data.length);
            if (n % 8 != 0) {
                plain[n] = (byte) 0x80;
            }
        } else {
            plain = Primitives.pad80(data, 8);
        }
        return withMac(enc.cbcEncrypt(new byte[8], plain), tag, MAC);
    }

    @Override
    Optional<byte[]> unwrap(int cla, int ins, int p1, int p2, byte[] body, SecurityLevel level) {
        if (body.length < MAC) {
            return Optional.empty();
        }
        byte[] data = Arrays.copyOf(body, body.length - MAC);
        boolean good = true;
        if (level.cDec() && data.length > 0) {
            if (data.length % 8 != 0) {
                return Optional.empty();
            }
            byte[] plain = enc.cbcDecrypt(new byte[8], data);
            int at = scp().protocol() == 1 ? 1 : 0;
            int n = scp().protocol() == 1 ? scp01Length(plain) : Primitives.unpaddedLength(plain, 8);
            // go on to the MAC even when the padding is wrong, so that the two cannot be told apart
            good = n >= 0;
            data = good ? Arrays.copyOfRange(plain, at, at + n) : plain;
        }
        byte[] tag = commandMac(cla, ins, p1, p2, data);
        lastMac = tag;
        first = false;
        return good & endsWithMac(body, tag, MAC) ? Optional.of(data) : Optional.empty();
    }

    /**
     * Number of data bytes behind the length byte, or -1 if the padding behind them is not 80 00… to the next block.
     */
    private static int scp01Length(byte[] plain) {
        int n = plain[0] & 0xFF;
        int end = n + 1;
        if (end > plain.length || plain.length - end >= 8) {
            return -1;
        }
        for (int i = end; i < plain.length; i++) {
            if (plain[i] != (byte) (i == end ? 0x80 : 0)) {
                return -1;
            }
        }
        return n;
    }

    @Override
    int maxData(SecurityLevel level) {
        return level.cDec() ? 239 : level.cMac() ? 255 - MAC : 255;
    }

    @Override
    byte[] dekEncrypt(byte[] data) throws EscException {
        return dek.ecbEncrypt(data);
    }

    @Override
    byte[] dekDecrypt(byte[] data) {
        return atHand(dek).ecbDecrypt(data);
    }

    @Override
    public void close() {
        enc.close();
        mac.close();
        singleMac.close();
        dek.close();
    }
}
