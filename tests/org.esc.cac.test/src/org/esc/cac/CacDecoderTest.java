// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import static org.esc.trace.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.esc.trace.Standing;
import org.esc.trace.testing.DecoderContract;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges. */
class CacDecoderTest extends DecoderContract {

    private static final String SELECT = "00A4040007A000000116DB0000";

    CacDecoderTest() {
        super(new CacDecoder(), Standing.UNKNOWN.select(Cac.CAPABILITIES), 100);
    }

    @Test
    void buffers() {
        var d = decode(SELECT, "9000", "8052000002" + "0102", "1A009000");
        assertEquals("READ BUFFER", d.brief().name());
        says(d, "buffer: tags and lengths @5+1", "bytes to read: 2 @6+1", "length of the buffer: 26 bytes @0+2");
        d = decode(SELECT, "9000", "8052000202" + "01F0", "F015F101F3FF0A00" + "9000");
        says(d, "F0 Card identifier: 21 bytes @0+2", "F1 Container version: 1 bytes @2+2", "F3 Container (CardURL): 10 bytes @4+4");
    }

    @Test
    void properties() {
        var d = decode("00A4040007A000000079010000", "9000", "80560100" + "00", "01051020304005" + "400101" + "50084102010042020405" + "9000");
        says(d, "01 applet information: 1020304005 @0+7", "40 number of objects: 01 @7+3", "41 object identifier: 0100 @12+4");
        d = decode("00A4040007A000000079010000", "9000", "8042000003000102", "AABB9000");
        assertEquals("PRIVATE SIGN/DECRYPT", d.brief().name());
        says(d, "P1: last part @2+1", "result @0+2");
    }
}
