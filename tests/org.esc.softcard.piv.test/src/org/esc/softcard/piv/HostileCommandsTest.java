// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The applet's answers to commands that are wrong, cut short or out of place: a status word, and nothing changed. */
class HostileCommandsTest {

    private static final Aid AID = Aid.of("A00000030800001000");

    private final SoftCard card = SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory());

    @BeforeEach
    void select() {
        assertEquals("61114F0600001000010079074F05A0000003089000", Hex.of(card.process(CommandApdu.select(AID)).bytes()));
    }

    private String send(String hex) {
        return Hex.of(card.process(CommandApdu.parse(hex)).bytes());
    }

    @ParameterizedTest
    @CsvSource({"00CB3FFF055C035FC10200, 6A82", "00CB3FFF055C035FC10900, 6982", "00CB3FFF00, 6A80", "00CB3FFE055C035FC10200, 6A86",
        "00CB3FFF045C035FC100, 6A80", "00CB3FFF035C01FF00, 6A82", "00DB3FFF095C035FC10253023000, 6982", "0020008000, 63C3", "0020008100, 6A88",
        "0020000000, 6A88", "0020009600, 6A88", "00200180, 6A86", "00200080023132, 6A80", "00240080023132, 6A80", "002C0081, 6A86", "0047009A05AC03800111, 6982",
        "00FE119A020600, 6982", "00F700FF00, 6A88", "00F7009A00, 6A88", "00F9009A00, 6A86", "00F99A0000, 6A88", "00FA0303, 6982", "00FB0000, 6985",
        "00FFFFFF, 6982", "00F6829A, 6982", "00870A9B047C02800100, 6A80", "0087039B047C02800000, 6A86", "00870A9B047C02820000, 6A80",
        "00870A9B02010100, 6A80", "0087119A067C0482008100, 6A88", "00A5000000, 6D00", "80CB3FFF00, 6E00"})
    void eachHasItsStatusWord(String command, String sw) {
        assertEquals(sw, send(command));
    }

    @Test
    void aResponseWithoutAChallengeProvesNothing() {
        assertEquals("6A80", send("00870A9B147C12821000000000000000000000000000000000"));
        assertEquals("6982", send("00870A9B267C248010000000000000000000000000000000008110" + "00".repeat(16) + "00"));
        assertEquals("6982", send("0047009A05AC03800111"));
    }

    @Test
    void aChallengeServesOnce() {
        assertTrue(send("00870A9B047C02810000").endsWith("9000"));
        assertEquals("6982", send("00870A9B147C128210" + "11".repeat(16)));
        assertEquals("6A80", send("00870A9B147C128210" + "11".repeat(16)));
    }

    @Test
    void aWrongPinCostsATryAndABlockedOneStaysBlocked() {
        for (String sw : new String[] {"63C2", "63C1", "6983", "6983"}) {
            assertEquals(sw, send("0020008008313131313131FFFF"));
        }
        assertEquals("6983", send("0020008008313233343536FFFF"));
        assertEquals("9000", send("002C008010" + "3132333435363738" + "363534333231FFFF"));
        assertEquals("9000", send("0020008008363534333231FFFF"));
        assertEquals("9000", send("00200080"));
        assertEquals("9000", send("0020FF80"));
        assertEquals("63C3", send("00200080"));
    }

    @Test
    void aSelectOrAResetEndsTheSession() {
        assertEquals("9000", send("0020008008313233343536FFFF"));
        card.process(CommandApdu.select(AID));
        assertEquals("63C3", send("00200080"));
        assertEquals("9000", send("0020008008313233343536FFFF"));
        card.reset();
        card.process(CommandApdu.select(AID));
        assertEquals("63C3", send("00200080"));
    }

    @Test
    void aCommandWithoutLeIsAnsweredAllTheSame() {
        assertEquals("0507019000", send("00FD0000"));
        assertTrue(send("00870A9B047C028000").startsWith("7C128010"));
    }

    @Test
    void noiseGetsAStatusWordAndChangesNothing() {
        int[] ins = {0x20, 0x24, 0x2C, 0x47, 0x87, 0xCB, 0xDB, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFD, 0xFE, 0xFF, 0xC0};
        int[] p2 = {0x00, 0x80, 0x81, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x82, 0xF9, 0xFF};
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] data = new byte[random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(24)];
            random.nextBytes(data);
            if (data.length > 3 && random.nextBoolean()) {
                data[0] = (byte) (random.nextBoolean() ? 0x7C : 0x5C);
                data[1] = (byte) (data.length - 2);
            }
            int p1 = random.nextBoolean() ? 0x3F : random.nextInt(256);
            int chained = random.nextInt(6) == 0 ? 0x10 : 0;
            ResponseApdu r = card.process(CommandApdu.of(chained, ins[random.nextInt(ins.length)], p1,
                    random.nextBoolean() ? 0xFF : p2[random.nextInt(p2.length)], data));
            assertNotEquals(0x6F00, r.sw().value(), "at " + i);
        }
        card.process(CommandApdu.select(AID));
        assertEquals("6982", send("0047009A05AC03800111"));
        assertEquals("6A88", send("00F7009A00"));
    }
}
