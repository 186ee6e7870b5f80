// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Optional;

/**
 * Something to tell the person on the desktop, in passing.
 *
 * @param title  a few words
 * @param text   a sentence or two
 * @param action what can be done about it, if anything
 */
public record Note(String title, String text, Optional<Action> action) {

    /** A label, and what it does, on the UI thread. */
    public record Action(String label, Runnable what) {
    }

    /** One that only tells. */
    public Note(String title, String text) {
        this(title, text, Optional.empty());
    }
}
