// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * Commands for cards that speak T=0, as ISO/IEC 7816-3 §12.2 maps them: a header of five bytes always, data or Le but never both, and no
 * extended lengths. What the card then has to say waits for GET RESPONSE, which is {@link org.esc.card.TransportRules}' affair.
 */
final class CharacterProtocol {

    private static final Words WORDS = Words.of(CharacterProtocol.class);

    private static final int MOST = 255;

    private CharacterProtocol() {
    }

    /**
     * What goes to the card for a command.
     *
     * @throws CardException if it carries more data than T=0 can, or extended lengths that are part of what was signed (code
     *                       {@code too-long-for-t0})
     */
    static byte[] tpdu(byte[] apdu) throws CardException {
        CommandApdu c;
        try {
            c = CommandApdu.parse(apdu);
        } catch (IllegalArgumentException _) {
            // not ours to understand: somebody tries what the card says to it
            return apdu;
        }
        if (c.nc() > MOST) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("talk to the card"),
                    WORDS.say("The command carries {0} bytes, and the card speaks T=0, which takes at most 255 at once.",
                            c.nc())).code("too-long-for-t0")
                    .advice(WORDS.say("Send it in smaller blocks (command chaining), or use a reader that speaks T=1 or contactless with it.")), null);
        }
        if (c.isExtended() && c.isWrapped()) {
            // the card would verify the MAC over a short length, and end the secure channel
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("talk to the card"),
                    WORDS.say("The command has extended lengths, signed as such, and the card speaks T=0, which has none.")).code("too-long-for-t0")
                    .advice(WORDS.say("Send it with short lengths, or use a reader that speaks T=1 or contactless with the card.")), null);
        }
        byte[] t = Arrays.copyOf(apdu, 5 + c.nc());
        byte[] data = c.data();
        t[4] = (byte) c.nc();
        System.arraycopy(data, 0, t, 5, data.length);
        Arrays.fill(data, (byte) 0);
        if (c.nc() == 0) {
            // 00 asks for 256, and is what a larger Le becomes
            t[4] = (byte) Math.min(c.ne().orElse(0), 256);
        }
        return t;
    }
}
