// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Hex;
import org.esc.driver.TokenCertificate;

/**
 * What an operation on a token achieved.
 *
 * @param operation    {@code format}, {@code enroll} or {@code reset-pin}
 * @param cuid         the card's number, 20 hexadecimal digits; empty if it does not tell
 * @param reader       the reader that holds it
 * @param server       the TPS
 * @param endOp        the server's END_OP code: 0; -1 if it was not asked
 * @param state        what the token now is, in words
 * @param certificates what is on the token now, as far as it can be read
 * @param removed      what was on the token before and is not any more
 * @param apdus        commands the server sent to the card
 * @param duration     from BEGIN_OP to END_OP
 * @param times        where the time went
 * @param notes        what a person should know, in sentences
 * @param plan         what would be done; present if nothing was, because only that was asked for
 */
public record TokenResult(String operation, String cuid, String reader, String server, int endOp, String state,
        List<Certificate> certificates, List<Certificate> removed, int apdus, Duration duration, TpsResult.Times times, List<String> notes,
        Optional<TokenPlan> plan) {

    public TokenResult {
        certificates = List.copyOf(certificates);
        removed = List.copyOf(removed);
        notes = List.copyOf(notes);
    }

    /** Nothing was done: only what would be is told. */
    static TokenResult of(TokenPlan plan) {
        return new TokenResult(plan.operation(), plan.cuid(), plan.reader(), plan.server(), -1, plan.state(), List.of(), List.of(), 0, Duration.ZERO,
                new TpsResult.Times(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO), List.of(), Optional.of(plan));
    }

    /** What became of a certificate. */
    public enum Outcome {
        /** New, with a new key. */
        NEW("new"),
        /** New, for the key that was there before. */
        RENEWED("renewed"),
        /** It and its key come from the archive: they were on an earlier token. */
        RECOVERED("recovered"),
        /** As it was. */
        KEPT("kept"),
        /** No longer on the token. */
        REMOVED("removed");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /** What a person reads. */
        public String words() {
            return words;
        }
    }

    /**
     * A certificate on the token.
     *
     * @param id       of the key it belongs to
     * @param label    its name on the token
     * @param subject  whom it names
     * @param issuer   who issued it
     * @param serial   number, hexadecimal
     * @param notAfter when it ends, ISO 8601
     * @param outcome  what became of it
     */
    public record Certificate(String id, String label, String subject, String issuer, String serial, String notAfter, Outcome outcome) {

        static Certificate of(TokenCertificate c, Outcome outcome) {
            var x = c.certificate();
            return new Certificate(c.id(), c.label(), x.getSubjectX500Principal().getName(), x.getIssuerX500Principal().getName(),
                    Hex.of(x.getSerialNumber().toByteArray()), x.getNotAfter().toInstant().toString(), outcome);
        }
    }

    /** For a person at a terminal. */
    void print(PrintWriter out) {
        if (plan.isPresent()) {
            plan.get().print(out);
            return;
        }
        String token = cuid.isEmpty() ? "The token" : "Token " + org.esc.apdu.Cuid.of(cuid).display();
        out.println(token + switch (operation) {
            case "format" -> " is formatted.";
            case "enroll" -> " is enrolled.";
            default -> " has its new password.";
        });
        if (!state.isEmpty()) {
            out.println("State: " + state);
        }
        for (Certificate c : certificates) {
            out.println("Certificate " + c.id() + " \"" + c.label() + "\": " + c.subject() + ", until " + c.notAfter().substring(0, 10)
                    + ", " + c.outcome().words());
        }
        removed.forEach(c -> out.println("Removed " + c.id() + " \"" + c.label() + "\": " + c.subject() + ", number " + c.serial()));
        notes.forEach(out::println);
        out.printf("%d card commands in %.2f s (card %.2f s, server %.2f s)%n", apdus, duration.toNanos() / 1e9,
                times.card().toNanos() / 1e9, times.server().toNanos() / 1e9);
    }
}
