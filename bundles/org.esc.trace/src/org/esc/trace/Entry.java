// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.card.Origin;

/**
 * An exchange as it is kept: secrets are gone.
 *
 * @param id       of the exchange
 * @param time     when the command was sent
 * @param duration until the response was there
 * @param reader   name of the reader
 * @param atr      the card's ATR
 * @param protocol T=0, T=1, T=CL or "software"
 * @param session  number of the session with the card
 * @param origin   who caused it
 * @param name     the command's name, empty if nobody knows it
 * @param command  the command as sent
 * @param response the response with its status word; empty when none came
 * @param meaning  what the status word means
 * @param failure  why no response came
 * @param pinAtReader true if the command's data was entered at the reader's keypad, so that this program never saw it
 * @param plain    what was inside, when a secure channel of ours wrapped it
 */
public record Entry(long id, Instant time, Duration duration, String reader, Atr atr, String protocol, long session, Origin origin,
        String name, Masked command, Masked response, String meaning, Optional<String> failure, boolean pinAtReader,
        Optional<Plain> plain) {

    /**
     * What a wrapped exchange meant.
     *
     * @param command  the command before it was wrapped
     * @param response the response after it was unwrapped, with status word
     */
    public record Plain(Masked command, Masked response) {
    }

    Entry with(Plain newPlain) {
        return new Entry(id, time, duration, reader, atr, protocol, session, origin, name, command, response, meaning, failure,
                pinAtReader, Optional.of(newPlain));
    }
}
