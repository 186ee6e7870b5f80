// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import static org.esc.driver.testing.DecoderCheck.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.driver.testing.DecoderCheck;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exchanges as cards of each standard have them, and what is said of them. */
class DecodersTest {

    private static final List<Decoder> ALL = List.of(new IsoDecoder(), new GlobalPlatformDecoder(), new EmvDecoder(), new SimDecoder(), new TlvDecoder());

    private static Decoded decode(String... exchanges) {
        return DecoderCheck.decode(ALL, exchanges);
    }

    @Test
    void selectAndFileControlInformation() {
        var d = decode("00A4040008A000000003000000", "6F108408A000000003000000A5049F6501FF9000");
        assertEquals("SELECT", d.brief().name());
        assertEquals("card manager (VISA GlobalPlatform) A000000003000000", d.brief().summary());
        says(d, "P1: by DF name @2+1", "P2: first or only occurrence, return FCI @3+1",
                "DF name: A000000003000000 (card manager (VISA GlobalPlatform)) @5+8", "6F FCI template @0+18",
                "84 DF name: A000000003000000 (card manager (VISA GlobalPlatform)) @2+10", "9F65 most data of a command: 255 bytes @14+4");
    }

    /** A command with data and an Le. */
    private static String command(String header, String data) {
        byte[] b = Hex.parse(data);
        return header + Hex.of(b.length) + Hex.of(b) + "00";
    }

    @Test
    void fileControlParameters() {
        var d = decode("00A404000450154401", "6985", command("00A40804", "5015 4401"),
                "6216 8002010A 8203412100 83024401 880108 8A0105 8C016F 9000");
        says(d, "path: 5015/4401 @5+4", "80 bytes of data: 266 bytes @2+4", "file descriptor byte: working EF, transparent, shareable @8+1",
                "83 file identifier: 4401 @11+4", "88 short EF identifier: SFI 01 @15+3", "8A life cycle status: operational, activated @18+3");
    }

    @Test
    void filesRecordsAndData() {
        says(decode("00B0820510", "AABB9000"), "P1: SFI 02 @2+1", "P2: offset 5 @3+1");
        says(decode("00B2010C00", "6111 4F08A000000308000010 5005 5049562049 9000"), "P1: record 1 @2+1", "P2: SFI 01, the record in P1 @3+1",
                "4F application identifier: A000000308000010 (PIV) @2+10", "50 application label: \"PIV I\" @12+7");
        says(decode("00CA5F5200", "0031C573C001409000"), "P1 P2: tag: 5F52 (historical bytes) @2+2");
        says(decode("00CB3FFF055C035FC10200", "5302AABB9000"), "5C tag list: 5FC102 @5+5", "53 discretionary data @0+4");
    }

    @Test
    void verificationAndSecurity() {
        var d = decode("00200081083132333435363738", "63C2");
        assertEquals("specific reference data 01", d.brief().summary());
        assertEquals("wrong, 2 tries left", d.brief().status());
        assertEquals("not verified, 3 tries left", decode("00200081", "63C3").brief().status());
        d = decode("002241B606840101800110", "9000");
        assertEquals("MANAGE SECURITY ENVIRONMENT: SET", d.brief().name());
        says(d, "84 private or session key reference: 01 @5+3", "80 cryptographic mechanism reference: 10 @8+3", "P2: digital signature @3+1");
        d = decode(command("002A9E9A", "30130609608648016503040201 0406 010203040506"), "AABB9000");
        assertEquals("PSO: COMPUTE DIGITAL SIGNATURE", d.brief().name());
        says(d, "P1: answer: digital signature @2+1", "value to sign @5+21", "digital signature @0+2");
        d = decode(command("002A9E9A", "3017 300B0609608648016503040201 0408 0102030405060708"), "AABB9000");
        says(d, "value to sign: DigestInfo @5+25", "algorithm: SHA-256 (2.16.840.1.101.3.4.2.1) @9+11", "digest @20+10");
        d = decode(command("002A8086", "00AABB"), "019000");
        says(d, "padding indicator: no further indication @5+1", "cryptogram @6+2", "plain value @0+1");
        says(decode(command("00860000", "7C0482023132"), "7C04820231329000"), "7C dynamic authentication data @5+6", "82 response @7+4");
        says(decode("0070000001", "019000"), "P1: open @2+1", "channel that was opened: 1 @0+1");
        says(decode(command("0C200081", "870901A1A2A3A4A5A6A7A8 8E081122334455667788"), "990290008E0811223344556677889000"),
                "padding indicator: 80 00… @7+1", "cryptogram @8+8", "8E cryptographic checksum @16+10", "99 status word, signed: done @0+4");
    }

    @Test
    void certificatesAndKeysByTheirNames() {
        says(decode("00B0000000", "300902040102030402 0103 9000"), "r: 16909060 @2+6", "s: 3 @8+3");
        String algorithm = "300D06092A864886F70D01010B0500";
        String name = "300C310A300806035504030C0141";
        String tbs = "A003020102" + "020105" + algorithm + name + "301E170D3236303130313030303030305A170D3237303130313030303030305A" + name
                + "300D" + "300906072A8648CE3D0201" + "0300";
        String body = "30" + Hex.of(Hex.parse(tbs).length) + tbs + algorithm + "030200AA";
        says(decode("00B0000000", "3081" + Hex.of(Hex.parse(body).length) + body + "9000"), "content: X.509 certificate @0+122", "version @5+5",
                "serialNumber: 5 @10+3", "algorithm: sha256WithRSAEncryption (1.2.840.113549.1.1.11) @15+11", "issuer: CN=A @28+14",
                "notBefore: 2026-01-01 00:00:00 UTC @44+15", "subjectPublicKeyInfo @88+15");
    }

    @Test
    void initializeUpdateFieldByField() {
        says(decode("8050000008001122334455667700", "00004181116665F5B8300101A67BE0F6BB2920AAD421FF3948F1304B9000"), "host challenge @5+8",
                "key diversification data: 00004181116665F5B830 @0+10", "key version: 01 @10+1", "secure channel protocol: SCP01 @11+1",
                "card challenge @12+8", "card cryptogram @20+8");
        says(decode("8050000008001122334455667700", "00004181116665F5B8300102002AA67BE0F6BB29D421FF3948F1304B9000"), "sequence counter: 42 @12+2",
                "card challenge @14+6");
        says(decode("8050000008001122334455667700", "00004181116665F5B830300370A67BE0F6BB2920AAD421FF3948F1304B00002A9000"),
                "options i: 70: S8, pseudo-random challenge, R-MAC, R-ENCRYPTION @12+1", "sequence counter: 42 @29+3");
        var d = decode("84823300106031C2B4C71D2B0B28E2D1C9A6F1E9B7", "9000");
        assertEquals("R-ENCRYPTION, R-MAC, C-DECRYPTION, C-MAC", d.brief().summary());
        assertEquals("the host's cryptogram does not fit", decode("84823300106031C2B4C71D2B0B28E2D1C9A6F1E9B7", "6300").brief().status());
    }

    @Test
    void cardContentManagement() {
        var d = decode(command("80E60C00", "06627601FF0000 07627601FF000000 07627601FF000000 0104 0C EF04C8022710 C90400021388 00"), "009000");
        assertEquals("INSTALL for install and make selectable", d.brief().name());
        assertEquals("627601FF0000 (CoolKey package), 627601FF000000 (CoolKey)", d.brief().summary());
        says(d, "load file AID: 627601FF0000 (CoolKey package) @5+7", "application AID: 627601FF000000 (CoolKey) @20+8",
                "privileges: card reset (default selected) @28+2", "C8 persistent memory for data: 10000 bytes @33+4",
                "C9 application's own parameters @37+6", "receipt: none @0+1");
        d = decode(command("80E60200", "06627601FF0000 00 00 06 EF04C6024650 00"), "009000");
        assertEquals("INSTALL for load", d.brief().name());
        says(d, "C6 persistent memory for code: 18000 bytes @17+4");
        d = decode(command("80E62000", "0000 07627601FF000000 000000"), "009000");
        assertEquals("INSTALL for personalization", d.brief().name());
        says(decode(command("80E80000", "C4820123 010010 DECAFFED 0102 04 00 01 06627601FF0000 02001F"), "009000"),
                "P1: more blocks follow @2+1", "C4 load file data block @5+26", "Header component @9+19", "magic: CAP file @12+4",
                "package AID: 627601FF0000 (CoolKey package) @21+7", "size: 31 @29+2");
        says(decode("80E40080094F07627601FF000000", "009000"), "P2: and what depends on it @3+1", "4F AID: 627601FF000000 (CoolKey) @5+9");
        // in a trace its data is masked, so the decoder is asked itself
        var put = CommandApdu.parse(command("80D80081", "01 8010 00112233445566778899AABBCCDDEEFF 03 8BAF47 8811 10 00112233445566778899AABBCCDDEEFF 03 504A77"));
        var keys = new GlobalPlatformDecoder().commandData(Standing.UNKNOWN, put, put.data());
        assertEquals(3, keys.size());
        assertEquals("new key version", keys.getFirst().name());
        assertEquals("DES3-112", keys.get(1).children().getFirst().value());
        assertEquals("AES-128", keys.get(2).children().getFirst().value());
        assertEquals("504A77", keys.get(2).children().getLast().value());
        d = decode("80F28002024F0000", "E313 4F08A000000003000000 9F700107 C5039EFE80 9000");
        says(d, "P1: issuer security domain @2+1", "P2: first or all occurrences, TLV form @3+1", "E3 registry entry @0+21",
                "9F70 life cycle state: initialized @12+4");
        says(decode("80F24000024F0000", "07627601FF0000000700 9000"), "registry entry @0+10", "AID: 627601FF000000 (CoolKey) @0+8",
                "life cycle state: selectable @8+1", "privileges: none @9+1");
        says(decode("80F0800F", "9000"), "P2: life cycle: secured @3+1");
        says(decode("80E2900003D00101", "9000"), "P1: last block, not encrypted, BER-TLV structure @2+1");
        assertEquals("load files and modules", decode("80F21002024F0000", "6A88").brief().summary());
    }

    @Test
    void cardDataOfGlobalPlatform() {
        var d = decode("80CA006600", "6631732F06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B0402159000");
        assertEquals("card data (66)", d.brief().summary());
        says(d, "73 card recognition data @2+49", "64 secure channel protocol @38+13",
                "06 object identifier: SCP02 i=15 (1.2.840.114283.4.2.21) @40+11");
        d = decode("80CA00E000", "E012C00401018010C00402018010C004030180109000");
        says(d, "C0 key information @2+6", "key identifier: 1 (ENC) @4+1", "key type: DES3-112 @6+1", "key length: 16 @7+1");
        String cplc = "9F7F2A" + "4090" + "6145" + "0000".repeat(19);
        says(decode("80CA9F7F00", cplc + "9000"), "9F7F card production life cycle data @0+45", "IC fabricator: Infineon @3+2", "IC type: 6145 @5+2");
        says(decode("80CAFF2100", "FF210D 810105 820400010000 83020800 9000"),
                "81 number of installed applications: 5 @3+3", "82 free persistent memory: 65536 bytes @6+6");
    }

    @Test
    void whatASecureChannelWrapsIsToldAsFarAsItCanBe() {
        String init = "8050000008001122334455667700";
        String answer = "00004181116665F5B8300102002AA67BE0F6BB29D421FF3948F1304B9000";
        var d = decode(init, answer, "848201001010674A7E0BAE4B338A9E421D068947FE", "9000", "84E400000C4F02AABB1122334455667788", "009000");
        says(d, "4F AID: AABB @5+4", "C-MAC @9+8");
        d = decode(init, answer, "848203001010674A7E0BAE4B338A9E421D068947FE", "9000", "84E4000010AABBCCDDEEFF00111122334455667788", "009000");
        assertTrue(DecoderCheck.lines(d).stream().anyMatch(l -> l.contains("encrypted") && l.endsWith("@5+8")), DecoderCheck.lines(d).toString());
    }

    @Test
    void paymentCards() {
        String ppse = "00A404000E325041592E5359532E444446303100";
        var d = decode(ppse, "6F23 840E325041592E5359532E4444463031 A511 BF0C0E 610C 4F07A0000000031010 870101 9000");
        says(d, "87 application priority indicator: priority 1 @34+3", "4F application identifier: A0000000031010 (Visa credit or debit) @25+9");
        String visa = "00A4040007A000000003101000";
        String fci = "6F17 8407A0000000031010 A50C 500456495341 9F38039F0206 9000";
        d = decode(ppse, "9000", visa, fci);
        says(d, "50 application label: \"VISA\" @13+6", "9F02 amount, authorised: 6 bytes @22+3");
        d = decode(visa, fci, command("80A80000", "8306000000001234"), "770A 82021980 940408010200 9000");
        assertEquals("GET PROCESSING OPTIONS", d.brief().name());
        says(d, "82 application interchange profile @2+4", "byte 1: cardholder verification, terminal risk management, CDA @4+1",
                "records to read: SFI 01, records 1 to 2, 0 for offline authentication @8+4");
        d = decode(visa, fci, "00B2010C00", "7010 5F2403281231 5F28020276 9F42020978 9000");
        says(d, "5F24 application expiration date: 2028-12-31 @2+6", "9F42 application currency code: 0978 @13+5");
        d = decode(visa, fci, command("80AE8000", "00000001"), "7714 9F270180 9F36020012 9F2608A1A2A3A4A5A6A7A8 9000");
        assertEquals("request ARQC (go online)", d.brief().summary());
        says(d, "9F27 cryptogram information data: ARQC (go online) @2+4", "9F36 application transaction counter: 18 @6+5");
    }

    @Test
    void simCards() {
        says(decode("A0A40000027F20", "9F17"), "file: DF_GSM @5+2");
        assertEquals("done, 23 bytes wait", decode("A0A40000027F20", "9F17").brief().status());
        var d = decode("A0A40000022FE2", "9F0F", "A0B000000A", "980210325476981032F49000");
        assertEquals("READ BINARY", d.brief().name());
        says(d, "EF_ICCID: 8920012345678901234 @0+10");
        d = decode("A0A40000023F00", "9000", "A0A40000027F20", "9000", "A0A40000026F07", "9000", "A0B0000009", "0829430510003254769000");
        says(d, "length: 8 bytes @0+1", "IMSI: 234500100234567 @1+8");
        assertEquals("RUN GSM ALGORITHM", decode("A088000010000102030405060708090A0B0C0D0E0F", "9F0C").brief().name());
        d = decode("8012000018", "D016 8103012180 82028102 8D0B0448656C6C6F2C20796F75 9000");
        assertEquals("FETCH", d.brief().name());
        says(d, "type of command: DISPLAY TEXT @5+1", "source: UICC @9+1", "destination: display @10+1", "text: \"Hello, you\" @14+10");
        d = decode("801400000C810301218082028281830100", "9000");
        assertEquals("DISPLAY TEXT", d.brief().summary());
        says(d, "general result: performed successfully @16+1");
    }

    private static Decoded german(String... exchanges) {
        return Words.in(Locale.GERMANY, () -> decode(exchanges));
    }

    private static List<String> all(Decoded d, Function<Field, String> what) {
        var all = new ArrayList<String>();
        d.parts().forEach(p -> p.fields().forEach(f -> collect(f, what, all)));
        return all;
    }

    private static void collect(Field f, Function<Field, String> what, List<String> into) {
        into.add(what.apply(f));
        f.children().forEach(c -> collect(c, what, into));
    }

    @Test
    void germanChangesWhatIsExplainedAndNoName() {
        String[][] all = {
            {"00A4000C023F00", "9000"}, {"00B2010C00", "700457021234616E"}, {"0020008008FFFFFFFFFFFFFFFF", "63C2"}, {"002241B6038301AA", "9000"},
            {"8050000008001122334455667700", "00004181116665F5B8300102002AA67BE0F6BB29D421FF3948F1304B9000"}, {"80E400000A4F08A000000003000000", "009000"},
            {"80AE800004" + "00000001", "77149F2701809F360200129F2608A1A2A3A4A5A6A7A89000"}, {"A0A40000027F20", "9F17"}};
        for (String[] x : all) {
            Decoded english = decode(x);
            Decoded german = german(x);
            assertEquals(english.brief().name(), german.brief().name());
            assertEquals(all(english, Field::name), all(german, Field::name));
            assertNotEquals(all(english, Field::value), all(german, Field::value), String.join(" ", x));
        }
        says(german("00A4000C023F00", "9000"), "file identifier: Master File (3F00) @5+2", "P2: erstes oder einziges Vorkommen, nichts zurückgeben @3+1");
        assertEquals("erledigt, 23 Bytes warten", german("A0A40000027F20", "9F17").brief().status());
        // names that are looked for in what was said
        String init = "8050000008001122334455667700";
        String answer = "00004181116665F5B8300102002AA67BE0F6BB29D421FF3948F1304B9000";
        assertEquals("A000000003000000 (card manager (VISA GlobalPlatform))", german("80E400000A4F08A000000003000000", "009000").brief().summary());
        for (String delete : List.of("84E4000010AABBCCDDEEFF00111122334455667788", "84E4000010AABB" + "00".repeat(14), "84E6020006A10F02030405")) {
            String[] wrapped = {init, answer, "848203001010674A7E0BAE4B338A9E421D068947FE", "9000", delete, "009000"};
            assertEquals("", decode(wrapped).brief().summary(), delete);
            assertEquals("", german(wrapped).brief().summary(), delete);
        }
    }

    @Test
    void anythingThatParsesCleanly() {
        says(decode("9036000000", "7F490481020102" + "9100"), "7F49 public key @0+7");
        assertTrue(DecoderCheck.lines(decode("9036000000", "01020304059100")).stream().noneMatch(l -> l.startsWith("  ")));
    }

    static List<Decoder> decoders() {
        return ALL;
    }

    private static Standing selected(Decoder d) {
        return d instanceof EmvDecoder ? Standing.UNKNOWN.select(Aid.of("A0000000031010"))
                : d instanceof SimDecoder ? Standing.UNKNOWN.select(Aid.of("A0000000871002FF")).at("3F00/7FFF/6F07")
                : d instanceof GlobalPlatformDecoder ? Standing.UNKNOWN.select(Aid.of("A000000151000000")) : Standing.UNKNOWN;
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void nothingMakesItStumble(Decoder d) {
        assertTrue(DecoderCheck.hostile(d, selected(d), 20261126) > 100);
        assertEquals(true, d.rank(selected(d)) > 0);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void hiddenBytesAreNotTold(Decoder d) {
        DecoderCheck.hidden(d, selected(d), 5);
    }

    @Test
    void commandsOfAllLengthsAreExplained() {
        for (int n = 0; n < 300; n += 7) {
            var c = CommandApdu.of(0x80, 0xE6, 0x0C, 0, new byte[n], 256);
            DecoderCheck.inside("INSTALL", new GlobalPlatformDecoder().commandData(Standing.UNKNOWN, c, c.data()), 0, n);
        }
    }
}
