// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Arrays;
import java.util.Optional;
import org.esc.tps.admin.Right;

/** What can be looked at on a server, each in a view of its own. */
enum Kind {
    OVERVIEW("overview", "Overview", Right.READ_TOKENS),
    TOKENS("tokens", "Tokens", Right.READ_TOKENS),
    ACTIVITIES("activities", "Activities", Right.READ_ACTIVITIES),
    CERTIFICATES("certificates", "Certificates", Right.READ_CERTS),
    PROFILES("profiles", "Profiles", Right.READ_PROFILES),
    MAPPINGS("mappings", "Profile Mappings", Right.CONFIGURE),
    AUTHENTICATORS("authenticators", "Authenticators", Right.CONFIGURE),
    CONNECTORS("connectors", "Connectors", Right.CONFIGURE),
    USERS("users", "Users", Right.MANAGE_USERS),
    GROUPS("groups", "Groups", Right.MANAGE_USERS),
    AUDIT("audit", "Audit", Right.READ_AUDIT),
    SELF_TESTS("selftests", "Self-Tests", Right.RUN_SELF_TESTS),
    CONFIGURATION("configuration", "General Configuration", Right.CONFIGURE);

    private final String word;
    private final String label;
    private final Right right;

    Kind(String word, String label, Right right) {
        this.word = word;
        this.label = label;
        this.right = right;
    }

    /** Its name in ids and of its icon. */
    String word() {
        return word;
    }

    /** For a person. */
    String label() {
        return label;
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
