// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AtrFieldsTest {

    private static String value(AtrFields a, String name) {
        return a.fields().stream().filter(f -> f.name().equals(name)).map(AtrFields.Field::value).collect(Collectors.joining(" / "));
    }

    /** Every byte has its place: no gap, no overlap. */
    private static void assertWhole(Atr atr, AtrFields a) {
        int at = 0;
        for (AtrFields.Field f : a.fields()) {
            assertEquals(at, f.offset(), () -> atr + " " + f);
            assertTrue(f.length() > 0, f::toString);
            at += f.length();
        }
        assertEquals(atr.bytes().length, at, atr::toString);
    }

    /** Answers of real cards, as the lists of pcsc-tools and others have them, and one thing that each must show. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3BFF1300FF10000031C173C8211064414D3331079000 | TA1 | 13: Fi 372, Di 4: 93 clock cycles per bit, at most 5 MHz
            3BFF1300FF10000031C173C8211064414D3331079000 | TA2 | 00: specific mode, T=0, speed as TA1 says, may change to negotiable mode
            3BFF1300FF10000031C173C8211064414D3331079000 | Status | 079000: operational, activated, status word 9000
            3BDA18FF81B1FE751F030031C573C001400090000C | TA3 | FE: information field size of the card (IFSC) 254
            3BDA18FF81B1FE751F030031C573C001400090000C | TB3 | 75: block waiting time BWI 7, character waiting time CWI 5
            3BDA18FF81B1FE751F030031C573C001400090000C | TA4 | 03: clock stop not supported, classes A (5 V), B (3 V)
            3BDA18FF81B1FE751F030031C573C001400090000C | Card capabilities | 73C00140: selects by full name, part of the name, write is one-time, data unit of 1 byte, extended length
            3BDA18FF81B1FE751F030031C573C001400090000C | TCK | 0C: correct
            3BDA11FF81B1FE551F0300318473800180009000E4 | Card service data | 3184: selects applications by full name, EF.DIR and EF.ATR read by GET DATA, has a master file
            3BDA11FF81B1FE551F0300318473800180009000E4 | Card capabilities | 73800180: selects by full name, write is one-time, data unit of 1 byte, command chaining
            3B8F8001804F0CA000000306030001000000006A | Card name | 0001: Mifare Classic 1K
            3B8F8001804F0CA000000306030001000000006A | Standard | 03: ISO 14443 A, part 3
            3B8F8001804F0CA0000003060B00130000000070 | Card name | 0013: LRI512
            3B8F8001804F0CA00000030611003B0000000042 | Card name | 003B: FeliCa
            3B8F8001804F0CA0000003060A001C000000007E | Standard | 0A: ISO 15693, part 2
            3B8F8001804F0CA0000003064000000000000028 | Standard | 40: contactless below 135 kHz
            3B8F8001804F0CA00000030603FF4000000000D4 | Card name | FF40: no name known
            3B8C8001597562696B65794E454F723358 | Historical bytes | 597562696B65794E454F7233: of the maker's own format, "YubikeyNEOr3"
            3B8D80018073C021C057597562694B6579F9 | Card capabilities | 73C021C0: selects by full name, part of the name, write is of the maker's own kind, data unit of 1 byte, command chaining, extended length
            3B8D80018073C021C057597562694B6579F9 | Card issuer's data | 57597562694B6579: "YubiKey"
            3B1696417374726964 | TA1 | 96: Fi 512, Di 32: 16 clock cycles per bit, at most 5 MHz
            3B0417D43000 | T0 | 04: 4 historical bytes
            3B80800101 | TCK | 01: correct
            3F7D11250241B00369FF4A50F08000565403 | TS | 3F: inverse convention
            3B6800000073C84013009000 | T0 | 68: interface bytes TB1, TC1; 8 historical bytes
            3B6800000073C84013009000 | Status | 009000: no life cycle told, status word 9000
            3B1B960543433252530512109000 | TA1 | 96: Fi 512, Di 32: 16 clock cycles per bit, at most 5 MHz
            """)
    void realCards(String hex, String name, String expected) {
        Atr atr = Atr.of(hex);
        AtrFields a = AtrFields.of(atr);
        assertWhole(atr, a);
        assertEquals(List.of(), a.problems());
        assertEquals(expected, value(a, name));
    }

    /** Damaged ones, some of them seen on real cards, and the complaint. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3B8B0180594553432D54455354310D | The check byte TCK is 0D and should be 0C.
            3B8B0180594553432D5445535431 | The check byte TCK is missing.
            3B8B018059455343 | The answer to reset ends within its historical bytes: 11 are announced, 5 are there.
            3BFF13 | The answer to reset ends before its interface byte TB1.
            3BF01300FF | The answer to reset ends before its interface byte TD1.
            3B042233445566 | There is a check byte although only T=0 is offered.
            3B001122 | 2 bytes follow behind the end.
            3B10F1 | TA1 is F1, whose Fi is reserved.
            3B101A | TA1 is 1A, whose Di is reserved.
            2B00 | The answer to reset begins with 2B, not with 3B or 3F.
            3B800F8F | TD1 says T=15, which is no protocol.
            3B8181000101 | The protocols are not in ascending order.
            3B03805441 | The data object 54 of the historical bytes says 4 bytes; 1 follows.
            3B02009000 | The historical bytes end before their status.
            3B808111FF6F | TA3 is FF, which is reserved.
            """)
    void brokenOnes(String hex, String complaint) {
        Atr atr = Atr.of(hex);
        AtrFields a = AtrFields.of(atr);
        assertWhole(atr, a);
        assertTrue(a.problems().contains(complaint), a.problems()::toString);
    }

    @Test
    void theOneThatIsNotKnownHasNoFields() {
        assertEquals(new AtrFields(List.of(), List.of()), AtrFields.of(Atr.UNKNOWN));
    }

    @Test
    void aReferenceToTheDirectory() {
        assertEquals("01: record 1", value(AtrFields.of(Atr.of("3B021001")), "DIR data reference"));
    }

    @Test
    void anyBytesAreTakenApartWhole() {
        var random = new Random(4);
        for (int n = 0; n < 20_000; n++) {
            byte[] b = new byte[2 + random.nextInt(32)];
            random.nextBytes(b);
            if (random.nextBoolean()) {
                b[0] = 0x3B;
            }
            Atr atr = Atr.of(b);
            assertWhole(atr, AtrFields.of(atr));
        }
    }
}
