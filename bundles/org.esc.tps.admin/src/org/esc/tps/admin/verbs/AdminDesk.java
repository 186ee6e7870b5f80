// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.tps.admin.AdminServer;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.admin.SignIn;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the verbs {@code admin …} share: finds the server, signs in, asks before what cannot be undone. */
@Component(service = AdminDesk.class)
public final class AdminDesk {

    private static final Words WORDS = Words.of(AdminDesk.class);

    /** The field of the form that asks for a password. */
    public static final String PASSWORD = "ADMIN_PASSWORD";

    private static final String STEP = WORDS.say("choose the server");

    private final TlsIdentities identities;
    private final SavedServers saved;
    private final UserSettings settings;

    /** Started by the component runtime. */
    @Activate
    public AdminDesk(@Reference TlsIdentities identities) {
        this(identities, new SavedServers(), new UserSettings());
    }

    /** With servers and settings of its own. */
    public AdminDesk(TlsIdentities identities, SavedServers saved, UserSettings settings) {
        this.identities = identities;
        this.saved = saved;
        this.settings = settings;
    }

    SavedServers saved() {
        return saved;
    }

    /** Work on a server. */
    @FunctionalInterface
    interface Work<R> {
        R on(TpsAdmin admin) throws EscException;
    }

    /** Signs in, works, signs out. */
    <R> R with(AdminArgs args, Context context, Work<R> work) throws EscException {
        try (TpsAdmin admin = connect(args, context)) {
            return work.on(admin);
        }
    }

    /** Signs in. The caller closes it. */
    public TpsAdmin connect(AdminArgs args, Context context) throws EscException {
        var server = server(args);
        return TpsAdmin.connect(server.server(Duration.ofSeconds(args.timeout())), signIn(args, server, context), context.cancel());
    }

    private SavedServers.Saved server(AdminArgs args) throws EscException {
        var all = saved.all();
        SavedServers.Saved found;
        if (args.server().isEmpty()) {
            if (all.size() != 1) {
                throw Problem.of(Fault.USAGE, STEP, all.isEmpty() ? WORDS.say("No server was named, and none is saved.")
                        : WORDS.say("Several servers are saved: {0}.", String.join(", ", all.keySet()))).code("no-server")
                        .advice(WORDS.say("Name one with --server, or save one: esc admin servers add NAME https://host:8443.")).exception();
            }
            found = all.values().iterator().next();
        } else if (all.containsKey(args.server().get())) {
            found = all.get(args.server().get());
        } else {
            try {
                found = new SavedServers.Saved("server", URI.create(args.server().get()), List.of(), Trust.Revocation.SOFT, Optional.empty(),
                        Optional.empty());
            } catch (IllegalArgumentException e) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is no saved server \"{0}\", and it is no address of one.", args.server().get()))
                        .code("no-server").advice(WORDS.say("An address looks like https://host:8443. “esc admin servers” lists what is saved.")).exception(e);
            }
        }
        var ca = new ArrayList<>(args.ca().isEmpty() ? found.ca() : args.ca());
        if (ca.isEmpty()) {
            settings.get(UserSettings.CA).map(Path::of).ifPresent(ca::add);
        }
        return new SavedServers.Saved(found.name(), found.address(), ca, args.revocation().orElse(found.check()), found.key(), found.user());
    }

    private SignIn signIn(AdminArgs args, SavedServers.Saved server, Context context) throws EscException {
        Optional<String> user = args.user().or(() -> args.client().isEmpty() && server.key().isEmpty() ? server.user() : Optional.empty());
        if (user.isPresent()) {
            return new SignIn.Password(user.get(), password(user.get(), server, context));
        }
        Optional<Path> file = args.client().clientP12().or(() -> args.client().isEmpty() ? server.key() : Optional.empty());
        if (file.isPresent() && !SignIn.needsPassword(file.get())) {
            try (var none = Secret.of("")) {
                return SignIn.file(file.get(), none);
            }
        }
        ClientArgs client = file.isPresent() ? new ClientArgs(file, Optional.empty(), Optional.empty()) : args.client();
        var identity = identities.open(client, context);
        if (identity.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("sign in"), WORDS.say("Nothing was said of who is to sign in.")).code("no-sign-in")
                    .advice(WORDS.say("Give --client-p12 FILE, --client-pkcs11 MODULE, --client-token READER, or --user NAME.")).exception();
        }
        return new SignIn.ClientKey(identity);
    }

    private static Secret password(String user, SavedServers.Saved server, Context context) throws EscException {
        var form = Form.of(WORDS.say("Sign in"), WORDS.say("User {0} at {1}.", user, server.address()), new Form.Field(PASSWORD,
                WORDS.say("Password"), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("sign in"))) {
            return answers.get(PASSWORD).orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("sign in"),
                    WORDS.say("No password was given."))).copy();
        }
    }

    /** Looks whether an entry could be added under a name. @throws EscException REFUSED, code {@code exists}, if there is one already */
    static void free(Listing<?> list, String id, String step, Context context) throws EscException {
        try {
            list.get(id, context.cancel());
        } catch (EscException e) {
            if (e.problem().code().equals("not-found")) {
                return;
            }
            throw e;
        }
        throw Problem.of(Fault.REFUSED, step, WORDS.say("There is one of this name already.")).code("exists").exception();
    }

    /** @throws EscException CANCELLED if the person says no; UNCONFIRMED if nobody is there to say yes */
    static void confirm(String title, String message, boolean irreversible, Context context) throws EscException {
        var question = new Interaction.Confirmation(title, message, irreversible);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), title)) {
            throw Problem.of(Fault.CANCELLED, title, WORDS.say("Nothing was changed.")).exception();
        }
    }
}
