// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;

/** Status words of the application in words (SP 800-73-4 part 2). */
public final class PivStatus {

    private static final Words WORDS = Words.of(PivStatus.class);

    /** The PIN or the management key was not presented. */
    public static final int NEEDED = 0x6982;
    /** The PIN is blocked. */
    public static final int BLOCKED = 0x6983;
    /** There is no such object. */
    public static final int NOT_FOUND = 0x6A82;
    /** There is no such PIN or key. */
    public static final int NO_REFERENCE = 0x6A88;

    private PivStatus() {
    }

    /** What a status word means to the application; empty if nothing of its own. */
    public static String meaning(StatusWord sw) {
        return switch (sw.value()) {
            case NEEDED -> WORDS.say("a PIN or the management key must be presented first");
            case BLOCKED -> WORDS.say("PIN blocked");
            case 0x6985 -> WORDS.say("conditions of use not satisfied");
            case NOT_FOUND -> WORDS.say("no such object on the card");
            case NO_REFERENCE -> WORDS.say("no such PIN or key on the card");
            default -> "";
        };
    }

    /** The response if its status word is {@code 9000}. @throws CardException code {@code pin-needed} for 6982, otherwise with the status word */
    public static ResponseApdu check(ResponseApdu response, String step) throws CardException {
        StatusWord sw = response.sw();
        if (response.isOk()) {
            return response;
        }
        if (sw.value() == NEEDED) {
            throw new CardException(Problem.of(Fault.CARD, step,
                    WORDS.say("The card wants a PIN or its management key before it does this: {0} ({1}).", step, sw)).code("pin-needed").sw(sw), null);
        }
        throw CardException.status(step, sw, meaning(sw).isEmpty() ? sw.meaning() : meaning(sw));
    }

    /**
     * The same for the answer to a PIN.
     *
     * @param what the PIN in words: "PIN", "PUK"
     * @throws CardException code {@code wrong-pin} or {@code pin-blocked}
     */
    public static ResponseApdu checkPin(ResponseApdu response, String step, String what) throws CardException {
        StatusWord sw = response.sw();
        if (sw.value() == BLOCKED || sw.triesLeft() == 0) {
            throw new CardException(Problem.of(Fault.CARD, step, WORDS.say("The {0} is blocked ({1}).", what, sw)).code("pin-blocked").sw(sw)
                    .advice(what.equals("PUK") ? WORDS.say("Only a reset of the application helps now; it erases all keys.")
                            : WORDS.say("Unblock it with the PUK, or through whoever issued the card.")), null);
        }
        if (sw.triesLeft() > 0) {
            throw new CardException(Problem.of(Fault.CARD, step,
                    WORDS.many(sw.triesLeft(), "Wrong {1}; {0} try left ({2}).", "Wrong {1}; {0} tries left ({2}).", what, sw)).code("wrong-pin").sw(sw)
                    .advice(WORDS.say("Type it again with care; after too many wrong tries the card blocks it.")), null);
        }
        return check(response, step);
    }
}
