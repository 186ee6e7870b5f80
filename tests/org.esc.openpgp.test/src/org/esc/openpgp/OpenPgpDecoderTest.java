// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import static org.esc.trace.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.esc.trace.Standing;
import org.esc.trace.testing.DecoderContract;
import org.junit.jupiter.api.Test;

/** What the decoder says of real exchanges. */
class OpenPgpDecoderTest extends DecoderContract {

    private static final String SELECT = "00A4040006D2760001240100";

    OpenPgpDecoderTest() {
        super(new OpenPgpDecoder(), Standing.UNKNOWN.select(CardAid.PREFIX), 100);
    }

    @Test
    void dataObjects() {
        String aid = "4F10D2760001240103040006000012AB0000";
        var d = decode(SELECT, "9000", "00CA006E00", "6E1D" + aid + "7309C407007F7F7F030003" + "9000");
        says(d, "4F application identifier: version 3.4, Yubico (0006), serial number 000012AB @2+18", "73 discretionary data objects @20+11",
                "PW1 for signatures: good for one @24+1", "tries left of PW1: 3 @28+1", "tries left of the resetting code: 0 @29+1");
        d = decode(SELECT, "9000", "00CA005E00", "616C6963659000");
        says(d, "5E login data: \"alice\" @0+5");
        d = decode(SELECT, "9000", "00CA00C100", "0108000020009000");
        says(d, "C1 algorithm attributes, signature key: RSA 2048 @0+6");
        d = decode(SELECT, "9000", "00DA005B05" + "416C696365", "9000");
        says(d, "5B name: \"Alice\" @5+5");
    }

    @Test
    void keysAndPasswords() {
        assertEquals("PW3", decode(SELECT, "9000", "00200083083132333435363738", "9000").brief().summary());
        var d = decode(SELECT, "9000", "00478100" + "02B600" + "00", "7F490482020101" + "9000");
        assertEquals("READ PUBLIC KEY", d.brief().name());
        assertEquals("signature key", d.brief().summary());
        says(d, "B6 signature key @5+2", "82 public exponent: 257 @3+4");
        says(decode(SELECT, "9000", "002A808604" + "00AABBCC" + "00", "019000"), "padding indicator: RSA @5+1", "cryptogram @6+3", "plain value @0+1");
    }
}
