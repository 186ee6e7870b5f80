// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import org.esc.apdu.EscException;

/** Told after each block of a load; may throw to stop it. */
@FunctionalInterface
public interface LoadProgress {

    /** Nobody listens. */
    LoadProgress NONE = (done, total) -> {
    };

    /**
     * Blocks have been accepted by the card.
     *
     * @param done  blocks so far, from 1
     * @param total blocks of the whole image
     * @throws EscException to stop loading
     */
    void loaded(int done, int total) throws EscException;
}
