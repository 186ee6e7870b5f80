// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import org.esc.apdu.EscException;
import org.esc.card.CardChannel;

/**
 * Teaches the workbench one applet. A DS service in a bundle of its own; stateless, called by several threads. What it recognises it declares
 * in its service properties, so that most cards are matched without asking it:
 *
 * <pre>
 * &#64;Component(service = CardDriver.class, property = {CardDriver.NAME + "=Loyalty", CardDriver.AID + "=F04C4F59414C"})
 * </pre>
 *
 * A driver is trusted code that runs in this process, yet its faults are contained: each call runs on a thread of its own, within limits
 * of time and memory. One that passes them loses its card and is switched off.
 */
public interface CardDriver {

    /** Property: what the driver is called, shown to people and used to prefer or disable it. Required, and no two may share one. */
    String NAME = "driver.name";

    /**
     * Property, repeatable: an AID in hexadecimal digits (5 to 16 bytes, perhaps right-truncated) that the card's SELECT by name must accept.
     * The first that is accepted counts.
     */
    String AID = "driver.aid";

    /**
     * Property, repeatable: an AID in hexadecimal digits, perhaps right-truncated, that the card's list of applications (EF.DIR, 2F00, ISO/IEC
     * 7816-4 §12.2.1) must name. That is read once for all drivers, of cards without a card manager, if none of this driver's AIDs answers.
     */
    String DIRECTORY = "driver.directory";

    /** Property, repeatable: a whole ATR in hexadecimal digits; {@code .} stands for any digit, {@code *} at its end for any rest. */
    String ATR = "driver.atr";

    /**
     * Property, repeatable: what the card manager must say of itself: {@code any}, {@code aid=HEX}, or by the production data (CPLC)
     * {@code fabricator=HEX4}, {@code type=HEX4}, {@code os=HEX4}.
     */
    String ISD = "driver.isd";

    /**
     * Looks closer at a card that matches what was declared, or at any card if nothing was. May select and read, with as few commands as
     * possible; must not change the card nor present a PIN.
     *
     * @param card     what is known of it already
     * @param channel  to the card; the declared application is selected if one answered
     * @param declared what the declaration alone is worth; what to return unless this driver knows better
     * @throws EscException if the card does not answer any more
     */
    default Match probe(CardFacts card, CardChannel channel, Match declared) throws EscException {
        return declared;
    }

    /** The application on a card that this driver knows. Sends nothing yet: the first call on the result is {@link CardApplication#select}. */
    CardApplication open(CardFacts card, CardChannel channel);
}
