// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.PaletteData;

/** Pictures as cards hold them: JPEG 2000, JPEG and PNG. A card may hold anything: what is too large, damaged or of another kind is no picture. */
final class Pictures {

    private static final long MOST_PIXELS = 16_000_000;
    private static final int BITS = 24;

    private Pictures() {
    }

    /** The picture, if it can be drawn. May take seconds; any thread will do. */
    static Optional<ImageData> read(byte[] b) {
        try {
            if (Jpeg2000.is(b)) {
                Jpeg2000.Picture p = Jpeg2000.read(b);
                var data = new ImageData(p.width(), p.height(), BITS, new PaletteData(0xFF0000, 0xFF00, 0xFF));
                for (int y = 0; y < p.height(); y++) {
                    data.setPixels(0, y, p.width(), p.rgb(), y * p.width());
                }
                return Optional.of(data);
            }
            // the toolkit makes room for what a header says before it looks any further
            long pixels = pixels(b);
            return pixels < 1 || pixels > MOST_PIXELS ? Optional.empty() : Optional.of(new ImageData(new ByteArrayInputStream(b)));
        } catch (IOException | SWTException | IllegalArgumentException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    /** Pixels by the header of a PNG (its first chunk) or JPEG (its frame header), 0 if it is neither. */
    private static long pixels(byte[] b) {
        if (b.length > 24 && number(b, 0, 4) == 0x89504E47L) {
            return number(b, 16, 4) * number(b, 20, 4);
        }
        int at = 2;
        while (b.length > at + 9 && number(b, 0, 2) == 0xFFD8 && (b[at] & 0xFF) == 0xFF) {
            int marker = b[at + 1] & 0xFF;
            if (marker == 0xFF) {
                at++;
            } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                return number(b, at + 5, 2) * number(b, at + 7, 2);
            } else {
                at += 2 + (int) number(b, at + 2, 2);
            }
        }
        return 0;
    }

    private static long number(byte[] b, int at, int length) {
        long n = 0;
        for (int i = at; i < at + length; i++) {
            n = n << 8 | b[i] & 0xFF;
        }
        return n;
    }
}
