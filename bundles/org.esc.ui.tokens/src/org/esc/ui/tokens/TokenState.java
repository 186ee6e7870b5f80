// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

/** What the Tokens view says about a reader and what is in it. */
public enum TokenState {
    /** No card in the reader. */
    EMPTY("No card", "reader"),
    /** The card is being looked at. */
    READING("Reading\u2026", "token-busy"),
    /** An operation is under way. */
    BUSY("Busy", "token-busy"),
    /** A blank card: no token applet on it. */
    UNFORMATTED("Unformatted", "token-blank"),
    /** Ready to be enrolled. */
    FORMATTED("Formatted", "token-formatted"),
    /** Holds keys and certificates. */
    ENROLLED("Enrolled", "token-enrolled"),
    /** Enrolled, and its password has been locked by wrong tries. */
    BLOCKED("Password locked", "token-blocked"),
    /** The holder's PIN is locked on a card that no token management system manages. */
    PIN_BLOCKED("PIN blocked", "token-blocked"),
    /** An operation was cut off half-way; only formatting makes it usable again. */
    INTERRUPTED("Interrupted", "token-blocked"),
    /** A card of another kind. */
    FOREIGN("Other card", "token-foreign"),
    /** Another program holds it. */
    IN_USE("In use by another program", "token-foreign"),
    /** Does not answer. */
    MUTE("Does not answer", "token-mute"),
    /** A software token that needs its passphrase. */
    LOCKED("Locked", "token-locked"),
    /** A software token whose file is not there. */
    MISSING("File missing", "token-mute"),
    /** A software token whose file cannot be used. */
    UNREADABLE("Cannot be opened", "token-mute");

    private final String words;
    private final String icon;

    TokenState(String words, String icon) {
        this.words = words;
        this.icon = icon;
    }

    /** What a person reads. */
    public String words() {
        return words;
    }

    /** Name of the icon. */
    public String icon() {
        return icon;
    }
}
