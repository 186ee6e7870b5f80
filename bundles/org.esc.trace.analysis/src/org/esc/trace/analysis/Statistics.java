// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;

/** Counts and times the exchanges of a trace, which may still grow. Needs the same memory for ten exchanges and ten million. Used by one thread at a time. */
public final class Statistics {

    private static final Words WORDS = Words.of(Statistics.class);

    private static final int MOST_GROUPS = 2000;
    private static final int MOST_BUCKETS = 512;
    private static final int MOST_PAUSES = 10;
    private static final int LOOKS_UP = 1024;

    private final String others = WORDS.say("others");
    private final String noneKnown = WORDS.say("none known");
    private final Group all = new Group();
    private final Map<String, Group> commands = new HashMap<>();
    private final Map<String, Group> applications = new HashMap<>();
    private final Map<String, Group> origins = new HashMap<>();
    private final Map<String, Group> sessions = new HashMap<>();
    private final Map<Long, End> ends = Cases.recent();
    private final PriorityQueue<Pause> pauses = new PriorityQueue<>(Comparator.comparing(Pause::duration));
    private long unanswered;
    private Optional<Instant> first = Optional.empty();
    private Optional<Instant> last = Optional.empty();
    private final Cell[] timeline = new Cell[MOST_BUCKETS];
    private long bucketNanos = 1_000_000;

    private record End(Instant time, long number) {
    }

    private static final class Cell {
        private long count;
        private long errors;
        private long busy;
        private long bytes;

        void add(Cell c) {
            count += c.count;
            errors += c.errors;
            busy += c.busy;
            bytes += c.bytes;
        }
    }

    private static final class Group {
        private final Durations durations = new Durations();
        private long count;
        private long errors;
        private long out;
        private long in;

        void add(Row r) {
            count++;
            errors += r.failed() ? 1 : 0;
            out += r.entry().command().length();
            in += r.entry().response().length();
            r.entry().duration().ifPresent(durations::add);
        }

        Line line(String key, Duration whole) {
            return new Line(key, count, errors, durations.total(), durations.mean(), durations.quantile(0.5), durations.quantile(0.95),
                    durations.longest(), out, in, seconds(whole) == 0 ? 0 : seconds(durations.total()) / seconds(whole));
        }
    }

    /**
     * All exchanges with something in common.
     *
     * @param key          what: the command's name, the application, the origin, the session
     * @param count        how many
     * @param errors       how many of them failed
     * @param total        how long they took together
     * @param mean         how long one took
     * @param median       how long half of them took at most, to 1.6 %
     * @param percentile95 how long 95 of 100 took at most, to 1.6 %
     * @param longest      how long the longest took
     * @param bytesOut     bytes of their commands, as sent
     * @param bytesIn      bytes of their answers, as received
     * @param share        their part of all time in cards, 0 to 1
     */
    public record Line(String key, long count, long errors, Duration total, Duration mean, Duration median, Duration percentile95, Duration longest,
            long bytesOut, long bytesIn, double share) {
    }

    /**
     * A part of the time line.
     *
     * @param begin  when it begins
     * @param count  exchanges that began in it
     * @param errors those of them that failed
     * @param busy   how long they took
     * @param bytes  how many bytes went both ways
     */
    public record Bucket(Instant begin, long count, long errors, Duration busy, long bytes) {
    }

    /**
     * Time between two exchanges of a session in which the card waited.
     *
     * @param after    number of the exchange before
     * @param before   number of the exchange behind
     * @param duration how long
     */
    public record Pause(long after, long before, Duration duration) {
    }

    /**
     * What the statistics say.
     *
     * @param all          all exchanges together
     * @param unanswered   how many of them got no answer
     * @param first        when the first one was sent, if it is known
     * @param last         when the last one was sent, if it is known
     * @param span         from the first to the last one
     * @param cardShare    part of that time in which cards worked, 0 to 1; more if several did at a time
     * @param commands     by command, the one with the longest time first
     * @param applications by application
     * @param origins      by who caused them
     * @param sessions     by session
     * @param bucket       how long a part of the time line is
     * @param timeline     at most 512 parts, from the first exchange on; empty ones are there, too
     * @param pauses       the longest, at most ten
     */
    public record Report(Line all, long unanswered, Optional<Instant> first, Optional<Instant> last, Duration span, double cardShare, List<Line> commands,
            List<Line> applications, List<Line> origins, List<Line> sessions, Duration bucket, List<Bucket> timeline, List<Pause> pauses) {
    }

    /** The statistics of all of a trace. @throws EscException if the trace cannot be read, or it was cancelled */
    public static Report of(Trace trace, List<Decoder> decoders, Filter filter, Cancel cancel) throws EscException {
        var s = new Statistics();
        long begin = trace.first();
        var depth = filter.depth() == Reading.Depth.DECODED ? Reading.Depth.DECODED : Reading.Depth.BRIEF;
        var reading = new Reading(trace.interpreterAt(begin, decoders), depth);
        for (long i = begin; i < trace.end(); i++) {
            if (i % LOOKS_UP == 0) {
                cancel.check(WORDS.say("count the trace"));
            }
            Row r = reading.next(trace.get(i));
            if (filter.test(r)) {
                s.add(r);
            }
        }
        return s.report();
    }

    /** Another exchange, to {@link Reading.Depth#BRIEF}. */
    public void add(Row r) {
        all.add(r);
        unanswered += r.sw() < 0 ? 1 : 0;
        group(commands, r.name()).add(r);
        group(applications, r.application().map(Object::toString).orElse(noneKnown)).add(r);
        group(origins, r.entry().origin().toString()).add(r);
        long session = r.entry().card().session();
        group(sessions, session + (r.entry().card().reader().isEmpty() ? "" : ", " + r.entry().card().reader())).add(r);
        r.entry().time().ifPresent(t -> {
            End end = ends.get(session);
            if (end != null && t.isAfter(end.time)) {
                pauses.add(new Pause(end.number, r.entry().number(), Duration.between(end.time, t)));
                if (pauses.size() > MOST_PAUSES) {
                    pauses.poll();
                }
            }
            ends.put(session, new End(t.plus(r.entry().duration().orElse(Duration.ZERO)), r.entry().number()));
            first = first.or(() -> Optional.of(t));
            last = last.filter(l -> l.isAfter(t)).or(() -> Optional.of(t));
            line(t, r);
        });
    }

    private Group group(Map<String, Group> groups, String key) {
        return groups.computeIfAbsent(groups.size() >= MOST_GROUPS && !groups.containsKey(key) ? others : key, _ -> new Group());
    }

    private void line(Instant t, Row r) {
        // what is older than the first one counts with it
        Duration since = Duration.between(first.get(), t);
        long nanos = since.isNegative() ? 0 : since.getSeconds() > Long.MAX_VALUE / 2_000_000_000L ? Long.MAX_VALUE / 2 : since.toNanos();
        while (nanos / bucketNanos >= MOST_BUCKETS) {
            for (int i = 0; i < MOST_BUCKETS; i += 2) {
                Cell c = timeline[i] == null ? timeline[i + 1] : timeline[i];
                if (c != null && c == timeline[i] && timeline[i + 1] != null) {
                    c.add(timeline[i + 1]);
                }
                timeline[i] = null;
                timeline[i + 1] = null;
                timeline[i / 2] = c;
            }
            bucketNanos *= 2;
        }
        int i = (int) (nanos / bucketNanos);
        if (timeline[i] == null) {
            timeline[i] = new Cell();
        }
        timeline[i].count++;
        timeline[i].errors += r.failed() ? 1 : 0;
        timeline[i].busy += r.entry().duration().map(Duration::toNanos).orElse(0L);
        timeline[i].bytes += r.entry().command().length() + r.entry().response().length();
    }

    /** What they say so far. */
    public Report report() {
        Duration inCards = all.durations.total();
        Duration span = first.isPresent() ? Duration.between(first.get(), last.get()) : Duration.ZERO;
        span = span.isNegative() ? Duration.ZERO : span;
        var buckets = new ArrayList<Bucket>();
        int used = 0;
        for (int i = 0; i < MOST_BUCKETS; i++) {
            used = timeline[i] == null ? used : i + 1;
        }
        for (int i = 0; i < used; i++) {
            Cell c = timeline[i] == null ? new Cell() : timeline[i];
            buckets.add(new Bucket(first.get().plusNanos(i * bucketNanos), c.count, c.errors, Duration.ofNanos(c.busy), c.bytes));
        }
        return new Report(all.line("all", inCards), unanswered, first, last, span, seconds(span) == 0 ? 0 : seconds(inCards) / seconds(span),
                lines(commands, inCards), lines(applications, inCards), lines(origins, inCards), lines(sessions, inCards), Duration.ofNanos(bucketNanos),
                buckets, pauses.stream().sorted(Comparator.comparing(Pause::duration).reversed()).toList());
    }

    private static double seconds(Duration d) {
        return d.getSeconds() + d.getNano() / 1e9;
    }

    private static List<Line> lines(Map<String, Group> groups, Duration whole) {
        return groups.entrySet().stream().map(g -> g.getValue().line(g.getKey(), whole))
                .sorted(Comparator.comparing(Line::total).reversed().thenComparing(Comparator.comparing(Line::count).reversed()).thenComparing(Line::key))
                .toList();
    }
}
