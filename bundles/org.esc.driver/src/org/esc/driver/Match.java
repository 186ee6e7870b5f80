// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * How well a driver knows a card.
 *
 * @param score  0 not at all; 10 any GlobalPlatform card; 50 an applet of this kind; 100 this applet exactly
 * @param reason why, for people who wonder: "answers SELECT 627601FF000000"
 */
public record Match(int score, String reason) {

    /** Not this driver's card, for this reason. */
    public static Match none(String reason) {
        return new Match(0, reason);
    }

    /** True if the driver can read the card. */
    public boolean known() {
        return score > 0;
    }
}
