// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What went wrong, as a value that every face can show: the kind, a stable code for scripts, the step that failed, the card's status
 * word or the server's END_OP code where there is one, a sentence for the person and what to do next (may be empty).
 */
public record Problem(Fault fault, String code, String step, Optional<StatusWord> sw, OptionalInt endOp, String message,
        String advice) {

    /** A problem without status word, end code or advice; its code is the fault's name in lower case. */
    public static Problem of(Fault fault, String step, String message) {
        return new Problem(fault, fault.name().toLowerCase(Locale.ROOT), step, Optional.empty(), OptionalInt.empty(), message, "");
    }

    /** With a more exact code for scripts, in lower-case-with-dashes. */
    public Problem code(String newCode) {
        return new Problem(fault, newCode, step, sw, endOp, message, advice);
    }

    /** With the card's status word. */
    public Problem sw(StatusWord newSw) {
        return new Problem(fault, code, step, Optional.of(newSw), endOp, message, advice);
    }

    /** With the server's END_OP code. */
    public Problem endOp(int newEndOp) {
        return new Problem(fault, code, step, sw, OptionalInt.of(newEndOp), message, advice);
    }

    /** With what the person can do next. */
    public Problem advice(String newAdvice) {
        return new Problem(fault, code, step, sw, endOp, message, newAdvice);
    }

    /** As an exception to throw. */
    public EscException exception() {
        return new EscException(this, null);
    }

    /** As an exception to throw, with its cause. */
    public EscException exception(Throwable cause) {
        return new EscException(this, cause);
    }
}
