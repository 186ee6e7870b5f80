// SPDX-License-Identifier: EPL-2.0
package org.esc.console.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.card.CardChoice;
import org.esc.card.CardFiles;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Unfinished;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.console.CardConsole;
import org.esc.console.CardConsoles;
import org.esc.console.Conversion;
import org.esc.console.Dialect;
import org.esc.console.Mistake;
import org.esc.console.Script;
import org.esc.console.Step;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code apdu send}, {@code run} and {@code convert}: exact bytes to a card, from the command line or a script. */
public final class ApduVerbs {

    private static final Words WORDS = Words.of(ApduVerbs.class);

    private static final int MOST_STEPS = 10_000;

    private ApduVerbs() {
    }

    /**
     * What happened.
     *
     * @param reader    that holds the card; empty if nothing was to be sent
     * @param dryRun    true if nothing was to be sent
     * @param exchanges how many commands were sent
     * @param failures  how many answers were not as expected
     * @param leftOut   how many of the first steps are left out of {@code steps}
     * @param steps     what happened, the last 10 000
     * @param plan      what would be sent, if nothing was to be
     */
    public record Result(Optional<String> reader, boolean dryRun, long exchanges, long failures, long leftOut, List<Step> steps, List<Script.Planned> plan) {

        void print(PrintWriter out) {
            if (leftOut > 0) {
                out.println(WORDS.many(leftOut, "… {0} step before …", "… {0} steps before …"));
            }
            steps.forEach(s -> step(s, out));
            for (var p : plan) {
                out.println(line(p.place().line()) + "  ".repeat(p.depth()) + p.statement());
                p.command().filter(c -> !p.statement().equals("> " + c)).ifPresent(c -> out.println(line(0) + "  ".repeat(p.depth()) + "= " + c));
            }
            String sent = WORDS.many(exchanges, "{0} command sent", "{0} commands sent");
            out.println(dryRun ? WORDS.say("Nothing was sent.") : failures == 0 ? sent + "."
                    : WORDS.many(failures, "{1}, {0} answer not as expected.", "{1}, {0} answers not as expected.", sent));
        }

        private static String line(int number) {
            return String.format("%4s  ", number == 0 ? "" : "" + number);
        }

        private static void step(Step s, PrintWriter out) {
            String number = line(s.place().line());
            switch (s.kind()) {
                case EXCHANGE -> exchange(s, s.exchange().orElseThrow(), number, out);
                case EXPECTATION -> {
                    if (!s.ok()) {
                        out.println(number + "! " + s.text());
                    }
                }
                case VALUE, LOG, NOTE -> out.println(number + s.text());
            }
        }

        private static void exchange(Step s, Step.Seen x, String number, PrintWriter out) {
            out.println(number + "> " + x.command() + (x.automatic() ? "  (" + WORDS.say("automatic") + ")" : ""));
            x.plainCommand().ifPresent(c -> out.println(line(0) + "    plain > " + c));
            String words = (x.name() + " " + x.summary()).strip();
            out.println(line(0) + (x.sw().isEmpty() ? "! " + WORDS.say("no answer: {0}", s.text())
                    : "< " + (x.answer() + " " + x.sw().get()).strip() + "  (" + (words.isEmpty() ? "" : words + ": ") + s.text() + ", "
                            + String.format(Words.locale(), "%.1f ms", x.duration().toNanos() / 1e6) + ")"));
            x.plainAnswer().ifPresent(a -> out.println(line(0) + "    plain < " + (a + " " + x.plainSw().map(Object::toString).orElse("")).strip()));
        }
    }

    /** Keeps what happened. */
    private static final class Kept implements CardConsole.Watcher {

        private final Deque<Step> steps = new ArrayDeque<>();
        private long exchanges;
        private long failures;
        private long leftOut;

        @Override
        public void happened(Step step) {
            exchanges += step.kind() == Step.Kind.EXCHANGE ? 1 : 0;
            failures += step.kind() == Step.Kind.EXPECTATION && !step.ok() ? 1 : 0;
            steps.add(step);
            if (steps.size() > MOST_STEPS) {
                steps.removeFirst();
                leftOut++;
            }
        }

        Result result(String reader) {
            return new Result(Optional.of(reader), false, exchanges, failures, leftOut, List.copyOf(steps), List.of());
        }
    }

    private interface Work {
        void with(CardConsole console, CardConsole.Watcher watcher) throws EscException;
    }

    private static Result work(CardConsoles consoles, Optional<CardFiles> files, CardArgs card, String verb, Context context, Work work)
            throws EscException {
        try (var choice = CardChoice.of(consoles.readers(), files, card, context); var console = consoles.connect(choice.reader(), verb)) {
            var kept = new Kept();
            try {
                work.with(console, kept);
            } catch (EscException e) {
                throw new Unfinished(e, kept.result(choice.reader()));
            }
            return kept.result(choice.reader());
        }
    }

    /** {@code apdu send}. */
    @Component(service = Verb.class, property = "verb=apdu send")
    public static final class Send extends NamedVerb<Send.Args, Result> {

        private final CardConsoles consoles;
        private final Optional<CardFiles> files;

        /** Does it by means of these; without software tokens {@code files} is {@code null}. */
        @Activate
        public Send(@Reference CardConsoles consoles,
                @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
            super("apdu send", "Send commands to a card, exactly these bytes.", Args.class);
            this.consoles = consoles;
            this.files = Optional.ofNullable(files);
        }

        /** Which commands to which card. */
        public record Args(@Arg(label = "HEX", help = "Commands, in hexadecimal digits; sent exactly so.") List<String> commands,
                @Arg(names = "--expect", label = "STATUS", help = "The status word that each has to bring: 9000, 61xx, 9000|6A82.") Optional<String> expect,
                @Arg(names = "--auto-response", help = "Answer 61xx with GET RESPONSE and 6Cxx with the right Le.") boolean autoResponse, CardArgs card) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (a.commands.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the commands"), WORDS.say("There is no command to send.")).exception();
            }
            var lines = new StringBuilder(a.autoResponse ? "auto-response on\n" : "");
            for (String c : a.commands) {
                try {
                    lines.append(">! ").append(Hex.of(Hex.parse(c))).append('\n');
                } catch (IllegalArgumentException e) {
                    throw Problem.of(Fault.USAGE, WORDS.say("read the commands"), WORDS.say("\"{0}\" is not made of hexadecimal digits in pairs.",
                            c)).code("bad-apdu").exception(e);
                }
                a.expect.ifPresent(e -> lines.append("expect ").append(e.replaceAll("\\R", " ")).append('\n'));
            }
            Script script = Script.parse(WORDS.say("command line"), lines.toString(), Optional.empty(), Map.of());
            if (script.plan(consoles.trace().decoders()).stream().anyMatch(p -> p.command().filter(c -> c.hasHidden()).isPresent())) {
                context.interaction().tell(WORDS.say("A secret on the command line can be seen by others: use a script with ask."));
            }
            return work(consoles, files, a.card, name(), context, (console, watcher) -> console.run(script, watcher, context, false));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code apdu run}. */
    @Component(service = Verb.class, property = "verb=apdu run")
    public static final class Run extends NamedVerb<Run.Args, Result> {

        private final CardConsoles consoles;
        private final Optional<CardFiles> files;

        /** Does it by means of these; without software tokens {@code files} is {@code null}. */
        @Activate
        public Run(@Reference CardConsoles consoles,
                @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) CardFiles files) {
            super("apdu run", "Run an APDU script with a card.", Args.class);
            this.consoles = consoles;
            this.files = Optional.ofNullable(files);
        }

        /** Which script with which card. */
        public record Args(@Arg(label = "FILE", help = "The script.") Path file,
                @Arg(names = "--set", label = "NAME=VALUE", help = "The value of a parameter, as the script would write it; never a secret.") List<String> set,
                @Arg(names = "--keep-going", help = "Go on behind an answer that is not as expected.") boolean keepGoing,
                @Arg(names = "--dry-run", help = "Read the script and show what it would send; no card is needed.") boolean dryRun,
                @Arg(names = "--dialect", label = "NAME", help = "Whose script it is, if not ours: scriptor, opensc-tool, gpshell.") Optional<Dialect> dialect,
                CardArgs card) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var given = new LinkedHashMap<String, String>();
            for (String s : a.set) {
                int eq = s.indexOf('=');
                if (eq < 1 || given.put(s.substring(0, eq), s.substring(eq + 1)) != null) {
                    throw Problem.of(Fault.USAGE, WORDS.say("read the arguments"), WORDS.say("--set takes NAME=VALUE, each name once, not \"{0}\".", s)).exception();
                }
            }
            Script script = a.dialect.isPresent() ? Script.of(a.dialect.get().convert(a.file.toString(), Script.text(a.file), Optional.of(a.file)), given)
                    : Script.read(a.file, given);
            if (a.dryRun) {
                return new Result(Optional.empty(), true, 0, 0, 0, List.of(), script.plan(consoles.trace().decoders()));
            }
            return work(consoles, files, a.card, name(), context, (console, watcher) -> console.run(script, watcher, context, a.keepGoing));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code apdu convert}. */
    @Component(service = Verb.class, property = "verb=apdu convert")
    public static final class Convert extends NamedVerb<Convert.Args, Convert.Converted> {

        /** Which script of which program, and where to. */
        public record Args(@Arg(label = "FILE", help = "The script of another program.") Path file,
                @Arg(names = "--dialect", label = "NAME", help = "Whose script it is: scriptor, opensc-tool, gpshell.") Dialect dialect,
                @Arg(names = {"-o", "--output"}, label = "FILE", help = "The script to write.") Path output,
                @Arg(names = "--force", help = "Overwrite a file that is there.") boolean force) {
        }

        /**
         * What was written.
         *
         * @param file  the script
         * @param lines how many lines it has
         * @param lost  lines that could not be converted; the script fails in their place
         * @param notes what to know about others
         */
        public record Converted(Path file, int lines, List<Mistake> lost, List<String> notes) {
        }

        /** For declarative services. */
        public Convert() {
            super("apdu convert", "Convert a script of scriptor, opensc-tool or gpshell.", Args.class);
        }

        @Override
        public Converted run(Args a, Context context) throws EscException {
            Conversion c = a.dialect.convert(a.file.toString(), Script.text(a.file), Optional.of(a.file));
            write(a.output.toAbsolutePath(), c.text(), a.force);
            var result = new Converted(a.output, c.lines().size(), c.lost(), c.notes());
            if (!c.lost().isEmpty()) {
                throw new Unfinished(Problem.of(Fault.USAGE, WORDS.say("convert the script"), WORDS.many(c.lost().size(),
                        "{0} line could not be converted.",
                                "{0} lines could not be converted.")).code("not-converted").advice(WORDS.say("The script says so in their place, and fails there.")).exception(), result);
            }
            return result;
        }

        private static void write(Path out, String text, boolean force) throws EscException {
            if (Files.isDirectory(out) || Files.exists(out) && !force) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the script"), Files.isDirectory(out) ? WORDS.say("{0} is a folder.", out) : WORDS.say("{0} is there already.",
                        out)).code("file-exists")
                        .advice(WORDS.say("Choose another name, or say --force.")).exception();
            }
            try {
                Path half = Files.createTempFile(out.getParent(), ".script", ".part");
                try {
                    Files.writeString(half, text);
                    Files.move(half, out, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(half);
                }
            } catch (IOException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("write the script"), WORDS.say("The file {0} cannot be written: {1}.", out, e.getMessage())).code("file-unwritable")
                        .advice(WORDS.say("Choose a file in a folder that exists and is yours.")).exception(e);
            }
        }

        @Override
        public void print(Converted r, PrintWriter out) {
            out.println(WORDS.many(r.lines, "{0} line written to {1}.", "{0} lines written to {1}.", r.file));
            r.notes.forEach(n -> out.println(WORDS.say("Note: {0}", n)));
            r.lost.forEach(l -> out.println(WORDS.say("Not converted: {0}", l)));
        }
    }
}
