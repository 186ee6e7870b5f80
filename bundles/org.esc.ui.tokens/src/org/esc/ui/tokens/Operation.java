// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.esc.apdu.Words;

/** The operations of a token's life, each run by a verb. */
public enum Operation {
    /** Erases the token and makes it ready to be enrolled. */
    FORMAT("format", "", EnumSet.of(TokenState.UNFORMATTED, TokenState.FORMATTED, TokenState.ENROLLED, TokenState.BLOCKED,
                    TokenState.INTERRUPTED)),
    /** Puts keys and certificates onto a formatted token. */
    ENROLL("enroll", "", EnumSet.of(TokenState.FORMATTED)),
    /** The same for a token that is enrolled already. */
    RE_ENROLL("enroll", "", EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED)),
    /** Newer certificates for the keys that are on the token. */
    RENEW("enroll", "renew", EnumSet.of(TokenState.ENROLLED)),
    /** A token for the days until a mislaid one is found. */
    TEMPORARY("enroll", "temporary", EnumSet.of(TokenState.FORMATTED)),
    /** A token in place of a lost or damaged one, with the keys that were archived. */
    RECOVER("enroll", "recover", EnumSet.of(TokenState.FORMATTED)),
    /** Gives an enrolled token a new password. */
    RESET_PIN("reset-pin", "", EnumSet.of(TokenState.ENROLLED, TokenState.BLOCKED)),
    /** The same without a server, by whoever knows the present one. */
    CHANGE_PIN("pin change", "", EnumSet.of(TokenState.ENROLLED)),
    /** Gives a blocked PIN a new value by means of another one, without a server. */
    UNBLOCK("pin unblock", "", EnumSet.of(TokenState.PIN_BLOCKED));

    private static final Words WORDS = Words.of(Operation.class);

    private final String verb;
    private final String wish;
    private final Set<TokenState> when;

    Operation(String verb, String wish, Set<TokenState> when) {
        this.verb = verb;
        this.wish = wish;
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
        return switch (this) {
            case FORMAT -> WORDS.say("Format");
            case ENROLL -> WORDS.say("Enrol");
            case RE_ENROLL -> WORDS.say("Re-enrol");
            case RENEW -> WORDS.say("Renew");
            case TEMPORARY -> WORDS.say("Temporary Token");
            case RECOVER -> WORDS.say("Replace Lost Token");
            case RESET_PIN -> WORDS.say("Reset Password");
            case CHANGE_PIN -> WORDS.say("Change Password");
            case UNBLOCK -> WORDS.say("Unblock");
        };
    }

    /** Its name with a mnemonic, for a button of a dialog. */
    public String button() {
        return switch (this) {
            case FORMAT -> WORDS.say("&Format");
            case ENROLL -> WORDS.say("&Enrol");
            case RE_ENROLL -> WORDS.say("Re-&enrol");
            case RENEW -> WORDS.say("Re&new");
            case TEMPORARY -> WORDS.say("&Temporary Token");
            case RECOVER -> WORDS.say("&Replace Lost Token");
            case RESET_PIN -> WORDS.say("&Reset Password");
            case CHANGE_PIN -> WORDS.say("Change Pass&word");
            case UNBLOCK -> WORDS.say("&Unblock");
        };
    }

    /** What is being done while it runs: "Formatting". */
    public String doing() {
        return switch (this) {
            case FORMAT -> WORDS.say("Formatting");
            case ENROLL -> WORDS.say("Enrolling");
            case RE_ENROLL -> WORDS.say("Re-enrolling");
            case RENEW -> WORDS.say("Renewing");
            case TEMPORARY -> WORDS.say("Enrolling a temporary token");
            case RECOVER -> WORDS.say("Replacing the lost token");
            case RESET_PIN -> WORDS.say("Resetting the password");
            case CHANGE_PIN -> WORDS.say("Changing the password");
            case UNBLOCK -> WORDS.say("Unblocking");
        };
    }

    /** What is said when it worked. */
    public String done() {
        return switch (this) {
            case FORMAT -> WORDS.say("The token has been formatted. It is ready to be enrolled.");
            case ENROLL -> WORDS.say("The token has been enrolled. Its keys and certificates can be used now.");
            case RE_ENROLL -> WORDS.say("The token has been enrolled anew.");
            case RENEW -> WORDS.say("The certificates have been renewed. The keys are the same as before.");
            case TEMPORARY -> WORDS.say("The temporary token is ready.");
            case RECOVER -> WORDS.say("The token takes the lost one's place.");
            case RESET_PIN -> WORDS.say("The token has a new password.");
            case CHANGE_PIN -> WORDS.say("The token has a new password.");
            case UNBLOCK -> WORDS.say("The PIN has a new value and can be used again.");
        };
    }

    /** What will happen, for a person. */
    public String explanation() {
        return switch (this) {
            case FORMAT -> WORDS.say("The server erases the token, loads its applet and makes it ready to be enrolled.");
            case ENROLL -> WORDS.say("You log in, choose a password for the token, and receive your keys and certificates on it.");
            case RE_ENROLL -> WORDS.say("This token is enrolled already. The server replaces or renews its keys and certificates, as its policy says.");
            case RENEW -> WORDS.say("The server issues newer certificates for the keys on the token. No key is lost.");
            case TEMPORARY -> WORDS.say("You receive keys and certificates that are valid for a short time, until your mislaid token is found.");
            case RECOVER -> WORDS.say("The archived keys of your lost or damaged token come onto this one; the others are made anew.");
            case RESET_PIN -> WORDS.say("You log in and choose a new password for the token. Keys and certificates stay as they are.");
            case CHANGE_PIN -> WORDS.say("You enter the token's password and choose a new one. No server is needed.");
            case UNBLOCK -> WORDS.say("You enter the code that unblocks the PIN (PUK) and choose a new PIN. No server is needed.");
        };
    }

    /** True if a token in this state can be asked to. */
    public boolean possible(TokenState state) {
        return when.contains(state);
    }
}
