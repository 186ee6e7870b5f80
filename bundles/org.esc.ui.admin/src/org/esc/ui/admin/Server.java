// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.tps.admin.Account;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SignIn;
import org.esc.tps.admin.TpsAdmin;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.TlsIdentities;
import org.esc.ui.DialogAsker;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbDialog;

/** A server to administer, and whether somebody is signed in to it. UI thread only. */
final class Server {

    private static final Words WORDS = Words.of(Server.class);

    /** Where it stands. */
    enum State {
        /** Nobody is signed in. */
        SIGNED_OUT,
        /** Somebody is about to be. */
        SIGNING_IN,
        /** Somebody is. */
        SIGNED_IN
    }

    private final Display display;
    private final ServerEntry entry;
    private final Runnable tell;
    private final List<Runnable> changed = new ArrayList<>();
    private State state = State.SIGNED_OUT;
    /** Whether the key file is being looked at. */
    private boolean looking;
    private Optional<TpsAdmin> admin = Optional.empty();
    private Optional<EscException> failure = Optional.empty();

    Server(Display display, ServerEntry entry, Runnable tell) {
        this.display = display;
        this.entry = entry;
        this.tell = tell;
    }

    ServerEntry entry() {
        return entry;
    }

    State state() {
        return state;
    }

    /** The connection, when somebody is signed in. */
    Optional<TpsAdmin> admin() {
        return admin;
    }

    Optional<Account> account() {
        return admin.map(TpsAdmin::account);
    }

    /** Why nobody is signed in, if it went wrong. */
    Optional<EscException> failure() {
        return failure;
    }

    /** Why who is signed in cannot do something; empty if they may be expected to. */
    Optional<String> refusal(Right right) {
        return account().filter(a -> !a.may(right)).map(a -> WORDS.say("You may not {0}: this needs the role {1}.", right.words(), right.groups()) + " "
                + (a.groups().isEmpty() ? WORDS.say("You have none.") : WORDS.say("You have {0}.", String.join(", ", a.groups().stream().sorted().toList()))));
    }

    /** The state in words. */
    String words() {
        return switch (state) {
            case SIGNED_OUT -> failure.isPresent() ? WORDS.say("Signed out: {0}", failure.get().problem().message()) : WORDS.say("Signed out");
            case SIGNING_IN -> WORDS.say("Signing in…");
            case SIGNED_IN -> account().map(a -> (a.fullName().isBlank() ? a.id() : a.fullName()) + ", "
                    + (a.groups().isEmpty() ? WORDS.say("no role") : String.join(", ", a.groups().stream().sorted().toList()))).orElse("");
        };
    }

    /** Runs something when its state changes. */
    void onChange(Runnable run) {
        changed.add(run);
    }

    void noChange(Runnable run) {
        changed.remove(run);
    }

    private void turn(State next, Optional<TpsAdmin> connection, Optional<EscException> why) {
        state = next;
        admin = connection;
        failure = why;
        List.copyOf(changed).forEach(Runnable::run);
        tell.run();
    }

    /** Signs in; asks for what it takes, unless that lies in a file. */
    void signIn(Shell parent) {
        if (state == State.SIGNED_OUT) {
            connect(parent, () -> turn(State.SIGNING_IN, Optional.empty(), Optional.empty()), this::signedIn,
                    e -> turn(State.SIGNED_OUT, Optional.empty(), Optional.of(e)));
        }
    }

    /**
     * Asks for what it takes, unless that lies in a file, and connects; where this server stands does not change.
     *
     * @param starts run when it begins without a dialog
     * @param done   given the connection, which is the caller's then
     * @param failed told what went wrong where no dialog can say it
     */
    void connect(Shell parent, Runnable starts, Consumer<TpsAdmin> done, Consumer<EscException> failed) {
        Optional<Path> key = entry.saved().key();
        if (looking) {
            return;
        }
        if (entry.passwordFile().isPresent()) {
            connectByFile(starts, done, failed);
        } else if (key.isPresent()) {
            // it lies where the person put it, and that may be far away
            looking = true;
            Work.quietly(WORDS.say("Signing in to {0}", entry.label()), display, (_, _) -> open(key.get()), open -> {
                looking = false;
                if (open) {
                    connectByFile(starts, done, failed);
                } else if (!parent.isDisposed() && state == State.SIGNED_OUT) {
                    askPassword(parent, key.get(), done);
                }
            }, e -> {
                looking = false;
                failed.accept(e);
            });
        } else {
            ask(parent, done);
        }
    }

    private void connectByFile(Runnable starts, Consumer<TpsAdmin> done, Consumer<EscException> failed) {
        Optional<Path> key = entry.saved().key();
        starts.run();
        Work.start(WORDS.say("Signing in to {0}", entry.label()), display, (_, cancel) -> connect(key.isPresent() ? keyFile(key.get(), entry.passwordFile())
                : new SignIn.Password(entry.saved().user().orElse(""), password(entry.passwordFile().orElseThrow())), cancel), done, failed);
    }

    private void askPassword(Shell parent, Path key, Consumer<TpsAdmin> done) {
        new FormDialog<TpsAdmin>(parent, WORDS.say("Sign in to {0}", entry.label()),
                WORDS.say("The key and certificate in {0} are protected by a password.", key.getFileName()),
                List.of(Field.password("password", WORDS.say("Password of the file"))), WORDS.say("&Sign In"),
                (values, cancel) -> connect(SignIn.file(key, values.secret("password")), cancel), done).open();
    }

    private void ask(Shell parent, Consumer<TpsAdmin> done) {
        List<String> readers = Services.find(Readers.class).map(Readers::list).orElse(List.of()).stream().filter(ReaderState::hasCard).map(ReaderState::name).toList();
        new FormDialog<TpsAdmin>(parent, WORDS.say("Sign in to {0}", entry.label()),
                WORDS.say("Sign in as an administrator, agent, operator or auditor of the server."), List.of(
                Field.choice("how", WORDS.say("Sign in"), PASSWORD, List.of(PASSWORD, TOKEN, PKCS11)),
                Field.text("user", WORDS.say("User"), entry.saved().user().orElse(""), ""), Field.password("password", WORDS.say("Password")),
                Field.combo("reader", WORDS.say("Reader of the token"), readers.size() == 1 ? readers.getFirst() : "", readers),
                Field.file("module", WORDS.say("PKCS#11 module"), "", WORDS.say("library of the token's maker"))), WORDS.say("&Sign In"),
                (values, cancel) -> connect(signIn(values, cancel), cancel), done)
                .checked(Server::missing).needing((box, v) -> box.equals("how") || boxes(v).contains(box)).open();
    }

    private static final String PASSWORD = WORDS.say("With user and password");
    private static final String TOKEN = WORDS.say("With the certificate on a token in a reader");
    private static final String PKCS11 = WORDS.say("With the certificate of a PKCS#11 module");

    /** What has to be known for one way to sign in, the most important first. */
    private static List<String> boxes(Values v) {
        String how = v.text("how");
        return how.equals(TOKEN) ? List.of("reader") : how.equals(PKCS11) ? List.of("module") : List.of("user", "password");
    }

    private static Optional<String> missing(Values v) {
        String box = boxes(v).getFirst();
        return v.given(box).isPresent() ? Optional.empty() : Optional.of(switch (box) {
            case "reader" -> WORDS.say("Name the reader that the token is in.");
            case "module" -> WORDS.say("Choose the PKCS#11 module.");
            default -> WORDS.say("Enter your user name.");
        });
    }

    /** What a token or a module asks, its PIN for the most part, a dialog asks. */
    private SignIn signIn(Values v, Cancel cancel) throws EscException {
        if (v.text("how").equals(PASSWORD)) {
            return new SignIn.Password(v.text("user"), v.secret("password").copy());
        }
        var args = v.text("how").equals(TOKEN) ? new ClientArgs(Optional.empty(), Optional.empty(), v.given("reader"))
                : new ClientArgs(Optional.empty(), v.given("module"), Optional.empty());
        var identities = Services.find(TlsIdentities.class).orElseThrow(() -> Problem.of(Fault.DEFECT, WORDS.say("sign in"),
                WORDS.say("The part of this program that signs in with tokens is not installed.")).exception());
        var asker = new UiInteraction(display, new DialogAsker(display::getActiveShell), VerbDialog.ACCEPT_FORMS);
        return new SignIn.ClientKey(identities.open(args, new Context(asker, Progress.NONE, cancel)));
    }

    private static boolean open(Path key) {
        try {
            return !SignIn.needsPassword(key);
        } catch (EscException _) {
            // said when it is used
            return true;
        }
    }

    private TpsAdmin connect(SignIn signIn, Cancel cancel) throws EscException {
        return TpsAdmin.connect(entry.saved().server(), signIn, cancel);
    }

    private static SignIn keyFile(Path key, Optional<Path> passwordFile) throws EscException {
        try (var password = passwordFile.isPresent() ? password(passwordFile.get()) : Secret.of(new byte[0])) {
            return SignIn.file(key, password);
        }
    }

    private static Secret password(Path file) throws EscException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            byte[] trimmed = new String(bytes, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
            try {
                return Secret.of(trimmed);
            } finally {
                Arrays.fill(bytes, (byte) 0);
                Arrays.fill(trimmed, (byte) 0);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("sign in"), WORDS.say("The file with the password, {0}, cannot be read.", file)).exception(e);
        }
    }

    private void signedIn(TpsAdmin connection) {
        if (state == State.SIGNED_IN) {
            closeLater(connection);
        } else {
            turn(State.SIGNED_IN, Optional.of(connection), Optional.empty());
        }
    }

    /** Signs out. */
    void signOut() {
        admin.ifPresent(this::closeLater);
        turn(State.SIGNED_OUT, Optional.empty(), Optional.empty());
    }

    /** Forgets why nobody is signed in: it is so no more. */
    void forgive() {
        if (state == State.SIGNED_OUT) {
            turn(State.SIGNED_OUT, Optional.empty(), Optional.empty());
        }
    }

    /** Notes that the server does not know any more who this is, or that it cannot prove any more that it is the server. */
    void lost(EscException why) {
        if (state == State.SIGNED_IN) {
            admin.ifPresent(this::closeLater);
            turn(State.SIGNED_OUT, Optional.empty(), Optional.of(why));
        }
    }

    private void closeLater(TpsAdmin connection) {
        Work.quietly(WORDS.say("Signing out of {0}", entry.label()), display, (_, _) -> {
            connection.close();
            return true;
        }, _ -> {
        }, _ -> {
        });
    }
}
