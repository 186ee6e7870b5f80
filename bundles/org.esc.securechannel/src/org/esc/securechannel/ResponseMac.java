// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.security.MessageDigest;
import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;

/**
 * The R-MAC of SCP02 (GlobalPlatform 2.2.1 §E.4.5): each covers the plain command and its answer, chained to the one before. It runs
 * from EXTERNAL AUTHENTICATE with a level that has it, or between BEGIN and END R-MAC SESSION; then either every answer carries
 * one, or only that of END R-MAC SESSION. An answer with an error status carries none here, but is part of the chain.
 */
final class ResponseMac implements AutoCloseable {

    /** Instruction byte of BEGIN R-MAC SESSION. */
    static final int BEGIN = 0x7A;
    /** Instruction byte of END R-MAC SESSION. */
    static final int END = 0x78;
    /** P2 of END R-MAC SESSION that goes on with the session. */
    static final int READ = 0x01;
    /** P2 of END R-MAC SESSION that ends it. */
    static final int LAST = 0x03;

    private static final int MAC = 8;

    private final byte[] keyOfStart;
    private final byte[] keyOfBegin;
    private final byte[] aid;
    private final byte[] origin = new byte[MAC];
    private final byte[] chain = new byte[MAC];
    private final byte[] received = new byte[MAC];
    private byte[] signed = new byte[2 * Session.ROOM];
    private byte[] body = new byte[Session.ROOM];
    private BlockKey triple;
    private BlockKey single;
    private int noted;
    private boolean running;

    /**
     * Owns the keys.
     *
     * @param keyOfStart R-MAC key of a channel opened with R-MAC: made with the counter its other keys are made with
     * @param keyOfBegin R-MAC key of BEGIN R-MAC SESSION: made with the counter as it is then
     * @param aid        implicit initiation: the application's AID, where the chain begins; else empty
     */
    ResponseMac(byte[] keyOfStart, byte[] keyOfBegin, byte[] aid) {
        this.keyOfStart = keyOfStart;
        this.keyOfBegin = keyOfBegin;
        this.aid = aid.clone();
    }

    /** True between start and end. */
    boolean isRunning() {
        return running;
    }

    /** Where the chain will begin: the MAC of EXTERNAL AUTHENTICATE (§E.3.2). */
    void origin(byte[] mac) {
        System.arraycopy(mac, 0, origin, 0, MAC);
    }

    /** Starts with the channel. */
    void start() {
        start(keyOfStart);
    }

    /** Starts with BEGIN R-MAC SESSION, which is the first command that is covered. */
    void begin(CommandApdu begin) {
        start(keyOfBegin);
        if (aid.length > 0) {
            System.arraycopy(Primitives.retailMac(single, triple, aid), 0, chain, 0, MAC);
        }
        note(begin);
        follow(ResponseApdu.of(0x9000));
    }

    private void start(byte[] key) {
        end();
        triple = BlockKey.of(KeyType.DES3, key);
        single = BlockKey.singleDes(key);
        System.arraycopy(origin, 0, chain, 0, MAC);
        running = true;
    }

    /** The plain command whose answer comes next. */
    void note(CommandApdu c) {
        signed = Session.roomFor(signed, c.nc());
        int data = Session.header(signed, 0, Session.bare(c.cla()), c, c.nc());
        noted = data + c.dataInto(signed, data);
    }

    private void sign(ResponseApdu a, int length) {
        // one byte, whatever is to be counted: the length modulo 256 (§E.4.5)
        signed[noted] = (byte) length;
        int at = noted + 1 + length;
        signed[at] = (byte) a.sw().sw1();
        signed[at + 1] = (byte) a.sw().sw2();
        int whole = BlockKey.pad(signed, at + 2, MAC);
        BlockKey.xor(signed, 0, chain, 0, MAC);
        Primitives.retailMac(single, triple, signed, whole, chain);
    }

    private void take(ResponseApdu a) {
        body = Session.roomFor(body, a.nr());
        a.dataInto(body, 0);
        signed = Session.roomFor(signed, noted + a.nr());
    }

    /** Both ends: an answer that carries no MAC becomes part of the chain. */
    void follow(ResponseApdu a) {
        take(a);
        int n = Session.isProtected(a.sw()) ? a.nr() : 0;
        System.arraycopy(body, 0, signed, noted + 1, n);
        sign(a, n);
    }

    /** Card. */
    int wrap(Session session, ResponseApdu a) {
        follow(a);
        if (!Session.isProtected(a.sw())) {
            return session.result(body, 0, 0);
        }
        System.arraycopy(chain, 0, body, a.nr(), MAC);
        return session.result(body, 0, a.nr() + MAC);
    }

    /** Host. A card may sign an error, too. */
    int unwrap(Session session, ResponseApdu a) {
        take(a);
        boolean good = Session.isProtected(a.sw());
        if (!good && a.nr() == 0) {
            follow(a);
            return session.result(body, 0, 0);
        }
        int n = a.nr() - MAC;
        if (n < 0 || !good && n > 0) {
            return Session.BROKEN;
        }
        System.arraycopy(body, 0, signed, noted + 1, n);
        System.arraycopy(body, n, received, 0, MAC);
        sign(a, n);
        return MessageDigest.isEqual(chain, received) ? session.result(body, 0, n) : Session.BROKEN;
    }

    /** Where the chain stands: what END R-MAC SESSION answers. */
    byte[] current() {
        return chain.clone();
    }

    /** Ends the session of answers; another may begin. */
    void end() {
        running = false;
        if (triple != null) {
            triple.close();
            single.close();
        }
    }

    @Override
    public void close() {
        end();
        for (byte[] b : new byte[][] {keyOfStart, keyOfBegin, origin, chain, received, signed, body}) {
            Arrays.fill(b, (byte) 0);
        }
    }
}
