// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.TraceDiff.Block;
import org.esc.trace.analysis.TraceDiff.Kind;
import org.esc.ui.Ink;
import org.junit.jupiter.api.Test;

/** What the comparison of traces and the colours compute, without windows. */
class DiffTest {

    @Test
    void whatDiffersStandsInBracketsAndBytesStayWhole() {
        assertEquals(new Marked("00A4⟦04⟧00", "00A4⟦14⟧00"), Marked.of("00A40400", "00A41400"));
        assertEquals(new Marked("cut short (0102⟦03⟧)", "cut short (0102⟦04⟧)"), Marked.of("cut short (010203)", "cut short (010204)"));
        assertEquals(new Marked("(⟦13⟧00)", "(⟦23⟧00)"), Marked.of("(1300)", "(2300)"));
        assertEquals(new Marked("AB⟦⟧", "AB⟦CD⟧"), Marked.of("AB", "ABCD"));
        assertEquals(new Marked("tries left: ⟦3⟧", "tries left: ⟦2⟧"), Marked.of("tries left: 3", "tries left: 2"));
        assertEquals(new Marked("", "only here"), Marked.of("", "only here"));
        assertEquals(new Marked("same", "same"), Marked.of("same", "same"));
        assertEquals(new Marked("⟦**⟧", "⟦00⟧"), Marked.of("**", "00"));
    }

    @Test
    void linesAndDifferencesAreFoundBothWays() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            var blocks = new ArrayList<Block>();
            var kinds = new ArrayList<Kind>();
            int l = 0;
            int r = 0;
            for (int i = random.nextInt(12); i > 0; i--) {
                Kind kind = Kind.values()[random.nextInt(4)];
                int n = kind == Kind.CHANGED ? 1 : 1 + random.nextInt(4);
                blocks.add(new Block(kind, l, l + (kind == Kind.RIGHT ? 0 : n), r, r + (kind == Kind.LEFT ? 0 : n)));
                l = blocks.getLast().leftTo();
                r = blocks.getLast().rightTo();
                for (int k = 0; k < n; k++) {
                    kinds.add(kind);
                }
            }
            var lines = new DiffLines(blocks);
            assertEquals(kinds.size(), lines.count(true));
            long differing = kinds.stream().filter(k -> k != Kind.SAME).count();
            assertEquals(differing, lines.count(false));
            int seen = 0;
            for (int line = 0; line < kinds.size(); line++) {
                assertEquals(kinds.get(line), lines.step(line).block().kind());
                assertEquals(line, lines.row(line, true));
                assertEquals(seen, lines.row(line, false));
                if (kinds.get(line) != Kind.SAME) {
                    assertEquals(line, lines.line(seen++, false));
                }
            }
            var begins = blocks.stream().filter(b -> b.kind() != Kind.SAME).map(b -> firstLine(blocks, b)).toList();
            var found = new ArrayList<Long>();
            for (long at = lines.next(-1); at >= 0; at = lines.next(at)) {
                found.add(at);
            }
            assertEquals(begins, found);
            var back = new ArrayList<Long>();
            for (long at = lines.previous(kinds.size()); at >= 0; at = lines.previous(at)) {
                back.addFirst(at);
            }
            // from behind the end, the last block's own beginning is before it
            assertEquals(begins, back, blocks.toString());
        }
    }

    private static long firstLine(List<Block> blocks, Block wanted) {
        long at = 0;
        for (Block b : blocks) {
            if (b == wanted) {
                return at;
            }
            at += Math.max(b.leftTo() - b.leftFrom(), b.rightTo() - b.rightFrom());
        }
        throw new AssertionError(wanted);
    }

    /** As much contrast as text needs for people with weak sight. */
    @Test
    void theStandardColoursCanBeReadOnLightAndDarkDesktops() {
        for (FilterBook.Colour c : FilterBook.standard().colours()) {
            for (FilterBook.Paint p : List.of(c.light(), c.dark())) {
                double contrast = Ink.contrast(RowTable.colour(p.letters().orElseThrow()).getRGB(), RowTable.colour(p.ground().orElseThrow()).getRGB());
                assertTrue(contrast >= 4.5, c.name() + " " + p + ": " + contrast);
            }
        }
    }
}
