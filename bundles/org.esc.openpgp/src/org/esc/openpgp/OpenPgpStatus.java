// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;

/** The application's status words (OpenPGP card 3.4.1 §7.13) as problems. */
public final class OpenPgpStatus {

    private static final Words WORDS = Words.of(OpenPgpStatus.class);

    /** The application was terminated. */
    public static final int TERMINATED = 0x6285;
    /** Wrong length. */
    public static final int WRONG_LENGTH = 0x6700;
    /** A password must be verified first; to VERIFY itself: it was wrong. */
    public static final int SECURITY_NOT_SATISFIED = 0x6982;
    /** The password is blocked. */
    public static final int BLOCKED = 0x6983;
    /** Conditions of use not satisfied. */
    public static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    /** Wrong data. */
    public static final int WRONG_DATA = 0x6A80;
    /** Wrong P1 or P2. */
    public static final int WRONG_P1_P2 = 0x6A86;
    /** No such object or key. */
    public static final int NOT_FOUND = 0x6A88;
    /** No such instruction. */
    public static final int UNKNOWN_INS = 0x6D00;
    /** No such class. */
    public static final int UNKNOWN_CLA = 0x6E00;

    private OpenPgpStatus() {
    }

    /** What a status word means to this application, empty if nothing special. */
    public static String meaning(StatusWord sw) {
        return switch (sw.value()) {
            case TERMINATED -> WORDS.say("the application was terminated");
            case SECURITY_NOT_SATISFIED -> WORDS.say("a password must be verified first, or was wrong");
            case BLOCKED -> WORDS.say("password blocked");
            case NOT_FOUND -> WORDS.say("no such object or key");
            default -> "";
        };
    }

    /** The response if its status word is {@code 9000}. @throws CardException else; code {@code pin-needed} if a password must be verified first */
    public static ResponseApdu check(ResponseApdu r, String step) throws CardException {
        if (r.isOk()) {
            return r;
        }
        StatusWord sw = r.sw();
        throw switch (sw.value()) {
            case SECURITY_NOT_SATISFIED -> new CardException(Problem.of(Fault.CARD, step,
                    WORDS.say("The card refused to {0}: a password must be verified first ({1}).", step, sw)).code("pin-needed").sw(sw), null);
            case TERMINATED -> new CardException(Problem.of(Fault.CARD, step,
                    WORDS.say("The card refused to {0}: its OpenPGP application was terminated ({1}).", step, sw)).sw(sw)
                    .advice(WORDS.say("Reset the application.")), null);
            case NOT_FOUND -> CardException.status(step, sw, meaning(sw));
            default -> CardException.status(step, sw);
        };
    }
}
