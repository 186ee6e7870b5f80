// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import org.esc.apdu.EscException;

/** Has PINs entered at the keypad of the reader ({@code CardChannel.enterPin}), so that they never come into this computer. */
public interface PinsAtReader extends Capability {

    /** True if this reader and this token can do it: the PIN's format is one that the keypad understands. */
    boolean canVerifyAtReader(String pin) throws EscException;

    /** True if the PIN can be changed there. */
    boolean canChangeAtReader(String pin) throws EscException;

    /**
     * Waits until somebody has entered the PIN at the reader. It stays verified as by {@link Pins#verifyPin}.
     *
     * @throws EscException code {@code wrong-pin} or {@code pin-blocked}; {@code pin-timeout} if nobody did; CANCELLED if somebody pressed cancel there
     */
    void verifyPinAtReader(String pin) throws EscException;

    /** Waits until somebody has entered the old PIN and, twice, a new one. @throws EscException as {@link #verifyPinAtReader}; {@code pin-different} */
    void changePinAtReader(String pin) throws EscException;
}
