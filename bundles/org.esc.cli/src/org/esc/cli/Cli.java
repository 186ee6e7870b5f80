// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arguments;
import org.esc.command.Arguments.Parameter;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.Unfinished;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.trace.Recording;
import org.esc.trace.TraceLog;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: finds the verb, builds its arguments, runs it, prints its result, and gives the exit code. */
final class Cli {

    private static final Words WORDS = Words.of(Cli.class);

    /** As of a server that refused, and of diff and cmp. */
    private static final int NO = 1;

    private final Terminal terminal;
    private final PrintWriter err;
    private final UnaryOperator<String> environment;
    private final Supplier<TraceLog> trace;
    private final String version;

    Cli(Terminal terminal, UnaryOperator<String> environment, Supplier<TraceLog> trace, String version) {
        this.terminal = terminal;
        err = Plain.over(terminal.err());
        this.environment = environment;
        this.trace = trace;
        this.version = version;
    }

    /** Runs what the words say and returns the exit code. */
    int run(List<String> typed, Collection<Verb<?, ?>> verbs, Cancel cancel) {
        List<String> words = !typed.isEmpty() && typed.getFirst().equals("help") ? Stream.concat(typed.stream().skip(1), Stream.of("--help")).toList() : typed;
        boolean json = words.contains("--json");
        String verbName = "";
        try {
            CommandLine root = CommandTree.of(verbs);
            ParseResult deepest = root.parseArgs(words.toArray(String[]::new));
            while (deepest.hasSubcommand()) {
                deepest = deepest.subcommand();
            }
            CommandSpec spec = deepest.commandSpec();
            if (!(spec.userObject() instanceof Verb<?, ?> verb)) {
                return group(root, spec, deepest);
            }
            verbName = verb.name();
            if (deepest.hasMatchedOption("--help")) {
                spec.commandLine().usage(terminal.out());
                terminal.out().flush();
                return 0;
            }
            return run(verb, deepest, json, cancel);
        } catch (ParameterException e) {
            var spec = e.getCommandLine().getCommandSpec();
            if (spec.userObject() instanceof Verb<?, ?> v) {
                verbName = v.name();
            }
            return fail(json, verbName, Problem.of(Fault.USAGE, WORDS.say("read the arguments"), wrong(e))
                    .advice(WORDS.say("See {0}.", spec.qualifiedName(" ") + " --help")));
        } catch (EscException e) {
            return fail(json, verbName, e.problem());
        } catch (RuntimeException | Error e) {
            return fail(json, verbName, defect(e));
        }
    }

    private int group(CommandLine root, CommandSpec spec, ParseResult parsed) {
        if (parsed.hasMatchedOption("--version")) {
            terminal.out().println("esc " + version);
        } else if (spec == root.getCommandSpec() && parsed.hasMatchedOption("--help")) {
            spec.commandLine().usage(terminal.out());
        } else {
            boolean asked = parsed.hasMatchedOption("--help");
            spec.commandLine().usage(asked ? terminal.out() : terminal.err());
            terminal.out().flush();
            terminal.err().flush();
            return asked ? 0 : Fault.USAGE.exit();
        }
        terminal.out().flush();
        return 0;
    }

    private <A extends Record, R extends Record> int run(Verb<A, R> verb, ParseResult parsed, boolean json, Cancel cancel)
            throws EscException {
        R result;
        try {
            result = result(verb, parsed, cancel);
        } catch (Unfinished e) {
            if (json) {
                terminal.out().println(Json.failure(verb.name(), e.problem(), e.result()));
                terminal.out().flush();
                return e.fault().exit();
            }
            @SuppressWarnings("unchecked") // the verb's own
            R until = (R) e.result();
            verb.print(until, Plain.over(terminal.out()));
            terminal.out().flush();
            return fail(false, verb.name(), e.problem());
        }
        if (json) {
            terminal.out().println(Json.success(verb.name(), result));
        } else {
            verb.print(result, Plain.over(terminal.out()));
        }
        terminal.out().flush();
        return verb.agrees(result) ? 0 : NO;
    }

    private <A extends Record, R extends Record> R result(Verb<A, R> verb, ParseResult parsed, Cancel cancel) throws EscException {
        var bar = new ProgressBar(terminal.err(), terminal.interactive());
        boolean quiet = parsed.hasMatchedOption("--quiet");
        var recordings = new ArrayList<Recording>();
        try (var interaction = new TerminalInteraction(terminal, sources(parsed), bar::leave)) {
            if (parsed.hasMatchedOption("--decryptable")) {
                trace.get().setDecryptable(true);
                err.println("esc: " + WORDS.say("DECRYPTABLE: what secure channels encrypt is kept in the trace; who has their keys can read the secrets in it"));
            }
            if (parsed.hasMatchedOption("--trace")) {
                recordings.add(trace.get().follow(line -> {
                    bar.leave();
                    err.println(line);
                }));
            }
            if (parsed.hasMatchedOption("--trace-file")) {
                recordings.add(trace.get().saveTo(Path.of(parsed.<String>matchedOptionValue("--trace-file", ""))));
            }
            var context = new Context(Interaction.watched(interaction, () -> trace.get().pinAsked()), quiet ? org.esc.command.Progress.NONE : bar, cancel);
            return Verbs.run(verb, words(verb, parsed), context);
        } finally {
            recordings.forEach(Recording::close);
            bar.leave();
            recordings.forEach(r -> r.complaint().ifPresent(c -> err.println("esc: " + c)));
        }
    }

    private static Map<String, List<String>> words(Verb<?, ?> verb, ParseResult parsed) {
        var given = new LinkedHashMap<String, List<String>>();
        for (Parameter p : Arguments.of(verb.arguments())) {
            if (p.names().isEmpty()) {
                for (var m : parsed.matchedPositionals()) {
                    if (m.paramLabel().equals(p.label())) {
                        given.put(p.component(), m.stringValues());
                    }
                }
            } else if (parsed.hasMatchedOption(p.names().getFirst())) {
                given.put(p.component(), p.flag() ? List.of() : parsed.matchedOption(p.names().getFirst()).stringValues());
            }
        }
        return given;
    }

    private Sources sources(ParseResult parsed) throws EscException {
        List<String> fields = parsed.hasMatchedOption("--field") ? parsed.matchedOption("--field").stringValues() : List.of();
        return new Sources(source(parsed, "--password-env", "--password-fd"), source(parsed, "--pin-env", "--pin-fd"),
                source(parsed, "--old-pin-env", "--old-pin-fd"), Sources.fields(fields, environment), parsed.hasMatchedOption("--yes"));
    }

    private Optional<Sources.Source> source(ParseResult parsed, String env, String fd) throws EscException {
        if (parsed.hasMatchedOption(env)) {
            return Optional.of(Sources.environment(parsed.matchedOptionValue(env, ""), environment));
        }
        return parsed.hasMatchedOption(fd) ? Optional.of(Sources.descriptor(parsed.matchedOptionValue(fd, ""))) : Optional.empty();
    }

    /** What the library says about wrong arguments, as far as it comes often. */
    private static String wrong(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException u when u.isUnknownOption() -> WORDS.say("Unknown option: {0}", quoted(u.getUnmatched().getFirst()));
            case UnmatchedArgumentException u when !u.getUnmatched().isEmpty() -> WORDS.say("Nothing is called {0} here.", quoted(u.getUnmatched().getFirst()));
            case MissingParameterException m when m.getMissing().size() == 1 && m.getMissing().getFirst() instanceof PositionalParamSpec p ->
                WORDS.say("Missing required parameter: {0}", quoted(p.paramLabel()));
            case MissingParameterException m when m.getMissing().size() == 1 && m.getMissing().getFirst() instanceof OptionSpec o ->
                WORDS.say("Missing required option: {0}", quoted(o.longestName() + "=" + o.paramLabel()));
            default -> e.getMessage();
        };
    }

    private static String quoted(String word) {
        return "'" + word + "'";
    }

    private int fail(boolean json, String verb, Problem p) {
        if (json) {
            terminal.out().println(Json.failure(verb, p));
            terminal.out().flush();
        } else {
            err.println("esc: " + p.message());
            if (!p.advice().isEmpty()) {
                err.println("     " + p.advice());
            }
        }
        err.flush();
        return p.fault().exit();
    }

    private static Problem defect(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        String name = e.getClass().getSimpleName();
        return Problem.of(Fault.DEFECT, WORDS.say("run the verb"), trace.length == 0 ? WORDS.say("This is a defect of esc: {0}.", name)
                : WORDS.say("This is a defect of esc: {0} at {1}.", name, trace[0].getClassName() + ":" + trace[0].getLineNumber()))
                .advice(WORDS.say("Please report it with what you did."));
    }
}
