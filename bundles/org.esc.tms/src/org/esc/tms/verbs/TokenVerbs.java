// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Verb;
import org.esc.tms.Tms;
import org.esc.tms.db.Policy;
import org.esc.tms.db.Refused;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.osgi.service.component.annotations.Component;

/** {@code tms tokens …} and {@code tms activities}. */
final class TokenVerbs {

    private static final Words WORDS = Words.of(TokenVerbs.class);

    private TokenVerbs() {
    }

    static List<TmsVerb<?, ?>> all() {
        return List.of(new ListTokens(), new Show(), new State(), new SetPolicy(), new Add(), new Remove(),
                new Activities());
    }

    /** A token for a face. */
    record Token(String cuid, String state, String label, Optional<String> userId, Optional<String> type,
            Optional<String> appletId, Optional<String> keyInfo, String policy, String created, String modified) {

        static Token of(TokenRecord t) {
            return new Token(t.cuid().toString(), t.state().name(), Words.in(Locale.ENGLISH, t.state()::label), t.userId(), t.type(),
                    t.appletId(), t.keyInfo(), t.policy().toString(), t.created().toString(), t.modified().toString());
        }

        void print(PrintWriter out) {
            var facts = new LinkedHashMap<String, String>();
            facts.put(WORDS.say("Token"), cuid);
            facts.put(WORDS.say("State"), TokenState.valueOf(state).label());
            facts.put(WORDS.say("User"), userId.orElse("-"));
            facts.put(WORDS.say("Profile"), type.orElse("-"));
            facts.put(WORDS.say("Applet"), appletId.orElse("-"));
            facts.put(WORDS.say("Key info"), keyInfo.orElse("-"));
            facts.put(WORDS.say("Policy"), policy);
            facts.put(WORDS.say("Created"), created);
            facts.put(WORDS.say("Modified"), modified);
            Columns.print(out, facts);
        }
    }

    /** One token as a result. */
    record OneToken(Token token) {
    }

    /** One token named by its CUID. */
    record OneArgs(@Arg(label = "CUID", help = "The token.") Cuid cuid,
            @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
    }

    /** {@code tms tokens}. */
    @Component(service = Verb.class, property = "verb=tms tokens")
    public static final class ListTokens extends TmsVerb<ListTokens.Args, ListTokens.Result> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data,
                @Arg(names = "--filter", label = "TEXT", help = "Part of a CUID or user.") Optional<String> filter,
                @Arg(names = "--user", label = "UID", help = "Tokens of this user.") Optional<String> user,
                @Arg(names = "--type", label = "PROFILE", help = "Tokens of this profile.") Optional<String> type,
                @Arg(names = "--state", label = "STATE", help = "Tokens in this state.") Optional<TokenState> state,
                @Arg(names = "--start", label = "N", help = "How many to skip.", defaultValue = "0") int start,
                @Arg(names = "--size", label = "N", help = "How many to show.", defaultValue = "1000") int size)
                        implements AtData {
        }

        record Result(long total, List<Token> tokens) {
        }

        /** For declarative services. */
        public ListTokens() {
            super("tms tokens", "Show the tokens a token management system knows.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var query = new TokenQuery(a.filter(), a.user(), a.type(), a.state(), a.start(), a.size());
            return tms.inTransaction(_ -> new Result(tms.tokens().count(query), tms.tokens().list(query).stream()
                    .map(Token::of).toList()));
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("CUID"), WORDS.say("STATE"), WORDS.say("USER"), WORDS.say("PROFILE"), WORDS.say("APPLET"), WORDS.say("KEYS"),
                    WORDS.say("MODIFIED")),
                    r.tokens.stream()
                    .map(t -> List.of(t.cuid(), t.state(), t.userId().orElse("-"), t.type().orElse("-"), t.appletId()
                    .orElse("-"),
                            t.keyInfo().orElse("-"), t.modified())).toList());
            if (r.total > r.tokens.size()) {
                out.println(WORDS.say("{0} of {1}", r.tokens.size(), r.total));
            }
        }
    }

    /** {@code tms tokens show}. */
    @Component(service = Verb.class, property = "verb=tms tokens show")
    public static final class Show extends TmsVerb<OneArgs, Show.Result> {

        record Result(Token token, List<String> nextStates, List<CertificateVerbs.OnToken> certificates) {
        }

        /** For declarative services. */
        public Show() {
            super("tms tokens show", "Show one token with its certificates.", OneArgs.class, Result.class);
        }

        @Override
        Result perform(Tms tms, OneArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            return tms.inTransaction(_ -> {
                var token = tms.tokens().find(a.cuid()).orElseThrow(
                        () -> Refused.because(Refused.UNKNOWN_TOKEN, WORDS.say("show a token"), WORDS.say("Token {0} is not known.", a.cuid())));
                return new Result(Token.of(token), token.state().byAdministrator().stream().map(TokenState::name)
                        .toList(), CertificateVerbs.onToken(tms, tms.tokens().certificates(a.cuid())));
            });
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.token.print(out);
            out.println(WORDS.say("May become {0}", r.nextStates.isEmpty() ? WORDS.say("nothing else") : String.join(", ", r.nextStates)));
            out.println();
            CertificateVerbs.print(r.certificates, out);
        }
    }

    /** {@code tms tokens state}. */
    @Component(service = Verb.class, property = "verb=tms tokens state")
    public static final class State extends TmsVerb<State.Args, OneToken> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(label = "STATE", help = "Its new state.") TokenState state,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        /** For declarative services. */
        public State() {
            super("tms tokens state", "Change a token's state; its certificates are held, revoked or given back.", Args.class, OneToken.class);
        }

        @Override
        OneToken perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new OneToken(Token.of(tms.desk().changeState(a.cuid(), a.state(), actor, "")));
        }

        @Override
        public void print(OneToken r, PrintWriter out) {
            r.token.print(out);
        }
    }

    /** {@code tms tokens policy}. */
    @Component(service = Verb.class, property = "verb=tms tokens policy")
    public static final class SetPolicy extends TmsVerb<SetPolicy.Args, OneToken> {

        record Args(@Arg(label = "CUID", help = "The token.") Cuid cuid,
                @Arg(label = "POLICY",
                help = "NAME=YES;NAME=NO;…: RE_ENROLL, RENEW, FORCE_FORMAT, PIN_RESET, "
                + "RESET_PIN_RESET_TO_NO.") String policy,
                @Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data) implements AtData {
        }

        /** For declarative services. */
        public SetPolicy() {
            super("tms tokens policy", "Change what may be done with a token.", Args.class, OneToken.class);
        }

        @Override
        OneToken perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            return new OneToken(Token.of(tms.desk().setPolicy(a.cuid(), Policy.parse(a.policy()), actor, "")));
        }

        @Override
        public void print(OneToken r, PrintWriter out) {
            r.token.print(out);
        }
    }

    /** {@code tms tokens add}. */
    @Component(service = Verb.class, property = "verb=tms tokens add")
    public static final class Add extends TmsVerb<OneArgs, OneToken> {

        /** For declarative services. */
        public Add() {
            super("tms tokens add", "Add a token to the database, unformatted.", OneArgs.class, OneToken.class);
        }

        @Override
        OneToken perform(Tms tms, OneArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            return new OneToken(Token.of(tms.desk().add(a.cuid(), actor, "")));
        }

        @Override
        public void print(OneToken r, PrintWriter out) {
            r.token.print(out);
        }
    }

    /** {@code tms tokens remove}. */
    @Component(service = Verb.class, property = "verb=tms tokens remove")
    public static final class Remove extends TmsVerb<OneArgs, Remove.Result> {

        record Result(String removed) {
        }

        /** For declarative services. */
        public Remove() {
            super("tms tokens remove", "Remove a token from the database; its certificates stay valid.", OneArgs.class, Result.class);
        }

        @Override
        Result perform(Tms tms, OneArgs a, Map<String, Secret> secrets, String actor) throws EscException {
            tms.desk().remove(a.cuid(), actor, "");
            return new Result(a.cuid().toString());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("Removed {0}", r.removed));
        }
    }

    /** {@code tms activities}. */
    @Component(service = Verb.class, property = "verb=tms activities")
    public static final class Activities extends TmsVerb<Activities.Args, Activities.Result> {

        record Args(@Arg(names = "--data", label = "DIR", help = "Data directory.") Optional<Path> data,
                @Arg(names = "--token", label = "CUID", help = "Of this token only.") Optional<Cuid> token,
                @Arg(names = "--start", label = "N", help = "How many to skip.", defaultValue = "0") int start,
                @Arg(names = "--size", label = "N", help = "How many to show, newest first.",
                        defaultValue = "100") int size,
                @Arg(names = "--verify", help = "Check that no entry was changed, removed or added.") boolean verify)
                implements AtData {
        }

        record Entry(long id, String date, Optional<String> cuid, String userId, String ip, String operation,
                String result, String message) {
        }

        record Check(boolean intact, long entries, Optional<Long> firstBad, String message) {
        }

        record Result(long total, List<Entry> activities, Optional<Check> check) {
        }

        /** For declarative services. */
        public Activities() {
            super("tms activities", "Show what was done with tokens, newest first.", Args.class, Result.class);
        }

        @Override
        Result perform(Tms tms, Args a, Map<String, Secret> secrets, String actor) throws EscException {
            var entries = tms.activities().list(a.token(), a.start(), a.size()).stream()
                    .map(e -> new Entry(e.id(), e.at().toString(), e.cuid().map(Cuid::toString), e.userId(), e.ip(),
                    e.operation().wire(),
                            e.success() ? "success" : "failure", e.message())).toList();
            Optional<Check> check = Optional.empty();
            if (a.verify()) {
                var v = tms.activities().verify();
                OptionalLong bad = v.firstBad();
                check = Optional.of(new Check(v.intact(), v.entries(), bad.isPresent() ? Optional.of(bad.getAsLong())
                        : Optional.empty(), v.message()));
            }
            return new Result(tms.activities().count(a.token()), entries, check);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            Columns.print(out, List.of(WORDS.say("NO"), WORDS.say("DATE"), WORDS.say("TOKEN"), WORDS.say("USER"), WORDS.say("OPERATION"), WORDS.say("RESULT"),
                    WORDS.say("MESSAGE")),
                    r.activities.stream()
                    .map(e -> List.of(Long.toString(e.id), e.date, e.cuid.orElse("-"), e.userId.isEmpty() ? "-"
                    : e.userId, e.operation,
                            e.result.equals("success") ? WORDS.say("success") : WORDS.say("failure"), e.message)).toList());
            r.check.ifPresent(c -> out.println(c.intact ? WORDS.say("Intact: {0}", c.message) : WORDS.say("TAMPERED WITH: {0}", c.message)));
        }
    }
}
