// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.esc.card.Exchange;
import org.esc.card.Origin;

/**
 * An exchange as it is kept: secrets are gone. What it means is not kept, an {@link Interpreter} says it.
 *
 * @param number      rising within a trace
 * @param time        when the command was sent; empty if nobody knows
 * @param duration    until the response was there; empty if nobody knows
 * @param card        whom it was with
 * @param origin      who caused it
 * @param command     the command as sent
 * @param response    the response with its status word; empty when none came
 * @param failure     why no response came
 * @param pinAtReader true if the command's data was entered at the reader's keypad, so that this program never saw it
 * @param plain       what was inside, when a secure channel wrapped it and somebody who had the keys told
 */
public record Entry(long number, Optional<Instant> time, Optional<Duration> duration, TracedCard card, Origin origin, Masked command,
        Masked response, Optional<String> failure, boolean pinAtReader, Optional<Plain> plain) {

    /**
     * What a wrapped exchange meant.
     *
     * @param command  the command before it was wrapped
     * @param response the response after it was unwrapped, with status word
     * @param chain    the secure channel's MAC chaining value behind the command, which the next command's MAC covers; kept where bytes of the command
     *                 are hidden, so that later ones can still be verified. No bytes if it is not known or not needed
     */
    public record Plain(Masked command, Masked response, Masked chain) {

        /** Without a MAC chaining value. */
        public Plain(Masked command, Masked response) {
            this(command, response, Masked.none());
        }
    }

    /** An exchange that was just seen, with bytes that were masked already. */
    static Entry of(Exchange x, Masked command, Masked response) {
        return new Entry(x.id(), Optional.of(x.time()), Optional.of(x.duration()),
                new TracedCard(x.session(), x.reader(), x.atr(), x.protocol()), x.origin(), command, response, x.failure(),
                x.pinAtReader(), Optional.empty());
    }

    /** The same, and what was inside. */
    public Entry with(Plain newPlain) {
        return new Entry(number, time, duration, card, origin, command, response, failure, pinAtReader, Optional.of(newPlain));
    }

    /** The same under another number. */
    public Entry numbered(long newNumber) {
        return newNumber == number ? this
                : new Entry(newNumber, time, duration, card, origin, command, response, failure, pinAtReader, plain);
    }
}
