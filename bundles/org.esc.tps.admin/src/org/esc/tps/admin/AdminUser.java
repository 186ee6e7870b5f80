// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.Optional;
import java.util.Set;

/**
 * Somebody who may sign in to administer ({@code UserData}); not an owner of tokens.
 *
 * @param id       short name
 * @param fullName for a person
 * @param email    if any
 * @param phone    if any
 * @param type     {@code adminType}, {@code agentType}; may be empty
 * @param state    {@code 1} for active; may be empty
 * @param profiles whose tokens they may see; {@link #ALL_PROFILES} for all
 */
public record AdminUser(String id, String fullName, Optional<String> email, Optional<String> phone, Optional<String> type,
        Optional<String> state, Set<String> profiles) implements Entry {

    /** Lets see the tokens of every profile. */
    public static final String ALL_PROFILES = "All Profiles";

    public AdminUser {
        profiles = Set.copyOf(profiles);
    }

    /** A certificate somebody may sign in with. @param id as the server names it: version;serial;issuer;subject */
    public record Cert(String id, String serial, String issuer, String subject, Optional<String> pem) implements Entry {
    }

    /** A group, whose members have a role. */
    public record Group(String id, String description) implements Entry {
    }
}
