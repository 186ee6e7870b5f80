// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.swt.graphics.RGB;
import org.junit.jupiter.api.Test;

/** What is drawn stands out from every ground on which it is drawn, in the light theme and in the dark one. */
class InkTest {

    /** Grounds of lists, of windows and of views: the desktop's standard theme and the platform's style sheets. */
    private static final List<RGB> LIGHT = List.of(rgb(0xFFFFFF), rgb(0xF6F5F4), rgb(0xF8F8F8));
    private static final List<RGB> DARK = List.of(rgb(0x2D2D2D), rgb(0x353535), rgb(0x2F2F2F));
    private static final double SHAPES = 3;
    private static final double LETTERS = 4.5;
    private static final Set<Ink> AREAS = EnumSet.of(Ink.PLAIN, Ink.GOOD, Ink.WARN, Ink.BAD, Ink.PALE, Ink.WHOLE, Ink.PART, Ink.MISTAKE);
    private static final Set<Ink> WRITTEN = EnumSet.of(Ink.KEYWORD, Ink.BYTES, Ink.QUOTED, Ink.REMARK, Ink.WRONG);
    private static final Set<Ink> GROUNDS = EnumSet.of(Ink.SIGN_GO, Ink.SIGN_WAIT, Ink.SIGN_GOOD, Ink.SIGN_BAD);
    private static final Pattern COLOUR = Pattern.compile("#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\\b");

    private final List<String> complaints = new ArrayList<>();

    private static RGB rgb(int rgb) {
        return new RGB(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
    }

    private void compare(String what, RGB ink, RGB ground, double least) {
        double has = Ink.contrast(ink, ground);
        if (has < least) {
            complaints.add(String.format(Locale.ROOT, "%s on %s: %.2f to 1", what, ground, has));
        }
    }

    @Test
    void contrastIsThatOfWcag() {
        assertEquals(21, Ink.contrast(rgb(0), rgb(0xFFFFFF)), 0.001);
        assertEquals(21, Ink.contrast(rgb(0xFFFFFF), rgb(0)), 0.001);
        // the grey that is known as the lightest which can be read on white
        assertEquals(4.54, Ink.contrast(rgb(0x767676), rgb(0xFFFFFF)), 0.01);
    }

    @Test
    void everyInkIsMeasured() {
        var all = EnumSet.copyOf(AREAS);
        all.addAll(WRITTEN);
        all.addAll(GROUNDS);
        all.add(Ink.SIGN);
        all.add(Ink.NEXT);
        assertEquals(EnumSet.allOf(Ink.class), all);
    }

    @Test
    void areasAndLettersStandOutFromTheirGrounds() {
        for (boolean dark : new boolean[] {false, true}) {
            for (RGB ground : dark ? DARK : LIGHT) {
                AREAS.forEach(i -> compare(i.name(), i.on(dark), ground, SHAPES));
                WRITTEN.forEach(i -> compare(i.name(), i.on(dark), ground, LETTERS));
            }
            WRITTEN.forEach(i -> compare(i.name(), i.on(dark), Ink.NEXT.on(dark), LETTERS));
            compare("PART of WHOLE", Ink.PART.on(dark), Ink.WHOLE.on(dark), SHAPES);
            GROUNDS.forEach(g -> compare("SIGN of " + g, Ink.SIGN.on(dark), g.on(dark), LETTERS));
        }
        assertEquals(List.of(), complaints);
    }

    /** Of each icon something that makes it out must: an outline, or what is drawn on it. */
    @Test
    void iconsStandOutFromBothThemes() throws IOException {
        int seen = 0;
        try (var files = Files.walk(Path.of("../../bundles"), 3)) {
            for (Path icon : files.filter(f -> f.getParent().endsWith("icons") && f.toString().endsWith(".svg")).sorted().toList()) {
                List<RGB> colours = COLOUR.matcher(Files.readString(icon)).results().map(m -> m.group(1)).map(InkTest::rgb).toList();
                assertTrue(!colours.isEmpty(), icon::toString);
                for (List<RGB> grounds : List.of(LIGHT, DARK)) {
                    double best = colours.stream().mapToDouble(c -> grounds.stream().mapToDouble(g -> Ink.contrast(c, g)).min().orElseThrow()).max().orElseThrow();
                    if (best < SHAPES) {
                        complaints.add(String.format(Locale.ROOT, "%s on %s: %.2f to 1", icon, grounds == LIGHT ? "light" : "dark", best));
                    }
                }
                seen++;
            }
        }
        assertTrue(seen > 100, seen + " icons");
        assertEquals(List.of(), complaints);
    }

    /** What two icons say they say in shapes: whoever sees no colours can tell them apart. */
    @Test
    void iconsDifferInMoreThanColours() throws IOException {
        var drawn = new HashMap<String, Path>();
        try (var files = Files.walk(Path.of("../../bundles"), 3)) {
            for (Path icon : files.filter(f -> f.getParent().endsWith("icons") && f.toString().endsWith(".svg")).sorted().toList()) {
                String svg = Files.readString(icon);
                Path other = drawn.putIfAbsent(icon.getParent() + COLOUR.matcher(svg).replaceAll("#"), icon);
                if (other != null && !Files.readString(other).equals(svg)) {
                    complaints.add(icon + " is like " + other.getFileName() + " but for its colours");
                }
            }
        }
        assertEquals(List.of(), complaints);
    }

    private static RGB rgb(String hex) {
        return rgb(Integer.parseInt(hex.length() == 6 ? hex : hex.replaceAll("(.)", "$1$1"), 16));
    }
}
