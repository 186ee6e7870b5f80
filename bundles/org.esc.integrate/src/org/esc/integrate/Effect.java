// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import org.esc.apdu.Words;

/** What became of one list of modules, or would become of it. */
public enum Effect {
    /** The module was added. */
    REGISTERED,
    /** Another module took the place of the one we had added before. */
    REPLACED,
    /** What we had added is gone. */
    REMOVED,
    /** There was nothing to do. */
    UNCHANGED,
    /** It cannot be done there. */
    SKIPPED;

    private static final Words WORDS = Words.of(Effect.class);

    /** In a word for a person. */
    public String text() {
        return switch (this) {
            case REGISTERED -> WORDS.say("registered");
            case REPLACED -> WORDS.say("replaced");
            case REMOVED -> WORDS.say("removed");
            case UNCHANGED -> WORDS.say("unchanged");
            case SKIPPED -> WORDS.say("skipped");
        };
    }
}
