// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.graphics.GC;
import org.eclipse.swt.widgets.Control;

/** The person's size of letters: whoever reads large ones has larger places for them. */
public final class Letters {

    private static final String DIGITS = "0123456789";

    /** How wide the digits are in letters of the usual size, in pixels. */
    private static final int USUAL = 85;

    private Letters() {
    }

    /**
     * How much room something has to be given.
     *
     * @param place in whose letters it is written
     * @param usual room in pixels, with letters of the usual size
     * @return as much, or more with larger letters
     */
    public static int room(Control place, int usual) {
        return usual * Math.max(USUAL, width(place, DIGITS)) / USUAL;
    }

    /** How wide a text is in the letters of its place, in pixels. */
    public static int width(Control place, String text) {
        var gc = new GC(place);
        try {
            gc.setFont(place.getFont());
            return gc.textExtent(text).x;
        } finally {
            gc.dispose();
        }
    }
}
