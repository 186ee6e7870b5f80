// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Where objects lie in the applet's memory: first fit, two bytes of bookkeeping per block, free neighbours joined. Only places are kept
 * here; so it fills up, and breaks into pieces, as the applet's memory does.
 */
final class Heap {

    private static final int OVERHEAD = 2;
    /** A free piece holds its size and the place of the next one; smaller remainders stay with the block. */
    private static final int FREE_NODE = 4;

    private final int size;
    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private final TreeMap<Integer, Integer> used = new TreeMap<>();

    Heap(int size) {
        this.size = size;
        free.put(0, size);
    }

    int size() {
        return size;
    }

    int free() {
        return free.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** A place for {@code bytes}, or empty if no piece is long enough. */
    OptionalInt allocate(int bytes) {
        int need = bytes + OVERHEAD;
        for (Map.Entry<Integer, Integer> e : free.entrySet()) {
            if (e.getValue() >= need) {
                int at = e.getKey();
                int whole = e.getValue();
                int take = whole - need < FREE_NODE ? whole : need;
                free.remove(at);
                if (take < whole) {
                    free.put(at + take, whole - take);
                }
                used.put(at, take);
                return OptionalInt.of(at);
            }
        }
        return OptionalInt.empty();
    }

    /** Takes back a known place, when the card wakes up. @return false if it is not free */
    boolean claim(int at, int bytes) {
        var e = free.floorEntry(at);
        if (e == null) {
            return false;
        }
        int start = e.getKey();
        int end = start + e.getValue();
        int take = bytes + OVERHEAD;
        if (at + take > end) {
            return false;
        }
        if (end - at - take < FREE_NODE) {
            take = end - at;
        }
        free.remove(start);
        if (at > start) {
            free.put(start, at - start);
        }
        if (at + take < end) {
            free.put(at + take, end - at - take);
        }
        used.put(at, take);
        return true;
    }

    void release(int at) {
        Integer length = used.remove(at);
        if (length == null) {
            return;
        }
        int start = at;
        int n = length;
        var below = free.floorEntry(at);
        if (below != null && below.getKey() + below.getValue() == at) {
            start = below.getKey();
            n += below.getValue();
        }
        Integer above = free.remove(at + length);
        if (above != null) {
            n += above;
        }
        free.put(start, n);
    }
}
