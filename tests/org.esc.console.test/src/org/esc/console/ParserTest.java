// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.EscException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class ParserTest {

    @TempDir
    private Path folder;

    private static Script parse(String... lines) throws ScriptException {
        return Script.parse("s", String.join("\n", lines), Optional.empty(), Map.of());
    }

    /** Where and what: "line:column what". */
    private static List<String> mistakes(String... lines) {
        return assertThrows(ScriptException.class, () -> parse(lines)).mistakes().stream()
                .map(m -> m.place().line() + ":" + m.place().column() + " " + m.what()).toList();
    }

    private static List<String> commands(Script s) {
        return s.plan(List.of()).stream().flatMap(p -> p.command().stream()).map(Object::toString).toList();
    }

    @Test
    void whatStandsThereIsWhatGoesOut() throws Exception {
        assertEquals(List.of("00A4040008A000000308000010"), commands(parse("> 00A4040008A000000308000010")));
        assertEquals(List.of("00A4040008A000000308000010"), commands(parse("  >00 A4 0400 08 A000000308 000010 # PIV")));
        assertEquals(List.of("00C00000"), commands(parse("> 00C00000")), "no Le is added");
        assertEquals(List.of("00A4040A00"), commands(parse(">! 00A4040A00")));
        assertEquals(List.of("00A40400FF00"), commands(parse(">! 00A40400FF00")), "the lengths do not fit");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            select A000000308000010              | 00A4040008A00000030800001000
            select-file 3F00                     | 00A4000C023F00
            get-data 9F7F                        | 00CA9F7F00
            get-data 6E                          | 00CA006E00
            get-data 5FC105                      | 00CB3FFF055C035FC10500
            get-challenge 08                     | 0084000008
            read-binary 0010 FF                  | 00B00010FF
            read-record 01                       | 00B2010400
            read-record 01 02                    | 00B2011400
            get-response 1A                      | 00C000001A
            verify 80                            | 00200080
            > 80E40000 lc(tlv(4F, A000000003))00 | 80E40000074F05A00000000300
            > 00D60000 lc(pad("ab", 4, FF))      | 00D60000046162FFFF
            """)
    void helpersStandForExactBytes(String line, String bytes) throws Exception {
        assertEquals(List.of(bytes), commands(parse(line)));
    }

    @Test
    void anExtendedCommandIsCountedSo() throws Exception {
        String data = "00".repeat(300);
        assertEquals(List.of("00D6000000012C" + data), commands(parse("> 00D60000 lc(" + data + ")")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            > 00A4040008A0            | 1:3 This is no command: Lc says 8 bytes, 1 follow it.
            > 00A4040                 | 1:3 A byte has two hexadecimal digits; here are 7.
            > 00A404 aid              | 1:10 There is no "aid".
            00A40400                  | 1:1 "00A40400" begins no statement.
            sellect A000000308        | 1:1 "sellect" begins no statement.
            >                         | 1:2 Something is missing: a command in hexadecimal digits.
            expect 900                | 1:8 A byte has two digits; here are 3.
            expect 90                 | 1:8 A status word has four digits.
            expect 9000 6F            | 1:8 A status word has four digits.
            expect                    | 1:7 Something is missing: a status word.
            let ab = 01               | 1:5 "ab" reads as bytes.
            let xx = 01               | 1:5 "xx" reads as bytes.
            let sw = 01               | 1:5 "sw" is a word of the language.
            let repeat = 01           | 1:5 "repeat" is a word of the language.
            let n = data[2            | 1:15 Something is missing: "]" behind the offsets.
            let n = 1                 | 1:9 A byte has two hexadecimal digits; here are 1.
            log "open                 | 1:5 The quotes are not closed.
            log €                     | 1:5 "€" does not belong here.
            repeat 3                  | 1:1 This block is not closed.
            end                       | 1:1 There is no block to end.
            else                      | 1:1 There is no if that this else belongs to.
            pause 5                   | 1:7 "5" is no time.
            pause 5000s               | 1:7 "5000s" is not between 1ms and 3600s.
            timeout 0s                | 1:9 "0s" is not between 1ms and 3600s.
            secure open               | 1:12 The key set is missing.
            secure open level=mac     | 1:13 The key set is missing.
            secure open keys=a foo=b  | 1:13 "foo=b" does not belong here.
            secure ajar               | 1:8 "ajar" does not belong here.
            auto-response maybe       | 1:15 "maybe" does not belong here.
            ask PIN                   | 1:8 Something is missing: "as" and a name.
            param aid                 | 1:7 The parameter aid was not given.
            param aid_                | 1:7 The parameter aid_ was not given.
            include x.apdu            | 1:1 Nothing can be included here.
            reset 00                  | 1:7 "00" does not belong here.
            while sw == 9000          | 1:17 Something is missing: "max" and how often at most behind the condition.
            fail 01                   | 1:6 What is wrong stands in quotes.
            > 00A40400 tlv(5FC1055F, 00) | 1:16 "5FC1055F" is no tag.
            if sw < 9000              | 1:7 "<" does not compare bytes.
            plain 00A40400            | 1:7 "00A40400" does not belong here.
            """)
    void mistakesHaveAPlaceAndWords(String line, String mistake) {
        assertEquals(List.of(mistake), mistakes(line).subList(0, 1));
    }

    @Test
    void allMistakesAreFoundAtOnceAndABlockWithAWrongHeadStillEnds() {
        assertEquals(List.of("1:8 \"xyz\" is no number.", "2:3 There is no \"zz\".", "4:3 This is no command: A command APDU has at least 4 bytes, not 1."),
                mistakes("repeat xyz", "> zz", "end", "> 00"));
        assertEquals(100, mistakes("zz\n".repeat(1000)).size());
    }

    @Test
    void everyMistakeSaysWhatWouldFixItOrSaysItAlready() {
        var e = assertThrows(ScriptException.class, () -> parse("> 00A404", "let x = y"));
        assertEquals("bad-script", e.problem().code());
        assertEquals(2, e.problem().fault().exit());
        assertTrue(e.mistakes().stream().noneMatch(m -> m.fix().isEmpty()), e.mistakes().toString());
        assertTrue(e.getMessage().startsWith("s:1:3: "), e.getMessage());
    }

    @Test
    void namesHaveAKindAndSecretsStandInCommandsOnly() throws Exception {
        parse("let x = 0102", "let n = length(x)", "let n = n + 1", "> 00B0 short(n) byte(length(x))");
        assertEquals(List.of("2:5 x stands for bytes above, and would stand for a number from here."), mistakes("let x = 01", "let x = (1)"));
        assertEquals(List.of("2:3 n is a number, bytes are needed here."), mistakes("let n = (1)", "> n"));
        parse("ask PIN as pin", "verify 80 pad(pin, 8, FF)", "log length(pin)");
        assertEquals(List.of("2:5 pin is a secret, which may only stand in a command."), mistakes("ask PIN as pin", "log pin"));
        assertEquals(List.of("2:9 pin is a secret, which may only stand in a command."), mistakes("ask PIN as pin", "let x = pin"));
        assertEquals(List.of("2:4 pin is a secret, which may only stand in a command."), mistakes("ask PIN as pin", "if pin == 31", "end"));
        assertEquals(List.of("2:17 pin is a secret, which may only stand in a command."), mistakes("ask PIN as pin", "let x = (number(pin))"));
    }

    @Test
    void parametersAreGivenOrHaveAValue() throws Exception {
        String text = "param name = A000000308000010\nparam n = (2)\nselect name\n> 00B0 short(n) 00";
        assertEquals(4, Script.parse("s", text, Optional.empty(), Map.of()).statements().size());
        assertEquals(4, Script.parse("s", text, Optional.empty(), Map.of("name", "A0000000030000", "n", "17")).statements().size());
        var e = assertThrows(ScriptException.class, () -> Script.parse("s", text, Optional.empty(), Map.of("nmae", "00")));
        assertEquals("The script has no parameter nmae.", e.mistakes().getFirst().what());
        e = assertThrows(ScriptException.class, () -> Script.parse("s", text, Optional.empty(), Map.of("name", "00\n> 80E40000")));
        assertEquals("--set name", e.mistakes().getFirst().place().file());
    }

    @Test
    void filesAreIncludedFromTheirFolderAndNeverInACircle() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.writeString(folder.resolve("a.apdu"), "include inner/b.apdu # twice is no circle\ninclude \"inner/b.apdu\"\n");
        Files.writeString(inner.resolve("b.apdu"), "include c.apdu\n");
        Files.writeString(inner.resolve("c.apdu"), "> 00A40400\n");
        assertEquals(List.of("00A40400", "00A40400"), commands(Script.read(folder.resolve("a.apdu"), Map.of())));
        Files.writeString(inner.resolve("c.apdu"), "> 00A40400\ninclude ../a.apdu\n");
        var e = assertThrows(ScriptException.class, () -> Script.read(folder.resolve("a.apdu"), Map.of()));
        assertEquals("The file ../a.apdu includes itself.", e.mistakes().getFirst().what());
        assertEquals(2, e.mistakes().getFirst().place().line());
        Files.writeString(folder.resolve("a.apdu"), "include nothing.apdu\ninclude .\n");
        e = assertThrows(ScriptException.class, () -> Script.read(folder.resolve("a.apdu"), Map.of()));
        assertEquals(2, e.mistakes().size(), e.toString());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> Script.read(folder.resolve("none"), Map.of())).problem().code());
        Files.writeString(folder.resolve("half"), "repeat 2");
        Files.writeString(folder.resolve("a.apdu"), "include half\nend");
        assertThrows(ScriptException.class, () -> Script.read(folder.resolve("a.apdu"), Map.of()));
    }

    @Test
    void includesThatMultiplyAreStopped() throws Exception {
        for (int i = 0; i < 12; i++) {
            Files.writeString(folder.resolve("f" + i), ("include f" + (i + 1) + "\n").repeat(10));
        }
        Files.writeString(folder.resolve("f12"), "reset\n");
        var e = assertThrows(ScriptException.class, () -> Script.read(folder.resolve("f0"), Map.of()));
        assertTrue(e.mistakes().stream().anyMatch(m -> m.what().equals("Too many files are included.")), e.toString());
    }

    @Test
    void whatIsNestedTooDeeplyOrTooLongIsRefusedAndNothingOverflows() {
        assertTrue(mistakes("repeat 1\n".repeat(1000)).toString().contains("Blocks are nested too deeply."));
        assertTrue(mistakes("let n = " + "(".repeat(100_000) + "1").toString().contains("nested too deeply"));
        assertTrue(mistakes("if " + "not ".repeat(50_000) + "sw == 9000").toString().contains("nested too deeply"));
        assertTrue(mistakes("let n = (1" + "+1".repeat(50_000) + ")").toString().contains("This is too long."));
        assertTrue(mistakes("let v = data" + "[0..]".repeat(10_000)).toString().contains("This is too long."));
        assertTrue(mistakes("log " + "lc(".repeat(50_000)).toString().contains("nested too deeply"));
        assertTrue(mistakes("> " + "00".repeat(200_000)).toString().contains("The line is too long."));
        assertTrue(mistakes("reset\n".repeat(300_000)).toString().contains("more than 200000 statements"));
    }

    @Test
    void aFileThatIsTooLongIsNotRead() throws Exception {
        Path big = folder.resolve("big");
        Files.write(big, new byte[Script.MOST_BYTES + 1]);
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> Script.read(big, Map.of())).problem().code());
    }

    @Test
    void anyBytesGiveMistakesAndNothingElse() throws Exception {
        var random = new Random(42);
        String alphabet = "> 09AFaf()[].,|+-*/\"#=!<?x\n \ttlvdatasw\\expectlet&$€\u0000\uD800";
        for (int i = 0; i < 3000; i++) {
            var text = new StringBuilder();
            int n = random.nextInt(200);
            for (int j = 0; j < n; j++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            tolerated(text.toString());
        }
        for (int i = 0; i < 300; i++) {
            byte[] noise = new byte[random.nextInt(5000)];
            random.nextBytes(noise);
            tolerated(new String(noise, StandardCharsets.UTF_8));
        }
        // a right script with a wrong character somewhere
        String right = "param x = 00\nask PIN as pin\nsecure open keys=factory level=full\nfor n in 1 .. 3\n> 00B0 short(n * 2) 00\nexpect 9000|61xx data 6F??...\n"
                + "if has tlv[5FC105] and not sw == 63Cx\nlet y = data[2..length(data)].tlv[7C]\nelse\nverify 80 pad(pin, 8, FF)\nend\nend\nwhile sw == 6310 max 5\nend\n";
        tolerated(right);
        for (int i = 0; i < right.length(); i++) {
            tolerated(right.substring(0, i) + alphabet.charAt(random.nextInt(alphabet.length())) + right.substring(i + 1));
            tolerated(right.substring(0, i));
        }
    }

    private static void tolerated(String text) {
        try {
            Script.parse("s", text, Optional.empty(), Map.of()).plan(List.of());
        } catch (ScriptException e) {
            assertTrue(!e.mistakes().isEmpty());
        }
    }
}
