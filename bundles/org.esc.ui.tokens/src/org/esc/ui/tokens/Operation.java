// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.EnumSet;
import java.util.Set;

/** The operations of a token's life, each run by a verb. */
public enum Operation {
    /** Erases the token and makes it ready to be enrolled. */
    FORMAT("format", "Format", "&Format", "Formatting", "The token has been formatted. It is ready to be enrolled.",
            "The server erases the token, loads its applet and makes it ready to be enrolled.",
            EnumSet.of(TokenState.UNFORMATTED, TokenState.FORMATTED, TokenState.ENROLLED, TokenState.BLOCKED,
                    TokenState.INTERRUPTED)),
    /** Puts keys and certificates onto a formatted token. */
    ENROLL("enroll", "Enrol", "&Enrol", "Enrolling", "The token has been enrolled. Its keys and certificates can be used now.",
            "You log in, choose a password for the token, and receive your keys and certificates on it.",
            EnumSet.of(TokenState.FORMATTED)),
    /** The same for a token that is enrolled already. */
    RE_ENROLL("enroll", "Re-enrol", "Re-&enrol", "Re-enrolling", "The token has been enrolled anew.",
            "This token is enrolled already. The server replaces or renews its keys and certificates, as its policy says.",
            EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED)),
    /** Gives an enrolled token a new password. */
    RESET_PIN("reset-pin", "Reset Password", "&Reset Password", "Resetting the password", "The token has a new password.",
            "You log in and choose a new password for the token. Keys and certificates stay as they are.",
            EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED));

    private final String verb;
    private final String label;
    private final String button;
    private final String doing;
    private final String done;
    private final String explanation;
    private final Set<TokenState> when;

    Operation(String verb, String label, String button, String doing, String done, String explanation, Set<TokenState> when) {
        this.verb = verb;
        this.label = label;
        this.button = button;
        this.doing = doing;
        this.done = done;
        this.explanation = explanation;
        this.when = when;
    }

    /** Name of the verb that does it. */
    public String verb() {
        return verb;
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
