// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;

/**
 * How it ended when a PIN was to be entered, at a keypad or at the computer. Status words of an applet's own come as {@link Refused}; its driver
 * makes of them what they mean.
 */
public sealed interface PinOutcome {

    /** The card took it. @param response what it answered, status word included; may hold what is to be kept secret */
    record Accepted(ResponseApdu response) implements PinOutcome {
        @Override
        public String message() {
            return Unable.message(this);
        }
    }

    /** It was not the right one. @param triesLeft how often it may be tried again, if the card says so */
    record Wrong(OptionalInt triesLeft, StatusWord sw) implements PinOutcome {
        @Override
        public String message() {
            return Unable.message(this);
        }
    }

    /** It is blocked, or has just become so. */
    record Blocked(StatusWord sw) implements PinOutcome {
        @Override
        public String message() {
            return Unable.message(this);
        }
    }

    /** The card, or the reader, would not have it for another reason. */
    record Refused(StatusWord sw) implements PinOutcome {
        @Override
        public String message() {
            return Unable.message(this);
        }
    }

    /** Nobody entered a PIN at the keypad; the card was not asked. */
    record NotEntered(Reason reason) implements PinOutcome {
        @Override
        public String message() {
            return Unable.message(this);
        }
    }

    /** Why no PIN was entered (PC/SC part 10 §2.6.1). */
    enum Reason {
        /** {@code 6400}: time ran out. */
        TIMEOUT,
        /** {@code 6401}: somebody pressed cancel. */
        CANCELLED,
        /** {@code 6402}: a new PIN and its repetition differ. */
        DIFFERENT,
        /** {@code 6403}: fewer or more digits than asked for. */
        LENGTH,
        /** {@code 6B80}: the reader does not take such a request. */
        UNABLE
    }

    /** What to tell the person. */
    String message();

    /** True if the card took the PIN. */
    default boolean accepted() {
        return this instanceof Accepted;
    }

    /** What a keypad gave back, which is either its own word or the card's. */
    static PinOutcome atReader(ResponseApdu r) {
        return switch (r.sw().value()) {
            case 0x6400 -> new NotEntered(Reason.TIMEOUT);
            case 0x6401 -> new NotEntered(Reason.CANCELLED);
            case 0x6402 -> new NotEntered(Reason.DIFFERENT);
            case 0x6403 -> new NotEntered(Reason.LENGTH);
            case 0x6B80 -> new NotEntered(Reason.UNABLE);
            default -> atCard(r);
        };
    }

    /** What a card answered to a PIN typed at the computer (ISO/IEC 7816-4 §11.5.6). */
    static PinOutcome atCard(ResponseApdu r) {
        StatusWord sw = r.sw();
        if (sw.isSuccess()) {
            return new Accepted(r);
        }
        if (sw.value() == 0x6983 || sw.triesLeft() == 0) {
            return new Blocked(sw);
        }
        if (sw.triesLeft() > 0 || sw.value() == 0x6300) {
            return new Wrong(sw.triesLeft() > 0 ? OptionalInt.of(sw.triesLeft()) : OptionalInt.empty(), sw);
        }
        return new Refused(sw);
    }

    /**
     * The card's answer, if it took the PIN.
     *
     * @throws EscException if not: CARD with codes {@code wrong-pin}, {@code pin-blocked}, {@code pin-refused}, {@code pin-timeout},
     *     {@code pin-different}, {@code pin-length}, {@code pin-pad-unable}, or CANCELLED
     */
    default ResponseApdu orThrow(String step) throws EscException {
        Problem p = Problem.of(Fault.CARD, step, message());
        switch (this) {
            case Accepted(var response) -> {
                return response;
            }
            case Wrong(_, var sw) -> p = p.code("wrong-pin").sw(sw);
            case Blocked(var sw) -> p = p.code("pin-blocked").sw(sw);
            case Refused(var sw) -> p = p.code("pin-refused").sw(sw);
            case NotEntered(var reason) -> p = switch (reason) {
                case TIMEOUT -> p.code("pin-timeout");
                case CANCELLED -> Problem.of(Fault.CANCELLED, step, message());
                case DIFFERENT -> p.code("pin-different");
                case LENGTH -> p.code("pin-length");
                case UNABLE -> p.code("pin-pad-unable");
            };
        }
        throw p.fault() == Fault.CARD ? new CardException(p, null) : p.exception();
    }
}
