// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Field;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Part;
import org.esc.trace.Trace;
import org.esc.trace.analysis.Filter;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.Finding;
import org.esc.trace.analysis.Findings;
import org.esc.trace.analysis.Reading;
import org.esc.trace.analysis.Row;
import org.esc.trace.analysis.Statistics;
import org.esc.trace.analysis.TraceDiff;
import org.esc.trace.formats.TraceFiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code trace …}: what traces in files say. */
public final class TraceVerbs {

    private static final Words WORDS = Words.of(TraceVerbs.class);
    /** For programs, too. */
    private static final String UNKNOWN = "unknown command";

    private static final int LOOKS_UP = 1024;

    private TraceVerbs() {
    }

    /**
     * An exchange in words and bytes.
     *
     * @param number   its number in the trace
     * @param time     when, if it is known
     * @param duration how long, if it is known
     * @param origin   who caused it
     * @param name     the command's name
     * @param summary  what it is about
     * @param status   what the status word means, or why no answer came
     * @param command  bytes as sent, {@code **} for hidden ones
     * @param response bytes as received
     * @param plain    both before they were wrapped, if they are known
     */
    public record Line(long number, Optional<Instant> time, Optional<Duration> duration, String reader, String origin, String name, String summary,
            String status, String command, String response, List<String> plain) {

        static Line of(Entry e, Decoded.Brief b) {
            return new Line(e.number(), e.time(), e.duration(), e.card().reader(), e.origin().toString(),
                    b.name().isEmpty() ? UNKNOWN : b.name(), b.summary(), e.failure().orElse(b.status()), e.command().toString(),
                    e.response().toString(), e.plain().map(p -> List.of(p.command().toString(), p.response().toString())).orElse(List.of()));
        }

        void print(PrintWriter out) {
            out.println("#" + number + time.map(t -> " " + t).orElse("") + duration.map(d -> " " + millis(d)).orElse("") + " [" + reader + "] " + origin
                    + " " + (name.equals(UNKNOWN) ? WORDS.say("unknown command") : name) + (summary.isEmpty() ? "" : " " + summary));
            out.println("  > " + command);
            out.println(response.isEmpty() ? "  ! " + status : "  < " + response + "  (" + status + ")");
            if (!plain.isEmpty()) {
                out.println("  " + WORDS.say("plain") + " > " + plain.getFirst());
                out.println("  " + WORDS.say("plain") + " < " + plain.getLast());
            }
        }
    }

    private static String millis(Duration d) {
        return String.format(Words.locale(), "%.3f ms", d.toNanos() / 1e6);
    }

    /** Which exchanges of a trace. */
    public record Range(@Arg(names = "--from", label = "NUMBER", help = "The first exchange to look at.") Optional<Long> from,
            @Arg(names = "--to", label = "NUMBER", help = "The last exchange to look at.") Optional<Long> to,
            @Arg(names = "--limit", label = "COUNT", help = "Show at most so many.", defaultValue = "1000") long limit) {
    }

    /**
     * Exchanges of a trace.
     *
     * @param rows    those that passed, as many as may be shown
     * @param matched how many passed
     * @param damage  what of the file could not be read
     */
    public record Rows(List<Line> rows, long matched, List<Trace.Damage> damage) {

        void print(PrintWriter out) {
            rows.forEach(r -> r.print(out));
            if (matched > rows.size()) {
                out.println(WORDS.say("Note: {0} more; --limit shows them.", matched - rows.size()));
            }
            damage.forEach(d -> out.println(WORDS.say("Note: line {0}, column {1}: {2}", d.line(), d.column(), d.what())));
        }
    }

    /** @param saved the file with filters that have a name */
    private static Filter filter(Optional<String> written, Path saved) throws EscException {
        String text = written.orElse("");
        return Filter.parse(text.strip().startsWith("@") ? FilterBook.load(saved).book().text(text) : text);
    }

    private static Rows rows(TraceFiles files, Path file, Filter filter, Range range, Context context) throws EscException {
        var shown = new ArrayList<Line>();
        long[] matched = {0};
        try (Trace t = files.open(file, context.cancel())) {
            long first = t.first();
            var reading = new Reading(t.interpreterAt(first, files.decoders()), filter.depth());
            var words = new WordsOf(t, files.decoders());
            t.scan(first, t.end(), (i, e) -> {
                if (i % LOOKS_UP == 0) {
                    context.cancel().check(WORDS.say("read the trace"));
                }
                if (range.to.isPresent() && e.number() > range.to.get()) {
                    return false;
                }
                Row row = reading.next(e);
                if (e.number() >= range.from.orElse(Long.MIN_VALUE) && filter.test(row)) {
                    if (matched[0]++ < range.limit) {
                        shown.add(Line.of(e, filter.depth() == Reading.Depth.BYTES ? words.of(i, e) : row.brief()));
                    }
                }
                return true;
            });
            return new Rows(shown, matched[0], t.damage());
        }
    }

    /** Words for the few exchanges that are shown of a trace that is gone through without interpreting it. */
    private static final class WordsOf {

        private static final long NEAR = 64;

        private final Trace trace;
        private final List<Decoder> decoders;
        private Optional<Interpreter> interpreter = Optional.empty();
        private long at;

        WordsOf(Trace trace, List<Decoder> decoders) {
            this.trace = trace;
            this.decoders = decoders;
        }

        Decoded.Brief of(long index, Entry e) throws EscException {
            if (interpreter.isEmpty() || index - at > NEAR) {
                interpreter = Optional.of(trace.interpreterAt(index, decoders));
                at = index;
            }
            while (at < index) {
                interpreter.get().pass(trace.get(at++));
            }
            at = index + 1;
            return interpreter.get().brief(e);
        }
    }

    /** {@code trace show}. */
    @Component(service = Verb.class, property = "verb=trace show")
    public static final class Show extends NamedVerb<Show.Args, Rows> {

        private final TraceFiles files;
        private final Path saved;

        /** Does it by means of this. */
        @Activate
        public Show(@Reference TraceFiles files) {
            this(files, FilterBook.file());
        }

        Show(TraceFiles files, Path saved) {
            super("trace show", "Show the exchanges of a trace.", Args.class);
            this.files = files;
            this.saved = saved;
        }

        /** Which trace, and what of it. */
        public record Args(@Arg(label = "FILE", help = "The trace.") Path file,
                @Arg(names = "--filter", label = "FILTER", help = "Only exchanges that pass: ins == VERIFY && sw != 9000, or @NAME for a saved one.") Optional<String> filter, Range range) {
        }

        @Override
        public Rows run(Args a, Context context) throws EscException {
            return rows(files, a.file, filter(a.filter, saved), a.range, context);
        }

        @Override
        public void print(Rows r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trace filter}. */
    @Component(service = Verb.class, property = "verb=trace filter")
    public static final class FilterVerb extends NamedVerb<FilterVerb.Args, Rows> {

        private final TraceFiles files;
        private final Path saved;

        /** Does it by means of this. */
        @Activate
        public FilterVerb(@Reference TraceFiles files) {
            this(files, FilterBook.file());
        }

        FilterVerb(TraceFiles files, Path saved) {
            super("trace filter", "Show the exchanges of a trace that pass a filter.", Args.class);
            this.files = files;
            this.saved = saved;
        }

        /** Which trace, and what of it. */
        public record Args(@Arg(label = "FILE", help = "The trace.") Path file,
                @Arg(label = "FILTER", help = "Which exchanges: ins == VERIFY && sw != 9000, or @NAME for a saved one.") String filter, Range range) {
        }

        @Override
        public Rows run(Args a, Context context) throws EscException {
            return rows(files, a.file, filter(Optional.of(a.filter), saved), a.range, context);
        }

        @Override
        public void print(Rows r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code trace decode}. */
    @Component(service = Verb.class, property = "verb=trace decode")
    public static final class Decode extends NamedVerb<Decode.Args, Decode.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Decode(@Reference TraceFiles files) {
            super("trace decode", "Explain an exchange of a trace byte by byte.", Args.class);
            this.files = files;
        }

        /** Which exchange of which trace. */
        public record Args(@Arg(label = "FILE", help = "The trace.") Path file, @Arg(label = "NUMBER", help = "The exchange's number.") long number) {
        }

        /** Some bytes of an exchange and their fields. */
        public record Bytes(Part.Kind kind, String bytes, List<Field> fields) {
        }

        /** The exchange, and all its bytes. */
        public record Result(Line exchange, List<Bytes> parts) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, context.cancel())) {
                long low = t.first();
                long high = t.end();
                // numbers rise
                while (low < high) {
                    long middle = (low + high) >>> 1;
                    if (t.get(middle).number() < a.number) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if (low == t.end() || t.get(low).number() != a.number) {
                    throw Problem.of(Fault.USAGE, WORDS.say("find the exchange"), WORDS.say("The trace has no exchange {0}.", a.number)).code("no-exchange")
                            .advice(WORDS.say("See what is there: esc trace show.")).exception();
                }
                Entry e = t.get(low);
                Decoded d = t.interpreterAt(low, files.decoders()).decode(e);
                return new Result(Line.of(e, d.brief()), d.parts().stream().map(p -> new Bytes(p.kind(), p.bytes().toString(), p.fields())).toList());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.exchange.print(out);
            for (Bytes b : r.parts) {
                out.println(b.kind.label());
                fields(b.fields, Masked.parse(b.bytes), "  ", out);
            }
        }

        private static void fields(List<Field> fields, Masked bytes, String indent, PrintWriter out) {
            for (Field f : fields) {
                String hex = f.children().isEmpty() && f.end() <= bytes.length() ? " " + bytes.part(f.offset(), f.end()) : "";
                out.println(indent + f.offset() + " " + f.name() + hex + (f.value().isEmpty() ? "" : ": " + f.value()));
                fields(f.children(), bytes, indent + "  ", out);
            }
        }
    }

    /** {@code trace diff}. */
    @Component(service = Verb.class, property = "verb=trace diff")
    public static final class Diff extends NamedVerb<Diff.Args, Diff.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Diff(@Reference TraceFiles files) {
            super("trace diff", "Compare two traces by meaning.", Args.class);
            this.files = files;
        }

        /** Which traces, and what counts. */
        public record Args(@Arg(label = "LEFT", help = "The one trace.") Path left, @Arg(label = "RIGHT", help = "The other one.") Path right,
                @Arg(names = "--count", label = "WHAT", help = "Take into account what is else left out: challenges, cryptograms, macs, handles, transport, origins.") List<TraceDiff.Ignore> count,
                @Arg(names = "--other-card", help = "Leave out what tells one card from another: serial numbers, CUID, CPLC.") boolean otherCard,
                @Arg(names = "--limit", label = "COUNT", help = "Show at most so many differences.", defaultValue = "100") long limit) {
        }

        /**
         * A difference.
         *
         * @param kind    what sort
         * @param left    numbers of the first and the last exchange on the left; none if it is only on the right
         * @param right   the same on the right
         * @param changes what differs within a step that is on both sides
         */
        public record Difference(TraceDiff.Kind kind, List<Long> left, List<Long> right, List<TraceDiff.Change> changes) {
        }

        /** Whether the traces are the same, how many steps compare how, the gist in sentences, and the first differences. */
        public record Result(boolean same, TraceDiff.Counts counts, List<String> summary, List<Difference> differences) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            Set<TraceDiff.Ignore> ignored = EnumSet.allOf(TraceDiff.Ignore.class);
            a.count.forEach(ignored::remove);
            if (!a.otherCard) {
                ignored.remove(TraceDiff.Ignore.IDENTITY);
            }
            try (Trace left = files.open(a.left, context.cancel()); Trace right = files.open(a.right, context.cancel())) {
                TraceDiff d = TraceDiff.of(left, right, files.decoders(), ignored, context.cancel());
                var differences = new ArrayList<Difference>();
                for (TraceDiff.Block b : d.blocks()) {
                    if (b.kind() != TraceDiff.Kind.SAME && differences.size() < a.limit) {
                        context.cancel().check(WORDS.say("compare the traces"));
                        differences.add(new Difference(b.kind(),
                                b.leftFrom() == b.leftTo() ? List.of() : numbers(left, d.leftRows(b.leftFrom()), d.leftRows(b.leftTo() - 1)),
                                b.rightFrom() == b.rightTo() ? List.of() : numbers(right, d.rightRows(b.rightFrom()), d.rightRows(b.rightTo() - 1)),
                                b.kind() == TraceDiff.Kind.CHANGED ? d.changes(b) : List.of()));
                    }
                }
                return new Result(d.isSame(), d.counts(), d.summary(), differences);
            }
        }

        @Override
        public boolean agrees(Result r) {
            return r.same;
        }

        private static List<Long> numbers(Trace t, TraceDiff.Rows first, TraceDiff.Rows last) throws EscException {
            return List.of(t.get(first.first()).number(), t.get(last.last()).number());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.summary.forEach(out::println);
            for (Difference d : r.differences) {
                out.println(switch (d.kind) {
                    case LEFT -> "< " + range(d.left);
                    case RIGHT -> "> " + range(d.right);
                    default -> "! " + range(d.left) + " | " + range(d.right);
                });
                d.changes.forEach(c -> out.println("    " + c.field() + ": " + (c.left().isEmpty() ? WORDS.say("nothing") : c.left()) + " | "
                        + (c.right().isEmpty() ? WORDS.say("nothing") : c.right())));
            }
        }

        private static String range(List<Long> n) {
            return n.getFirst().equals(n.getLast()) ? "#" + n.getFirst() : WORDS.say("#{0} to #{1}", n.getFirst(), n.getLast());
        }
    }

    /** {@code trace stats}. */
    @Component(service = Verb.class, property = "verb=trace stats")
    public static final class Stats extends NamedVerb<Stats.Args, Statistics.Report> {

        private final TraceFiles files;
        private final Path saved;

        /** Does it by means of this. */
        @Activate
        public Stats(@Reference TraceFiles files) {
            this(files, FilterBook.file());
        }

        Stats(TraceFiles files, Path saved) {
            super("trace stats", "Count and time the exchanges of a trace.", Args.class);
            this.files = files;
            this.saved = saved;
        }

        /** Which trace, and what of it. */
        public record Args(@Arg(label = "FILE", help = "The trace.") Path file,
                @Arg(names = "--filter", label = "FILTER", help = "Only exchanges that pass; @NAME for a saved filter.") Optional<String> filter) {
        }

        @Override
        public Statistics.Report run(Args a, Context context) throws EscException {
            Filter filter = filter(a.filter, saved);
            try (Trace t = files.open(a.file, context.cancel())) {
                return Statistics.of(t, files.decoders(), filter, context.cancel());
            }
        }

        @Override
        public void print(Statistics.Report r, PrintWriter out) {
            out.println(WORDS.many(r.all().count(), "{0} exchange, {1} failed, {2} of them without an answer; {3} bytes out, {4} in; {5} in cards of {6}.",
                    "{0} exchanges, {1} failed, {2} of them without an answer; {3} bytes out, {4} in; {5} in cards of {6}.", r.all().errors(), r.unanswered(), r.all().bytesOut(), r.all().bytesIn(), millis(r.all().total()), millis(r.span())));
            lines(WORDS.say("by command"), r.commands(), out);
            lines(WORDS.say("by application"), r.applications(), out);
            lines(WORDS.say("by origin"), r.origins(), out);
            lines(WORDS.say("by session"), r.sessions(), out);
            r.pauses().forEach(p -> out.println(WORDS.say("pause of {0} between #{1} and #{2}", millis(p.duration()), p.after(), p.before())));
        }

        private static void lines(String title, List<Statistics.Line> lines, PrintWriter out) {
            out.println(String.format("%-40s %9s %7s %14s %12s %12s %6s", title, WORDS.say("count"), WORDS.say("failed"), WORDS.say("total"),
                    WORDS.say("median"), "95 %", WORDS.say("share")));
            lines.forEach(l -> out.println(String.format(Words.locale(), "%-40s %9d %7d %14s %12s %12s %5.1f%%", l.key(), l.count(), l.errors(), millis(l.total()),
                    millis(l.median()), millis(l.percentile95()), 100 * l.share())));
        }
    }

    /** {@code trace filters}. */
    @Component(service = Verb.class, property = "verb=trace filters")
    public static final class Filters extends NamedVerb<Filters.Args, Filters.Result> {

        private final Path saved;

        /** With this person's. */
        public Filters() {
            this(FilterBook.file());
        }

        Filters(Path saved) {
            super("trace filters", "Show, save and delete the filters that @NAME stands for; the workbench has the same.", Args.class);
            this.saved = saved;
        }

        /** What is to be done, if not only shown. */
        public record Args(@Arg(names = "--save", label = "NAME=FILTER", help = "Save a filter, in the place of the one of that name.") Optional<String> save,
                @Arg(names = "--delete", label = "NAME", help = "Delete a filter.") Optional<String> delete) {
        }

        /**
         * What is saved now.
         *
         * @param filters with their names
         * @param file    where they are
         */
        public record Result(List<FilterBook.Saved> filters, Path file) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            FilterBook book = FilterBook.load(saved).book();
            if (a.delete.isPresent()) {
                book.text("@" + a.delete.get());
                book = book.without(a.delete.get());
            }
            if (a.save.isPresent()) {
                int eq = a.save.get().indexOf('=');
                String name = eq < 0 ? "" : a.save.get().substring(0, eq).strip();
                if (name.isEmpty()) {
                    throw Problem.of(Fault.USAGE, WORDS.say("save the filter"), WORDS.say("--save takes NAME=FILTER.")).exception();
                }
                String text = a.save.get().substring(eq + 1).strip();
                Filter.parse(text);
                book = book.with(new FilterBook.Saved(name, text));
            }
            if (a.save.isPresent() || a.delete.isPresent()) {
                book.save(saved);
            }
            return new Result(book.filters(), saved);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.filters.isEmpty()) {
                out.println(WORDS.say("No filter is saved."));
            }
            r.filters.forEach(f -> out.println("@" + f.name() + ": " + f.text()));
        }
    }

    /** {@code trace findings}. */
    @Component(service = Verb.class, property = "verb=trace findings")
    public static final class FindingsVerb extends NamedVerb<FindingsVerb.Args, FindingsVerb.Result> {

        private final TraceFiles files;
        private final Findings findings;

        /** Does it by means of these. */
        @Activate
        public FindingsVerb(@Reference TraceFiles files, @Reference Findings findings) {
            super("trace findings", "Look for what is wrong or unusual in a trace.", Args.class);
            this.files = files;
            this.findings = findings;
        }

        /** Which trace. */
        public record Args(@Arg(label = "FILE", help = "The trace.") Path file) {
        }

        /** What was found, the worst first. */
        public record Result(List<Finding> findings) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, context.cancel())) {
                return new Result(findings.of(t, files.decoders(), context.cancel()));
            }
        }

        private static String severity(Finding.Severity s) {
            return switch (s) {
                case NOTE -> WORDS.say("note");
                case WARNING -> WORDS.say("warning");
                case ERROR -> WORDS.say("error");
            };
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.findings.isEmpty()) {
                out.println(WORDS.say("Nothing was found."));
            }
            for (Finding f : r.findings) {
                String places = String.join(", ", f.where().stream().limit(10).map(n -> "#" + n).toList()) + (f.times() > 10 ? " … "
                        + WORDS.say("{0} times", f.times()) : "");
                out.println(severity(f.severity()) + ": " + f.what() + " (" + f.rule() + ", " + places + ")");
                out.println("    " + f.advice());
            }
        }
    }
}
