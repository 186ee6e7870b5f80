// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import static org.esc.driver.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.trace.Standing;
import org.esc.driver.testing.DecoderContract;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges. */
class CoolKeyDecoderTest extends DecoderContract {

    private static final Standing SELECTED = Standing.UNKNOWN.select(Ins.APPLET);
    private static final String SELECT = "00A4040007627601FF000000";

    CoolKeyDecoderTest() {
        super(new CoolKeyDecoder(), SELECTED, 100);
    }

    @Test
    void publicCommands() {
        var d = decode(SELECT, "9000", "B03C000010", "01010104000013880000100001030000" + "9000");
        assertEquals("GET STATUS", d.brief().name());
        says(d, "applet version: 1.4 @2+2", "total memory: 5000 bytes @4+4", "free memory: 4096 bytes @8+4", "number of PINs: 1 @12+1", "logged in: nobody @14+2");
        d = decode(SELECT, "9000", "B05800000E", "7A30000000000400FFFF400040009000");
        says(d, "object: all objects (z0) @0+4", "size: 1024 @4+4", "read: anyone @8+2", "write: secure channel @10+2");
        d = decode(SELECT, "9000", "B0560000116330000000000000100011223344556677", "AABB9000");
        assertEquals("object c0, 16 bytes at 0", d.brief().summary());
        says(d, "object: object c0 @5+4", "nonce @14+8");
        d = decode(SELECT, "9000", "B0420000083132333435363738", "00112233445566779000");
        assertEquals("PIN 0", d.brief().summary());
        says(d, "PIN @5+8", "nonce @0+8");
        assertEquals("wrong password", decode(SELECT, "9000", "B0420000083132333435363738", "9C02").brief().status());
        says(decode(SELECT, "9000", "B036020409000301000400112233", "9C19"), "direction: encrypt @6+1", "data location: here @7+1", "length: 4 @8+2", "data @10+4");
        says(decode(SELECT, "9000", "B0F2000001", "0F9000"), "life cycle: personalized @0+1");
    }

    @Test
    void aCommandThatHasTheNumberOfManageChannelOpensNone() {
        var d = decode(SELECT, "9000", "B070000004", "03805AE89000", "B05800000E", "9C12");
        assertEquals("LIST OBJECTS", d.brief().name());
        assertEquals("end of the list", d.brief().status());
    }

    @Test
    void wrappedCommandsAsFarAsTheyCanBeRead() {
        String init = "80500000080011223344556677";
        String answer = "00004181116665F5B8300101A67BE0F6BB2920AAD421FF3948F1304B9000";
        var d = decode(SELECT, "9000", init, answer, "848201001010674A7E0BAE4B338A9E421D068947FE", "9000",
                "845A0000167A30000000000400FFFF400040001122334455667788", "9000");
        assertEquals("CREATE OBJECT", d.brief().name());
        says(d, "object: all objects (z0) @5+4", "size: 1024 @9+4", "delete or use: secure channel @17+2", "C-MAC @19+8");
    }

    @Test
    void enrolment() {
        var f = new CoolKeyDecoder().commandData(SELECTED.with(new Standing.Security(1, 1)),
                CommandApdu.parse("840C0001178004000001100011223344556677889900AABBCCDDEEFF00"),
                Hex.parse("80040000011000112233445566778899AABBCCDDEEFF00"));
        assertEquals(List.of("wrapping algorithm", "key size", "option", "type", "wrapped challenge", "key check value"), f.stream().map(x -> x.name()).toList());
        assertEquals("1024", f.get(1).value());
    }
}
