// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Answers what an operation on one card asks: from what was given once for the run, from the policy for PINs, else the person is asked. */
final class RowInteraction implements Interaction, AutoCloseable {

    private static final Words WORDS = Words.of(RowInteraction.class);

    /** What was given once for the whole run; several readers share it. */
    static final class Given implements AutoCloseable {

        private final Map<String, Secret> fields = new LinkedHashMap<>();
        private Optional<Secret> pin = Optional.empty();

        @Override
        public synchronized void close() {
            fields.values().forEach(Secret::close);
            fields.clear();
            pin.ifPresent(Secret::close);
            pin = Optional.empty();
        }
    }

    private final Interaction face;
    private final BatchOptions options;
    private final Given given;
    private final Optional<PinLetters> letters;
    private final String reader;
    private final int row;
    private final Cuid cuid;
    private final String user;
    private final Consumer<String> told;
    private volatile boolean loggedIn;
    private Optional<Secret> sent = Optional.empty();

    RowInteraction(Interaction face, BatchOptions options, Given given, Optional<PinLetters> letters, String reader, int row, Cuid cuid, String user,
            Consumer<String> told) {
        this.face = face;
        this.options = options;
        this.given = given;
        this.letters = letters;
        this.reader = reader;
        this.row = row;
        this.cuid = cuid;
        this.user = user;
        this.told = told;
    }

    private String which() {
        return user.isEmpty() ? WORDS.say("Token {0} in reader {1}.", cuid.display(), reader)
                : WORDS.say("Token {0} for {1} in reader {2}.", cuid.display(), user, reader);
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        loggedIn |= form.fields().stream().anyMatch(f -> f.kind() == Form.Kind.PASSWORD);
        if (options.passwordEach()) {
            return face.fill(new Form(form.title(), (form.description() + " " + which()).strip(), form.fields(), form.invalid(), form.blocked()));
        }
        if (form.invalid()) {
            // the same answer again would only bring the account closer to being locked
            return CompletableFuture.failedFuture(Problem.of(Fault.LOGIN, WORDS.say("log in"),
                    user.isEmpty() ? WORDS.say("The server did not accept the password.") : WORDS.say("The server did not accept the password of {0}.", user))
                    .exception());
        }
        return shared(waits -> {
            List<Form.Field> missing = form.fields().stream().filter(f -> !given.fields.containsKey(f.id())).toList();
            if (!missing.isEmpty()) {
                try (Answers a = waits.on(face.fill(new Form(form.title(),
                        (form.description() + " " + WORDS.say("This is asked once for all rows.")).strip(), missing,
                        false, form.blocked())))) {
                    for (String id : a.ids()) {
                        a.get(id).ifPresent(s -> given.fields.put(id, s.copy()));
                    }
                }
            }
            var all = new LinkedHashMap<String, Secret>();
            form.fields().forEach(f -> Optional.ofNullable(given.fields.get(f.id())).ifPresent(s -> all.put(f.id(), s.copy())));
            return new Answers(all);
        });
    }

    /** Waits for an answer of the face that is withdrawn when nobody waits any more. */
    private interface Waits {
        <T> T on(CompletableFuture<T> answer);
    }

    /** One question at a time among all readers: who comes next finds what was given to the one before. */
    private <T extends AutoCloseable> CompletableFuture<T> shared(Function<Waits, T> question) {
        var answer = new CompletableFuture<T>();
        var waits = new Waits() {
            @Override
            public <U> U on(CompletableFuture<U> inner) {
                answer.whenComplete((_, _) -> inner.cancel(true));
                return inner.join();
            }
        };
        Thread.ofVirtual().name("question of " + reader).start(() -> {
            synchronized (given) {
                if (answer.isDone()) {
                    return;
                }
                try {
                    T value = question.apply(waits);
                    if (!answer.complete(value)) {
                        value.close();
                    }
                } catch (CompletionException e) {
                    answer.completeExceptionally(e.getCause());
                } catch (CancellationException e) {
                    answer.completeExceptionally(Cancel.cancelled(WORDS.say("answer the question"), e));
                } catch (Exception e) {
                    answer.completeExceptionally(e);
                }
            }
        });
        return answer;
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return switch (options.pin()) {
            case ASK -> face.newPin(new NewPin(request.purpose() + " — " + which(), request.minLength(), request.maxLength(), request.plainOnly(),
                    request.digitsOnly()));
            case SAME -> shared(waits -> {
                if (given.pin.isEmpty()) {
                    given.pin = Optional.of(waits.on(face.newPin(new NewPin(WORDS.say("the new password of all tokens of this run"), request.minLength(),
                            request.maxLength(), request.plainOnly(), request.digitsOnly()))));
                }
                return given.pin.get().copy();
            });
            case RANDOM -> {
                try {
                    Secret pin = letters.orElseThrow().make(request, row, cuid, user);
                    sent.ifPresent(Secret::close);
                    sent = Optional.of(pin.copy());
                    yield CompletableFuture.completedFuture(pin);
                } catch (EscException e) {
                    yield CompletableFuture.failedFuture(e);
                }
            }
        };
    }

    /** True if a password was asked for. */
    boolean loggedIn() {
        return loggedIn;
    }

    /** The operation is complete, so the PIN is on the card. */
    void pinIsSet() throws EscException {
        if (sent.isPresent() && letters.isPresent()) {
            letters.get().set(sent.get(), row, cuid, user);
        }
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        // the plan names the card, and was confirmed as a whole; what a card does not survive is in no plan
        return CompletableFuture.completedFuture(confirmation.typed().isEmpty());
    }

    @Override
    public void tell(String message) {
        told.accept(message);
    }

    @Override
    public void close() {
        sent.ifPresent(Secret::close);
        sent = Optional.empty();
    }
}
