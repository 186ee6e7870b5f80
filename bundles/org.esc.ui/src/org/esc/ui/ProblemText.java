// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.StringJoiner;
import java.util.concurrent.CompletionException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** A {@link Problem} in words. */
public final class ProblemText {

    private ProblemText() {
    }

    /** What a job's outcome failed with. @param step what was being done */
    public static Problem problem(Throwable failure, String step) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof EscException e ? e.problem() : Problem.of(Fault.DEFECT, step, "Something went wrong inside this program: " + cause + ".");
    }

    /** A heading for a failure of this kind. */
    public static String heading(Problem problem) {
        return switch (problem.fault()) {
            case REFUSED -> "The server refused";
            case USAGE -> "This cannot be done as asked";
            case CARD -> "The card or its reader failed";
            case NETWORK -> "The server could not be reached, or went away";
            case LOGIN -> "The login was not accepted";
            case TLS -> "The server could not prove who it is";
            case CANCELLED -> "Cancelled";
            case UNCONFIRMED -> "Not confirmed";
            case DEFECT -> "A defect of this program";
        };
    }

    /** Message and advice, for a person. */
    public static String forPerson(Problem problem) {
        return problem.advice().isBlank() ? problem.message() : problem.message() + "\n\n" + problem.advice();
    }

    /** The particulars, one a line: for whoever helps that person. */
    public static String details(Problem problem) {
        var lines = new StringJoiner("\n");
        lines.add("Step: " + problem.step());
        problem.sw().ifPresent(sw -> lines.add("Status word of the card: " + sw + " (" + sw.meaning() + ")"));
        problem.endOp().ifPresent(code -> lines.add("End code of the server: " + code));
        lines.add("Error code: " + problem.code());
        lines.add("Kind: " + problem.fault().name().toLowerCase(java.util.Locale.ROOT) + " (exit code "
                + problem.fault().exit() + " at a terminal)");
        return lines.toString();
    }

    /** All of it in one line, for logs. */
    public static String oneLine(Problem problem) {
        return (forPerson(problem) + " [" + details(problem) + "]").replaceAll("\\s*\n+\\s*", "; ");
    }
}
