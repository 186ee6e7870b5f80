// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.Words;

/** The applet's life cycle (GlobalPlatform applet states). A token counts as enrolled only when {@link #PERSONALIZED}. */
public enum LifeCycle {
    /** Deleted. */
    DELETED(0x00),
    /** Installed. */
    INSTALLED(0x03),
    /** Selectable: formatted, not enrolled. */
    SELECTABLE(0x07),
    /** Personalised: enrolled. */
    PERSONALIZED(0x0F),
    /** Blocked. */
    BLOCKED(0x7F),
    /** Locked. */
    LOCKED(0xFF),
    /** A value that is none of these. */
    UNKNOWN(-1);

    private static final Words WORDS = Words.of(LifeCycle.class);

    private final int value;

    LifeCycle(int value) {
        this.value = value;
    }

    /** The byte on the wire. */
    public int value() {
        return value;
    }

    /** The state, for a person. */
    public String label() {
        return switch (this) {
            case DELETED -> WORDS.say("deleted");
            case INSTALLED -> WORDS.say("installed");
            case SELECTABLE -> WORDS.say("selectable");
            case PERSONALIZED -> WORDS.say("personalized");
            case BLOCKED -> WORDS.say("blocked");
            case LOCKED -> WORDS.say("locked");
            case UNKNOWN -> WORDS.say("unknown");
        };
    }

    /** The state for a byte. */
    public static LifeCycle of(int value) {
        for (LifeCycle l : values()) {
            if (l.value == (value & 0xFF)) {
                return l;
            }
        }
        return UNKNOWN;
    }
}
