// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/** {@code integrate}: tells browsers, mail programs and others of the PKCS #11 module by which they see a token, and takes that back. */
@Component(service = Verb.class, property = "verb=integrate")
public final class IntegrateVerb extends NamedVerb<IntegrateVerb.Args, IntegrateVerb.Result> {

    private static final Words WORDS = Words.of(IntegrateVerb.class);

    private static final String STEP = WORDS.say("register the module");
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final Machine machine;
    private final ModuleAsker asker;

    /** Started by the component runtime: for this machine. */
    @Activate
    public IntegrateVerb() {
        this(Machine.here(), new ModuleAsker(LIMIT));
    }

    IntegrateVerb(Machine machine, ModuleAsker asker) {
        super("integrate", "Register the token's PKCS #11 module with Firefox, Thunderbird, NSS or p11-kit.", Args.class);
        this.machine = machine;
        this.asker = asker;
    }

    /** What to tell whom. */
    public record Args(
            @Arg(label = "PROGRAM", help = "firefox, thunderbird, nss or p11-kit; more than one may be named.") List<Target> target,
            @Arg(names = "--profile", label = "DIR",
                    help = "Only this profile or database, known or not; may be repeated. Otherwise all found.") List<Path> profile,
            @Arg(names = "--module", label = "LIBRARY", help = "This PKCS #11 module instead of the most able one found.")
            Optional<Path> module,
            @Arg(names = "--remove", help = "Take back what an earlier call registered.") boolean remove,
            @Arg(names = "--dry-run", help = "Only say what would change.") boolean dryRun) {
    }

    /**
     * What became of one profile, database or folder.
     *
     * @param name    as a person knows it
     * @param folder  where it is
     * @param file    the file that changed, or would
     * @param running whether the program runs with this profile now, so that nothing can be changed
     * @param reason  why nothing changes; empty otherwise
     * @param lines   of the file that came and went, with {@code +} and {@code -} before them
     * @param notes   what else a person should know
     */
    public record Row(Target target, String name, Path folder, Path file, Effect effect, boolean running, String reason,
            List<String> lines, List<String> notes) {
    }

    /** What changed, or would; without a module when it was taken out. */
    public record Result(boolean dryRun, Optional<ModuleChoice> module, List<Row> places) {
    }

    private record Step(Place place, Change change, boolean running) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        if (a.target().isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the arguments"), WORDS.say("It is not said whom to tell of the module.")).code("no-program")
                    .advice(WORDS.say("Name one or more of: firefox, thunderbird, nss, p11-kit.")).exception();
        }
        var places = Places.choose(new Places(machine).find(a.target()), a.profile(), a.target());
        if (places.isEmpty()) {
            throw nothingFound(a.target());
        }
        Optional<ModuleChoice> choice = Optional.empty();
        if (!a.remove()) {
            choice = Optional.of(a.module().isPresent() ? ModuleChoice.named(a.module().get(), asker, context)
                    : ModuleChoice.best(machine.modules(), asker, context));
        }
        var steps = new ArrayList<Step>();
        for (Place p : places) {
            context.cancel().check(STEP);
            steps.add(plan(p, choice, a.module().isPresent()));
        }
        if (!a.dryRun()) {
            // all or nothing: a person who closes the program and tries again finds the rest as it was
            var busy = steps.stream().filter(s -> s.running() && s.change().changes()).findFirst();
            if (busy.isPresent()) {
                throw running(busy.get().place());
            }
            for (Step s : steps) {
                context.cancel().check(STEP);
                apply(s);
            }
        }
        return new Result(a.dryRun(), choice, steps.stream().map(s -> new Row(s.place().target(), s.place().name(), s.place().folder(),
                s.change().file(), s.change().effect(), s.running(), s.change().why(), s.change().lines(), s.change().notes())).toList());
    }

    private Step plan(Place p, Optional<ModuleChoice> choice, boolean named) throws EscException {
        try {
            Change change = choice.isEmpty() ? remove(p) : add(p, choice.get(), named);
            return new Step(p, change, change.changes() && isMozilla(p) && isRunning(p));
        } catch (IOException e) {
            throw failed(p, e);
        }
    }

    private Change remove(Place p) throws IOException {
        return p.target() == Target.P11_KIT ? new P11Kit(p.folder(), machine.p11KitSystemModules()).remove()
                : new NssDatabase(p.folder()).remove();
    }

    private Change add(Place p, ModuleChoice choice, boolean named) throws IOException {
        if (p.target() == Target.P11_KIT) {
            return new P11Kit(p.folder(), machine.p11KitSystemModules()).add(choice.library());
        }
        Path library = choice.library();
        if (p.sandbox() != Machine.Sandbox.NONE && !named) {
            var inside = machine.modules(p.target(), p.sandbox());
            if (inside.isEmpty()) {
                return Change.skipped(p.folder().resolve(NssDatabase.LIST), WORDS.say("this {0} is a {1} and does not see the machine's own libraries; "
                        + "name one that it sees with --module", p.target().text(), p.sandbox() == Machine.Sandbox.SNAP ? "snap" : "flatpak"));
            }
            library = inside.getFirst();
        }
        return new NssDatabase(p.folder()).add(library, choice.others().stream().map(ModuleChoice.Other::library).toList());
    }

    private static boolean isMozilla(Place p) {
        return p.target() == Target.FIREFOX || p.target() == Target.THUNDERBIRD;
    }

    private static boolean isRunning(Place p) {
        var lock = ProfileLock.take(p.folder());
        lock.ifPresent(ProfileLock::close);
        return lock.isEmpty();
    }

    private static void apply(Step s) throws EscException {
        if (!s.change().changes()) {
            return;
        }
        try {
            if (s.place().target() == Target.P11_KIT) {
                P11Kit.apply(s.change());
            } else if (isMozilla(s.place())) {
                // held while it is written, so that the program cannot start meanwhile
                try (var _ = ProfileLock.take(s.place().folder()).orElseThrow(() -> running(s.place()))) {
                    NssDatabase.apply(s.change());
                }
            } else {
                NssDatabase.apply(s.change());
            }
        } catch (IOException e) {
            throw failed(s.place(), e);
        }
    }

    private static EscException running(Place p) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("{0} is running with the {1} ({2}).", p.target().text(), p.text(), p.folder()))
                .code("profile-in-use").advice(WORDS.say("Nothing was changed. Close {0} and try again, or name the profiles that are not in use with --profile.",
                        p.target().text())).exception();
    }

    private static EscException failed(Place p, IOException e) {
        String what = e instanceof AccessDeniedException ? WORDS.say("permission denied") : e.getMessage();
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The list of modules of the {0} cannot be read or written: {1}.", p.text(), what))
                .code("list-not-writable").advice(WORDS.say("Look at the permissions of {0}.", p.folder())).exception(e);
    }

    private EscException nothingFound(List<Target> targets) {
        Map<Target, String> where = new EnumMap<>(Target.class);
        for (Target t : targets) {
            where.put(t, switch (t) {
                case FIREFOX, THUNDERBIRD -> WORDS.say("no profile of {0} that was ever used", t.text());
                case NSS -> WORDS.say("no NSS database that programs share ({0})", machine.sharedDatabases().stream().map(Path::toString).findFirst()
                        .orElse(WORDS.say("there is none on this system")));
                case P11_KIT -> WORDS.say("no p11-kit");
            });
        }
        return Problem.of(Fault.USAGE, WORDS.say("find the profiles"), WORDS.say("There is {0} here.", String.join(WORDS.say(" and "), where.values())))
                .code("no-profile").advice(WORDS.say("Start the program once and close it, or name its folder with --profile.")).exception();
    }

    @Override
    public void print(Result result, PrintWriter out) {
        result.module().ifPresent(m -> {
            out.println(WORDS.say("Module: {0}", m.library()) + (m.description().isEmpty() ? "" : " (" + m.description() + ")"));
            out.println("  " + m.reason());
            m.others().forEach(o -> out.println("  " + WORDS.say("Not {0}: {1}", o.library(), o.reason())));
        });
        for (Row r : result.places()) {
            out.println(new Place(r.target(), r.name(), r.folder(), Machine.Sandbox.NONE).text() + ": "
                    + (result.dryRun() && r.effect() != Effect.UNCHANGED && r.effect() != Effect.SKIPPED ? WORDS.say("would be {0}", r.effect().text())
                            : r.effect().text()) + (r.reason().isEmpty() ? "" : ", " + r.reason()));
            if (!r.lines().isEmpty()) {
                out.println("  " + WORDS.say("in {0}", r.file()));
                r.lines().forEach(l -> out.println("  " + l));
            }
            if (r.running()) {
                out.println("  " + WORDS.say("{0} runs with this profile now: close it first.", r.target().text()));
            }
            r.notes().forEach(n -> out.println("  " + WORDS.say("Note: {0}", n)));
        }
        if (!result.dryRun() && result.places().stream().anyMatch(r -> !r.lines().isEmpty())) {
            out.println(WORDS.say("Programs that run now notice it when they are started again."));
        }
    }
}
