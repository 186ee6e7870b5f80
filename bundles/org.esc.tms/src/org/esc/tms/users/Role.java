// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

/** What a user may do besides having a token. */
public enum Role {
    /** Configures. */
    ADMINISTRATOR,
    /** Changes tokens, approves key recoveries. */
    AGENT,
    /** Looks. */
    OPERATOR,
    /** Issues tokens face to face, at a security officer's desk. */
    OFFICER,
    /** Reads the audit logs. */
    AUDITOR
}
