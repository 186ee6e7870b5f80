// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.Map;
import org.eclipse.jface.resource.ColorDescriptor;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.Color;
import org.eclipse.swt.graphics.RGB;
import org.esc.console.Colouring.Kind;
import org.esc.ui.NativeLook;

/** Colours of scripts that can be read on the background they stand on, whichever theme gives it. Keywords are bold, comments in italics, too. */
final class Palette {

    /** On a light and on a dark background; each has a contrast of 4.5 to 1 at least. */
    private record Pair(RGB light, RGB dark) {
    }

    private static final Map<Kind, Pair> COLOURS = Map.of(
            Kind.KEYWORD, new Pair(new RGB(0x5B, 0x2C, 0x8C), new RGB(0xC9, 0xA6, 0xF2)),
            Kind.BYTES, new Pair(new RGB(0x0B, 0x4F, 0x9E), new RGB(0x8A, 0xBF, 0xF7)),
            Kind.TEXT, new Pair(new RGB(0x1C, 0x6B, 0x2E), new RGB(0x95, 0xD5, 0x9F)),
            Kind.COMMENT, new Pair(new RGB(0x5A, 0x5F, 0x66), new RGB(0xA9, 0xB0, 0xB8)),
            Kind.WRONG, new Pair(new RGB(0xA8, 0x1C, 0x1C), new RGB(0xFF, 0x9D, 0x94)));
    private static final Pair HERE = new Pair(new RGB(0xFF, 0xF0, 0xB8), new RGB(0x55, 0x48, 0x10));
    private static final Pair MISTAKE = new Pair(new RGB(0xC0, 0x1C, 0x1C), new RGB(0xFF, 0x7B, 0x72));

    private final StyledText text;
    private final LocalResourceManager resources;

    /** For this text; its colours live as long. */
    Palette(StyledText text, LocalResourceManager resources) {
        this.text = text;
        this.resources = resources;
    }

    private Color of(Pair pair) {
        return resources.get(ColorDescriptor.createFrom(isDark() ? pair.dark : pair.light));
    }

    /** Whether the text stands on a dark background now. */
    boolean isDark() {
        return NativeLook.isDark(text);
    }

    /** How characters of a sort look. */
    StyleRange style(Kind kind, int from, int length) {
        Pair pair = COLOURS.get(kind);
        return new StyleRange(from, length, pair == null ? null : of(pair), null,
                kind == Kind.KEYWORD ? SWT.BOLD : kind == Kind.COMMENT ? SWT.ITALIC : SWT.NORMAL);
    }

    /** Background of the line that is run next. */
    Color here() {
        return of(HERE);
    }

    /** The line under a mistake. */
    Color mistake() {
        return of(MISTAKE);
    }
}
