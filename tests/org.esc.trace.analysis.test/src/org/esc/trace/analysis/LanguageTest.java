// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneId;
import java.util.List;
import org.esc.apdu.testing.InLanguage;
import org.esc.trace.analysis.FilterBook.Saved;
import org.junit.jupiter.api.Test;

/** In another language people read other words, and programs and scripts find what they always found. */
@InLanguage("de")
class LanguageTest {

    @Test
    void filtersThatComeWithTheProgramHaveNamesOfTheLanguageAndThoseOfTheGuides() throws Exception {
        FilterBook book = FilterBook.standard();
        assertEquals("Fehlschläge", book.filters().getFirst().name());
        for (String name : new String[] {"@Fehlschläge", "@Failures"}) {
            assertEquals("failed", book.text(name));
        }
        // one that a person gave that name comes first
        var own = new FilterBook(List.of(new Saved("Failures", "sw == 6A82"), book.filters().getFirst()), book.colours());
        assertEquals("sw == 6A82", own.text("@Failures"));
    }

    @Test
    void filtersAreReadAlikeAndComplainedOfInTheLanguage() throws Exception {
        for (Saved s : FilterBook.standard().filters()) {
            Filter.parse(s.text(), ZoneId.of("Z"));
        }
        var e = assertThrows(FilterException.class, () -> Filter.parse("sw = 9000", ZoneId.of("Z")));
        assertTrue(e.getMessage().startsWith("Spalte 4 des Filters: Erwartet wird ein Operator, etwa ==, nicht \"=\"."), e.getMessage());
        assertEquals("Meinten Sie ==?", e.problem().advice());
    }
}
