// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import org.esc.card.ReaderState.Presence;

/**
 * The one thing to do next with a token.
 *
 * @param words   how it stands and why that step is next
 * @param label   of the button that does it; empty if there is nothing to press
 * @param command id of the command behind the button; empty with the label
 */
record NextStep(String words, String label, String command) {

    static final String UNLOCK = "org.esc.ui.tokens.unlockSoftToken";
    private static final String COMMANDS = "org.esc.ui.tokens.";

    /** What comes next for this row; empty if nothing does. */
    static Optional<NextStep> of(TokenRow row) {
        return switch (row.state()) {
            case UNFORMATTED -> Optional.of(new NextStep("This token is blank. Format it to make it ready to be enrolled.", "Format\u2026",
                    COMMANDS + "format"));
            case FORMATTED -> Optional.of(new NextStep("This token is ready. Enrol it to put your keys and certificates onto it.", "Enrol\u2026",
                    COMMANDS + "enroll"));
            case BLOCKED -> Optional.of(new NextStep("The password of this token is locked: it was entered wrongly too often. Choose a new one.",
                    "Reset Password\u2026", COMMANDS + "resetPin"));
            case PIN_BLOCKED -> row.facts().map(f -> only(f.nextStep()));
            case INTERRUPTED -> Optional.of(new NextStep("An operation with this token was cut off half-way, so it cannot be used. Format it "
                    + "again to make it whole; then it can be enrolled.", "Format Again\u2026", COMMANDS + "format"));
            case ENROLLED -> row.facts().filter(TokenRow.Facts::expired).map(_ -> new NextStep(
                    "A certificate on this token has expired. Re-enrol it to get new ones.", "Re-enrol\u2026", COMMANDS + "reEnroll"));
            case LOCKED -> Optional.of(new NextStep(row.trouble(), "Unlock\u2026", UNLOCK));
            case MISSING -> Optional.of(new NextStep(row.trouble() + " Bring it back and try again, or unplug the token to have it forgotten.",
                    "Try Again", UNLOCK));
            case UNREADABLE -> Optional.of(new NextStep(row.trouble(), "Try Again", UNLOCK));
            case MUTE -> Optional.of(row.trouble().isEmpty() || row.reader().presence() == Presence.MUTE
                    ? only("This card does not answer. Take it out and put it back; check which way round it goes in.") : only(row.trouble()));
            case FOREIGN -> Optional.of(only("No token management system works with this card. The Token Explorer shows what is on it."));
            case IN_USE -> Optional.of(only("Another program is using this card. It is read when that program lets it go."));
            case EMPTY, READING, BUSY -> Optional.empty();
        };
    }

    private static NextStep only(String words) {
        return new NextStep(words, "", "");
    }
}
