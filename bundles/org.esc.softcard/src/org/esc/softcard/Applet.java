// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.CardRefusal;

/**
 * An application on a software card. Called by one thread at a time. Keeps what outlives a reset in its host's {@link AppletMemory}. No
 * command, however odd, may make it throw anything but {@link CardRefusal}.
 */
public interface Applet {

    /** Answers one command sent while this applet is selected. SELECT by name is not among them. */
    ResponseApdu process(CommandApdu command) throws CardRefusal;

    /** The applet was selected; the answer goes to the terminal. */
    default ResponseApdu selected() {
        return ResponseApdu.ok();
    }

    /**
     * SELECT by name for a name that no application of the card has, asked of the applet that is selected after a reset: it may carry
     * applications as files (DF names). If it answers, it is selected from now on; this is called instead of {@link #selected}.
     *
     * @return empty if it knows no such name
     */
    default Optional<ResponseApdu> select(CommandApdu command) {
        return Optional.empty();
    }

    /** Another application was selected. */
    default void deselected() {
    }

    /** The card was reset: forget all that lives in RAM. */
    default void reset() {
    }
}
