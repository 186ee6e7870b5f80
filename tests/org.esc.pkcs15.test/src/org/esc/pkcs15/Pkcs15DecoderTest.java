// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import static org.esc.trace.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.trace.Standing;
import org.esc.trace.testing.DecoderCheck;
import org.esc.trace.testing.DecoderContract;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges. */
class Pkcs15DecoderTest extends DecoderContract {

    private static final Standing SELECTED = Standing.UNKNOWN.select(Pkcs15.APPLICATION).at("3F00/5015/5031");
    private static final String SELECT = "00A404000CA000000063504B43532D3135";

    Pkcs15DecoderTest() {
        super(new Pkcs15Decoder(), SELECTED, 0);
    }

    @Test
    void aDirectoryCutAnywhereIsReadUpToThere() {
        var read = CommandApdu.parse("00B0000000");
        byte[] real = Hex.parse("A00A300804063F0050154401A40A300804063F0050154402");
        for (int n = 1; n <= real.length; n++) {
            assertTrue(DecoderCheck.inside("answer", new Pkcs15Decoder().responseData(SELECTED, read, Arrays.copyOf(real, n)), 0, n) > 0 || n < 3);
        }
    }

    @Test
    void directories() {
        var d = decode(SELECT, "9000", "00A40804045015503100", "6F0782010183025031" + "9000", "00B0000000",
                "A00A30080406" + "3F0050154401" + "A40A30080406" + "3F0050154402" + "9000");
        assertEquals("EF(OD), offset 0", d.brief().summary());
        says(d, "private keys @0+12", "certificates @12+12");
        d = decode(SELECT, "9000", "00A40804045015440200", "9000", "00B0000000", "3013" + "3008" + "0C064D7920636572" + "3003" + "040145" + "A1023000" + "9000");
        says(d, "entry 1: \"My cer\" @0+21");
        assertEquals("DECIPHER", decode(SELECT, "9000", "002A80860300AABB", "9000").brief().name());
    }
}
