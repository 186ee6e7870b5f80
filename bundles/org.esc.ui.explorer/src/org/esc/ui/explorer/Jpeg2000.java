// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads pictures in JPEG 2000 (ISO/IEC 15444-1), as many PIV cards hold faces in: a code stream, alone or in a JP2 file, grey or in RGB, of at
 * most two million pixels. Not read are palettes, regions of interest, changes of the progression order, and packet headers that lie apart. A picture
 * that is cut short is read as far as it goes.
 */
final class Jpeg2000 {

    private static final long MOST_PIXELS = 2_000_000;
    private static final int MOST_PRECINCTS = 100_000;
    private static final int MOST_PACKETS = 1_000_000;
    private static final int MOST_DEPTH = 16;
    private static final long PATIENCE = 5_000_000_000L;

    private static final int SOC = 0xFF4F;
    private static final int SIZ = 0xFF51;
    private static final int COD = 0xFF52;
    private static final int COC = 0xFF53;
    private static final int QCD = 0xFF5C;
    private static final int QCC = 0xFF5D;
    private static final int RGN = 0xFF5E;
    private static final int POC = 0xFF5F;
    private static final int PPM = 0xFF60;
    private static final int PPT = 0xFF61;
    private static final int SOT = 0xFF90;
    private static final int SOD = 0xFF93;
    private static final int EOC = 0xFFD9;

    /** A picture. @param rgb 00RRGGBB, row by row */
    record Picture(int width, int height, int[] rgb) {
    }

    /** A component (colour): bits of a sample, whether it has a sign, and of how many points of the grid each way it is one. */
    private record Component(int depth, boolean signed, int dx, int dy) {
    }

    /** How a component is coded (A.6.1). Precincts by resolution, as exponents. */
    private record Coding(int levels, int blockWidth, int blockHeight, int style, boolean reversible, int[] precinctWidths, int[] precinctHeights) {
    }

    /** How its coefficients are quantised (A.6.4). */
    private record Quantisation(int style, int guardBits, int[] exponents, int[] mantissas) {
    }

    /** What headers say; those of a tile begin with what the main header says. */
    private static final class Parameters {
        private int progression;
        private int layers;
        private boolean mixed;
        private boolean endOfHeader;
        private final Map<Integer, Coding> codings = new HashMap<>();
        private final Map<Integer, Quantisation> quantisations = new HashMap<>();

        Parameters copy() {
            var p = new Parameters();
            p.progression = progression;
            p.layers = layers;
            p.mixed = mixed;
            p.endOfHeader = endOfHeader;
            p.codings.putAll(codings);
            p.quantisations.putAll(quantisations);
            return p;
        }

        Coding coding(int component) throws IOException {
            return needed(codings.getOrDefault(component, codings.get(ALL)), "coding style");
        }

        Quantisation quantisation(int component) throws IOException {
            return needed(quantisations.getOrDefault(component, quantisations.get(ALL)), "quantisation");
        }

        private static <T> T needed(T value, String what) throws IOException {
            if (value == null) {
                throw new IOException("the picture does not tell its " + what);
            }
            return value;
        }
    }

    private static final int ALL = -1;

    /** A tile: its parameters, and its packets one behind the other. */
    private static final class Tile {
        private Parameters parameters;
        private final java.io.ByteArrayOutputStream packets = new java.io.ByteArrayOutputStream();
    }

    /** A subband of a resolution of a tile's component (B.5). */
    private record Band(int orientation, int x0, int y0, int x1, int y1, int planes, float step) {
    }

    /** A precinct's part of a subband: its code-blocks, row by row. */
    private record Part(int across, int down, Jpeg2000Block[] blocks, TagTree inclusion, TagTree zeroPlanes) {
    }

    /** A precinct, and where it stands in the order of packets. */
    private record Precinct(int component, int resolution, int index, long x, long y, List<Part> parts) {
    }

    private final ByteBuffer in;
    private final long deadline = System.nanoTime() + PATIENCE;
    private int x0;
    private int y0;
    private int x1;
    private int y1;
    private int tileX;
    private int tileY;
    private int tileWidth;
    private int tileHeight;
    private Component[] components;
    private final Parameters main = new Parameters();
    private final Map<Integer, Tile> tiles = new HashMap<>();

    private Jpeg2000(ByteBuffer in) {
        this.in = in;
    }

    /** True if the bytes begin as a JP2 file or a code stream does. */
    static boolean is(byte[] b) {
        return codeStream(b) >= 0;
    }

    /** Reads a picture. @throws IOException if it is damaged, too large, of a kind that is not read, or takes too long */
    static Picture read(byte[] b) throws IOException {
        int at = codeStream(b);
        if (at < 0) {
            throw new IOException("this is no picture in JPEG 2000");
        }
        try {
            var reader = new Jpeg2000(ByteBuffer.wrap(b, at, b.length - at));
            reader.headers();
            return reader.picture();
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            throw new IOException("the picture is damaged", e);
        }
    }

    /** Where the code stream begins: at once, or in the box {@code jp2c} (I.5.4); -1 if this is neither. */
    private static int codeStream(byte[] b) {
        var in = ByteBuffer.wrap(b);
        if (b.length > 2 && in.getShort(0) == (short) SOC) {
            return 0;
        }
        if (b.length < 12 || in.getInt(4) != 0x6A502020) {
            return -1;
        }
        long at = 0;
        while (at + 8 <= b.length) {
            long length = in.getInt((int) at) & 0xFFFFFFFFL;
            int header = 8;
            if (length == 1 && at + 16 <= b.length) {
                length = in.getLong((int) at + 8);
                header = 16;
            }
            if (in.getInt((int) at + 4) == 0x6A703263) {
                return (int) at + header;
            }
            if (length < header) {
                return -1;
            }
            at += length;
        }
        return -1;
    }

    private void inTime() throws IOException {
        if (System.nanoTime() > deadline) {
            throw new IOException("the picture takes too long to be read");
        }
    }

    // ---- headers (annex A)

    private void headers() throws IOException {
        if ((in.getShort() & 0xFFFF) != SOC) {
            throw new IOException("the picture does not begin as it should");
        }
        while (in.remaining() >= 2) {
            int marker = in.getShort() & 0xFFFF;
            if (marker == EOC) {
                return;
            }
            int length = (in.getShort() & 0xFFFF) - 2;
            ByteBuffer body = in.slice(in.position(), length);
            if (marker == SOT) {
                if (components == null) {
                    throw new IOException("the picture does not tell its size");
                }
                tilePart(body, in.position() - 4);
            } else {
                in.position(in.position() + length);
                segment(marker, body, main);
            }
        }
    }

    private void segment(int marker, ByteBuffer s, Parameters p) throws IOException {
        switch (marker) {
            case SIZ -> size(s);
            case COD -> {
                int style = s.get();
                p.endOfHeader = (style & 4) != 0;
                p.progression = s.get();
                p.layers = s.getShort() & 0xFFFF;
                p.mixed = s.get() != 0;
                p.codings.put(ALL, coding(style, s));
            }
            case COC -> {
                int component = component(s);
                p.codings.put(component, coding(s.get(), s));
            }
            case QCD -> p.quantisations.put(ALL, quantisation(s));
            case QCC -> {
                int component = component(s);
                p.quantisations.put(component, quantisation(s));
            }
            case RGN, POC, PPM, PPT -> throw new IOException("the picture is coded in a way that is not known here");
            default -> {
                // a comment, or something one can do without
            }
        }
    }

    private int component(ByteBuffer s) throws IOException {
        if (components == null) {
            throw new IOException("the picture does not tell its size");
        }
        return s.get() & 0xFF;
    }

    private void size(ByteBuffer s) throws IOException {
        s.getShort();
        x1 = s.getInt();
        y1 = s.getInt();
        x0 = s.getInt();
        y0 = s.getInt();
        tileWidth = s.getInt();
        tileHeight = s.getInt();
        tileX = s.getInt();
        tileY = s.getInt();
        int n = s.getShort() & 0xFFFF;
        if (x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0 || tileWidth < 1 || tileHeight < 1 || tileX < 0 || tileY < 0 || tileX > x0 || tileY > y0
                || (long) tileX + tileWidth <= x0 || (long) tileY + tileHeight <= y0) {
            throw new IOException("the picture's size makes no sense");
        }
        if ((long) (x1 - x0) * (y1 - y0) > MOST_PIXELS || (long) across() * down() > MOST_PRECINCTS || n < 1 || n > 4) {
            throw new IOException("the picture is too large");
        }
        components = new Component[n];
        for (int i = 0; i < n; i++) {
            int depth = s.get() & 0xFF;
            components[i] = new Component((depth & 0x7F) + 1, depth > 0x7F, s.get() & 0xFF, s.get() & 0xFF);
            if (components[i].depth() > MOST_DEPTH || components[i].dx() == 0 || components[i].dy() == 0) {
                throw new IOException("the picture is of a kind that is not known here");
            }
        }
    }

    private int across() {
        return ceil((long) x1 - tileX, tileWidth);
    }

    private int down() {
        return ceil((long) y1 - tileY, tileHeight);
    }

    private static Coding coding(int style, ByteBuffer s) throws IOException {
        int levels = s.get() & 0xFF;
        int width = (s.get() & 0xF) + 2;
        int height = (s.get() & 0xF) + 2;
        int blockStyle = s.get() & 0xFF;
        boolean reversible = s.get() == 1;
        if (levels > 32 || width > 10 || height > 10 || width + height > 12) {
            throw new IOException("the picture is damaged");
        }
        var widths = new int[levels + 1];
        var heights = new int[levels + 1];
        for (int r = 0; r <= levels; r++) {
            int sizes = (style & 1) == 0 ? 0xFF : s.get() & 0xFF;
            widths[r] = sizes & 0xF;
            heights[r] = sizes >> 4;
            if (r > 0 && (widths[r] == 0 || heights[r] == 0)) {
                throw new IOException("the picture is damaged");
            }
        }
        return new Coding(levels, width, height, blockStyle, reversible, widths, heights);
    }

    private static Quantisation quantisation(ByteBuffer s) {
        int style = s.get() & 0xFF;
        int n = (style & 0x1F) == 0 ? s.remaining() : s.remaining() / 2;
        var exponents = new int[n];
        var mantissas = new int[n];
        for (int i = 0; i < n; i++) {
            if ((style & 0x1F) == 0) {
                exponents[i] = (s.get() & 0xFF) >> 3;
            } else {
                int v = s.getShort() & 0xFFFF;
                exponents[i] = v >> 11;
                mantissas[i] = v & 0x7FF;
            }
        }
        return new Quantisation(style & 0x1F, style >> 5, exponents, mantissas);
    }

    /** A tile-part: its header, and its packets up to where the next one begins. */
    private void tilePart(ByteBuffer sot, int start) throws IOException {
        int index = sot.getShort() & 0xFFFF;
        long length = sot.getInt() & 0xFFFFFFFFL;
        if (index >= across() * down()) {
            throw new IOException("the picture is damaged");
        }
        Tile tile = tiles.computeIfAbsent(index, _ -> new Tile());
        if (tile.parameters == null) {
            tile.parameters = main.copy();
        }
        in.position(in.position() + sot.capacity());
        int marker = in.getShort() & 0xFFFF;
        while (marker != SOD) {
            int n = (in.getShort() & 0xFFFF) - 2;
            segment(marker, in.slice(in.position(), n), tile.parameters);
            in.position(in.position() + n);
            marker = in.getShort() & 0xFFFF;
        }
        int end = length == 0 ? in.limit() : (int) Math.min(in.limit(), start + length);
        var data = new byte[Math.max(0, end - in.position())];
        in.get(data);
        tile.packets.writeBytes(data);
    }

    // ---- the picture

    private Picture picture() throws IOException {
        int width = x1 - x0;
        int height = y1 - y0;
        var rgb = new int[width * height];
        for (var e : tiles.entrySet()) {
            int left = (int) Math.max(tileX + (long) (e.getKey() % across()) * tileWidth, x0);
            int top = (int) Math.max(tileY + (long) (e.getKey() / across()) * tileHeight, y0);
            int right = (int) Math.min(tileX + (long) (e.getKey() % across() + 1) * tileWidth, x1);
            int bottom = (int) Math.min(tileY + (long) (e.getKey() / across() + 1) * tileHeight, y1);
            tile(e.getValue(), left, top, right, bottom, rgb);
        }
        return new Picture(width, height, rgb);
    }

    private void tile(Tile tile, int left, int top, int right, int bottom, int[] rgb) throws IOException {
        Parameters p = tile.parameters;
        var precincts = new ArrayList<Precinct>();
        var bands = new ArrayList<List<List<Band>>>();
        for (int c = 0; c < components.length; c++) {
            bands.add(plan(p, c, left, top, right, bottom, precincts));
        }
        packets(p, precincts, tile.packets.toByteArray());
        var samples = new float[components.length][];
        for (int c = 0; c < components.length; c++) {
            samples[c] = samples(p.coding(c), c, bands.get(c), precincts);
        }
        if (p.mixed && components.length > 2) {
            unmix(samples, p.coding(0).reversible());
        }
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int red = sample(samples, 0, x, y, left, top, right);
                boolean grey = components.length < 3;
                int green = grey ? red : sample(samples, 1, x, y, left, top, right);
                int blue = grey ? red : sample(samples, 2, x, y, left, top, right);
                rgb[(y - y0) * (x1 - x0) + x - x0] = red << 16 | green << 8 | blue;
            }
        }
    }

    /** A sample as 8 bits, from the component's own grid. */
    private int sample(float[][] samples, int c, int x, int y, int left, int top, int right) {
        Component k = components[c];
        int cx = Math.max(0, Math.min(x / k.dx(), ceil(right, k.dx()) - 1) - ceil(left, k.dx()));
        int width = ceil(right, k.dx()) - ceil(left, k.dx());
        int cy = Math.max(0, y / k.dy() - ceil(top, k.dy()));
        int at = Math.min(cy * width + cx, samples[c].length - 1);
        float v = at < 0 ? 0 : samples[c][at] + (k.signed() ? 0 : 1 << k.depth() - 1);
        int most = (1 << k.depth()) - 1;
        return Math.clamp(Math.round(v * 255 / most), 0, 255);
    }

    /** Back to red, green and blue (annex G). */
    private static void unmix(float[][] s, boolean reversible) throws IOException {
        if (s[0].length != s[1].length || s[0].length != s[2].length) {
            throw new IOException("the picture is damaged");
        }
        for (int i = 0; i < s[0].length; i++) {
            float a = s[0][i];
            float b = s[1][i];
            float c = s[2][i];
            if (reversible) {
                float green = a - (float) Math.floor((b + c) / 4);
                s[0][i] = c + green;
                s[1][i] = green;
                s[2][i] = b + green;
            } else {
                s[0][i] = a + 1.402f * c;
                s[1][i] = a - 0.344136f * b - 0.714136f * c;
                s[2][i] = a + 1.772f * b;
            }
        }
    }

    // ---- how a tile is divided (annex B)

    static int ceil(long a, int b) {
        return (int) Math.floorDiv(a + b - 1, (long) b);
    }

    private static int shrunk(long a, int by) {
        return (int) (a + (1L << by) - 1 >> by);
    }

    /** The subbands of a component by resolution; its precincts are added to the list. */
    private List<List<Band>> plan(Parameters p, int c, int left, int top, int right, int bottom, List<Precinct> precincts) throws IOException {
        Component component = components[c];
        Coding coding = p.coding(c);
        Quantisation q = p.quantisation(c);
        int cx0 = ceil(left, component.dx());
        int cy0 = ceil(top, component.dy());
        int cx1 = ceil(right, component.dx());
        int cy1 = ceil(bottom, component.dy());
        var resolutions = new ArrayList<List<Band>>();
        for (int r = 0; r <= coding.levels(); r++) {
            int down = coding.levels() - r;
            var bands = new ArrayList<Band>();
            for (int orientation = r == 0 ? 0 : 1; orientation <= (r == 0 ? 0 : 3); orientation++) {
                int level = r == 0 ? coding.levels() : down + 1;
                long ox = (orientation & 1) == 0 ? 0 : 1L << level - 1;
                long oy = (orientation & 2) == 0 ? 0 : 1L << level - 1;
                int index = r == 0 ? 0 : 3 * (r - 1) + orientation;
                boolean derived = q.style() == 1;
                int exponent = derived ? q.exponents()[0] - (r == 0 ? 0 : r - 1) : q.exponents()[index];
                int gain = orientation == 0 ? 0 : orientation == 3 ? 2 : 1;
                float step = coding.reversible() ? 1 : (float) (Math.scalb(1.0, component.depth() + gain - exponent)
                        * (1 + q.mantissas()[derived ? 0 : index] / 2048.0));
                bands.add(new Band(orientation, shrunk(cx0 - ox, level), shrunk(cy0 - oy, level), shrunk(cx1 - ox, level), shrunk(cy1 - oy, level),
                        q.guardBits() + exponent - 1, step));
            }
            resolutions.add(bands);
            int rx0 = shrunk(cx0, down);
            int ry0 = shrunk(cy0, down);
            int rx1 = shrunk(cx1, down);
            int ry1 = shrunk(cy1, down);
            int pw = coding.precinctWidths()[r];
            int ph = coding.precinctHeights()[r];
            int across = rx1 > rx0 ? shrunk(rx1, pw) - (rx0 >> pw) : 0;
            int rows = ry1 > ry0 ? shrunk(ry1, ph) - (ry0 >> ph) : 0;
            if ((long) across * rows + precincts.size() > MOST_PRECINCTS) {
                throw new IOException("the picture has too many parts");
            }
            for (int i = 0; i < across * rows; i++) {
                int px = (rx0 >> pw) + i % across;
                int py = (ry0 >> ph) + i / across;
                var parts = new ArrayList<Part>();
                for (Band b : bands) {
                    int half = r == 0 ? 0 : 1;
                    parts.add(part(b, coding, px, py, pw - half, ph - half));
                }
                precincts.add(new Precinct(c, r, i, Math.max(left, ((long) px << pw + down) * component.dx()),
                        Math.max(top, ((long) py << ph + down) * component.dy()), parts));
            }
        }
        return resolutions;
    }

    private static Part part(Band b, Coding coding, int px, int py, int pw, int ph) {
        int width = Math.min(coding.blockWidth(), pw);
        int height = Math.min(coding.blockHeight(), ph);
        int left = (int) Math.max(b.x0(), (long) px << pw);
        int top = (int) Math.max(b.y0(), (long) py << ph);
        int right = (int) Math.min(b.x1(), px + 1L << pw);
        int bottom = (int) Math.min(b.y1(), py + 1L << ph);
        if (right <= left || bottom <= top) {
            return new Part(0, 0, new Jpeg2000Block[0], new TagTree(0, 0), new TagTree(0, 0));
        }
        int across = shrunk(right, width) - (left >> width);
        int down = shrunk(bottom, height) - (top >> height);
        var blocks = new Jpeg2000Block[across * down];
        for (int i = 0; i < blocks.length; i++) {
            int x = (left >> width) + i % across;
            int y = (top >> height) + i / across;
            int bx = Math.max(left, x << width);
            int by = Math.max(top, y << height);
            blocks[i] = new Jpeg2000Block(bx, by, Math.min(right, x + 1 << width) - bx, Math.min(bottom, y + 1 << height) - by, coding.style(),
                    b.orientation());
        }
        return new Part(across, down, blocks, new TagTree(across, down), new TagTree(across, down));
    }

    // ---- packets (annex B.9 to B.12)

    /** A packet: what a layer brings for a precinct. */
    private record Packet(int layer, Precinct precinct) {
    }

    private void packets(Parameters p, List<Precinct> precincts, byte[] data) throws IOException {
        if ((long) p.layers * precincts.size() > MOST_PACKETS) {
            throw new IOException("the picture has too many parts");
        }
        var all = new ArrayList<Packet>();
        for (int layer = 0; layer < p.layers; layer++) {
            for (Precinct precinct : precincts) {
                all.add(new Packet(layer, precinct));
            }
        }
        all.sort(order(p.progression));
        int at = 0;
        for (Packet packet : all) {
            if (at >= data.length) {
                return;
            }
            inTime();
            at = packet(packet, p, data, at);
        }
    }

    private static Comparator<Packet> order(int progression) throws IOException {
        Comparator<Packet> layer = Comparator.comparingInt(Packet::layer);
        Comparator<Packet> resolution = Comparator.comparingInt(k -> k.precinct().resolution());
        Comparator<Packet> component = Comparator.comparingInt(k -> k.precinct().component());
        Comparator<Packet> index = Comparator.comparingInt(k -> k.precinct().index());
        Comparator<Packet> position = Comparator.<Packet>comparingLong(k -> k.precinct().y()).thenComparingLong(k -> k.precinct().x());
        return switch (progression) {
            case 0 -> layer.thenComparing(resolution).thenComparing(component).thenComparing(index);
            case 1 -> resolution.thenComparing(layer).thenComparing(component).thenComparing(index);
            case 2 -> resolution.thenComparing(position).thenComparing(component).thenComparing(index).thenComparing(layer);
            case 3 -> position.thenComparing(component).thenComparing(resolution).thenComparing(index).thenComparing(layer);
            case 4 -> component.thenComparing(position).thenComparing(resolution).thenComparing(index).thenComparing(layer);
            default -> throw new IOException("the picture is damaged");
        };
    }

    private static int packet(Packet packet, Parameters p, byte[] data, int start) throws IOException {
        int at = start;
        if (at + 6 <= data.length && (data[at] & 0xFF) == 0xFF && (data[at + 1] & 0xFF) == 0x91) {
            at += 6;
        }
        var bits = new Bits(data, at);
        var coming = new ArrayList<Runnable>();
        int[] next = {0};
        if (bits.next() == 1) {
            for (Part part : packet.precinct().parts()) {
                for (int i = 0; i < part.blocks().length; i++) {
                    Jpeg2000Block block = part.blocks()[i];
                    int x = i % part.across();
                    int y = i / part.across();
                    boolean first = !block.included();
                    if (first ? !part.inclusion().reaches(bits, x, y, packet.layer() + 1) : bits.next() == 0) {
                        continue;
                    }
                    if (first) {
                        int zero = 0;
                        while (!part.zeroPlanes().reaches(bits, x, y, zero + 1)) {
                            if (++zero > Jpeg2000Block.MOST_PLANES) {
                                throw new IOException("the picture is damaged");
                            }
                        }
                        block.include(zero);
                    }
                    block.lengths(bits, passes(bits), (segment, length) -> coming.add(() -> {
                        segment.add(data, next[0], length);
                        next[0] += length;
                    }));
                }
            }
        }
        next[0] = bits.end();
        if (p.endOfHeader && next[0] + 2 <= data.length && (data[next[0]] & 0xFF) == 0xFF && (data[next[0] + 1] & 0xFF) == 0x92) {
            next[0] += 2;
        }
        coming.forEach(Runnable::run);
        return next[0];
    }

    /** Table B.4. */
    private static int passes(Bits bits) {
        if (bits.next() == 0) {
            return 1;
        }
        if (bits.next() == 0) {
            return 2;
        }
        int n = bits.next(2);
        if (n < 3) {
            return 3 + n;
        }
        n = bits.next(5);
        return n < 31 ? 6 + n : 37 + bits.next(7);
    }

    /** Bits of a packet header: a byte behind FF holds seven. */
    static final class Bits {

        private final byte[] data;
        private int at;
        private int left;
        private int now;

        Bits(byte[] data, int at) {
            this.data = data;
            this.at = at;
        }

        int next() {
            if (left == 0) {
                left = now == 0xFF ? 7 : 8;
                now = at < data.length ? data[at] & 0xFF : 0;
                at++;
            }
            left--;
            return now >> left & 1;
        }

        int next(int n) {
            int v = 0;
            for (int i = 0; i < n; i++) {
                v = v << 1 | next();
            }
            return v;
        }

        /** Where the byte behind the last one begins. */
        int end() {
            return now == 0xFF ? at + 1 : at;
        }
    }

    /** A tree of least values (B.10.2), which becomes known as far as it is asked for. */
    private static final class TagTree {

        private final List<int[]> values = new ArrayList<>();
        private final List<int[]> known = new ArrayList<>();
        private final List<Integer> widths = new ArrayList<>();

        TagTree(int across, int down) {
            int w = across;
            int h = down;
            while (w > 0 && h > 0) {
                var v = new int[w * h];
                java.util.Arrays.fill(v, Integer.MAX_VALUE);
                values.add(v);
                known.add(new int[w * h]);
                widths.add(w);
                if (w == 1 && h == 1) {
                    return;
                }
                w = (w + 1) / 2;
                h = (h + 1) / 2;
            }
        }

        /** True if a leaf's value is below the threshold. */
        boolean reaches(Bits bits, int x, int y, int threshold) {
            int low = 0;
            for (int level = values.size() - 1; level >= 0; level--) {
                int i = (y >> level) * widths.get(level) + (x >> level);
                low = Math.max(low, known.get(level)[i]);
                while (low < threshold && low < values.get(level)[i]) {
                    if (bits.next() == 1) {
                        values.get(level)[i] = low;
                    } else {
                        low++;
                    }
                }
                known.get(level)[i] = low;
            }
            return values.getFirst()[y * widths.getFirst() + x] < threshold;
        }
    }

    // ---- from blocks to samples (annexes D to F)

    private float[] samples(Coding coding, int c, List<List<Band>> resolutions, List<Precinct> precincts) throws IOException {
        var low = new Wavelet.Plane(0, 0, 0, 0);
        for (int r = 0; r < resolutions.size(); r++) {
            var planes = new ArrayList<Wavelet.Plane>();
            for (int b = 0; b < resolutions.get(r).size(); b++) {
                Band band = resolutions.get(r).get(b);
                var plane = new Wavelet.Plane(band.x0(), band.y0(), band.x1(), band.y1());
                for (Precinct precinct : precincts) {
                    if (precinct.component() == c && precinct.resolution() == r) {
                        for (Jpeg2000Block block : precinct.parts().get(b).blocks()) {
                            inTime();
                            block.decode(band.planes(), band.step(), coding.reversible(), plane);
                        }
                    }
                }
                planes.add(plane);
            }
            inTime();
            low = r == 0 ? planes.getFirst() : Wavelet.merge(low, planes.get(0), planes.get(1), planes.get(2), coding.reversible());
        }
        return low.samples();
    }
}
