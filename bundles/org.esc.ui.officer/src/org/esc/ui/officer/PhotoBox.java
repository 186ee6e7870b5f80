// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.officer;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import org.eclipse.swt.SWT;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.ImageData;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Composite;
import org.esc.apdu.Words;
import org.esc.ui.Names;

/** A person's photo as large as there is room, or words in its place. */
final class PhotoBox extends Canvas {

    private static final Words WORDS = Words.of(PhotoBox.class);

    /** Larger pictures are no photos of a person. */
    private static final int MOST_PIXELS = 40_000_000;

    private final Optional<Image> image;

    PhotoBox(Composite parent, Optional<ImageData> photo, String whose) {
        super(parent, SWT.BORDER | SWT.DOUBLE_BUFFERED);
        image = photo.map(data -> new Image(getDisplay(), data));
        Names.name(this, image.isPresent() ? WORDS.say("Photo of {0}", whose) : WORDS.say("There is no photo of {0}", whose));
        addListener(SWT.Paint, e -> {
            Rectangle room = getClientArea();
            if (image.isEmpty()) {
                String words = WORDS.say("No photo");
                var size = e.gc.textExtent(words);
                e.gc.drawText(words, (room.width - size.x) / 2, (room.height - size.y) / 2, true);
                return;
            }
            Rectangle whole = image.get().getBounds();
            double scale = Math.min((double) room.width / whole.width, (double) room.height / whole.height);
            int w = Math.max(1, (int) (whole.width * scale));
            int h = Math.max(1, (int) (whole.height * scale));
            e.gc.setInterpolation(SWT.HIGH);
            e.gc.drawImage(image.get(), 0, 0, whole.width, whole.height, (room.width - w) / 2, (room.height - h) / 2, w, h);
        });
        addListener(SWT.Dispose, _ -> image.ifPresent(Image::dispose));
    }

    /** The picture in these bytes, which come from a directory and may be anything; empty if it is none. From any thread. */
    static Optional<ImageData> decode(Optional<byte[]> bytes) {
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        try {
            var data = new ImageData(new ByteArrayInputStream(bytes.get()));
            return (long) data.width * data.height <= MOST_PIXELS ? Optional.of(data) : Optional.empty();
        } catch (SWTException | IllegalArgumentException | OutOfMemoryError _) {
            return Optional.empty();
        }
    }
}
