// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Something that can be done with what is selected.
 *
 * @param label on its button and in the menu, with its mnemonic
 * @param tip   what it does
 * @param why   why it cannot be done with this one by who is signed in; empty if it can
 * @param run   does it, or asks first
 */
record Act<T>(String label, String tip, Function<T, Optional<String>> why, Consumer<T> run) {

    /** Given as a reason for what has no sense with this one: its button is not there then. */
    static final String HIDDEN = "";

    /** The label as it is read. */
    String plain() {
        return label.replace("&", "").replace("…", "");
    }
}
