// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;

/** The applet's own status words {@code 9Cxx} and what they mean. */
public final class CoolKeyStatus {

    private static final Words WORDS = Words.of(CoolKeyStatus.class);

    /** Not enough memory. */
    public static final int NO_MEMORY = 0x9C01;
    /** Wrong PIN. */
    public static final int AUTH_FAILED = 0x9C02;
    /** Operation not allowed. */
    public static final int NOT_ALLOWED = 0x9C03;
    /** Feature not supported. */
    public static final int UNSUPPORTED_FEATURE = 0x9C05;
    /** Not logged in as somebody who may. */
    public static final int UNAUTHORIZED = 0x9C06;
    /** No such object. */
    public static final int OBJECT_NOT_FOUND = 0x9C07;
    /** Object exists already. */
    public static final int OBJECT_EXISTS = 0x9C08;
    /** Wrong algorithm. */
    public static final int INCORRECT_ALGORITHM = 0x9C09;
    /** Signature invalid. */
    public static final int SIGNATURE_INVALID = 0x9C0B;
    /** PIN blocked. */
    public static final int IDENTITY_BLOCKED = 0x9C0C;
    /** Unspecified error. */
    public static final int UNSPECIFIED = 0x9C0D;
    /** Invalid parameter. */
    public static final int INVALID_PARAMETER = 0x9C0F;
    /** Wrong P1. */
    public static final int INCORRECT_P1 = 0x9C10;
    /** Wrong P2. */
    public static final int INCORRECT_P2 = 0x9C11;
    /** End of the list. */
    public static final int SEQUENCE_END = 0x9C12;
    /** Cipher direction not supported. */
    public static final int UNSUPPORTED_DIRECTION = 0x9C13;
    /** Cipher direction invalid. */
    public static final int INVALID_DIRECTION = 0x9C14;
    /** Data location not supported. */
    public static final int UNSUPPORTED_LOCATION = 0x9C15;
    /** Data location invalid. */
    public static final int INVALID_LOCATION = 0x9C16;
    /** Key type not supported. */
    public static final int UNSUPPORTED_KEY_TYPE = 0x9C17;
    /** Key type invalid. */
    public static final int INVALID_KEY_TYPE = 0x9C18;
    /** Wrong length of the data to compute with. */
    public static final int INCORRECT_CHUNK_SIZE = 0x9C19;
    /** Key size not supported. */
    public static final int INVALID_KEY_SIZE = 0x9C1A;
    /** Cipher mode not supported. */
    public static final int UNSUPPORTED_MODE = 0x9C1B;
    /** Cipher mode invalid. */
    public static final int INVALID_MODE = 0x9C1C;
    /** Output buffer too small. */
    public static final int OUT_BUFFER_TOO_SMALL = 0x9C1D;
    /** The keys named are no pair. */
    public static final int INCONSISTENT_PAIRING = 0x9C1E;
    /** Input buffer too small. */
    public static final int IN_BUFFER_TOO_SMALL = 0x9C1F;
    /** Wrapped key cannot be unwrapped. */
    public static final int BAD_WRAPPED_KEY = 0x9C20;
    /** Unknown wrapping algorithm. */
    public static final int BAD_ALGORITHM_ID = 0x9C21;
    /** The unwrapped private key makes no sense. */
    public static final int BAD_WRAPPED_PRIVATE_KEY = 0x9C22;
    /** Internal error, also the fault-attack guard. */
    public static final int INTERNAL = 0x9CFF;

    private CoolKeyStatus() {
    }

    /** What a status word of the applet means, in a few plain words. */
    public static String meaning(StatusWord sw) {
        return switch (sw.value()) {
            case NO_MEMORY -> WORDS.say("not enough memory on the card");
            case AUTH_FAILED -> WORDS.say("wrong password");
            case NOT_ALLOWED -> WORDS.say("operation not allowed");
            case UNSUPPORTED_FEATURE -> WORDS.say("feature not supported by the applet");
            case UNAUTHORIZED -> WORDS.say("not authorised");
            case OBJECT_NOT_FOUND -> WORDS.say("object not found");
            case OBJECT_EXISTS -> WORDS.say("object exists already");
            case INCORRECT_ALGORITHM -> WORDS.say("wrong algorithm");
            case SIGNATURE_INVALID -> WORDS.say("signature invalid");
            case IDENTITY_BLOCKED -> WORDS.say("password blocked");
            case UNSPECIFIED -> WORDS.say("unspecified error");
            case INVALID_PARAMETER -> WORDS.say("invalid parameter");
            case INCORRECT_P1 -> WORDS.say("wrong P1");
            case INCORRECT_P2 -> WORDS.say("wrong P2");
            case SEQUENCE_END -> WORDS.say("end of the list");
            case UNSUPPORTED_DIRECTION -> WORDS.say("cipher direction not supported");
            case INVALID_DIRECTION -> WORDS.say("invalid cipher direction");
            case UNSUPPORTED_LOCATION -> WORDS.say("data location not supported");
            case INVALID_LOCATION -> WORDS.say("invalid data location");
            case UNSUPPORTED_KEY_TYPE -> WORDS.say("key type not supported");
            case INVALID_KEY_TYPE -> WORDS.say("invalid key type");
            case INCORRECT_CHUNK_SIZE -> WORDS.say("data does not fit the key's length");
            case INVALID_KEY_SIZE -> WORDS.say("key size not supported");
            case UNSUPPORTED_MODE -> WORDS.say("cipher mode not supported");
            case INVALID_MODE -> WORDS.say("invalid cipher mode");
            case OUT_BUFFER_TOO_SMALL -> WORDS.say("output buffer too small");
            case INCONSISTENT_PAIRING -> WORDS.say("the keys are no pair");
            case IN_BUFFER_TOO_SMALL -> WORDS.say("input buffer too small");
            case BAD_WRAPPED_KEY -> WORDS.say("the wrapped key cannot be unwrapped");
            case BAD_ALGORITHM_ID -> WORDS.say("unknown wrapping algorithm");
            case BAD_WRAPPED_PRIVATE_KEY -> WORDS.say("the unwrapped private key makes no sense");
            case INTERNAL -> WORDS.say("internal error of the applet");
            default -> sw.meaning();
        };
    }

    /**
     * The response if its status word is {@code 9000}.
     *
     * @throws CardException with the meaning in this applet's words, the step and, for a wrong or blocked PIN, a code and advice
     */
    public static ResponseApdu check(ResponseApdu response, String step) throws CardException {
        StatusWord sw = response.sw();
        switch (sw.value()) {
            case 0x9000 -> {
                return response;
            }
            case AUTH_FAILED -> throw new CardException(
                    Problem.of(Fault.CARD, step, WORDS.say("The token did not accept the password ({0}).", sw)).code("wrong-pin").sw(sw)
                            .advice(WORDS.say("Type it again with care; after too many wrong tries the token blocks the password.")), null);
            case IDENTITY_BLOCKED -> throw new CardException(
                    Problem.of(Fault.CARD, step, WORDS.say("The token's password is blocked ({0}).", sw)).code("pin-blocked").sw(sw)
                            .advice(WORDS.say("Reset the token's password through its token management system.")), null);
            default -> throw CardException.status(step, sw, meaning(sw));
        }
    }
}
