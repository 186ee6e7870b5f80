// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.esc.apdu.Words;

/** Something to do on a TPS, and which roles are let (as shipped, {@code acl.ldif} of Dogtag's TPS). */
public enum Right {
    /** Sign in. */
    SIGN_IN,
    /** Look at tokens. */
    READ_TOKENS(AdminRole.ADMINISTRATOR, AdminRole.AGENT, AdminRole.OPERATOR),
    /** Add a token. */
    ADD_TOKENS(AdminRole.ADMINISTRATOR),
    /** Change owner, policy or state of a token. */
    CHANGE_TOKENS(AdminRole.AGENT),
    /** Delete a token's record. */
    REMOVE_TOKENS(AdminRole.ADMINISTRATOR),
    /** Look at activities. */
    READ_ACTIVITIES,
    /** Look at certificates. */
    READ_CERTS,
    /** Look at profiles. */
    READ_PROFILES(AdminRole.ADMINISTRATOR, AdminRole.AGENT),
    /** Add, change, delete profiles. */
    CHANGE_PROFILES(AdminRole.ADMINISTRATOR),
    /** Enable, disable, submit profiles. */
    SWITCH_PROFILES(AdminRole.ADMINISTRATOR, AdminRole.AGENT),
    /** Approve and reject profiles. */
    APPROVE_PROFILES(AdminRole.AGENT),
    /** Mappings, connectors, authenticators, general settings. */
    CONFIGURE(AdminRole.ADMINISTRATOR),
    /** Look at what is audited. */
    READ_AUDIT(AdminRole.ADMINISTRATOR, AdminRole.AUDITOR, AdminRole.AGENT),
    /** Change what is audited. */
    CHANGE_AUDIT(AdminRole.ADMINISTRATOR),
    /** Read the signed logs. */
    READ_AUDIT_FILES(AdminRole.AUDITOR),
    /** Users, groups, their certificates. */
    MANAGE_USERS(AdminRole.ADMINISTRATOR),
    /** Look at and run self-tests. */
    RUN_SELF_TESTS(AdminRole.ADMINISTRATOR),
    /** Look at and start jobs. */
    RUN_JOBS(AdminRole.ADMINISTRATOR);

    private static final Words WORDS = Words.of(Right.class);

    private final Set<AdminRole> roles;

    Right(AdminRole... roles) {
        var set = EnumSet.noneOf(AdminRole.class);
        set.addAll(Set.of(roles));
        this.roles = set;
    }

    /** What it is, to go on after "may not". */
    public String words() {
        return switch (this) {
            case SIGN_IN -> WORDS.say("sign in");
            case READ_TOKENS -> WORDS.say("look at tokens");
            case ADD_TOKENS -> WORDS.say("add tokens");
            case CHANGE_TOKENS -> WORDS.say("change tokens");
            case REMOVE_TOKENS -> WORDS.say("delete tokens");
            case READ_ACTIVITIES -> WORDS.say("look at activities");
            case READ_CERTS -> WORDS.say("look at certificates");
            case READ_PROFILES -> WORDS.say("look at profiles");
            case CHANGE_PROFILES -> WORDS.say("change profiles");
            case SWITCH_PROFILES -> WORDS.say("enable and disable profiles");
            case APPROVE_PROFILES -> WORDS.say("approve profiles");
            case CONFIGURE -> WORDS.say("look at and change the configuration");
            case READ_AUDIT -> WORDS.say("look at the audit settings");
            case CHANGE_AUDIT -> WORDS.say("change the audit settings");
            case READ_AUDIT_FILES -> WORDS.say("read the audit logs");
            case MANAGE_USERS -> WORDS.say("manage users and groups");
            case RUN_SELF_TESTS -> WORDS.say("run self-tests");
            case RUN_JOBS -> WORDS.say("run jobs");
        };
    }

    /** Any of these is enough; empty if everybody who is signed in may. */
    public Set<AdminRole> roles() {
        return EnumSet.copyOf(roles.isEmpty() ? EnumSet.noneOf(AdminRole.class) : roles);
    }

    /** The groups one of which is needed, for a person. */
    public String groups() {
        return roles.stream().map(AdminRole::group).collect(Collectors.joining(" " + WORDS.say("or") + " "));
    }
}
