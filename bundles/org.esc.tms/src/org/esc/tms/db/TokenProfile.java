// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.List;
import java.util.Optional;

/**
 * A kind of token ("token type"): what a format or an enrolment makes of a card.
 *
 * @param id            {@code userKey}
 * @param description   for a person
 * @param enabled       false makes every operation with it end with END_OP 26
 * @param tokenName     name on the token; {@code $userid$} and {@code $cn$} stand for the user
 * @param pinMin        shortest PIN, bytes
 * @param pinMax        longest PIN, bytes
 * @param pinReset      true if a PIN can be set and reset
 * @param formatLogin   true if a format asks for a login
 * @param revokeOnFormat true if a format revokes the certificates of the token
 * @param temporaryType profile used instead while the user's earlier token is suspended
 * @param policy        policy of tokens first seen with this profile
 * @param keys          what an enrolment puts on the card; empty for a profile that only formats
 */
public record TokenProfile(String id, String description, boolean enabled, String tokenName, int pinMin, int pinMax,
        boolean pinReset,
        boolean formatLogin, boolean revokeOnFormat, Optional<String> temporaryType, Policy policy,
        List<KeySpec> keys) {

    public TokenProfile {
        keys = List.copyOf(keys);
    }

    /** The key with this role. */
    public Optional<KeySpec> key(String role) {
        return keys.stream().filter(k -> k.role().equals(role)).findFirst();
    }
}
