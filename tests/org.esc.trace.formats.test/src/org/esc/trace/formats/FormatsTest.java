// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.testing.InLanguage;
import org.esc.card.Origin;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Traces of other programs, made with them, are understood; what we write is read back; damage costs only what is damaged. */
class FormatsTest {

    private static final List<String> WRITTEN = List.of("pcapng", "jsonl", "csv", "apdu4j", "text");
    private static final Formats FORMATS = Some.formats();

    private static TraceFormat format(String name) {
        return FORMATS.byName(name).orElseThrow();
    }

    private static Some.Read imported(byte[] file) throws IOException, EscException {
        var r = new Some.Read();
        Import.read(new ByteArrayInputStream(file), FORMATS, Optional.empty(), List.of(), r);
        return r;
    }

    /** Objects are read in two ways, of which the fast one knows only what we write. */
    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            {}                                  ! {}
            {"a":"b"}                           ! {a=b}
            {"a":12,"b":"x{,:}","c":0}          ! {a=12, b=x{,:}, c=0}
            {"a":"b","a":"c"}                   ! {a=c}
            {"a":"b\\u0041\\"","b":1}          ! {a=bA", b=1}
            {"a\\u0041":"b\\\\"}               ! {aA=b\\}
            { "a" : -1.5e3, "b":true,"c":null } ! {a=-1.5e3, b=true}
            {"a":[1,{"b":2}],"c":{"d":"e"}}     ! {}
            {"a":"b"}x                          ! none
            {"a":"b",}                          ! none
            {"a":"b""c":"d"}                    ! none
            {"a":}                              ! none
            {"a":01}                            ! none
            {"a":"b"                            ! none
            {"a"}                               ! none
            {"a":"b","c}                        ! none
            {,}                                 ! none
            "a":"b"                             ! none
            """)
    void objectsOfJson(String line, String fields) throws Unreadable {
        if (fields.equals("none")) {
            assertThrows(Unreadable.class, () -> JsonText.read(line));
        } else {
            assertEquals(fields, JsonText.read(line).toString());
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            apdu4j.dump,         apdu4j,      2, Some Reader 00 00, T=1, apdu4j,            00A4040000,                       40000
            cardpeek-reader.txt, cardpeek,    2, '',                '',  cardpeek,          00A404000E315041592E5359532E4444463031,
            cardpeek.clf,        cardpeek,    3, '',                '',  cardpeek,          00A404000E315041592E5359532E4444463031,
            gp.txt,              gp,          7, Virtual PCD 00 00, T=1, GlobalPlatformPro, 00A4040000,                       11000
            opensc-tool.txt,     opensc-tool, 6, Virtual PCD 00 00, '',  opensc-tool,       00A4040006D27600012401,
            opensc.log,          opensc,      5, Virtual PCD 00 00, T=1, opensc-tool,       00A4040007627601FF000000,         1000
            pcsc-spy.txt,        pcsc-spy,    5, Virtual PCD 00 00, T=1, pcsc-spy,          00A4040007627601FF000000,         1421
            pcsc-spy-colour.txt, pcsc-spy,    2, Virtual PCD 00 00, T=1, pcsc-spy,          00A4040007627601FF000000,         5326
            pcsc-spy-thread.txt, pcsc-spy,    2, Virtual PCD 00 00, T=1, pcsc-spy,          00A4040007627601FF000000,         3638
            pcscd.log,           pcscd,       7, Virtual PCD 00 00, T=1, pcscd,             00A4040000,                       9155
            pcscd-colour.log,    pcscd,       1, Virtual PCD 00 00, T=1, pcscd,             00A4040007627601FF000000,         9137
            scriptor.txt,        scriptor,    2, Virtual PCD 00 00, T=1, scriptor,          00A4040006D27600012401,
            gpshell.txt,         gpshell,     5, '',                '',  GPShell,           00A4040007A0000000030000,
            plain.hex,           hex,         5, '',                '',  text,              00A4040000,
            """)
    void understandsWhatOtherProgramsWrite(String file, String name, int count, String reader, String protocol, String program,
            String command, Long micros)
            throws Exception {
        byte[] sample = Some.sample(file);
        assertEquals(name, FORMATS.detect(sample).orElseThrow().name());
        Some.Read r = Some.read(format(name), sample);
        assertEquals(List.of(), r.damage());
        assertEquals(count, r.entries().size());
        Entry first = r.entries().getFirst();
        assertEquals(command, first.command().toString());
        assertEquals(reader, first.card().reader());
        assertEquals(protocol, first.card().protocol());
        assertEquals(Origin.other(program), first.origin());
        assertEquals(Optional.ofNullable(micros).map(m -> Duration.ofNanos(1000 * m)), first.duration());
        boolean tellsAtr = !List.of("opensc-tool", "gpshell", "hex").contains(name);
        assertEquals(tellsAtr ? Some.ATR : Atr.UNKNOWN, first.card().atr());
    }

    @Test
    void readsAnswersOfSeveralLines() throws Exception {
        for (String s : List.of("opensc-tool.txt", "scriptor.txt")) {
            Masked answer = Some.read(FORMATS.detect(Some.sample(s)).orElseThrow(), Some.sample(s)).entries().get(1).response();
            assertEquals(256, answer.length(), s);
            assertTrue(answer.toString().endsWith("D8020020" + "9000"), s);
        }
        assertEquals("6F1A840E315041592E5359532E4444463031A5088801015F2D02656E9000",
                Some.read(format("cardpeek"), Some.sample("cardpeek-reader.txt")).entries().getFirst().response().toString());
    }

    @Test
    void tellsWhatWasInsideASecureChannel() throws Exception {
        Entry e = Some.read(format("gpshell"), Some.sample("gpshell.txt")).entries().get(3);
        assertEquals("84F28000106812DE5A1A242D9B368AEED0FEE99BD000", e.command().toString());
        assertEquals("80F28000024F0000", e.plain().orElseThrow().command().toString());
    }

    @Test
    void readsTheWireOfATokenProcessingSystem() throws Exception {
        byte[] sample = Some.sample("tps.txt");
        assertEquals("tps", FORMATS.detect(sample).orElseThrow().name());
        Some.Read r = Some.read(format("tps"), sample);
        long asked = new String(sample, StandardCharsets.UTF_8).split("msg_type=9&", -1).length - 1;
        assertEquals(asked, r.entries().size());
        assertTrue(asked > 10);
        assertEquals(Origin.Kind.SERVER, r.entries().getFirst().origin().kind());
        assertTrue(r.entries().stream().allMatch(e -> e.duration().isPresent()));
        var unprinted = Some.read(format("tps"),
                "2026-11-26 [http-1] FINE: Writing: s=68&msg_type=9&pdu_size=12pdu_data=<do not print>\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(1, unprinted.damage().size());
        assertEquals(List.of(), unprinted.entries());
    }

    @Test
    void keepsTheTimeThatAJournalTells() throws Exception {
        String log = "2026-11-26T18:40:05.123456+01:00 host pcscd[12]: 00000005 APDU: 00 A4 04 00 00 \n2026-11-26T18:40:05+01:00 host pcscd[12]: 00009155 SW: 90 00 \n";
        Entry e = Some.read(format("pcscd"), log.getBytes(StandardCharsets.UTF_8)).entries().getFirst();
        assertEquals(Optional.of(Instant.parse("2026-11-26T17:40:05.123456Z")), e.time());
        assertEquals(Optional.of(Duration.ofNanos(9_155_000)), e.duration());
    }

    @ParameterizedTest
    @ValueSource(strings = { "pcapng", "jsonl", "csv", "apdu4j", "text" })
    @InLanguage("de-DE")
    void readsBackWhatItWroteInAnotherLanguage(String name) throws Exception {
        List<Entry> trace = Some.trace(7, 60);
        byte[] file = Some.write(format(name), trace);
        assertEquals(trace, Some.read(format(name), file).entries());
        Locale.setDefault(Locale.ENGLISH);
        assertEquals(trace, Some.read(FORMATS.detect(file).orElseThrow(), file).entries());
    }

    @Test
    @InLanguage("de-DE")
    void reportsInGerman() throws Exception {
        String html = new String(Some.write(format("html"), Some.trace(2, 60)), StandardCharsets.UTF_8);
        assertTrue(html.startsWith("<!DOCTYPE html>\n<html lang=\"de\">"));
        assertTrue(html.contains("<title>Kartenmitschnitt a &lt;test&gt; &amp; more</title>"));
        assertTrue(html.contains("<dt>Kommando im Klartext</dt>") && !html.contains("<dt>plain command</dt>"));
        assertTrue(html.contains("<code>**</code>"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "pcapng", "jsonl", "csv", "apdu4j", "text" })
    void readsBackWhatItWrote(String name) throws Exception {
        List<Entry> trace = Some.trace(7, 200);
        byte[] file = Some.write(format(name), trace);
        assertEquals(name, FORMATS.detect(file).orElseThrow().name());
        Some.Read r = Some.read(format(name), file);
        assertEquals(List.of(), r.damage());
        assertEquals(trace.size(), r.entries().size());
        for (int i = 0; i < trace.size(); i++) {
            assertEquals(trace.get(i), r.entries().get(i));
        }
    }

    static Stream<String> files() {
        return Stream.concat(WRITTEN.stream().map(w -> "written " + w),
                Stream.of("apdu4j.dump", "cardpeek.clf", "cardpeek-reader.txt", "gp.txt", "gpshell.txt",
                "opensc-tool.txt", "opensc.log", "pcsc-spy.txt", "pcsc-spy-thread.txt", "pcscd.log", "scriptor.txt", "tps.txt",
                        "plain.hex"));
    }

    private record Case(TraceFormat format, byte[] file, List<Entry> entries) {
    }

    private static Case of(String file) throws IOException, EscException {
        boolean written = file.startsWith("written ");
        TraceFormat f = written ? format(file.substring(8)) : FORMATS.detect(Some.sample(file)).orElseThrow();
        byte[] bytes = written ? Some.write(f, Some.trace(3, 40)) : Some.sample(file);
        return new Case(f, bytes, Some.read(f, bytes).entries());
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsWhatIsThereOfAFileThatIsCutAnywhere(String file) throws Exception {
        Case c = of(file);
        for (int n = 0; n <= c.file.length; n += c.file.length > 4_000 ? 5 : 1) {
            List<Entry> read = Some.read(c.format, Arrays.copyOf(c.file, n)).entries();
            assertTrue(read.size() <= c.entries.size(), () -> file);
            // the last one may have lost its answer or some of it; without marks what is left of an answer looks like a command
            for (int i = 0; i < read.size() - (file.equals("plain.hex") ? 2 : 1); i++) {
                assertEquals(c.entries.get(i).command(), read.get(i).command(), file + " cut at " + n);
                assertEquals(c.entries.get(i).response(), read.get(i).response(), file + " cut at " + n);
            }
        }
        assertEquals(c.entries, Some.read(c.format, c.file).entries());
    }

    @ParameterizedTest
    @MethodSource("files")
    void losesOnlyWhatIsDamaged(String file) throws Exception {
        Case c = of(file);
        var random = new Random(11);
        // what stands at the beginning is said once for all
        int head = file.endsWith("csv") || file.endsWith("pcapng") ? 500 : 0;
        for (int i = 0; i < 200; i++) {
            byte[] changed = c.file.clone();
            int at = head + random.nextInt(changed.length - head);
            byte before = changed[at];
            changed[at] = (byte) random.nextInt(256);
            var left = new HashSet<String>();
            Some.read(c.format, changed).entries().forEach(e -> left.add(e.command() + "/" + e.response()));
            long lost = c.entries.stream().filter(e -> !left.contains(e.command() + "/" + e.response())).count();
            byte after = changed[at];
            assertTrue(lost <= 3, () -> file + ": " + lost + " lost by " + before + " > " + after + " at " + at);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsNoiseWithoutComplaint(String file) throws Exception {
        Case c = of(file);
        var random = new Random(5);
        for (int i = 0; i < 60; i++) {
            byte[] changed = c.file.clone();
            for (int k = 0; k < 1 + changed.length / 50; k++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            Some.read(c.format, changed).entries().forEach(e -> assertTrue(e.command().length() > 0));
            byte[] noise = new byte[random.nextInt(3000)];
            random.nextBytes(noise);
            assertTrue(Some.read(c.format, noise).entries().size() <= noise.length / 4);
            for (TraceFormat f : FORMATS.all()) {
                int sure = f.recognises(changed);
                assertTrue(sure >= 0 && sure <= 100);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            hex,         '00A4040000|9000|00A40G0000|9000|00B0000000|6982',                                3, 5
            hex,         '> 00 A4 04 00 0|< 90 00|> 00B0000000|< 6982',                                     1, 15
            gp,          'A>> T=1 (4+0000) 00A40400 00|A<< (0001+2) (1ms) 9000',                            2, 20
            opensc-tool, 'Sending: 00 A4 04 00 |Received (SW1=0x90, SW2=0x00):|6F xx 84 ',                  3, 4
            jsonl,       '{"command":"00A4040000","response":"9000"}|{"command":"00A4}|{"command":"00B0000000","response":"90"',  2, 1
            """)
    void saysWhereTheDamageIs(String name, String text, long line, long column) throws Exception {
        Some.Read r = Some.read(format(name), text.replace('|', '\n').getBytes(StandardCharsets.UTF_8));
        assertEquals(line, r.damage().getFirst().line(), r.damage().toString());
        assertTrue(r.damage().getFirst().column() >= column, r.damage().toString());
    }

    @Test
    void takesNoAnswerOfALostCommand() throws Exception {
        Some.Read r = Some.read(format("hex"), "00A4040000\n> 00XX\n< 9000\n00B0000000\n6982\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("00A4040000/", "00B0000000/6982"), r.entries().stream().map(e -> e.command() + "/" + e.response()).toList());
        assertEquals(Optional.of(Exchanges.NO_ANSWER), r.entries().getFirst().failure());
    }

    @Test
    void masksWhatItImports() throws Exception {
        byte[] sample = Some.sample("opensc-tool.txt");
        assertTrue(Some.read(format("opensc-tool"), sample).entries().stream()
                .anyMatch(e -> e.command().toString().contains("313233343536")));
        Some.Read r = imported(sample);
        assertTrue(r.entries().stream().noneMatch(e -> e.toString().contains("313233343536")));
        assertTrue(r.entries().stream().anyMatch(e -> e.command().toString().equals("0020008106" + "************")));
        for (String name : WRITTEN) {
            String out = new String(Some.write(format(name), r.entries()), StandardCharsets.ISO_8859_1);
            assertFalse(out.contains("313233343536") || out.contains("123456") || out.contains("31 32 33 34 35 36"), name);
        }
    }

    @Test
    void unzips() throws Exception {
        byte[] plain = Some.write(format("jsonl"), Some.trace(1, 3000));
        var out = new ByteArrayOutputStream();
        try (var gz = new GZIPOutputStream(out)) {
            gz.write(plain);
        }
        byte[] zipped = out.toByteArray();
        assertEquals(3000, imported(zipped).entries().size());
        Some.Read half = imported(Arrays.copyOf(zipped, zipped.length / 2));
        assertTrue(half.entries().size() > 500);
        assertTrue(half.damage().getLast().what().contains("cut short"), half.damage().toString());
        zipped[zipped.length / 2] ^= 0x55;
        assertFalse(imported(zipped).damage().isEmpty());
    }

    @Test
    void knowsItsFormats() {
        assertEquals(FORMATS.all().size(), FORMATS.all().stream().map(TraceFormat::name).distinct().count());
        assertEquals("pcapng", FORMATS.forFile("a/b.PCAPNG").orElseThrow().name());
        assertEquals("text", FORMATS.forFile("x.txt").orElseThrow().name());
        assertEquals("html", FORMATS.forFile("x.htm").orElseThrow().name());
        assertEquals(Optional.empty(), FORMATS.forFile("x.exe"));
        assertEquals(Optional.empty(), FORMATS.detect("Dear Sir or Madam,\nnothing here.\n".getBytes(StandardCharsets.UTF_8)));
        assertEquals(Optional.empty(), FORMATS.detect(new byte[0]));
        assertThrows(EscException.class, () -> imported("Dear Sir or Madam".getBytes(StandardCharsets.UTF_8)));
        assertThrows(EscException.class, () -> Import.read(new ByteArrayInputStream(new byte[0]), FORMATS, Optional.of("html"), List.of(),
                new Some.Read()));
    }

    @Test
    void givesSpreadsheetsNoFormula() throws Exception {
        String csv = new String(Some.write(format("csv"), Some.trace(2, 60)), StandardCharsets.UTF_8);
        assertTrue(csv.contains("'=cmd|"));
        Predicate<String> formula = c -> !c.isEmpty() && "=+-@\t".indexOf(c.charAt(0)) >= 0;
        var cells = new ArrayList<String>();
        csv.lines().forEach(l -> cells.addAll(Arrays.asList(l.replace("\"", "").split(","))));
        assertTrue(cells.stream().noneMatch(formula), () -> cells.stream().filter(formula).toList().toString());
    }

    @Test
    void reportsWithoutMarkupOfOthers() throws Exception {
        String html = new String(Some.write(format("html"), Some.trace(2, 60)), StandardCharsets.UTF_8);
        assertTrue(html.contains("<title>Card trace a &lt;test&gt; &amp; more</title>"));
        assertTrue(html.contains("Lesegerät &lt;b&gt;日本&lt;/b&gt; &amp; co"));
        assertTrue(html.contains("&lt;gone&gt;"));
        assertFalse(html.contains("<b>") || html.contains("<gone>") || html.contains("<script") || html.contains("http:")
                || html.contains("src="));
        for (String tag : List.of("details", "summary", "dl", "ul", "li", "dd", "dt", "span", "code", "h2", "strong")) {
            assertEquals(html.split("<" + tag + "[ >]", -1).length, html.split("</" + tag + ">", -1).length, tag);
        }
        assertTrue(html.contains("**"));
    }

    @Test
    void writesDumpsThatAreHexadecimalAndPaired() throws Exception {
        String dump = new String(Some.write(format("apdu4j"), Some.trace(4, 100)), StandardCharsets.UTF_8);
        List<String> lines = dump.lines().filter(l -> !l.startsWith("#")).toList();
        assertEquals(0, lines.size() % 2);
        lines.forEach(l -> assertTrue(l.matches("([0-9A-F]{2})+"), l));
    }

    @Test
    void keepsLongApdus() throws Exception {
        byte[] command = new byte[65_545];
        byte[] response = new byte[65_538];
        command[0] = (byte) 0x80;
        Arrays.fill(response, (byte) 0x90);
        Entry some = Some.trace(1, 1).getFirst();
        Entry e = new Entry(1, some.time(), some.duration(), some.card(), some.origin(), Masked.open(command), Masked.open(response),
                Optional.empty(), false, Optional.empty());
        for (String name : WRITTEN) {
            assertEquals(List.of(e), Some.read(format(name), Some.write(format(name), List.of(e))).entries(), name);
        }
        assertArrayEquals(command, e.command().bytes());
    }
}
