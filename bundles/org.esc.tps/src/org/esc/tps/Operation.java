// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.Optional;

/** What a client can ask a TPS to do with a token. */
public enum Operation {
    /** Gives the token a user, keys and certificates; also re-enrolment and, by the token's policy, renewal. */
    ENROLL(1),
    /** Frees a blocked password; servers refuse it. */
    UNBLOCK(2),
    /** Sets a new password. */
    RESET_PIN(3),
    /** Renewal; servers refuse it and do it within {@link #ENROLL}. */
    RENEW(4),
    /** Wipes the token and loads the applet. */
    FORMAT(5);

    private final int number;

    Operation(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The operation with a number. */
    public static Optional<Operation> of(int number) {
        for (Operation o : values()) {
            if (o.number == number) {
                return Optional.of(o);
            }
        }
        return Optional.empty();
    }
}
