// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.zip.CRC32C;
import org.esc.trace.Bytes.Out;

/**
 * A frame of a trace file: a byte that says what it is, the length of what it says, that, and a CRC-32C of all before it.
 *
 * @param kind what it is
 * @param from where in the array it was read from its payload begins
 * @param end  where its payload ends; four bytes of checksum follow
 */
record Frame(Kind kind, int from, int end) {

    /** What frames there are; docs/trace.md describes what each says. */
    enum Kind {
        BLOCK(0xB1), CARD(0xB2), ORIGIN(0xB3), EXCHANGE(0xB4), PLAIN(0xB5), NOTE(0xB6), LOST(0xB7), DIRECTORY(0xB8), END(0xB9);

        private static final Kind[] ALL = values();
        private final int code;

        Kind(int code) {
            this.code = code;
        }

        boolean is(byte first) {
            return (first & 0xFF) == code;
        }
    }

    /** Longest payload, in bytes. */
    static final int MOST = 1 << 24;
    static final byte[] FILE_MAGIC = {(byte) 0x89, 'E', 'S', 'C', 'T', 'R', '\r', '\n'};
    static final int VERSION = 1;
    static final int DECRYPTABLE = 1;
    /** Magic 8, version 2, flags 2, CRC-32C of these 4. */
    static final int FILE_HEADER = 16;
    /** Begins what every BLOCK frame says. */
    static final byte[] BLOCK_MAGIC = {(byte) 0xE5, (byte) 0xC7, 0x1A, 0x0D, (byte) 0x9B, 0x42, (byte) 0xF6, 0x38, (byte) 0xD1, 0x6C, (byte) 0xA3, 0x0F, 0x77,
        (byte) 0x85, 0x2E, (byte) 0xBC};
    private static final int CHECK = 4;
    /** An END frame, which ends a file that was closed: kind, length, offset of the last DIRECTORY, magic, CRC. */
    static final int END_SIZE = 1 + 1 + 8 + 8 + CHECK;
    static final long END_MAGIC = 0x454E_4421_E5C7_1A0DL;

    /** Of bytes, CRC-32C. */
    static int check(byte[] b, int from, int length) {
        var crc = new CRC32C();
        crc.update(b, from, length);
        return (int) crc.getValue();
    }

    /** Length of the frame whose kind byte lies at {@code start}. */
    int size(int start) {
        return end + CHECK - start;
    }

    /** Puts a frame behind what {@code out} holds. */
    static void put(Out out, Kind kind, Out payload) {
        int start = out.length();
        out.u8(kind.code);
        out.bytes(payload.array(), payload.length());
        out.u32(check(out.array(), start, out.length() - start));
    }

    static byte[] header(boolean decryptable) {
        var out = new Out(FILE_HEADER);
        out.raw(FILE_MAGIC, 0, FILE_MAGIC.length);
        out.u32(VERSION << 16 | (decryptable ? DECRYPTABLE : 0));
        out.u32(check(out.array(), 0, out.length()));
        return out.array();
    }

    /** What may lie in a file where a frame should begin. */
    sealed interface Found {
        /** A whole frame. */
        record Whole(Frame frame) implements Found {
        }

        /** The file's end comes before the frame's. {@code needed} bytes from its start would be enough to tell more. */
        record CutOff(long needed) implements Found {
        }

        /** No frame; {@code checked} bytes were looked at to tell. */
        record Nothing(int checked) implements Found {
        }
    }

    /** Whether a frame can begin with this byte. */
    static boolean maybe(byte first) {
        int code = (first & 0xFF) - Kind.BLOCK.code;
        return code >= 0 && code < Kind.ALL.length;
    }

    private static final Found NOTHING = new Found.Nothing(1);

    /** Looks at what begins at {@code start}. */
    static Found at(byte[] b, int start, int end) {
        if (start >= end) {
            return new Found.CutOff(1);
        }
        if (!maybe(b[start])) {
            return NOTHING;
        }
        int length = 0;
        int at = start + 1;
        for (int shift = 0;; shift += 7, at++) {
            if (at >= end) {
                return new Found.CutOff(at - start + 1L);
            }
            length |= (b[at] & 0x7F) << shift;
            if (b[at] >= 0) {
                break;
            }
            if (shift == 21) {
                return NOTHING;
            }
        }
        at++;
        if (length > MOST) {
            return NOTHING;
        }
        if (end - at < length + CHECK) {
            return new Found.CutOff((long) at - start + length + CHECK);
        }
        int behind = at + length;
        int said = (b[behind] & 0xFF) << 24 | (b[behind + 1] & 0xFF) << 16 | (b[behind + 2] & 0xFF) << 8 | b[behind + 3] & 0xFF;
        return said == check(b, start, behind - start) ? new Found.Whole(new Frame(Kind.ALL[(b[start] & 0xFF) - Kind.BLOCK.code], at, behind))
                : new Found.Nothing(behind - start);
    }
}
