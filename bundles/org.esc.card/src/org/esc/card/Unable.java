// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** What the interfaces of this package, which can have no words of their own, say and most readers cannot do. */
final class Unable {

    private static final Words WORDS = Words.of(Unable.class);

    private Unable() {
    }

    static EscException keypadHere() {
        return Problem.of(Fault.USAGE, WORDS.say("enter the PIN at the reader"), WORDS.say("This reader has no keypad for PINs, or it cannot be used here."))
                .code("pin-pad-unable").advice(WORDS.say("Enter the PIN at the computer.")).exception();
    }

    static CardException keypad() {
        return new CardException(WORDS.say("enter the PIN at the reader"), WORDS.say("This reader has no keypad for PINs."));
    }

    static CardException control() {
        return new CardException(WORDS.say("send a control code to the reader"), WORDS.say("This reader takes no control codes."));
    }

    static String message(PinOutcome outcome) {
        return switch (outcome) {
            case PinOutcome.Accepted _ -> WORDS.say("The PIN was accepted.");
            case PinOutcome.Wrong(var left, _) -> left.isEmpty() ? WORDS.say("The PIN is wrong.")
                    : left.getAsInt() == 1 ? WORDS.say("The PIN is wrong. One try is left; after another wrong PIN the card blocks it.")
                            : WORDS.say("The PIN is wrong. {0} tries are left.", left.getAsInt());
            case PinOutcome.Blocked _ -> WORDS.say("The PIN is blocked after too many wrong ones.");
            case PinOutcome.Refused(var sw) -> WORDS.say("The card refused the PIN: {0} ({1}).", sw.meaning(), sw);
            case PinOutcome.NotEntered(var reason) -> switch (reason) {
                case TIMEOUT -> WORDS.say("Nobody entered a PIN at the reader in time. Nothing was changed.");
                case CANCELLED -> WORDS.say("The entry was cancelled at the reader. Nothing was changed.");
                case DIFFERENT -> WORDS.say("The two new PINs entered at the reader differ. Nothing was changed.");
                case LENGTH -> WORDS.say("The PIN entered at the reader is too short or too long. Nothing was changed.");
                case UNABLE -> WORDS.say("The reader cannot take a PIN in the way this card wants it. Enter it at the computer.");
            };
        };
    }
}
