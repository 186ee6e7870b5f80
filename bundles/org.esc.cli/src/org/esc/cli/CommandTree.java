// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.esc.apdu.Words;
import org.esc.command.Arguments;
import org.esc.command.Arguments.Parameter;
import org.esc.command.Verb;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The verbs as a tree of commands by the words of their names, with what each says of itself when help is asked for. */
final class CommandTree {

    private static final Words WORDS = Words.of(CommandTree.class);

    private static final String COMMON_HEADING = "esc.common.heading";
    private static final String COMMON = "esc.common";

    private CommandTree() {
    }

    static CommandLine of(Collection<Verb<?, ?>> verbs) {
        CommandSpec root = CommandSpec.create().name("esc");
        root.usageMessage().description(WORDS.say("Manages smart cards through a token management system."))
                .exitCodeListHeading("%n" + WORDS.say("Exit codes:") + "%n").exitCodeList(exitCodes());
        root.addOption(OptionSpec.builder("--version").arity("0").description(WORDS.say("Print the version.")).build());
        root.addOption(help());
        var sorted = new ArrayList<>(verbs);
        sorted.sort(Comparator.comparing(Verb::name));
        for (Verb<?, ?> v : sorted) {
            CommandSpec at = root;
            String[] path = v.name().split(" ");
            for (int i = 0; i < path.length - 1; i++) {
                if (!at.subcommands().containsKey(path[i])) {
                    at.addSubcommand(path[i], CommandSpec.create().name(path[i]).addOption(help()));
                }
                at = at.subcommands().get(path[i]).getCommandSpec();
            }
            at.addSubcommand(path[path.length - 1], verb(v, path[path.length - 1]));
        }
        finish(root);
        return new CommandLine(root).setUsageHelpAutoWidth(true);
    }

    private static Map<String, String> exitCodes() {
        var codes = new LinkedHashMap<String, String>();
        codes.put(" 0", WORDS.say("ok"));
        codes.put(" 1", WORDS.say("the answer is no: refused by the server (END_OP code in endOp), or compared and different"));
        codes.put(" 2", WORDS.say("usage"));
        codes.put(" 3", WORDS.say("reader or card"));
        codes.put(" 4", WORDS.say("network"));
        codes.put(" 5", WORDS.say("login"));
        codes.put(" 6", WORDS.say("TLS"));
        codes.put(" 7", WORDS.say("cancelled"));
        codes.put(" 8", WORDS.say("confirmation missing"));
        codes.put("70", WORDS.say("defect"));
        return codes;
    }

    /** What is known of a command only when all below it are there. */
    private static void finish(CommandSpec spec) {
        spec.subcommands().values().forEach(c -> finish(c.getCommandSpec()));
        UsageMessageSpec usage = spec.usageMessage();
        usage.synopsisHeading(WORDS.say("Usage:") + " ").customSynopsis(synopsis(spec)).commandListHeading(WORDS.say("Commands:") + "%n");
        if (usage.description().length == 0) {
            usage.description(about(spec.name()).orElseGet(() -> String.join(", ", new TreeSet<>(spec.subcommands().keySet()))));
        }
    }

    /** What the verbs of a group are for; those that come with a driver are only listed. */
    private static Optional<String> about(String group) {
        return switch (group) {
            case "admin" -> Optional.of(WORDS.say("Look after tokens, people and settings at a server."));
            case "apdu" -> Optional.of(WORDS.say("Send commands to a card, byte by byte, and run scripts of them."));
            case "batch" -> Optional.of(WORDS.say("Format, enrol, re-key or retire many tokens by a plan."));
            case "driver" -> Optional.of(WORDS.say("Install card drivers, and begin one of your own."));
            case "gp" -> Optional.of(WORDS.say("Manage the applets, security domains and keys of a GlobalPlatform card."));
            case "keysets" -> Optional.of(WORDS.say("Keep cards' keys under names."));
            case "officer" -> Optional.of(WORDS.say("Issue tokens face to face, as a security officer."));
            case "phone-home" -> Optional.of(WORDS.say("See, try and change where a token finds its services."));
            case "settings" -> Optional.of(WORDS.say("See and change this user's settings."));
            case "soft" -> Optional.of(WORDS.say("Make and use software tokens, for tests only."));
            case "tms" -> Optional.of(WORDS.say("Run the embedded token management system, and look into it."));
            case "token" -> Optional.of(WORDS.say("See what is on a token, and reset or end whole applications."));
            case "trace" -> Optional.of(WORDS.say("Read, filter, decrypt, compare and convert traces of what passed between cards and programs."));
            case "trust" -> Optional.of(WORDS.say("See and decide which servers and authorities are trusted."));
            default -> Optional.empty();
        };
    }

    /** What has to be typed; the options are listed below it. */
    private static String synopsis(CommandSpec spec) {
        var words = new ArrayList<String>();
        words.add(spec.qualifiedName(" "));
        words.add("[" + WORDS.say("OPTIONS") + "]");
        spec.options().stream().filter(OptionSpec::required).map(o -> o.longestName() + "=" + o.paramLabel()).forEach(words::add);
        for (PositionalParamSpec p : spec.positionalParameters()) {
            String label = p.paramLabel() + (p.isMultiValue() ? "..." : "");
            words.add(p.required() ? label : "[" + label + "]");
        }
        if (!spec.subcommands().isEmpty()) {
            words.add(spec.userObject() instanceof Verb ? "[" + WORDS.say("COMMAND") + "]" : WORDS.say("COMMAND"));
        }
        return String.join(" ", words);
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
        var own = Set.copyOf(spec.options());
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
        apart(spec.usageMessage(), own);
        return spec;
    }

    private static void common(CommandSpec spec, String name, String label, String help) {
        if (spec.findOption(name) == null) {
            boolean flag = label.isEmpty();
            spec.addOption(OptionSpec.builder(name).arity(flag ? "0" : "1").type(flag ? boolean.class : String.class)
                    .paramLabel(label).description(help).build());
        }
    }

    /** Has a verb's own options come first, and what all verbs take last. */
    private static void apart(UsageMessageSpec usage, Set<OptionSpec> own) {
        usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, h -> list(h, h.commandSpec().options().stream().filter(own::contains).toList()));
        usage.sectionMap().put(COMMON_HEADING, _ -> System.lineSeparator() + WORDS.say("Every verb takes:") + System.lineSeparator());
        usage.sectionMap().put(COMMON, h -> list(h, h.commandSpec().options().stream().filter(o -> !own.contains(o)).toList()));
        var keys = new ArrayList<>(usage.sectionKeys());
        keys.addAll(keys.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), List.of(COMMON_HEADING, COMMON));
        usage.sectionKeys(keys);
    }

    private static String list(Help h, List<OptionSpec> options) {
        // columns as wide as all options need them, in both lists
        Help.Layout layout = h.createDefaultLayout(h.commandSpec().options(), List.of(), h.colorScheme());
        layout.addOptions(options, h.parameterLabelRenderer());
        return layout.toString();
    }
}
