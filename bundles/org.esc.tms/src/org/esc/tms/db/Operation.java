// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an activity was about. The first twelve are those of a TPS, the rest our own. */
public enum Operation {
    /** A token record was added. */
    ADD,
    /** A token record was removed. */
    DELETE,
    /** A token was enrolled. */
    ENROLLMENT,
    /** Keys were recovered onto a token. */
    RECOVERY,
    /** Certificates of a token were renewed. */
    RENEWAL,
    /** The PIN of a token was reset. */
    PIN_RESET,
    /** A token was formatted. */
    FORMAT,
    /** Owner or policy of a token was changed. */
    TOKEN_MODIFY,
    /** The state of a token was changed. */
    TOKEN_STATUS_CHANGE,
    /** A certificate was revoked or put on hold. */
    CERT_REVOCATION,
    /** A certificate was taken off hold. */
    CERT_RESTORATION,
    /** A card got other card keys. */
    KEY_CHANGEOVER,
    /** A user record was changed. */
    USER_MODIFY,
    /** Somebody was locked out for a while. */
    LOGIN_THROTTLED,
    /** A master key was made or imported. */
    MASTER_KEY,
    /** A request to release an archived key. */
    RECOVERY_REQUEST,
    /** An agent's word on such a request. */
    RECOVERY_APPROVAL,
    /** Settings or profiles were changed. */
    CONFIGURATION,
    /** Somebody signed in to administer, or was refused. */
    AUTH,
    /** Somebody was refused something for want of a role. */
    AUTHZ,
    /** An administrator's session began. */
    ACCESS_SESSION_ESTABLISH,
    /** An administrator's session ended. */
    ACCESS_SESSION_TERMINATED,
    /** The system checked itself. */
    SELFTESTS_EXECUTION;

    /** Name as in a TPS: {@code pin_reset}. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By that name. */
    public static Optional<Operation> of(String wire) {
        return Arrays.stream(values()).filter(o -> o.wire().equals(wire)).findFirst();
    }
}
