// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

/** What the decoder of an application must do whatever it is given; whoever extends it shows what it says of real exchanges. */
public abstract class DecoderContract {

    private final Decoder decoder;
    private final Standing selected;
    private final int leastFields;

    /**
     * For a decoder.
     *
     * @param selected    what is selected: one for which it has something to say
     * @param leastFields so many fields it finds at least in bytes that come by chance
     */
    protected DecoderContract(Decoder decoder, Standing selected, int leastFields) {
        this.decoder = decoder;
        this.selected = selected;
        this.leastFields = leastFields;
    }

    /** See {@link DecoderCheck#decode}. */
    protected final Decoded decode(String... exchanges) {
        return DecoderCheck.decode(List.of(decoder), exchanges);
    }

    @Test
    void nothingMakesItStumble() {
        assertTrue(DecoderCheck.hostile(decoder, selected, 20261126) >= leastFields);
    }

    @Test
    void hiddenBytesAreNotTold() {
        DecoderCheck.hidden(decoder, selected, 7);
    }
}
