// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.Origin;
import org.esc.command.Cancel;
import org.esc.trace.analysis.Statistics.Bucket;
import org.esc.trace.analysis.Statistics.Line;
import org.esc.trace.analysis.Statistics.Pause;
import org.esc.trace.analysis.Statistics.Report;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private static Report of(Built t, String filter) throws EscException {
        return Statistics.of(t, List.of(), Filter.parse(filter), new Cancel());
    }

    @Test
    void countsAndTimes() throws Exception {
        var t = new Built().lasting(Duration.ofMillis(20)).add("00A4040007A0000000010000", "6F009000")
                .lasting(Duration.ofMillis(10)).add("00B0000002", "0101029000").lasting(Duration.ofMillis(30)).add("00B0000002", "6982")
                .by(Origin.probe("piv")).session(2).lasting(Duration.ofMillis(40)).add("00B0000002", "").untimed("00B0000002", "0101029000");
        Report r = of(t, "");
        Line all = r.all();
        assertEquals(5, all.count());
        assertEquals(2, all.errors());
        assertEquals(1, r.unanswered());
        assertEquals(Duration.ofMillis(100), all.total());
        assertEquals(12 + 4 * 5, all.bytesOut());
        assertEquals(4 + 5 + 2 + 5, all.bytesIn());
        assertEquals(List.of("READ BINARY", "SELECT"), r.commands().stream().map(Line::key).toList());
        Line read = r.commands().getFirst();
        assertEquals(4, read.count());
        assertEquals(Duration.ofMillis(80), read.total());
        assertEquals(0.8, read.share(), 1e-9);
        assertEquals(Duration.ofMillis(40), read.longest());
        assertEquals(30.0, read.median().toNanos() / 1e6, 0.5);
        assertEquals(Duration.ofMillis(40), read.percentile95());
        assertEquals(List.of("A0000000010000", "none known"), r.applications().stream().map(Line::key).toList());
        assertEquals(List.of("verb:enroll", "probe:piv"), r.origins().stream().map(Line::key).toList());
        assertEquals(List.of("1, Reader X", "2, Reader X"), r.sessions().stream().map(Line::key).toList());
        assertEquals(Optional.of(Instant.parse("2026-11-23T10:00:00Z")), r.first());
        assertEquals(Duration.ofMillis(63), r.span());
        assertEquals(100.0 / 63, r.cardShare(), 1e-9);
        assertEquals(List.of(new Pause(1, 2, Duration.ofMillis(1)), new Pause(2, 3, Duration.ofMillis(1))),
                r.pauses().stream().sorted(java.util.Comparator.comparing(Pause::after)).toList());

        assertEquals(2, of(t, "failed").all().count());
        assertEquals(3, of(t, "tlv[01] || ins == A4").all().count());
    }

    @Test
    void theTimeLineHasAtMost512Parts() throws Exception {
        var t = new Built();
        for (int i = 0; i < 1000; i++) {
            t.at(Instant.parse("2026-11-23T10:00:00Z").plusSeconds(i).toString()).add("00B0000002", i % 10 == 0 ? "6982" : "01029000");
        }
        Report r = of(t, "");
        assertEquals(Duration.ofMillis(2048), r.bucket());
        assertTrue(r.timeline().size() <= 512 && r.timeline().size() > 256, r.timeline().size() + " parts");
        assertEquals(1000, r.timeline().stream().mapToLong(Bucket::count).sum());
        assertEquals(100, r.timeline().stream().mapToLong(Bucket::errors).sum());
        assertEquals(r.all().bytesIn() + r.all().bytesOut(), r.timeline().stream().mapToLong(Bucket::bytes).sum());
        assertEquals(r.all().total(), r.timeline().stream().map(Bucket::busy).reduce(Duration.ZERO, Duration::plus));
        // each is where it belongs
        for (Bucket b : r.timeline()) {
            long expected = t.all().stream().map(e -> e.time().get()).filter(x -> !x.isBefore(b.begin()) && x.isBefore(b.begin().plus(r.bucket()))).count();
            assertEquals(expected, b.count());
        }
        assertEquals(10, r.pauses().size());
        assertTrue(of(new Built(), "").timeline().isEmpty());
        assertEquals(1, of(new Built().untimed("00B0000002", "9000"), "").all().count());
        // a clock that jumps
        var jumps = new Built().at("2026-11-23T10:00:00Z").add("00B00000", "9000").at("1970-01-01T00:00:00Z").add("00B00000", "9000")
                .at("9999-12-31T00:00:00Z").add("00B00000", "9000").at("2026-11-23T10:00:01Z").add("00B00000", "9000");
        assertEquals(4, of(jumps, "").timeline().stream().mapToLong(Bucket::count).sum());
    }

    @Test
    void quantilesAreRightToAFewPercent() {
        var random = new Random(4);
        var d = new Durations();
        long[] all = new long[10_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) Math.pow(10, 3 + 7 * random.nextDouble());
            d.add(Duration.ofNanos(all[i]));
        }
        Arrays.sort(all);
        for (double q : new double[] {0.01, 0.25, 0.5, 0.9, 0.95, 0.999, 1}) {
            long exact = all[(int) Math.ceil(q * all.length) - 1];
            assertEquals(exact, d.quantile(q).toNanos(), exact * 0.016, "quantile " + q);
        }
        var one = new Durations();
        one.add(Duration.ofNanos(123_456_789));
        assertEquals(Duration.ofNanos(123_456_789), one.quantile(0.5));
        one.add(Duration.ofSeconds(Long.MAX_VALUE));
        one.add(Duration.ofNanos(-5));
        assertEquals(Duration.ZERO, one.quantile(0));
        assertEquals(Duration.ZERO, new Durations().quantile(0.5));
    }

    @Test
    void thousandsOfGroupsAreOthers() throws Exception {
        var t = new Built();
        for (int i = 0; i < 5000; i++) {
            t.session(i).add("00B0000002", "9000");
        }
        Report r = of(t, "");
        assertTrue(r.sessions().size() <= 2001, r.sessions().size() + " groups");
        assertEquals(5000, r.sessions().stream().mapToLong(Line::count).sum());
        var cancel = new Cancel();
        cancel.cancel();
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> Statistics.of(t, List.of(), Filter.ALL, cancel)).fault());
    }
}
