// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Verb;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.TpsAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin users …} and {@code admin groups}. */
final class PeopleVerbs {

    private static final Words WORDS = Words.of(PeopleVerbs.class);

    /** The field of the form that asks for a new user's password. */
    static final String PASSWORD = "NEW_USER_PASSWORD";

    private PeopleVerbs() {
    }

    /** A user for a face. */
    public record Shown(String id, String fullName, Optional<String> email, Optional<String> phone, boolean disabled, List<String> profiles,
            List<String> groups, List<AdminUser.Cert> certs) {

        static Shown of(AdminUser u, List<String> groups, List<AdminUser.Cert> certs) {
            return new Shown(u.id(), u.fullName(), u.email(), u.phone(), u.state().filter("0"::equals).isPresent(), u.profiles().stream().sorted().toList(),
                    groups, certs);
        }

        static Shown of(TpsAdmin admin, String id, Context context) throws EscException {
            return of(admin.users().get(id, context.cancel()), admin.users().groups(id, context.cancel()), admin.users().certs(id, context.cancel()));
        }

        void print(PrintWriter out) {
            var facts = new LinkedHashMap<String, List<String>>();
            facts.put(WORDS.say("User"), List.of(disabled ? WORDS.say("{0}, disabled", id) : id));
            facts.put(WORDS.say("Name"), List.of(fullName));
            facts.put(WORDS.say("E-mail"), List.of(email.orElse(WORDS.say("none"))));
            facts.put(WORDS.say("Phone"), List.of(phone.orElse(WORDS.say("none"))));
            facts.put(WORDS.say("Groups"), List.of(groups.isEmpty() ? WORDS.say("none") : String.join(", ", groups)));
            facts.put(WORDS.say("Profiles"), List.of(profiles.isEmpty() ? WORDS.say("none") : String.join(", ", profiles)));
            Table.facts(out, facts);
            certs.forEach(c -> out.println(WORDS.say("Signs in with certificate {0}, {1}", c.serial(), c.subject())));
        }
    }

    /** One user, and whether anything was changed. */
    public record One(Shown user, boolean changed) {

        void print(PrintWriter out) {
            if (!changed) {
                out.println(WORDS.say("Nothing was changed (--dry-run)."));
            }
            user.print(out);
        }
    }

    /** {@code admin users}. */
    @Component(service = Verb.class, property = "verb=admin users")
    public static final class Users extends AdminVerb<Users.Args, Users.Result> {

        record Args(AdminArgs admin, ListArgs list) {
        }

        record Result(Optional<Long> total, boolean more, List<Shown> users, Optional<ListVerbs.Exported> exported) {
        }

        /** Does it by means of this. */
        @Activate
        public Users(@Reference AdminDesk desk) {
            super(desk, "admin users", "List the users of a server.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.list.export().isPresent()) {
                    long n = Table.export(a.list.export().get(), admin.users(), a.list.query(), List.of("UserID", "FullName", "Email"),
                            u -> List.of(u.id(), u.fullName(), u.email().orElse("")), context);
                    return new Result(Optional.of(n), false, List.of(), Optional.of(new ListVerbs.Exported(a.list.export().get().toString(), n)));
                }
                var page = admin.users().list(a.list.query(), context.cancel());
                return new Result(page.total().isPresent() ? Optional.of(page.total().getAsLong()) : Optional.empty(), page.more(),
                        page.entries().stream().map(u -> Shown.of(u, List.of(), List.of())).toList(), Optional.empty());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.exported.isPresent()) {
                out.println(WORDS.many(r.exported.get().entries(), "{0} user written to {1}", "{0} users written to {1}", r.exported.get().file()));
                return;
            }
            Table.print(out, List.of(WORDS.say("USER"), WORDS.say("NAME"), WORDS.say("E-MAIL")),
                    r.users.stream().map(u -> List.of(u.id, u.fullName, u.email.orElse("-"))).toList());
            ListVerbs.more(r.more, r.total, out);
        }
    }

    /** {@code admin users show}. */
    @Component(service = Verb.class, property = "verb=admin users show")
    public static final class Show extends AdminVerb<Show.Args, One> {

        record Args(@Arg(label = "USER", help = "Short name.") String id, AdminArgs admin) {
        }

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, "admin users show", "Show a user, their groups and certificates.", Args.class);
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> new One(Shown.of(admin, a.id, context), false));
        }

        @Override
        public void print(One r, PrintWriter out) {
            r.user.print(out);
        }
    }

    /** {@code admin users add}. */
    @Component(service = Verb.class, property = "verb=admin users add")
    public static final class Add extends AdminVerb<Add.Args, One> {

        record Args(@Arg(label = "USER", help = "Short name.") String id, @Arg(names = "--name", label = "NAME", help = "Full name.") String name,
                @Arg(names = "--email", label = "ADDRESS", help = "E-mail address.") Optional<String> email,
                @Arg(names = "--phone", label = "NUMBER", help = "Telephone number.") Optional<String> phone,
                @Arg(names = "--profile", label = "PROFILE", help = "Whose tokens the user may see; all if none is given.") List<String> profiles,
                @Arg(names = "--group", label = "GROUP", help = "What to be a member of: Administrators, TPS Agents, …") List<String> groups,
                @Arg(names = "--dry-run", help = "Only look whether the name is free.") boolean dryRun, AdminArgs admin) {
        }

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, "admin users add", "Add a user; the password is asked for.", Args.class);
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var user = new AdminUser(a.id, a.name, a.email, a.phone, Optional.empty(), Optional.of("1"),
                        a.profiles.isEmpty() ? Set.of(AdminUser.ALL_PROFILES) : new HashSet<>(a.profiles));
                if (a.dryRun) {
                    AdminDesk.free(admin.users(), a.id, WORDS.say("add a user"), context);
                    return new One(Shown.of(user, a.groups, List.of()), false);
                }
                var form = Form.of(WORDS.say("Add user {0}", a.id), "",
                        new Form.Field(PASSWORD, WORDS.say("Password of {0}", a.id), "", Form.Kind.PASSWORD));
                try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("add a user"))) {
                    admin.users().add(user, answers.get(PASSWORD), context.cancel());
                }
                for (String group : a.groups) {
                    admin.users().join(a.id, group, context.cancel());
                }
                return new One(Shown.of(admin, a.id, context), true);
            });
        }

        @Override
        public void print(One r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code admin users set}. */
    @Component(service = Verb.class, property = "verb=admin users set")
    public static final class Change extends AdminVerb<Change.Args, One> {

        record Args(@Arg(label = "USER", help = "Short name.") String id,
                @Arg(names = "--name", label = "NAME", help = "Full name.") Optional<String> name,
                @Arg(names = "--email", label = "ADDRESS", help = "E-mail address.") Optional<String> email,
                @Arg(names = "--phone", label = "NUMBER", help = "Telephone number.") Optional<String> phone,
                @Arg(names = "--profile", label = "PROFILE", help = "Whose tokens the user may see, in place of what they may now.") List<String> profiles,
                @Arg(names = "--join", label = "GROUP", help = "Put them into a group.") List<String> join,
                @Arg(names = "--leave", label = "GROUP", help = "Take them out of a group.") List<String> leave,
                @Arg(names = "--add-cert", label = "FILE", help = "PEM file of a certificate they may sign in with.") List<Path> addCert,
                @Arg(names = "--remove-cert", label = "ID", help = "A certificate they may no longer sign in with, as --json names it.")
                        List<String> removeCert,
                @Arg(names = "--password", help = "A new password, which is asked for.") boolean password,
                @Arg(names = "--disable", help = "Let them in no more.") boolean disable,
                @Arg(names = "--enable", help = "Let them in again.") boolean enable,
                @Arg(names = "--dry-run", help = "Only show what it would become.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if both are wanted */
            Args {
                if (disable && enable) {
                    throw new IllegalArgumentException(WORDS.say("Give one of --enable and --disable."));
                }
            }
        }

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, "admin users set", "Change a user, their groups and certificates.", Args.class);
        }

        @Override
        public One run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var old = admin.users().get(a.id, context.cancel());
                boolean plain = a.name.isPresent() || a.email.isPresent() || a.phone.isPresent() || !a.profiles.isEmpty() || a.disable || a.enable;
                var changed = new AdminUser(old.id(), a.name.orElse(old.fullName()), a.email.or(old::email), a.phone.or(old::phone), old.type(),
                        a.disable ? Optional.of("0") : a.enable ? Optional.of("1") : old.state(),
                        a.profiles.isEmpty() ? old.profiles() : new HashSet<>(a.profiles));
                var fresh = new ArrayList<AdminUser.Cert>();
                for (Path p : a.addCert) {
                    fresh.add(read(p));
                }
                if (a.dryRun) {
                    return new One(would(admin, a, changed, fresh, context), false);
                }
                if (a.password) {
                    var form = Form.of(WORDS.say("Change the password of {0}", a.id), "",
                            new Form.Field(PASSWORD, WORDS.say("New password of {0}", a.id), "", Form.Kind.PASSWORD));
                    try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("change a user"))) {
                        admin.users().modify(changed, answers.get(PASSWORD), context.cancel());
                    }
                } else if (plain) {
                    admin.users().modify(changed, Optional.empty(), context.cancel());
                }
                for (String g : a.join) {
                    admin.users().join(a.id, g, context.cancel());
                }
                for (String g : a.leave) {
                    admin.users().leave(a.id, g, context.cancel());
                }
                for (var c : fresh) {
                    admin.users().addCert(a.id, c.pem().orElseThrow(), context.cancel());
                }
                for (String c : a.removeCert) {
                    admin.users().removeCert(a.id, c, context.cancel());
                }
                return new One(Shown.of(admin, a.id, context), true);
            });
        }

        private static Shown would(TpsAdmin admin, Args a, AdminUser user, List<AdminUser.Cert> fresh, Context context) throws EscException {
            var groups = new LinkedHashSet<>(admin.users().groups(a.id, context.cancel()));
            groups.addAll(a.join);
            a.leave.forEach(groups::remove);
            var certs = new ArrayList<>(admin.users().certs(a.id, context.cancel()));
            certs.removeIf(c -> a.removeCert.contains(c.id()));
            certs.addAll(fresh);
            return Shown.of(user, List.copyOf(groups), certs);
        }

        /** A certificate in a file, as it is before the server has named it. */
        private static AdminUser.Cert read(Path file) throws EscException {
            try {
                String pem = Files.readString(file, StandardCharsets.US_ASCII);
                var cert = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(
                        new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
                return new AdminUser.Cert("", "0x" + cert.getSerialNumber().toString(16), cert.getIssuerX500Principal().getName(),
                        cert.getSubjectX500Principal().getName(), Optional.of(pem));
            } catch (IOException | CertificateException e) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the certificate"),
                        WORDS.say("The file {0} holds no certificate in PEM.", file)).code("file").exception(e);
            }
        }

        @Override
        public void print(One r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code admin users remove}. */
    @Component(service = Verb.class, property = "verb=admin users remove")
    public static final class Remove extends AdminVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "USER", help = "Short name.") String id,
                @Arg(names = "--dry-run", help = "Only look whether there is one.") boolean dryRun, AdminArgs admin) {
        }

        record Result(String id, boolean removed) {
        }

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, "admin users remove", "Delete a user.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var user = admin.users().get(a.id, context.cancel());
                if (!a.dryRun) {
                    AdminDesk.confirm(WORDS.say("Delete the user {0}", user.id()),
                            WORDS.say("{0} can sign in no more, and is in no group any more.", user.fullName()), true, context);
                    admin.users().remove(a.id, context.cancel());
                }
                return new Result(a.id, !a.dryRun);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.removed ? WORDS.say("Removed {0}", r.id) : WORDS.say("Would remove {0}", r.id));
        }
    }

    /** {@code admin groups}. */
    @Component(service = Verb.class, property = "verb=admin groups")
    public static final class Groups extends AdminVerb<Groups.Args, Groups.Result> {

        record Args(@Arg(names = "--members", label = "GROUP", help = "List who is in this group.") Optional<String> members, AdminArgs admin) {
        }

        record Group(String id, String description, List<String> members) {
        }

        record Result(List<Group> groups) {
        }

        /** Does it by means of this. */
        @Activate
        public Groups(@Reference AdminDesk desk) {
            super(desk, "admin groups", "List the groups of a server, whose members have roles.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.members.isPresent()) {
                    var g = admin.groups().get(a.members.get(), context.cancel());
                    return new Result(List.of(new Group(g.id(), g.description(), admin.groups().members(g.id(), context.cancel()))));
                }
                return new Result(admin.groups().list(Query.ALL.size(Query.LARGEST_PAGE), context.cancel()).entries().stream()
                        .map(g -> new Group(g.id(), g.description(), List.of())).toList());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Table.print(out, List.of(WORDS.say("GROUP"), WORDS.say("DESCRIPTION")), r.groups.stream().map(g -> List.of(g.id, g.description)).toList());
            r.groups.forEach(g -> g.members.forEach(out::println));
        }
    }
}
