// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import java.util.Map;
import org.eclipse.jface.resource.ColorDescriptor;
import org.eclipse.jface.resource.LocalResourceManager;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StyleRange;
import org.eclipse.swt.custom.StyledText;
import org.eclipse.swt.graphics.Color;
import org.esc.console.Colouring.Kind;
import org.esc.ui.Ink;
import org.esc.ui.NativeLook;

/** Colours of scripts that can be read on the background they stand on, whichever theme gives it. Keywords are bold, comments in italics, too. */
final class Palette {

    private static final Map<Kind, Ink> COLOURS = Map.of(Kind.KEYWORD, Ink.KEYWORD, Kind.BYTES, Ink.BYTES, Kind.TEXT, Ink.QUOTED, Kind.COMMENT, Ink.REMARK, Kind.WRONG,
            Ink.WRONG);

    private final StyledText text;
    private final LocalResourceManager resources;

    /** For this text; its colours live as long. */
    Palette(StyledText text, LocalResourceManager resources) {
        this.text = text;
        this.resources = resources;
    }

    private Color of(Ink ink) {
        return resources.get(ColorDescriptor.createFrom(ink.on(isDark())));
    }

    /** Whether the text stands on a dark background now. */
    boolean isDark() {
        return NativeLook.isDark(text);
    }

    /** How characters of a sort look. */
    StyleRange style(Kind kind, int from, int length) {
        Ink ink = COLOURS.get(kind);
        return new StyleRange(from, length, ink == null ? null : of(ink), null,
                kind == Kind.KEYWORD ? SWT.BOLD : kind == Kind.COMMENT ? SWT.ITALIC : SWT.NORMAL);
    }

    /** Background of the line that is run next. */
    Color here() {
        return of(Ink.NEXT);
    }

    /** The line under a mistake. */
    Color mistake() {
        return of(Ink.MISTAKE);
    }
}
