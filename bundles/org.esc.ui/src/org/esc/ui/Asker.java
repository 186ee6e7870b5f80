// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

/** A place where questions can be put: a dialog of its own, or the wizard that runs the operation. Called on the UI thread. */
public interface Asker {

    /** Shows a question until it is answered, refused or withdrawn. */
    void ask(Question<?> question);

    /** Shows a message that needs no answer. */
    void tell(String message);

    /** Shows a message that holds until what is returned is run, on the UI thread. */
    default Runnable notice(String message) {
        tell(message);
        return () -> {
        };
    }
}
