// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * How a plan is worked through.
 *
 * @param readers      the readers to use; none for all there are, and those that come
 * @param pin          where new PINs come from
 * @param letters      the file that random PINs are written to
 * @param pinLength    of random PINs, in characters
 * @param passwordEach true to ask for the login's password for each row, false to ask once
 * @param stopAfter    how many rows in a row may fail before the run stops; 0 for any number
 * @param retries      how often a row is tried again when the connection or the card went away; a wrong password or key is never tried again
 * @param replace      true if rows for any card may take an enrolled one, too
 * @param waitFor       how long the next card is waited for; empty for as long as it takes
 */
public record BatchOptions(List<String> readers, PinPolicy pin, Optional<Path> letters, int pinLength, boolean passwordEach, int stopAfter,
        int retries, boolean replace, Optional<Duration> waitFor) {

    private static final Words WORDS = Words.of(BatchOptions.class);

    /** As usual: all readers, one PIN and one password for all, two more tries, stop after five failures, no enrolled token for "any card". */
    public static final BatchOptions STANDARD = new BatchOptions(List.of(), PinPolicy.SAME, Optional.empty(), 8, false, 5, 2, false, Optional.empty());

    /** @throws IllegalArgumentException if a number makes no sense, or random PINs would be lost */
    public BatchOptions {
        readers = List.copyOf(readers);
        if (pin == PinPolicy.RANDOM && letters.isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("Random PINs must be written somewhere: name a file with --pin-letters."));
        }
        if (pin != PinPolicy.RANDOM && letters.isPresent()) {
            throw new IllegalArgumentException(WORDS.say("Only random PINs are written to a file: --pin-letters goes with --pin random."));
        }
        if (pinLength < 4 || pinLength > 16) {
            throw new IllegalArgumentException(WORDS.say("A PIN has 4 to 16 characters."));
        }
        if (stopAfter < 0 || retries < 0 || retries > 100) {
            throw new IllegalArgumentException(WORDS.say("--stop-after takes 0 or more, --retries 0 to 100."));
        }
    }

    /** Where new PINs come from. */
    public enum PinPolicy {
        /** One for all cards, asked for once. */
        SAME,
        /** Asked for at each card, for its owner to type. */
        ASK,
        /** Made at random for each card and written to the file of PIN letters. */
        RANDOM
    }

    /** With these readers only. */
    public BatchOptions readers(List<String> names) {
        return new BatchOptions(names, pin, letters, pinLength, passwordEach, stopAfter, retries, replace, waitFor);
    }

    /** With random PINs, written here. */
    public BatchOptions randomPins(Path file) {
        return new BatchOptions(readers, PinPolicy.RANDOM, Optional.of(file), pinLength, passwordEach, stopAfter, retries, replace, waitFor);
    }

    /** With other limits to failing. */
    public BatchOptions failing(int stop, int again) {
        return new BatchOptions(readers, pin, letters, pinLength, passwordEach, stop, again, replace, waitFor);
    }

    /** With rows for any card taking enrolled ones, too. */
    public BatchOptions replacing() {
        return new BatchOptions(readers, pin, letters, pinLength, passwordEach, stopAfter, retries, true, waitFor);
    }
}
