// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.client.Trust;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin login-check} and {@code admin servers …}. */
final class ServerVerbs {

    private static final Words WORDS = Words.of(ServerVerbs.class);

    private ServerVerbs() {
    }

    /** {@code admin login-check}. */
    @Component(service = Verb.class, property = "verb=admin login-check")
    public static final class LoginCheck extends AdminVerb<LoginCheck.Args, LoginCheck.Result> {

        record Args(AdminArgs admin) {
        }

        record Result(String server, String base, String id, String fullName, List<String> groups, List<String> components, List<Right> may,
                List<Right> mayNot, List<String> notes) {
        }

        /** Does it by means of this. */
        @Activate
        public LoginCheck(@Reference AdminDesk desk) {
            super(desk, "admin login-check", "Sign in to a server, and say who you are there and what you may do.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var account = admin.account();
                return new Result(admin.server().address().toString(), admin.base().toString(), account.id(), account.fullName(),
                        account.groups().stream().sorted().toList(), account.components().stream().sorted().toList(),
                        Arrays.stream(Right.values()).filter(account::may).toList(),
                        Arrays.stream(Right.values()).filter(r -> !account.may(r)).toList(),
                        admin.notes());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Signed in at {0} as {1}", r.base, r.fullName.isEmpty() ? r.id : r.id + ", " + r.fullName));
            var facts = new LinkedHashMap<String, List<String>>();
            facts.put(WORDS.say("Roles"), List.of(r.groups.isEmpty() ? WORDS.say("none") : String.join(", ", r.groups)));
            facts.put(WORDS.say("You may"), List.of(String.join(", ", r.may.stream().map(Right::words).toList())));
            facts.put(WORDS.say("You may not"), r.mayNot.stream().map(x -> WORDS.say("{0}: needs {1}", x.words(), x.groups())).toList());
            Table.facts(out, facts);
            r.notes.forEach(out::println);
        }
    }

    /** A server for a face. */
    public record Shown(String name, String address, List<String> ca, String revocation, Optional<String> key, Optional<String> user) {

        static Shown of(SavedServers.Saved s) {
            return new Shown(s.name(), s.address().toString(), s.ca().stream().map(Path::toString).toList(),
                    s.check().name().toLowerCase(Locale.ROOT), s.key().map(Path::toString), s.user());
        }
    }

    /** {@code admin servers}. */
    @Component(service = Verb.class, property = "verb=admin servers")
    public static final class Servers extends AdminVerb<Servers.Args, Servers.Result> {

        record Args() {
        }

        record Result(List<Shown> servers) {
        }

        /** Does it by means of this. */
        @Activate
        public Servers(@Reference AdminDesk desk) {
            super(desk, "admin servers", "List the saved servers.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return new Result(desk.saved().all().values().stream().map(Shown::of).toList());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Table.print(out, List.of(WORDS.say("NAME"), WORDS.say("ADDRESS"), WORDS.say("SIGN IN WITH")), r.servers.stream().map(s -> List.of(s.name, s.address,
                    s.key.or(() -> s.user.map(u -> WORDS.say("user {0}", u))).orElse(WORDS.say("as the settings say")))).toList());
        }
    }

    /** {@code admin servers add}. */
    @Component(service = Verb.class, property = "verb=admin servers add")
    public static final class Add extends AdminVerb<Add.Args, Add.Result> {

        record Args(@Arg(label = "NAME", help = "What to call it.") String name,
                @Arg(label = "URL", help = "https://host:8443.") URI address,
                @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
                @Arg(names = "--revocation", label = "soft|hard|off", defaultValue = "SOFT",
                        help = "What to do when nobody says whether the server's certificate was revoked.") Trust.Revocation revocation,
                @Arg(names = "--key", label = "FILE", help = "PKCS#12 or PEM file to sign in with.") Optional<Path> key,
                @Arg(names = "--user", label = "NAME", help = "Who signs in with a password.") Optional<String> user,
                @Arg(names = "--dry-run", help = "Only show what would be saved.") boolean dryRun) {

            /** @throws IllegalArgumentException if name or address are none */
            Args {
                new SavedServers.Saved(name, address, ca, revocation, key, user);
            }
        }

        record Result(List<Shown> servers, boolean changed) {
        }

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, "admin servers add", "Save a server, in place of one of the same name.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var server = new SavedServers.Saved(a.name, a.address, a.ca, a.revocation, a.key, a.user);
            if (!a.dryRun) {
                desk.saved().save(server);
            }
            return new Result(List.of(Shown.of(server)), !a.dryRun);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.servers.forEach(s -> out.println(r.changed ? WORDS.say("Saved {0}: {1}", s.name, s.address)
                    : WORDS.say("Would save {0}: {1}", s.name, s.address)));
        }
    }

    /** {@code admin servers remove}. */
    @Component(service = Verb.class, property = "verb=admin servers remove")
    public static final class Remove extends AdminVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "NAME", help = "Which.") String name,
                @Arg(names = "--dry-run", help = "Only look whether it is there.") boolean dryRun) {
        }

        record Result(String removed, boolean changed) {
        }

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, "admin servers remove", "Forget a saved server.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (a.dryRun ? !desk.saved().all().containsKey(a.name) : !desk.saved().remove(a.name)) {
                throw Problem.of(Fault.USAGE, WORDS.say("forget a server"), WORDS.say("There is no saved server {0}.", a.name)).code("no-server").exception();
            }
            return new Result(a.name, !a.dryRun);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.changed ? WORDS.say("Forgot {0}", r.removed) : WORDS.say("Would forget {0}", r.removed));
        }
    }
}
