// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.KeySets;
import org.esc.trace.Scrubber;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.decoders.ChannelReader;
import org.esc.trace.formats.TraceFiles;
import org.esc.trace.formats.TraceOutput;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code trace convert}, {@code scrub}, {@code decrypt}, {@code formats}: traces from file to file. */
public final class CopyVerbs {

    private static final Words WORDS = Words.of(CopyVerbs.class);

    private CopyVerbs() {
    }

    private static void complain(List<Trace.Damage> damage, PrintWriter out) {
        damage.forEach(d -> out.println(d.line() > 0 ? WORDS.say("Note: line {0}, column {1}: {2}", d.line(), d.column(), d.what())
                : WORDS.say("Note: byte {0}: {1}", d.column(), d.what())));
    }

    /** {@code trace convert}. */
    @Component(service = Verb.class, property = "verb=trace convert")
    public static final class Convert extends NamedVerb<Convert.Args, Convert.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Convert(@Reference TraceFiles files) {
            super("trace convert", "Write a trace in another format.", Args.class);
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
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, a.fromFormat, context.cancel())) {
                var written = TraceOutput.write(files, t, a.to, TraceOutput.What.all(t), context);
                return new Result(a.to.out().toAbsolutePath(), written.format(), written.exchanges(), t.damage());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(TraceOutput.said(r.exchanges, r.file, r.format));
            complain(r.damage, out);
        }
    }

    /** {@code trace scrub}. */
    @Component(service = Verb.class, property = "verb=trace scrub")
    public static final class Scrub extends NamedVerb<Scrub.Args, Scrub.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public Scrub(@Reference TraceFiles files) {
            super("trace scrub", "Make a trace safe to share, and say what was removed.", Args.class);
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
        public Result run(Args a, Context context) throws EscException {
            try (Trace t = files.open(a.file, context.cancel())) {
                var scrubber = new Scrubber(files.decoders(), a.identity ? Scrubber.Level.IDENTITY : Scrubber.Level.SECRETS);
                var written = TraceOutput.write(files, t, a.to, TraceOutput.What.changed(false, scrubber::scrub), context);
                var removed = new TreeMap<String, Long>();
                scrubber.removed().forEach((kind, count) -> removed.put(kind.id(), count));
                return new Result(a.to.out().toAbsolutePath(), written.format(), written.exchanges(), removed, t.damage());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(TraceOutput.said(r.exchanges, r.file, r.format));
            if (r.removed.isEmpty()) {
                out.println(WORDS.say("There was nothing to remove that was not hidden already."));
            }
            Arrays.stream(Scrubber.Kind.values()).filter(k -> r.removed.containsKey(k.id())).sorted(Comparator.comparing(Scrubber.Kind::id))
                    .forEach(k -> out.println("  " + WORDS.say("removed: {0}, in {1}", k.words(), r.removed.get(k.id()))));
            complain(r.damage, out);
        }
    }

    /** {@code trace decrypt}. */
    @Component(service = Verb.class, property = "verb=trace decrypt")
    public static final class Decrypt extends NamedVerb<Decrypt.Args, Decrypt.Result> {

        private final TraceFiles files;
        private final KeySets sets;

        /** Does it by means of these. */
        @Activate
        public Decrypt(@Reference TraceFiles files, @Reference KeySets sets) {
            super("trace decrypt", "Read the secure channels of a trace with the cards' keys, and verify every MAC.", Args.class);
            this.files = files;
            this.sets = sets;
        }

        /** Which trace, where to, with which keys. */
        public record Args(@Arg(label = "FILE", help = "The trace, in any format that can be read.") Path file, TraceOutput.To to, KeyArgs keys,
                @Arg(names = "--reveal", help = "Write secrets that are decrypted, too: PINs, keys. Whoever has the file has them.") boolean reveal) {
        }

        /**
         * What was found.
         *
         * @param exchanges  how many there are
         * @param verdicts   how many exchanges of secure channels were verified, had a wrong key, a wrong MAC, or could not be verified
         * @param complaints the first that were not verified, each with its number and why
         */
        public record Result(Path file, String format, long exchanges, Map<ChannelReader.Kind, Long> verdicts, List<String> complaints,
                List<Trace.Damage> damage) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var tally = new ChannelReader.Tally();
            try (var keys = sets.open(a.keys, context); Trace t = files.open(a.file, context.cancel());
                    var reader = new ChannelReader(keys, files.decoders(), a.reveal)) {
                var what = new TraceOutput.What(_ -> true, e -> {
                    ChannelReader.Read r = reader.read(e);
                    tally.add(r);
                    return r.entry();
                }, t.about().decryptable() || a.reveal, true);
                var written = TraceOutput.write(files, t, a.to, what, context);
                return new Result(a.to.out().toAbsolutePath(), written.format(), written.exchanges(), tally.verdicts(), tally.complaints(), t.damage());
            }
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(TraceOutput.said(r.exchanges, r.file, r.format));
            if (r.verdicts.isEmpty()) {
                out.println(WORDS.say("There is no secure channel in this trace."));
            }
            r.verdicts.forEach((kind, count) -> out.println("  " + count + " " + kind.words()));
            r.complaints.forEach(c -> out.println("  " + c));
            complain(r.damage, out);
        }
    }

    /** {@code trace formats}. */
    @Component(service = Verb.class, property = "verb=trace formats")
    public static final class FormatsVerb extends NamedVerb<FormatsVerb.Args, FormatsVerb.Result> {

        private final TraceFiles files;

        /** Does it by means of this. */
        @Activate
        public FormatsVerb(@Reference TraceFiles files) {
            super("trace formats", "List the formats of traces.", Args.class);
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
        public Result run(Args a, Context context) {
            var rows = new ArrayList<Row>();
            rows.add(new Row(TraceOutput.OWN, WORDS.say("this program's own: everything is kept, and any place found at once"), true, true, List.of(TraceOutput.OWN)));
            for (TraceFormat f : files.formats().all()) {
                rows.add(new Row(f.name(), f.description(), f.reads(), f.writes(), f.endings()));
            }
            rows.sort(Comparator.comparing(Row::name));
            return new Result(rows);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.formats.forEach(f -> out.printf("%-14s %-10s %s%n", f.name, f.reads && f.writes ? WORDS.say("read/write") : f.reads ? WORDS.say("read")
                    : WORDS.say("write"), f.description));
        }
    }
}
