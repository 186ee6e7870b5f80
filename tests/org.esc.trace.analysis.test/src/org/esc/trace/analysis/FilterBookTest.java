// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.Origin;
import org.esc.trace.analysis.FilterBook.Colour;
import org.esc.trace.analysis.FilterBook.Paint;
import org.esc.trace.analysis.FilterBook.Saved;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterBookTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsSavedIsReadAgain() throws Exception {
        var book = new FilterBook(List.of(new Saved("A \\ = # name\nin two lines", "data matches /\\d\\/x/ && \"é…\""), new Saved("", " failed"), new Saved("bad", "ins ==")),
                List.of(new Colour("c", "failed", Paint.of(0x0102AB, 0xFFFFFF), Paint.NONE, "→!", false),
                        new Colour("d", "masked", new Paint(Optional.of(1), Optional.empty()), new Paint(Optional.empty(), Optional.of(2)), "x", true)));
        Path file = folder.resolve("new/filters.properties");
        book.save(file);
        assertEquals(new FilterBook.Loaded(book, List.of()), FilterBook.load(file));
        FilterBook.standard().save(file);
        assertEquals(FilterBook.standard(), FilterBook.load(file).book());
        try (Stream<Path> all = Files.list(file.getParent())) {
            assertEquals(List.of(file), all.toList());
        }
        assertEquals(Optional.of("failed"), FilterBook.load(file).book().filter("FAILURES").map(Saved::text));
        assertEquals(FilterBook.standard(), FilterBook.load(folder.resolve("none")).book());
        FilterBook.EMPTY.save(file);
        assertEquals(FilterBook.EMPTY, FilterBook.load(file).book());
    }

    @Test
    void whatMakesNoSenseIsLeftOutAndTold() throws Exception {
        Path file = folder.resolve("f");
        Files.writeString(file, "colour.1.text=failed\ncolour.1.light=red\ncolour.2.text=failed\ncolour.2.marker=\ncolour.7.text=masked\n"
                + "colour.7.marker=m\nfilter.3.text=failed\nrubbish\nfilter.x.text=y\n");
        var loaded = FilterBook.load(file);
        assertEquals(List.of(new Saved("", "failed")), loaded.book().filters());
        assertEquals(List.of("masked"), loaded.book().colours().stream().map(Colour::text).toList());
        assertEquals(2, loaded.complaints().size());
        assertTrue(loaded.complaints().getFirst().contains("\"red\""), loaded.complaints().toString());
        for (byte[] bad : List.of(new byte[] {(byte) 0xFF, (byte) 0xFE, 0}, "a=\\uZZZZ".getBytes())) {
            Files.write(file, bad);
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> FilterBook.load(file)).fault());
        }
        assertThrows(EscException.class, () -> FilterBook.load(folder));
        Files.writeString(folder.resolve("plain"), "");
        assertThrows(EscException.class, () -> FilterBook.EMPTY.save(folder.resolve("plain/f")));
    }

    @Test
    void theFirstRuleColours() throws Exception {
        var painter = new Painter(FilterBook.standard().colours(), ZoneOffset.UTC);
        assertEquals(List.of(), painter.complaints());
        assertEquals(Reading.Depth.BYTES, painter.depth());
        var t = new Built().add("00200080", "").add("00200080", "63C3").add("00200080", "9000").add("84E20000", "9000").by(Origin.probe("piv"))
                .add("00A40400", "9000").by(Origin.verb("info")).add("00A40400", "9000");
        var reading = Reading.ofBytes();
        assertEquals("✕!PS?-", t.all().stream().map(e -> painter.colour(reading.next(e)).map(Colour::marker).orElse("-")).reduce("", String::concat));
        var broken = new Painter(List.of(new Colour("x", "ins ==", Paint.NONE, Paint.NONE, "x", true), new Colour("y", "ins ==", Paint.NONE, Paint.NONE, "x", false),
                new Colour("z", "summary == a", Paint.NONE, Paint.NONE, "z", true)), ZoneOffset.UTC);
        assertEquals(1, broken.complaints().size());
        assertEquals(Reading.Depth.BRIEF, broken.depth());
    }

    /** WCAG 2.2 §1.4.3: 4.5 to 1 between letters and ground. */
    @Test
    void standardColoursCanBeRead() throws Exception {
        for (Saved f : FilterBook.standard().filters()) {
            Filter.parse(f.text());
        }
        for (Colour c : FilterBook.standard().colours()) {
            for (Paint p : List.of(c.light(), c.dark())) {
                double a = luminance(p.letters().get()) + 0.05;
                double b = luminance(p.ground().get()) + 0.05;
                assertTrue(Math.max(a, b) / Math.min(a, b) >= 4.5, c.name() + " " + p);
            }
        }
        assertEquals(5, FilterBook.standard().colours().stream().map(Colour::marker).distinct().count());
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16 & 0xFF) + 0.7152 * linear(rgb >> 8 & 0xFF) + 0.0722 * linear(rgb & 0xFF);
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
