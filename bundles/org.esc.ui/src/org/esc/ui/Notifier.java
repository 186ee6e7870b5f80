// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

/** Tells the person something on the desktop. UI thread only; returns at once. */
@FunctionalInterface
public interface Notifier {

    /** Shows it for a while. */
    void show(Note note);
}
