// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

/** What a group of a TPS lets its members do. */
public enum AdminRole {
    /** Configuration, users, adding and deleting tokens. */
    ADMINISTRATOR("Administrators"),
    /** Tokens: states, policies, owners; approval of profiles. */
    AGENT("TPS Agents"),
    /** Looks at tokens. */
    OPERATOR("TPS Operators"),
    /** Reads the signed audit logs. */
    AUDITOR("Auditors");

    private final String group;

    AdminRole(String group) {
        this.group = group;
    }

    /** The server's name of the group whose members have this role. */
    public String group() {
        return group;
    }
}
