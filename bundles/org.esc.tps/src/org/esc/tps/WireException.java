// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** The other end broke the TPS protocol: a message that cannot be read, is too long, or comes at the wrong moment. */
public class WireException extends EscException {

    private static final Words WORDS = Words.of(WireException.class);

    private static final long serialVersionUID = 1L;

    /** What was wrong, as half a sentence: "its length is missing". Never quotes what was received. */
    public WireException(String what) {
        super(Problem.of(Fault.NETWORK, WORDS.say("talk to the server"), WORDS.say("A message broke the rules of the TPS protocol: {0}.", what))
                .code("protocol")
                .advice(WORDS.say("Check that the address is that of a token processing system; if it is, report this to its operator.")),
                null);
    }
}
