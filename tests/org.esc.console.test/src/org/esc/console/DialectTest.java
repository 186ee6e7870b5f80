// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class DialectTest {

    private static final String KEY = "404142434445464748494a4b4c4d4e4f";

    @TempDir
    private Path folder;

    private static List<String> lines(Conversion c) {
        return c.lines().stream().map(Conversion.Line::text).filter(l -> !l.isEmpty()).toList();
    }

    @Test
    void scriptorsLinesKeepTheirMeaning() throws Exception {
        String text = """
                # look for PIV
                reset

                00 A4 04 00 09 A0 00 00 03 08 00 00 10 00 00
                00A40400\\
                09A00000\\
                030800001000 00
                00 CB 3F FF 05 5C 03 \\
                5F C1 02 00
                """;
        Conversion c = Dialect.SCRIPTOR.convert("s.txt", text, Optional.empty());
        assertEquals(List.of("# look for PIV", "reset", "> 00A4040009A0000003080000100000", "> 00CB3FFF055C035FC10200"),
                lines(c).stream().filter(l -> !l.startsWith("fail") && !l.startsWith("# 03080")).toList());
        // a line with a blank in it is bytes with blanks between them
        assertEquals(1, c.lost().size());
        assertEquals(7, c.lost().getFirst().place().line());
        c = Dialect.SCRIPTOR.convert("s.txt", text.replace("030800001000 00", "03080000100000"), Optional.empty());
        assertEquals(List.of(), c.lost());
        assertEquals(2, lines(c).stream().filter(l -> l.equals("> 00A4040009A0000003080000100000")).count());
        try (var b = new Bench(SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()), folder)) {
            b.console().run(Script.of(c, Map.of()), b.steps::add, b.context(), false);
            assertEquals(3, b.sent.size());
            assertEquals(9, b.steps.getLast().place().line(), "lines are those of the original");
        }
    }

    @Test
    void scriptorEndsAtTheWordExitAndSendsWhatDoesNotFit() throws Exception {
        Conversion c = Dialect.SCRIPTOR.convert("s", "00 A4 04 00 FF\n# exiting\n00 CA 00 6E 00\n", Optional.empty());
        assertEquals(List.of("> 00A40400FF", "# exiting", "stop", "# 00 CA 00 6E 00"), lines(c));
        assertEquals(1, c.notes().size());
        c = Dialect.SCRIPTOR.convert("s", "00 A4 04 00 FF 01\n  # not at the beginning\n00A\n00\n00 A4 04 \\\n", Optional.empty());
        assertEquals(">! 00A40400FF01", lines(c).getFirst());
        assertEquals(List.of(2, 3, 4, 5), c.lost().stream().map(m -> m.place().line()).toList());
        assertLost(c);
    }

    /** It is not run; written to a file it fails where something is missing. */
    private static void assertLost(Conversion c) throws Exception {
        assertThrows(ScriptException.class, () -> Script.of(c, Map.of()));
        var failing = Script.parse("s", c.text(), Optional.empty(), Map.of());
        assertTrue(failing.plan(List.of()).stream().anyMatch(p -> p.statement().startsWith("fail \"s:2:1: ")), c.text());
    }

    @Test
    void openScToolsCommandsAreTakenFromCommandLines() throws Exception {
        String text = """
                #!/bin/sh
                opensc-tool -r 0 -s 00:A4:04:00:09:A0:00:00:03:08:00:00:10:00:00 \\
                  --send-apdu 00CB3FFF055C035FC10200 -s '00 CB 3F FF 03 5C 01 7E 00'
                /usr/bin/opensc-tool --reset=warm -s00CA006E00; opensc-tool -a
                00:a4:04:00:00
                """;
        Conversion c = Dialect.OPENSC_TOOL.convert("s.sh", text, Optional.empty());
        assertEquals(List.of(), c.lost());
        assertEquals(List.of("auto-response on", "# !/bin/sh", "> 00A4040009A0000003080000100000", "> 00CB3FFF055C035FC10200", "> 00CB3FFF035C017E00",
                "> 00CA006E00", "reset", "> 00A4040000"), lines(c));
        assertEquals(List.of("s.sh:2:1", "s.sh:4:1"), c.notes().stream().map(n -> n.substring(0, 8)).toList());
        try (var b = new Bench(SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()), folder)) {
            b.console().run(Script.of(c, Map.of()), b.steps::add, b.context(), false);
            assertTrue(b.sent.containsAll(List.of("00A4040009A0000003080000100000", "00CB3FFF035C017E00", "00A4040000")), b.sent.toString());
        }
    }

    @Test
    void whatOnlyAShellKnowsIsReportedByLine() {
        Conversion c = Dialect.OPENSC_TOOL.convert("s", """
                opensc-tool -s $APDU
                opensc-tool -s 00CA006E00 | grep 90
                pkcs11-tool -L
                opensc-tool -s 'open
                opensc-tool -s 00A404
                opensc-tool -vs 00CA006E00
                opensc-tool -s
                """, Optional.empty());
        assertEquals(List.of(1, 2, 3, 4, 5, 6, 7), c.lost().stream().map(m -> m.place().line()).toList());
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(ints = {1, 2, 3})
    void gpshellsScriptsRun(int protocol) throws Exception {
        String text = """
                mode_211
                enable_trace
                establish_context
                card_connect -readerNumber 2
                // the card manager
                select -AID a000000003000000
                get_data -identifier 9F7F
                open_sc -security 3 -keyind 0 -keyver 0 -mac_key KEY -enc_key KEY // opens
                get_status -element 80
                send_apdu -sc 1 -APDU 80F28002024F0000
                send_apdu -sc 0 -APDU 80CA006600
                print "done" \\ so
                card_disconnect
                card_connect
                select -AID a000000003000000
                get_data -identifier ${WHAT} -noStop
                release_context
                """.replace("KEY", KEY);
        Conversion c = Dialect.GPSHELL.convert("g.txt", text, Optional.empty());
        assertEquals(List.of(), c.lost());
        assertFalse(c.text().toLowerCase().contains(KEY), c.text());
        assertTrue(lines(c).contains("secure open keys=factory level=mac-enc"), c.text());
        assertTrue(lines(c).contains("plain > 80CA006600"), c.text());
        assertThrows(ScriptException.class, () -> Script.of(c, Map.of()), "a variable of the environment is a parameter");
        try (var b = new Bench(SoftCard.inMemory(CardSpec.standard().withScp(ScpVersion.usual(protocol)).withKey(1, KeySet.factoryKey()),
                new CoolKeyAppletFactory()), folder)) {
            b.console().run(Script.of(c, Map.of("env_WHAT", "0066")), b.steps::add, b.context(), false);
            assertEquals(List.of("\"done\" \\ so"), b.said());
            assertTrue(b.seen().stream().anyMatch(s -> s.plainCommand().map(Object::toString).equals(Optional.of("80F28002024F0000"))), b.steps.toString());
            assertEquals("80CA006600", b.sent.getLast());
        }
    }

    /** A package with one applet as components one behind the other: Header, Applet, Method, Descriptor. */
    private static byte[] components(int code) {
        String header = "DECAFFED0102000001" + "07D0D1D2D3D4D501";
        String applet = "01" + "08D0D1D2D3D4D50101" + "0000";
        return Hex.parse(component(1, header) + component(3, applet) + component(7, "5A".repeat(code)) + component(11, "0102"));
    }

    private static String component(int tag, String body) {
        return String.format("%02X%04X", tag, body.length() / 2) + body;
    }

    @ParameterizedTest
    @CsvSource({"1, 05, 3", "2, 15, 1", "2, 55, 3", "3, 00, 3", "3, 70, 51", "3, 70, 17"})
    void whatGpshellLoadsAndPutsOnCardsIsThere(int protocol, String i, int level) throws Exception {
        String own = "00112233445566778899AABBCCDDEEFF";
        Files.write(folder.resolve("hello.ijc"), components(1000));
        String text = """
                mode_211
                card_connect
                select -AID a000000003000000
                open_sc -security LEVEL -mac_key KEY -enc_key KEY -kek_key KEYSCP
                install -file hello.ijc -nvDataLimit 500 -instParam 0102 -priv 4
                get_status -element 40
                delete -AID D0D1D2D3D4D501
                install_for_load -pkgAID D0D1D2D3D4D501
                load -file hello.ijc
                install_for_install -pkgAID D0D1D2D3D4D501 -AID D0D1D2D3D4D50101 -instAID ${INSTANCE}
                install_for_make_selectable -instAID ${INSTANCE}
                put_sc_key -newkeyver 5 -mac_key OWN -enc_key OWN -kek_key OWN
                put_dm_receipt_keys -key OWN -keyType TYPE
                store_data -dataFormat 0x10 -data 4203010203
                select -AID a000000003000000
                open_sc -security LEVEL -keyver 5 -mac_key OWN -enc_key OWN -kek_key OWNSCP
                delete_key -keyver 5 // the last line
                """.replace("LEVEL", level + "").replace("SCP", protocol == 1 ? " -scp 1 -scpimpl 0x05" : "").replace("KEY", KEY).replace("OWN", own)
                .replace("TYPE", protocol == 3 ? "88" : "80");
        Path file = folder.resolve("g.txt");
        Conversion c = Dialect.GPSHELL.convert("g.txt", text, Optional.of(file));
        assertEquals(List.of(), c.lost());
        assertFalse(c.text().toUpperCase().contains(own), c.text());
        String name = "keys-" + Hex.of(KeySet.kcv(KeyType.DES3, Hex.parse(own)));
        assertEquals(1, c.notes().stream().filter(n -> n.contains("esc keysets add " + name)).count(), c.notes().toString());
        SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(new ScpVersion(protocol, Integer.parseInt(i, 16))).withKey(1, KeySet.factoryKey()));
        try (var b = new Bench(card, folder)) {
            var script = Script.of(c, Map.of("env_INSTANCE", "D0D1D2D3D4D50102"));
            var e = assertThrows(EscException.class, () -> b.console().run(script, b.steps::add, b.context(), false));
            assertEquals("no-such-keys", e.problem().code(), e.getMessage());
            assertTrue(e.getMessage().startsWith("g.txt:12:1: "), e.getMessage());
            assertEquals(List.of(), b.sent, "nothing is sent before it is clear that all keys are there");
            b.stored.put(name, own);
            b.console().run(script, b.steps::add, b.context(), false);
            assertEquals(List.of("D0D1D2D3D4D50102 selectable"), card.content().applications().stream().map(a -> a.aid() + " " + a.state()).toList());
            assertEquals(List.of(1), card.content().keyVersions().stream().filter(v -> v < 0x70).toList());
            // the package was loaded as gpshell does, with its descriptor
            String load = b.seen().stream().map(s -> s.plainCommand().map(Object::toString).orElse("")).filter(x -> x.startsWith("80E8")).reduce("", String::concat);
            assertTrue(load.contains(component(11, "0102")), load);
            assertFalse(b.steps.toString().contains(own), "a key is shown");
            assertFalse(b.trace.entries().toString().toUpperCase().contains(own), "a key is in the trace");
            assertTrue(b.seen().stream().anyMatch(s -> s.plainCommand().filter(x -> x.toString().startsWith("80D80081") && x.hasHidden()).isPresent()), "PUT KEY is shown without keys");
        }
    }

    @Test
    void gpshellsKeysAreNamedAndNotCopied() throws Exception {
        String own = "00112233445566778899AABBCCDDEEFF";
        Conversion c = Dialect.GPSHELL.convert("g", """
                open_sc -security 1 -keyver 2 -key KEY -keyDerivation visa2
                # put_sc_key -mac_key KEY
                put_sc_key -keyver 0 -newkeyver 2 -mac_key KEY -enc_key KEY -kek_key FACTORY
                install -file a.cap -priv 2
                frobnicate -pass KEY
                select -AID xyz
                open_sc -security 2 -key FACTORY
                open_sc -security 1 -key FACTORY -keyDerivation visa2 -keyver 255 -scpimpl 0x15
                delete -AID D0D1D2D3D4D50101
                exit
                put_sc_key -mac_key KEY
                """.replace("KEY", own).replace("FACTORY", KEY), Optional.empty());
        assertEquals(List.of(4, 5, 6, 7), c.lost().stream().map(m -> m.place().line()).toList());
        assertFalse(c.text().contains(own), c.text());
        assertFalse(c.toString().contains(own), c.toString());
        String kcv = Hex.of(KeySet.kcv(KeyType.DES3, Hex.parse(own)));
        assertTrue(lines(c).contains("secure open keys=keys-" + kcv + " level=mac version=02 kdf=visa2 i=05"), c.text());
        assertTrue(lines(c).contains("take keys=keys-" + kcv + "-" + kcv + "-" + Hex.of(KeySet.kcv(KeyType.DES3, KeySet.factoryKey())) + " as new1"), c.text());
        assertEquals(2, c.notes().stream().filter(n -> n.contains("esc keysets add keys-" + kcv)).count(), c.notes().toString());
        assertTrue(lines(c).contains("secure open keys=factory level=mac version=FF kdf=visa2 i=15"), c.text());
        assertTrue(lines(c).contains("parts > 80E40000 lc(tlv(4F, D0D1D2D3D4D50101)) 00"), c.text());
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void anyTextIsConvertedToAScript(Dialect dialect) throws Exception {
        var random = new Random(7);
        String[] words = {"00", "A4", "reset", "exit", "#", "//", "\\", "\n", " ", "-s", "opensc-tool", "select", "-AID", "${X}", "open_sc", "-key", "\"", "'", ";",
            "print", "get_status", "-element", "40", "é", "\u0000", "delete", "-security", "9", "=", "--reset=cold", "&&", "install", "load", "-file",
            "put_sc_key", "store_data", "-data", "install_for_install", "-pkgAID", "-instAID", "-priv", "mode_211", KEY, "-newkeyver", "put_dm_receipt_keys"};
        for (int i = 0; i < 3000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(30); j >= 0; j--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextBoolean() ? " " : "");
            }
            readable(dialect, text.toString());
        }
        byte[] noise = new byte[20_000];
        random.nextBytes(noise);
        readable(dialect, new String(noise, StandardCharsets.ISO_8859_1));
    }

    /** Whatever it is, what comes out is in our language; only parameters may be missing. */
    private static void readable(Dialect dialect, String text) throws Exception {
        Conversion c = dialect.convert("s", text, Optional.empty());
        try {
            Script.parse("s", c.text(), Optional.empty(), text.contains("${X}") ? Map.of("env_X", "00") : Map.of());
        } catch (ScriptException e) {
            assertTrue(e.mistakes().stream().allMatch(m -> m.what().startsWith("The script has no parameter") || m.what().startsWith("This is no command")), text + "\n" + c.text() + e);
        }
    }
}
