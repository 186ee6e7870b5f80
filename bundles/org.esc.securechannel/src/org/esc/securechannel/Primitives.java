// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import org.esc.apdu.EscException;

/** Padding, MACs and key derivation that the protocols and the diversifications share. */
final class Primitives {

    private static final byte[] ZERO8 = new byte[8];

    private Primitives() {
    }

    /** Appends 80 and as many 00 as reach a multiple of {@code block} (ISO/IEC 9797-1 padding method 2). */
    static byte[] pad80(byte[] data, int block) {
        byte[] padded = Arrays.copyOf(data, (data.length / block + 1) * block);
        padded[data.length] = (byte) 0x80;
        return padded;
    }

    /** Length without 80 00…, or -1 if there is no such padding within the last block. */
    static int unpaddedLength(byte[] padded, int block) {
        int at = padded.length - 1;
        int lowest = Math.max(0, padded.length - block);
        while (at >= lowest && padded[at] == 0) {
            at--;
        }
        return at >= lowest && padded[at] == (byte) 0x80 ? at : -1;
    }

    /** Full triple DES CBC-MAC over 80-padded data (GlobalPlatform 2.1.1 Appendix B.1.2.1). */
    static byte[] fullMac(BlockKey key, byte[] icv, byte[] data) {
        byte[] padded = pad80(data, 8);
        return key.cbcMac(icv, padded, padded.length);
    }

    /** As {@link #fullMac(BlockKey, byte[], byte[])} with a zero ICV. */
    static byte[] fullMac(BlockKey key, byte[] data) {
        return fullMac(key, ZERO8, data);
    }

    /** Retail MAC: ISO/IEC 9797-1 algorithm 3, single DES with a final triple DES, over 80-padded data. */
    static byte[] retailMac(BlockKey single, BlockKey triple, byte[] icv, byte[] data) {
        byte[] padded = pad80(data, 8);
        byte[] chain = single.cbcMac(icv, padded, padded.length - 8);
        return triple.cbcMac(chain, Arrays.copyOfRange(padded, padded.length - 8, padded.length), 8);
    }

    /**
     * The derivation of SCP03: SP 800-108 counter mode over AES-CMAC with the input
     * {@code 00×11 ‖ constant ‖ 00 ‖ L2 ‖ i1 ‖ context} (Amendment D §4.1.5).
     */
    static byte[] scp03Kdf(StaticKey key, int constant, byte[] context, int bytes) throws EscException {
        byte[] out = new byte[bytes];
        byte[] input = new byte[16 + context.length];
        input[11] = (byte) constant;
        input[13] = (byte) (bytes * 8 >> 8);
        input[14] = (byte) (bytes * 8);
        System.arraycopy(context, 0, input, 16, context.length);
        for (int at = 0, i = 1; at < bytes; at += 16, i++) {
            input[15] = (byte) i;
            byte[] block = key.cmac(input);
            System.arraycopy(block, 0, out, at, Math.min(16, bytes - at));
            Arrays.fill(block, (byte) 0);
        }
        return out;
    }

    static byte[] concat(byte[]... parts) {
        int n = 0;
        for (byte[] p : parts) {
            n += p.length;
        }
        byte[] all = new byte[n];
        int at = 0;
        for (byte[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return all;
    }
}
