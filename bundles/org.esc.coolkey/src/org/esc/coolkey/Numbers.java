// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

/** Big-endian numbers, as the applet writes them. */
final class Numbers {

    private Numbers() {
    }

    static int int2(byte[] b, int at) {
        return (b[at] & 0xFF) << 8 | b[at + 1] & 0xFF;
    }

    static int int4(byte[] b, int at) {
        return int2(b, at) << 16 | int2(b, at + 2);
    }

    static byte[] bytes2(int v) {
        return new byte[] {(byte) (v >> 8), (byte) v};
    }

    static byte[] bytes4(int v) {
        return new byte[] {(byte) (v >> 24), (byte) (v >> 16), (byte) (v >> 8), (byte) v};
    }

    static byte[] join(byte[]... parts) {
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
