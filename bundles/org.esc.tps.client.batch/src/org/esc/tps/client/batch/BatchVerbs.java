// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The verbs {@code batch …} around a run: before it, beside it and after it. */
public final class BatchVerbs {

    private static final Words WORDS = Words.of(BatchVerbs.class);

    private BatchVerbs() {
    }

    /**
     * Writes text to a file, whole or not at all.
     *
     * @throws EscException USAGE: {@code file-exists} unless {@code force}, {@code file-unwritable}
     */
    public static void write(Path file, String text, boolean force) throws EscException {
        if (Files.exists(file) && !force) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("There is a file {0} already.", file)).code("file-exists")
                    .advice(WORDS.say("--force overwrites it.")).exception();
        }
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path fresh = Files.createTempFile(folder, String.valueOf(file.getFileName()), ".tmp");
            try {
                Files.writeString(fresh, text, StandardCharsets.UTF_8);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("{0} cannot be written: {1}", file,
                    e.getMessage())).code("file-unwritable").exception(e);
        }
    }

    /** A text that was made: to be printed, or where it was written to. @param text empty if it is in the file; rows how many it tells of */
    public record Text(String text, String file, int rows) {

        static Text of(String text, int rows, Optional<Path> out, boolean force) throws EscException {
            if (out.isEmpty()) {
                return new Text(text, "", rows);
            }
            write(out.get(), text, force);
            return new Text("", out.get().toString(), rows);
        }

        void print(PrintWriter to) {
            if (file.isEmpty()) {
                to.print(text);
            } else {
                to.println(WORDS.many(rows, "{1} ({0} row)", "{1} ({0} rows)", file));
            }
        }
    }

    /** {@code batch check}. */
    @Component(service = Verb.class, property = "verb=batch check")
    public static final class Check extends NamedVerb<Check.Args, Check.Result> {

        /** Which plan. */
        public record Args(@Arg(label = "PLAN", help = "The plan.") Path plan) {
        }

        /**
         * What is in a plan.
         *
         * @param rows    how many rows
         * @param cards   how many cards are named
         * @param any     how many rows take any card
         * @param tasks   how often which operation
         * @param remarks what to look at, in sentences
         * @param runs    journals of runs of this plan, and how they stand
         */
        public record Result(int rows, int cards, int any, Map<String, Integer> tasks, List<String> remarks, List<String> runs) {
        }

        /** For declarative services. */
        public Check() {
            super("batch check", "Read a plan of many tokens and say what is in it, and what is wrong with it.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            Plan plan = Plan.read(a.plan());
            var tasks = new TreeMap<String, Integer>();
            Batches.counts(plan).forEach((t, n) -> tasks.put(t.word(), n));
            var runs = new java.util.ArrayList<String>();
            for (Path journal : Batches.journals(a.plan())) {
                runs.add(journal + ": " + RunState.read(journal).counts().inWords());
            }
            return new Result(plan.rows().size(), (int) plan.rows().stream().flatMap(r -> r.cuid().stream()).distinct().count(),
                    (int) plan.rows().stream().filter(r -> r.cuid().isEmpty()).count(), tasks, plan.remarks(), runs);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.many(r.rows(), "{0} row: {1} cards named, {2} rows for any card.", "{0} rows: {1} cards named, {2} rows for any card.", r.cards(),
                    r.any()));
            r.tasks().forEach((t, n) -> out.println(Task.of(t).map(Task::label).orElse(t) + ": " + n));
            r.remarks().forEach(out::println);
            r.runs().forEach(x -> out.println(WORDS.say("Run {0}", x)));
        }
    }

    /** {@code batch plan}. */
    @Component(service = Verb.class, property = "verb=batch plan")
    public static final class Make extends NamedVerb<Make.Args, Text> {

        private final Batches batches;

        /** By means of this. */
        @Activate
        public Make(@Reference Batches batches) {
            super("batch plan", "Make a plan for the tokens in the readers or in a table.", Args.class);
            this.batches = batches;
        }

        /** Of which tokens. */
        public record Args(
                @Arg(label = "OPERATION", help = "format, enroll, re-key or retire.") String operation,
                @Arg(names = "--from", label = "FILE", help = "A table of tokens, such as a server's list; without it the cards in the readers are taken.")
                        Optional<Path> from,
                @Arg(names = "--readers", label = "NAME", help = "A reader to look into; may be given more than once. Without it all.") List<String> readers,
                @Arg(names = "--profile", label = "TYPE", help = "The kind of token to ask for.") Optional<String> profile,
                @Arg(names = "--out", label = "FILE", help = "Write it there instead of to standard output.") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file.") boolean force) {
        }

        @Override
        public Text run(Args a, Context context) throws EscException {
            Task task = Task.of(a.operation()).orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("make a plan"),
                    WORDS.say("\"{0}\" is no operation; there are format, enroll, re-key and retire.", a.operation())));
            Plan plan;
            if (a.from().isPresent()) {
                plan = Plan.ofTokens(a.from().get(), task, a.profile());
            } else {
                plan = batches.ofReaders(task, a.profile(), a.readers());
            }
            return Text.of(plan.text(), plan.rows().size(), a.out(), a.force());
        }

        @Override
        public void print(Text result, PrintWriter out) {
            result.print(out);
        }
    }

    /** Which run: arguments of verbs about one. */
    public record RunArgs(@Arg(label = "RUN", help = "A run's journal, or its plan: then the last run of it.") Path run) {
    }

    /** {@code batch status}. */
    @Component(service = Verb.class, property = "verb=batch status")
    public static final class Status extends NamedVerb<RunArgs, Status.Result> {

        /**
         * How a run stands.
         *
         * @param journal     the file
         * @param plan        where the plan was
         * @param started     when it was begun, ISO 8601
         * @param last        when something last happened
         * @param finished    true if nothing is left to do
         * @param counts      how many rows are where
         * @param interrupted numbers of the rows whose cards have to be looked at
         * @param failed      rows that went wrong
         */
        public record Result(String journal, String plan, String started, String last, boolean finished, RunState.Counts counts, List<Integer> interrupted,
                List<RowState> failed) {
        }

        /** For declarative services. */
        public Status() {
            super("batch status", "Say how far a run is; while it is under way, too.", RunArgs.class);
        }

        @Override
        public boolean agrees(Result r) {
            return r.finished() && r.counts().failed() == 0;
        }

        @Override
        public Result run(RunArgs a, Context context) throws EscException {
            RunState s = RunState.read(Batches.journal(a.run()));
            return new Result(s.journal().toString(), s.plan(), s.started().toString(), s.last().toString(), s.finished(), s.counts(),
                    s.rows().stream().filter(r -> r.state() == RowState.State.INTERRUPTED).map(RowState::number).toList(),
                    s.rows().stream().filter(r -> r.state() == RowState.State.FAILED).toList());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.finished() ? WORDS.say("{0}; finished.", r.counts().inWords()) : WORDS.say("{0}; not finished.", r.counts().inWords()));
            r.failed().forEach(f -> out.println(WORDS.say("Row {0} failed ({1}): {2}", f.number(), f.code(), f.message())));
            if (!r.interrupted().isEmpty()) {
                out.println(WORDS.say("Interrupted: rows {0}. Their cards are looked at when they come again.",
                        String.join(", ", r.interrupted().stream().map(String::valueOf).toList())));
            }
        }
    }

    /** {@code batch report}. */
    @Component(service = Verb.class, property = "verb=batch report")
    public static final class Reports extends NamedVerb<Reports.Args, Text> {

        /** Of which run, how. */
        public record Args(RunArgs run,
                @Arg(names = "--format", label = "csv|json|html", defaultValue = "CSV", help = "How it is written.") Report.Format format,
                @Arg(names = "--out", label = "FILE", help = "Write it there instead of to standard output.") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file.") boolean force) {
        }

        /** For declarative services. */
        public Reports() {
            super("batch report", "Report a run, row by row.", Args.class);
        }

        @Override
        public Text run(Args a, Context context) throws EscException {
            RunState s = RunState.read(Batches.journal(a.run().run()));
            return Text.of(Report.of(s, a.format()), s.rows().size(), a.out(), a.force());
        }

        @Override
        public void print(Text result, PrintWriter out) {
            result.print(out);
        }
    }

    /** {@code batch failed}. */
    @Component(service = Verb.class, property = "verb=batch failed")
    public static final class Failed extends NamedVerb<Failed.Args, Text> {

        /** Of which run. */
        public record Args(RunArgs run,
                @Arg(names = "--out", label = "FILE", help = "Write it there instead of to standard output.") Optional<Path> out,
                @Arg(names = "--force", help = "Overwrite the file.") boolean force) {
        }

        /** For declarative services. */
        public Failed() {
            super("batch failed", "Make a plan of the rows of a run that are not done.", Args.class);
        }

        @Override
        public Text run(Args a, Context context) throws EscException {
            Optional<Plan> left = RunState.read(Batches.journal(a.run().run())).failed();
            if (left.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("make a plan"),
                        WORDS.say("All rows are done: nothing is left for another run.")).code("nothing-left").exception();
            }
            return Text.of(left.get().text(), left.get().rows().size(), a.out(), a.force());
        }

        @Override
        public void print(Text result, PrintWriter out) {
            result.print(out);
        }
    }
}
