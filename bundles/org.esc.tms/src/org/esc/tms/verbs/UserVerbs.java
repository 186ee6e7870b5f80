// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.drm.RecoveryRequest;
import org.esc.tms.users.Login;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.osgi.service.component.annotations.Component;

/** {@code tms users …} and {@code tms recovery …}. */
final class UserVerbs {

    private static final Words WORDS = Words.of(UserVerbs.class);

    private static final String PASSWORD = "PASSWORD";

    private UserVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new ListUsers(), new Add(), new Password(), new Change(), new Remove(), new Recovery(),
                new Approve(), new Refuse());
    }

    /** A user for a face. */
    record Shown(String uid, String fullName, Optional<String> email, List<String> roles, boolean demo,
            boolean disabled, List<String> tokens) {

        static Shown of(Tms tms, User u) throws EscException {
            return new Shown(u.uid(), u.fullName(), u.email(), u.roles().stream().sorted()
                    .map(r -> r.name().toLowerCase(java.util.Locale.ROOT)).toList(),
                    u.demo(), u.disabled(), tms.tokens().list(TokenQuery.ofUser(u.uid())).stream()
                    .map(t -> t.cuid().toString()).toList());
        }
    }

    /** One user as a result. */
    record One(Shown user) {
    }

    private static EscException unknown(String uid) {
        return Problem.of(Fault.USAGE, WORDS.say("find a user"), WORDS.say("There is no user {0}.", uid)).code("no-such-user").exception();
    }

    /** {@code tms users}. */
    @Component(service = Verb.class, property = "verb=tms users")
    public static final class ListUsers extends TmsVerb<ListUsers.Args, ListUsers.Result> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data)
                implements AtData {
        }

        record Result(List<Shown> users) {
        }

        /** For declarative services. */
        public ListUsers() {
            super("tms users", "Show the users of a token management system.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var result = new ArrayList<Shown>();
                for (var u : tms.users().list()) {
                    result.add(Shown.of(tms, u));
                }
                return new Result(result);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("USER"), WORDS.say("NAME"), WORDS.say("E-MAIL"), WORDS.say("ROLES"), "", WORDS.say("TOKENS")), r.users.stream()
                    .map(u -> List.of(u.uid, u.fullName, u.email.orElse("-"), u.roles.isEmpty() ? "-"
                    : String.join(",", u.roles),
                            u.disabled ? WORDS.say("disabled") : u.demo ? WORDS.say("demo") : "", String.join(" ", u.tokens))).toList());
        }
    }

    /** {@code tms users add}. */
    @Component(service = Verb.class, property = "verb=tms users add")
    public static final class Add extends TmsVerb<Add.Args, One> {

        record Args(@Arg(label = "UID", help = "Short name.") String uid,
                @Arg(names = "--name", label = "NAME", help = "Full name, for certificates.") String name,
                @Arg(names = "--email", label = "ADDRESS",
                        help = "E-mail address, for certificates.") Optional<String> email,
                @Arg(names = "--role", label = "ROLE", help = "administrator, agent, operator or officer.") List<Role> roles,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        /** For declarative services. */
        public Add() {
            super("tms users add", "Add a user; the password is asked for.", Args.class, One.class);
        }

        @Override
        Map<String, Secret> ask(Args a, Context context) throws EscException {
            return Map.of(PASSWORD, password(context, WORDS.say("Add user {0}", a.uid()), "", PASSWORD, WORDS.say("Password of {0}", a.uid())));
        }

        @Override
        One perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            tms.users().add(new User(a.uid(), a.name(), a.email(), Set.copyOf(a.roles()), false, false),
                    secrets.get(PASSWORD));
            tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), actor, "", "User " + a.uid()
                    + " added, roles " + a.roles() + ".");
            return new One(Shown.of(tms, tms.users().find(a.uid()).orElseThrow(() -> unknown(a.uid()))));
        }

        @Override
        public void print(One r, PrintWriter out) {
            out.println(WORDS.say("Added {0}", r.user.uid));
        }
    }

    /** {@code tms users password}. */
    @Component(service = Verb.class, property = "verb=tms users password")
    public static final class Password extends TmsVerb<OneArgs, Password.Result> {

        record Result(String uid) {
        }

        /** For declarative services. */
        public Password() {
            super("tms users password", "Set a user's password, which is asked for.", OneArgs.class, Result.class);
        }

        @Override
        Map<String, Secret> ask(OneArgs a, Context context) throws EscException {
            return Map.of(PASSWORD, password(context, WORDS.say("Change the password of {0}", a.uid()), "", PASSWORD,
                    WORDS.say("New password of {0}", a.uid())));
        }

        @Override
        Result perform(Tms tms, OneArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            tms.users().setPassword(a.uid(), secrets.get(PASSWORD));
            tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), actor, "", "Password of " + a.uid()
                    + " changed.");
            return new Result(a.uid());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Password of {0} changed", r.uid));
        }
    }

    /** One user named by their short name. */
    record OneArgs(@Arg(label = "UID", help = "Short name.") String uid,
            @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
    }

    /** {@code tms users change}. */
    @Component(service = Verb.class, property = "verb=tms users change")
    public static final class Change extends TmsVerb<Change.Args, One> {

        record Args(@Arg(label = "UID", help = "Short name.") String uid,
                @Arg(names = "--name", label = "NAME", help = "Full name.") Optional<String> name,
                @Arg(names = "--email", label = "ADDRESS", help = "E-mail address.") Optional<String> email,
                @Arg(names = "--add-role", label = "ROLE", help = "administrator, agent, operator or officer.") List<Role> add,
                @Arg(names = "--remove-role", label = "ROLE",
                        help = "administrator, agent, operator or officer.") List<Role> remove,
                @Arg(names = "--disable", help = "Let the user log in no more.") boolean disable,
                @Arg(names = "--enable", help = "Let the user log in again.") boolean enable,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        /** For declarative services. */
        public Change() {
            super("tms users change", "Change a user's name, address, roles, or right to log in.", Args.class, One.class);
        }

        @Override
        One perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var old = tms.users().find(a.uid()).orElseThrow(() -> unknown(a.uid()));
                var roles = new HashSet<>(old.roles());
                roles.addAll(a.add());
                roles.removeAll(a.remove());
                var changed = new User(old.uid(), a.name().orElse(old.fullName()), a.email().or(old::email), roles,
                        old.demo(), a.disable() || old.disabled() && !a.enable());
                tms.users().update(changed);
                tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), actor, "", "User "
                        + changed.uid() + " changed: roles "
                        + changed.roles() + (changed.disabled() ? ", disabled." : "."));
                return new One(Shown.of(tms, changed));
            });
        }

        @Override
        public void print(One r, PrintWriter out) {
            out.println(WORDS.say("Changed {0}", r.user.uid));
        }
    }

    /** {@code tms users remove}. */
    @Component(service = Verb.class, property = "verb=tms users remove")
    public static final class Remove extends TmsVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "UID", help = "Short name; none with --demo.") Optional<String> uid,
                @Arg(names = "--demo", help = "Remove all demonstration users without a token.") boolean demo,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {

            Args {
                if (uid.isPresent() == demo) {
                    String why = WORDS.say("Name one user, or say --demo.");
                    throw new IllegalArgumentException(why);
                }
            }
        }

        record Result(List<String> removed) {
        }

        /** For declarative services. */
        public Remove() {
            super("tms users remove", "Remove a user, or all demonstration users.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var gone = new ArrayList<String>();
                if (a.uid().isPresent()) {
                    tms.users().remove(a.uid().get());
                    gone.add(a.uid().get());
                } else {
                    for (var u : tms.users().list()) {
                        if (u.demo() && tms.tokens().count(TokenQuery.ofUser(u.uid())) == 0) {
                            tms.users().remove(u.uid());
                            gone.add(u.uid());
                        }
                    }
                }
                tms.activities().append(Operation.USER_MODIFY, true, Optional.empty(), actor, "", "Removed "
                        + gone.size() + " user(s): "
                        + String.join(" ", gone));
                return new Result(gone);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Removed {0}", r.removed.size()));
        }
    }

    /** A recovery request for a face. */
    record Request(long id, String key, String userId, String target, String state, int needed, List<String> approvals,
            Optional<String> refusedBy, String created) {

        static Request of(RecoveryRequest r) {
            return new Request(r.id(), r.keyId(), r.userId(), r.target().toString(), r.state().name(), r.needed(),
                    r.approvals(), r.refusedBy(), r.created().toString());
        }
    }

    /** {@code tms recovery}. */
    @Component(service = Verb.class, property = "verb=tms recovery")
    public static final class Recovery extends TmsVerb<ListUsers.Args, Recovery.Result> {

        record Key(String id, String userId, String cuid, int bits, Optional<String> serial, String archived) {
        }

        record Result(List<Request> requests, List<Key> keys) {
        }

        /** For declarative services. */
        public Recovery() {
            super("tms recovery", "Show archived keys and the requests to release them.", ListUsers.Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, ListUsers.Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new Result(tms.recovery().requests().stream().map(Request::of).toList(),
                    tms.recovery().list(0, 1000).stream().map(k -> new Key(k.id(), k.userId(), k.cuid().toString(),
                    k.bits(),
                            k.serial().map(s -> s.toString(16)), k.archived().toString())).toList());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("REQUEST"), WORDS.say("STATE"), WORDS.say("USER"), WORDS.say("FOR TOKEN"), WORDS.say("AGREED"), WORDS.say("REFUSED BY"),
                    WORDS.say("SINCE")),
                    r.requests.stream()
                    .map(q -> List.of(Long.toString(q.id), q.state, q.userId, q.target, WORDS.say("{0} of {1}", q.approvals.size(), q.needed) + " "
                            + String.join(",", q.approvals), q.refusedBy.orElse("-"), q.created)).toList());
            out.println();
            Columns.print(out, List.of(WORDS.say("KEY"), WORDS.say("USER"), WORDS.say("MADE FOR"), WORDS.say("BITS"), WORDS.say("CERTIFICATE"), WORDS.say("ARCHIVED")), r.keys.stream()
                    .map(k -> List.of(k.id, k.userId, k.cuid, Integer.toString(k.bits), k.serial.orElse("-"),
                    k.archived)).toList());
        }
    }

    /** A decision on a request. */
    record DecideArgs(@Arg(label = "REQUEST", help = "Its number.") long id,
            @Arg(names = "--agent", label = "UID",
            help = "The agent who decides; their password is asked for.") String agent,
            @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
    }

    /** A request as a result. */
    record Decided(Request request) {
    }

    /** What approval and refusal have in common: the agent proves who they are. */
    abstract static class Decide extends TmsVerb<DecideArgs, Decided> {

        private final boolean agree;

        Decide(String name, String summary, boolean agree) {
            super(name, summary, DecideArgs.class, Decided.class);
            this.agree = agree;
        }

        @Override
        Map<String, Secret> ask(DecideArgs a, Context context) throws EscException {
            return Map.of(PASSWORD, password(context, WORDS.say("Decide on request {0}", a.id()), "", PASSWORD, WORDS.say("Password of agent {0}", a.agent())));
        }

        @Override
        Decided perform(Tms tms, DecideArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            var login = tms.users().authenticate(a.agent(), secrets.get(PASSWORD));
            switch (login) {
                case Login.Accepted(User agent) -> {
                    return tms.inTransaction(_ -> {
                        var request = agree ? tms.recovery().approve(a.id(), agent.uid()) : tms.recovery()
                                .refuse(a.id(), agent.uid());
                        tms.activities().append(Operation.RECOVERY_APPROVAL, agree, Optional.of(request.target()),
                                agent.uid(), "",
                                "Request " + a.id() + " for a key of " + request.userId()
                                + (agree ? " approved." : " refused."));
                        return new Decided(Request.of(request));
                    });
                }
                case Login.Refused _ -> throw new EscException(Fault.LOGIN, WORDS.say("log in"),
                        WORDS.say("User name or password is wrong."));
                case Login.Blocked(var wait) -> throw Problem.of(Fault.LOGIN, WORDS.say("log in"), WORDS.say("Too many wrong passwords."))
                        .code("blocked")
                        .advice(WORDS.say("Try again in {0} seconds.", wait.toSeconds() + 1)).exception();
            }
        }

        @Override
        public void print(Decided r, PrintWriter out) {
            out.println(WORDS.say("Request {0} is {1}, {2} of {3} agreed", r.request.id, r.request.state, r.request.approvals.size(), r.request.needed));
        }
    }

    /** {@code tms recovery approve}. */
    @Component(service = Verb.class, property = "verb=tms recovery approve")
    public static final class Approve extends Decide {
        /** For declarative services. */
        public Approve() {
            super("tms recovery approve", "Agree, as an agent, to the release of an archived key.", true);
        }
    }

    /** {@code tms recovery refuse}. */
    @Component(service = Verb.class, property = "verb=tms recovery refuse")
    public static final class Refuse extends Decide {
        /** For declarative services. */
        public Refuse() {
            super("tms recovery refuse", "Refuse, as an agent, the release of an archived key.", false);
        }
    }
}
