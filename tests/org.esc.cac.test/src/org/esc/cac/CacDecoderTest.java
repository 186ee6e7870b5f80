// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.esc.apdu.Hex;
import org.esc.driver.testing.DecoderCheck;
import org.esc.trace.Decoded;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges, and that nothing makes it stumble. */
class CacDecoderTest {

    private static final Standing SELECTED = Standing.UNKNOWN.select(Cac.CAPABILITIES);

    /** Explains exchanges in order: command and response in turn. @return what was said of the last one */
    private static Decoded decode(String... exchanges) {
        var interpreter = new Interpreter(List.of(new CacDecoder()));
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
        assertTrue(DecoderCheck.hostile(new CacDecoder(), SELECTED, 20261126) > 100);
    }

    @Test
    void hiddenBytesAreNotTold() {
        DecoderCheck.hidden(new CacDecoder(), SELECTED, 7);
    }

    private static final String SELECT = "00A4040007A000000116DB0000";

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
