// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import org.esc.apdu.EscException;
import org.esc.command.Context;
import org.esc.securechannel.StaticKeys;

/** Keys in PKCS#11 tokens and HSMs. A DS service. */
public interface KeyTokens {

    /**
     * Opens a token, asking for its PIN (field {@code TOKEN_PIN}), and finds the keys.
     *
     * @throws EscException if library, token or keys are not there or cannot do what is needed, or the PIN is wrong
     */
    OpenToken open(NamedKeys.Token token, Context context) throws EscException;

    /** A token being used. */
    interface OpenToken extends AutoCloseable {

        /** The keys, which compute in the token and never leave it. */
        StaticKeys keys();

        /** Which token this is, in words. */
        String description();

        /** Leaves the token. */
        @Override
        void close();
    }
}
