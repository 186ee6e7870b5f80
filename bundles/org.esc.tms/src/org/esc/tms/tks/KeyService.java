// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tks;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * Keeps master keys and makes card keys from them (a TKS). Cards come with the factory's keys, version 01 or FF: {@code
 * 40 41 … 4F}.
 */
public interface KeyService {

    /** Key version of a card fresh from the factory. */
    int FACTORY_VERSION = 1;

    /**
     * The version cards of this kind should have: the newest master key's, or {@link #FACTORY_VERSION} while there is
     * none.
     */
    int currentVersion(KeyType type) throws EscException;

    /**
     * Session keys for a card, by the key version and protocol it answers with. Static keys do not leave the service.
     *
     * <p>{@code derive} fails with REFUSED, END_OP 17, if there is no such master key; and, code {@code
     * factory-keys-returned}, if the card was moved to our own keys and comes back with the factory's.
     */
    CardKeys cardKeys(Cuid cuid);

    /**
     * The card's key set of {@link #currentVersion}, to be put on it; for the caller to close. Empty while there is no
     * master key.
     */
    Optional<KeySet> newKeys(byte[] kdd, KeyType type) throws EscException;

    /**
     * Notes that a card has been given this version: from now on it is refused with factory keys. Joins the caller's
     * transaction.
     */
    void moved(Cuid cuid, int version) throws EscException;

    /** Forgets that a card was moved: it may come back with factory keys, after a reset at the factory. */
    void forget(Cuid cuid) throws EscException;

    /** Master keys by version. */
    List<MasterKey> list() throws EscException;

    /**
     * Makes a random master key.
     *
     * @param version 2–127, not in use for this type
     */
    MasterKey create(int version, KeyType type, int bits, Diversification diversification) throws EscException;

    /**
     * Takes a master key in components, which are combined by XOR; no single one tells anything of the key.
     *
     * @param components of equal length: 16 or 24 bytes for DES3, 16, 24 or 32 for AES; they stay the caller's
     * @param kcv        check value the key must have, 6 hex digits, if it is known
     */
    MasterKey importKey(int version, KeyType type, Diversification diversification, List<Secret> components,
            Optional<String> kcv) throws EscException;

    /**
     * Splits a master key into components for custodians, to be combined by {@link #importKey} elsewhere; for the
     * caller to close.
     */
    List<Secret> split(int version, KeyType type, int components) throws EscException;
}
