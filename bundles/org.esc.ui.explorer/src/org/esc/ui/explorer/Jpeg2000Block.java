// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A code-block of a JPEG 2000 picture: what packets bring for it, and its coefficients (ISO/IEC 15444-1 annexes C and D). */
final class Jpeg2000Block {

    /** More bit-planes than any block has. */
    static final int MOST_PLANES = 38;

    // styles (table A.19)
    private static final int BYPASS = 1;
    private static final int RESET = 2;
    private static final int TERMINATE = 4;
    private static final int CAUSAL = 8;
    private static final int SYMBOLS = 32;

    /** Passes before the first one that is not coded arithmetically: one plane has one pass, three more have three each. */
    private static final int BEFORE_RAW = 10;

    // contexts (table D.1 and following)
    private static final int SIGN = 9;
    private static final int REFINEMENT = 14;
    private static final int RUN = 17;
    private static final int UNIFORM = 18;

    private static final int SIGNIFICANT = 1;
    private static final int NEGATIVE = 2;
    private static final int VISITED = 4;
    private static final int REFINED = 8;

    /** Bytes that are one code word, and how many passes they hold. */
    static final class Segment {
        private final int most;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int passes;

        private Segment(int most) {
            this.most = most;
        }

        /** Adds what a packet brings; of one that is cut short what there is. */
        void add(byte[] data, int at, int length) {
            if (at < data.length) {
                bytes.write(data, at, Math.min(length, data.length - at));
            }
        }
    }

    /** Told of the lengths in a packet's header. */
    @FunctionalInterface
    interface Lengths {
        void of(Segment segment, int length);
    }

    private final int x;
    private final int y;
    private final int width;
    private final int height;
    private final int style;
    private final int orientation;
    private final List<Segment> segments = new ArrayList<>();
    private boolean included;
    private int zeroPlanes;
    private int lengthBits = 3;
    private int passes;

    // while it is decoded; flags have a border of one, so that every coefficient has eight neighbours
    private byte[] flags;
    /** In halves: each lies in the middle of what the planes that have not come yet can make of it. */
    private int[] magnitudes;
    private int stride;
    private Source source;
    private final Contexts contexts = new Contexts();

    Jpeg2000Block(int x, int y, int width, int height, int style, int orientation) {
        this.x = x;
        this.y = y;
        this.width = width;
        this.height = height;
        this.style = style;
        this.orientation = orientation;
    }

    boolean included() {
        return included;
    }

    /** A packet brings something of it for the first time. @param zero bit-planes that are not coded, being zero */
    void include(int zero) {
        included = true;
        zeroPlanes = zero;
    }

    /** Reads how long that is which a packet brings for a number of passes (B.10.7). */
    void lengths(Jpeg2000.Bits bits, int number, Lengths lengths) throws IOException {
        while (bits.next() == 1) {
            if (++lengthBits > 31) {
                throw new IOException("the picture is damaged");
            }
        }
        int left = number;
        while (left > 0) {
            if (segments.isEmpty() || segments.getLast().passes == segments.getLast().most) {
                segments.add(new Segment(most()));
            }
            Segment s = segments.getLast();
            int n = Math.min(left, s.most - s.passes);
            lengths.of(s, bits.next(Math.min(31, lengthBits + 31 - Integer.numberOfLeadingZeros(n))));
            s.passes += n;
            passes += n;
            left -= n;
        }
        if (passes > 3 * MOST_PLANES) {
            throw new IOException("the picture is damaged");
        }
    }

    /** How many passes the next code word holds. */
    private int most() {
        if ((style & TERMINATE) != 0) {
            return 1;
        }
        if ((style & BYPASS) == 0) {
            return Integer.MAX_VALUE;
        }
        // then two raw passes, and one that is not, by turns
        return segments.isEmpty() ? BEFORE_RAW : segments.size() % 2 == 1 ? 2 : 1;
    }

    /**
     * Decodes it into its subband.
     *
     * @param planes bit-planes that coefficients of the subband have at most
     * @param step   what a coefficient's unit is worth
     */
    void decode(int planes, float step, boolean reversible, Wavelet.Plane into) throws IOException {
        int plane = planes - zeroPlanes - 1;
        if (!included || plane < 0) {
            return;
        }
        if (plane > 29) {
            throw new IOException("the picture is of a kind that is not known here");
        }
        stride = width + 2;
        flags = new byte[stride * (height + 2)];
        magnitudes = new int[width * height];
        contexts.reset();
        int pass = 0;
        // a block begins with the last pass of its first plane
        int kind = 2;
        for (Segment s : segments) {
            byte[] b = s.bytes.toByteArray();
            boolean raw = (style & BYPASS) != 0 && pass >= BEFORE_RAW && kind != 2;
            source = raw ? new Raw(b) : new Arithmetic(b, contexts);
            for (int i = 0; i < s.passes && plane >= 0; i++) {
                pass(kind, plane);
                if ((style & RESET) != 0) {
                    contexts.reset();
                }
                pass++;
                if (++kind == 3) {
                    kind = 0;
                    plane--;
                }
            }
        }
        for (int j = 0; j < height; j++) {
            for (int i = 0; i < width; i++) {
                int m = magnitudes[j * width + i];
                if (m != 0) {
                    float v = reversible ? m >> 1 : m / 2f * step;
                    into.samples()[(y - into.y0() + j) * into.width() + x - into.x0() + i] = (flags[at(i, j)] & NEGATIVE) != 0 ? -v : v;
                }
            }
        }
        flags = null;
        magnitudes = null;
        source = null;
    }

    private int at(int i, int j) {
        return (j + 1) * stride + i + 1;
    }

    // ---- passes (D.3), over stripes of four rows

    private void pass(int kind, int plane) {
        for (int top = 0; top < height; top += 4) {
            int end = Math.min(top + 4, height);
            for (int i = 0; i < width; i++) {
                switch (kind) {
                    case 0 -> propagate(i, top, end, plane);
                    case 1 -> refine(i, top, end, plane);
                    default -> cleanUp(i, top, end, plane);
                }
            }
        }
        if (kind == 2) {
            for (int k = 0; k < flags.length; k++) {
                flags[k] &= ~VISITED;
            }
            if ((style & SYMBOLS) != 0) {
                for (int k = 0; k < 4; k++) {
                    source.bit(UNIFORM);
                }
            }
        }
    }

    private void propagate(int i, int top, int end, int plane) {
        for (int j = top; j < end; j++) {
            if ((flags[at(i, j)] & SIGNIFICANT) == 0) {
                int context = zeroContext(i, j);
                if (context != 0) {
                    if (source.bit(context) == 1) {
                        becomeSignificant(i, j, plane);
                    }
                    flags[at(i, j)] |= VISITED;
                }
            }
        }
    }

    private void refine(int i, int top, int end, int plane) {
        for (int j = top; j < end; j++) {
            int f = flags[at(i, j)];
            if ((f & SIGNIFICANT) != 0 && (f & VISITED) == 0) {
                int context = (f & REFINED) != 0 ? REFINEMENT + 2 : zeroContext(i, j) != 0 ? REFINEMENT + 1 : REFINEMENT;
                magnitudes[j * width + i] += source.bit(context) == 1 ? 1 << plane : -(1 << plane);
                flags[at(i, j)] |= REFINED;
            }
        }
    }

    private void cleanUp(int i, int top, int end, int plane) {
        int j = top;
        boolean alone = end - top == 4;
        for (int k = top; k < end && alone; k++) {
            alone = (flags[at(i, k)] & (SIGNIFICANT | VISITED)) == 0 && zeroContext(i, k) == 0;
        }
        if (alone) {
            if (source.bit(RUN) == 0) {
                return;
            }
            j += source.bit(UNIFORM) << 1 | source.bit(UNIFORM);
            becomeSignificant(i, j, plane);
            j++;
        }
        for (; j < end; j++) {
            if ((flags[at(i, j)] & (SIGNIFICANT | VISITED)) == 0 && source.bit(zeroContext(i, j)) == 1) {
                becomeSignificant(i, j, plane);
            }
        }
    }

    private void becomeSignificant(int i, int j, int plane) {
        int across = Math.clamp(sign(i - 1, j, j) + sign(i + 1, j, j), -1, 1);
        int down = Math.clamp(sign(i, j - 1, j) + sign(i, j + 1, j), -1, 1);
        // table D.3: the other half of the signs is the first one's mirror
        boolean mirrored = across < 0 || across == 0 && down < 0;
        int context = SIGN + (across == 0 ? Math.abs(down) : 3 + across * down);
        boolean negative = source instanceof Raw ? source.bit(UNIFORM) == 1 : source.bit(context) == 1 ^ mirrored;
        magnitudes[j * width + i] = 3 << plane;
        flags[at(i, j)] |= (byte) (SIGNIFICANT | (negative ? NEGATIVE : 0));
    }

    /** 1, -1, or 0 if it is not significant yet. */
    private int sign(int i, int j, int from) {
        int f = flag(i, j, from);
        return (f & SIGNIFICANT) == 0 ? 0 : (f & NEGATIVE) == 0 ? 1 : -1;
    }

    /** A neighbour's flags; with the causal style nothing is known of the next stripe. */
    private int flag(int i, int j, int from) {
        return (style & CAUSAL) != 0 && j > from && (j & 3) == 0 ? 0 : flags[at(i, j)];
    }

    private int significant(int i, int j, int from) {
        return flag(i, j, from) & SIGNIFICANT;
    }

    /** Table D.1. */
    private int zeroContext(int i, int j) {
        int h = significant(i - 1, j, j) + significant(i + 1, j, j);
        int v = significant(i, j - 1, j) + significant(i, j + 1, j);
        int d = significant(i - 1, j - 1, j) + significant(i + 1, j - 1, j) + significant(i - 1, j + 1, j) + significant(i + 1, j + 1, j);
        if (orientation == 3) {
            int both = h + v;
            return switch (d) {
                case 0 -> Math.min(both, 2);
                case 1 -> 3 + Math.min(both, 2);
                case 2 -> both > 0 ? 7 : 6;
                default -> 8;
            };
        }
        int along = orientation == 1 ? v : h;
        int other = orientation == 1 ? h : v;
        return switch (along) {
            case 2 -> 8;
            case 1 -> other > 0 ? 7 : d > 0 ? 6 : 5;
            default -> other > 0 ? 2 + other : Math.min(d, 2);
        };
    }

    // ---- bits

    private interface Source {
        int bit(int context);
    }

    /** Bits as they are; a byte behind FF holds seven (D.6). */
    private static final class Raw implements Source {

        private final byte[] data;
        private int at;
        private int now;
        private int left;

        Raw(byte[] data) {
            this.data = data;
        }

        @Override
        public int bit(int context) {
            if (left == 0) {
                left = now == 0xFF ? 7 : 8;
                now = at < data.length ? data[at++] & 0xFF : 0xFF;
            }
            left--;
            return now >> left & 1;
        }
    }

    /** What the arithmetic decoder has learnt of each context: a state of table C.2, and the likelier bit. */
    private static final class Contexts {

        private final int[] state = new int[UNIFORM + 1];
        private final int[] likely = new int[UNIFORM + 1];

        void reset() {
            Arrays.fill(state, 0);
            Arrays.fill(likely, 0);
            state[0] = 4;
            state[RUN] = 3;
            state[UNIFORM] = 46;
        }
    }

    /** The arithmetic decoder (annex C). */
    private static final class Arithmetic implements Source {

        // table C.2: how unlikely the other bit is, the states behind the likely and the other one, and those where the two change places
        private static final int[] QE = {0x5601, 0x3401, 0x1801, 0x0AC1, 0x0521, 0x0221, 0x5601, 0x5401, 0x4801, 0x3801, 0x3001, 0x2401, 0x1C01, 0x1601,
            0x5601, 0x5401, 0x5101, 0x4801, 0x3801, 0x3401, 0x3001, 0x2801, 0x2401, 0x2201, 0x1C01, 0x1801, 0x1601, 0x1401, 0x1201, 0x1101, 0x0AC1,
            0x09C1, 0x08A1, 0x0521, 0x0441, 0x02A1, 0x0221, 0x0141, 0x0111, 0x0085, 0x0049, 0x0025, 0x0015, 0x0009, 0x0005, 0x0001, 0x5601};
        private static final int[] IF_LIKELY = {1, 2, 3, 4, 5, 38, 7, 8, 9, 10, 11, 12, 13, 29, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 45, 46};
        private static final int[] IF_NOT = {1, 6, 9, 12, 29, 33, 6, 14, 14, 14, 17, 18, 20, 21, 14, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 23, 24, 25, 26,
            27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 46};

        private final byte[] data;
        private final Contexts contexts;
        private int at;
        private int c;
        private int a = 0x8000;
        private int count;

        Arithmetic(byte[] data, Contexts contexts) {
            this.data = data;
            this.contexts = contexts;
            c = byteAt(0) << 16;
            next();
            c <<= 7;
            count -= 7;
        }

        /** Behind the end there are ones. */
        private int byteAt(int i) {
            return i < data.length ? data[i] & 0xFF : 0xFF;
        }

        private void next() {
            if (byteAt(at) == 0xFF) {
                int behind = byteAt(at + 1);
                if (behind > 0x8F) {
                    c += 0xFF00;
                    count = 8;
                } else {
                    at++;
                    c += behind << 9;
                    count = 7;
                }
            } else {
                at++;
                c += byteAt(at) << 8;
                count = 8;
            }
        }

        @Override
        public int bit(int context) {
            int state = contexts.state[context];
            int likely = contexts.likely[context];
            int q = QE[state];
            a -= q;
            boolean low = c >>> 16 < q;
            if (!low) {
                c -= q << 16;
                if ((a & 0x8000) != 0) {
                    return likely;
                }
            }
            // the likely bit has the smaller part when a has become that small
            boolean other = low ? a >= q : a < q;
            if (low) {
                a = q;
            }
            if (other) {
                if (state == 0 || state == 6 || state == 14) {
                    contexts.likely[context] = 1 - likely;
                }
                contexts.state[context] = IF_NOT[state];
            } else {
                contexts.state[context] = IF_LIKELY[state];
            }
            do {
                if (count == 0) {
                    next();
                }
                a <<= 1;
                c <<= 1;
                count--;
            } while ((a & 0x8000) == 0);
            return other ? 1 - likely : likely;
        }
    }
}
