// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({
            "00A40400,                     0,   0, false",
            "80CA9F7F2D,                   0,  45, false",
            "80CA9F7F00,                   0, 256, false",
            "00A4040007627601FF000000,     7,   0, false",
            "00A4040007627601FF00000000,   7, 256, false",
            "84F0000000,                   0, 256, false",
            "840C000000000000,             0,   0, true",
            "00CB3FFF0000055C035FC1050000, 5, 65536, true" })
    void readsEveryCaseAndGivesItsBytesBack(String hex, int nc, int ne, boolean extendedOrBad) {
        if (hex.equals("840C000000000000")) {
            assertThrows(IllegalArgumentException.class, () -> CommandApdu.parse(hex));
            return;
        }
        CommandApdu c = CommandApdu.parse(hex);
        assertEquals(nc, c.nc());
        assertEquals(ne, c.ne().orElse(0));
        assertEquals(extendedOrBad, c.isExtended());
        assertEquals(hex, Hex.of(c.bytes()));
    }

    @Test
    void buildsWhatItReads() {
        var random = new Random(7);
        for (int nc : new int[] {0, 1, 7, 255, 256, 1000, 65535}) {
            byte[] data = new byte[nc];
            random.nextBytes(data);
            for (int ne : new int[] {0, 1, 255, 256, 257, 65536}) {
                CommandApdu built = ne == 0 ? CommandApdu.of(0x80, 0x10, 1, 2, data) : CommandApdu.of(0x80, 0x10, 1, 2, data, ne);
                CommandApdu read = CommandApdu.parse(built.bytes());
                assertEquals(built, read);
                assertArrayEquals(data, read.data());
                // extended case 4 with a short Ne reads back as what was asked for
                assertEquals(ne, read.ne().orElse(0), nc + "/" + ne);
            }
        }
    }

    @Test
    void lengthsAreExtendedWhereTheyShallBe() {
        byte[] from = Hex.parse("00112233");
        assertEquals("80E20102000002112200FF",
                Hex.of(CommandApdu.of(0x80, 0xE2, 1, 2, from, 1, 2, OptionalInt.of(255), true).bytes()));
        assertEquals("80CA0102000100", Hex.of(CommandApdu.of(0x80, 0xCA, 1, 2, from, 0, 0, OptionalInt.of(256), true).bytes()));
        assertEquals("80E201020000021122", Hex.of(CommandApdu.of(0x80, 0xE2, 1, 2, from, 1, 2, OptionalInt.empty(), true).bytes()));
        assertEquals("80CA0102", Hex.of(CommandApdu.of(0x80, 0xCA, 1, 2, from, 0, 0, OptionalInt.empty(), true).bytes()));
        assertEquals("80E2010202112205", Hex.of(CommandApdu.of(0x80, 0xE2, 1, 2, from, 1, 2, OptionalInt.of(5), false).bytes()));
        // another Le leaves the form as it is
        assertEquals("80E201020000021122000A", Hex.of(CommandApdu.parse("80E20102000002112200FF").withNe(10).bytes()));
        assertEquals("80E201020211220A", Hex.of(CommandApdu.parse("80E20102021122FF").withNe(10).bytes()));
    }

    @ParameterizedTest
    @CsvSource({"00, false", "80, false", "83, false", "90, false", "04, true", "0C, true", "84, true", "08, true", "40, false", "C5, false",
        "60, true", "E4, true", "FF, false"})
    void theClassTellsSecureMessaging(String cla, boolean wrapped) {
        assertEquals(wrapped, CommandApdu.parse(cla + "CA0000").isWrapped());
    }

    @Test
    void refusesLengthsThatDoNotFit() {
        for (String bad : List.of("", "00A404", "00A404000AFFFF", "00A4040001FFFFFF", "00A40400000010FF")) {
            assertThrows(IllegalArgumentException.class, () -> CommandApdu.parse(bad), bad);
        }
    }

    @Test
    void neverShowsDataInText() {
        CommandApdu verify = CommandApdu.of(0x00, 0x20, 0, 0x80, "123456".getBytes());
        assertFalse(verify.toString().contains("31"));
        assertEquals("00200080 [6 bytes]", verify.toString());
        try (Secret s = Secret.of("hunter2")) {
            assertFalse(s.toString().contains("hunter2"));
        }
    }

    @Test
    void anErasedSecretCannotBeRead() {
        Secret s = Secret.of("1234".toCharArray());
        assertTrue(s.matches("1234".getBytes()));
        assertArrayEquals("1234".toCharArray(), s.chars());
        s.close();
        assertThrows(IllegalStateException.class, s::bytes);
    }

    @Test
    void statusWordsSpeak() {
        assertEquals(3, new StatusWord(0x63C3).triesLeft());
        assertEquals("wrong, 3 tries left", new StatusWord(0x63C3).meaning());
        assertTrue(new StatusWord(0x6110).isSuccess());
        CardException e = assertThrows(CardException.class, () -> ResponseApdu.of(0x6A82).orThrow("select the applet"));
        assertEquals("select the applet", e.problem().step());
        assertEquals(new StatusWord(0x6A82), e.problem().sw().orElseThrow());
        assertEquals(3, e.fault().exit());
    }

    @Test
    void cplcGivesTheCuidThatATpsComposes() {
        Cuid cuid = Cuid.of("40906145C76224192D2B");
        Cplc made = Cplc.of(cuid, Hex.parse("01020304"));
        byte[] answer = made.encoded();
        // offsets counted from the first response byte, as the TPS does
        assertEquals("40906145", Hex.of(java.util.Arrays.copyOfRange(answer, 3, 7)));
        assertEquals("C762", Hex.of(java.util.Arrays.copyOfRange(answer, 19, 21)));
        assertEquals("24192D2B", Hex.of(java.util.Arrays.copyOfRange(answer, 15, 19)));
        assertEquals("01020304", Hex.of(java.util.Arrays.copyOfRange(answer, 41, 45)));
        assertEquals(cuid, Cplc.parse(answer).cuid());
        assertEquals("4090-6145-c762-2419-2d2b", cuid.display());
        assertThrows(IllegalArgumentException.class, () -> Cplc.parse(new byte[10]));
    }

    @Test
    void readsNestedTlvs() {
        byte[] cardData = Hex.parse("6631732F06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040215");
        List<Tlv> all = Tlv.parseAll(cardData);
        assertEquals(0x66, all.getFirst().tag());
        assertEquals("2A864886FC6B040215", Hex.of(Tlv.find(Tlv.find(all, 0x64).orElseThrow().children(), 0x06).orElseThrow().value()));
        assertArrayEquals(cardData, all.getFirst().encoded());
        assertEquals("9F7F820100", Hex.of(Tlv.of(0x9F7F, new byte[256]).encoded()).substring(0, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"66", "6605", "6684FFFFFFFF", "9F", "9FFFFFFF00", "6680", "668200"})
    void refusesBrokenTlvs(String hex) {
        assertThrows(IllegalArgumentException.class, () -> Tlv.parseAll(Hex.parse(hex)));
    }

    @Test
    void anyBytesAreEitherTlvsOrRefused() {
        var random = new Random(42);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] b = new byte[random.nextInt(40)];
            random.nextBytes(b);
            try {
                Tlv.find(Tlv.parseAll(b), 0x5F50);
            } catch (IllegalArgumentException _) {
                refused++;
            }
        }
        assertTrue(refused > 0 && refused < 20_000, "some refused, some read: " + refused);
    }

    @Test
    void apdusAreBuiltFromAndCopiedIntoBuffers() {
        byte[] buffer = Hex.parse("FFFF010203FFFF");
        for (int ne : new int[] {0, 1, 256, 65536}) {
            OptionalInt le = ne == 0 ? OptionalInt.empty() : OptionalInt.of(ne);
            CommandApdu c = CommandApdu.of(0x80, 0xE2, 1, 2, buffer, 2, 3, le);
            assertEquals(ne == 0 ? CommandApdu.of(0x80, 0xE2, 1, 2, Hex.parse("010203"))
                    : CommandApdu.of(0x80, 0xE2, 1, 2, Hex.parse("010203"), ne), c);
            byte[] into = new byte[5];
            assertEquals(3, c.dataInto(into, 1));
            assertEquals("0001020300", Hex.of(into));
            assertThrows(IndexOutOfBoundsException.class, () -> c.dataInto(into, 3));
        }
        assertThrows(IllegalArgumentException.class, () -> CommandApdu.of(0, 0, 0, 0, buffer, 0, 1, OptionalInt.of(0)));
        assertThrows(IndexOutOfBoundsException.class, () -> CommandApdu.of(0, 0, 0, 0, buffer, 5, 3, OptionalInt.empty()));
        ResponseApdu r = ResponseApdu.of(buffer, 2, 3, StatusWord.OK);
        assertEquals(ResponseApdu.ok(Hex.parse("010203")), r);
        buffer[2] = 9;
        byte[] into = new byte[4];
        assertEquals(3, r.dataInto(into, 1));
        assertEquals("00010203", Hex.of(into));
        assertThrows(IndexOutOfBoundsException.class, () -> ResponseApdu.of(buffer, 5, 3, StatusWord.OK));
        assertThrows(IndexOutOfBoundsException.class, () -> r.dataInto(into, 2));
    }

    @Test
    void atrGivesItsHistoricalBytes() {
        assertEquals("8025A0000000565753433635300300", Hex.of(Atr.of("3BFF1400FF8131FE458025A00000005657534336353003003B").historicalBytes()));
        assertEquals(0, Atr.of("3B02").historicalBytes().length);
        assertEquals("1450", Hex.of(Atr.of("3B021450").historicalBytes()));
    }
}
