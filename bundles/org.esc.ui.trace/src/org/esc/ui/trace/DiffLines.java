// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.Arrays;
import java.util.List;
import org.esc.trace.analysis.TraceDiff.Block;
import org.esc.trace.analysis.TraceDiff.Kind;

/** The lines of a comparison: a line for each step, or for each that differs. Immutable. A line's place among all of them is its name. */
final class DiffLines {

    private final List<Block> blocks;
    /** The first line of each block, among all, and behind the last one. */
    private final long[] starts;
    /** Blocks that differ, the first line of each among those that differ, and behind the last one. */
    private final int[] differing;
    private final long[] differingStarts;

    /**
     * A step.
     *
     * @param block it belongs to
     * @param at    which one of it, from 0
     */
    record Step(Block block, int at) {

        /** Step on the left; -1 if there is none. */
        int left() {
            return block.leftFrom() + at < block.leftTo() ? block.leftFrom() + at : -1;
        }

        /** Step on the right; -1 if there is none. */
        int right() {
            return block.rightFrom() + at < block.rightTo() ? block.rightFrom() + at : -1;
        }
    }

    DiffLines(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
        starts = new long[blocks.size() + 1];
        differing = new int[(int) blocks.stream().filter(b -> b.kind() != Kind.SAME).count()];
        differingStarts = new long[differing.length + 1];
        int d = 0;
        for (int i = 0; i < blocks.size(); i++) {
            Block b = blocks.get(i);
            int steps = Math.max(b.leftTo() - b.leftFrom(), b.rightTo() - b.rightFrom());
            starts[i + 1] = starts[i] + steps;
            if (b.kind() != Kind.SAME) {
                differing[d] = i;
                differingStarts[d + 1] = differingStarts[d] + steps;
                d++;
            }
        }
    }

    /** How many lines there are, of all steps or of those that differ. */
    long count(boolean all) {
        return all ? starts[blocks.size()] : differingStarts[differing.length];
    }

    /** The line in a row. */
    long line(long row, boolean all) {
        if (all) {
            return row;
        }
        int d = find(differingStarts, row);
        return starts[differing[d]] + row - differingStarts[d];
    }

    /** The row of a line; of the next one that is shown, if it is not. */
    long row(long line, boolean all) {
        if (all) {
            return Math.clamp(line, 0, count(true));
        }
        if (line >= count(true)) {
            return count(false);
        }
        int block = find(starts, line);
        int d = Arrays.binarySearch(differing, block);
        return d >= 0 ? differingStarts[d] + line - starts[block] : differingStarts[-d - 1];
    }

    /** The step of a line. */
    Step step(long line) {
        int block = find(starts, line);
        return new Step(blocks.get(block), (int) (line - starts[block]));
    }

    /** The first line behind one at which a difference begins; -1 if there is none. */
    long next(long line) {
        int d = Arrays.binarySearch(differing, line < 0 ? -1 : find(starts, Math.min(line, count(true) - 1)));
        int next = d >= 0 ? d + 1 : -d - 1;
        return next < differing.length ? starts[differing[next]] : -1;
    }

    /** The last line before one at which a difference begins; -1 if there is none. */
    long previous(long line) {
        if (line < 0 || count(true) == 0) {
            return -1;
        }
        int block = find(starts, Math.min(line, count(true) - 1));
        int d = Arrays.binarySearch(differing, block);
        int before = d >= 0 ? line > starts[block] ? d : d - 1 : -d - 2;
        return before >= 0 ? starts[differing[before]] : -1;
    }

    private static int find(long[] starts, long at) {
        int i = Arrays.binarySearch(starts, at);
        i = i < 0 ? -i - 2 : i;
        if (at < 0 || i >= starts.length - 1) {
            throw new IndexOutOfBoundsException("No line " + at + " of " + starts[starts.length - 1]);
        }
        return i;
    }
}
