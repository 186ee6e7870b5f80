// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
    int run(List<String> words, Collection<Verb<?, ?>> verbs, Cancel cancel) {
        boolean json = words.contains("--json");
        String verbName = "";
        try {
            CommandLine root = build(verbs);
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

    private CommandLine build(Collection<Verb<?, ?>> verbs) {
        CommandSpec root = CommandSpec.create().name("esc");
        root.usageMessage().description(WORDS.say("Manages smart cards through a token management system."))
                .footer(footer());
        root.addOption(OptionSpec.builder("--version").arity("0").description(WORDS.say("Print the version.")).build());
        root.addOption(help());
        var sorted = new ArrayList<>(verbs);
        sorted.sort(Comparator.comparing(Verb::name));
        for (Verb<?, ?> v : sorted) {
            CommandSpec at = root;
            String[] path = v.name().split(" ");
            for (int i = 0; i < path.length - 1; i++) {
                CommandLine next = at.subcommands().get(path[i]);
                if (next == null) {
                    CommandSpec group = CommandSpec.create().name(path[i]);
                    group.addOption(help());
                    group.usageMessage().description(WORDS.say("Verbs of {0}.", path[i]));
                    at.addSubcommand(path[i], group);
                    next = at.subcommands().get(path[i]);
                }
                at = next.getCommandSpec();
            }
            at.addSubcommand(path[path.length - 1], verb(v, path[path.length - 1]));
        }
        speak(root);
        return new CommandLine(root).setUsageHelpAutoWidth(true);
    }

    /** What the library says about wrong arguments, as far as it comes often. */
    private static String wrong(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException u when u.isUnknownOption() && u.getUnmatched().size() == 1 -> WORDS.say("Unknown option: {0}", quoted(u.getUnmatched().getFirst()));
            case UnmatchedArgumentException u when u.getUnmatched().size() == 1 -> WORDS.say("Nothing is called {0} here.", quoted(u.getUnmatched().getFirst()));
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

    /** What the library says by itself around our words. */
    private static void speak(CommandSpec spec) {
        spec.usageMessage().synopsisHeading(WORDS.say("Usage:") + " ").commandListHeading(WORDS.say("Commands:") + "%n").synopsisSubcommandLabel("[" + WORDS.say("COMMAND") + "]");
        spec.subcommands().values().forEach(c -> speak(c.getCommandSpec()));
    }

    private static String[] footer() {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(WORDS.say("Exit codes:"));
        lines.add("  0  " + WORDS.say("ok"));
        lines.add("  1  " + WORDS.say("the answer is no: refused by the server (END_OP code in endOp), or compared and different"));
        lines.add("  2  " + WORDS.say("usage"));
        lines.add("  3  " + WORDS.say("reader or card"));
        lines.add("  4  " + WORDS.say("network"));
        lines.add("  5  " + WORDS.say("login"));
        lines.add("  6  " + WORDS.say("TLS"));
        lines.add("  7  " + WORDS.say("cancelled"));
        lines.add("  8  " + WORDS.say("confirmation missing"));
        lines.add(" 70  " + WORDS.say("defect"));
        return lines.toArray(String[]::new);
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help").arity("0").usageHelp(true).description(WORDS.say("Show this help.")).build();
    }

    private static CommandSpec verb(Verb<?, ?> v, String name) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(v).name(name);
        Words theirs = Words.of(v.getClass());
        spec.usageMessage().description(theirs.say(v.summary()).replace("%", "%%")).sortOptions(false);
        int position = 0;
        for (Parameter p : Arguments.of(v.arguments())) {
            String help = (p.help() + p.defaultValue().map(d -> " " + WORDS.say("(default: {0})", d)).orElse("")).replace("%", "%%");
            if (p.names().isEmpty()) {
                spec.addPositional(PositionalParamSpec.builder().index(p.repeatable() ? position + "..*" : "" + position)
                        .arity(p.required() ? "1" : "0..1").type(p.repeatable() ? List.class : String.class)
                        .auxiliaryTypes(String.class).paramLabel(p.label()).description(help).build());
                position++;
            } else {
                // an option with a default may stand without a value: --vpcd
                var option = OptionSpec.builder(p.names().toArray(String[]::new))
                        .arity(p.flag() ? "0" : p.defaultValue().isPresent() ? "0..1" : "1");
                p.defaultValue().filter(_ -> !p.flag()).ifPresent(option::fallbackValue);
                spec.addOption(option
                        .type(p.flag() ? boolean.class : p.repeatable() ? List.class : String.class)
                        .auxiliaryTypes(p.flag() ? boolean.class : String.class).required(p.required())
                        .paramLabel(p.label()).description(help).build());
            }
        }
        common(spec, "--json", "", WORDS.say("Print exactly one JSON object on standard output."));
        common(spec, "--yes", "", WORDS.say("Agree beforehand to steps that cannot be undone."));
        common(spec, "--quiet", "", WORDS.say("Show no progress."));
        common(spec, "--trace", "", WORDS.say("Show every exchange with the card, secrets masked."));
        common(spec, "--trace-file", "FILE", WORDS.say("Save every exchange with the card, secrets masked: as text, or, if the name ends in .esctrace, so that it can be searched."));
        common(spec, "--decryptable", "", WORDS.say("Keep in traces what secure channels encrypted, so that who has their keys can read the secrets."));
        common(spec, "--password-env", "VARIABLE", WORDS.say("Environment variable that holds your password."));
        common(spec, "--password-fd", "NUMBER", WORDS.say("File descriptor to read your password from."));
        common(spec, "--pin-env", "VARIABLE", WORDS.say("Environment variable that holds the new password of the token, or the PIN of the PKCS#11 token with the keys."));
        common(spec, "--pin-fd", "NUMBER", WORDS.say("File descriptor to read the new password of the token from, or the PIN of the PKCS#11 token with the keys."));
        common(spec, "--old-pin-env", "VARIABLE", WORDS.say("Environment variable that holds the present password of the token."));
        common(spec, "--old-pin-fd", "NUMBER", WORDS.say("File descriptor to read the present password of the token from."));
        if (spec.findOption("--field") == null) {
            spec.addOption(OptionSpec.builder("--field").arity("1").type(List.class).auxiliaryTypes(String.class)
                    .paramLabel("ID=env:VARIABLE").description(WORDS.say("Answer to a field of the server's form.")).build());
        }
        spec.addOption(help());
        return spec;
    }

    private static void common(CommandSpec spec, String name, String label, String help) {
        if (spec.findOption(name) == null) {
            boolean flag = label.isEmpty();
            spec.addOption(OptionSpec.builder(name).arity(flag ? "0" : "1").type(flag ? boolean.class : String.class)
                    .paramLabel(label).description(help).build());
        }
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
