// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Fault;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {

    private static final String PIV = "A000000308000010000100";

    /** 1 SELECT, 2 VERIFY, 3 VERIFY wrong, 4 to 6 a certificate in two pieces and nothing, 7 wrapped, 8 pulled, 9 INITIALIZE UPDATE, 10 INSTALL for load. */
    private static Built trace() {
        return new Built().by(Origin.probe("piv")).add("00A404000B" + PIV + "00", "61094F00009000")
                .by(Origin.verb("enroll")).add("0020008008" + "**".repeat(8), "9000")
                .lasting(Duration.ofMillis(80)).add("0020008008" + "**".repeat(8), "63C2")
                .lasting(Duration.ofMillis(10)).add("00CB3FFF055C035FC10500", "5306700430826104")
                .add("00C0000004", "010271009000")
                .add("00CB3FFF055C035FC10100", "6A82")
                .wrapped("84E6020010" + "00".repeat(16), "9000", "80E6020002ABCD", "9000")
                .card(2, "Other reader", Built.ATR, "T=CL").add("00A4040000", "")
                .add("8050000008010203040506070800", "00".repeat(10) + "FF02" + "00".repeat(16) + "9000")
                .add("80E602000011", "6985");
    }

    private static List<Long> hits(Built t, String filter, Decoder... decoders) throws FilterException {
        Filter f = Filter.parse(filter);
        var reading = f.depth() == Reading.Depth.BYTES ? Reading.ofBytes() : new Reading(new Interpreter(List.of(decoders)), f.depth());
        var all = new ArrayList<Long>();
        for (Entry e : t.all()) {
            if (f.test(reading.next(e))) {
                all.add(e.number());
            }
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\'', value = {
        "'' ; 1 2 3 4 5 6 7 8 9 10",
        "ins == VERIFY ; 2 3",
        "ins == verify && sw != 9000 ; 3",
        "ins == VERIFY and not sw == 9000 ; 3",
        "ins == 20 || ins == C0 ; 2 3 5",
        "ins == 2x ; 2 3",
        "ins in {VERIFY, 'GET RESPONSE'} ; 2 3 5",
        "ins in {VERIFY, GET RESPONSE} ; 2 3 5",
        "ins == GET_DATA ; 4 6",
        "ins == INSTALL ; 7 10",
        "ins == INSTALL for load ; 7 10",
        "sw == 63Cx ; 3",
        "sw == 0x9000 ; 1 2 5 7 9",
        "sw in {6Axx, 63C*} ; 3 6",
        "sw != 9000 ; 3 4 6 8 10",
        "sw >= 6A00 && sw < 7000 ; 6",
        "sw1 == 61 ; 4",
        "sw2 == 82 ; 6",
        "failed ; 3 6 8 10",
        "unanswered ; 8",
        "!failed && secured ; 7",
        "plain ; 7",
        "masked ; 2 3",
        "keypad ; ''",
        "aid contains A000000308 ; 1 2 3 4 5 6 7",
        "aid == A000000308xxxxxxxxxxxx ; 1 2 3 4 5 6 7",
        "aid startswith A0 ; 1 2 3 4 5 6 7",
        "aid == A000000308 ; ''",
        "aid == \"\" ; 8 9 10",
        "origin == probe ; 1",
        "origin == PROBE:piv ; 1",
        "origin == probe:other ; ''",
        "origin.name == \"enroll\" && session == 2 ; 8 9 10",
        "origin contains nrol && number < 3 ; 2",
        "duration > 50ms ; 3",
        "duration >= 0.08s ; 3",
        "duration == 10 && number <= 2 ; 1 2",
        "duration < 1min && duration > 79000us ; 3",
        "tlv[5FC105] ; 4 5",
        "tlv[5FC105] contains 3082 ; 4 5",
        "tlv[5FC105] contains 0102 ; 5",
        "tlv[70] == 30820102 ; 5",
        "tlv[5C] == 5FC101 ; 6",
        "tlv[5C] != 5FC101 && tlv[5C] ; 4",
        "cla == 8x ; 7 9 10",
        "p1 == 4 ; 1 8",
        "p2 == 80 ; 2 3",
        "p1p2 == 3FFF ; 4 6",
        "lc == 8 ; 2 3 9",
        "lc > 10 ; 1",
        "le == 256 && ins == A4 ; 1 8",
        "nr == 28 ; 9",
        "data startswith 5C && data contains 5FC1*5 ; 4",
        "data == 5C035FC10x ; 4 6",
        "data == **************** ; 2 3 9",
        "data == 00************** ; ''",
        "data matches /^5C03/ ; 4 6",
        "data == ABCD ; 7",
        "command startswith 84E6 ; 7",
        "response contains 8261 ; ''",
        "response contains 3082 ; 4",
        "answer == 6A82 ; 6",
        "reader == \"other READER\" ; 8 9 10",
        "reader matches /^o.*r$/i ; 8 9 10",
        "atr == 3B80010A && number == 1 ; 1",
        "protocol == T=CL ; 8 9 10",
        "channel == 0 && number == 0x2 ; 2",
        "name == VERIFY ; 2 3",
        "status contains tries ; 3",
        "summary contains a000000308 ; 1",
        "failure contains removed ; 8",
        "time >= 10:00:00 && time < 10:00:01 && number < 3 ; 1 2",
        "time == 2026-11-23 && number == 1 ; 1",
        "time > 2026-11-23 ; ''",
        "time <= 2026-11-23T10:00:00Z && number < 2 ; 1",
        "time < 2026-11-23T12:00:00+02:00 ; ''",
        "\"tries left\" ; 3",
        "\"verify\" ; 2 3",
        "\"other\" ; 8 9 10",
        "hex 3082 ; 4",
        "hex 00A404 ; 1 8",
        "hex abcd ; 7",
        "hex C035FC1x ; ''",
        "hex 0020****08 ; 2 3",
        "(ins == A4 or ins == 20) and ! (failed || masked) ; 1",
        "not not failed && number == 3 ; 3",
        "security contains SCP ; ''"
    })
    void askedIsAnswered(String filter, String numbers) throws Exception {
        var expected = numbers == null || numbers.isBlank() ? List.<Long>of()
                : java.util.Arrays.stream(numbers.strip().split(" ")).map(Long::valueOf).toList();
        assertEquals(expected, hits(trace(), filter == null ? "" : filter.strip().replace('\'', '"')), filter);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\'', value = {
        "ins == VERFY ; 8 ; VERIFY",
        "inz == VERIFY ; 1 ; ins",
        "faild ; 1 ; failed",
        "ins = VERIFY ; 5 ; ==",
        "failed & masked ; 8 ; &&",
        "reader contians x ; 8 ; contains",
        "origin == prob ; 11 ; probe",
        "sw == 900 ; 7 ; ''",
        "sw == 9000 failed ; 12 ; ''",
        "sw < 63Cx ; 6 ; ''",
        "sw contains 90 ; 4 ; ''",
        "duration > fast ; 12 ; ''",
        "lc == many ; 7 ; ''",
        "time > 25:00:00 ; 8 ; ''",
        "tlv[xx] ; 5 ; ''",
        "tlv 70 ; 5 ; ''",
        "(failed ; 8 ; ''",
        "failed) ; 7 ; ''",
        "ins == ; 7 ; ''",
        "ins ; 4 ; ''",
        "failed && ; 10 ; ''",
        "! ; 2 ; ''",
        "data == 0 ; 9 ; ''",
        "hex ; 4 ; ''",
        "hex 00A ; 5 ; ''",
        "reader == \"x ; 13 ; ''",
        "reader matches /x ; 18 ; ''",
        "reader matches /(a/ ; 17 ; ''",
        "reader matches /a/x ; 19 ; i",
        "reader matches /a\\1/ ; 18 ; ''",
        "sw in 9000 ; 7 ; ''",
        "sw in {9000 ; 12 ; ''",
        "sw in {9000; 12 ; ''",
        "&& ; 1 ; ''"
    })
    void whatIsWrongIsShown(String filter, int column, String meant) {
        var e = assertThrows(FilterException.class, () -> Filter.parse(filter), filter);
        assertEquals(Fault.USAGE, e.fault());
        assertEquals(Optional.ofNullable(meant).filter(s -> !s.isEmpty()), e.meant(), e.getMessage());
        assertEquals(column, e.column(), e.getMessage());
        assertTrue(e.getMessage().startsWith("Column " + column + " of the filter: expected "), e.getMessage());
        assertFalse(e.expected().isEmpty());
        assertEquals(!e.meant().isEmpty(), e.problem().advice().contains("Did you mean"));
    }

    @Test
    void aNameThatOnlyADecoderGivesIsAskedOfIt() throws Exception {
        Decoder d = new Decoder() {
            @Override
            public int rank(Standing s) {
                return APPLICATION;
            }

            @Override
            public String command(Standing s, CommandApdu c) {
                return c.ins() == 0x58 ? "LIST OBJECTS" : "";
            }
        };
        var t = new Built().add("B0580000", "9000").add("B0200000", "9000").add("00200000", "9000");
        assertEquals(List.of(1L), hits(t, "ins == LIST_OBJECTS", d));
        assertEquals(List.of(1L), hits(t, "ins == \"list objects\"", d));
        assertEquals(List.of(), hits(t, "ins == LIST_OBJECTS"));
        // class B0 is CoolKey's: its 20 is no VERIFY
        assertEquals(List.of(3L), hits(t, "ins == VERIFY", d));
    }

    @Test
    void theEndOfCoolKeysListsIsNoFailure() throws Exception {
        var t = new Built().add("B058010012", "9C12").add("B058010012", "9C07");
        assertEquals(List.of(2L), hits(t, "failed"));
    }

    @Test
    void onlyWhatNeedsItIsInterpreted() throws Exception {
        assertEquals(Reading.Depth.BYTES, Filter.parse("ins == VERIFY && sw != 9000 && duration > 50ms && hex 00A4").depth());
        assertEquals(Reading.Depth.BRIEF, Filter.parse("failed && aid contains A0").depth());
        assertEquals(Reading.Depth.DECODED, Filter.parse("name == X || tlv[70]").depth());
        Entry e = trace().all().getFirst();
        assertTrue(Filter.parse("ins == SELECT").test(e));
        assertThrows(IllegalStateException.class, () -> Filter.parse("file == 3F00").test(e));
    }

    @Test
    void whatIsKnownOfTheCardIsRightWhereRowsWereNotAsked() throws Exception {
        var t = new Built();
        for (int i = 0; i < 50; i++) {
            t.add("00A4040007A00000000100" + String.format("%02X", i % 2), "9000").add("00B0000000", i % 10 == 0 ? "6982" : "9000");
        }
        // the application is only asked where the first question says yes
        var expected = List.of(2L, 22L, 42L, 62L, 82L);
        assertEquals(expected, hits(t, "sw == 6982 && aid == A0000000010000"));
        assertEquals(List.of(), hits(t, "sw == 6982 && aid == A0000000010001"));
    }

    @Test
    void chainedDataIsPutTogether() throws Exception {
        var t = new Built().add("10DB3FFF045C035FC1", "9000").add("10DB3FFF05055303", "9000").add("00DB3FFF03" + "010203", "9000")
                .add("00DB3FFF03" + "530101", "9000");
        assertEquals(List.of(3L), hits(new Built().add("10DB3FFF045C035FC1", "9000").add("10DB3FFF03055304", "9000").add("00DB3FFF0401020304", "9000"),
                "tlv[53] == 01020304"));
        assertEquals(List.of(4L), hits(t, "tlv[53] == 01"));
    }

    @Test
    void anotherAnswerToResetForgetsTheApplication() throws Exception {
        var t = new Built().add("00A4040007A0000000010000", "9000").add("00B0000000", "9000")
                .card(1, "Reader X", org.esc.apdu.Atr.of("3B81010A"), "T=1").add("00B0000000", "9000");
        assertEquals(List.of(1L, 2L), hits(t, "aid contains A0"));
        assertEquals(List.of(1L, 2L), hits(t, "aid contains A0 || tlv[70]"));
    }

    @Test
    void timesOfDayAreOfTheZone() throws Exception {
        Entry e = new Built().at("2026-11-23T22:30:00Z").add("00A40400", "9000").last();
        assertTrue(Filter.parse("time == 22:30").test(e));
        assertTrue(Filter.parse("time == 23:30", ZoneId.of("Europe/Berlin")).test(e));
        assertFalse(Filter.parse("time == 2026-11-24").test(e));
        assertTrue(Filter.parse("time == 2026-11-24", ZoneId.of("Asia/Tokyo")).test(e));
        assertTrue(Filter.parse("time == 22:30:00.000").test(e));
        assertFalse(Filter.parse("time > 22:30:00").test(e));
        Entry never = new Built().untimed("00A40400", "9000").last();
        assertFalse(Filter.parse("time > 00:00 || time <= 00:00 || duration < 1h").test(never));
        assertTrue(Filter.parse("time != 10:00").test(never));
    }

    @Test
    void strangeBytesAreNoTrouble() throws Exception {
        var t = new Built().add("", "").add("00", "90").add("0020008008" + "**".repeat(3), "9000").add("FFFFFFFFFFFFFF", "FF");
        for (Filter.Proposal f : Filter.fields()) {
            String test = f.text().equals("tlv") ? "tlv[70]" : f.text();
            String any = FilterField.named(f.text()).get().operators().isEmpty() ? test
                    : FilterField.named(f.text()).get().knows("contains") ? test + " contains " + (f.text().equals("file") ? "x" : "AB")
                            : test + " in {" + (f.text().equals("time") ? "10:00" : f.text().matches("sw|p1p2") ? "9000" : "10") + "}";
            hits(t, any);
        }
        assertEquals(List.of(1L, 2L, 4L), hits(t, "unanswered"));
    }

    @Test
    void noExpressionTakesForever() throws Exception {
        String all = "a".repeat(5000);
        var t = new Built().card(1, all, Built.ATR, "").add("00A40400", "9000");
        assertEquals(List.of(), hits(t, "reader matches /^(a+)+b$/"));
        assertEquals(List.of(), hits(t, "reader matches /(a|aa)+c/"));
        assertEquals(List.of(), hits(t, "reader matches /(a*)*(a*)*(a*)*x/"));
        assertEquals(List.of(1L), hits(t, "reader matches /^(a|aa)+$/"));
        assertThrows(FilterException.class, () -> Filter.parse("reader matches /((a{1000}){1000}){1000}/"));
        assertThrows(FilterException.class, () -> Filter.parse("reader matches /" + "(".repeat(5000) + ")".repeat(5000) + "/"));
        assertThrows(FilterException.class, () -> Filter.parse("(".repeat(9000) + "failed" + ")".repeat(9000)));
        assertThrows(FilterException.class, () -> Filter.parse("!".repeat(9000) + "failed"));
        assertThrows(FilterException.class, () -> Filter.parse("failed && ".repeat(3000) + "failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "^a", "a$", "^$", "a*", "a+b", "a?b", "(ab)+", "(?:ab|c)d", "[abc]", "[^abc]", "[a-c]x", "[-a]", "[]a]", "\\d\\D", "\\w+\\W",
        "\\s", "\\ba", "a\\B", "a{2}", "a{2,}", "a{1,2}b", "(a|b)*c", "a.c", "\\.", "\\[", "a|^b|c$", "(|a)b", "[\\d_]", "a*?b", "(a{2}){2}"})
    void expressionsMeanWhatJavaMeans(String expression) throws Exception {
        var theirs = java.util.regex.Pattern.compile(expression.equals("[]a]") ? "[\\]a]" : expression, java.util.regex.Pattern.DOTALL);
        var ours = LinearRegex.of(expression, false);
        var random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            var s = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                s.append("aabbcd x.1_-[]é→".charAt(random.nextInt(16)));
            }
            assertEquals(theirs.matcher(s).find(), ours.in(s), expression + " in \"" + s + '"');
        }
    }

    @Test
    void nonsenseIsRefusedOrReadAndNeverMore() {
        String[] pieces = {"ins", "sw", "==", "!=", "9000", "VERIFY", "(", ")", "&&", "||", "!", "\"a\"", "hex", "00A4", "in", "{", "}", ",", "tlv", "[", "]", "70",
            "matches", "/a*/", "time", "10:00", "failed", "\\", "\"", "/", "µ", "origin", "probe", "data", "*", "x", "T=1", "protocol", "<", "="};
        var random = new Random(11);
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            var s = new StringBuilder();
            for (int n = random.nextInt(9); n > 0; n--) {
                s.append(pieces[random.nextInt(pieces.length)]).append(random.nextInt(4) == 0 ? "" : " ");
            }
            try {
                Filter.parse(s.toString());
                read++;
            } catch (FilterException e) {
                assertTrue(e.column() >= 1 && e.column() <= s.length() + 1, s + ": " + e.getMessage());
            }
            Filter.complete(s.toString(), random.nextInt(s.length() + 1));
        }
        assertNotEquals(0, read);
    }

    private static List<String> proposed(String text) {
        int caret = text.indexOf('^');
        return Filter.complete(text.replace("^", ""), caret, f -> f.equals("reader") ? List.of("Reader X", "vpcd") : List.of()).proposals()
                .stream().map(Filter.Proposal::text).toList();
    }

    @Test
    void proposesWhatMayComeNext() {
        assertTrue(proposed("^").containsAll(List.of("ins", "sw", "failed", "tlv", "hex")));
        assertEquals(List.of("security", "session", "secured"), proposed("se^").stream().limit(3).toList());
        assertEquals(List.of("==", "!=", "in"), proposed("ins ^"));
        assertEquals("VERIFY", proposed("ins == ver^").getFirst());
        assertTrue(proposed("ins == ver^").stream().allMatch(s -> s.toLowerCase().contains("ver")));
        assertTrue(proposed("ins == \"^").isEmpty());
        assertTrue(proposed("sw == 6^").containsAll(List.of("6A82", "6982", "63C0")));
        assertTrue(proposed("origin == ^").contains("probe"));
        assertEquals(List.of("\"Reader X\"", "vpcd"), proposed("failed && reader == ^"));
        assertEquals(List.of("\"Reader X\""), proposed("reader == x^"));
        assertEquals(List.of("&&", "||"), proposed("failed ^"));
        assertTrue(proposed("(failed ^").contains(")"));
        assertEquals(List.of(",", "}"), proposed("sw in {9000 ^"));
        assertTrue(proposed("duration ^").contains(">="));
        assertTrue(proposed("reader ^").contains("matches"));
        assertTrue(proposed("failed && ^ && masked").contains("aid"));
        assertEquals(List.of("["), proposed("tlv ^"));
        for (String s : List.of("ins == ver^", "re^ader == x")) {
            var c = Filter.complete(s.replace("^", ""), s.indexOf('^'));
            assertTrue(c.from() <= s.indexOf('^') && c.to() >= s.indexOf('^'));
        }
        var c = Filter.complete("reader == x", 2);
        assertEquals(0, c.from());
        assertEquals(6, c.to());
        // whatever is proposed at the beginning can be read, or goes on
        for (Filter.Proposal p : Filter.complete("", 0).proposals()) {
            assertFalse(p.description().isEmpty());
            assertTrue(p.text().equals("hex") || p.text().equals("!") || p.text().equals("(")
                    || !Filter.complete(p.text() + " ", p.text().length() + 1).proposals().isEmpty(), p.text());
        }
    }

    @Test
    void aMillionEntriesAreNotInterpreted() throws Exception {
        Filter f = Filter.parse("ins == VERIFY && sw != 9000");
        var all = trace().all();
        var reading = Reading.ofBytes();
        long found = 0;
        for (int i = 0; i < 1_000_000; i++) {
            if (f.test(reading.next(all.get(i % all.size())))) {
                found++;
            }
        }
        assertEquals(100_000, found);
    }
}
