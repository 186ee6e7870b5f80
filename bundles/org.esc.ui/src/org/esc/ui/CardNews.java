// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.esc.card.Subscription;

/**
 * Whether the desktop is told of cards that come and go, is reminded of what ends, and has pages opened for them: not while a view takes one card after the other, of
 * many people, and says itself what becomes of each. UI thread only.
 */
public final class CardNews {

    private static int hushed;

    private CardNews() {
    }

    /** Spares the desktop until what is returned is closed. */
    public static Subscription hush() {
        hushed++;
        return new Subscription() {

            private boolean open = true;

            @Override
            public void close() {
                hushed -= open ? 1 : 0;
                open = false;
            }
        };
    }

    /** False while anybody spares the desktop. */
    public static boolean wanted() {
        return hushed == 0;
    }
}
