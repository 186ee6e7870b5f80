// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.widgets.Control;

/**
 * Colours of what is drawn by hand: each as it is on a light ground and on a dark one. Lines and areas stand out from the ground by 3 to 1 or more, letters by 4.5 to 1 (WCAG 2.2,
 * success criteria 1.4.11 and 1.4.3). Whoever uses one says the same in words, numbers or shapes, too.
 */
public enum Ink {

    /** An area that counts something. */
    PLAIN(0x2F6FC4, 0x6EA8FF),
    /** An area that counts what is well. */
    GOOD(0x2B8A55, 0x62C48A),
    /** An area that counts what somebody should look at. */
    WARN(0xA86F00, 0xF0B95A),
    /** An area that counts what went wrong. */
    BAD(0xC03D25, 0xFF8A73),
    /** An area that counts what is over. */
    PALE(0x76808A, 0x9AA4AE),
    /** An area of which {@link #PART} is a part. */
    WHOLE(0x2F6FC4, 0x3F86E0),
    /** A part of {@link #WHOLE}, which stands out from it, too. */
    PART(0x000000, 0xFFFFFF),
    /** Letters on the grounds of signs. */
    SIGN(0xFFFFFF, 0xFFFFFF),
    /** Ground of a sign: do something. */
    SIGN_GO(0x1B5E9E, 0x1B5E9E),
    /** Ground of a sign: nothing is to be done. */
    SIGN_WAIT(0x5A5A5A, 0x5A5A5A),
    /** Ground of a sign: done. */
    SIGN_GOOD(0x1B6E2E, 0x1B6E2E),
    /** Ground of a sign: it failed. */
    SIGN_BAD(0xB01C1C, 0xB01C1C),
    /** Letters of what a language knows. */
    KEYWORD(0x5B2C8C, 0xC9A6F2),
    /** Letters of bytes. */
    BYTES(0x0B4F9E, 0x8ABFF7),
    /** Letters of quoted words. */
    QUOTED(0x1C6B2E, 0x95D59F),
    /** Letters of what is for people alone. */
    REMARK(0x5A5F66, 0xA9B0B8),
    /** Letters of what cannot be right. */
    WRONG(0xA81C1C, 0xFF9D94),
    /** Ground of the line that is next. */
    NEXT(0xFFF0B8, 0x463B0C),
    /** The line under a mistake. */
    MISTAKE(0xC01C1C, 0xFF7B72);

    private final RGB light;
    private final RGB dark;

    Ink(int light, int dark) {
        this.light = rgb(light);
        this.dark = rgb(dark);
    }

    private static RGB rgb(int rgb) {
        return new RGB(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
    }

    /** As it is on a ground. */
    public RGB on(boolean darkGround) {
        return darkGround ? dark : light;
    }

    /** As it is on the ground that a control has now. UI thread only. */
    public Color on(Control ground) {
        return new Color(on(NativeLook.isDark(ground)));
    }

    /** How much two colours differ in brightness, 1 to 21 (WCAG 2.2, "contrast ratio"). */
    public static double contrast(RGB a, RGB b) {
        double x = luminance(a);
        double y = luminance(b);
        return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    }

    private static double luminance(RGB c) {
        return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
    }

    private static double linear(int part) {
        double c = part / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
