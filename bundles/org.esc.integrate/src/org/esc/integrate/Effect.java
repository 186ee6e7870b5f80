// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

/** What became of one list of modules, or would become of it. */
public enum Effect {
    /** The module was added. */
    REGISTERED("registered"),
    /** Another module took the place of the one we had added before. */
    REPLACED("replaced"),
    /** What we had added is gone. */
    REMOVED("removed"),
    /** There was nothing to do. */
    UNCHANGED("unchanged"),
    /** It cannot be done there. */
    SKIPPED("skipped");

    private final String text;

    Effect(String text) {
        this.text = text;
    }

    /** In a word for a person. */
    public String text() {
        return text;
    }
}
