// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.PinFormat;
import org.esc.pkcs15.Pkcs15;
import org.esc.pkcs15.Pkcs15.PinFlag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinBlockTest {

    private static Pkcs15.Pin pin(int type, int stored, int max, int pad, boolean padded) {
        Set<PinFlag> flags = padded ? EnumSet.of(PinFlag.NEEDS_PADDING) : EnumSet.noneOf(PinFlag.class);
        return new Pkcs15.Pin(new Pkcs15.Common("PIN", false, false, new byte[0]), new byte[] {1}, flags, type, 4, stored, max, 1, pad, Optional.empty());
    }

    /** What the card gets is the same, whether the PIN was typed at the computer or at the reader. */
    @ParameterizedTest
    @CsvSource({"0,8,8,255,true,12345,12345FFFFFFFFFFF", "0,8,8,0,true,12345,1234500000000000", "0,8,8,255,false,12345,12345F", "0,4,8,255,true,1234,1234FFFF",
        "1,8,8,0,true,1234,3132333400000000", "1,8,8,255,true,123456,313233343536FFFF", "1,8,8,-1,false,1234,31323334", "2,12,12,32,true,12345,313233343520202020202020",
        "4,8,12,255,true,12345,2512345FFFFFFFFF", "4,8,0,255,false,123456789012,2C123456789012FF"})
    void bothWaysOfEntryGiveTheSame(int type, int stored, int max, int pad, boolean padded, String typed, String sent) throws Exception {
        Pkcs15.Pin pin = pin(type, stored, max, pad, padded);
        try (Secret s = Secret.of(typed)) {
            assertEquals(sent, Hex.of(PinBlock.of(pin, s)));
            assertEquals(sent, Hex.of(PinBlock.format(pin).orElseThrow().block(s)));
        }
    }

    @Test
    void whatNoKeypadCanWriteIsTypedAtTheComputer() throws Exception {
        assertEquals(Optional.empty(), PinBlock.format(pin(3, 8, 8, 255, true)));
        try (Secret s = Secret.of("1234")) {
            assertEquals("F1F2F3F4", Hex.of(PinBlock.of(pin(3, 8, 8, 255, false), s)));
            assertEquals("31323334000000000000000000000000", Hex.of(PinBlock.of(pin(1, 16, 16, 0, true), s)));
        }
        assertEquals(Optional.empty(), PinBlock.format(pin(1, 16, 16, 0, true)));
        assertEquals(Optional.of(new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.NONE, 0, 255, 4, 255)), PinBlock.format(pin(1, 0, 0, -1, false)));
    }
}
