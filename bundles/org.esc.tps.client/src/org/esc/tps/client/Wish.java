// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import org.esc.apdu.Words;
import org.esc.command.Arg;

/** What an enrolment is for, beyond keys and certificates: arguments of {@code enroll}. At most one of them. */
public record Wish(
        @Arg(names = "--renew", help = "Only renew the certificates; stop before a key on the token would be replaced.") boolean renew,
        @Arg(names = "--temporary", help = "Ask for a temporary token, until a mislaid one is found.") boolean temporary,
        @Arg(names = "--recover", help = "The token replaces a lost or damaged one: its archived keys are wanted.") boolean recover) {

    private static final Words WORDS = Words.of(Wish.class);

    /** An ordinary enrolment. */
    public static final Wish NONE = new Wish(false, false, false);

    /** @throws IllegalArgumentException if more than one is wished */
    public Wish {
        if ((renew ? 1 : 0) + (temporary ? 1 : 0) + (recover ? 1 : 0) > 1) {
            throw new IllegalArgumentException(WORDS.say("Give only one of --renew, --temporary and --recover."));
        }
    }

    /** The kind of token to ask for, when this one would be asked for otherwise. */
    String tokenType(String usual) {
        return temporary && !usual.endsWith("Temporary") ? usual + "Temporary" : usual;
    }
}
