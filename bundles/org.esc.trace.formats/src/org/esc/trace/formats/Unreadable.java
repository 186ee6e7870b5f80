// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

/** A piece of a trace does not make sense. */
final class Unreadable extends Exception {

    private static final long serialVersionUID = 1;

    private final int column;

    /** @param column of the first character that is wrong, from 1 */
    Unreadable(int column, String what) {
        super(what, null, false, false);
        this.column = column;
    }

    int column() {
        return column;
    }
}
