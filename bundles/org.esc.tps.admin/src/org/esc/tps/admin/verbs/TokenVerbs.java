// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.admin.Consequence;
import org.esc.tps.admin.Query;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin tokens show|add|set|status|remove}. */
final class TokenVerbs {

    private static final Words WORDS = Words.of(TokenVerbs.class);

    private TokenVerbs() {
    }

    /** One token, named. */
    public record One(@Arg(label = "CUID", help = "The token.") Cuid cuid, AdminArgs admin) {
    }

    /** One token, and whether it was changed. */
    public record Changed(ListVerbs.Shown token, boolean changed) {

        void print(PrintWriter out) {
            if (!changed) {
                out.println(WORDS.say("Nothing was changed (--dry-run)."));
            }
            token.print(out);
        }
    }

    /** {@code admin tokens show}. */
    @Component(service = Verb.class, property = "verb=admin tokens show")
    public static final class Show extends AdminVerb<One, Show.Result> {

        record Next(String status, String label, String effect, String consequence) {
        }

        record Result(ListVerbs.Shown token, List<ListVerbs.Certs.Shown> certs, List<Next> next) {
        }

        /** Does it by means of this. */
        @Activate
        public Show(@Reference AdminDesk desk) {
            super(desk, "admin tokens show", "Show a token's record, its certificates, and what may become of it.", One.class);
        }

        @Override
        public Result run(One a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var token = admin.tokens().get(a.cuid.toString(), context.cancel());
                var certs = new ArrayList<ListVerbs.Certs.Shown>();
                admin.certs().all(Query.ALL.with("tokenID", token.id()), context.cancel(), c -> certs.add(ListVerbs.Certs.Shown.of(c)));
                var next = new ArrayList<Next>();
                for (var n : token.nextStates()) {
                    Consequence c = admin.tokens().consequence(token, n.status(), context.cancel());
                    next.add(new Next(n.status().name(), n.label(), c.effect().name(), c.sentence()));
                }
                return new Result(ListVerbs.Shown.of(token), certs, next);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.token.print(out);
            out.println();
            Table.print(out, List.of(WORDS.say("SERIAL"), WORDS.say("KEY"), WORDS.say("STATUS"), WORDS.say("SUBJECT")),
                    r.certs.stream().map(c -> List.of(c.serial(), c.keyType().orElse("-"),
                    c.status(), c.subject())).toList());
            for (Next n : r.next) {
                out.println();
                out.println(n.status + ": " + TokenStatus.said(n.label));
                out.println("  " + n.consequence);
            }
        }
    }

    /** {@code admin tokens add}. */
    @Component(service = Verb.class, property = "verb=admin tokens add")
    public static final class Add extends AdminVerb<Add.Args, Changed> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(names = "--owner", label = "NAME", help = "Whose it is to be.") Optional<String> owner,
                @Arg(names = "--policy", label = "POLICY", help = "NAME=YES;NAME=NO;…") Optional<String> policy,
                @Arg(names = "--dry-run", help = "Only look whether it is on record already.") boolean dryRun, AdminArgs admin) {
        }

        /** Does it by means of this. */
        @Activate
        public Add(@Reference AdminDesk desk) {
            super(desk, "admin tokens add", "Put a token on record, unformatted.", Args.class);
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                if (a.dryRun) {
                    AdminDesk.free(admin.tokens(), a.cuid.toString(), WORDS.say("add a token"), context);
                    return new Changed(new ListVerbs.Shown(a.cuid.toString(), a.owner, Optional.empty(), TokenStatus.UNFORMATTED.name(),
                            TokenStatus.UNFORMATTED.label(), List.of(), Optional.empty(), Optional.empty(), a.policy, Optional.empty(),
                            Optional.empty()), false);
                }
                return new Changed(ListVerbs.Shown.of(admin.tokens().add(a.cuid.toString(), a.owner, a.policy, context.cancel())), true);
            });
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code admin tokens set}. */
    @Component(service = Verb.class, property = "verb=admin tokens set")
    public static final class Change extends AdminVerb<Change.Args, Changed> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(names = "--owner", label = "NAME", help = "Whose it is to be; an empty text for nobody's.") Optional<String> owner,
                @Arg(names = "--policy", label = "POLICY", help = "NAME=YES;NAME=NO;…; an empty text for the server's default.")
                        Optional<String> policy,
                @Arg(names = "--dry-run", help = "Only look whether the token is there.") boolean dryRun, AdminArgs admin) {

            /** @throws IllegalArgumentException if nothing is to be changed */
            Args {
                if (owner.isEmpty() && policy.isEmpty()) {
                    throw new IllegalArgumentException(WORDS.say("Give --owner or --policy."));
                }
            }
        }

        /** Does it by means of this. */
        @Activate
        public Change(@Reference AdminDesk desk) {
            super(desk, "admin tokens set", "Change a token's owner or policy.", Args.class);
        }

        @Override
        public Changed run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> a.dryRun
                    ? new Changed(ListVerbs.Shown.of(admin.tokens().get(a.cuid.toString(), context.cancel())), false)
                    : new Changed(ListVerbs.Shown.of(admin.tokens().modify(a.cuid.toString(), a.owner, a.policy, context.cancel())), true));
        }

        @Override
        public void print(Changed r, PrintWriter out) {
            r.print(out);
        }
    }

    /** {@code admin tokens status}. */
    @Component(service = Verb.class, property = "verb=admin tokens status")
    public static final class State extends AdminVerb<State.Args, State.Result> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(label = "STATUS", help = "UNFORMATTED, ACTIVE, SUSPENDED, PERM_LOST, DAMAGED or TERMINATED.") String status,
                @Arg(names = "--dry-run", help = "Only say what would follow.") boolean dryRun, AdminArgs admin) {
        }

        record Result(ListVerbs.Shown token, String effect, String consequence, boolean changed) {
        }

        /** Does it by means of this. */
        @Activate
        public State(@Reference AdminDesk desk) {
            super(desk, "admin tokens status", "Change a token's state; its certificates are held, revoked or given back.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            TokenStatus to = TokenStatus.of(a.status.toUpperCase(Locale.ROOT).replace('-', '_'));
            return desk.with(a.admin, context, admin -> {
                Token token = admin.tokens().get(a.cuid.toString(), context.cancel());
                if (token.nextStates().stream().noneMatch(n -> n.status() == to)) {
                    throw Problem.of(Fault.USAGE, WORDS.say("change the state of a token"),
                            WORDS.say("The token {0} is {1} and cannot become {2}. It may become: {3}.", token.id(), token.status(), a.status,
                                    token.nextStates().isEmpty() ? WORDS.say("nothing else")
                                            : String.join(", ", token.nextStates().stream().map(n -> n.status().name()).toList())))
                            .code("bad-transition").exception();
                }
                var c = admin.tokens().consequence(token, to, context.cancel());
                if (a.dryRun) {
                    return new Result(ListVerbs.Shown.of(token), c.effect().name(), c.sentence(), false);
                }
                if (c.irreversible()) {
                    AdminDesk.confirm(makes(token.id(), to), c.sentence(), true, context);
                }
                return new Result(ListVerbs.Shown.of(admin.tokens().changeStatus(token.id(), to, context.cancel())), c.effect().name(), c.sentence(),
                        true);
            });
        }

        private static String makes(String token, TokenStatus to) {
            return switch (to) {
                case PERM_LOST -> WORDS.say("Make token {0} permanently lost", token);
                case DAMAGED -> WORDS.say("Make token {0} physically damaged", token);
                case TERMINATED -> WORDS.say("Make token {0} terminated", token);
                case UNFORMATTED -> WORDS.say("Make token {0} unformatted", token);
                default -> WORDS.say("Change the state of token {0} to {1}", token, to.label());
            };
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.changed ? r.consequence : WORDS.say("Would follow: {0}", r.consequence));
            r.token.print(out);
        }
    }

    /** {@code admin tokens remove}. */
    @Component(service = Verb.class, property = "verb=admin tokens remove")
    public static final class Remove extends AdminVerb<Remove.Args, Remove.Result> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(names = "--dry-run", help = "Only look whether the token is there.") boolean dryRun, AdminArgs admin) {
        }

        record Result(String token, boolean removed) {
        }

        /** Does it by means of this. */
        @Activate
        public Remove(@Reference AdminDesk desk) {
            super(desk, "admin tokens remove", "Delete a token's record.", Args.class);
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return desk.with(a.admin, context, admin -> {
                var token = admin.tokens().get(a.cuid.toString(), context.cancel());
                if (!a.dryRun) {
                    AdminDesk.confirm(WORDS.say("Delete the record of token {0}", token.id()),
                            WORDS.say("The server forgets the token, and which certificates are on it. Its certificates stay as they are."), true, context);
                    admin.tokens().remove(token.id(), context.cancel());
                }
                return new Result(token.id(), !a.dryRun);
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(r.removed ? WORDS.say("Removed {0}", r.token) : WORDS.say("Would remove {0}", r.token));
        }
    }
}
