// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.trace.Scrubber;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.formats.TraceFiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code trace convert}, {@code trace scrub}, {@code trace formats}: traces from file to file. */
public final class CopyVerbs {

    private CopyVerbs() {
    }

    private static void complain(List<Trace.Damage> damage, PrintWriter out) {
        damage.forEach(d -> out.println("Note: " + (d.line() > 0 ? "line " + d.line() + ", column " + d.column() : "byte " + d.column()) + ": " + d.what()));
    }

    /** {@code trace convert}. */
    @Component(service = Verb.class, property = "verb=trace convert")
    public static final class Convert implements Verb<Convert.Args, Convert.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Convert(@Reference TraceFiles files) {
            this.files = files;
        }

        /** Which trace, and where to. */
        public record Args(@Arg(label = "FILE", help = "The trace, in any format that can be read.") Path file, TraceOutput.To to,
                @Arg(names = "--from-format", label = "FORMAT", help = "The format it has, where that is not found out.") Optional<String> fromFormat) {
        }

        /**
         * What was written.
         *
         * @param exchanges how many
         * @param format    in which format
         * @param damage    what of the trace could not be read
         */
        public record Result(Path file, String format, long exchanges, List<Trace.Damage> damage) {
        }

        @Override
        public String name() {
            return "trace convert";
        }

        @Override
        public String summary() {
            return "Write a trace in another format.";
        }

        @Override
        public Class<Args> arguments() {
            return Args.class;
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, a.fromFormat, context.cancel())) {
                String format = TraceOutput.write(files, t, a.to, t.about().decryptable(), e -> e, context);
                return new Result(a.to.out().toAbsolutePath(), format, t.end() - t.first(), t.damage());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.exchanges + " exchanges written to " + r.file + " (" + r.format + ").");
            complain(r.damage, out);
        }
    }

    /** {@code trace scrub}. */
    @Component(service = Verb.class, property = "verb=trace scrub")
    public static final class Scrub implements Verb<Scrub.Args, Scrub.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Scrub(@Reference TraceFiles files) {
            this.files = files;
        }

        /** Which trace, where to, and how much of it. */
        public record Args(@Arg(label = "FILE", help = "The trace, in any format that can be read.") Path file, TraceOutput.To to,
                @Arg(names = "--identity", help = "Also remove what tells whose card it is: contents of files, serial numbers.") boolean identity) {
        }

        /**
         * What was removed.
         *
         * @param exchanges how many there are
         * @param removed   what was removed, and from how many of them
         */
        public record Result(Path file, String format, long exchanges, Map<String, Long> removed, List<Trace.Damage> damage) {
        }

        @Override
        public String name() {
            return "trace scrub";
        }

        @Override
        public String summary() {
            return "Make a trace safe to share, and say what was removed.";
        }

        @Override
        public Class<Args> arguments() {
            return Args.class;
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, context.cancel())) {
                var scrubber = new Scrubber(files.decoders(), a.identity ? Scrubber.Level.IDENTITY : Scrubber.Level.SECRETS);
                String format = TraceOutput.write(files, t, a.to, false, scrubber::scrub, context);
                var removed = new TreeMap<String, Long>();
                scrubber.removed().forEach((kind, count) -> removed.put(kind.words(), count));
                return new Result(a.to.out().toAbsolutePath(), format, t.end() - t.first(), removed, t.damage());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.exchanges + " exchanges written to " + r.file + " (" + r.format + ").");
            if (r.removed.isEmpty()) {
                out.println("There was nothing to remove that was not hidden already.");
            }
            r.removed.forEach((what, count) -> out.println("  removed: " + what + ", in " + count));
            complain(r.damage, out);
        }
    }

    /** {@code trace formats}. */
    @Component(service = Verb.class, property = "verb=trace formats")
    public static final class FormatsVerb implements Verb<FormatsVerb.Args, FormatsVerb.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public FormatsVerb(@Reference TraceFiles files) {
            this.files = files;
        }

        /** Nothing to say. */
        public record Args() {
        }

        /**
         * A format.
         *
         * @param endings endings of the names of its files
         */
        public record Row(String name, String description, boolean reads, boolean writes, List<String> endings) {
        }

        /** All formats, by name. */
        public record Result(List<Row> formats) {
        }

        @Override
        public String name() {
            return "trace formats";
        }

        @Override
        public String summary() {
            return "List the formats of traces.";
        }

        @Override
        public Class<Args> arguments() {
            return Args.class;
        }

        @Override
        public Result run(Args a, Context context) {
            var rows = new ArrayList<Row>();
            rows.add(new Row(TraceOutput.OWN, "this program's own: everything is kept, and any place found at once", true, true, List.of(TraceOutput.OWN)));
            for (TraceFormat f : files.formats().all()) {
                rows.add(new Row(f.name(), f.description(), f.reads(), f.writes(), f.endings()));
            }
            rows.sort(Comparator.comparing(Row::name));
            return new Result(rows);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.formats.forEach(f -> out.printf("%-14s %-10s %s%n", f.name, f.reads && f.writes ? "read/write" : f.reads ? "read" : "write", f.description));
        }
    }
}
