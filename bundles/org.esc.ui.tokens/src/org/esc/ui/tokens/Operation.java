// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The operations of a token's life, each run by a verb. */
public enum Operation {
    /** Erases the token and makes it ready to be enrolled. */
    FORMAT("format", "", "Format", "&Format", "Formatting", "The token has been formatted. It is ready to be enrolled.",
            "The server erases the token, loads its applet and makes it ready to be enrolled.",
            EnumSet.of(TokenState.UNFORMATTED, TokenState.FORMATTED, TokenState.ENROLLED, TokenState.BLOCKED,
                    TokenState.INTERRUPTED)),
    /** Puts keys and certificates onto a formatted token. */
    ENROLL("enroll", "", "Enrol", "&Enrol", "Enrolling", "The token has been enrolled. Its keys and certificates can be used now.",
            "You log in, choose a password for the token, and receive your keys and certificates on it.",
            EnumSet.of(TokenState.FORMATTED)),
    /** The same for a token that is enrolled already. */
    RE_ENROLL("enroll", "", "Re-enrol", "Re-&enrol", "Re-enrolling", "The token has been enrolled anew.",
            "This token is enrolled already. The server replaces or renews its keys and certificates, as its policy says.",
            EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED)),
    /** Newer certificates for the keys that are on the token. */
    RENEW("enroll", "renew", "Renew", "Re&new", "Renewing", "The certificates have been renewed. The keys are the same as before.",
            "The server issues newer certificates for the keys on the token. No key is lost.", EnumSet.of(TokenState.ENROLLED)),
    /** A token for the days until a mislaid one is found. */
    TEMPORARY("enroll", "temporary", "Temporary Token", "&Temporary Token", "Enrolling a temporary token", "The temporary token is ready.",
            "You receive keys and certificates that are valid for a short time, until your mislaid token is found.", EnumSet.of(TokenState.FORMATTED)),
    /** A token in place of a lost or damaged one, with the keys that were archived. */
    RECOVER("enroll", "recover", "Replace Lost Token", "&Replace Lost Token", "Replacing the lost token", "The token takes the lost one's place.",
            "The archived keys of your lost or damaged token come onto this one; the others are made anew.", EnumSet.of(TokenState.FORMATTED)),
    /** Gives an enrolled token a new password. */
    RESET_PIN("reset-pin", "", "Reset Password", "&Reset Password", "Resetting the password", "The token has a new password.",
            "You log in and choose a new password for the token. Keys and certificates stay as they are.",
            EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED)),
    /** The same without a server, by whoever knows the present one. */
    CHANGE_PIN("pin change", "", "Change Password", "Change Pass&word", "Changing the password", "The token has a new password.",
            "You enter the token's password and choose a new one. No server is needed.", EnumSet.of(TokenState.ENROLLED)),
    /** Gives a blocked PIN a new value by means of another one, without a server. */
    UNBLOCK("pin unblock", "", "Unblock", "&Unblock", "Unblocking", "The PIN has a new value and can be used again.",
            "You enter the code that unblocks the PIN (PUK) and choose a new PIN. No server is needed.", EnumSet.of(TokenState.PIN_BLOCKED));

    private final String verb;
    private final String wish;
    private final String label;
    private final String button;
    private final String doing;
    private final String done;
    private final String explanation;
    private final Set<TokenState> when;

    Operation(String verb, String wish, String label, String button, String doing, String done, String explanation, Set<TokenState> when) {
        this.verb = verb;
        this.wish = wish;
        this.label = label;
        this.button = button;
        this.doing = doing;
        this.done = done;
        this.explanation = explanation;
        this.when = when;
    }

    /** Name of the verb's argument that makes it this operation; empty if there is none. */
    public String wish() {
        return wish;
    }

    /** True if a token management system does it. */
    public boolean byServer() {
        return !verb.startsWith("pin ");
    }

    /** Name of the verb that does it. */
    public String verb() {
        return verb;
    }

    /** Id of the command that starts it with the selected token. */
    public String command() {
        return "org.esc.ui.tokens." + switch (this) {
            case RE_ENROLL -> "reEnroll";
            case RESET_PIN -> "resetPin";
            case CHANGE_PIN -> "changePin";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }

    /** Its name. */
    public String label() {
        return label;
    }

    /** Its name with a mnemonic, for a button of a dialog. */
    public String button() {
        return button;
    }

    /** What is being done while it runs: "Formatting". */
    public String doing() {
        return doing;
    }

    /** What is said when it worked. */
    public String done() {
        return done;
    }

    /** What will happen, for a person. */
    public String explanation() {
        return explanation;
    }

    /** True if a token in this state can be asked to. */
    public boolean possible(TokenState state) {
        return when.contains(state);
    }
}
