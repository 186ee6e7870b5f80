// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

/** The inverse wavelet transformation of JPEG 2000 (ISO/IEC 15444-1 annex F), by lifting. */
final class Wavelet {

    private static final float ALPHA = -1.586134342059924f;
    private static final float BETA = -0.052980118572961f;
    private static final float GAMMA = 0.882911075530934f;
    private static final float DELTA = 0.443506852043971f;
    private static final float K = 1.230174104914001f;

    private Wavelet() {
    }

    /** Coefficients or samples of a rectangle, row by row. */
    record Plane(int x0, int y0, int x1, int y1, float[] samples) {

        Plane(int x0, int y0, int x1, int y1) {
            this(x0, y0, x1, y1, new float[Math.max(0, x1 - x0) * Math.max(0, y1 - y0)]);
        }

        int width() {
            return Math.max(0, x1 - x0);
        }

        int height() {
            return Math.max(0, y1 - y0);
        }
    }

    /** The next resolution, from the one before and its three subbands of differences: across, down, both. */
    static Plane merge(Plane low, Plane across, Plane down, Plane both, boolean reversible) {
        var all = new Plane(low.x0() + across.x0(), low.y0() + down.y0(), low.x1() + across.x1(), low.y1() + down.y1());
        int width = all.width();
        int height = all.height();
        interleave(low, all, 0, 0);
        interleave(across, all, 1, 0);
        interleave(down, all, 0, 1);
        interleave(both, all, 1, 1);
        var row = new float[width];
        for (int y = 0; y < height; y++) {
            System.arraycopy(all.samples(), y * width, row, 0, width);
            line(row, all.x0() & 1, reversible);
            System.arraycopy(row, 0, all.samples(), y * width, width);
        }
        var column = new float[height];
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                column[y] = all.samples()[y * width + x];
            }
            line(column, all.y0() & 1, reversible);
            for (int y = 0; y < height; y++) {
                all.samples()[y * width + x] = column[y];
            }
        }
        return all;
    }

    private static void interleave(Plane from, Plane to, int oddX, int oddY) {
        for (int y = 0; y < from.height(); y++) {
            int at = (2 * (from.y0() + y) + oddY - to.y0()) * to.width() - to.x0() + oddX;
            for (int x = 0; x < from.width(); x++) {
                to.samples()[at + 2 * (from.x0() + x)] = from.samples()[y * from.width() + x];
            }
        }
    }

    /** One line whose first coefficient is an even (0) or odd (1) one; beyond its ends it goes on as in a mirror. */
    private static void line(float[] s, int parity, boolean reversible) {
        int n = s.length;
        if (n == 1) {
            if (parity == 1) {
                s[0] = reversible ? (float) Math.floor(s[0] / 2) : s[0] / 2;
            }
            return;
        }
        if (reversible) {
            for (int i = parity; i < n; i += 2) {
                s[i] -= (float) Math.floor((s[mirror(i - 1, n)] + s[mirror(i + 1, n)] + 2) / 4);
            }
            for (int i = 1 - parity; i < n; i += 2) {
                s[i] += (float) Math.floor((s[mirror(i - 1, n)] + s[mirror(i + 1, n)]) / 2);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            s[i] *= (i + parity) % 2 == 0 ? K : 1 / K;
        }
        lift(s, parity, DELTA);
        lift(s, 1 - parity, GAMMA);
        lift(s, parity, BETA);
        lift(s, 1 - parity, ALPHA);
    }

    private static void lift(float[] s, int from, float by) {
        for (int i = from; i < s.length; i += 2) {
            s[i] -= by * (s[mirror(i - 1, s.length)] + s[mirror(i + 1, s.length)]);
        }
    }

    private static int mirror(int i, int n) {
        return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
    }
}
