// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.admin.Activity;
import org.esc.tps.admin.Token;
import org.esc.tps.admin.TokenCert;
import org.esc.tps.admin.TokenStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin tokens}, {@code admin activities}, {@code admin certs}. */
final class ListVerbs {

    private static final Words WORDS = Words.of(ListVerbs.class);

    private ListVerbs() {
    }

    static void more(boolean more, Optional<Long> total, PrintWriter out) {
        if (more) {
            out.println(total.map(n -> WORDS.say("There are more: {0} in all.", n)).orElseGet(() -> WORDS.say("There are more.")));
        }
    }

    private static String time(Optional<Instant> at) {
        return at.map(Instant::toString).orElse("");
    }

    /** What a list or an export came to. */
    public record Exported(String file, long entries) {
    }

    /** {@code admin tokens}. */
    @Component(service = Verb.class, property = "verb=admin tokens")
    public static final class Tokens extends AdminVerb<Tokens.Args, Tokens.Result> {

        private static final List<String> HEADS = List.of("TokenID", "UserID", "Type", "Status", "AppletID", "KeyInfo", "Policy", "Created",
                "Modified");

        record Args(AdminArgs admin, ListArgs list,
                @Arg(names = "--user-id", label = "NAME", help = "Of this owner only.") Optional<String> userId,
                @Arg(names = "--type", label = "PROFILE", help = "Of this profile only.") Optional<String> type,
                @Arg(names = "--status", label = "STATUS", help = "In this state only: UNFORMATTED, FORMATTED, ACTIVE, SUSPENDED, PERM_LOST, "
                        + "DAMAGED, TERMINATED.") Optional<String> status) {
        }

        record Result(Optional<Long> total, boolean more, List<Shown> tokens, Optional<Exported> exported) {
        }

        /** Does it by means of this. */
        @Activate
        public Tokens(@Reference AdminDesk desk) {
            super(desk, "admin tokens", "List the tokens on record at a server.", Args.class);
        }

        private static List<String> row(Token t) {
            return List.of(t.id(), t.userId().orElse(""), t.type().orElse(""), t.status().name(), t.appletId().orElse(""),
                    t.keyInfo().orElse(""), t.policy().orElse(""), time(t.created()), time(t.modified()));
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var query = a.list.query().with("userID", a.userId.orElse("")).with("type", a.type.orElse("")).with("status", a.status.orElse(""));
            return desk.with(a.admin, context, admin -> {
                if (a.list.export().isPresent()) {
                    long n = Table.export(a.list.export().get(), admin.tokens(), query, HEADS, Tokens::row, context);
                    return new Result(Optional.of(n), false, List.of(), Optional.of(new Exported(a.list.export().get().toString(), n)));
                }
                var page = admin.tokens().list(query, context.cancel());
                return new Result(page.total().isPresent() ? Optional.of(page.total().getAsLong()) : Optional.empty(), page.more(),
                        page.entries().stream().map(Shown::of).toList(), Optional.empty());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.exported.isPresent()) {
                out.println(WORDS.many(r.exported.get().entries(), "{0} token written to {1}", "{0} tokens written to {1}", r.exported.get().file()));
                return;
            }
            Table.print(out, List.of(WORDS.say("TOKEN"), WORDS.say("USER"), WORDS.say("TYPE"), WORDS.say("STATUS"), WORDS.say("MODIFIED")),
                    r.tokens.stream().map(t -> List.of(t.id(),
                    t.userId().orElse("-"), t.type().orElse("-"), t.status(), t.modified().orElse("-"))).toList());
            more(r.more, r.total, out);
        }
    }

    /** A token for a face. */
    public record Shown(String id, Optional<String> userId, Optional<String> type, String status, String label, List<String> nextStates,
            Optional<String> appletId, Optional<String> keyInfo, Optional<String> policy, Optional<String> created, Optional<String> modified) {

        static Shown of(Token t) {
            return new Shown(t.id(), t.userId(), t.type(), t.status().name(), t.label(), t.nextStates().stream().map(n -> n.status().name()).toList(),
                    t.appletId(), t.keyInfo(), t.policy(), t.created().map(Instant::toString), t.modified().map(Instant::toString));
        }

        void print(PrintWriter out) {
            var facts = new LinkedHashMap<String, List<String>>();
            facts.put(WORDS.say("Token"), List.of(id));
            facts.put(WORDS.say("Owner"), List.of(userId.orElse(WORDS.say("nobody"))));
            facts.put(WORDS.say("Profile"), List.of(type.orElse(WORDS.say("none"))));
            facts.put(WORDS.say("State"), List.of(TokenStatus.said(label)));
            facts.put(WORDS.say("May become"), List.of(nextStates.isEmpty() ? WORDS.say("nothing else") : String.join(", ", nextStates)));
            facts.put(WORDS.say("Applet"), List.of(appletId.orElse(WORDS.say("none"))));
            facts.put(WORDS.say("Card keys"), List.of(keyInfo.orElse(WORDS.say("unknown"))));
            facts.put(WORDS.say("Policy"), List.of(policy.orElse(WORDS.say("the server's default"))));
            facts.put(WORDS.say("Created"), List.of(created.orElse("")));
            facts.put(WORDS.say("Changed"), List.of(modified.orElse("")));
            Table.facts(out, facts);
        }
    }

    /** {@code admin activities}. */
    @Component(service = Verb.class, property = "verb=admin activities")
    public static final class Activities extends AdminVerb<Activities.Args, Activities.Result> {

        private static final List<String> HEADS = List.of("Date", "TokenID", "UserID", "IP", "Operation", "Result", "Message");

        record Args(AdminArgs admin, ListArgs list, @Arg(names = "--token", label = "CUID", help = "With this token only.") Optional<String> token) {
        }

        record Shown(String id, Optional<String> date, Optional<String> tokenId, Optional<String> userId, Optional<String> ip, String operation,
                String result, String message) {
        }

        record Result(Optional<Long> total, boolean more, List<Shown> activities, Optional<Exported> exported) {
        }

        /** Does it by means of this. */
        @Activate
        public Activities(@Reference AdminDesk desk) {
            super(desk, "admin activities", "List what was done with tokens at a server, newest first.", Args.class);
        }

        private static List<String> row(Activity e) {
            return List.of(time(e.date()), e.tokenId().orElse(""), e.userId().orElse(""), e.ip().orElse(""), e.operation(),
                    e.success() ? "success" : "failure", e.message());
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var query = a.list.query().with("tokenID", a.token.orElse(""));
            return desk.with(a.admin, context, admin -> {
                if (a.list.export().isPresent()) {
                    long n = Table.export(a.list.export().get(), admin.activities(), query, HEADS, Activities::row, context);
                    return new Result(Optional.of(n), false, List.of(), Optional.of(new Exported(a.list.export().get().toString(), n)));
                }
                var page = admin.activities().list(query, context.cancel());
                return new Result(page.total().isPresent() ? Optional.of(page.total().getAsLong()) : Optional.empty(), page.more(),
                        page.entries().stream().map(e -> new Shown(e.id(), e.date().map(Instant::toString), e.tokenId(), e.userId(), e.ip(),
                                e.operation(), e.success() ? "success" : "failure", e.message())).toList(), Optional.empty());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.exported.isPresent()) {
                out.println(WORDS.many(r.exported.get().entries(), "{0} activity written to {1}", "{0} activities written to {1}",
                        r.exported.get().file()));
                return;
            }
            Table.print(out, List.of(WORDS.say("DATE"), WORDS.say("TOKEN"), WORDS.say("USER"), WORDS.say("OPERATION"), WORDS.say("RESULT"),
                    WORDS.say("MESSAGE")), r.activities.stream().map(e -> List.of(
                    e.date.orElse("-"), e.tokenId.orElse("-"), e.userId.orElse("-"), e.operation,
                    e.result.equals("success") ? WORDS.say("success") : WORDS.say("failure"), e.message)).toList());
            more(r.more, r.total, out);
        }
    }

    /** {@code admin certs}. */
    @Component(service = Verb.class, property = "verb=admin certs")
    public static final class Certs extends AdminVerb<Certs.Args, Certs.Result> {

        private static final List<String> HEADS = List.of("SerialNumber", "Subject", "UserID", "TokenID", "Type", "KeyType", "Status", "Created",
                "NotAfter");

        record Args(AdminArgs admin, ListArgs list, @Arg(names = "--token", label = "CUID", help = "On this token only.") Optional<String> token) {
        }

        record Shown(String id, String serial, String subject, Optional<String> userId, Optional<String> tokenId, Optional<String> type,
                Optional<String> keyType, String status, Optional<String> created, Optional<String> notAfter) {

            static Shown of(TokenCert c) {
                return new Shown(c.id(), c.serial(), c.subject(), c.userId(), c.tokenId(), c.type(), c.keyType(), c.status(),
                        c.created().map(Instant::toString), c.notAfter().map(Instant::toString));
            }
        }

        record Result(Optional<Long> total, boolean more, List<Shown> certs, Optional<Exported> exported) {
        }

        /** Does it by means of this. */
        @Activate
        public Certs(@Reference AdminDesk desk) {
            super(desk, "admin certs", "List the certificates on tokens at a server.", Args.class);
        }

        private static List<String> row(TokenCert c) {
            return List.of(c.serial(), c.subject(), c.userId().orElse(""), c.tokenId().orElse(""), c.type().orElse(""), c.keyType().orElse(""),
                    c.status(), time(c.created()), time(c.notAfter()));
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var query = a.list.query().with("tokenID", a.token.orElse(""));
            return desk.with(a.admin, context, admin -> {
                if (a.list.export().isPresent()) {
                    long n = Table.export(a.list.export().get(), admin.certs(), query, HEADS, Certs::row, context);
                    return new Result(Optional.of(n), false, List.of(), Optional.of(new Exported(a.list.export().get().toString(), n)));
                }
                var page = admin.certs().list(query, context.cancel());
                return new Result(page.total().isPresent() ? Optional.of(page.total().getAsLong()) : Optional.empty(), page.more(),
                        page.entries().stream().map(Shown::of).toList(), Optional.empty());
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            if (r.exported.isPresent()) {
                out.println(WORDS.many(r.exported.get().entries(), "{0} certificate written to {1}", "{0} certificates written to {1}",
                        r.exported.get().file()));
                return;
            }
            Table.print(out, List.of(WORDS.say("SERIAL"), WORDS.say("USER"), WORDS.say("TOKEN"), WORDS.say("KEY"), WORDS.say("STATUS"),
                    WORDS.say("SUBJECT")), r.certs.stream().map(c -> List.of(c.serial,
                    c.userId.orElse("-"), c.tokenId.orElse("-"), c.keyType.orElse("-"), c.status, c.subject)).toList());
            more(r.more, r.total, out);
        }
    }
}
