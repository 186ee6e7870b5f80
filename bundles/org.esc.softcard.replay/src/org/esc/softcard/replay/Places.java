// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.util.Arrays;

/** Where in a trace commands of a kind are: for each kind, which is a hash, rising places. Eight bytes of memory each. */
final class Places {

    private long[] all;
    private int count;

    Places(int expected) {
        all = new long[Math.max(16, expected)];
    }

    void add(int kind, int place) {
        all = count == all.length ? Arrays.copyOf(all, count + count / 2) : all;
        all[count++] = (long) kind << 32 | place;
    }

    /** After the last {@link #add}, before anything is asked. */
    void sort() {
        Arrays.sort(all, 0, count);
    }

    /** What {@link #at} is to be asked for first to see the places of a kind from one on. */
    int from(int kind, int place) {
        int i = Arrays.binarySearch(all, 0, count, (long) kind << 32 | place);
        return i < 0 ? -1 - i : i;
    }

    /** The place that stands here; -1 if there is none of this kind. */
    int at(int i, int kind) {
        return i >= 0 && i < count && (int) (all[i] >> 32) == kind ? (int) all[i] : -1;
    }
}
