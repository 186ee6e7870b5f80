// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;

/**
 * SCP01 (GlobalPlatform 2.1.1 Appendix D) and SCP02 (2.2.1 Appendix E): triple DES, MAC over the plain command, then
 * encryption.
 *
 * <p>
 * Of extended lengths neither says a word, but for one: the R-MAC of SCP02 covers the length of the answer modulo 256 (§E.4.5). All else
 * is practice, that of the GlobalPlatform library: Lc on three bytes in C-MAC and R-MAC, also where it is zero in an R-MAC, and modulo
 * 256 the length byte that SCP01 encrypts with the data (2.1.1 §D.3.4), which is enough as the padding has less than a block.
 */
final class DesSession extends Session {

    private static final int MAC = 8;
    private static final int C_MAC_KEY = 0x0101;
    private static final int R_MAC_KEY = 0x0102;
    private static final int DEK_KEY = 0x0181;
    private static final int ENC_KEY = 0x0182;

    private final BlockKey enc;
    private final BlockKey mac;
    private final BlockKey singleMac;
    private final StaticKey dek;
    private final Optional<ResponseMac> responses;
    private final byte[] cardCryptogram;
    private final byte[] hostCryptogram;
    /** Header ‖ plain data field, as the MAC covers it. */
    private byte[] signed = new byte[ROOM];
    private byte[] plain = new byte[ROOM];
    private byte[] body = new byte[ROOM];
    private final byte[] chain = new byte[MAC];
    private final byte[] icv = new byte[MAC];
    private final byte[] received = new byte[MAC];
    private boolean first = true;

    private DesSession(ScpVersion scp, byte[] encKey, byte[] macKey, StaticKey dek, Optional<ResponseMac> responses, byte[] forCard,
            byte[] forHost) {
        super(scp);
        enc = BlockKey.of(KeyType.DES3, encKey);
        mac = BlockKey.of(KeyType.DES3, macKey);
        singleMac = BlockKey.singleDes(macKey);
        this.dek = dek;
        this.responses = responses;
        cardCryptogram = scp.isImplicit() ? new byte[0] : Primitives.fullMac(enc, forCard);
        hostCryptogram = scp.isImplicit() ? new byte[0] : Primitives.fullMac(enc, forHost);
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
        return new DesSession(scp, e, m, (one ? keys.enc() : keys.dek()).share(), Optional.empty(), Primitives.concat(host, card),
                Primitives.concat(card, host));
    }

    static DesSession scp02(StaticKeys keys, ScpVersion scp, int sequence, byte[] host, byte[] card) throws EscException {
        byte[] seq = {(byte) (sequence >> 8), (byte) sequence};
        return scp02(keys, scp, sequence, sequence, Primitives.concat(host, seq, card), Primitives.concat(seq, card, host), new byte[0]);
    }

    /**
     * A session that begins with its first signed command (§E.1.2.2): the MAC begins with that of the application's AID, and keys for
     * data and answers come from the counter as it is after that command.
     */
    static DesSession implicit(StaticKeys keys, ScpVersion scp, int sequence, byte[] aid) throws EscException {
        DesSession s = scp02(keys, scp, sequence, sequence + 1, new byte[0], new byte[0], aid);
        System.arraycopy(Primitives.retailMac(s.singleMac, s.mac, aid), 0, s.chain, 0, MAC);
        return s;
    }

    private static DesSession scp02(StaticKeys keys, ScpVersion scp, int sequence, int dekSequence, byte[] forCard, byte[] forHost,
            byte[] aid) throws EscException {
        StaticKey m = scp.singleKey() ? keys.enc() : keys.mac();
        Optional<ResponseMac> responses = scp.offersResponseMac()
                ? Optional.of(new ResponseMac(scp02Key(m, R_MAC_KEY, sequence), scp02Key(m, R_MAC_KEY, sequence + 1), aid))
                : Optional.empty();
        byte[] d = scp02Key(scp.singleKey() ? keys.enc() : keys.dek(), DEK_KEY, dekSequence);
        StaticKey dek = StaticKey.of(KeyType.DES3, d);
        Arrays.fill(d, (byte) 0);
        return new DesSession(scp, scp02Key(keys.enc(), ENC_KEY, sequence), scp02Key(m, C_MAC_KEY, sequence), dek, responses, forCard,
                forHost);
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
        byte[] s;
        try (StaticKeys all = StaticKeys.of(keys)) {
            s = scp02Key(scp.singleKey() ? all.enc() : all.mac(), C_MAC_KEY, sequence);
        } catch (EscException e) {
            throw new IllegalStateException("Keys at hand do not fail", e);
        }
        try (BlockKey triple = BlockKey.of(KeyType.DES3, s); BlockKey single = BlockKey.singleDes(s)) {
            return Arrays.copyOf(Primitives.retailMac(single, triple, aid), 6);
        } finally {
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

    /** Signs the plain command that lies in the buffer; its MAC becomes the chain's end. */
    private void sign(CommandApdu c, int length) {
        boolean unmodified = scp().unmodifiedMac();
        int data = unmodified ? header(signed, 0, bare(c.cla()), c, length) : header(signed, 0, bare(c.cla()) | 0x04, c, length + MAC);
        int whole = BlockKey.pad(signed, data + length, MAC);
        if (scp().encryptsIcv() && !first) {
            (scp().protocol() == 1 ? mac : singleMac).ecbEncrypt(chain, 0, MAC, icv, 0);
            BlockKey.xor(signed, 0, icv, 0, MAC);
        } else {
            BlockKey.xor(signed, 0, chain, 0, MAC);
        }
        if (scp().protocol() == 1) {
            mac.cbcMac(signed, 0, whole, chain, 0);
        } else {
            Primitives.retailMac(singleMac, mac, signed, whole, chain);
        }
        if (first) {
            first = false;
            responses.ifPresent(r -> r.origin(chain));
        }
    }

    @Override
    int wrap(CommandApdu c, SecurityLevel level, boolean encryptEmpty) {
        makeRoom(c);
        int n = c.dataInto(signed, headerLength(c));
        sign(c, n);
        if (level.cDec() && (n > 0 || encryptEmpty)) {
            n = packed(c);
            enc.cbcEncrypt(plain, 0, n, body, 0);
        } else {
            c.dataInto(body, 0);
        }
        System.arraycopy(chain, 0, body, n, MAC);
        return result(body, 0, n + MAC);
    }

    private void makeRoom(CommandApdu c) {
        signed = roomFor(signed, c.nc());
        plain = roomFor(plain, c.nc());
        body = roomFor(body, c.nc());
    }

    /** What is encrypted. SCP01 puts a length byte first and pads only what is no whole block then. */
    private int packed(CommandApdu c) {
        if (scp().protocol() == 2) {
            return BlockKey.pad(plain, c.dataInto(plain, 0), MAC);
        }
        plain[0] = (byte) c.nc();
        int n = c.dataInto(plain, 1) + 1;
        return n % MAC == 0 ? n : BlockKey.pad(plain, n, MAC);
    }

    @Override
    int unwrap(CommandApdu c, SecurityLevel level) {
        int n = c.nc() - MAC;
        if (n < 0) {
            return BROKEN;
        }
        makeRoom(c);
        c.dataInto(body, 0);
        System.arraycopy(body, n, received, 0, MAC);
        byte[] data = body;
        int at = 0;
        boolean good = true;
        if (level.cDec() && n > 0) {
            if (n % MAC != 0) {
                return BROKEN;
            }
            enc.cbcDecrypt(body, 0, n, plain, 0);
            data = plain;
            at = scp().protocol() == 1 ? 1 : 0;
            int length = at == 1 ? scp01Length(plain, n) : Primitives.unpaddedLength(plain, n, MAC);
            // go on to the MAC even when the padding is wrong, so that the two cannot be told apart
            good = length >= 0;
            n = good ? length : n - at;
        }
        System.arraycopy(data, at, signed, headerLength(c), n);
        sign(c, n);
        return good & MessageDigest.isEqual(chain, received) ? result(data, at, n) : BROKEN;
    }

    /**
     * Number of data bytes behind the byte that says it modulo 256, or -1 if the padding behind them is not 80 00… to the next block.
     */
    private static int scp01Length(byte[] plain, int length) {
        int padding = length - 1 - plain[0] & 0xFF;
        int n = length - 1 - padding;
        int end = n + 1;
        if (padding >= MAC) {
            return -1;
        }
        for (int i = end; i < length; i++) {
            if (plain[i] != (byte) (i == end ? 0x80 : 0)) {
                return -1;
            }
        }
        return n;
    }

    @Override
    int maxData(SecurityLevel level, boolean extended) {
        int most = extended ? 65535 : 255;
        // SCP01 could take a byte more in its last block; it is not worth another number
        return level.cDec() ? (most - MAC) / MAC * MAC - 1 : level.cMac() ? most - MAC : most;
    }

    @Override
    void note(CommandApdu plainCommand) {
        if (responses.isPresent()) {
            responses.get().note(plainCommand);
        }
    }

    @Override
    int wrapAnswer(ResponseApdu a, SecurityLevel level) {
        return responses.orElseThrow().wrap(this, a);
    }

    @Override
    int unwrapAnswer(ResponseApdu a, SecurityLevel level) {
        return responses.orElseThrow().unwrap(this, a);
    }

    @Override
    Optional<ResponseMac> responseMac() {
        return responses;
    }

    // implicit initiation has its own mode (§E.4.7)
    @Override
    byte[] dekEncrypt(byte[] data) throws EscException {
        return scp().isImplicit() ? dek.cbcEncrypt(data) : dek.ecbEncrypt(data);
    }

    @Override
    byte[] dekDecrypt(byte[] data) {
        return scp().isImplicit() ? atHand(dek).cbcDecrypt(data) : atHand(dek).ecbDecrypt(data);
    }

    @Override
    public void close() {
        enc.close();
        mac.close();
        singleMac.close();
        dek.close();
        responses.ifPresent(ResponseMac::close);
        for (byte[] b : new byte[][] {signed, plain, body, chain, icv, received, cardCryptogram, hostCryptogram}) {
            Arrays.fill(b, (byte) 0);
        }
    }
}
