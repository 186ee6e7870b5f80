// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.tps.EndCode;

/** Reasons to end an operation, each with its END_OP code. */
final class Refused {

    /** Work with the card or a back office. */
    @FunctionalInterface
    interface Work<T> {
        T get() throws EscException;
    }

    /** As {@link Work}, without result. */
    @FunctionalInterface
    interface Step {
        void run() throws EscException;
    }

    private Refused() {
    }

    /** A refusal with a code and words for the activity log. */
    static EscException with(EndCode code, String step, String message) {
        return Problem.of(Fault.REFUSED, step, message).endOp(code.number()).exception();
    }

    /**
     * Does {@code work}; a failure that has no code of its own gets {@code code}. A client that went away stays what it
     * is: there is nobody to tell.
     */
    static <T> T as(EndCode code, Work<T> work) throws EscException {
        try {
            return work.get();
        } catch (EscException e) {
            if (e.problem().endOp().isPresent() || e.fault() == Fault.NETWORK) {
                throw e;
            }
            throw new EscException(e.problem().endOp(code.number()), e);
        }
    }

    /** As {@link #as}, without result. */
    static void run(EndCode code, Step step) throws EscException {
        as(code, () -> {
            step.run();
            return null;
        });
    }
}
