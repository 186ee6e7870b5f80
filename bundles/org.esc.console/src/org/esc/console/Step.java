// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.esc.apdu.StatusWord;
import org.esc.trace.Masked;

/**
 * Something that happened while a script ran. No secret is in it: bytes that nobody may see are {@code **}.
 *
 * @param kind      what sort
 * @param place     of the statement
 * @param statement as it stands in the script; a command whose bytes may not be seen, masked
 * @param text      what is told, in words; of an exchange the words of its status
 * @param ok        false if something is not as the script expects, or no answer came
 * @param exchange  the command and its answer, if it is one
 */
public record Step(Kind kind, Place place, String statement, String text, boolean ok, Optional<Seen> exchange) {

    /** What happened. */
    public enum Kind {
        /** A command was sent. */
        EXCHANGE,
        /** An answer was compared with what is expected. */
        EXPECTATION,
        /** A name got a value. */
        VALUE,
        /** The script said something. */
        LOG,
        /** Something else of note: a channel was opened, the card reset. */
        NOTE
    }

    /**
     * A command and its answer.
     *
     * @param command     exactly as sent
     * @param answer      the answer's data as received; none if no answer came
     * @param sw          the status word; empty if no answer came
     * @param duration    until the answer was there
     * @param name        the command's name in capitals; empty if nobody knows it
     * @param summary     what it is about; may be empty
     * @param automatic   true if no line of the script says so: a rule of the transport, or opening a secure channel
     * @param plainCommand before a secure channel wrapped it
     * @param plainAnswer  the answer's data after the secure channel unwrapped it
     * @param plainSw      the status word inside the secure channel
     */
    public record Seen(Masked command, Masked answer, Optional<StatusWord> sw, Duration duration, String name, String summary, boolean automatic,
            Optional<Masked> plainCommand, Optional<Masked> plainAnswer, Optional<StatusWord> plainSw) {
    }

    /** Checks that nothing is missing. */
    public Step {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(place);
        Objects.requireNonNull(exchange);
    }
}
