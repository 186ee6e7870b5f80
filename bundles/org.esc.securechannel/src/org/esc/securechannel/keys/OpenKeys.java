// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.List;
import org.esc.apdu.EscException;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * Keys ready to open secure channels, from {@link KeySets}. A token that holds them stays open until this is closed, so close the channel
 * first.
 */
public interface OpenKeys extends CardKeys, AutoCloseable {

    /** Which keys these are, in words for a person; never key bytes. */
    String description();

    /** True if these are the keys that cards leave the factory with. */
    boolean factory();

    /** The kinds of card these keys can be for: one where it is known, both where key bytes would do as either. */
    List<KeyType> types();

    /**
     * Check values of these keys themselves, as each kind that they may be: master keys, if they are diversified.
     *
     * @throws EscException if the token that holds the keys fails
     */
    List<Kcv> given() throws EscException;

    /**
     * Check values of the keys of one card, without the card.
     *
     * @param kdd  the card's key diversification data, 10 bytes
     * @param type kind of the card's keys
     * @throws EscException USAGE if there can be no such keys, or if the token that holds the master keys fails
     */
    List<Kcv> kcvs(byte[] kdd, KeyType type) throws EscException;

    /**
     * The keys of one card themselves, to be put on it.
     *
     * @param kdd     the card's key diversification data, 10 bytes
     * @param type    kind of the card's keys
     * @param version of the set on the card
     * @return for the caller to close
     * @throws EscException USAGE if there can be no such keys, or they are in a token, which they cannot leave (code {@code
     *                      keys-in-token}); if the token that holds the master keys fails
     */
    KeySet cardKeys(byte[] kdd, KeyType type, int version) throws EscException;

    /** Erases the keys, or leaves the token that holds them. */
    @Override
    void close();
}
