// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.util.Optional;
import java.util.Set;

/**
 * Somebody the system knows.
 *
 * @param uid      short name, lower case
 * @param fullName for certificates
 * @param email    for certificates, if any
 * @param roles    what else than a token they may have
 * @param demo     true for a demonstration user, whose password everybody knows
 * @param disabled true if they may not log in
 */
public record User(String uid, String fullName, Optional<String> email, Set<Role> roles, boolean demo,
        boolean disabled) {

    public User {
        roles = Set.copyOf(roles);
    }
}
