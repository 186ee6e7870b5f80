// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/** A failure at the reader or the card: a status word other than {@code 9000}, a pulled card, a broken answer. */
public class CardException extends EscException {

    private static final Words WORDS = Words.of(CardException.class);

    private static final long serialVersionUID = 1L;

    /** A problem at the card and, or {@code null}, what caused it. */
    public CardException(Problem problem, Throwable cause) {
        super(problem, cause);
    }

    /** A failure without status word. */
    public CardException(String step, String message) {
        this(Problem.of(Fault.CARD, step, message), null);
    }

    /** The card answered {@code sw} where success was needed. */
    public static CardException status(String step, StatusWord sw) {
        return status(step, sw, sw.meaning());
    }

    /** The card answered {@code sw}, which in this applet's words means {@code meaning}. */
    public static CardException status(String step, StatusWord sw, String meaning) {
        return new CardException(
                Problem.of(Fault.CARD, step, WORDS.say("The card refused to {0}: {1} ({2}).", step, meaning, sw)).sw(sw), null);
    }

    /** The card was pulled or the reader went away. */
    public static CardException removed(String step, Throwable cause) {
        return new CardException(Problem.of(Fault.CARD, step, WORDS.say("The card was removed.")).code("card-removed")
                .advice(WORDS.say("Insert the card again and repeat the operation.")), cause);
    }
}
