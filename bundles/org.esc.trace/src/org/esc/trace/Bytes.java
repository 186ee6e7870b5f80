// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.esc.apdu.Words;

/** The numbers, texts and masked bytes that frames of a trace file are made of: written to a buffer that grows, and read from one. */
final class Bytes {

    private static final Words WORDS = Words.of(Bytes.class);

    private Bytes() {
    }

    /** What is read is not what was written. */
    static final class Broken extends Exception {

        private static final long serialVersionUID = 1L;

        Broken(String what) {
            super(what, null, false, false);
        }
    }

    /** A buffer to write to. */
    static final class Out {

        private byte[] b;
        private int n;

        Out(int size) {
            b = new byte[size];
        }

        int length() {
            return n;
        }

        byte[] array() {
            return b;
        }

        void clear() {
            n = 0;
        }

        private void room(int more) {
            if (b.length - n < more) {
                b = Arrays.copyOf(b, Math.max(2 * b.length, n + more));
            }
        }

        void u8(int value) {
            room(1);
            b[n++] = (byte) value;
        }

        void u32(int value) {
            room(4);
            for (int shift = 24; shift >= 0; shift -= 8) {
                b[n++] = (byte) (value >>> shift);
            }
        }

        void u64(long value) {
            u32((int) (value >>> 32));
            u32((int) value);
        }

        /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
        void number(long value) {
            room(10);
            long v = value;
            while ((v & ~0x7FL) != 0) {
                b[n++] = (byte) (v | 0x80);
                v >>>= 7;
            }
            b[n++] = (byte) v;
        }

        /** A number that may be negative: 0, -1, 1, -2 … as 0, 1, 2, 3 … */
        void signed(long value) {
            number(value << 1 ^ value >> 63);
        }

        void raw(byte[] source, int from, int length) {
            room(length);
            System.arraycopy(source, from, b, n, length);
            n += length;
        }

        void bytes(byte[] source) {
            bytes(source, source.length);
        }

        void bytes(byte[] source, int length) {
            number(length);
            raw(source, 0, length);
        }

        void text(String s) {
            bytes(s.getBytes(StandardCharsets.UTF_8));
        }

        /** Length twice, plus one if some are hidden; then how many parts are, and of each the bytes before it and its own; then all that are not hidden. */
        void masked(Masked m) {
            byte[] all = m.array();
            int[] parts = m.parts();
            number((long) all.length << 1 | (parts.length > 0 ? 1 : 0));
            if (parts.length == 0) {
                raw(all, 0, all.length);
                return;
            }
            number(parts.length / 2);
            int at = 0;
            for (int i = 0; i < parts.length; i += 2) {
                number(parts[i] - at);
                number(parts[i + 1] - parts[i]);
                at = parts[i + 1];
            }
            at = 0;
            for (int i = 0; i < parts.length; i += 2) {
                raw(all, at, parts[i] - at);
                at = parts[i + 1];
            }
            raw(all, at, all.length - at);
        }
    }

    /** A part of an array to read from. */
    static final class In {

        private final byte[] b;
        private int at;
        private final int end;

        In(byte[] b, int from, int end) {
            this.b = b;
            at = from;
            this.end = end;
        }

        private void need(int n) throws Broken {
            if (n < 0 || end - at < n) {
                throw new Broken(WORDS.say("cut short"));
            }
        }

        int u8() throws Broken {
            need(1);
            return b[at++] & 0xFF;
        }

        int u32() throws Broken {
            need(4);
            int v = 0;
            for (int i = 0; i < 4; i++) {
                v = v << 8 | b[at++] & 0xFF;
            }
            return v;
        }

        long u64() throws Broken {
            long high = u32();
            return high << 32 | u32() & 0xFFFFFFFFL;
        }

        long number() throws Broken {
            long v = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                if (at >= end) {
                    throw new Broken(WORDS.say("cut short"));
                }
                byte x = b[at++];
                v |= (long) (x & 0x7F) << shift;
                if (x >= 0) {
                    return v;
                }
            }
            throw new Broken(WORDS.say("a number too long"));
        }

        long signed() throws Broken {
            long v = number();
            return v >>> 1 ^ -(v & 1);
        }

        /** A number of things of which each takes at least one more byte, or bits of one. */
        int count(long most) throws Broken {
            long v = number();
            if (v < 0 || v > most) {
                throw new Broken(WORDS.say("a length too great"));
            }
            return (int) v;
        }

        byte[] raw(int length) throws Broken {
            need(length);
            at += length;
            return Arrays.copyOfRange(b, at - length, at);
        }

        byte[] bytes() throws Broken {
            return raw(count(end - at));
        }

        String text() throws Broken {
            int length = count(end - at);
            need(length);
            at += length;
            return new String(b, at - length, length, StandardCharsets.UTF_8);
        }

        Masked masked() throws Broken {
            int head = count(2L * Frame.MOST + 1);
            int length = head >> 1;
            if ((head & 1) == 0) {
                return Masked.wrap(raw(length), new int[0]);
            }
            int[] parts = new int[2 * count(end - at)];
            int place = 0;
            int hidden = 0;
            for (int i = 0; i < parts.length; i += 2) {
                int gap = count(length - place);
                if (i > 0 && gap == 0) {
                    throw new Broken(WORDS.say("hidden parts that touch"));
                }
                parts[i] = place + gap;
                int size = count(length - parts[i]);
                if (size == 0) {
                    throw new Broken(WORDS.say("a hidden part without bytes"));
                }
                parts[i + 1] = place = parts[i] + size;
                hidden += size;
            }
            need(length - hidden);
            byte[] all = new byte[length];
            place = 0;
            for (int i = 0; i <= parts.length; i += 2) {
                int to = i < parts.length ? parts[i] : length;
                System.arraycopy(b, at, all, place, to - place);
                at += to - place;
                place = i < parts.length ? parts[i + 1] : length;
            }
            return Masked.wrap(all, parts);
        }
    }
}
