// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.driver.testing.DecoderCheck;
import org.esc.trace.Decoded;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges, and that nothing makes it stumble. */
class Pkcs15DecoderTest {

    private static final Standing SELECTED = Standing.UNKNOWN.select(Pkcs15.APPLICATION).at("3F00/5015/5031");

    /** Explains exchanges in order: command and response in turn. @return what was said of the last one */
    private static Decoded decode(String... exchanges) {
        var interpreter = new Interpreter(List.of(new Pkcs15Decoder()));
        Decoded last = null;
        for (int i = 0; i < exchanges.length; i += 2) {
            last = interpreter.decode(DecoderCheck.entry(Masked.open(Hex.parse(exchanges[i])), Masked.open(Hex.parse(exchanges[i + 1]))));
            last.parts().forEach(p -> DecoderCheck.inside(p.kind().name(), p.fields(), 0, p.bytes().length()));
        }
        return last;
    }

    private static void says(Decoded d, String... lines) {
        List<String> all = DecoderCheck.lines(d);
        for (String line : lines) {
            assertTrue(all.stream().anyMatch(l -> l.strip().equals(line)), "\"" + line + "\" is not among\n" + String.join("\n", all));
        }
    }

    @Test
    void nothingMakesItStumble() {
        DecoderCheck.hostile(new Pkcs15Decoder(), SELECTED, 20261126);
        var read = CommandApdu.parse("00B0000000");
        byte[] real = Hex.parse("A00A300804063F0050154401A40A300804063F0050154402");
        for (int n = 1; n <= real.length; n++) {
            assertTrue(DecoderCheck.inside("answer", new Pkcs15Decoder().responseData(SELECTED, read, Arrays.copyOf(real, n)), 0, n) > 0 || n < 3);
        }
    }

    @Test
    void hiddenBytesAreNotTold() {
        DecoderCheck.hidden(new Pkcs15Decoder(), SELECTED, 7);
    }

    private static final String SELECT = "00A404000CA000000063504B43532D3135";

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
