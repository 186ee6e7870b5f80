// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;
import org.esc.apdu.Words;

/** What the Tokens view says about a reader and what is in it. */
public enum TokenState {
    /** No card in the reader. */
    EMPTY("reader"),
    /** The card is being looked at. */
    READING("token-busy"),
    /** An operation is under way. */
    BUSY("token-busy"),
    /** A blank card: no token applet on it. */
    UNFORMATTED("token-blank"),
    /** Ready to be enrolled. */
    FORMATTED("token-formatted"),
    /** Holds keys and certificates. */
    ENROLLED("token-enrolled"),
    /** Enrolled, and its password has been locked by wrong tries. */
    BLOCKED("token-blocked"),
    /** The holder's PIN is locked on a card that no token management system manages. */
    PIN_BLOCKED("token-blocked"),
    /** An operation was cut off half-way; only formatting makes it usable again. */
    INTERRUPTED("token-blocked"),
    /** A card of another kind. */
    FOREIGN("token-foreign"),
    /** Another program holds it. */
    IN_USE("token-foreign"),
    /** Does not answer. */
    MUTE("token-mute"),
    /** A software token that needs its passphrase. */
    LOCKED("token-locked"),
    /** A software token whose file is not there. */
    MISSING("token-mute"),
    /** A software token whose file cannot be used. */
    UNREADABLE("token-mute");

    private static final Words WORDS = Words.of(TokenState.class);

    private final String icon;

    TokenState(String icon) {
        this.icon = icon;
    }

    /** What a person reads. */
    public String words() {
        return switch (this) {
            case EMPTY -> WORDS.say("No card");
            case READING -> WORDS.say("Reading…");
            case BUSY -> WORDS.say("Busy");
            case UNFORMATTED -> WORDS.say("Unformatted");
            case FORMATTED -> WORDS.say("Formatted");
            case ENROLLED -> WORDS.say("Enrolled");
            case BLOCKED -> WORDS.say("Password locked");
            case PIN_BLOCKED -> WORDS.say("PIN blocked");
            case INTERRUPTED -> WORDS.say("Interrupted");
            case FOREIGN -> WORDS.say("Other card");
            case IN_USE -> WORDS.say("In use by another program");
            case MUTE -> WORDS.say("Does not answer");
            case LOCKED -> WORDS.say("Locked");
            case MISSING -> WORDS.say("File missing");
            case UNREADABLE -> WORDS.say("Cannot be opened");
        };
    }

    /** Name of the icon. */
    public String icon() {
        return icon;
    }
}
