// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.StringJoiner;
import java.util.concurrent.CompletionException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** A {@link Problem} in words. */
public final class ProblemText {

    private static final Words WORDS = Words.of(ProblemText.class);

    private ProblemText() {
    }

    /** What a job's outcome failed with. @param step what was being done */
    public static Problem problem(Throwable failure, String step) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof EscException e ? e.problem() : Problem.of(Fault.DEFECT, step, WORDS.say("Something went wrong inside this program: {0}.", cause));
    }

    /** A heading for a failure of this kind. */
    public static String heading(Problem problem) {
        return switch (problem.fault()) {
            case REFUSED -> WORDS.say("The server refused");
            case USAGE -> WORDS.say("This cannot be done as asked");
            case CARD -> WORDS.say("The card or its reader failed");
            case NETWORK -> WORDS.say("The server could not be reached, or went away");
            case LOGIN -> WORDS.say("The login was not accepted");
            case TLS -> WORDS.say("The server could not prove who it is");
            case CANCELLED -> WORDS.say("Cancelled");
            case UNCONFIRMED -> WORDS.say("Not confirmed");
            case DEFECT -> WORDS.say("A defect of this program");
        };
    }

    /** Message and advice, for a person. */
    public static String forPerson(Problem problem) {
        return problem.advice().isBlank() ? problem.message() : problem.message() + "\n\n" + problem.advice();
    }

    /** The particulars, one a line: for whoever helps that person. */
    public static String details(Problem problem) {
        var lines = new StringJoiner("\n");
        lines.add(WORDS.say("Step: {0}", problem.step()));
        problem.sw().ifPresent(sw -> lines.add(WORDS.say("Status word of the card: {0} ({1})", sw, sw.meaning())));
        problem.endOp().ifPresent(code -> lines.add(WORDS.say("End code of the server: {0}", code)));
        lines.add(WORDS.say("Error code: {0}", problem.code()));
        lines.add(WORDS.say("Kind: {0} (exit code {1} at a terminal)", problem.fault().name().toLowerCase(java.util.Locale.ROOT),
                problem.fault().exit()));
        return lines.toString();
    }

    /** All of it in one line, for logs. */
    public static String oneLine(Problem problem) {
        return (forPerson(problem) + " [" + details(problem) + "]").replaceAll("\\s*\n+\\s*", "; ");
    }
}
