// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
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

    private ServerVerbs() {
    }

    /** {@code admin login-check}. */
    @Component(service = Verb.class, property = "verb=admin login-check")
    public static final class LoginCheck extends AdminVerb<LoginCheck.Args, LoginCheck.Result> {

        record Args(AdminArgs admin) {
        }

        record Result(String server, String base, String id, String fullName, List<String> groups, List<String> components, List<String> may,
                List<String> mayNot, List<String> notes) {
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
                        Arrays.stream(Right.values()).filter(account::may).map(Right::words).toList(),
                        Arrays.stream(Right.values()).filter(r -> !account.may(r)).map(r -> r.words() + ": needs " + r.groups()).toList(),
                        admin.notes());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println("Signed in at " + r.base + " as " + r.id + (r.fullName.isEmpty() ? "" : ", " + r.fullName));
            out.println("Roles       " + (r.groups.isEmpty() ? "none" : String.join(", ", r.groups)));
            out.println("You may     " + String.join(", ", r.may));
            r.mayNot.forEach(n -> out.println("You may not " + n));
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
            Table.print(out, List.of("NAME", "ADDRESS", "SIGN IN WITH"), r.servers.stream().map(s -> List.of(s.name, s.address,
                    s.key.or(() -> s.user.map(u -> "user " + u)).orElse("as the settings say"))).toList());
        }
    }

    /** {@code admin servers add}. */
    @Component(service = Verb.class, property = "verb=admin servers add")
    public static final class Add extends AdminVerb<Add.Args, Servers.Result> {

        record Args(@Arg(label = "NAME", help = "What to call it.") String name,
                @Arg(label = "URL", help = "https://host:8443.") URI address,
                @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
                @Arg(names = "--revocation", label = "soft|hard|off", defaultValue = "SOFT",
                        help = "What to do when nobody says whether the server's certificate was revoked.") Trust.Revocation revocation,
                @Arg(names = "--key", label = "FILE", help = "PKCS#12 or PEM file to sign in with.") Optional<Path> key,
                @Arg(names = "--user", label = "NAME", help = "Who signs in with a password.") Optional<String> user) {

            /** @throws IllegalArgumentException if name or address are none */
            Args {
                new SavedServers.Saved(name, address, ca, revocation, key, user);
            }
        }

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, "admin servers add", "Save a server, in place of one of the same name.", Args.class);
        }

        @Override
        public Servers.Result run(Args a, Context context) throws EscException {
            var server = new SavedServers.Saved(a.name, a.address, a.ca, a.revocation, a.key, a.user);
            desk.saved().save(server);
            return new Servers.Result(List.of(Shown.of(server)));
        }

        @Override
        public void print(Servers.Result r, PrintWriter out) {
            r.servers.forEach(s -> out.println("Saved " + s.name + ": " + s.address));
        }
    }

    /** {@code admin servers remove}. */
    @Component(service = Verb.class, property = "verb=admin servers remove")
    public static final class Remove extends AdminVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "NAME", help = "Which.") String name) {
        }

        record Result(String removed) {
        }

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, "admin servers remove", "Forget a saved server.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            if (!desk.saved().remove(a.name)) {
                throw Problem.of(Fault.USAGE, "forget a server", "There is no saved server " + a.name + ".").code("no-server").exception();
            }
            return new Result(a.name);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println("Forgot " + r.removed);
        }
    }
}
