// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.security.SecureRandom;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.CardRefusal;

/** What the card offers an applet: memory, chance, its life cycle and the services of its security domain. */
public interface AppletHost {

    /** The AID under which this instance was installed. */
    Aid aid();

    /** The applet's own lasting memory. */
    AppletMemory memory();

    /** The 4-byte build id the card was told to show for its applet. */
    byte[] buildId();

    /** A source of random bytes. */
    SecureRandom random();

    /** Life cycle state of this application (GlobalPlatform 2.1.1 §9.1.1): 07 selectable, 0F personalised … */
    int lifeCycle();

    /** Sets the state: an application-specific one, 07 to 7F with the low three bits set. @throws CardRefusal 6A86 for any other */
    void lifeCycle(int state) throws CardRefusal;

    /** INITIALIZE UPDATE, answered by the security domain. */
    ResponseApdu initializeUpdate(CommandApdu command) throws CardRefusal;

    /** EXTERNAL AUTHENTICATE, answered by the security domain. */
    ResponseApdu externalAuthenticate(CommandApdu command) throws CardRefusal;

    /** True once somebody who knows the card's keys opened a secure channel. */
    boolean isChannelOpen();

    /** Takes the secure channel's protection off a command. The class's secure messaging bit is cleared. */
    CommandApdu unwrap(CommandApdu command) throws CardRefusal;

    /** Puts the secure channel's protection, if any, on an answer. */
    ResponseApdu wrap(ResponseApdu response);

    /** Decrypts key material with the domain's data encryption key. */
    byte[] decryptKey(byte[] wrapped) throws CardRefusal;

    /** Waits as a card does after a wrong PIN, so that guessing is slow. */
    void pauseAfterWrongPin();
}
