// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;

/**
 * Says that an application can do more over a GlobalPlatform secure channel. The host opens it with a key set that the person chose and
 * opens the application again over it.
 */
public interface SecureChannelUse extends Capability {

    /**
     * What is needed.
     *
     * @param domain    AID of the application or security domain to select before INITIALIZE UPDATE
     * @param protocols of these, any: "SCP02", "SCP03"
     * @param level     least security level (GlobalPlatform 2.3.1 §10.6): 01 C-MAC, 03 C-MAC and C-ENC
     * @param purpose   what can be done then, in words
     */
    record Need(Aid domain, List<String> protocols, int level, String purpose) {
    }

    /** What is needed. */
    Need secureChannelNeed() throws EscException;
}
