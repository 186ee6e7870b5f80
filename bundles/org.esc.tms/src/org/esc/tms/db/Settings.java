// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;

/** Named values of the whole system. */
public interface Settings {

    /**
     * {@code true}: a card that was moved to our own keys and comes back with the factory's is accepted. Default {@code
     * false}.
     */
    String ACCEPT_RETURNED_FACTORY_KEYS = "tks.accept-returned-factory-keys";
    /** {@code true}: cards that are not in the database are accepted. Default {@code true}. */
    String ALLOW_UNKNOWN_TOKENS = "tps.allow-unknown-tokens";
    /** {@code true}: a user may have several active tokens. Default {@code false}. */
    String ALLOW_MULTIPLE_ACTIVE = "tps.allow-multiple-active-tokens";
    /** {@code true}: the signature over a key generated on the card must verify. Default {@code true}. */
    String VERIFY_PROOF = "tps.verify-proof-of-possession";
    /** How many agents must agree to the release of an archived key; 0 in demo mode, else 2 by default. */
    String RECOVERY_AGENTS = "drm.recovery-agents";

    /** Address of a directory whose users may log in, too: {@code ldaps://host}. Takes effect at the next start. */
    String LDAP_ADDRESS = "users.ldap-address";
    /** Name of a user in it, {@code {0}} for the uid: {@code uid={0},ou=people,dc=example,dc=org}. */
    String LDAP_NAME = "users.ldap-name";

    /** Kinds of configuration entries that an agent must approve, by the names of Dogtag's TPS. Default {@code Profiles}. */
    String APPROVAL = "target.agent_approve.list";

    /** Name of the setting that says whose rules choose the profile for an operation. */
    static String resolver(Profiles.Purpose purpose) {
        return switch (purpose) {
            case ENROLL -> "op.enroll.mappingResolver";
            case FORMAT -> "op.format.mappingResolver";
            case PIN_RESET -> "op.pinReset.mappingResolver";
        };
    }

    /** The value, or what it is by default. */
    Optional<String> get(String name) throws EscException;

    /** Whether the value, or its default, is {@code true}. */
    boolean on(String name) throws EscException;

    /** Sets a value. */
    void set(String name, String value) throws EscException;

    /** Every value, defaults included. */
    Map<String, String> all() throws EscException;
}
