// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import org.esc.apdu.Words;

/** What can be said about a card in a few words. */
public enum TokenState {
    /** A GlobalPlatform card without a token applet: can be formatted. */
    UNFORMATTED,
    /** Carries the applet, nobody's yet: can be enrolled. */
    FORMATTED,
    /** Somebody's token with keys and certificates. */
    ENROLLED,
    /** Locked, or its password is blocked. */
    BLOCKED,
    /** The holder's PIN is blocked, on a card that no token management system manages. */
    PIN_BLOCKED,
    /** A card of another kind, which a token management system of ours cannot manage. */
    FOREIGN,
    /** Does not answer. */
    MUTE,
    /** An operation of ours, or another program, works with it. */
    BUSY,
    /** It could not be read; the reason is among the problems. */
    UNKNOWN;

    private static final Words WORDS = Words.of(TokenState.class);

    /** The words people see. */
    public String text() {
        return switch (this) {
            case UNFORMATTED -> WORDS.say("Unformatted");
            case FORMATTED -> WORDS.say("Formatted");
            case ENROLLED -> WORDS.say("Enrolled");
            case BLOCKED -> WORDS.say("Blocked");
            case PIN_BLOCKED -> WORDS.say("PIN blocked");
            case FOREIGN -> WORDS.say("Other card");
            case MUTE -> WORDS.say("Not answering");
            case BUSY -> WORDS.say("Busy");
            case UNKNOWN -> WORDS.say("Unknown");
        };
    }
}
