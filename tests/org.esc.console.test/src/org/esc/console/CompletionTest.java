// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.esc.console.Colouring.Kind;
import org.junit.jupiter.api.Test;

class CompletionTest {

    private static List<String> proposals(String text) {
        return Completion.at(text, text.length()).proposals().stream().map(Completion.Proposal::text).toList();
    }

    @Test
    void statementsAreProposedAtTheBeginningOfALine() {
        assertEquals(List.of("select", "select-file", "secure"), proposals("reset\n  se"));
        assertTrue(proposals("").containsAll(List.of(">", "verify", "expect", "while")), proposals("").toString());
        Completion c = Completion.at("reset\n  se", 10);
        assertEquals(8, c.from());
        assertEquals(10, c.to());
        assertEquals(List.of("get-data", "get-response", "get-challenge"), proposals("get-"));
    }

    @Test
    void namesAndValuesAreProposedWithin() {
        assertEquals(List.of("pin", "pad("), proposals("ask PIN as pin\nlet x = data\nverify 80 p"));
        assertTrue(proposals("param aid\nselect ").contains("aid"), proposals("param aid\nselect ").toString());
        assertFalse(Completion.at("select \nlet late = 00", 7).proposals().stream().anyMatch(p -> p.text().equals("late")));
        assertEquals(List.of("keys=", "kdf="), proposals("secure open k"));
        assertTrue(proposals("expect ").contains("9000"));
        assertEquals(List.of(), proposals("# s"));
        assertEquals(List.of(), proposals("log \"s"));
    }

    @Test
    void anyTextAndCaretWillDo() {
        var random = new Random(3);
        String text = "select A0 # x\nlet y = \"a\\\"\n> 00 € tlv[5F] ask\n\n";
        for (int i = 0; i <= text.length(); i++) {
            Completion c = Completion.at(text, i);
            assertTrue(c.from() <= c.to() && c.to() == i);
        }
        for (int i = 0; i < 1000; i++) {
            String noise = random.ints(random.nextInt(60), 0, 300).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
            Completion.at(noise, random.nextInt(noise.length() + 1));
            Colouring.of(noise.replace("\n", " "));
        }
    }

    @Test
    void wordsHaveSorts() {
        assertEquals(List.of(Kind.KEYWORD, Kind.BYTES, Kind.KEYWORD, Kind.BYTES, Kind.COMMENT),
                Colouring.of("expect 61xx data 6F?? # so").stream().map(Colouring.Run::kind).toList());
        assertEquals(List.of(Kind.KEYWORD, Kind.TEXT, Kind.NAME), Colouring.of("log \"a\" x").stream().map(Colouring.Run::kind).toList());
        assertEquals(List.of(Kind.KEYWORD, Kind.BYTES, Kind.WRONG), Colouring.of("> 00A4 \"open").stream().map(Colouring.Run::kind).toList());
    }
}
