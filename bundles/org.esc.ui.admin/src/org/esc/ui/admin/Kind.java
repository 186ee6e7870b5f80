// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.Right;

/** What can be looked at on a server, each in a view of its own. */
enum Kind {
    OVERVIEW("overview", Right.READ_TOKENS),
    TOKENS("tokens", Right.READ_TOKENS),
    ACTIVITIES("activities", Right.READ_ACTIVITIES),
    CERTIFICATES("certificates", Right.READ_CERTS),
    PROFILES("profiles", Right.READ_PROFILES),
    MAPPINGS("mappings", Right.CONFIGURE),
    AUTHENTICATORS("authenticators", Right.CONFIGURE),
    CONNECTORS("connectors", Right.CONFIGURE),
    USERS("users", Right.MANAGE_USERS),
    GROUPS("groups", Right.MANAGE_USERS),
    AUDIT("audit", Right.READ_AUDIT),
    SELF_TESTS("selftests", Right.RUN_SELF_TESTS),
    CONFIGURATION("configuration", Right.CONFIGURE);

    private static final Words WORDS = Words.of(Kind.class);

    private final String word;
    private final Right right;

    Kind(String word, Right right) {
        this.word = word;
        this.right = right;
    }

    /** Its name in ids and of its icon. */
    String word() {
        return word;
    }

    /** For a person. */
    String label() {
        return switch (this) {
            case OVERVIEW -> WORDS.say("Overview");
            case TOKENS -> WORDS.say("Tokens");
            case ACTIVITIES -> WORDS.say("Activities");
            case CERTIFICATES -> WORDS.say("Certificates");
            case PROFILES -> WORDS.say("Profiles");
            case MAPPINGS -> WORDS.say("Profile Mappings");
            case AUTHENTICATORS -> WORDS.say("Authenticators");
            case CONNECTORS -> WORDS.say("Connectors");
            case USERS -> WORDS.say("Users");
            case GROUPS -> WORDS.say("Groups");
            case AUDIT -> WORDS.say("Audit");
            case SELF_TESTS -> WORDS.say("Self-Tests");
            case CONFIGURATION -> WORDS.say("Configuration");
        };
    }

    /** What it takes to look at it. */
    Right right() {
        return right;
    }

    /** Id of its view; the server is the secondary id. */
    String view() {
        return "org.esc.ui.admin." + word;
    }

    static Optional<Kind> of(String word) {
        return Arrays.stream(values()).filter(k -> k.word.equals(word)).findFirst();
    }
}
