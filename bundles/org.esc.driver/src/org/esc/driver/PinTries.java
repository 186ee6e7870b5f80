// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Map;
import org.esc.apdu.EscException;

/** Sets how often PINs may be tried before they are blocked. */
public interface PinTries extends Capability {

    /** The fewest and the most tries that can be set. */
    record Range(int least, int most) {
    }

    /** What can be set. */
    Range triesRange() throws EscException;

    /** Who must have been verified before. */
    Access triesAccess() throws EscException;

    /** What else it does, in a sentence; empty if nothing. */
    String triesConsequence();

    /** Sets the numbers of tries. @param tries by id of the PIN; all that {@link Pins#pins} names must be given */
    void setTries(Map<String, Integer> tries) throws EscException;
}
