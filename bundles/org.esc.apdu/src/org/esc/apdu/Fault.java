// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/** The kinds of failure, each with the exit code a terminal user sees. */
public enum Fault {
    /** The token management system refused (END_OP code in {@link Problem#endOp}). */
    REFUSED(1),
    /** The request itself is wrong or incomplete. */
    USAGE(2),
    /** Reader or card. */
    CARD(3),
    /** The server cannot be reached, went away, or broke the protocol. */
    NETWORK(4),
    /** Credentials were not accepted. */
    LOGIN(5),
    /** The server's identity could not be verified. */
    TLS(6),
    /** The user cancelled. */
    CANCELLED(7),
    /** An irreversible step was not confirmed. */
    UNCONFIRMED(8),
    /** A defect of this program. */
    DEFECT(70);

    private final int exit;

    Fault(int exit) {
        this.exit = exit;
    }

    /** Exit code of the process. */
    public int exit() {
        return exit;
    }
}
