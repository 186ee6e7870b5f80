// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/** What can be said about a card in a few words. */
public enum TokenState {
    /** A GlobalPlatform card without a token applet: can be formatted. */
    UNFORMATTED("Unformatted"),
    /** Carries the applet, nobody's yet: can be enrolled. */
    FORMATTED("Formatted"),
    /** Somebody's token with keys and certificates. */
    ENROLLED("Enrolled"),
    /** Locked, or its password is blocked. */
    BLOCKED("Blocked"),
    /** The holder's PIN is blocked, on a card that no token management system manages. */
    PIN_BLOCKED("PIN blocked"),
    /** A card of another kind, which a token management system of ours cannot manage. */
    FOREIGN("Other card"),
    /** Does not answer. */
    MUTE("Not answering"),
    /** An operation of ours, or another program, works with it. */
    BUSY("Busy"),
    /** It could not be read; the reason is among the problems. */
    UNKNOWN("Unknown");

    private final String text;

    TokenState(String text) {
        this.text = text;
    }

    /** The words people see. */
    public String text() {
        return text;
    }
}
