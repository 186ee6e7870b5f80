// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import org.esc.apdu.CommandApdu;

/**
 * Which bytes of an exchange are secret.
 *
 * @param from   index of the first secret byte of the command's data
 * @param to     index behind the last one; {@link Integer#MAX_VALUE} hides whatever lies behind {@code from}, Le too
 * @param answer true if the answer's data is secret
 */
public record Secrecy(int from, int to, boolean answer) {

    /** Hides nothing. */
    public static final Secrecy OPEN = new Secrecy(0, 0, false);
    /** Hides all command data. */
    public static final Secrecy COMMAND = new Secrecy(0, Integer.MAX_VALUE, false);
    /** Hides all answer data. */
    public static final Secrecy ANSWER = new Secrecy(0, 0, true);
    /** Hides all data both ways. */
    public static final Secrecy BOTH = new Secrecy(0, Integer.MAX_VALUE, true);

    /** What either hides; where their parts of the command lie apart, what is between them, too. */
    public Secrecy and(Secrecy other) {
        if (from >= to) {
            return new Secrecy(other.from, other.to, answer || other.answer);
        }
        return other.from >= other.to ? new Secrecy(from, to, answer || other.answer)
                : new Secrecy(Math.min(from, other.from), Math.max(to, other.to), answer || other.answer);
    }

    /** The command without its secrets. {@code command} is what {@code parsed} was made of. */
    Masked command(Masked command, CommandApdu parsed) {
        int data = parsed.isExtended() ? 7 : 5;
        return from >= to ? command : command.hide(data + from, to == Integer.MAX_VALUE ? command.length() : data + to);
    }
}
