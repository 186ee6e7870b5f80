// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Something to do on a TPS, and which roles are let (as shipped, {@code acl.ldif} of Dogtag's TPS). */
public enum Right {
    /** Sign in. */
    SIGN_IN("sign in"),
    /** Look at tokens. */
    READ_TOKENS("look at tokens", AdminRole.ADMINISTRATOR, AdminRole.AGENT, AdminRole.OPERATOR),
    /** Add a token. */
    ADD_TOKENS("add tokens", AdminRole.ADMINISTRATOR),
    /** Change owner, policy or state of a token. */
    CHANGE_TOKENS("change tokens", AdminRole.AGENT),
    /** Delete a token's record. */
    REMOVE_TOKENS("delete tokens", AdminRole.ADMINISTRATOR),
    /** Look at activities. */
    READ_ACTIVITIES("look at activities"),
    /** Look at certificates. */
    READ_CERTS("look at certificates"),
    /** Look at profiles. */
    READ_PROFILES("look at profiles", AdminRole.ADMINISTRATOR, AdminRole.AGENT),
    /** Add, change, delete profiles. */
    CHANGE_PROFILES("change profiles", AdminRole.ADMINISTRATOR),
    /** Enable, disable, submit profiles. */
    SWITCH_PROFILES("enable and disable profiles", AdminRole.ADMINISTRATOR, AdminRole.AGENT),
    /** Approve and reject profiles. */
    APPROVE_PROFILES("approve profiles", AdminRole.AGENT),
    /** Mappings, connectors, authenticators, general settings. */
    CONFIGURE("look at and change the configuration", AdminRole.ADMINISTRATOR),
    /** Look at what is audited. */
    READ_AUDIT("look at the audit settings", AdminRole.ADMINISTRATOR, AdminRole.AUDITOR, AdminRole.AGENT),
    /** Change what is audited. */
    CHANGE_AUDIT("change the audit settings", AdminRole.ADMINISTRATOR),
    /** Read the signed logs. */
    READ_AUDIT_FILES("read the audit logs", AdminRole.AUDITOR),
    /** Users, groups, their certificates. */
    MANAGE_USERS("manage users and groups", AdminRole.ADMINISTRATOR),
    /** Look at and run self-tests. */
    RUN_SELF_TESTS("run self-tests", AdminRole.ADMINISTRATOR),
    /** Look at and start jobs. */
    RUN_JOBS("run jobs", AdminRole.ADMINISTRATOR);

    private final String words;
    private final Set<AdminRole> roles;

    Right(String words, AdminRole... roles) {
        this.words = words;
        var set = EnumSet.noneOf(AdminRole.class);
        set.addAll(Set.of(roles));
        this.roles = set;
    }

    /** What it is, to go on after "may not". */
    public String words() {
        return words;
    }

    /** Any of these is enough; empty if everybody who is signed in may. */
    public Set<AdminRole> roles() {
        return EnumSet.copyOf(roles.isEmpty() ? EnumSet.noneOf(AdminRole.class) : roles);
    }

    /** The groups one of which is needed, for a person. */
    public String groups() {
        return roles.stream().map(AdminRole::group).collect(Collectors.joining(" or "));
    }
}
