// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import org.esc.apdu.EscException;

/** Padding, MACs and key derivation that the protocols and the diversifications share. */
final class Primitives {

    private Primitives() {
    }

    /** Where the padding 80 00… begins within the last block of {@code length} bytes, or -1 if there is none. */
    static int unpaddedLength(byte[] padded, int length, int block) {
        int at = length - 1;
        int lowest = Math.max(0, length - block);
        while (at >= lowest && padded[at] == 0) {
            at--;
        }
        return at >= lowest && padded[at] == (byte) 0x80 ? at : -1;
    }

    /** Full triple DES CBC-MAC over 80-padded data with a zero ICV (GlobalPlatform 2.1.1 Appendix B.1.2.1). */
    static byte[] fullMac(BlockKey key, byte[] data) {
        byte[] padded = Arrays.copyOf(data, data.length + 8);
        byte[] tag = new byte[8];
        key.cbcMac(padded, 0, BlockKey.pad(padded, data.length, 8), tag, 0);
        return tag;
    }

    /** Retail MAC with a zero ICV over 80-padded data. */
    static byte[] retailMac(BlockKey single, BlockKey triple, byte[] data) {
        byte[] padded = Arrays.copyOf(data, data.length + 8);
        byte[] tag = new byte[8];
        retailMac(single, triple, padded, BlockKey.pad(padded, data.length, 8), tag);
        return tag;
    }

    /**
     * Retail MAC: ISO/IEC 9797-1 algorithm 3, single DES with a final triple DES, over data that is already padded and has the ICV
     * added to its first block. Changes the last block.
     */
    static void retailMac(BlockKey single, BlockKey triple, byte[] padded, int length, byte[] tag) {
        int last = length - 8;
        if (last > 0) {
            single.cbcMac(padded, 0, last, tag, 0);
            BlockKey.xor(padded, last, tag, 0, 8);
        }
        triple.cbcMac(padded, last, 8, tag, 0);
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
