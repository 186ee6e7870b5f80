// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowsTest {

    private final Rows rows = new Rows();

    @Test
    void withoutAFilterRowsAreTheTracesOwn() {
        rows.all(100, 110);
        assertEquals(10, rows.count());
        assertEquals(100, rows.index(0));
        assertEquals(109, rows.index(9));
        assertEquals(3, rows.row(103));
        assertEquals(0, rows.row(5), "what was dropped would be before the first");
        assertEquals(10, rows.row(500));
        assertThrows(IndexOutOfBoundsException.class, () -> rows.index(10));
        assertThrows(IndexOutOfBoundsException.class, () -> rows.index(-1));
    }

    @Test
    void withAFilterRowsAreThoseThatPassedAndGoOnGrowing() {
        var random = new Random(3);
        var expected = new ArrayList<Long>();
        rows.filtered();
        long next = 0;
        for (int i = 0; i < 20_000; i++) {
            next += 1 + random.nextInt(5);
            rows.add(next);
            expected.add(next);
            if (i % 1000 == 999) {
                long limit = next - random.nextInt(9000);
                rows.dropBefore(limit);
                expected.removeIf(x -> x < limit);
            }
        }
        assertEquals(expected.size(), rows.count());
        for (int r = 0; r < expected.size(); r++) {
            assertEquals(expected.get(r), rows.index(r));
            assertEquals(r, rows.row(expected.get(r)));
            assertEquals(r, rows.row(expected.get(r) - (r == 0 || expected.get(r - 1) < expected.get(r) - 1 ? 1 : 0)), "the next one shown");
        }
        assertEquals(rows.count(), rows.row(next + 1));
    }
}
