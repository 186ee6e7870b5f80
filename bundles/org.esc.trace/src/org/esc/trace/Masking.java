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

    private Masking() {
    }

    /** What is secret of a command and its answer. {@code wrapped} is false only when it is known to be plain. */
    static Secrecy of(CommandApdu c, boolean wrapped) {
        int cla = c.cla();
        if (cla == CLA_COOLKEY) {
            return coolKey(c, true, false);
        }
        if (cla == CLA_READER) {
            // PC/SC part 3: LOAD KEYS, and verification by readers with a keypad
            return c.ins() == 0x82 || c.ins() == 0x20 ? Secrecy.COMMAND : Secrecy.OPEN;
        }
        switch (c.ins()) {
            case 0x20, 0x21, 0x24, 0x26, 0x28, 0x2C -> {
                return Secrecy.COMMAND;
            }
            default -> {
            }
        }
        return cla >= 0x80 && cla != 0xA0 ? secure(c, wrapped) : iso(c);
    }

    private static Secrecy iso(CommandApdu c) {
        return switch (c.ins()) {
            // PERFORM SECURITY OPERATION: DECIPHER, ENCIPHER
            case 0x2A -> c.p1() == 0x80 ? Secrecy.ANSWER : c.p1() == 0x86 ? Secrecy.COMMAND : Secrecy.OPEN;
            // PUT DATA to an OpenPGP card: resetting code, secure messaging and AES keys, hashes of passwords
            case 0xDA -> c.p1() == 0 && OPENPGP_SECRETS.contains(c.p2()) ? Secrecy.COMMAND : Secrecy.OPEN;
            // GENERAL AUTHENTICATE: what a key-management key gives back, and administrators' keys
            case 0x86, 0x87 -> Secrecy.BOTH;
            // key import and change of administrators' keys
            case 0xDB, 0xFE, 0xFF -> Secrecy.COMMAND;
            default -> Secrecy.OPEN;
        };
    }

    private static Secrecy secure(CommandApdu c, boolean wrapped) {
        boolean sm = wrapped && (c.cla() & 0x04) != 0;
        return switch (c.ins()) {
            case 0xD8 -> Secrecy.COMMAND;
            // STORE DATA: secret when it says that it is encrypted (P1), or cannot be looked into
            case 0xE2 -> sm || (c.p1() & 0x60) != 0 ? Secrecy.COMMAND : Secrecy.OPEN;
            case 0x02, 0x04, 0x0A -> Secrecy.COMMAND;
            default -> coolKey(c, false, sm);
        };
    }

    /** Commands of the CoolKey applet. {@code nonce}: class B0, whose data may end with a login nonce. {@code sm}: perhaps encrypted. */
    private static Secrecy coolKey(CommandApdu c, boolean nonce, boolean sm) {
        int nc = c.nc();
        Secrecy tail = nonce && nc >= NONCE ? new Secrecy(nc - NONCE, nc, false) : Secrecy.OPEN;
        return switch (c.ins()) {
            case 0x42 -> Secrecy.BOTH;
            case 0x40, 0x44, 0x73 -> Secrecy.COMMAND;
            case 0x32 -> nonce ? tail : Secrecy.COMMAND;
            // what a key decrypts or agrees on; direction is the second byte of the data, hidden when encrypted
            case 0x36 -> new Secrecy(tail.from(), tail.to(), sm || nc < 2 || c.data()[1] != 3);
            case 0x37 -> new Secrecy(tail.from(), tail.to(), true);
            case 0x38, 0x52, 0x5A -> tail;
            case 0x54 -> write(c, nonce, sm);
            case 0x56 -> read(c, tail, sm);
            default -> Secrecy.OPEN;
        };
    }

    /** WRITE OBJECT {@code id4 off4 len1 data [nonce8]}. */
    private static Secrecy write(CommandApdu c, boolean nonce, boolean sm) {
        byte[] d = c.data();
        if (d.length < OBJECT_HEADER) {
            return Secrecy.COMMAND;
        }
        int behind = d.length - OBJECT_HEADER - (d[8] & 0xFF);
        boolean readable = !sm || behind == 0 || behind == NONCE;
        if (!readable) {
            return Secrecy.COMMAND;
        }
        int id = id(d);
        if (id == KEY_BLOB || nonce && (id == IO || id == IO_ALIAS)) {
            return new Secrecy(OBJECT_HEADER, Integer.MAX_VALUE, false);
        }
        return nonce ? new Secrecy(d.length - NONCE, d.length, false) : Secrecy.OPEN;
    }

    /** READ OBJECT {@code id4 off4 len1 [nonce8]}: the key blob and, in class B0, results of a private key in the I/O object. */
    private static Secrecy read(CommandApdu c, Secrecy tail, boolean sm) {
        byte[] d = c.data();
        boolean readable = d.length >= OBJECT_HEADER && (!sm || d.length == OBJECT_HEADER || d.length == OBJECT_HEADER + NONCE);
        int id = readable ? id(d) : 0;
        boolean io = c.cla() == CLA_COOLKEY && (id == IO || id == IO_ALIAS);
        return new Secrecy(tail.from(), tail.to(), id == KEY_BLOB || io);
    }

    private static int id(byte[] d) {
        return (d[0] & 0xFF) << 24 | (d[1] & 0xFF) << 16 | (d[2] & 0xFF) << 8 | d[3] & 0xFF;
    }
}
