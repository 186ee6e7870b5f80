// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
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

    private static final Words WORDS = Words.of(TokenResult.class);

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
        NEW,
        /** New, for the key that was there before. */
        RENEWED,
        /** It and its key come from the archive: they were on an earlier token. */
        RECOVERED,
        /** As it was. */
        KEPT,
        /** No longer on the token. */
        REMOVED;

        /** What a person reads. */
        public String words() {
            return switch (this) {
                case NEW -> WORDS.say("new");
                case RENEWED -> WORDS.say("renewed");
                case RECOVERED -> WORDS.say("recovered");
                case KEPT -> WORDS.say("kept");
                case REMOVED -> WORDS.say("removed");
            };
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

    private static String seconds(Duration time) {
        return String.format(Words.locale(), "%.2f", time.toNanos() / 1e9);
    }

    /** For a person at a terminal. */
    void print(PrintWriter out) {
        if (plan.isPresent()) {
            plan.get().print(out);
            return;
        }
        String token = cuid.isEmpty() ? WORDS.say("The token") : WORDS.say("Token {0}", org.esc.apdu.Cuid.of(cuid).display());
        out.println(switch (operation) {
            case "format" -> WORDS.say("{0} is formatted.", token);
            case "enroll" -> WORDS.say("{0} is enrolled.", token);
            default -> WORDS.say("{0} has its new password.", token);
        });
        if (!state.isEmpty()) {
            out.println(WORDS.say("State: {0}", state));
        }
        for (Certificate c : certificates) {
            out.println(WORDS.say("Certificate {0} \"{1}\": {2}, until {3}, {4}", c.id(), c.label(), c.subject(), Day.text(c.notAfter()), c.outcome().words()));
        }
        removed.forEach(c -> out.println(WORDS.say("Removed {0} \"{1}\": {2}, number {3}", c.id(), c.label(), c.subject(), c.serial())));
        notes.forEach(out::println);
        out.println(WORDS.say("{0} card commands in {1} s (card {2} s, server {3} s)", apdus, seconds(duration), seconds(times.card()), seconds(times.server())));
    }
}
