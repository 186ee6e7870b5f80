// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/** Small help with TLVs. */
final class PivTlv {

    private static final Words WORDS = Words.of(PivTlv.class);

    private PivTlv() {
    }

    /** The value of the first of the data objects with this tag; what is inside of others does not count. */
    static Optional<byte[]> value(List<Tlv> all, int tag) {
        return all.stream().filter(t -> t.tag() == tag).findFirst().map(Tlv::value);
    }

    static CardException broken(String step, Exception cause) {
        return new CardException(Problem.of(Fault.CARD, step, WORDS.say("The card's answer makes no sense when asked to {0}: {1}.", step,
                cause.getMessage())).code("bad-answer"), cause);
    }
}
