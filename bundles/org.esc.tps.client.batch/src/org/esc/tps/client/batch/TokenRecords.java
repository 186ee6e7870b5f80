// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;

/** What a server's administration says of tokens, for a run that is signed in there. */
public interface TokenRecords {

    /**
     * A token on record.
     *
     * @param state  {@code ACTIVE}, {@code FORMATTED}, {@code TERMINATED} …
     * @param user   whose it is
     * @param serials numbers of its certificates that are not revoked, hexadecimal in capitals without leading zeros
     */
    record Known(String state, Optional<String> user, List<String> serials) {
        public Known {
            serials = List.copyOf(serials);
        }
    }

    /** The record of a token. @throws EscException if the server cannot be asked */
    Optional<Known> find(Cuid cuid) throws EscException;

    /** Ends the record of a token: its state is TERMINATED afterwards. Does nothing if it is already. */
    void terminate(Cuid cuid) throws EscException;
}
