// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * How operations ask: the server and the card ask, the face answers. Dialogs, the terminal, batch files and tests are four
 * implementations. Each future may be cancelled by the asker (the question is then withdrawn) and ends exceptionally with an
 * {@link EscException}: CANCELLED when the person gives up, USAGE when there is nobody to ask and no value was supplied.
 */
public interface Interaction {

    /** Asks for the fields of a form. The asker closes the answers. */
    CompletableFuture<Answers> fill(Form form);

    /** Asks for a new PIN or password within these limits, twice where a person types it. The asker closes it. */
    CompletableFuture<Secret> newPin(NewPin request);

    /** Asks whether to go on. {@code false} means no. */
    CompletableFuture<Boolean> confirm(Confirmation confirmation);

    /** Where nobody can be asked: every question ends with USAGE, a confirmation with UNCONFIRMED, and what is told is heard by nobody. */
    static Interaction nobody() {
        return new Interaction() {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                return failed(Fault.USAGE);
            }

            @Override
            public CompletableFuture<Secret> newPin(NewPin request) {
                return failed(Fault.USAGE);
            }

            @Override
            public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
                return failed(Fault.UNCONFIRMED);
            }

            private static final Words WORDS = Words.of(Interaction.class);

            private static <T> CompletableFuture<T> failed(Fault fault) {
                return CompletableFuture.failedFuture(new EscException(fault, WORDS.say("ask"), WORDS.say("There is nobody to ask.")));
            }

            @Override
            public void tell(String message) {
                // nobody is there
            }
        };
    }

    /**
     * The same, which tells somebody whenever a password or PIN was given: what then goes to a card may be it.
     *
     * @param given called before the answer is there, from any thread
     */
    static Interaction watched(Interaction asked, Runnable given) {
        return new ForwardingInteraction(asked) {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                CompletableFuture<Answers> answers = face.fill(form);
                if (form.fields().stream().anyMatch(f -> f.kind() == Form.Kind.PASSWORD)) {
                    given.run();
                }
                return answers;
            }

            @Override
            public CompletableFuture<Secret> newPin(NewPin request) {
                CompletableFuture<Secret> pin = face.newPin(request);
                given.run();
                return pin;
            }
        };
    }

    /** Tells something on the way that needs no answer. */
    void tell(String message);

    /** Something told that holds for a while. Closing it, from any thread and more than once, says that it is over. */
    interface Notice extends AutoCloseable {
        @Override
        void close();
    }

    /** Tells something that holds until it is closed: that the reader waits for a PIN. A face that cannot take words back only tells it. */
    default Notice notice(String message) {
        tell(message);
        return () -> {
        };
    }

    /**
     * Limits of a new PIN.
     *
     * @param purpose   what it is for, in words: "the new password of the token"
     * @param minLength in bytes
     * @param maxLength in bytes
     * @param plainOnly true if only letters and digits survive the way to the card (a TPS neither encodes nor decodes it)
     * @param digitsOnly true if it consists of digits
     */
    record NewPin(String purpose, int minLength, int maxLength, boolean plainOnly, boolean digitsOnly) {

        /** One that need not consist of digits. */
        public NewPin(String purpose, int minLength, int maxLength, boolean plainOnly) {
            this(purpose, minLength, maxLength, plainOnly, false);
        }

        /** True if this character, in the bytes of the PIN, is allowed. */
        public boolean allows(int c) {
            boolean digit = c >= '0' && c <= '9';
            return digit || !digitsOnly && (!plainOnly || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
        }
    }

    /**
     * A question before a step.
     *
     * @param title        what is about to happen
     * @param message      its consequences, in plain words
     * @param irreversible true if it cannot be undone: a script must have said so beforehand
     * @param typed        what the person has to type to say yes (the card's id), for steps that a card does not survive; a general "yes"
     *                     said beforehand is then not enough. Case, blanks and dashes do not count
     */
    record Confirmation(String title, String message, boolean irreversible, Optional<String> typed) {

        /** A question that yes or no answers. */
        public Confirmation(String title, String message, boolean irreversible) {
            this(title, message, irreversible, Optional.empty());
        }

        /** True if {@code answer} is what has to be typed. */
        public boolean accepts(String answer) {
            return typed.filter(t -> plain(t).equals(plain(answer))).isPresent();
        }

        private static String plain(String s) {
            return s.replaceAll("[\\s:-]", "").toUpperCase(Locale.ROOT);
        }
    }
}
