// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Arrays;

/**
 * Which exchanges of a trace are shown, in order: all of a range, or those that a filter let pass. Grows at its end, and loses at its beginning what
 * the trace dropped. Safe for use by several threads.
 */
final class Rows {

    private long[] indexes = {};
    private int from;
    private int to;
    private boolean all = true;
    private long first;
    private long end;

    /** Shows all of a trace. */
    synchronized void all(long newFirst, long newEnd) {
        all = true;
        first = newFirst;
        end = Math.max(newFirst, newEnd);
        indexes = new long[0];
        from = 0;
        to = 0;
    }

    /** Shows nothing yet; what passes a filter is {@link #add}ed. */
    synchronized void filtered() {
        all = false;
        indexes = new long[1024];
        from = 0;
        to = 0;
    }

    /** True if a filter decides. */
    synchronized boolean isFiltered() {
        return !all;
    }

    /** One more exchange that passed: later than all before. */
    synchronized void add(long index) {
        if (to == indexes.length) {
            if (from > to / 2) {
                System.arraycopy(indexes, from, indexes, 0, to - from);
                to -= from;
                from = 0;
            } else {
                indexes = Arrays.copyOf(indexes, Math.max(1024, indexes.length * 2));
            }
        }
        indexes[to++] = index;
    }

    /** Forgets what lies before an index: the trace dropped it. */
    synchronized void dropBefore(long index) {
        first = Math.max(first, index);
        while (from < to && indexes[from] < index) {
            from++;
        }
    }

    /** How many rows there are. */
    synchronized long count() {
        return all ? end - first : to - from;
    }

    /** The exchange in a row, which counts from 0. @throws IndexOutOfBoundsException if there is no such row */
    synchronized long index(long row) {
        if (row < 0 || row >= count()) {
            throw new IndexOutOfBoundsException("No row " + row + " of " + count());
        }
        return all ? first + row : indexes[from + (int) row];
    }

    /** True if an exchange is shown. */
    synchronized boolean has(long index) {
        return all ? index >= first && index < end : Arrays.binarySearch(indexes, from, to, index) >= 0;
    }

    /** The row of an exchange; of the next one that is shown if it is not; {@link #count} if there is none behind it. */
    synchronized long row(long index) {
        if (all) {
            return Math.clamp(index - first, 0, count());
        }
        int at = Arrays.binarySearch(indexes, from, to, index);
        return (at < 0 ? -at - 1 : at) - from;
    }
}
