// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * How well a driver knows a card.
 *
 * @param score  0 not at all; 10 any GlobalPlatform card; 50 an applet of this kind; 100 this applet exactly
 * @param reason why, for people who wonder: "answers SELECT 627601FF000000"
 */
public record Match(int score, String reason) {

    /** A declared property of the card manager, or any GlobalPlatform card. */
    public static final int ANY = 10;
    /** What the card manager says of itself. */
    public static final int ISD = 40;
    /** An ATR that was declared. */
    public static final int ATR = 60;
    /** An application that was declared. */
    public static final int APPLICATION = 80;
    /** This applet exactly. */
    public static final int EXACT = 100;

    /** @throws IllegalArgumentException unless the score is 0 to 100 */
    public Match {
        if (score < 0 || score > EXACT) {
            throw new IllegalArgumentException("A score is 0 to 100, not " + score);
        }
    }

    /** Not this driver's card, for this reason. */
    public static Match none(String reason) {
        return new Match(0, reason);
    }

    /** True if the driver can read the card. */
    public boolean known() {
        return score > 0;
    }
}
