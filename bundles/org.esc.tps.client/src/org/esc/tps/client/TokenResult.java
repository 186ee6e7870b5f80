// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;

/**
 * What an operation on a token achieved.
 *
 * @param operation    {@code format}, {@code enroll} or {@code reset-pin}
 * @param cuid         the card's number, 20 hexadecimal digits; empty if it does not tell
 * @param reader       the reader that holds it
 * @param server       the TPS
 * @param endOp        the server's END_OP code: 0
 * @param state        what the token now is, in words
 * @param certificates what is on the token now, as far as it can be read
 * @param apdus        commands the server sent to the card
 * @param duration     from BEGIN_OP to END_OP
 * @param times        where the time went
 * @param notes        what a person should know, in sentences
 */
public record TokenResult(String operation, String cuid, String reader, String server, int endOp, String state,
        List<Certificate> certificates, int apdus, Duration duration, TpsResult.Times times, List<String> notes) {

    public TokenResult {
        certificates = List.copyOf(certificates);
        notes = List.copyOf(notes);
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
     */
    public record Certificate(String id, String label, String subject, String issuer, String serial, String notAfter) {
    }

    /** For a person at a terminal. */
    void print(PrintWriter out) {
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
            out.println("Certificate " + c.id() + " \"" + c.label() + "\": " + c.subject() + ", until " + c.notAfter().substring(0, 10));
        }
        notes.forEach(out::println);
        out.printf("%d card commands in %.2f s (card %.2f s, server %.2f s)%n", apdus, duration.toNanos() / 1e9,
                times.card().toNanos() / 1e9, times.server().toNanos() / 1e9);
    }
}
