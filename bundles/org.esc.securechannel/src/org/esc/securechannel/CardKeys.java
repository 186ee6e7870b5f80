// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import org.esc.apdu.EscException;

/**
 * Where the host gets its session keys from. A token key service implements it so that static keys never leave it; for
 * keys at hand there is {@link #of}.
 */
@FunctionalInterface
public interface CardKeys {

    /**
     * Derives the host's end of a session with the card that answered {@code card}.
     *
     * @param hostChallenge the challenge sent in INITIALIZE UPDATE, 8 bytes (16 in S16 mode)
     * @throws EscException if there are no keys for this card
     */
    HostSession derive(InitUpdateResponse card, byte[] hostChallenge) throws EscException;

    /** Uses these static keys for whatever card. The caller keeps and closes the key set. */
    static CardKeys of(KeySet keys) {
        return (card, hostChallenge) -> HostSession.of(keys, card, hostChallenge);
    }
}
