// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Words;

/**
 * Who is signed in.
 *
 * @param id         the user's short name
 * @param fullName   may be empty
 * @param email      may be empty
 * @param groups     the server's names of the groups that give roles, also such as this program does not know
 * @param components what the server says this user may configure ({@code Profiles}, {@code Generals}, …)
 * @param attributes whatever else the server says of the user
 */
public record Account(String id, String fullName, String email, Set<String> groups, Set<String> components,
        Map<String, String> attributes) {

    private static final Words WORDS = Words.of(Account.class);

    public Account {
        groups = Set.copyOf(new LinkedHashSet<>(groups));
        components = Set.copyOf(new LinkedHashSet<>(components));
        attributes = Map.copyOf(attributes);
    }

    /** The roles this program knows the meaning of. */
    public Set<AdminRole> roles() {
        var roles = EnumSet.noneOf(AdminRole.class);
        for (AdminRole r : AdminRole.values()) {
            if (groups.contains(r.group())) {
                roles.add(r);
            }
        }
        return roles;
    }

    /** Whether the server may be expected to let this user do so; the server has the last word. */
    public boolean may(Right right) {
        return right.roles().isEmpty() || roles().stream().anyMatch(right.roles()::contains);
    }

    /** Why the server may be expected to refuse it, for a person; empty if not. */
    public Optional<String> refusal(Right right) {
        return may(right) ? Optional.empty() : Optional.of(WORDS.say("Needs the role {0}.", right.groups()));
    }

    /** The groups, for a person. */
    List<String> groupNames() {
        return groups.stream().sorted().toList();
    }
}
