// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NumbersTest {

    @Test
    void numbersAreFoundWithGapsBetweenThemAndNearlyInOrder() throws Exception {
        var gaps = new MadeTrace(false, 1000, index -> 10 * index + 5);
        assertEquals(7, Numbers.index(gaps, 75));
        assertEquals(8, Numbers.index(gaps, 76), "the next one");
        assertEquals(0, Numbers.index(gaps, 0));
        assertEquals(1000, Numbers.index(gaps, 1_000_000));
        // two cards at a time: each block of eight comes the other way round
        var mixed = new MadeTrace(false, 1000, index -> index / 8 * 8 + 7 - index % 8);
        for (long number = 0; number < 1000; number++) {
            assertEquals(number, mixed.get(Numbers.index(mixed, number)).number());
        }
        var dropped = new MadeTrace(true, 0);
        dropped.grow(50, 90);
        assertEquals(50, Numbers.index(dropped, 3));
        assertEquals(60, Numbers.index(dropped, 61));
    }
}
