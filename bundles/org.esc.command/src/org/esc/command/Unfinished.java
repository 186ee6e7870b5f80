// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import org.esc.apdu.EscException;

/** A verb failed on its way and has something to show for it: faces show the result and what went wrong. */
public final class Unfinished extends EscException {

    private static final long serialVersionUID = 1L;

    private final transient Record result;

    /** What went wrong, and the verb's result until then. */
    public Unfinished(EscException why, Record result) {
        super(why.problem(), why);
        this.result = result;
    }

    /** What was done until then, of the type that the verb gives. */
    public Record result() {
        return result;
    }
}
