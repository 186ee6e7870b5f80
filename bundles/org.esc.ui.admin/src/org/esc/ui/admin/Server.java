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
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.tps.admin.Account;
import org.esc.tps.admin.Right;
import org.esc.tps.admin.SignIn;
import org.esc.tps.admin.TpsAdmin;

/** A server to administer, and whether somebody is signed in to it. UI thread only. */
final class Server {

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
    private Optional<TpsAdmin> admin = Optional.empty();
    private Optional<Problem> problem = Optional.empty();

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
    Optional<Problem> problem() {
        return problem;
    }

    /** Why who is signed in cannot do something; empty if they may be expected to. */
    Optional<String> refusal(Right right) {
        return account().filter(a -> !a.may(right)).map(a -> "You may not " + right.words() + ": this needs the role " + right.groups() + ". "
                + (a.groups().isEmpty() ? "You have none." : "You have " + String.join(", ", a.groups().stream().sorted().toList()) + "."));
    }

    /** The state in words. */
    String words() {
        return switch (state) {
            case SIGNED_OUT -> problem.isPresent() ? "Signed out: " + problem.get().message() : "Signed out";
            case SIGNING_IN -> "Signing in…";
            case SIGNED_IN -> account().map(a -> (a.fullName().isBlank() ? a.id() : a.fullName()) + ", "
                    + (a.groups().isEmpty() ? "no role" : String.join(", ", a.groups().stream().sorted().toList()))).orElse("");
        };
    }

    /** Runs something when its state changes. */
    void onChange(Runnable run) {
        changed.add(run);
    }

    void noChange(Runnable run) {
        changed.remove(run);
    }

    private void turn(State next, Optional<TpsAdmin> connection, Optional<Problem> why) {
        state = next;
        admin = connection;
        problem = why;
        List.copyOf(changed).forEach(Runnable::run);
        tell.run();
    }

    /** Signs in; asks for what it takes, unless that lies in a file. */
    void signIn(Shell parent) {
        if (state != State.SIGNED_OUT) {
            return;
        }
        Optional<Path> key = entry.saved().key();
        if (entry.passwordFile().isPresent() || key.filter(Server::open).isPresent()) {
            turn(State.SIGNING_IN, Optional.empty(), Optional.empty());
            Work.start("Signing in to " + entry.label(), display, (_, cancel) -> connect(key.isPresent() ? keyFile(key.get(), entry.passwordFile())
                    : new SignIn.Password(entry.saved().user().orElse(""), password(entry.passwordFile().orElseThrow())), cancel), this::signedIn,
                    p -> turn(State.SIGNED_OUT, Optional.empty(), Optional.of(p)));
            return;
        }
        List<Field> fields = key.isPresent() ? List.of(Field.password("password", "Password of the file"))
                : List.of(Field.text("user", "User", entry.saved().user().orElse(""), "").required(), Field.password("password", "Password").required());
        new FormDialog<TpsAdmin>(parent, "Sign in to " + entry.label(), key.isPresent()
                ? "The key and certificate in " + key.get().getFileName() + " are protected by a password."
                : "Sign in as an administrator, agent, operator or auditor of the server.", fields, "&Sign In", (values, cancel) ->
                connect(key.isPresent() ? SignIn.file(key.get(), values.secret("password"))
                        : new SignIn.Password(values.text("user"), values.secret("password").copy()), cancel), this::signedIn).open();
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
            throw Problem.of(Fault.USAGE, "sign in", "The file with the password, " + file + ", cannot be read.").exception(e);
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

    /** Notes that the server does not know any more who this is. */
    void lost(Problem why) {
        if (state == State.SIGNED_IN) {
            admin.ifPresent(this::closeLater);
            turn(State.SIGNED_OUT, Optional.empty(), Optional.of(why));
        }
    }

    private void closeLater(TpsAdmin connection) {
        Work.quietly("Signing out of " + entry.label(), display, (_, _) -> {
            connection.close();
            return true;
        }, _ -> {
        }, _ -> {
        });
    }
}
