// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;

/**
 * The token database. Every method is one transaction, or part of the caller's ({@link Database#inTransaction}).
 * Problems have fault REFUSED, END_OP 26 (transition not allowed) and 16 (unknown token).
 */
public interface TokenStore {

    /** The token with this CUID. */
    Optional<TokenRecord> find(Cuid cuid) throws EscException;

    /** Tokens, last changed first. */
    List<TokenRecord> list(TokenQuery query) throws EscException;

    /** How many tokens a query matches, its page aside. */
    long count(TokenQuery query) throws EscException;

    /** Adds a token, UNFORMATTED, with the default policy. @throws EscException if it is known already */
    TokenRecord add(Cuid cuid) throws EscException;

    /**
     * Records that a card was formatted: adds it if unknown, forgets owner and certificates, state FORMATTED.
     *
     * @throws EscException REFUSED, END_OP 26, if its state does not allow that
     */
    TokenRecord formatted(Cuid cuid, String type, String appletId, String keyInfo) throws EscException;

    /**
     * Records that a card was enrolled: adds it if unknown, its certificate list becomes {@code certificates}, state
     * ACTIVE. Nothing issued for it is unrecorded any more.
     *
     * @throws EscException REFUSED, END_OP 26, if its state does not allow that
     */
    TokenRecord enrolled(Cuid cuid, String userId, String type, String appletId, String keyInfo,
            List<TokenCertificate> certificates) throws EscException;

    /**
     * Changes state as an administrator may; → UNFORMATTED clears owner, type, applet, key information, policy and
     * certificates; "found" (→ ACTIVE) of a token without certificates becomes FORMATTED. Certificates are not touched:
     * {@link org.esc.tms.TokenDesk} does that.
     *
     * @throws EscException REFUSED, END_OP 26, if the transition is not allowed; 16 if the token is unknown
     */
    TokenRecord changeState(Cuid cuid, TokenState to) throws EscException;

    /**
     * Records that an operation broke off and left the card half-done: state UNFORMATTED, owner and certificates
     * forgotten, so that it can only be formatted. Does nothing for a token that is unknown, lost, damaged, suspended
     * or terminated.
     */
    void interrupted(Cuid cuid) throws EscException;

    /**
     * A certificate that was issued in an enrolment whose end is not on record.
     *
     * @param cuid    the token it is for
     * @param serial  its serial number at the CA
     * @param userId  its owner
     * @param rekeyed true if the token's former keys were gone by then
     */
    record Unrecorded(Cuid cuid, BigInteger serial, String userId, boolean rekeyed) {
    }

    /** Notes a certificate, with the transaction in which it is issued: a killed server must not forget that it is valid. */
    void issued(Unrecorded certificate) throws EscException;

    /** Forgets what was issued for a token and is not on record. */
    void settled(Cuid cuid) throws EscException;

    /** What was issued and is not on record: by enrolments under way, or by a server that was killed. */
    List<Unrecorded> unrecorded() throws EscException;

    /** The same of one token. */
    List<Unrecorded> unrecorded(Cuid cuid) throws EscException;

    /** Replaces the policy. */
    TokenRecord setPolicy(Cuid cuid, Policy policy) throws EscException;

    /** Replaces applet and key information, as after an applet or key upgrade. */
    TokenRecord setCard(Cuid cuid, String appletId, String keyInfo) throws EscException;

    /** Removes a token and its certificate list. */
    void remove(Cuid cuid) throws EscException;

    /** Certificates on a token. */
    List<TokenCertificate> certificates(Cuid cuid) throws EscException;

    /** Every token a certificate was written to. */
    List<TokenCertificate> holders(BigInteger serial) throws EscException;

    /** Certificates on tokens, newest first. */
    List<TokenCertificate> certificates(CertificateQuery query) throws EscException;

    /** How many certificates a query matches, its page aside. */
    long count(CertificateQuery query) throws EscException;

    /**
     * Says whose a token without certificates is to be.
     *
     * @throws EscException REFUSED, END_OP 26, if it holds certificates; USAGE if there is no such user
     */
    TokenRecord setOwner(Cuid cuid, Optional<String> userId) throws EscException;
}
