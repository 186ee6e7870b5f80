// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long things took: number, sum, extremes, and quantiles that are right to 1.6 %, whatever the number. Needs a few kilobytes at most.
 */
final class Durations {

    private static final int SUB_BITS = 6;
    private static final int SUB = 1 << SUB_BITS;

    private long count;
    private long sum;
    private long least = Long.MAX_VALUE;
    private long most;
    /** Of each power of two, 64 parts; grows with the longest. */
    private int[] buckets = new int[0];

    void add(Duration d) {
        long n = Math.max(0, nanos(d));
        count++;
        sum += n;
        least = Math.min(least, n);
        most = Math.max(most, n);
        int i = bucket(n);
        if (i >= buckets.length) {
            buckets = Arrays.copyOf(buckets, i + SUB);
        }
        buckets[i]++;
    }

    private static long nanos(Duration d) {
        return d.getSeconds() > 1_000_000_000L ? 1_000_000_000_000_000_000L : d.toNanos();
    }

    private static int bucket(long n) {
        if (n < 2 * SUB) {
            return (int) n;
        }
        int shift = 63 - Long.numberOfLeadingZeros(n) - SUB_BITS;
        return (shift << SUB_BITS) + (int) (n >>> shift);
    }

    private static long middle(int bucket) {
        if (bucket < 2 * SUB) {
            return bucket;
        }
        int shift = (bucket >> SUB_BITS) - 1;
        long low = (long) (bucket - (shift << SUB_BITS)) << shift;
        return low + (1L << shift >> 1);
    }

    long count() {
        return count;
    }

    Duration total() {
        return Duration.ofNanos(sum);
    }

    Duration mean() {
        return Duration.ofNanos(count == 0 ? 0 : sum / count);
    }

    Duration longest() {
        return Duration.ofNanos(most);
    }

    /** The duration below which a part of all lies, 0 to 1; zero if there are none. */
    Duration quantile(double part) {
        if (count == 0) {
            return Duration.ZERO;
        }
        long wanted = Math.max(1, (long) Math.ceil(part * count));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= wanted) {
                return Duration.ofNanos(Math.clamp(middle(i), least, most));
            }
        }
        return Duration.ofNanos(most);
    }
}
