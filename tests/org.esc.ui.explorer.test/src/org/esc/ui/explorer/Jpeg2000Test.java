// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.eclipse.swt.graphics.ImageData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures in JPEG 2000, made by OpenJPEG 2.5 of colours that a formula gives. */
class Jpeg2000Test {

    private static final int WIDTH = 61;
    private static final int HEIGHT = 47;

    private static byte[] file(String name) throws IOException {
        try (var in = Jpeg2000Test.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static int colour(int x, int y) {
        boolean inside = (x - 30) * (x - 30) + (y - 23) * (y - 23) < 200;
        return inside ? 220 << 16 | 40 << 8 | 60 : (4 * x & 0xFF) << 16 | (5 * y & 0xFF) << 8 | x * y / 12 & 0xFF;
    }

    /** One picture is whole, the other has tiles, precincts, marked packets and every style of coding blocks. */
    @ParameterizedTest
    @ValueSource(strings = {"lossless.jp2", "tiles.jp2"})
    void whatWasCodedWithoutLossIsReadToTheBit(String name) throws Exception {
        Jpeg2000.Picture p = Jpeg2000.read(file(name));
        assertEquals(WIDTH + " x " + HEIGHT, p.width() + " x " + p.height());
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals(colour(x, y), p.rgb()[y * WIDTH + x], x + ", " + y);
            }
        }
    }

    @Test
    void grey() throws Exception {
        Jpeg2000.Picture p = Jpeg2000.read(file("grey.jp2"));
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals((colour(x, y) >> 16) * 0x010101, p.rgb()[y * WIDTH + x], x + ", " + y);
            }
        }
    }

    @Test
    void whatWasCodedWithLossComesClose() throws Exception {
        Jpeg2000.Picture p = Jpeg2000.read(file("lossy.j2k"));
        long sum = 0;
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                sum += Math.abs((colour(i % WIDTH, i / WIDTH) >> shift & 0xFF) - (p.rgb()[i] >> shift & 0xFF));
            }
        }
        assertTrue(sum < 2L * WIDTH * HEIGHT * 3, "on average " + sum / (3.0 * WIDTH * HEIGHT));
    }

    @Test
    void onePictureCutShortIsReadAsFarAsItGoes() throws Exception {
        byte[] b = file("lossy.j2k");
        Jpeg2000.Picture p = Jpeg2000.read(Arrays.copyOf(b, b.length * 2 / 3));
        assertTrue(Arrays.stream(p.rgb()).distinct().count() > 100);
        assertThrows(IOException.class, () -> Jpeg2000.read(Arrays.copyOf(b, 40)));
    }

    @Test
    void noneIsTooLargeOrTooManyForIt() throws Exception {
        byte[] b = file("lossy.j2k");
        byte[] wide = b.clone();
        // its size, behind the two markers, the segment's length and the capabilities
        wide[8] = 0x7F;
        assertThrows(IOException.class, () -> Jpeg2000.read(wide));
        byte[] tiles = b.clone();
        System.arraycopy(new byte[] {0, 0, 0, 1, 0, 0, 0, 1}, 0, tiles, 24, 8);
        assertThrows(IOException.class, () -> Jpeg2000.read(tiles));
        assertFalse(Pictures.read(tiles).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lossless.jp2", "tiles.jp2", "lossy.j2k", "grey.jp2"})
    void aDamagedOneIsReadOrRefused(String name) throws Exception {
        byte[] b = file(name);
        for (int seed = 0; seed < 150; seed++) {
            var random = new Random(seed);
            byte[] damaged = Arrays.copyOf(b, random.nextInt(4) == 0 ? 1 + random.nextInt(b.length) : b.length);
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                damaged[random.nextInt(random.nextBoolean() ? damaged.length : Math.min(damaged.length, 200))] = (byte) random.nextInt();
            }
            try {
                Jpeg2000.Picture p = Jpeg2000.read(damaged);
                assertEquals(p.width() * p.height(), p.rgb().length, "seed " + seed);
            } catch (IOException _) {
                // refused
            }
        }
    }

    @Test
    void aPictureIsMadeForTheScreen() throws Exception {
        ImageData d = Pictures.read(file("lossless.jp2")).orElseThrow();
        assertEquals(colour(7, 9), d.palette.getRGB(d.getPixel(7, 9)).red << 16 | d.palette.getRGB(d.getPixel(7, 9)).green << 8
                | d.palette.getRGB(d.getPixel(7, 9)).blue);
        byte[] huge = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xC0, 0, 17, 8, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 3, 1};
        assertTrue(Pictures.read(huge).isEmpty() && Pictures.read(new byte[0]).isEmpty() && Pictures.read("GIF89a".getBytes()).isEmpty());
    }
}
