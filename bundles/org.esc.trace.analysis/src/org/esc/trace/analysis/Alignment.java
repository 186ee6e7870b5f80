// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Arrays;

/**
 * Which elements of two sequences belong together, in order: Myers' "An O(ND) Difference Algorithm" in linear space. Where the two differ in so much
 * that the best answer would take too long, it goes on from the furthest point that was reached: good, but perhaps not the best. Time grows with
 * length times {@link #MOST_EDITS}, memory with the length alone.
 */
final class Alignment {

    /** So many differences in a row are looked through for the best answer. */
    static final int MOST_EDITS = 256;

    private final long[] a;
    private final long[] b;
    private final int[] partner;
    private final int[] forward;
    private final int[] backward;
    private final int middle;

    private Alignment(long[] a, long[] b) {
        this.a = a;
        this.b = b;
        partner = new int[a.length];
        Arrays.fill(partner, -1);
        middle = MOST_EDITS + 2;
        forward = new int[2 * middle + 1];
        backward = new int[2 * middle + 1];
    }

    /** For each element of {@code a} the index of the equal one of {@code b} that it belongs to, or -1; those that are not rise. */
    static int[] of(long[] a, long[] b) {
        var x = new Alignment(a, b);
        x.align(0, a.length, 0, b.length);
        return x.partner;
    }

    private void align(int aFrom, int aTo, int bFrom, int bTo) {
        int a0 = aFrom;
        int b0 = bFrom;
        int a1 = aTo;
        int b1 = bTo;
        while (true) {
            while (a0 < a1 && b0 < b1 && a[a0] == b[b0]) {
                partner[a0++] = b0++;
            }
            while (a0 < a1 && b0 < b1 && a[a1 - 1] == b[b1 - 1]) {
                partner[--a1] = --b1;
            }
            if (a0 == a1 || b0 == b1) {
                return;
            }
            long split = split(a0, a1, b0, b1);
            int aSplit = (int) (split >> 32);
            int bSplit = (int) split;
            // the smaller half by recursion, so that the stack stays flat
            if ((long) aSplit - a0 + bSplit - b0 < (long) a1 - aSplit + b1 - bSplit) {
                align(a0, aSplit, b0, bSplit);
                a0 = aSplit;
                b0 = bSplit;
            } else {
                align(aSplit, a1, bSplit, b1);
                a1 = aSplit;
                b1 = bSplit;
            }
        }
    }

    /** A point through which a shortest way goes, or at least a long one: a in the upper half, b in the lower. */
    private long split(int a0, int a1, int b0, int b1) {
        int n = a1 - a0;
        int m = b1 - b0;
        int delta = n - m;
        boolean odd = (delta & 1) != 0;
        int most = (int) Math.min(MOST_EDITS, ((long) n + m + 1) / 2);
        // x on each diagonal k = x - y; the backward ones count from the end
        Arrays.fill(forward, middle - most - 2, middle + most + 3, -1);
        Arrays.fill(backward, middle - most - 2, middle + most + 3, -1);
        forward[middle + 1] = 0;
        backward[middle + 1] = 0;
        for (int d = 0; d <= most; d++) {
            for (int k = -d; k <= d; k += 2) {
                int x = step(forward, k, d);
                int y = x - k;
                if (x > n || y > m || y < 0) {
                    forward[middle + k] = x > n ? n + 1 : x;
                    continue;
                }
                while (x < n && y < m && a[a0 + x] == b[b0 + y]) {
                    x++;
                    y++;
                }
                forward[middle + k] = x;
                int kBack = delta - k;
                if (odd && kBack >= -(d - 1) && kBack <= d - 1 && meets(backward, kBack, x, n, m)) {
                    return point(a0 + x, b0 + y);
                }
            }
            for (int k = -d; k <= d; k += 2) {
                int x = step(backward, k, d);
                int y = x - k;
                if (x > n || y > m || y < 0) {
                    backward[middle + k] = x > n ? n + 1 : x;
                    continue;
                }
                while (x < n && y < m && a[a1 - 1 - x] == b[b1 - 1 - y]) {
                    x++;
                    y++;
                }
                backward[middle + k] = x;
                int kForward = delta - k;
                if (!odd && kForward >= -d && kForward <= d && meets(forward, kForward, x, n, m)) {
                    return point(a1 - x, b1 - y);
                }
            }
        }
        return furthest(a0, b0, n, m, most);
    }

    /** True if the way from the other side has reached a point on this diagonal, within both sequences, at or behind x. */
    private boolean meets(int[] other, int k, int x, int n, int m) {
        int there = other[middle + k];
        return there >= 0 && there <= n && there - k >= 0 && there - k <= m && x + there >= n;
    }

    private int step(int[] v, int k, int d) {
        return k == -d || k != d && v[middle + k - 1] < v[middle + k + 1] ? v[middle + k + 1] : v[middle + k - 1] + 1;
    }

    private long furthest(int a0, int b0, int n, int m, int most) {
        int bestX = 0;
        int bestY = 0;
        for (int k = -most; k <= most; k++) {
            int x = forward[middle + k];
            int y = x - k;
            if (x >= 0 && y >= 0 && x <= n && y <= m && (long) x + y > (long) bestX + bestY) {
                bestX = x;
                bestY = y;
            }
        }
        return point(a0 + bestX, b0 + bestY);
    }

    private static long point(int x, int y) {
        return (long) x << 32 | y;
    }
}
