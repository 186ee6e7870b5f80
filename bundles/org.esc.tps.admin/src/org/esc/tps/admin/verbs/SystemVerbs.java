// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.admin.AuditConfig;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.SelfTest;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin config …}, {@code admin audit …}, {@code admin selftests …} and {@code admin jobs …}. */
final class SystemVerbs {

    private static final Words WORDS = Words.of(SystemVerbs.class);

    private SystemVerbs() {
    }

    private static Map<String, String> pairs(List<String> words) {
        return words.stream().collect(Collectors.toMap(w -> w.substring(0, w.indexOf('=')), w -> w.substring(w.indexOf('=') + 1), (_, b) -> b,
                TreeMap::new));
    }

    private static void check(List<String> words) {
        for (String w : words) {
            if (w.indexOf('=') < 1) {
                throw new IllegalArgumentException(WORDS.say("Give NAME=VALUE, not \"{0}\".", w));
            }
        }
    }

    /** {@code admin config}. */
    @Component(service = Verb.class, property = "verb=admin config")
    public static final class Config extends AdminVerb<Config.Args, Config.Result> {

        record Args(AdminArgs admin) {
        }

        record Result(Map<String, String> settings, boolean changed) {
        }

        /** Does it by means of this. */
        @Activate
        public Config(@Reference AdminDesk desk) {
            super(desk, "admin config", "Show the general settings of a server.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> new Result(new TreeMap<>(admin.config(context.cancel())), false));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.settings.forEach((k, v) -> out.println(k + "=" + v));
        }
    }

    /** {@code admin config set}. */
    @Component(service = Verb.class, property = "verb=admin config set")
    public static final class SetConfig extends AdminVerb<SetConfig.Args, Config.Result> {

        record Args(@Arg(label = "NAME=VALUE", help = "A setting and what it is to be.") List<String> settings,
                @Arg(names = "--dry-run", help = "Only show what it would become.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if one is none */
            Args {
                settings = List.copyOf(settings);
                check(settings);
            }
        }

        /** Does it by means of this. */
        @Activate
        public SetConfig(@Reference AdminDesk desk) {
            super(desk, "admin config set", "Change general settings of a server.", Args.class);
        }

        @Override
        public Config.Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.dryRun) {
                    var would = new TreeMap<>(admin.config(context.cancel()));
                    would.putAll(pairs(a.settings));
                    return new Config.Result(would, false);
                }
                return new Config.Result(new TreeMap<>(admin.setConfig(pairs(a.settings), context.cancel())), true);
            });
        }

        @Override
        public void print(Config.Result r, PrintWriter out) {
            if (!r.changed()) {
                out.println("# " + WORDS.say("Nothing was changed (--dry-run)."));
            }
            r.settings().forEach((k, v) -> out.println(k + "=" + v));
        }
    }

    /** {@code admin audit}. */
    @Component(service = Verb.class, property = "verb=admin audit")
    public static final class Audit extends AdminVerb<Audit.Args, Audit.Result> {

        record Args(AdminArgs admin) {
        }

        record Result(boolean enabled, boolean signed, int interval, int bufferSize, Map<String, String> events, boolean changed) {

            static Result of(AuditConfig c, boolean changed) {
                var events = new TreeMap<String, String>();
                c.events().forEach((k, v) -> events.put(k, v.name().toLowerCase(Locale.ROOT)));
                return new Result(c.enabled(), c.signed(), c.interval(), c.bufferSize(), events, changed);
            }

            void print(PrintWriter out) {
                out.println("# " + (signed ? enabled ? WORDS.say("audit on, signed") : WORDS.say("audit off, signed")
                        : enabled ? WORDS.say("audit on") : WORDS.say("audit off")));
                events.forEach((k, v) -> out.println(k + "=" + v));
            }
        }

        /** Does it by means of this. */
        @Activate
        public Audit(@Reference AdminDesk desk) {
            super(desk, "admin audit", "Show what a server takes down in its audit log.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> Result.of(admin.audit(context.cancel()), false));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code admin audit set}. */
    @Component(service = Verb.class, property = "verb=admin audit set")
    public static final class SetAudit extends AdminVerb<SetAudit.Args, Audit.Result> {

        record Args(@Arg(label = "EVENT=enabled|disabled", help = "An event, and whether it is taken down.") List<String> events,
                @Arg(names = "--on", help = "Switch the audit log on.") boolean on,
                @Arg(names = "--off", help = "Switch the audit log off.") boolean off,
                @Arg(names = "--dry-run", help = "Only show what it would become.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if one is none */
            Args {
                events = List.copyOf(events);
                check(events);
                for (String e : events) {
                    if (!e.endsWith("=enabled") && !e.endsWith("=disabled")) {
                        throw new IllegalArgumentException(WORDS.say("An event is made =enabled or =disabled."));
                    }
                }
                if (on && off) {
                    throw new IllegalArgumentException(WORDS.say("Give one of --on and --off."));
                }
            }
        }

        /** Does it by means of this. */
        @Activate
        public SetAudit(@Reference AdminDesk desk) {
            super(desk, "admin audit set", "Change what a server takes down in its audit log.", Args.class);
        }

        @Override
        public Audit.Result run(Args a, Context context) throws EscException {
            if (a.off && !a.dryRun) {
                AdminDesk.confirm(WORDS.say("Switch the audit log off"), WORDS.say("What is done from then on is not taken down."), true, context);
            }
            return desk.with(a.admin, context, admin -> {
                Map<String, AuditConfig.State> events = pairs(a.events).entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey,
                        e -> AuditConfig.State.valueOf(e.getValue().toUpperCase(Locale.ROOT))));
                if (a.dryRun) {
                    AuditConfig now = admin.audit(context.cancel());
                    var would = new TreeMap<>(now.events());
                    would.putAll(events);
                    return Audit.Result.of(new AuditConfig(a.on || now.enabled() && !a.off, now.signed(), now.interval(), now.bufferSize(), would), false);
                }
                AuditConfig now = a.on || a.off ? admin.enableAudit(a.on, context.cancel()) : admin.audit(context.cancel());
                if (!a.events.isEmpty()) {
                    now = admin.setAuditEvents(events, context.cancel());
                }
                return Audit.Result.of(now, true);
            });
        }

        @Override
        public void print(Audit.Result r, PrintWriter out) {
            if (!r.changed()) {
                out.println("# " + WORDS.say("Nothing was changed (--dry-run)."));
            }
            r.print(out);
        }
    }

    /** {@code admin audit files}. */
    @Component(service = Verb.class, property = "verb=admin audit files")
    public static final class AuditFiles extends AdminVerb<AuditFiles.Args, AuditFiles.Result> {

        record Args(@Arg(names = "--get", label = "NAME", help = "Fetch this one.") Optional<String> get,
                @Arg(names = "--to", label = "FILE", help = "Where to put it; under its own name here if not given.") Optional<Path> to,
                AdminArgs admin) {
        }

        record File(String name, Optional<Long> size) {
        }

        record Result(List<File> files, Optional<String> written) {
        }

        /** Does it by means of this. */
        @Activate
        public AuditFiles(@Reference AdminDesk desk) {
            super(desk, "admin audit files", "List a server's audit logs, or fetch one.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.get.isEmpty()) {
                    return new Result(admin.auditFiles(context.cancel()).stream()
                            .map(f -> new File(f.id(), f.size() < 0 ? Optional.empty() : Optional.of(f.size()))).toList(), Optional.empty());
                }
                Path to = a.to.orElseGet(() -> Path.of(Path.of(a.get.get()).getFileName().toString())).toAbsolutePath();
                try {
                    Path fresh = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".tmp");
                    try {
                        try (var out = Files.newOutputStream(fresh)) {
                            admin.auditFile(a.get.get(), out, context.cancel());
                        }
                        Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    } finally {
                        Files.deleteIfExists(fresh);
                    }
                } catch (IOException e) {
                    throw Problem.of(Fault.USAGE, WORDS.say("write the log"), WORDS.say("The file {0} cannot be written.", to)).code("file").exception(e);
                }
                return new Result(List.of(), Optional.of(to.toString()));
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.written.ifPresentOrElse(w -> out.println(WORDS.say("Written to {0}", w)), () -> Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("BYTES")),
                    r.files.stream().map(f -> List.of(f.name, f.size.map(Object::toString).orElse("-"))).toList()));
        }
    }

    /** {@code admin selftests}. */
    @Component(service = Verb.class, property = "verb=admin selftests")
    public static final class SelfTests extends AdminVerb<SelfTests.Args, SelfTests.Result> {

        record Args(AdminArgs admin) {
        }

        record Result(List<SelfTest> selftests) {
        }

        /** Does it by means of this. */
        @Activate
        public SelfTests(@Reference AdminDesk desk) {
            super(desk, "admin selftests", "List the checks a server can make of itself.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> new Result(admin.selfTests().list(Query.ALL.size(Query.LARGEST_PAGE), context.cancel())
                    .entries()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("AT START"), WORDS.say("ON DEMAND")), r.selftests.stream().map(t -> List.of(t.id(),
                    t.atStartup() ? WORDS.say("yes") : WORDS.say("no"), t.onDemand() ? WORDS.say("yes") : WORDS.say("no"))).toList());
        }
    }

    /** {@code admin selftests run}. */
    @Component(service = Verb.class, property = "verb=admin selftests run")
    public static final class RunSelfTests extends AdminVerb<RunSelfTests.Args, RunSelfTests.Result> {

        record Args(@Arg(names = "--only", label = "NAME", help = "This one only.") Optional<String> only, AdminArgs admin) {
        }

        record Result(List<SelfTest.Result> results) {
        }

        /** Does it by means of this. */
        @Activate
        public RunSelfTests(@Reference AdminDesk desk) {
            super(desk, "admin selftests run", "Have a server check itself; exit code 1 if a check fails.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> new Result(a.only.isPresent()
                    ? List.of(admin.selfTests().run(a.only.get(), context.cancel())) : admin.selfTests().run(context.cancel())));
        }

        @Override
        public boolean agrees(Result r) {
            return r.results.stream().allMatch(SelfTest.Result::passed);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("RESULT"), ""), r.results.stream().map(t -> List.of(t.id(),
                    t.passed() ? WORDS.say("passed") : WORDS.say("FAILED"),
                    t.output().orElse(""))).toList());
        }
    }

    /** {@code admin jobs}. */
    @Component(service = Verb.class, property = "verb=admin jobs")
    public static final class Jobs extends AdminVerb<Jobs.Args, Jobs.Result> {

        record Args(@Arg(names = "--start", label = "NAME", help = "Do this one now.") Optional<String> start,
                @Arg(names = "--dry-run", help = "Only look whether it is there.") boolean dryRun, AdminArgs admin) {
        }

        record Result(List<SelfTest.Job> jobs, Optional<String> started, Optional<String> wouldStart) {
        }

        /** Does it by means of this. */
        @Activate
        public Jobs(@Reference AdminDesk desk) {
            super(desk, "admin jobs", "List what a server does at set times, or do one of it now.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var jobs = admin.selfTests().jobs(context.cancel());
                if (a.start.isEmpty()) {
                    return new Result(jobs, Optional.empty(), Optional.empty());
                }
                if (!a.dryRun) {
                    admin.selfTests().start(a.start.get(), context.cancel());
                    return new Result(admin.selfTests().jobs(context.cancel()), a.start, Optional.empty());
                }
                if (jobs.stream().noneMatch(j -> j.id().equals(a.start.get()))) {
                    throw Problem.of(Fault.REFUSED, WORDS.say("start a job"),
                            WORDS.say("The server has no job {0}.", a.start.get())).code("not-found").exception();
                }
                return new Result(jobs, Optional.empty(), a.start);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.started.ifPresent(s -> out.println(WORDS.say("Done: {0}", s)));
            r.wouldStart.ifPresent(s -> out.println(WORDS.say("Would be done: {0}", s)));
            Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("WHEN"), WORDS.say("WHAT")),
                    r.jobs.stream().map(j -> List.of(j.id(), j.cron().orElse("-"), j.plugin().orElse("")))
                    .toList());
        }
    }
}
