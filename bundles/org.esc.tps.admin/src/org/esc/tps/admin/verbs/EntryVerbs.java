// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.tps.admin.ConfigEntry;
import org.esc.tps.admin.ConfigEntry.Kind;
import org.esc.tps.admin.TpsAdmin;

/** What {@code admin profiles}, {@code mappings}, {@code connectors} and {@code authenticators} have in common: all of it but the names. */
final class EntryVerbs {

    private static final Words WORDS = Words.of(EntryVerbs.class);

    private EntryVerbs() {
    }

    private static String word(Kind kind) {
        return switch (kind) {
            case PROFILE -> "profiles";
            case MAPPING -> "mappings";
            case CONNECTOR -> "connectors";
            case AUTHENTICATOR -> "authenticators";
        };
    }

    /** An entry for a face. */
    public record Shown(String id, String status, List<String> actions, Map<String, String> properties) {

        static Shown of(TpsAdmin admin, ConfigEntry e) {
            return new Shown(e.id(), e.status().name(), admin.entries(e.kind()).actions(e).stream().map(ConfigEntry.Action::wire).toList(),
                    e.properties());
        }

        void print(PrintWriter out) {
            String state = ConfigEntry.Status.valueOf(status).label();
            out.println("# " + (actions.isEmpty() ? id + ": " + state
                    : WORDS.say("{0}: {1}; possible: {2}", id, state, String.join(", ", actions))));
            properties.forEach((k, v) -> out.println(k + "=" + v));
        }
    }

    /** One, and whether it was changed. */
    public record One(Shown entry, boolean changed) {
    }

    /** {@code admin … }: the list. */
    abstract static class ListAll extends AdminVerb<ListAll.Args, ListAll.Result> {

        record Args(AdminArgs admin, ListArgs list) {
        }

        record Result(List<Shown> entries, boolean more, Optional<ListVerbs.Exported> exported) {
        }

        private final Kind kind;

        ListAll(AdminDesk desk, Kind kind, String summary) {
            super(desk, "admin " + word(kind), summary, Args.class);
            this.kind = kind;
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.list.export().isPresent()) {
                    long n = Table.export(a.list.export().get(), admin.entries(kind), a.list.query(), List.of("id", "Status", "Properties"),
                            e -> List.of(e.id(), e.status().wire(), String.join("\n", e.properties().entrySet().stream()
                                    .map(p -> p.getKey() + "=" + p.getValue()).toList())), context);
                    return new Result(List.of(), false, Optional.of(new ListVerbs.Exported(a.list.export().get().toString(), n)));
                }
                var page = admin.entries(kind).list(a.list.query(), context.cancel());
                return new Result(page.entries().stream().map(e -> Shown.of(admin, e)).toList(), page.more(), Optional.empty());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.exported.isPresent()) {
                out.println(WORDS.many(r.exported.get().entries(), "{0} entry written to {1}", "{0} entries written to {1}", r.exported.get().file()));
                return;
            }
            Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("STATUS"), WORDS.say("POSSIBLE"), WORDS.say("PROPERTIES")),
                    r.entries.stream().map(e -> List.of(e.id, e.status,
                    String.join(",", e.actions), "" + e.properties.size())).toList());
            if (r.more) {
                out.println(WORDS.say("There are more."));
            }
        }
    }

    /** {@code admin … show}. */
    abstract static class ShowOne extends AdminVerb<ShowOne.Args, One> {

        record Args(@Arg(label = "NAME", help = "Which.") String id, AdminArgs admin) {
        }

        private final Kind kind;

        ShowOne(AdminDesk desk, Kind kind, String summary) {
            super(desk, "admin " + word(kind) + " show", summary, Args.class);
            this.kind = kind;
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> new One(Shown.of(admin, admin.entries(kind).get(a.id, context.cancel())), false));
        }

        @Override
        public void print(One r, PrintWriter out) {
            r.entry.print(out);
        }
    }

    /** {@code admin … add} and {@code admin … set}. */
    abstract static class Write extends AdminVerb<Write.Args, One> {

        record Args(@Arg(label = "NAME", help = "Which.") String id,
                @Arg(names = "--property", label = "NAME=VALUE", help = "A property; without a value it is removed.") List<String> property,
                @Arg(names = "--file", label = "FILE", help = "All properties: lines of name=value, as show prints them.") Optional<Path> file,
                @Arg(names = "--like", label = "NAME", help = "Begin with the properties of this one.") Optional<String> like,
                @Arg(names = "--dry-run", help = "Only show what it would become.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if a property is none */
            Args {
                property = List.copyOf(property);
                for (String p : property) {
                    if (p.indexOf('=') < 1) {
                        throw new IllegalArgumentException(WORDS.say("--property takes NAME=VALUE, not \"{0}\".", p));
                    }
                }
                if (file.isPresent() && like.isPresent()) {
                    throw new IllegalArgumentException(WORDS.say("Give one of --file and --like."));
                }
            }
        }

        private final Kind kind;
        private final boolean add;

        Write(AdminDesk desk, Kind kind, boolean add, String summary) {
            super(desk, "admin " + word(kind) + (add ? " add" : " set"), summary, Args.class);
            this.kind = kind;
            this.add = add;
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var entries = admin.entries(kind);
                var properties = new TreeMap<String, String>();
                if (a.file.isPresent()) {
                    properties.putAll(read(a.file.get()));
                } else if (a.like.isPresent()) {
                    String other = a.like.get();
                    entries.get(other, context.cancel()).properties().forEach((k, v) -> properties.put(k.replace("." + other + ".", "." + a.id + "."), v));
                } else if (!add) {
                    properties.putAll(entries.get(a.id, context.cancel()).properties());
                }
                for (String p : a.property) {
                    String name = p.substring(0, p.indexOf('='));
                    String value = p.substring(p.indexOf('=') + 1);
                    if (value.isEmpty()) {
                        properties.remove(name);
                    } else {
                        properties.put(name, value);
                    }
                }
                if (a.dryRun) {
                    return new One(Shown.of(admin, new ConfigEntry(kind, a.id, ConfigEntry.Status.DISABLED, properties)), false);
                }
                return new One(Shown.of(admin, add ? entries.add(a.id, properties, context.cancel())
                        : entries.modify(a.id, properties, context.cancel())), true);
            });
        }

        private static Map<String, String> read(Path file) throws EscException {
            var p = new Properties();
            try (var in = Files.newBufferedReader(file)) {
                p.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the properties"),
                        WORDS.say("The file {0} holds no properties that can be read.", file)).code("file")
                        .advice(WORDS.say("Begin with what “show” prints.")).exception(e);
            }
            var map = new TreeMap<String, String>();
            p.forEach((k, v) -> map.put(k.toString(), v.toString()));
            return map;
        }

        @Override
        public void print(One r, PrintWriter out) {
            if (!r.changed) {
                out.println("# " + WORDS.say("Nothing was changed (--dry-run)."));
            }
            r.entry.print(out);
        }
    }

    /** {@code admin … remove}. */
    abstract static class Remove extends AdminVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "NAME", help = "Which.") String id,
                @Arg(names = "--dry-run", help = "Only look whether it is there.") boolean dryRun, AdminArgs admin) {
        }

        record Result(String id, boolean removed) {
        }

        private final Kind kind;

        Remove(AdminDesk desk, Kind kind, String summary) {
            super(desk, "admin " + word(kind) + " remove", summary, Args.class);
            this.kind = kind;
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var entry = admin.entries(kind).get(a.id, context.cancel());
                if (!a.dryRun) {
                    AdminDesk.confirm(deletes(entry), WORDS.many(entry.properties().size(), "Its property is gone then.", "Its {0} properties are gone then."),
                            true, context);
                    admin.entries(kind).remove(a.id, context.cancel());
                }
                return new Result(a.id, !a.dryRun);
            });
        }

        private static String deletes(ConfigEntry e) {
            return switch (e.kind()) {
                case PROFILE -> WORDS.say("Delete the profile {0}", e.id());
                case MAPPING -> WORDS.say("Delete the profile mapping {0}", e.id());
                case CONNECTOR -> WORDS.say("Delete the connector {0}", e.id());
                case AUTHENTICATOR -> WORDS.say("Delete the authenticator {0}", e.id());
            };
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.removed ? WORDS.say("Removed {0}", r.id) : WORDS.say("Would remove {0}", r.id));
        }
    }

    /** {@code admin … enable|disable|submit|approve|reject|cancel}. */
    abstract static class Act extends AdminVerb<Act.Args, One> {

        record Args(@Arg(label = "NAME", help = "Which.") String id, @Arg(label = "STEP", help = "enable, disable, submit, approve, reject or cancel.")
                String step,
                @Arg(names = "--dry-run", help = "Only show it and what is possible.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if there is no such step */
            Args {
                action(step);
            }
        }

        static ConfigEntry.Action action(String step) {
            return Arrays.stream(ConfigEntry.Action.values()).filter(x -> x.wire().equals(step)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            WORDS.say("A step is enable, disable, submit, approve, reject or cancel.")));
        }

        private final Kind kind;

        Act(AdminDesk desk, Kind kind, String summary) {
            super(desk, "admin " + word(kind) + " step", summary, Args.class);
            this.kind = kind;
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> a.dryRun
                    ? new One(Shown.of(admin, admin.entries(kind).get(a.id, context.cancel())), false)
                    : new One(Shown.of(admin, admin.entries(kind).act(a.id, action(a.step), context.cancel())), true));
        }

        @Override
        public void print(One r, PrintWriter out) {
            String state = ConfigEntry.Status.valueOf(r.entry.status).label();
            out.println(r.entry.actions.isEmpty() ? WORDS.say("{0} is {1}", r.entry.id, state)
                    : WORDS.say("{0} is {1}; possible now: {2}", r.entry.id, state, String.join(", ", r.entry.actions)));
        }
    }
}
