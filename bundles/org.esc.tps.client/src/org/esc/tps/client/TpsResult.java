// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.tps.Operation;

/**
 * An operation that the server called a success.
 *
 * @param operation what was done
 * @param cuid      the card's number, when the server read it from the card
 * @param apdus     commands relayed to the card
 * @param times     where the time went
 * @param notes     what a person should know about the connection, in sentences; may be empty
 */
public record TpsResult(Operation operation, Optional<Cuid> cuid, int apdus, Times times, List<String> notes) {

    public TpsResult {
        notes = List.copyOf(notes);
    }

    /**
     * Where the time went.
     *
     * @param connect   reaching the server, TLS included
     * @param card      waiting for the card
     * @param person    waiting for answers of a person
     * @param server    waiting for the server, between BEGIN_OP and END_OP
     * @param operation from BEGIN_OP to END_OP, all in all
     */
    public record Times(Duration connect, Duration card, Duration person, Duration server, Duration operation) {
    }
}
