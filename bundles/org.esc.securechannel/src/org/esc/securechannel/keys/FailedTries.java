// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

/**
 * How often in a row keys were tried on a card that were not its own, as {@link Channels} counts it.
 *
 * @param card     the card's key diversification data, hexadecimal
 * @param failures how many in a row, at least 1
 * @param keys     what was tried last, in words
 * @param last     when, as ISO 8601 has it
 */
public record FailedTries(String card, int failures, String keys, String last) {

    /** True if the next try has to be agreed to. */
    public boolean careful() {
        return failures >= Channels.CAREFUL_FROM;
    }

    /** True if the keys tried last were those of this named set. */
    public boolean triedSet(String name) {
        String set = "key set " + name;
        return keys.equals(set) || keys.startsWith(set + ",") || keys.startsWith(set + " in ");
    }

    /** In words for a person. */
    public String text() {
        return failures + (failures == 1 ? " failed try" : " failed tries in a row") + "; cards lock for ever after some, many after "
                + Channels.USUAL_LIMIT + (careful() ? ". The next one has to be agreed to." : ".");
    }
}
