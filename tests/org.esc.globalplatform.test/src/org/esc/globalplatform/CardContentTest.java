// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;
import org.esc.globalplatform.Preflight.Weight;
import org.esc.securechannel.ScpVersion;
import org.junit.jupiter.api.Test;

/** What cards tell of themselves and their content, in old and new forms, and from cards that mean no good. */
class CardContentTest {

    private static final Aid ISSUER = Aid.of("A000000151000000");
    private static final Aid DOMAIN = Aid.of("A00000015153504101");
    private static final Aid OTHER = Aid.of("A00000015153504102");
    private static final Aid PACKAGE = Aid.of("F123456701");
    private static final Aid APPLET = Aid.of("F12345670101");

    private static final CardInfo NO_INFO = new CardInfo("3B00", Optional.of(ISSUER), OptionalInt.empty(), Optional.empty(),
            Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty(), List.of(), List.of(), Optional.empty());

    private static RegistryEntry app(Aid aid, Privileges p, Optional<Aid> domain) {
        return new RegistryEntry(RegistryEntry.Kind.APPLICATION, aid, 7, p, Optional.empty(), domain, Optional.empty(), List.of(),
                List.of());
    }

    private static RegistryEntry file(Aid aid, String version, Aid... modules) {
        return new RegistryEntry(RegistryEntry.Kind.LOAD_FILE_MODULES, aid, 1, Privileges.NONE, Optional.empty(), Optional.empty(),
                Optional.of(version).filter(v -> !v.isEmpty()), List.of(), List.of(modules));
    }

    private static CardTree tree(List<RegistryEntry> applications, List<RegistryEntry> files, int state) {
        return CardTree.of(NO_INFO, new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, ISSUER, state, 0x9E, List.of()), applications,
                files, List.of());
    }

    private static Tlv object(int tag, String hex) {
        return Tlv.of(tag, Hex.parse(hex));
    }

    @Test
    void privilegesInWordsAndBytes() {
        var all = Privileges.of(Hex.parse("9EFE80"));
        assertEquals(List.of("security domain", "card lock", "card terminate", "card reset (default selected)", "CVM management",
                "trusted path", "authorized management", "token verification", "global delete", "global lock", "global registry",
                "final application", "receipt generation"), all.words());
        assertEquals(List.of("security domain", "mandated DAP verification"), Privileges.of(Hex.parse("C1")).words());
        assertEquals(List.of("security domain", "DAP verification", "delegated management"), Privileges.of(Hex.parse("E0")).words());
        assertEquals(Privileges.of(Privilege.CARD_RESET, Privilege.GLOBAL_LOCK), Privileges.of("card-reset,global-l"));
        assertEquals(Privileges.of(Privilege.CARD_RESET), Privileges.of("default-selected"));
        assertEquals(Privileges.of("04"), Privileges.of("card-reset"));
        assertEquals("04", Hex.of(Privileges.of("card-reset").shortest()));
        assertEquals("800040", Hex.of(Privileges.of("security-domain,ciphered").shortest()));
        assertThrows(IllegalArgumentException.class, () -> Privileges.of("global"));
        assertThrows(IllegalArgumentException.class, () -> Privileges.of("king"));
        assertThrows(IllegalArgumentException.class, () -> new Privileges(1 << 24));
    }

    @Test
    void registryEntriesOfNewCards() {
        byte[] answer = Hex.parse("E3 37 4F06F12345670101 9F700107 C503040000 CF0180 CF0140 C405F123456701 CC09A00000015153504101"
                + "EA00 CE020102 8406F12345670101");
        RegistryEntry e = RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, answer, true).getFirst();
        assertEquals(APPLET, e.aid());
        assertEquals(Optional.of(PACKAGE), e.loadFile());
        assertEquals(Optional.of(DOMAIN), e.domain());
        assertEquals(List.of(0x80, 0x40), e.implicit());
        assertEquals("1.2", e.versionText());
        assertTrue(e.isDefaultSelected());
        assertFalse(e.isSecurityDomain());
        assertEquals(e, RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, RegistryEntry.encode(List.of(e), true), true).getFirst());
        assertEquals("locked", app(APPLET, Privileges.NONE, Optional.empty()).isLocked() ? "" : new RegistryEntry(
                RegistryEntry.Kind.APPLICATION, APPLET, 0x87, 0, List.of()).state());
    }

    @Test
    void aTreeOfDomainsWhateverCirclesACardDraws() {
        var sd = Privileges.of(Privilege.SECURITY_DOMAIN);
        CardTree t = tree(List.of(app(DOMAIN, sd, Optional.of(OTHER)), app(OTHER, sd, Optional.of(DOMAIN)),
                app(APPLET, Privileges.NONE, Optional.of(OTHER)),
                app(Aid.of("F1F1F1F1F1"), Privileges.NONE, Optional.of(Aid.of("F2F2F2F2F2")))),
                List.of(file(PACKAGE, "0100", APPLET)), 0x0F);
        assertEquals(List.of(ISSUER, DOMAIN, OTHER), t.domains().stream().map(d -> d.entry().aid()).toList());
        assertEquals(List.of(OTHER), t.domainsOf(DOMAIN).stream().map(d -> d.entry().aid()).toList());
        assertEquals(List.of(Aid.of("F1F1F1F1F1")), t.issuer().applications().stream().map(RegistryEntry::aid).toList(),
                "what belongs to nobody is the issuer's");
        assertEquals(List.of(APPLET), t.instancesOf(t.loadFile(PACKAGE).orElseThrow()).stream().map(RegistryEntry::aid).toList());
        assertEquals(CardState.SECURED, t.state().orElseThrow());
        CardTree own = tree(List.of(app(DOMAIN, sd, Optional.of(DOMAIN))), List.of(), 0x0F);
        assertEquals(Optional.empty(), own.domains().getLast().parent());
    }

    @Test
    void keyInformationInBothForms() {
        var keys = KeyInfo.parse(Tlv.of(0xE0, List.of(object(0xC0, "01018010"), object(0xC0, "02FF8820"), object(0xC0, "0173A180A003"),
                object(0xC0, ""), object(0xC0, "0130FF88002001010100"), object(0xC0, "0330FFB100200000"))).encoded());
        assertEquals(new KeyInfo(1, 1, 0x80, 16), keys.getFirst());
        assertEquals("AES-256", keys.get(1).typeText());
        assertEquals("initial keys", keys.get(1).purpose());
        assertEquals("RSA-1024 public", keys.get(2).typeText());
        assertEquals("DAP verification", keys.get(2).purpose());
        assertEquals(new KeyInfo(1, 0x30, 0x88, 32), keys.get(3));
        assertEquals("EC-256 private", keys.get(4).typeText());
    }

    @Test
    void capabilitiesInWords() {
        byte[] answer = Tlv.of(0x67, List.of(object(0xA0, "80010281021555"), object(0xA0, "800103 81020070 820107"), object(0x81, "C0FE80"),
                object(0x82, "1E0300"), object(0x83, "0102"), object(0x85, "05"), object(0x86, "08"), object(0x87, "4001"),
                object(0x84, "8F"), object(0x99, "00"))).encoded();
        var c = CardCapabilities.parse(answer);
        assertEquals(List.of("SCP02 i=15 55", "SCP03 i=00 70 with AES-128, AES-192, AES-256"), c.channels());
        assertTrue(c.domainPrivileges().has(Privilege.DAP_VERIFICATION));
        assertEquals(List.of("SHA-1", "SHA-256"), c.hashes());
        assertEquals(List.of("RSA-1024 PKCS#1 SHA-1", "DES MAC"), c.tokens());
        assertEquals(List.of("AES-128 CMAC"), c.receipts());
        assertEquals(List.of("ECDSA-256", "ECDSA-512"), c.daps());
        assertEquals(List.of("DES3-112", "AES-128", "AES-192", "AES-256", "with ICV"), c.loadFileCiphers());
        assertEquals(c, CardCapabilities.parse(Tlv.of(0x67, answer).encoded()), "67 in 67");
        assertThrows(IllegalArgumentException.class, () -> CardCapabilities.parse(new byte[0]));
    }

    @Test
    void recognitionDataAndMemory() {
        var d = CardData.parse(Tlv.of(0x66, List.of(Tlv.of(0x73, List.of(object(0x06, "2A864886FC6B01"),
                object(0x60, "060A2A864886FC6B02020201"), object(0x63, "06072A864886FC6B03"), object(0x64, "06092A864886FC6B040370"),
                object(0x64, "06092A864886FC6B048000"), object(0x65, "06092B8510864864020103"), object(0x66, "060A2B060104012A026E0103"),
                object(0x64, "FF"))))).encoded());
        assertEquals(List.of(ScpVersion.SCP03_70), d.channels());
        assertEquals(List.of("1.3.656.840.100.2.1.3"), d.configuration());
        assertEquals("2.2.1", d.version());
        assertEquals(List.of("SCP80 i=00"), d.others());
        assertEquals("Java Card 3", d.platform());
        assertEquals(List.of(ScpVersion.SCP02_15), CardData.parse(CardData.encode(ScpVersion.SCP02_15)).channels());
        assertEquals(new CardMemory(OptionalLong.of(3), OptionalLong.of(65536), OptionalLong.of(2048)),
                CardMemory.parse(CardMemory.encode(3, 65536, 2048)));
    }

    @Test
    void productionDataInWords() {
        byte[] v = Hex.parse("4790 5040 4791 8102 3100 6005 00000001 1234 4812 0366 4813 0000 4814 FFFF 00000000 0000 0000 00000000");
        var p = CardProduction.of(Cplc.parse(v), Atr.UNKNOWN, LocalDate.of(2026, 11, 26));
        assertEquals("NXP JCOP 2.4.1 (J3A080)", p.chip());
        assertEquals(18, p.fields().size());
        var words = p.fields().stream().map(CardProduction.Field::words).toList();
        assertEquals("NXP", words.getFirst());
        assertEquals("2018-04-12", words.get(3));
        assertEquals("2026-01-05", words.get(5));
        assertEquals("2020-12-31", words.get(9), "only 2020 of these years has 366 days");
        assertEquals("", words.get(11), "0000 is no date");
        assertEquals("", words.get(13));
        assertEquals("2016-12-01", CardProduction.date(Hex.parse("6336"), LocalDate.of(2026, 11, 26)), "not in the future");
    }

    @Test
    void importsAreLookedUpOnTheCard() {
        CapFile cap = CapFile.parse(Caps.of("F123456709").applet("F12345670901").needs("A0000000620101", 1, 6)
                .needs(PACKAGE.toString(), 1, 1).ints().zip());
        assertEquals("3.0.5", cap.javaCard());
        assertEquals("2.1", cap.format());
        assertTrue(cap.usesInt());
        assertEquals(List.of("javacard.framework 1.6", "F123456701 1.1"), cap.imports().stream().map(CapFile.Import::text).toList());
        assertEquals(32, cap.staticData());
        assertEquals(cap.image().length + 32, cap.memory());
        assertEquals(List.of("Descriptor", "Debug"),
                cap.components().stream().filter(c -> !c.loaded()).map(CapFile.Component::name).toList());
        byte[] load = DapBlock.loadFile(List.of(), cap.image());
        assertEquals(List.of("It needs F123456701 1.1, which is not on the card. Load that first."),
                Preflight.of(cap, load, tree(List.of(), List.of(), 7), 200, false).of(Weight.OBSTACLE));
        assertEquals(List.of("It needs F123456701 1.1, but the card has version 1.0."),
                Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0100")), 7), 200, false).of(Weight.OBSTACLE));
        assertEquals(List.of("It needs F123456701 1.1, but the card has version 2.1."),
                Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0201")), 7), 200, false).of(Weight.OBSTACLE));
        assertTrue(Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0107")), 7), 200, false).isClear());
        assertEquals(2, Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "")), 7), 200, false).of(Weight.DOUBT).size());
        assertFalse(Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0101")), 0x7F), 200, false).isClear(), "a locked card");
        assertFalse(Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0101")), 7), 1, false).isClear(), "too many blocks");
        var dap = app(DOMAIN, Privileges.of(Privilege.MANDATED_DAP_VERIFICATION), Optional.empty());
        assertFalse(Preflight.of(cap, load, tree(List.of(dap), List.of(file(PACKAGE, "0101")), 7), 200, false).isClear(), "not signed");
        byte[] signed = DapBlock.loadFile(List.of(new DapBlock(DOMAIN, new byte[8])), cap.image());
        assertTrue(Preflight.of(cap, signed, tree(List.of(dap), List.of(file(PACKAGE, "0101")), 7), 200, false).isClear());
    }

    @Test
    void whatAnOlderCardMayNotKnowIsDoubted() {
        CapFile cap = CapFile.parse(Caps.of("F123456709").extended("F12345670A", PACKAGE.toString()).applet("F12345670901").resources(9).zip());
        byte[] load = DapBlock.loadFile(List.of(), cap.image());
        Preflight clear = Preflight.of(cap, load, tree(List.of(), List.of(), 7), 200, false);
        assertTrue(clear.isClear());
        assertEquals(List.of("The package is in the extended format of Java Card 3.1, which a card need not know.",
                "The package brings static resources, which cards know from Java Card 3.1 on."), clear.of(Weight.DOUBT));
        assertEquals(List.of("It brings the package " + PACKAGE + ", but that is on the card already."),
                Preflight.of(cap, load, tree(List.of(), List.of(file(PACKAGE, "0100")), 7), 200, false).of(Weight.OBSTACLE));
    }

    /** Whatever bytes come, a parser says IllegalArgumentException or something sensible, and comes to an end. */
    @Test
    void hostileBytes() {
        var good = new ArrayList<byte[]>();
        good.add(CardData.encode(ScpVersion.SCP03_70));
        good.add(CardMemory.encode(1, 2, 3));
        good.add(Hex.parse("670FA009800103810200708201078202AABB"));
        good.add(Hex.parse("E00CC00401018010C006017FA180A003"));
        good.add(RegistryEntry.encode(List.of(file(PACKAGE, "0100", APPLET)), true));
        good.add(RegistryEntry.encode(List.of(file(PACKAGE, "0100", APPLET)), false));
        good.add(Caps.of("F123456709").applet("F12345670901").needs("A0000000620101", 1, 6).code(20).zip());
        good.add(Caps.of("F123456709").applet("F12345670901").needs("A0000000620101", 1, 6).code(20).ijc());
        good.add(DapBlock.loadFile(List.of(new DapBlock(DOMAIN, new byte[8])), new byte[20]));
        good.add(new InstallCommand.ForExtradition(DOMAIN, APPLET, new byte[3]).encode());
        var random = new Random(7);
        List<Consumer<byte[]>> parsers = List.of(CardData::parse, CardMemory::parse, CardCapabilities::parse, KeyInfo::parse,
                b -> RegistryEntry.parse(RegistryEntry.Kind.LOAD_FILE_MODULES, b, true),
                b -> RegistryEntry.parse(RegistryEntry.Kind.LOAD_FILE_MODULES, b, false), CapFile::parse, DapBlock::in, Receipt::parse,
                b -> InstallCommand.parse(0x10, b), b -> InstallCommand.parse(0x40, b), b -> InstallCommand.parse(0x0C, b), Fci::parse);
        for (int round = 0; round < 4000; round++) {
            byte[] b = good.get(round % good.size()).clone();
            b = Arrays.copyOf(b, random.nextInt(b.length + 1));
            for (int i = random.nextInt(4); i > 0 && b.length > 0; i--) {
                b[random.nextInt(b.length)] = (byte) random.nextInt();
            }
            for (var p : parsers) {
                try {
                    p.accept(b);
                } catch (IllegalArgumentException e) {
                    assertTrue(e.getMessage() != null && !e.getMessage().isEmpty(), "a reason in words");
                }
            }
        }
    }

    /** A card of 2.0.1: plain forms only, no modules, SELECT answers nothing, no data objects. */
    @Test
    void anOldCardIsReadToo() throws EscException {
        CardChannel old = new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu c) {
                return switch (c.ins()) {
                    case 0xA4 -> c.nc() == 0 || Arrays.equals(c.data(), Hex.parse("A0000000030000")) ? ResponseApdu.ok()
                            : ResponseApdu.of(0x6A82);
                    case 0xF2 -> (c.p2() & 2) != 0 || c.p1() == 0x10 ? ResponseApdu.of(0x6A86)
                            : switch (c.p1()) {
                                case 0x80 -> ResponseApdu.ok(Hex.parse("07A0000000030000079E"));
                                case 0x40 -> ResponseApdu.ok(Hex.parse("06F123456701018704"));
                                default -> ResponseApdu.ok(Hex.parse("05F1234567010100"));
                            };
                    default -> ResponseApdu.of(0x6D00);
                };
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
        CardInfo info = CardInfo.read(old, Atr.of("3B00"), Optional.empty(), LocalDate.of(2026, 1, 1));
        assertEquals(Optional.of(Aid.of("A0000000030000")), info.domain());
        assertEquals("3B00", info.id());
        CardTree t = CardTree.read(old, info);
        assertEquals(CardState.INITIALIZED, t.state().orElseThrow());
        assertTrue(t.find(APPLET).orElseThrow().isLocked());
        assertTrue(t.find(APPLET).orElseThrow().isDefaultSelected());
        assertEquals(List.of(PACKAGE), t.loadFiles().stream().map(RegistryEntry::aid).toList());
    }
}
