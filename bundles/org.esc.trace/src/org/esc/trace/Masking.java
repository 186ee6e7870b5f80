// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Set;
import org.esc.apdu.CommandApdu;

/**
 * Decides, by a command's header, which of its bytes and of its answer are secret: PINs, keys, what a key decrypted, login nonces. Where a
 * wrapped command cannot be told apart from a harmless one it is taken as secret.
 */
final class Masking {

    private static final int CLA_COOLKEY = 0xB0;
    private static final int CLA_READER = 0xFF;
    private static final Set<Integer> OPENPGP_SECRETS = Set.of(0xD1, 0xD2, 0xD3, 0xD5, 0xF4, 0xF9);
    private static final int NONCE = 8;
    private static final int OBJECT_HEADER = 9;
    private static final int KEY_BLOB = 0xFF00FFF3;
    private static final int IO = 0xFFFFFFFF;
    private static final int IO_ALIAS = 0xFFFFFFFE;

    /** Hides nothing. */
    private static final Rule OPEN = new Rule(0, 0, false);
    /** Hides all command data. */
    private static final Rule COMMAND = new Rule(0, Integer.MAX_VALUE, false);
    /** Hides all answer data. */
    private static final Rule ANSWER = new Rule(0, 0, true);
    /** Hides all data both ways. */
    private static final Rule BOTH = new Rule(0, Integer.MAX_VALUE, true);

    private Masking() {
    }

    /**
     * What to hide.
     *
     * @param from   index of the first secret byte of the command's data
     * @param to     index behind the last one
     * @param answer true if the answer's data is secret
     */
    record Rule(int from, int to, boolean answer) {

        Masked command(byte[] raw, int dataOffset) {
            return from >= to ? Masked.of(raw, 0, 0)
                    : Masked.of(raw, dataOffset + from, to == Integer.MAX_VALUE ? raw.length : dataOffset + to);
        }

        Masked answer(byte[] raw) {
            return answer ? Masked.of(raw, 0, raw.length - 2) : Masked.of(raw, 0, 0);
        }
    }

    /** The rule for a command. {@code wrapped} is false only when it is known to be plain. */
    static Rule rule(CommandApdu c, boolean wrapped) {
        int cla = c.cla();
        if (cla == CLA_COOLKEY) {
            return coolKey(c, true, false);
        }
        if (cla == CLA_READER) {
            // PC/SC part 3: LOAD KEYS, and verification by readers with a keypad
            return c.ins() == 0x82 || c.ins() == 0x20 ? COMMAND : OPEN;
        }
        switch (c.ins()) {
            case 0x20, 0x21, 0x24, 0x26, 0x28, 0x2C -> {
                return COMMAND;
            }
            default -> {
            }
        }
        return cla >= 0x80 && cla != 0xA0 ? secure(c, wrapped) : iso(c);
    }

    private static Rule iso(CommandApdu c) {
        return switch (c.ins()) {
            // PERFORM SECURITY OPERATION: DECIPHER, ENCIPHER
            case 0x2A -> c.p1() == 0x80 ? ANSWER : c.p1() == 0x86 ? COMMAND : OPEN;
            // PUT DATA to an OpenPGP card: resetting code, secure messaging and AES keys, hashes of passwords
            case 0xDA -> c.p1() == 0 && OPENPGP_SECRETS.contains(c.p2()) ? COMMAND : OPEN;
            // GENERAL AUTHENTICATE: what a key-management key gives back, and administrators' keys
            case 0x86, 0x87 -> BOTH;
            // key import and change of administrators' keys
            case 0xDB, 0xFE, 0xFF -> COMMAND;
            default -> OPEN;
        };
    }

    private static Rule secure(CommandApdu c, boolean wrapped) {
        boolean sm = wrapped && (c.cla() & 0x04) != 0;
        return switch (c.ins()) {
            case 0xD8 -> COMMAND;
            // STORE DATA: secret when it says that it is encrypted (P1), or cannot be looked into
            case 0xE2 -> sm || (c.p1() & 0x60) != 0 ? COMMAND : OPEN;
            case 0x02, 0x04, 0x0A -> COMMAND;
            default -> coolKey(c, false, sm);
        };
    }

    /** Commands of the CoolKey applet. {@code nonce}: class B0, whose data may end with a login nonce. {@code sm}: perhaps encrypted. */
    private static Rule coolKey(CommandApdu c, boolean nonce, boolean sm) {
        int nc = c.nc();
        Rule tail = nonce && nc >= NONCE ? new Rule(nc - NONCE, nc, false) : OPEN;
        return switch (c.ins()) {
            case 0x42 -> BOTH;
            case 0x40, 0x44, 0x73 -> COMMAND;
            case 0x32 -> nonce ? tail : COMMAND;
            // what a key decrypts or agrees on; direction is the second byte of the data, hidden when encrypted
            case 0x36 -> new Rule(tail.from, tail.to, sm || nc < 2 || c.data()[1] != 3);
            case 0x37 -> new Rule(tail.from, tail.to, true);
            case 0x38, 0x52, 0x5A -> tail;
            case 0x54 -> write(c, nonce, sm);
            case 0x56 -> read(c, tail, sm);
            default -> OPEN;
        };
    }

    /** WRITE OBJECT {@code id4 off4 len1 data [nonce8]}. */
    private static Rule write(CommandApdu c, boolean nonce, boolean sm) {
        byte[] d = c.data();
        if (d.length < OBJECT_HEADER) {
            return COMMAND;
        }
        int behind = d.length - OBJECT_HEADER - (d[8] & 0xFF);
        boolean readable = !sm || behind == 0 || behind == NONCE;
        if (!readable) {
            return COMMAND;
        }
        int id = id(d);
        if (id == KEY_BLOB || nonce && (id == IO || id == IO_ALIAS)) {
            return new Rule(OBJECT_HEADER, Integer.MAX_VALUE, false);
        }
        return nonce ? new Rule(d.length - NONCE, d.length, false) : OPEN;
    }

    /** READ OBJECT {@code id4 off4 len1 [nonce8]}: the key blob and, in class B0, results of a private key in the I/O object. */
    private static Rule read(CommandApdu c, Rule tail, boolean sm) {
        byte[] d = c.data();
        boolean readable = d.length >= OBJECT_HEADER && (!sm || d.length == OBJECT_HEADER || d.length == OBJECT_HEADER + NONCE);
        int id = readable ? id(d) : 0;
        boolean io = c.cla() == CLA_COOLKEY && (id == IO || id == IO_ALIAS);
        return new Rule(tail.from, tail.to, id == KEY_BLOB || io);
    }

    private static int id(byte[] d) {
        return (d[0] & 0xFF) << 24 | (d[1] & 0xFF) << 16 | (d[2] & 0xFF) << 8 | d[3] & 0xFF;
    }
}
