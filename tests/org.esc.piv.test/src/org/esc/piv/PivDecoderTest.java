// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import static org.esc.trace.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.esc.trace.Standing;
import org.esc.trace.testing.DecoderContract;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges. */
class PivDecoderTest extends DecoderContract {

    private static final String SELECT = "00A404000BA000000308000010000100";

    PivDecoderTest() {
        super(new PivDecoder(), Standing.UNKNOWN.select(PivIns.APPLICATION), 100);
    }

    @Test
    void objects() {
        var d = decode(SELECT, "61114F0600001000010079074F05A0000003089000");
        says(d, "61 application property template @0+19", "4F application identifier: 000010000100 @2+8", "79 coexistent tag allocation authority @10+9");
        d = decode(SELECT, "9000", "00CB3FFF055C035FC10200", "533B3019D4E739DA739CED39CE739D836858210842108421C84210C3EB"
                + "3410" + "00112233445566778899AABBCCDDEEFF" + "350832303330303132313E00FE00" + "9000");
        assertEquals("GET DATA", d.brief().name());
        assertEquals("Card Holder Unique Identifier (5fc102)", d.brief().summary());
        says(d, "5C tag list: Card Holder Unique Identifier (5fc102) @5+5", "34 GUID: 00112233-4455-6677-8899-aabbccddeeff @29+18",
                "35 expiration date: 2030-01-21 @47+10", "3E issuer asymmetric signature @57+2");
        d = decode(SELECT, "9000", "00CB3FFF035C017E00", "7E124F0BA0000003080000100001005F2F0240009000");
        says(d, "5F2F PIN usage policy: application PIN @15+5");
        assertEquals("no such object on the card", decode(SELECT, "9000", "00CB3FFF055C035FC10500", "6A82").brief().status());
    }

    @Test
    void keysAndPins() {
        assertEquals("PIN", decode(SELECT, "9000", "0020008008313233343536FFFF", "9000").brief().summary());
        says(decode(SELECT, "9000", "0020FF80", "9000"), "P1: take the verification back @2+1", "P2: PIN @3+1");
        var d = decode(SELECT, "9000", "0047009A05AC0380011100", "7F494386410411223344" + "00".repeat(60) + "9000");
        says(d, "80 algorithm: " + PivAlgorithm.of(0x11).orElseThrow().text() + " @7+3", "86 point: 256 bits @3+67");
        assertTrue(d.brief().summary().contains("9a"), d.brief().summary());
        d = decode(SELECT, "9000", "0087119A067C0482008100" + "00", "7C0482020102" + "9000");
        says(d, "7C dynamic authentication template @5+6", "81 challenge @9+2");
        says(decode(SELECT, "9000", "00FD000000", "0507019000"), "major: 5 @0+1", "minor: 7 @1+1", "patch: 1 @2+1");
    }
}
