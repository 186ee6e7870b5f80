// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.util.Arrays;
import java.util.Optional;

/** CRL reasons (RFC 5280 §5.3.1) that this CA uses. */
public enum RevocationReason {
    /** Not said. */
    UNSPECIFIED(0),
    /** Somebody else may have the key. */
    KEY_COMPROMISE(1),
    /** The person's data changed. */
    AFFILIATION_CHANGED(3),
    /** Replaced by another certificate. */
    SUPERSEDED(4),
    /** No longer needed. */
    CESSATION_OF_OPERATION(5),
    /** On hold: can be undone. */
    CERTIFICATE_HOLD(6);

    private final int code;

    RevocationReason(int code) {
        this.code = code;
    }

    /** The number in a CRL. */
    public int code() {
        return code;
    }

    /** The reason with this number. */
    public static Optional<RevocationReason> of(int code) {
        return Arrays.stream(values()).filter(r -> r.code == code).findFirst();
    }
}
