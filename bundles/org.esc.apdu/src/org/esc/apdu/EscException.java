// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/** The one checked exception of the client; all it has to say is in its {@link Problem}. */
public class EscException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** A problem and, or {@code null}, what caused it. */
    public EscException(Problem problem, Throwable cause) {
        super(problem.message(), cause);
        this.problem = problem;
    }

    /** A plain problem of a kind. */
    public EscException(Fault fault, String step, String message) {
        this(Problem.of(fault, step, message), null);
    }

    /** What went wrong. */
    public Problem problem() {
        return problem;
    }

    /** The kind of failure. */
    public Fault fault() {
        return problem.fault();
    }
}
