// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code admin-key …}. */
public final class AdministratorKeyVerbs {

    private static final Words WORDS = Words.of(AdministratorKeyVerbs.class);

    private AdministratorKeyVerbs() {
    }

    /**
     * An administrator's key.
     *
     * @param driver    of the application it is for
     * @param kind      the kind that is on the token
     * @param kinds     the kinds it can be changed to
     * @param isDefault true if it is the well-known one with which cards are delivered
     */
    public record Row(String driver, AdministratorKey.Kind kind, List<AdministratorKey.Kind> kinds, boolean isDefault) {

        public Row {
            kinds = List.copyOf(kinds);
        }

        static Row of(String driver, AdministratorKey key) throws EscException {
            return new Row(driver, key.administratorKind(), key.administratorKinds(), key.isAdministratorDefault());
        }
    }

    /** {@code admin-key}. */
    @Component(service = Verb.class, property = "verb=admin-key")
    public static final class ShowVerb extends TokenVerb<ShowVerb.Args, ShowVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ShowVerb(@Reference CardWork work) {
            super(work, "admin-key", "Tell of which kind a token's administrator's key is.", Args.class);
        }

        /** Which token. */
        public record Args(TokenArgs token) {
        }

        /** The keys. */
        public record Result(String reader, List<Row> keys, List<String> problems) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            var found = work.all(name(), a.token(), context, AdministratorKey.class, WORDS.say("tell of an administrator's key"),
                    (c, app) -> List.of(Row.of(app.driver(), c)));
            return new Result(found.reader(), found.all(), found.problems());
        }

        @Override
        public void print(Result r, PrintWriter out) {
            r.keys().forEach(k -> {
                String kinds = String.join(", ", k.kinds().stream().map(AdministratorKey.Kind::name).toList());
                out.println(k.isDefault() ? WORDS.say("{0}: {1}, the well-known one: change it, can be changed to {2}", k.driver(), k.kind().name(), kinds)
                        : WORDS.say("{0}: {1}, can be changed to {2}", k.driver(), k.kind().name(), kinds));
            });
            r.problems().forEach(p -> out.println(WORDS.say("Note: {0}", p)));
        }
    }

    /** {@code admin-key change}. */
    @Component(service = Verb.class, property = "verb=admin-key change")
    public static final class ChangeVerb extends TokenVerb<ChangeVerb.Args, ChangeVerb.Result> {

        /** Does it by means of this. */
        @Activate
        public ChangeVerb(@Reference CardWork work) {
            super(work, "admin-key change", "Change a token's administrator's key.", Args.class);
        }

        /** Which token, and to what kind. */
        public record Args(@Arg(names = "--kind", label = "KIND", help = "Kind of the new key, as \"AES-192\"; the present one without it.")
                Optional<String> kind, TokenArgs token) {
        }

        /** What it is now. */
        public record Result(String reader, Row key) {
        }

        @Override
        public Result run(Args a, Context context) throws EscException {
            return work.with(name(), a.token(), context, AdministratorKey.class, WORDS.say("change an administrator's key"), (key, token) -> {
                AdministratorKey.Kind kind = a.kind().isPresent() ? kind(key, a.kind().get()) : key.administratorKind();
                token.allow(Access.ADMINISTRATOR, WORDS.say("change it"));
                String why = WORDS.say("The new key. Keep it well: without it nobody can administer the token.");
                try (Secret fresh = Secrets.key("NEW_ADMIN_KEY", WORDS.say("New administrator's key"), why, kind, context);
                        Secret again = Secrets.key("NEW_ADMIN_KEY_AGAIN", WORDS.say("New administrator's key once more"), WORDS.say("The new key once more."), kind,
                                context)) {
                    if (!again.use(fresh::matches)) {
                        throw Problem.of(Fault.USAGE, WORDS.say("change the key"), WORDS.say("The two keys differ.")).code("keys-differ")
                                .advice(WORDS.say("Nothing was changed."))
                                .exception();
                    }
                    key.changeAdministratorKey(kind, fresh);
                }
                return new Result(token.reader(), Row.of(token.driver(), key));
            });
        }

        private static AdministratorKey.Kind kind(AdministratorKey key, String name) throws EscException {
            var kinds = key.administratorKinds();
            String wanted = plain(name);
            return kinds.stream().filter(k -> plain(k.name()).equals(wanted)).findFirst().orElseThrow(() -> Problem.of(Fault.USAGE,
                    WORDS.say("change the key"), WORDS.say("The token takes no key of the kind \"{0}\".", name)).code("no-kind")
                    .advice(WORDS.say("It takes {0}.", String.join(", ", kinds.stream().map(AdministratorKey.Kind::name).toList()))).exception());
        }

        private static String plain(String kind) {
            return kind.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT);
        }

        @Override
        public void print(Result r, PrintWriter out) {
            out.println(WORDS.say("The administrator's key was changed; it is of the kind {0}.", r.key().kind().name()));
        }
    }
}
