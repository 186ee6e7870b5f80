// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import org.esc.apdu.StatusWord;

/**
 * The card end of a secure channel refuses a command: what to answer. Carries no stack trace, it is part of the normal
 * flow.
 */
public final class CardRefusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final int sw;

    /** A refusal with this status word. */
    public CardRefusal(int sw) {
        super(new StatusWord(sw).toString(), null, false, false);
        this.sw = sw;
    }

    /** What to answer. */
    public StatusWord sw() {
        return new StatusWord(sw);
    }
}
