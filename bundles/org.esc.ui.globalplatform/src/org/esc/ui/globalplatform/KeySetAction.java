// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

/** What can be done with key sets. */
enum KeySetAction {
    /** Gives a key set a name. */
    ADD,
    /** Forgets one. */
    REMOVE,
    /** Shows check values of a card's keys. */
    PREVIEW,
    /** Tries it on a card. */
    CHECK,
    /** Opens the card of the Card Content view with it. */
    USE
}
