// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesAppletTest {

    private static final String IMAGE = """
            ESC card image, format 1
            # a comment
            pin 01 value=1234 tries=3 min=4 max=8 pad=FF unblocked-by=02
            pin 02 value=87654321 tries=5 min=8 max=8
            data 0066 = 73 00
            df 3F00
            ef 3F00/2F00 sfi=1E = "directory"
            df 3F00/7F10 names=A000000001
            ef 3F00/7F10/6F01 sfi=01 update=pin:01 =
             0102030405
             060708
            ef 3F00/7F10/6F02 sfi=02 read=pin:01 = AA
            ef 3F00/7F10/6F04 read=never = BB
            records 3F00/7F10/6F03 sfi=03 update=always = 0101 | 0202 | 0303
            df 3F00/7F10/5F20
            """;

    private static byte[] text(String image) {
        return image.getBytes(StandardCharsets.UTF_8);
    }

    private static SoftCard card(String image) {
        return SoftCard.withApplets(CardSpec.standard(), new FilesAppletFactory().with(text(image)));
    }

    private final SoftCard card = card(IMAGE);

    private String send(String hex) {
        return Hex.of(card.process(CommandApdu.parse(hex)).bytes());
    }

    @Test
    void theFileSystemIsThereAfterAReset() {
        assertEquals("6469726563746F72799000", send("00B09E0000"));
        send("00A404000000");
        assertEquals("6D00", send("00B09E0000"), "the card manager was selected");
        card.reset();
        assertEquals("6469726563746F72799000", send("00B09E0000"));
    }

    @ParameterizedTest
    @CsvSource({"00A40000023F00, 3F00", "00A4000002 7F10, 7F10", "00A4080004 7F106F01, 6F01", "00A4080006 3F007F106F01, 6F01",
        "00A4010002 7F10, 7F10", "00A4020002 2F00, 2F00", "00A40000, 3F00", "00A40400 05 A000000001, 7F10"})
    void waysToSelect(String command, String id) {
        String answer = send(command.replace(" ", "") + "00");
        assertTrue(answer.endsWith("9000") && answer.contains("8302" + id), answer);
    }

    @Test
    void selectionGoesUpAndAside() {
        send("00A40800047F105F2000");
        assertTrue(send("00A4030000").contains("83027F10"), "the parent");
        assertTrue(send("00A4090002" + "5F20" + "00").contains("83025F20"), "from the current folder");
        assertTrue(send("00A4000002" + "6F01" + "00").contains("83026F01"), "a child of the parent");
        assertEquals("6A82", send("00A4000002" + "1234" + "00"));
        assertEquals("6A82", send("00A4010002" + "6F01" + "00"), "no folder");
        assertEquals("6A86", send("00A4070002" + "6F01" + "00"));
        assertEquals("6700", send("00A40000016F00"));
        send("00A40000023F0000");
        assertEquals("6A82", send("00A4030000"), "the master file has no parent");
    }

    @Test
    void controlInformationAsAskedFor() {
        assertEquals("6F118002000882010183026F01880108" + "8A0105" + "9000", send("00A40800047F106F0100"));
        assertTrue(send("00A40804047F106F0100").startsWith("6211"));
        assertEquals("64078405A0000000019000", send("00A40008027F1000"));
        assertEquals("9000", send("00A4080C047F106F01"));
    }

    @Test
    void bytesAreReadAndUpdated() {
        send("00A40800047F106F0100");
        assertEquals("01020304050607089000", send("00B0000000"));
        assertEquals("03049000", send("00B0000202"));
        assertEquals("07086282", send("00B0000603"));
        assertEquals("6B00", send("00B0000901"));
        assertEquals("6982", send("00D6000001EE"));
        assertEquals("9000", send("002000010831323334FFFFFFFF"));
        assertEquals("9000", send("00D6000001EE"));
        assertEquals("6A84", send("00D6000702EEEE"));
        assertEquals("EE029000", send("00B0810002"), "by its short identifier");
        card.reset();
        assertEquals("6A82", send("00B0810002"), "not below the master file");
        send("00A40800047F106F0100");
        assertEquals("EE029000", send("00B0000002"), "kept after a reset");
    }

    @Test
    void conditionsHoldUntilAReset() {
        send("00A40800027F1000");
        assertEquals("6982", send("00B0820000"));
        assertEquals("9000", send("002000010831323334FFFFFFFF"));
        assertEquals("AA9000", send("00B0820000"));
        assertEquals("9000", send("0020FF01"), "log out");
        assertEquals("6982", send("00B0820000"));
        send("002000010831323334FFFFFFFF");
        send("00A40800047F106F0400");
        assertEquals("6982", send("00B0000000"), "never");
        card.reset();
        send("00A40800027F1000");
        assertEquals("6982", send("00B0820000"));
    }

    @Test
    void records() {
        send("00A40800047F106F0300");
        assertEquals("6981", send("00B0000000"));
        assertEquals("02029000", send("00B2020400"));
        assertEquals("020203039000", send("00B2020500"));
        assertEquals("01019000", send("00B2000200"), "the first");
        assertEquals("02029000", send("00B2000200"), "the next");
        assertEquals("01019000", send("00B2000300"), "the one before");
        assertEquals("6A83", send("00B2040400"));
        assertEquals("9000", send("00DC0204020909"));
        assertEquals("09099000", send("00B2021C00"), "by its short identifier");
    }

    @Test
    void pinsCountAndAreUnblocked() {
        assertEquals("63C3", send("00200001"));
        assertEquals("63C2", send("002000010830303030FFFFFFFF"));
        assertEquals("63C1", send("002000010830303030FFFFFFFF"));
        assertEquals("63C1", send("00200001"), "asking costs no try");
        assertEquals("6983", send("002000010830303030FFFFFFFF"));
        assertEquals("6983", send("002000010831323334FFFFFFFF"));
        card.reset();
        assertEquals("6983", send("00200001"), "blocked after a reset, too");
        assertEquals("63C4", send("002C0001103030303030303030" + "35353535FFFFFFFF"));
        assertEquals("9000", send("002C0001103837363534333231" + "35353535FFFFFFFF"));
        assertEquals("9000", send("002000010835353535FFFFFFFF"));
        assertEquals("63C2", send("002400011031323334FFFFFFFF" + "36363636FFFFFFFF"));
        assertEquals("9000", send("002400011035353535FFFFFFFF" + "36363636FFFFFFFF"));
        assertEquals("6A80", send("002400011036363636FFFFFFFF" + "3636FFFFFFFFFFFF"), "too short");
        assertEquals("9000", send("002000010836363636FFFFFFFF"));
        assertEquals("6A88", send("00200009"));
    }

    @Test
    void dataAndChance() {
        assertEquals("73009000", send("00CA006600"));
        assertEquals("6A88", send("00CA006700"));
        String a = send("0084000008");
        assertEquals(20, a.length());
        assertFalse(a.equals(send("0084000008")));
        assertEquals("6E00", send("C0B0000000"));
        assertEquals("6D00", send("0099000000"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nonsense | its first line is not
            ESC card image, format 1;df 3F00;file 3F00/2F00 = 00 | Line 3 of the card image: "file" is none of
            ESC card image, format 1;df 3F00;ef 3F00/2F00 = 0 | Line 3 of the card image: the content is neither
            ESC card image, format 1;df 3F00;ef 3F00/2F00 | Line 3 of the card image: the content is missing
            ESC card image, format 1;df 3F00;ef 3F00/2F = 00 | is no path
            ESC card image, format 1;df 3F00;ef 3F00/5015/2F00 = 00 | there is no df 3F00/5015 before it
            ESC card image, format 1;df 3F00;df 3F00 | 3F00 is there twice
            ESC card image, format 1;df 3F00;ef 3F00/2F00 color=red = 00 | "color" is no option of ef
            ESC card image, format 1;df 3F00;ef 3F00/2F00 read=pin:01 = 00 | names PIN 01, which is not there
            ESC card image, format 1;df 3F00;ef 3F00/2F00 read=maybe = 00 | read takes always, never or pin:NN
            ESC card image, format 1;pin 01 value=1 | the PIN has 1 bytes, not 4 to 8
            ESC card image, format 1;pin 01 value=1234 tries=99 | tries takes 1 to 15
            ESC card image, format 1;key 01 = 3000 | no RSA or EC private key
            ESC card image, format 1 | has no files
            """)
    void aBadImageHasASentence(String image, String complaint) {
        byte[] b = text(image.replace(";", "\n"));
        var e = assertThrows(IllegalArgumentException.class, () -> new FilesAppletFactory().check(b));
        assertTrue(e.getMessage().contains(complaint), e.getMessage());
    }

    @Test
    void anImageIsNeeded() {
        var e = assertThrows(IllegalArgumentException.class, () -> new FilesAppletFactory().check(new byte[0]));
        assertTrue(e.getMessage().contains("files=IMAGE"), e.getMessage());
    }

    @Test
    void imagesAreWrittenAsTheyAreRead() {
        for (String image : List.of(Pkcs15CardFactory.image(), CacCardFactory.image(), CardImage.parse(text(IMAGE)).text())) {
            assertEquals(image, CardImage.parse(text(image)).text());
        }
    }

    @Test
    void aCardInAFileKeepsItsPinsAndContent(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("card.esc");
        AppletFactory factory = new FilesAppletFactory();
        CardFile.create(file, CardSpec.standard(), List.of(factory.with(text(IMAGE))), Optional.empty());
        try (SoftCard c = CardFile.open(file, Optional.empty(), () -> List.of(factory))) {
            assertEquals(0x63C2, c.process(CommandApdu.parse("002000010830303030FFFFFFFF")).sw().value());
        }
        try (SoftCard c = CardFile.open(file, Optional.empty(), () -> List.of(factory))) {
            assertEquals(0x63C2, c.process(CommandApdu.parse("00200001")).sw().value());
            assertEquals("directory", new String(c.process(CommandApdu.parse("00B09E0000")).data(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void twoFileSystemsDoNotFitOnOneCard() {
        var e = assertThrows(IllegalArgumentException.class, () -> SoftCard.withApplets(CardSpec.standard(), new Pkcs15CardFactory(), new CacCardFactory()));
        assertTrue(e.getMessage().contains("cannot be on one card"), e.getMessage());
    }

    @Test
    void gscBuffers() {
        SoftCard cac = SoftCard.withApplets(CardSpec.standard(), new CacCardFactory());
        assertTrue(cac.process(CommandApdu.parse("00A4040007A000000116DB0000")).isOk());
        ResponseApdu head = cac.process(CommandApdu.parse("8052000002010202"));
        assertTrue(head.isOk() && head.nr() == 2);
        assertEquals("6B00", Hex.of(cac.process(CommandApdu.parse("8052700002010202")).bytes()));
        cac.process(CommandApdu.parse("00A4040007A000000079020000"));
        assertEquals("6982", Hex.of(cac.process(CommandApdu.parse("8052000002020202")).bytes()), "the holder's data needs the PIN");
        assertTrue(cac.process(CommandApdu.parse("8052000002010202")).isOk(), "its tags do not");
        cac.process(CommandApdu.parse("00A4040007A000000079010000"));
        assertEquals("6982", Hex.of(cac.process(CommandApdu.parse("8042000001FF00")).bytes()));
        assertArrayEquals(new byte[] {0x40, 0x01, 0x01}, java.util.Arrays.copyOfRange(cac.process(CommandApdu.parse("8056010000")).data(), 7, 10));
    }

    @Test
    void noCommandMakesItThrow() {
        var random = new Random(7);
        int[] instructions = {0xA4, 0xB0, 0xD6, 0xB2, 0xDC, 0xCA, 0x24, 0x2C, 0x22, 0x2A, 0x88, 0x84, 0x52, 0x56, 0x4C, 0x42};
        for (AppletFactory f : List.of(new Pkcs15CardFactory(), new CacCardFactory(), new FilesAppletFactory().with(text(IMAGE)))) {
            SoftCard c = SoftCard.withApplets(CardSpec.standard(), f);
            for (int n = 0; n < 3000; n++) {
                byte[] data = new byte[random.nextInt(20)];
                random.nextBytes(data);
                ResponseApdu r = c.process(CommandApdu.of(random.nextBoolean() ? 0 : 0x80, instructions[random.nextInt(instructions.length)],
                        random.nextInt(256), random.nextInt(256), data, 1 + random.nextInt(256)));
                assertFalse(r.sw().value() == 0x6F00, "an exception escaped");
            }
        }
    }
}
