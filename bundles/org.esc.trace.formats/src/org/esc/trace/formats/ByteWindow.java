// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Looks ahead into a stream of bytes, a few megabytes at most. */
final class ByteWindow {

    private final InputStream in;
    private byte[] buffer = new byte[1 << 17];
    private int from;
    private int to;
    private long offset;
    private boolean big;

    ByteWindow(InputStream in) {
        this.in = in;
    }

    /** Numbers are written with the high byte first from now on, or not. */
    void bigEndian(boolean isBig) {
        big = isBig;
    }

    /** Where we are in the file. */
    long offset() {
        return offset;
    }

    /** True if there are that many bytes more. */
    boolean has(int n) throws IOException {
        if (to - from >= n) {
            return true;
        }
        if (n > buffer.length - from) {
            byte[] target = n > buffer.length ? new byte[Math.max(n, 2 * buffer.length)] : buffer;
            System.arraycopy(buffer, from, target, 0, to - from);
            to -= from;
            from = 0;
            buffer = target;
        }
        while (to - from < n) {
            int got = in.read(buffer, to, buffer.length - to);
            if (got <= 0) {
                return false;
            }
            to += got;
        }
        return true;
    }

    /** The byte some bytes ahead, 0 to 255; {@link #has} said that it is there. */
    int u8(int at) {
        return buffer[from + at] & 0xFF;
    }

    int u16(int at) {
        return big ? u8(at) << 8 | u8(at + 1) : u8(at + 1) << 8 | u8(at);
    }

    int i32(int at) {
        return big ? u16(at) << 16 | u16(at + 2) : u16(at + 2) << 16 | u16(at);
    }

    long u32(int at) {
        return i32(at) & 0xFFFF_FFFFL;
    }

    byte[] bytes(int at, int n) {
        return Arrays.copyOfRange(buffer, from + at, from + at + n);
    }

    /** Goes on. */
    void skip(int n) {
        from += n;
        offset += n;
    }

    /** Bytes that are there without reading on. */
    int available() {
        return to - from;
    }
}
