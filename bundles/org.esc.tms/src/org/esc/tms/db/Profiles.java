// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;

/** Profiles, and the rules that choose one for a card. */
public interface Profiles {

    /** The profile with this id. */
    Optional<TokenProfile> find(String id) throws EscException;

    /** All profiles by id. */
    List<TokenProfile> list() throws EscException;

    /** Adds or replaces a profile. */
    void save(TokenProfile profile) throws EscException;

    /** Removes a profile. @throws EscException if tokens use it */
    void remove(String id) throws EscException;

    /** Names of the mapping resolvers. */
    List<String> resolvers() throws EscException;

    /** The rules of a resolver, in order. */
    Optional<List<Mapping>> rules(String resolver) throws EscException;

    /** Adds a resolver, or replaces its rules; their purpose is not kept. */
    void saveRules(String resolver, List<Mapping> rules) throws EscException;

    /** Removes a resolver. @throws EscException USAGE if an operation uses it */
    void removeRules(String resolver) throws EscException;

    /** The mapping rules that operations use, in order. */
    List<Mapping> mappings() throws EscException;

    /** Replaces the mapping rules that operations use. */
    void saveMappings(List<Mapping> rules) throws EscException;

    /**
     * Chooses the profile for a card: the first rule all of whose filters match.
     *
     * @throws EscException REFUSED, END_OP 22, if no rule matches; 18 if it names a profile that does not exist; 26 if
     *                      that, or the resolver, is disabled
     */
    TokenProfile resolve(Facts facts) throws EscException;

    /** What can be asked of a profile's rules. */
    enum Purpose {
        /** Format. */
        FORMAT,
        /** Enrolment. */
        ENROLL,
        /** PIN reset. */
        PIN_RESET
    }

    /**
     * What is known of the card when a profile is chosen.
     *
     * @param purpose   the operation
     * @param tokenType extension of the client, if any
     * @param keySet    extension of the client, if any
     * @param cuid      20 hex digits
     * @param atr       hex
     */
    record Facts(Purpose purpose, Optional<String> tokenType, Optional<String> keySet, String cuid,
            Optional<String> atr) {
    }

    /**
     * A rule. Every filter that is present must match.
     *
     * @param purpose   the operation, empty for all
     * @param tokenType exact token type asked for
     * @param keySet    exact key set asked for
     * @param atr       exact ATR, hex, any case
     * @param cuidStart first CUID of a range, any case
     * @param cuidEnd   last CUID of a range, any case
     * @param target    profile id
     */
    record Mapping(Optional<Purpose> purpose, Optional<String> tokenType, Optional<String> keySet, Optional<String> atr,
            Optional<String> cuidStart, Optional<String> cuidEnd, String target) {

        Mapping purpose(Optional<Purpose> other) {
            return new Mapping(other, tokenType, keySet, atr, cuidStart, cuidEnd, target);
        }
    }
}
