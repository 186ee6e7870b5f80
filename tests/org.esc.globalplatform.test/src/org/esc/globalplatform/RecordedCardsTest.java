// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.globalplatform.RegistryEntry.Kind;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sessions with real cards, as the cards' owners published them. Each command of ours must have the bytes that were recorded: so its MAC,
 * its encryption and the host's cryptogram are right, and the card's cryptogram was verified before. What the cards answered is read, and
 * compared with what the recording itself or its owner says of it.
 */
class RecordedCardsTest {

    private static ResponseApdu send(SecureChannel c, String command) throws EscException {
        return c.transmit(CommandApdu.parse(command));
    }

    private static List<RegistryEntry> plain(Kind kind, ResponseApdu r) {
        return RegistryEntry.parse(kind, r.data(), false);
    }

    private static List<String> aids(List<RegistryEntry> entries) {
        return entries.stream().map(e -> e.aid().toString()).toList();
    }

    /** A Sm@rtCafé Expert 7, contactless (GlobalPlatformPro's issue 80). */
    @Test
    void smartCafeExpert7() throws Exception {
        var card = new Recording("""
                00A40400 6F108408A000000003000000A5049F6501FF9000
                805000000818065633407B17A5 0000054F002A0044AB010102001B9B95B95E5EBCABB137C7B87EE6EF9000
                84820100109D300822A9ACF7059A8CACFE450C2A0F 9000
                84F280000A4F008B28B60A425106E6 08A0000000030000000F9E9000
                84F240000A4F005F7B7E4608361142 6A88
                84F220000A4F00657AFEB0CBB87F40 07A000000151535001009000
                84F210000A4F008657307F71225724 6A86""");
        assertEquals(Aid.of("A000000003000000"), card.select().aid().orElseThrow());
        try (SecureChannel c = card.open(KeyType.DES3, ScpHint.NONE)) {
            var domain = plain(Kind.ISSUER_DOMAIN, send(c, "80F28000024F0000")).getFirst();
            assertEquals("A000000003000000 secured", domain.aid() + " " + domain.state());
            assertEquals(0x6A88, send(c, "80F24000024F0000").sw().value());
            assertEquals(List.of("A0000001515350"), aids(plain(Kind.LOAD_FILE, send(c, "80F22000024F0000"))));
            assertEquals(0x6A86, send(c, "80F21000024F0000").sw().value());
        }
        assertTrue(card.isOver());
    }

    /** A Sm@rtCafé Expert 3.2 with 72K, whose keys are made of the factory's by EMV CPS 1.1 (MUSCLE mailing list, 31 October 2012). */
    @Test
    void smartCafeExpert32() throws Exception {
        var card = new Recording("""
                00A4040008A000000003000000 6F108408A000000003000000A5049F6501FF9000
                80500000081CEA81CACBFF859F 0000017695008D0F97270102001058FAE6F7D0E3485ABC93FBEAC7409000
                8482010010C255066E7B12B6A3219691B3F4F21DB2 9000
                84E602002005A00000000108A0000000030000000006EF04C60238B00093961105E2EDAE4B 009000""");
        card.select();
        try (SecureChannel c = card.openDiversified(Diversification.EMV, Recording.hint(2, 0x15))) {
            // the program that was recorded asks for 38B0 bytes: the package as loaded and some more
            assertTrue(send(c, "80E602001805A00000000108A0000000030000000006EF04C60238B00000").isOk());
        }
        assertTrue(card.isOver());
    }

    /** The NXP secure element of a Nokia telephone (globalplatform-users mailing list, 30 September 2009). */
    @Test
    void secureElementOfATelephone() throws Exception {
        var card = new Recording("""
                00A4040008A000000003000000 6F108408A000000003000000A5049F6501FF9000
                80CA0066 664C734A06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040255\
                650B06092B8510864864020103660C060A2B060104012A026E01029000
                80502A0008C453FA25E5281272 000073204CC7A85453292A02001C389736801E91531A9CC29523CDA99000
                848203001011B0FCFA2F4C342CE32AE87469F2C20A 9000
                84F2200010DD0DA4CBDB95ABD873FB51E99ED8D1F9 07A000000003535001000CD276000005AA04036001041001000BD276000005AA05\
                03E0040101000BD276000005AA0503E0050101009000
                84E400801866B6144AC33B8B09F5407AE3AF46FD5D47CED38D3D75296C 6A88""");
        card.select();
        CardData data = CardData.parse(card.getData());
        assertEquals(List.of(new ScpVersion(2, 0x55)), data.channels());
        assertEquals("2.1.1", data.version());
        assertEquals("Java Card 2", data.platform());
        assertEquals(List.of("1.3.656.840.100.2.1.3"), data.configuration());
        try (SecureChannel c = card.open(KeyType.DES3, ScpHint.of(data.channels().getFirst()))) {
            assertEquals(List.of("A0000000035350", "D276000005AA040360010410", "D276000005AA0503E00401", "D276000005AA0503E00501"),
                    aids(plain(Kind.LOAD_FILE, send(c, "80F22000024F0000"))));
            assertFalse(new CardManager(c).deleteIfPresent(Aid.of("A00000006203010C0101"), true));
        }
        assertTrue(card.isOver());
    }

    /** A JCOP 31 with 72K, SCP02 i=15 (globalplatform-users mailing list, 14 December 2008). */
    @Test
    void jcop31() throws Exception {
        var card = new Recording("""
                00A4040008A000000003000000 6F108408A000000003000000A5049F6501FF9000
                80CA0066 664C734A06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040215\
                650B06092B8510864864020103660C060A2B060104012A026E01029000
                8050000008FB40E98F53D10FB9 00007115001731911702FF020023A368E8D9A4CEB77CEF48A7257CE39000
                8482010010A3941602DF12AD128CDD3370FAEAB2E6 9000
                84E40080134F09A00000006203010C01A3FEC982667FD100 009000
                84E40080144F0AA00000006203010C01016A24CEB038667871 6A88
                84E602002409A00000006203010C0108A0000000030000000006EF04C602020000D2BE4CCB4DD0728F 009000""");
        card.select();
        CardData data = CardData.parse(card.getData());
        assertEquals(List.of(new ScpVersion(2, 0x15)), data.channels());
        try (SecureChannel c = card.open(KeyType.DES3, ScpHint.of(data.channels().getFirst()))) {
            assertEquals(0xFF, c.card().keyVersion());
            var manager = new CardManager(c);
            assertTrue(manager.deleteIfPresent(Aid.of("A00000006203010C01"), true));
            assertFalse(manager.deleteIfPresent(Aid.of("A00000006203010C0101"), true));
            assertTrue(send(c, "80E602001C09A00000006203010C0108A0000000030000000006EF04C60202000000").isOk());
        }
        assertTrue(card.isOver());
    }

    /**
     * A card that answers 3B68000000 73C84012 009000, without any protection of commands (question 24732437 of Stack Overflow; the program
     * that was recorded repeats each command, the repetitions are left out).
     */
    @Test
    void withoutProtection() throws Exception {
        var card = new Recording("""
                00A4040008A000000003000000 6F108408A000000003000000A5049F6501FF9000
                8050000008B51668A992847D58 0000116001008A790AF9FF02005B6B9E4844A2DB8A52C18799FC26729000
                8482000010EE5DDB8D26DAC6B95185E133A2CE24AD 9000
                80F28000024F00 08A000000003000000019E9000
                80F24000024F00 0B010203040506070809000007009000
                80F21000024F00 6A81""");
        card.select();
        try (SecureChannel c = card.open(KeyType.DES3, ScpHint.NONE)) {
            var domain = plain(Kind.ISSUER_DOMAIN, send(c, "80F28000024F0000")).getFirst();
            assertEquals("op ready", domain.state());
            var applet = plain(Kind.APPLICATION, send(c, "80F24000024F0000")).getFirst();
            assertEquals("0102030405060708090000 selectable", applet.aid() + " " + applet.state());
            assertEquals(0x6A81, send(c, "80F21000024F0000").sw().value());
        }
        assertTrue(card.isOver());
    }

    /**
     * A card of the same kind with encrypted commands. What was deleted is known by its name only: the recording shows it encrypted, and
     * its program says which AIDs it deletes (question 24904389 of Stack Overflow).
     */
    @Test
    void withEncryption() throws Exception {
        var card = new Recording("""
                00A4040008A000000003000000 6F108408A000000003000000A5049F6501FF9000
                80500000083C8A0C90E45D3BD9 0000116001008A790AF9FF0200A37FBB5131B4DE169F779EF7491FEF9000
                8482030010DBA2054EFD75DDF0D09213C00B8C3174 9000
                84E4000018A7A854564B284F805E899F26613DE81D88D563105F51EDAA 6A88
                84E40000188EDD495FEB3DE7E58B39839B8EEA747769CF75A855C5D4BA 6A88""");
        card.select();
        try (SecureChannel c = card.open(KeyType.DES3, Recording.hint(2, 0x15))) {
            var manager = new CardManager(c);
            assertFalse(manager.deleteIfPresent(Aid.of("0102010201020102"), false));
            assertFalse(manager.deleteIfPresent(Aid.of("01020102010201"), false));
        }
        assertTrue(card.isOver());
    }

    /** A SP44 of SPTek, contactless (GlobalPlatformPro's issue 15; GET RESPONSE, which another layer sends, is left out). */
    @Test
    void sp44() throws Exception {
        var card = new Recording("""
                00A40400 6F108408A000000003000000A5049F6501FF9000
                8050000008D31CC4DE5E586FBC 0000416804170A325DC801020004B1B79602B1CBE00CF4940C2562699000
                848200001004AD1BE9E3B9A8416836287E21C90C7A 9000
                80F28000024F00 08A000000003000000019E9000
                80F24000024F00 6A88
                80F22000024F00 07A0000000035350010006A00000000310010005315041592E01009000""");
        card.select();
        try (SecureChannel c = card.open(KeyType.DES3, ScpHint.NONE)) {
            assertEquals(0x01, plain(Kind.ISSUER_DOMAIN, send(c, "80F28000024F0000")).getFirst().lifeCycle());
            assertEquals(0x6A88, send(c, "80F24000024F0000").sw().value());
            assertEquals(List.of("A0000000035350", "A00000000310", "315041592E"),
                    aids(plain(Kind.LOAD_FILE, send(c, "80F22000024F0000"))));
        }
        assertTrue(card.isOver());
    }

    private static KeySet simKeys() {
        return KeySet.of(0x20, KeyType.DES3, Hex.parse("4953445F4F54415F4B5332305F4B4943"), Hex.parse("4953445F4F54415F4B5332305F4B4944"),
                Hex.parse("4953445F4F54415F4B5332305F4B494B"));
    }

    /** A SIM card of a telephone company, its test keys published along with it ("Get status with APDU", a public page on GPShell). */
    @Test
    void simCard() throws Exception {
        var card = new Recording("""
                00A4040008A000000151000000 6F4D8408A000000151000000A541733B06072A864886FC6B01600B06092A864886FC6B020202630906072A\
                864886FC6B03640B06092A864886FC6B040255640B06092A864886FC6B0480009F6501FF9000
                8050200008062DD8D53DF62214 000000000000000000002002003C5EC94454B9315A557E87AA7D4D059000
                84820100103ACF97BF22829F1AA969AE772214E780 9000
                84F280020A4F00E241C013ABA1DAF9 E3164F08A0000001510000009F70020F01C5039AFE80EA009000""");
        card.select();
        try (KeySet keys = simKeys(); SecureChannel c = card.open(CardKeys.of(keys), ScpHint.NONE)) {
            var domain = RegistryEntry.parse(Kind.ISSUER_DOMAIN, send(c, "80F28002024F0000").data(), true).getFirst();
            assertEquals("A000000151000000 secured", domain.aid() + " " + domain.state());
            assertTrue(domain.privileges().has(Privilege.SECURITY_DOMAIN) && domain.privileges().has(Privilege.AUTHORIZED_MANAGEMENT));
            assertFalse(domain.privileges().has(Privilege.DAP_VERIFICATION));
        }
        assertTrue(card.isOver());
    }

    /** The same card lists everything at once in three answers, after each of which it says that more follows (6310). */
    @Test
    void simCardListsInSeveralAnswers() throws Exception {
        var card = new Recording("""
                8050200008EC9DE3CE10201749 000000000000000000002002004205C7B50AA9357DAA799EEA736A629000
                84820100105B8FB157325BDA7E6CA1ED3A7F3130E0 9000
                84F2E0000A4F006A1FDC6C76C9C26E 07A0000000620001010007A0000000620002010007A0000000620003010007A000000062010101000\
                8A000000062010101010007A0000000620102010007A0000000620201010010A0000000090003FFFFFFFF8910710001010010A0000000090003F\
                FFFFFFF8910710002010010A0000000090005FFFFFFFF8911000000010010A0000000090005FFFFFFFF8912000000010010A0000000090005FFF\
                FFFFF8913000000010010A0000000871005FFFFFFFF8913100000010010A0000000871005FFFFFFFF8913200000010010A0000000090005FFFFF\
                FFF8911010000010010A0000000871005FFFFFFFF891410000001006310
                84F2E0010A4F002B13E0834F8736D1 10A0000000090002FF32FF2089BFFFBA02010010A0000000090005FFFFFFFF8916010000010010A00\
                00000090005FFFFFFFF8916020100010010A0000000090005FFFFFFFF8916020200010008A00000006202080301000DA00000007750726F78694\
                34D72010006A00000015100010007A0000000030000010006A00000015102010007A000000003535101000BA0000001515350434153440100\
                0CA000000151535043415344000F8007A0000001515350010010893301FFFF2000FF33FF0189000122000F8010893301FFFF2000FF33FF0189\
                000123000FA00CA000000151535056415344000FC110A000000077010000141000000000000201006310
                84F2E0010A4F00D357E6FD9380BD50 10A0000000770100001410000000000001010010A000000077010000140000FE0000010007000FA00\
                00000090002FF44FF12890000E2010010A0000000090002FF44FF12890000E200070010893301FFFF2000FF33FFFF894D455250010010893301F\
                FFF2000FF33FFFF894D455241070010A0000000770100001420510000000004010010A000000077010000140000FE0000030007000F893301FFF\
                F2000FF33FFFF89524943010010893301FFFF2000FF33FFFF8952494301070010A0000000770100001710000000000004010010A0000000770\
                10000170000FE00000400070010A000000077010000021005000000004E01006310
                84F2E0010A4F000EF4A8536E891201 0E325041592E5359532E444446303107000F893301FFFF2150FF33FFFF89434449010010893301FFF\
                F2000FF33FFFF894344490107009000""");
        try (KeySet keys = simKeys(); SecureChannel c = card.open(CardKeys.of(keys), ScpHint.NONE)) {
            var all = new ByteArrayOutputStream();
            ResponseApdu r = send(c, "80F2E000024F0000");
            all.writeBytes(r.data());
            while (r.sw().value() == 0x6310) {
                r = send(c, "80F2E001024F0000");
                all.writeBytes(r.data());
            }
            // packages and applications are mixed here; their last list in the recording has 49 lines
            var list = RegistryEntry.parse(Kind.APPLICATION, all.toByteArray(), false);
            assertEquals(49, list.size());
            assertEquals("325041592E5359532E4444463031", list.get(46).aid().toString());
            assertEquals(0xC1, list.stream().filter(e -> e.aid().equals(Aid.of("A00000015153505641534400"))).findFirst().orElseThrow()
                    .privileges().bits() >> 16);
        }
        assertTrue(card.isOver());
    }

    /** Another SIM card of that page: with a chip that it names, asked to delete what it does not have and to take a package. */
    @Test
    void simCardWithItsChipsName() throws Exception {
        var card = new Recording("""
                00A4040008A000000151000000 6F7A8408A000000151000000A56E735F06072A864886FC6B01600B06092A864886FC6B020202630906072A\
                864886FC6B03640B06092A864886FC6B048000640B06092A864886FC6B0402556622060A2B060104012A036E000106145354333346314D20012F0\
                1020111012F010201189F6E060008203001189F6501FF9000
                8050200008B71FFFC0A2E6E677 0000604DC0098C762C002002002AEA39DB594B1EB055E69178A645A29000
                8482010010E01F1F1AA20A8F56565129DEA7D0A090 9000
                84E40080124F08D0D1D2D3D4D5010136C64F4626903E46 6A88
                84E40080114F07D0D1D2D3D4D50126AFC274857B598E 6A88
                84E602002207D0D1D2D3D4D50108A0000001510000000006EF04C60205E8005F3E3F04D3175EE6 009000""");
        assertEquals(255, card.select().maxCommandData().orElseThrow());
        try (KeySet keys = simKeys(); SecureChannel c = card.open(CardKeys.of(keys), ScpHint.NONE)) {
            var manager = new CardManager(c);
            assertFalse(manager.deleteIfPresent(Aid.of("D0D1D2D3D4D50101"), true));
            assertFalse(manager.deleteIfPresent(Aid.of("D0D1D2D3D4D501"), true));
            assertTrue(send(c, "80E602001A07D0D1D2D3D4D50108A0000001510000000006EF04C60205E80000").isOk());
        }
        assertTrue(card.isOver());
    }

    /** A card that gets its first own keys (the forum of javacardos.com, "Change GP key", 14 September 2016). */
    @Test
    void firstKeys() throws Exception {
        var card = new Recording("""
                00A40400 6F5C8408A000000003000000A550734A06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B\
                06092A864886FC6B040255650B06092B8510864864020103660C060A2B060104012A026E01029F6501FF9000
                8050000008F2A5FA8BEF9F8A51 00000000000000000000FF0200577E919A33292DAC759095BE94B8DC9000
                8482000010F4A3AF0F06816EC8BE390B1FE8FD4539 9000
                80CA00E0 E012C00401FF8010C00402FF8010C00403FF80109000
                80D800814301801014D7E04767395F62561FAE76AB69EB3E038BAF47801014D7E04767395F62561FAE76AB69EB3E038BAF47801014D7E047673\
                95F62561FAE76AB69EB3E038BAF47 018BAF478BAF478BAF479000""");
        card.select();
        try (SecureChannel c = card.open(KeyType.DES3, Recording.hint(2, 0x55)); KeySet keys = KeySet.factory(1, KeyType.DES3)) {
            var manager = new CardManager(c);
            assertEquals(List.of(new KeyInfo(1, 0xFF, 0x80, 16), new KeyInfo(2, 0xFF, 0x80, 16), new KeyInfo(3, 0xFF, 0x80, 16)),
                    manager.keyInfo());
            manager.putKeys(0, keys);
        }
        assertTrue(card.isOver());
    }

    /** A card with SCP03 i=60 and the factory's keys, with R-MAC and without encryption (repository dimatteo31/securo-gp). */
    @Test
    void scp03WithMacsBothWays() throws Exception {
        var card = new Recording("""
                8050000008CE39F278E3B1FF0D 000003460206140900440103604A38A31EDB10B00540530D0F0D638AC59000
                84821100103962B9B10D337B17E3F6580BF9F4AE62 9000
                84F220020A4F00C0375B0F0928C6D2 E30D4F07A00000015153509F700101E64A55A6C79EE82F9000""");
        assertLists(card);
    }

    /** The same card with all protection there is. */
    @Test
    void scp03WithEverything() throws Exception {
        var card = new Recording("""
                80500000087E7B7BD6BBACED6B 00000346020614090044010360DF5BF9B50B977F64D0E982BC2F7192A69000
                8482330010EAE9727A80E0C4ED6FD4D796189BFA61 9000
                84F22002182E6E5F29A91803C860002029900ADB6B635596FC98472E2B E7044E45CF0177E526398B2DD243B6E48E68E4AA466468139000""");
        assertLists(card);
    }

    private static void assertLists(Recording card) throws EscException {
        try (SecureChannel c = card.open(KeyType.AES, ScpHint.NONE)) {
            assertEquals(new ScpVersion(3, 0x60), c.scp());
            var file = new CardManager(c).registry(Kind.LOAD_FILE).getFirst();
            assertEquals("A0000001515350 loaded", file.aid() + " " + file.state());
        }
        assertTrue(card.isOver());
    }

    /**
     * Cards that prove by their cryptogram that they have the keys, each recorded up to EXTERNAL AUTHENTICATE: a J3H145
     * (GlobalPlatformPro's issue 169), and one that GPShell could not open (issue 48 of kaoh/globalplatform). The host's cryptograms were
     * computed by hand from the specification.
     */
    @ParameterizedTest
    @CsvSource({"EC255ADBCDB6C751, 00007213002987072483FF02020613A5A6AADE027E59F3F8C98F0EE3, 7B627C131C9F2504",
            "D067FF312745EBE5, 000021619600596445050102000E2E07A5F0A58F617901CC45908A6D, A92341F1EDF24FA4"})
    void authentic(String host, String answer, String cryptogram) throws Exception {
        var sent = new ArrayList<String>();
        try (SecureChannel c = SecureChannel.open(new Pretended(answer, sent), CardKeys.of(KeySet.factory(0, KeyType.DES3)), 0, 0,
                SecurityLevel.C_MAC, Hex.parse(host))) {
            assertTrue(sent.get(1).startsWith("8482010010" + cryptogram), sent.toString());
        }
    }

    /** Cards that do not have the keys are sent nothing more: a Fidesmo card, a TOP IM FIPS CY2 (GlobalPlatformPro's issues 39 and 58). */
    @ParameterizedTest
    @CsvSource({"4849A29D9FCFC9E3, 000000000000000000000102001D47D2B30969582E4165CBA9B207F6",
            "EC7ADDC16616B17C, 0000600026101842A56B0101C3D8E4783663B864DC2C7B8F366375B4"})
    void notAuthentic(String host, String answer) {
        var sent = new ArrayList<String>();
        var e = assertThrows(EscException.class, () -> SecureChannel.open(new Pretended(answer, sent),
                CardKeys.of(KeySet.factory(0, KeyType.DES3)), 0, 0, SecurityLevel.C_MAC, Hex.parse(host)));
        assertEquals("card-not-authentic", e.problem().code());
        assertEquals(1, sent.size());
    }

    /** Answers INITIALIZE UPDATE as recorded, everything else with 9000. */
    private record Pretended(String answer, List<String> sent) implements CardChannel {

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            sent.add(Hex.of(c.bytes()));
            return ResponseApdu.parse(Hex.parse(c.ins() == 0x50 ? answer + "9000" : "9000"));
        }

        @Override
        public void close() {
            // there is no card
        }
    }

    /** A bank card with an Infineon chip tells all it tells anybody (repository crocs-muni/jcalgtest_results, cplc/n26_mastercard.txt). */
    @Test
    void whatABankCardTells() throws Exception {
        var card = new Recording("""
                00A40400 6F5F8408A000000003000000A553734906072A864886FC6B01600B06092A864886FC6B020202630906072A864886FC6B03640B\
                06092A864886FC6B040255650B06092A864886FC6B020102660C060A2B060104012A026E01029F6E010F9F6501FE9000
                80CA9F7F 9F7F2A810077344091400101108091A8123F5032EC8100703481007034000000000000000000000000000000009000
                80CA0066 664B734906072A864886FC6B01600B06092A864886FC6B020202630906072A864886FC6B03640B06092A864886FC6B040255650B06\
                092A864886FC6B020102660C060A2B060104012A026E01029000
                80CA0067 6A88
                80CA00E0 E012C00401018010C00402018010C004030180109000
                80CAFF21 6A88
                80CA0042 42074953445F49494E9000
                80CA0045 45074953445F43494E9000
                80CA00C1 6A88
                80CA2F00 6A88""");
        var info = CardInfo.read(card, Atr.of("3B6D00004946582D6A6333303167703232"), Optional.empty(),
                LocalDate.of(2022, 3, 1));
        assertTrue(card.isOver());
        assertEquals(List.of(), info.problems());
        assertEquals(254, info.maxCommandData().orElseThrow());
        assertEquals("2.2", info.data().orElseThrow().version());
        assertEquals(List.of(new ScpVersion(2, 0x55)), info.data().orElseThrow().channels());
        assertEquals("Java Card 2", info.data().orElseThrow().platform());
        assertEquals(List.of(new KeyInfo(1, 1, 0x80, 16), new KeyInfo(2, 1, 0x80, 16), new KeyInfo(3, 1, 0x80, 16)), info.keys());
        // letters: ISD_IIN and ISD_CIN
        assertEquals(Optional.of("4953445F49494E"), info.iin());
        assertEquals(Optional.of("4953445F43494E"), info.cin());
        assertEquals("2018-04-01", field(info, "IC fabrication date"));
        assertEquals("2014-01-01", field(info, "operating system release date"));
        assertEquals("2017-02-03", field(info, "IC embedding date"));
        assertEquals("Infineon jTOP with Java Card 3.0.1", info.chip());
    }

    private static String field(CardInfo info, String name) {
        return info.production().orElseThrow().fields().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow().words();
    }

    /** A sysmoISIM-SJA2 has no production data (issue 8 of herlesupreeth/CoIMS_Wiki). */
    @Test
    void whatASimCardTells() throws Exception {
        var card = new Recording("""
                00A40400 6F108408A000000003000000A5049F6501FF9000
                80CA9F7F 6A88
                80CA0066 6631732F06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B0402159000
                80CA0067 6A88
                80CA00E0 6A88
                80CAFF21 6A88
                80CA0042 42030000009000
                80CA0045 450200009000
                80CA00C1 6A88
                80CA2F00 6A88""");
        var info = CardInfo.read(card, Atr.of("3B9F96801F878031E073FE211B674A4C753034054BA9"), Optional.empty(),
                LocalDate.of(2022, 3, 1));
        assertEquals(List.of(), info.problems());
        assertEquals("2.1.1", info.data().orElseThrow().version());
        assertEquals(List.of(new ScpVersion(2, 0x15)), info.data().orElseThrow().channels());
        assertEquals(Optional.of("000000"), info.iin());
        assertEquals("0000", info.id());
    }

    /** An ID-One Cosmo 8.1 with SCP03 and AES-256 (GlobalPlatformPro's issues 112 to 114). */
    @Test
    void whatACosmo81Tells() throws Exception {
        var data = CardData.parse(Hex.parse("6631732F06072A864886FC6B01600C060A2A864886FC6B02020201630906072A864886FC6B03640B06092A864886"
                + "FC6B040370"));
        assertEquals("2.2.1", data.version());
        assertEquals(List.of(new ScpVersion(3, 0x70)), data.channels());
        var keys = KeyInfo.parse(Hex.parse("E012C00401018820C00402018820C00403018820"));
        assertEquals(List.of("AES-256", "AES-256", "AES-256"), keys.stream().map(KeyInfo::typeText).toList());
        assertEquals("Oberthur ID-One Cosmo 8.1", Recording.chip("9F7F2A47906A1582314176009661330000114A142411426133114361331144"
                + "6133130B00000000000000000000", "3BD6970081B1FE451F078031C1521118F9"));
    }

    /** Key information of real cards as GlobalPlatformPro's tests and issue 66 have them, with the kinds of keys they tell of. */
    @ParameterizedTest
    @CsvSource({"E012C00401018010C00402018010C00403018010, 3, 'DES3-112'",
            "E020C00401018820C00402018820C00403018820C0060170A180A003C00401718010, 5, 'AES-256 RSA-1024 public DES3-112'",
            "E021C00401018010C00402018010C00403018010C00D0173FFA10080A0000301840100, 4, 'DES3-112 RSA-1024 public'"})
    void keyInformation(String template, int count, String kinds) {
        var keys = KeyInfo.parse(Hex.parse(template));
        assertEquals(count, keys.size());
        assertEquals(kinds, String.join(" ", keys.stream().map(KeyInfo::typeText).distinct().toList()));
    }

    /** The extended form, where lengths may be 1 (a key not yet there) and conditions of access follow. */
    @Test
    void extendedKeyInformation() {
        var keys = KeyInfo.parse(Hex.parse("E081B0C00A0120FF80001001000100C00A0220FF80001001000100C00A0320FF80001001000100C0"
                + "0A0101FF80001001000100C00A0201FF80001001000100C00A0301FF80001001000100C00A0102FF88001001000100C00E0202FF880010"
                + "FF10000101000100C00A0302FF88001001000100C00A0103FF88001001000100C00E0203FF880010FF10000101000100C00A0303FF8800"
                + "1001000100C00A1403FF85001001000100C00A1503FF88001001000100"));
        assertEquals(14, keys.size());
        assertEquals(new KeyInfo(1, 0x20, 0x80, 16), keys.getFirst());
        assertEquals(new KeyInfo(2, 2, 0x88, 16), keys.get(7));
        assertEquals("TLS pre-shared key-128", keys.get(12).typeText());
    }

    /** Capabilities of two real cards; the second one wraps them twice (GlobalPlatformPro's tests, whose words are in its issue 124). */
    @Test
    void capabilities() {
        var one = CardCapabilities.parse(Hex.parse("6735A00E8001038106001020306070820107A007800102810215558103FF9E0082031E160083010284018F"
                + "8502FF028602FF028702FF02"));
        assertEquals(List.of("SCP03 i=00 10 20 30 60 70 with AES-128, AES-192, AES-256", "SCP02 i=15 55"), one.channels());
        assertEquals(List.of("SHA-256"), one.hashes());
        var given = one.domainPrivileges();
        for (Privilege p : List.of(Privilege.SECURITY_DOMAIN, Privilege.DELEGATED_MANAGEMENT, Privilege.CARD_LOCK, Privilege.CARD_TERMINATE,
                Privilege.MANDATED_DAP_VERIFICATION, Privilege.TRUSTED_PATH, Privilege.GLOBAL_DELETE, Privilege.GLOBAL_LOCK,
                Privilege.GLOBAL_REGISTRY, Privilege.FINAL_APPLICATION)) {
            assertTrue(given.has(p), p.toString());
        }
        assertFalse(given.has(Privilege.AUTHORIZED_MANAGEMENT) || one.applicationPrivileges().has(Privilege.SECURITY_DOMAIN));
        var two = CardCapabilities.parse(Hex.parse("673A6738A006800102810155A00A8001038102001082010781039EFE8082031E0300830102850401020840"
                + "8602040887040102084088050102030405"));
        assertEquals(List.of("SCP02 i=55", "SCP03 i=00 10 with AES-128, AES-192, AES-256"), two.channels());
        assertTrue(two.domainPrivileges().has(Privilege.RECEIPT_GENERATION) && two.applicationPrivileges().has(Privilege.GLOBAL_SERVICE));
    }

    /** Issuer's domains with much and with little to tell (GlobalPlatformPro's tests). */
    @Test
    void registryEntriesWithMuchToTell() {
        var much = RegistryEntry.parse(Kind.ISSUER_DOMAIN, Hex.parse("E3464F08A0000000030000009F700101C5039EFE80CF0140CF0141CF0142"
                + "CF0143CF0180CF0181CF0182CF0183C40BD276000005AAFFCAFE0001CE020001CC08A000000003000000"), true).getFirst();
        assertEquals(List.of(0x40, 0x41, 0x42, 0x43, 0x80, 0x81, 0x82, 0x83), much.implicit());
        assertEquals(Optional.of(Aid.of("D276000005AAFFCAFE0001")), much.loadFile());
        assertEquals(Optional.of("0001"), much.version());
        assertEquals(Optional.of(Aid.of("A000000003000000")), much.domain());
        assertEquals(13, much.privileges().list().size());
        var little = RegistryEntry.parse(Kind.ISSUER_DOMAIN, Hex.parse("E3144F07A00000015100009F700107C50180EA028000"), true).getFirst();
        assertEquals("initialized", little.state());
        assertEquals(List.of(Privilege.SECURITY_DOMAIN), little.privileges().list());
    }

    /** What the owners of these cards say they are (repository crocs-muni/jcalgtest_results): start of the production data, and ATR. */
    @ParameterizedTest
    @CsvSource({"479005038211, 3BDC18FF8191FE1FC38073C821136605036351000250, NXP P60 with JCOP 3 (J3H145)",
            "479005038211, 3B80800101, NXP P60 with JCOP 3 (J3H145)",
            "479050154051, 3BF91800008131FE454A434F503231563232A9, JCOP 21 V2.2",
            "479050154051, 3BEB0000813120454A434F503331333647445478, JCOP 31",
            "479050154791, 3B8A80014A434F503331563233327A, JCOP 31 V2.3.2",
            "479050174051, 3BFA1800008131FE454A434F503431563232319D, JCOP 41 V2.2.1",
            "479050221671, 3BF71800008031FE45736674652D6E66C4, G&D SmartCafe Expert",
            "479050371671, 3BFE1800008031FE4553434536302D43443038312D6E46A9, G&D SmartCafe Expert 6.0",
            "479050384791, 3BF81800008131FE454A434F5076323431BC, JCOP 2.4.1",
            "479050744791, 3BF91300008131FE454A434F503234325233A2, JCOP 2.4.2 R3",
            "479050754791, 3BF91800008131FE4550565F4A3345303832B5, NXP J3E082",
            "479050754791, 3BFE9100FF918171FE400041380011F7B146494445534D4F310F, NXP JCOP 2.4.2 (J3E145)",
            "479051674791, 3BF91800008131FE454A32443038315F5056B6, NXP J2D081",
            "479051684791, 3BFA1800008131FE454A33413038315632343189, NXP J3A081",
            "479051834791, 3BF91300008131FE454A434F503234325232A3, JCOP 2.4.2 R2",
            "47906B644700, 3BFA1800008131FE4550564A434F5033454D5694, JCOP 3 EMV",
            "4790D3214700, 3BD518FF8191FE1FC38073C821100A, NXP P71D321 with JCOP 4",
            "4790D3214700, 3B8A80015056 4A434F50 345349 4471, JCOP 4 SecID",
            "4790D3214700, 3BFA180000910131FE454A33523138302D323535F5, NXP J3R180",
            "4790D6004700, 3B8A80010031C173C8400000900090, NXP P71D600 with JCOP 4",
            "00050045D001, 3BF99600008031FE4553434537200000202027, G&D SmartCafe Expert 7",
            "40907165544C, 3BFE1800008031FE45803180664090A5102E1083019000F2, Infineon SLJ 52G with jTOP",
            "409078054091, 3BFD9600008131FE45534C4A353247444C313238435257, Infineon SLJ 52G",
            "409034114090, 3BB89700C00831FE45FFFF13583050230065, Infineon SECORA ID X",
            "4090779486AA, 3B9C9580811F039067464A01004106F2727E0057, Feitian JavaCOS",
            "41808872 8231, 3BDB960080B1FE451F830031C064C308010001900095, Oberthur ID-One Cosmo 7",
            "205050004041, 3B7B1800000031C06477E30300829000, Oberthur ID-One Cosmo 64/72",
            "000000000000, 3BFC13000081 31FE15 597562696B65794E454F7233E1, Yubico YubikeyNEO"})
    void names(String numbers, String atr, String name) {
        assertEquals(name, Chips.name(Hex.parse(numbers.replace(" ", "")), Atr.of(atr.replace(" ", ""))));
    }

    /** JCardEngine's card has no GET STATUS: so nothing is known of its content, and packages are let through with a doubt. */
    @Test
    void aCardThatListsNothing() throws Exception {
        var blind = new CardChannel() {

            @Override
            public ResponseApdu transmit(CommandApdu c) {
                return ResponseApdu.of(0x6D00);
            }

            @Override
            public void close() {
                // there is no card
            }
        };
        var info = CardInfo.read(new Recording("""
                00A40400 6F108408A000000151000000A5049F6501FF9000 80CA9F7F 6D00 80CA0066 6D00 80CA0067 6D00 80CA00E0 6D00
                80CAFF21 6D00 80CA0042 6D00 80CA0045 6D00 80CA00C1 6D00 80CA2F00 6D00"""), Atr.of("3B80800101"), Optional.empty(),
                LocalDate.of(2026, 1, 1));
        assertThrows(EscException.class, () -> CardTree.read(blind, info));
        CardTree tree = CardTree.readIfListed(blind, info);
        assertFalse(tree.listed());
        assertEquals(Aid.of("A000000151000000"), tree.issuer().entry().aid());
        CapFile cap = CapFile.parse(Caps.of("F123456709").applet("F12345670901").needs("F123456701", 1, 1).zip());
        var report = Preflight.of(cap, DapBlock.loadFile(List.of(), cap.image()), tree, 200, false);
        assertTrue(report.isClear());
        assertEquals(List.of("It needs F123456701 1.1; whether that is on the card is not known."), report.of(Preflight.Weight.DOUBT));
    }
}
