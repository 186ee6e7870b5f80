// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of the data fields, as a TPS sends and a card reads them. */
class FieldsOfCommandsTest {

    private static final Aid PACKAGE = Aid.of("627601FF0000");
    private static final Aid INSTANCE = Aid.of("627601FF000000");

    @Test
    void installForLoadOnOpenPlatform() {
        var c = InstallCommand.ForLoad.of(PACKAGE, Optional.empty(), 0x1000);
        assertEquals("80E60200" + "11" + "06627601FF0000" + "00" + "00" + "06EF04C6021018" + "00",
                Hex.of(c.command(false).bytes()));
        assertEquals(c.parameters(), ((InstallCommand.ForLoad) InstallCommand.parse(2, c.encode())).parameters());
    }

    @Test
    void installForLoadOnGlobalPlatform() {
        Aid domain = Aid.of("A000000151000000");
        var c = InstallCommand.ForLoad.of(PACKAGE, Optional.of(domain), 0x1000);
        assertEquals("06627601FF0000" + "08A000000151000000" + "00" + "06EF04C6021020" + "00", Hex.of(c.encode()));
        var back = (InstallCommand.ForLoad) InstallCommand.parse(2, c.encode());
        assertEquals(Optional.of(domain), back.securityDomain());
        assertEquals(0x1020, back.parameters().codeSize().orElseThrow());
    }

    @Test
    void installAndMakeSelectable() {
        var c = InstallCommand.ForInstall.of(PACKAGE, INSTANCE, 18000, Hex.parse("00021388"));
        assertEquals("80E60C00" + "27" + "06627601FF0000" + "07627601FF000000" + "07627601FF000000" + "0100"
                + "0CEF04C8024650C90400021388" + "00", Hex.of(c.command(false).bytes()));
        var back = (InstallCommand.ForInstall) InstallCommand.parse(0x0C, c.encode());
        assertTrue(back.install() && back.makeSelectable());
        assertEquals(18000, back.parameters().dataSize().orElseThrow());
        assertArrayEquals(Hex.parse("00021388"), back.parameters().applet().orElseThrow());
        assertEquals(INSTANCE, back.instanceAid());
    }

    @Test
    void memoryBeyond64K() {
        var p = InstallParameters.forLoad(70000);
        assertEquals("EF06C60400011170", Hex.of(p.encode()));
        assertEquals(p, InstallParameters.parse(p.encode()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "06", "0662", "06627601FF000000000006EF04C602", "03112233",
            "06627601FF0000000000000000",
        "06627601FF0000000003EF01C600"})
    void brokenInstallDataIsRefused(String hex) {
        assertThrows(IllegalArgumentException.class, () -> InstallCommand.parse(2, Hex.parse(hex)));
    }

    @Test
    void installNamesWhatItInstalls() {
        assertThrows(IllegalArgumentException.class, () -> InstallCommand.parse(0x0C,
                Hex.parse("000007627601FF000000010000")));
        assertThrows(IllegalArgumentException.class, () -> InstallCommand.parse(0x01,
                Hex.parse("000007627601FF000000010000")));
        var select = (InstallCommand.ForInstall) InstallCommand.parse(0x08, Hex.parse("000007627601FF00000001000000"));
        assertFalse(select.install());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 125, 126, 127, 128, 206, 205, 204, 253, 413, 20000, 50000})
    void blocksAddUpToTheFile(int length) {
        byte[] image = new byte[length];
        new Random(length).nextBytes(image);
        for (int size : new int[] {208, 216, 255}) {
            List<LoadBlock> blocks = LoadBlock.split(image, size);
            var file = new ByteArrayOutputStream();
            for (int n = 0; n < blocks.size(); n++) {
                LoadBlock b = blocks.get(n);
                assertEquals(n, b.number());
                assertEquals(n == blocks.size() - 1, b.last(), "exactly the last one is flagged");
                assertEquals(b, LoadBlock.parse(b.command(false)));
                file.writeBytes(b.data());
            }
            var range = LoadBlock.imageIn(file.toByteArray()).orElseThrow();
            assertEquals(file.size(), range.fileLength());
            assertArrayEquals(image, Arrays.copyOfRange(file.toByteArray(), range.offset(), range.fileLength()));
        }
    }

    @Test
    void anExactMultipleEndsWithAFlaggedBlock() {
        List<LoadBlock> blocks = LoadBlock.split(new byte[2 * 208 - 4], 208);
        assertEquals(2, blocks.size());
        assertEquals("80E88001D0", Hex.of(Arrays.copyOf(blocks.getLast().command(false).bytes(), 5)));
    }

    @Test
    void whatDoesNotFitIsNotCut() {
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.split(new byte[0], 208));
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.split(new byte[60000], 208));
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.split(new byte[10], 256));
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.parse(CommandApdu.parse("80E840000101")));
    }

    @Test
    void theHeaderMayComeInPieces() {
        assertTrue(LoadBlock.imageIn(new byte[0]).isEmpty());
        assertTrue(LoadBlock.imageIn(Hex.parse("C4")).isEmpty());
        assertTrue(LoadBlock.imageIn(Hex.parse("C48210")).isEmpty());
        assertEquals(new LoadBlock.ImageRange(4, 0x1000), LoadBlock.imageIn(Hex.parse("C4821000")).orElseThrow());
        assertEquals(new LoadBlock.ImageRange(6, 5), LoadBlock.imageIn(Hex.parse("E202AABBC405")).orElseThrow());
        assertTrue(LoadBlock.imageIn(Hex.parse("E204AABB")).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.imageIn(Hex.parse("DECAFFED")));
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.imageIn(Hex.parse("C480")));
        assertThrows(IllegalArgumentException.class, () -> LoadBlock.imageIn(Hex.parse("C484FFFFFFFF")));
    }

    @Test
    void putKeyFields() {
        byte[] data = Hex.parse("02" + "8110" + "11".repeat(16) + "03AABBCC" + "8110" + "22".repeat(16) + "03AABBCC"
                + "8110" + "33".repeat(16) + "03AABBCC");
        PutKeyData p = PutKeyData.parse(data);
        assertEquals(2, p.version());
        assertEquals(List.of("11".repeat(16), "22".repeat(16), "33".repeat(16)),
                p.keys().stream().map(k -> Hex.of(k.cipher())).toList());
        assertArrayEquals(data, p.encode());
        assertEquals("02AABBCCAABBCCAABBCC", Hex.of(p.confirmation()));
        assertEquals("80D80181", Hex.of(Arrays.copyOf(PutKeyData.command(1, data, false).bytes(), 4)));
        byte[] aes = Hex.parse("02" + "882120" + "44".repeat(32) + "03AABBCC");
        assertEquals(32, PutKeyData.parse(aes).keys().getFirst().length());
        assertArrayEquals(aes, PutKeyData.parse(aes).encode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "01", "018110AABB", "0181", "01880003AABBCC", "0188021011", "018102AABB"})
    void brokenPutKeyDataIsRefused(String hex) {
        assertThrows(IllegalArgumentException.class, () -> PutKeyData.parse(Hex.parse(hex)));
    }

    @Test
    void cardDataHasTheShapeTpsReads() {
        assertEquals("6631732F06072A864886FC6B01600C060A2A864886FC6B02020101630906072A864886FC6B03640B06092A864886FC6B040215",
                Hex.of(CardData.encode(ScpVersion.SCP02_15)));
        for (ScpVersion v : List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_00,
                ScpVersion.SCP03_70)) {
            assertEquals(List.of(v), CardData.parse(CardData.encode(v)).channels());
        }
        assertThrows(IllegalArgumentException.class, () -> CardData.parse(Hex.parse("6600")));
        assertEquals(List.of(), CardData.parse(Hex.parse("66027300")).channels());
    }

    @Test
    void keyInformationHasTheShapeTpsReads() {
        try (KeySet des = KeySet.factory(1, KeyType.DES3); KeySet aes = KeySet.same(2, KeyType.AES, new byte[32])) {
            assertEquals("E012C00401018010C00402018010C00403018010", Hex.of(KeyInfo.encode(KeyInfo.of(des))));
            assertEquals(KeyInfo.of(aes), KeyInfo.parse(KeyInfo.encode(KeyInfo.of(aes))));
            assertEquals(new KeyInfo(3, 2, 0x88, 32), KeyInfo.of(aes).getLast());
        }
        assertThrows(IllegalArgumentException.class, () -> KeyInfo.parse(Hex.parse("C00401018010")));
    }

    @Test
    void registryInBothForms() {
        var domain = new RegistryEntry(RegistryEntry.Kind.ISSUER_DOMAIN, Aid.of("A000000003000000"), 0x0F, 0x9E,
                List.of());
        var file = new RegistryEntry(RegistryEntry.Kind.LOAD_FILE_MODULES, PACKAGE, 1, 0, List.of(INSTANCE));
        for (boolean tlv : new boolean[] {false, true}) {
            for (RegistryEntry e : List.of(domain, file)) {
                assertEquals(List.of(e, e), RegistryEntry.parse(e.kind(), RegistryEntry.encode(List.of(e, e), tlv),
                        tlv));
            }
        }
        assertEquals("08A0000000030000000F9E", Hex.of(RegistryEntry.encode(List.of(domain), false)));
        assertEquals("E3114F08A0000000030000009F70010FC5019E", Hex.of(RegistryEntry.encode(List.of(domain), true)));
        assertEquals("secured", domain.state());
        assertEquals("loaded", file.state());
        assertThrows(IllegalArgumentException.class,
                () -> RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, Hex.parse("08A00000"), false));
        assertThrows(IllegalArgumentException.class,
                () -> RegistryEntry.parse(RegistryEntry.Kind.APPLICATION, Hex.parse("E3039F7000"), true));
    }

    @Test
    void fciTellsTheAid() {
        Aid aid = Aid.of("A000000003000000");
        assertEquals(Optional.of(aid), Fci.parse(Fci.encode(aid)).aid());
        assertEquals(Optional.empty(), Fci.parse(new byte[0]).aid());
        assertEquals(Optional.empty(), Fci.parse(Hex.parse("6F05")).aid());
        assertEquals(Optional.empty(), Fci.parse(Hex.parse("6F048402AABB")).aid());
    }

    @Test
    void cardStatesAreFoundByTheirCodes() {
        for (CardState s : CardState.values()) {
            assertEquals(Optional.of(s), CardState.of(s.code()));
        }
        assertEquals(Optional.empty(), CardState.of(0x55));
    }

    @Test
    void noiseNeverMakesAnythingElseThanARefusal() {
        var random = new Random(11);
        for (int i = 0; i < 20000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            refuseOrRead(() -> InstallCommand.parse(noise.length > 0 ? noise[0] & 0x0E : 2, noise));
            refuseOrRead(() -> PutKeyData.parse(noise));
            refuseOrRead(() -> CardData.parse(noise));
            refuseOrRead(() -> KeyInfo.parse(noise));
            refuseOrRead(() -> LoadBlock.imageIn(noise));
            refuseOrRead(() -> RegistryEntry.parse(RegistryEntry.Kind.LOAD_FILE_MODULES, noise, random.nextBoolean()));
            refuseOrRead(() -> CapFile.parse(noise));
            Fci.parse(noise);
        }
    }

    private static void refuseOrRead(Runnable parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException e) {
            assertFalse(e.getMessage() == null || e.getMessage().isBlank(), "a refusal says why");
        }
    }
}
