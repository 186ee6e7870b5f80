// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Set;
import org.esc.apdu.EscException;

/** Says which operations of a token processing system make sense with this token. */
public interface TpsEnrollment extends Capability {

    /** The operations of a TPS. */
    enum Operation {
        /** Enrols, renews or recovers keys and certificates. */
        ENROLL,
        /** Resets the PIN. */
        RESET_PIN,
        /** Formats. */
        FORMAT
    }

    /** What can be asked for now. */
    Set<Operation> tpsOperations() throws EscException;
}
