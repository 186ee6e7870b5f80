// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** How this system says no: fault REFUSED with the END_OP code a client is told. */
public final class Refused {

    /** A certificate could not be issued. */
    public static final int CA = 10;
    /** The database failed. */
    public static final int DB = 15;
    /** Nobody knows this token. */
    public static final int UNKNOWN_TOKEN = 16;
    /** The system is not set up for that. */
    public static final int MISCONFIGURED = 18;
    /** Card keys do not fit. */
    public static final int KEY_CHANGEOVER = 20;
    /** No rule chooses a profile. */
    public static final int NO_PROFILE = 22;
    /** The token's state or its profile forbids it. */
    public static final int NOT_ALLOWED = 26;
    /** A key could not be recovered. */
    public static final int RECOVERY_FAILED = 37;
    /** A certificate could not be revoked or taken off hold. */
    public static final int REVOCATION = 42;

    private Refused() {
    }

    /** No, with the code a client is told. */
    public static EscException because(int endOp, String step, String message) {
        return Problem.of(Fault.REFUSED, step, message).endOp(endOp).exception();
    }

    /** The request is wrong. */
    public static EscException usage(String step, String message) {
        return new EscException(Fault.USAGE, step, message);
    }
}
