// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.Optional;

/** Life-cycle states of a card (GlobalPlatform 2.1.1 §5.1.1). */
public enum CardState {
    /** Ready to be initialised. */
    OP_READY(0x01),
    /** Initialised. */
    INITIALIZED(0x07),
    /** In normal use. */
    SECURED(0x0F),
    /** Locked; only the card manager answers. */
    CARD_LOCKED(0x7F),
    /** Dead for good. */
    TERMINATED(0xFF);

    private final int code;

    CardState(int code) {
        this.code = code;
    }

    /** State byte. */
    public int code() {
        return code;
    }

    /** The state of a byte, if it is one. */
    public static Optional<CardState> of(int code) {
        for (CardState s : values()) {
            if (s.code == code) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }
}
