// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.stream.Stream;
import org.esc.apdu.Words;

/**
 * How often in a row keys were tried on a card that were not its own, as {@link Channels} counts it.
 *
 * @param card     the card's key diversification data, hexadecimal
 * @param failures how many in a row, at least 1
 * @param keys     what was tried last, in words
 * @param last     when, as ISO 8601 has it
 */
public record FailedTries(String card, int failures, String keys, String last) {

    private static final Words WORDS = Words.of(FailedTries.class);

    /** True if the next try has to be agreed to. */
    public boolean careful() {
        return failures >= Channels.CAREFUL_FROM;
    }

    /** True if the keys tried last were those of this named set. */
    public boolean triedSet(String name) {
        // the count may be of a time when another language was spoken
        return Stream.of("key set " + name, WORDS.say("key set {0}", name)).anyMatch(set -> keys.startsWith(set)
                && (keys.length() == set.length() || keys.charAt(set.length()) == ',' || keys.charAt(set.length()) == ' '));
    }

    /** In words for a person. */
    public String text() {
        String text = WORDS.many(failures, "{0} failed try; cards lock for ever after some, many after {1}.",
                "{0} failed tries in a row; cards lock for ever after some, many after {1}.", Channels.USUAL_LIMIT);
        return careful() ? text + " " + WORDS.say("The next one has to be agreed to.") : text;
    }
}
