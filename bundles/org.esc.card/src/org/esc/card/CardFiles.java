// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/** The door for adapters whose cards live in files (software tokens), for verbs with {@code --soft FILE}. A DS service. */
public interface CardFiles {

    /**
     * Plugs the card in a file in, as a reader of its own, until the result is closed.
     *
     * @param file       of the card
     * @param passphrase for an encrypted file
     * @throws EscException if it is no card file, is in use elsewhere, or the passphrase is wrong or missing (USAGE)
     */
    Plugged insert(Path file, Optional<Secret> passphrase) throws EscException;

    /** A card file that is plugged in. */
    interface Plugged extends AutoCloseable {

        /** Name of its reader. */
        String reader();

        /** Pulls the card out. */
        @Override
        void close();
    }
}
