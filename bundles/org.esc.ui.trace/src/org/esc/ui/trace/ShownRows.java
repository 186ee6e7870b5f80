// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The exchanges of a trace that are shown, as a list wants them.
 *
 * @param rows   which ones
 * @param loader reads them, while a trace is open
 */
record ShownRows(Rows rows, Supplier<Optional<Loader>> loader) implements RowTable.Source {

    @Override
    public long count() {
        return rows.count();
    }

    @Override
    public long index(long row) {
        return rows.index(row);
    }

    @Override
    public long row(long index) {
        return rows.row(index);
    }

    @Override
    public void read(long fromRow, int howMany, Consumer<List<Row>> then) {
        loader.get().ifPresent(l -> {
            var indexes = new long[howMany];
            int n = 0;
            try {
                while (n < howMany) {
                    indexes[n] = rows.index(fromRow + n);
                    n++;
                }
            } catch (IndexOutOfBoundsException _) {
                // dropped since they were counted
            }
            l.rows(Arrays.copyOf(indexes, n), then);
        });
    }
}
