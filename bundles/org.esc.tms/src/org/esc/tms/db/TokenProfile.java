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
 * @param access        who may have it used
 * @param homeless      true if a format leaves no phone home address on the card
 */
public record TokenProfile(String id, String description, boolean enabled, String tokenName, int pinMin, int pinMax,
        boolean pinReset,
        boolean formatLogin, boolean revokeOnFormat, Optional<String> temporaryType, Policy policy,
        List<KeySpec> keys, Access access, boolean homeless) {

    /** Who may have a profile used. */
    public enum Access {
        /** Whoever can log in. */
        USERS,
        /** A security officer, who logs in with their own password: for officers' own tokens. */
        OFFICERS,
        /** Whoever stands at a security officer's desk: the officer there answers for it. */
        DESK
    }

    public TokenProfile {
        keys = List.copyOf(keys);
        // profiles written by earlier versions say nothing
        access = access == null ? Access.USERS : access;
    }

    /** For all users, with a phone home address. */
    public TokenProfile(String id, String description, boolean enabled, String tokenName, int pinMin, int pinMax, boolean pinReset,
            boolean formatLogin, boolean revokeOnFormat, Optional<String> temporaryType, Policy policy, List<KeySpec> keys) {
        this(id, description, enabled, tokenName, pinMin, pinMax, pinReset, formatLogin, revokeOnFormat, temporaryType, policy, keys,
                Access.USERS, false);
    }

    /** The same, switched on or off. */
    public TokenProfile enabled(boolean on) {
        return new TokenProfile(id, description, on, tokenName, pinMin, pinMax, pinReset, formatLogin, revokeOnFormat, temporaryType, policy,
                keys, access, homeless);
    }

    /** The same for others. */
    public TokenProfile access(Access whose) {
        return new TokenProfile(id, description, enabled, tokenName, pinMin, pinMax, pinReset, formatLogin, revokeOnFormat, temporaryType,
                policy, keys, whose, homeless);
    }

    /** The key with this role. */
    public Optional<KeySpec> key(String role) {
        return keys.stream().filter(k -> k.role().equals(role)).findFirst();
    }
}
