// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Form;
import org.esc.command.Interaction;

/**
 * Answers from what the script supplied, else from the person at the terminal, else not at all: without a terminal a missing
 * value ends the verb at once (USAGE), it never waits. An answer that its asker has cancelled is not waited for any longer.
 */
final class TerminalInteraction implements Interaction, AutoCloseable {

    private static final Words WORDS = Words.of(TerminalInteraction.class);

    /** One question's way to its answer. */
    private interface Question<T> {
        T ask(BooleanSupplier withdrawn) throws EscException;
    }

    /** The form field that stands for the token's present password. */
    private static final String OLD_PIN = "OLD_PIN";
    /** PIN of a PKCS#11 token that holds keys. */
    private static final String TOKEN_PIN = "TOKEN_PIN";

    private final Terminal terminal;
    private final PrintWriter err;
    private final Sources sources;
    private final Runnable beforePrompt;
    /** Held while a prompt is on the terminal. */
    private final Lock asking = new ReentrantLock();
    private volatile boolean closed;

    TerminalInteraction(Terminal terminal, Sources sources, Runnable beforePrompt) {
        this.terminal = terminal;
        err = Plain.over(terminal.err());
        this.sources = sources;
        this.beforePrompt = beforePrompt;
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        return answer(withdrawn -> {
            var values = new LinkedHashMap<String, Secret>();
            try {
                if (!terminal.interactive() && form.invalid()) {
                    throw Problem.of(Fault.LOGIN, WORDS.say("log in"), WORDS.say("The server did not accept these credentials.")).exception();
                }
                boolean headed = false;
                for (Form.Field f : form.fields()) {
                    Optional<Secret> supplied = form.invalid() ? Optional.empty() : supplied(f);
                    if (supplied.isEmpty() && !headed) {
                        head(form);
                        headed = true;
                    }
                    values.put(f.id(), supplied.isPresent() ? supplied.get() : ask(f, withdrawn));
                }
                return new Answers(values);
            } catch (EscException | RuntimeException e) {
                values.values().forEach(Secret::close);
                throw e;
            }
        });
    }

    private void head(Form form) {
        if (!terminal.interactive()) {
            return;
        }
        beforePrompt.run();
        err.println(form.title());
        if (!form.description().isBlank()) {
            err.println(form.description());
        }
        if (form.invalid()) {
            err.println(WORDS.say("These credentials were not accepted. Try again."));
        }
        if (form.blocked()) {
            err.println(WORDS.say("The server says that this account is blocked."));
        }
    }

    private Optional<Secret> supplied(Form.Field f) throws EscException {
        var own = sources.fields().get(f.id());
        if (own != null) {
            return Optional.of(own.read());
        }
        var general = f.kind() != Form.Kind.PASSWORD ? Optional.<Sources.Source>empty()
                : switch (f.id()) {
                    case OLD_PIN -> sources.oldPin();
                    case TOKEN_PIN -> sources.pin();
                    default -> sources.password();
                };
        return general.isPresent() ? Optional.of(general.get().read()) : Optional.empty();
    }

    private Secret ask(Form.Field f, BooleanSupplier withdrawn) throws EscException {
        if (!terminal.interactive()) {
            String field = "--field " + f.id() + "=env:VARIABLE";
            String options = f.kind() != Form.Kind.PASSWORD ? field : switch (f.id()) {
                case OLD_PIN -> WORDS.say("{0} or {1}", "--old-pin-env VARIABLE", field);
                case TOKEN_PIN -> WORDS.say("{0} or {1}", "--pin-env VARIABLE, --pin-fd NUMBER", field);
                default -> WORDS.say("{0} or {1}", "--password-env VARIABLE, --password-fd NUMBER", field);
            };
            throw Problem.of(Fault.USAGE, WORDS.say("answer the form"), WORDS.say("\"{0}\" is asked for, and there is no terminal.", f.name()))
                    .code("no-terminal").advice(WORDS.say("Supply it with {0}.", options)).exception();
        }
        if (f.kind() == Form.Kind.PASSWORD) {
            return secret(hidden(f.name() + ": ", withdrawn));
        }
        String typed = line(f.name() + ": ", withdrawn).orElseThrow(() -> Cancel.cancelled(WORDS.say("answer the form"), null));
        return Secret.of(typed);
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return answer(withdrawn -> {
            if (sources.pin().isPresent()) {
                Secret pin = sources.pin().get().read();
                Optional<String> complaint = complaint(pin, request);
                if (complaint.isPresent()) {
                    pin.close();
                    throw Problem.of(Fault.USAGE, WORDS.say("choose the new password"), complaint.get()).code("pin-rule").exception();
                }
                return pin;
            }
            if (!terminal.interactive()) {
                throw Problem.of(Fault.USAGE, WORDS.say("choose the new password"),
                        WORDS.say("A new password is asked for ({0}), and there is no terminal.", request.purpose())).code("no-terminal")
                        .advice(WORDS.say("Supply it with {0}.", WORDS.say("{0} or {1}", "--pin-env VARIABLE", "--pin-fd NUMBER"))).exception();
            }
            beforePrompt.run();
            err.println(request.digitsOnly() ? WORDS.say("Choose {0}, {1} to {2} digits.", request.purpose(), request.minLength(), request.maxLength())
                    : request.plainOnly() ? WORDS.say("Choose {0}, {1} to {2} characters, letters and digits.", request.purpose(), request.minLength(), request.maxLength())
                            : WORDS.say("Choose {0}, {1} to {2} characters.", request.purpose(), request.minLength(), request.maxLength()));
            while (true) {
                Secret first = secret(hidden(WORDS.say("New password:") + " ", withdrawn));
                boolean chosen = false;
                try {
                    Optional<String> complaint = complaint(first, request);
                    if (complaint.isEmpty()) {
                        try (Secret second = secret(hidden(WORDS.say("Once more:") + " ", withdrawn))) {
                            chosen = second.use(first::matches);
                        }
                        if (chosen) {
                            return first;
                        }
                        complaint = Optional.of(WORDS.say("The two do not match."));
                    }
                    err.println(complaint.get());
                } finally {
                    if (!chosen) {
                        first.close();
                    }
                }
            }
        });
    }

    private static Optional<String> complaint(Secret pin, NewPin request) {
        if (pin.length() < request.minLength() || pin.length() > request.maxLength()) {
            return Optional.of(WORDS.say("The new password must have {0} to {1} characters; this one has {2}.", request.minLength(), request.maxLength(),
                    pin.length()));
        }
        boolean allowed = pin.use(b -> {
            for (byte c : b) {
                if (!request.allows(c)) {
                    return false;
                }
            }
            return true;
        });
        return allowed ? Optional.empty() : Optional.of(request.digitsOnly() ? WORDS.say("The new PIN may hold digits only.")
                : WORDS.say("The new password may hold letters and digits only: other characters do not survive the way to the card."));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation c) {
        return answer(withdrawn -> {
            if (c.typed().isPresent()) {
                return typed(c, withdrawn);
            }
            if (sources.yes()) {
                return true;
            }
            if (!terminal.interactive()) {
                if (!c.irreversible()) {
                    return true;
                }
                throw Problem.of(Fault.UNCONFIRMED, c.title(), c.message()).code("confirmation-missing")
                        .advice(WORDS.say("If that is what you want, say so with {0}.", "--yes")).exception();
            }
            beforePrompt.run();
            err.println(c.message());
            String answer = line(WORDS.say("{0} — go on? [y/N]", c.title()) + " ", withdrawn).orElse("");
            // in the person's own language, too
            String word = answer.strip().toLowerCase(Locale.ROOT);
            return word.startsWith("y") || word.startsWith(WORDS.say("y"));
        });
    }

    /** A step that a card does not survive: no general yes counts, its id has to be typed. */
    private boolean typed(Confirmation c, BooleanSupplier withdrawn) throws EscException {
        if (!terminal.interactive()) {
            throw Problem.of(Fault.UNCONFIRMED, c.title(), c.message()).code("confirmation-missing")
                    .advice(WORDS.say("If that is what you want, say so with {0}.", "--yes-i-mean-it " + c.typed().orElse(""))).exception();
        }
        beforePrompt.run();
        err.println(c.message());
        return c.accepts(line(WORDS.say("{0} — to go on, type {1}:", c.title(), c.typed().orElse("")) + " ", withdrawn).orElse(""));
    }

    @Override
    public void tell(String message) {
        asking.lock();
        try {
            beforePrompt.run();
            err.println(message);
        } finally {
            asking.unlock();
        }
    }

    private Optional<String> line(String prompt, BooleanSupplier withdrawn) {
        return alone(withdrawn, () -> terminal.line(Plain.text(prompt), withdrawn));
    }

    private Optional<char[]> hidden(String prompt, BooleanSupplier withdrawn) {
        return alone(withdrawn, () -> terminal.hidden(Plain.text(prompt), withdrawn));
    }

    private <T> Optional<T> alone(BooleanSupplier withdrawn, Supplier<Optional<T>> prompt) {
        asking.lock();
        try {
            return withdrawn.getAsBoolean() ? Optional.empty() : prompt.get();
        } finally {
            asking.unlock();
        }
    }

    /** Withdraws what is still asked, and waits until the terminal is as it was. */
    @Override
    public void close() {
        closed = true;
        asking.lock();
        asking.unlock();
    }

    private static Secret secret(Optional<char[]> typed) throws EscException {
        char[] c = typed.orElseThrow(() -> Cancel.cancelled(WORDS.say("answer the prompt"), null));
        try {
            return Secret.of(c);
        } finally {
            Arrays.fill(c, '\0');
        }
    }

    /** Asks on a thread of its own, so that whoever asks can leave. */
    private <T> CompletableFuture<T> answer(Question<T> question) {
        var answer = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().name("question").start(() -> {
            try {
                T value = question.ask(() -> closed || answer.isDone());
                if (!answer.complete(value) && value instanceof AutoCloseable unwanted) {
                    unwanted.close();
                }
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
