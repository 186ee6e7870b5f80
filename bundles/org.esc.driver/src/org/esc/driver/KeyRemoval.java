// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;

/** Removes and moves keys: a card that cannot do this keeps a key until another takes its place. */
public interface KeyRemoval extends Capability {

    /** Who must have been verified before. */
    Access removalAccess() throws EscException;

    /** Removes a key for good. */
    void deleteKey(String slot) throws EscException;

    /** Those of the empty slots that {@link #moveKey} takes the key in a slot to. */
    default List<String> moveTargets(String from, List<String> empty) throws EscException {
        return empty;
    }

    /** Moves a key to another slot, which must be empty (PIV: to a retired one). */
    void moveKey(String from, String to) throws EscException;
}
