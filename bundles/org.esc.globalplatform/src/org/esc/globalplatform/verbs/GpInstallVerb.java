// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.Preflight;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp install}: loads a package, if it is not on the card, and installs its applets. */
@Component(service = Verb.class, property = "verb=gp install")
public final class GpInstallVerb extends ContentVerb<GpInstallVerb.Args> {

    private static final Words WORDS = Words.of(GpInstallVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpInstallVerb(@Reference ContentWork work) {
        super(work, "gp install", "Install an applet, loading its package first if need be.", Args.class);
    }

    /** What and how. */
    public record Args(@Arg(label = "FILE|AID", help = "CAP or IJC file, or the AID of a package on the card.") String which,
            ContentArgs content,
            @Arg(names = "--applet", label = "AID", help = "The applet class to install, of several in the package; all without it.")
                    Optional<Aid> applet,
            @Arg(names = "--instance", label = "AID", help = "AID to select the instance by; that of its class without it.")
                    Optional<Aid> instance,
            @Arg(names = "--privileges", label = "LIST", help = "Privileges, in words with commas or in hexadecimal text.")
                    Optional<Privileges> privileges,
            @Arg(names = "--default", help = "Have it selected when the card is reset.") boolean isDefault,
            @Arg(names = "--params", label = "HEX", help = "The applet's own install parameters (C9).") Optional<byte[]> params,
            @Arg(names = "--data-size", label = "BYTES", defaultValue = "0", help = "Persistent memory it may take (C8).") int dataSize,
            @Arg(names = "--ram", label = "BYTES", defaultValue = "0", help = "Transient memory it may take (C7).") int ram,
            @Arg(names = "--not-selectable", help = "Install only; making it selectable is a later step.") boolean notSelectable,
            LoadArgs load) {

        /** @throws IllegalArgumentException for a memory size below zero */
        public Args {
            if (dataSize < 0 || ram < 0) {
                throw new IllegalArgumentException(WORDS.say("A memory size is not negative."));
            }
            params = params.map(byte[]::clone);
        }

        @Override
        public Optional<byte[]> params() {
            return params.map(byte[]::clone);
        }
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        Optional<Path> file = Files.isRegularFile(Path.of(a.which())) ? Optional.of(Path.of(a.which())) : Optional.empty();
        var steps = new ArrayList<Step>();
        Optional<Preflight> report = Optional.empty();
        var warnings = new ArrayList<String>();
        Aid pkg;
        List<Aid> modules;
        if (file.isPresent() || !a.which().matches("[0-9A-Fa-f]{10,32}")) {
            CapFile cap = Packages.read(Path.of(a.which()));
            pkg = cap.packageAid();
            modules = cap.applets();
            Optional<RegistryEntry> there = target.tree().loadFile(pkg);
            if (there.isPresent() && !a.load().replace()) {
                warnings.add(there.get().versionText().isEmpty() ? WORDS.say("The package {0} is on the card already; it is not loaded again.", pkg)
                        : WORDS.say("The package {0} is on the card already, version {1}; it is not loaded again.", pkg, there.get().versionText()));
            } else {
                Packages.Load load = Packages.load(cap, a.load(), target);
                steps.addAll(load.steps());
                report = Optional.of(load.report());
            }
        } else {
            pkg = Aid.of(a.which());
            RegistryEntry there = target.loadFile(pkg).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the package"),
                    WORDS.say("There is no package {0} on the card.", a.which())).code("not-on-card").advice(WORDS.say("See what is there: esc gp list."))
                    .exception());
            modules = there.modules();
        }
        List<Aid> chosen = chosen(a, pkg, modules);
        for (Aid module : chosen) {
            steps.add(install(a, pkg, module, target));
        }
        Optional<Path> loaded = report.isPresent() ? file : Optional.empty();
        List<String> gp = chosen.size() == 1 ? gp(a, loaded, pkg, chosen.getFirst()) : List.of();
        Plan plan = Plan.of(steps, gp.toArray(String[]::new)).warnings(warnings);
        return report.isPresent() ? plan.preflight(report.get()) : plan;
    }

    private static List<Aid> chosen(Args a, Aid pkg, List<Aid> modules) throws EscException {
        if (a.applet().isPresent()) {
            if (!modules.isEmpty() && !modules.contains(a.applet().get())) {
                throw Problem.of(Fault.USAGE, WORDS.say("choose the applet"),
                        WORDS.say("There is no applet {0} in the package {1}.", a.applet().get(), pkg)).code("no-applet")
                        .advice(WORDS.say("It has {0}.", modules)).exception();
            }
            return List.of(a.applet().get());
        }
        if (modules.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("choose the applet"), WORDS.say("The package {0} has no applets, or the card does not list them.", pkg))
                    .code("no-applet").advice(WORDS.say("Load a library with esc gp load, or name an applet with --applet.")).exception();
        }
        if (a.instance().isPresent() && modules.size() > 1) {
            throw Problem.of(Fault.USAGE, WORDS.say("choose the applet"), WORDS.say("The package {0} has {1} applets: which one shall be {2}?", pkg, modules.size(),
                    a.instance().get())).code("which-applet")
                    .advice(WORDS.say("Choose one with --applet: {0}.", modules)).exception();
        }
        return modules;
    }

    private static Step install(Args a, Aid pkg, Aid module, Target target) throws EscException {
        Aid instance = a.instance().orElse(module);
        Optional<RegistryEntry> there = target.tree().find(instance);
        if (there.isPresent() && !(a.load().replace() && there.get().loadFile().orElse(pkg).equals(pkg))) {
            throw Problem.of(Fault.USAGE, WORDS.say("install the applet"), WORDS.say("There is {0} on the card already.", instance)).code("on-card")
                    .advice(WORDS.say("Give the new one another AID with --instance, or delete the old one first.")).exception();
        }
        Privileges privileges = a.privileges().orElse(Privileges.NONE);
        if (a.isDefault()) {
            privileges = privileges.with(Privilege.CARD_RESET);
        }
        InstallCommand command = a.load().token().sign(new InstallCommand.ForInstall(true, !a.notSelectable(), Optional.of(pkg),
                Optional.of(module), instance, privileges.shortest(), parameters(a), new byte[0]));
        return Step.of(instance.equals(module) ? WORDS.say("install {0}", instance) : WORDS.say("install {0} as an instance of {1}", instance, module), Effect.CHANGES,
                Packages.command(command)).answered(a.load().token().confirmation(List.of(pkg, instance), target));
    }

    private static InstallParameters parameters(Args a) {
        return new InstallParameters(OptionalInt.empty(), a.ram() > 0 ? OptionalInt.of(a.ram()) : OptionalInt.empty(),
                a.dataSize() > 0 ? OptionalInt.of(a.dataSize()) : OptionalInt.empty(), Optional.of(a.params().orElse(new byte[0])));
    }

    private static List<String> gp(Args a, Optional<Path> file, Aid pkg, Aid module) {
        if (a.notSelectable()) {
            return List.of();
        }
        var gp = new ArrayList<String>();
        if (file.isPresent()) {
            gp.addAll(List.of("--install", file.get().toString()));
            a.applet().ifPresent(x -> gp.addAll(List.of("--applet", x.toString())));
            a.instance().ifPresent(x -> gp.addAll(List.of("--create", x.toString())));
        } else {
            gp.addAll(List.of("--package", pkg.toString(), "--applet", module.toString(), "--create",
                    a.instance().orElse(module).toString()));
        }
        if (a.isDefault()) {
            gp.add("--default");
        }
        if (a.load().replace()) {
            gp.add("--force");
        }
        if (a.params().isPresent() || a.ram() > 0 || a.dataSize() > 0) {
            // it takes whatever could be read as data objects for such
            gp.addAll(List.of("--params", Hex.of(parameters(a).encode())));
        }
        a.privileges().ifPresent(p -> gp.addAll(List.of("--privs", GpWords.privileges(p))));
        gp.addAll(GpWords.signing(a.load()));
        return gp;
    }
}
