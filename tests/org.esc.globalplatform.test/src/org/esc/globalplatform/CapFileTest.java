// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.junit.jupiter.api.Test;

class CapFileTest {

    private static final String HEADER = "01 0011 DECAFFED 02 01 04 03 02 06 A00000000101 00";
    private static final String DIRECTORY = "02 0002 AABB";
    private static final String APPLET = "03 0015 02 07 A0000000010101 0010 07 A0000000010102 0020";
    private static final String METHOD = "07 0003 010203";
    private static final String DESCRIPTOR = "0B 0001 FF";
    private static final String DEBUG = "0C 0001 EE";

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var z = new ZipOutputStream(out)) {
            for (var e : entries.entrySet()) {
                z.putNextEntry(new ZipEntry(e.getKey()));
                z.write(e.getValue());
            }
        }
        return out.toByteArray();
    }

    @Test
    void aZipIsPutInLoadOrder() throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put("META-INF/MANIFEST.MF", new byte[] {'x'});
        entries.put("com/example/javacard/Method.cap", Hex.parse(METHOD));
        entries.put("com/example/javacard/Descriptor.cap", Hex.parse(DESCRIPTOR));
        entries.put("com/example/javacard/Applet.cap", Hex.parse(APPLET));
        entries.put("com/example/javacard/Debug.cap", Hex.parse(DEBUG));
        entries.put("com/example/javacard/Directory.cap", Hex.parse(DIRECTORY));
        entries.put("com/example/javacard/Header.cap", Hex.parse(HEADER));
        CapFile cap = CapFile.parse(zip(entries));
        assertEquals(Aid.of("A00000000101"), cap.packageAid());
        assertEquals(List.of(Aid.of("A0000000010101"), Aid.of("A0000000010102")), cap.applets());
        assertEquals(2, cap.major());
        assertEquals(3, cap.minor());
        assertEquals(Optional.empty(), cap.name());
        assertEquals(Hex.of(Hex.parse(HEADER + DIRECTORY + APPLET + METHOD)), Hex.of(cap.image()));
        assertEquals(cap, CapFile.parse(cap.image()));
    }

    @Test
    void componentsOneBehindTheOther() {
        CapFile cap = CapFile.parse(Hex.parse("01 0013 DECAFFED 02 02 04 00 01 05 6276010000 03 612F62"
                + DESCRIPTOR));
        assertEquals(Aid.of("6276010000"), cap.packageAid());
        assertEquals(Optional.of("a.b"), cap.name());
        assertEquals(List.of(), cap.applets());
        assertEquals(22, cap.image().length, "the descriptor is not loaded");
    }

    @Test
    void whatIsNoPackageIsRefused() throws IOException {
        byte[] good = Hex.parse(HEADER + DIRECTORY + APPLET + METHOD);
        for (int n = 0; n < good.length; n++) {
            byte[] cut = Arrays.copyOf(good, n);
            if (n != 20 && n != 25 && n != good.length - 6) {
                var e = assertThrows(IllegalArgumentException.class, () -> CapFile.parse(cut), "cut at " + n);
                assertTrue(e.getMessage().length() > 10);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(Hex.parse(DIRECTORY + HEADER)));
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(Hex.parse(HEADER.replace("DECAFFED",
                "CAFEBABE"))));
        byte[] noHeader = zip(Map.of("a/Method.cap", Hex.parse(METHOD)));
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(noHeader));
        byte[] oversized = zip(Map.of("a/Header.cap", new byte[80000]));
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(oversized));
        byte[] damaged = Arrays.copyOf(noHeader, noHeader.length / 2);
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(damaged));
    }

    /** An extended file as Java Card 3.1 has it: packages in the header, four bytes of size where 64 KB may be exceeded. */
    private static final String EXTENDED_HEADER = "01 001B DECAFFED 03 02 0E 02 01 06 F00000000110 01 00 01 06 F00000000111 00";
    private static final String EXTENDED_APPLET = "03 0017 02 07 F0000000011201 00 0015 07 F0000000011202 01 0056";
    private static final String EXTENDED_METHOD = "07 00000003 010203";
    private static final String RESOURCES = "0D 00000009 0001 0001 00000001 42";

    @Test
    void anExtendedFileIsRead() throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put("ext/javacard/StaticResources.capx", Hex.parse(RESOURCES));
        entries.put("ext/javacard/Debug.capx", Hex.parse("0C 00000001 EE"));
        entries.put("ext/javacard/Descriptor.capx", Hex.parse("0B 00000001 FF"));
        entries.put("ext/javacard/RefLocation.capx", Hex.parse("09 00000004 0000 0000"));
        entries.put("ext/javacard/Method.capx", Hex.parse(EXTENDED_METHOD));
        entries.put("ext/javacard/Applet.cap", Hex.parse(EXTENDED_APPLET));
        entries.put("ext/javacard/Directory.cap", Hex.parse(DIRECTORY));
        entries.put("ext/javacard/Header.cap", Hex.parse(EXTENDED_HEADER));
        CapFile cap = CapFile.parse(zip(entries));
        assertTrue(cap.extended() && cap.hasResources());
        assertEquals(Aid.of("F00000000110"), cap.packageAid());
        assertEquals("1.2", cap.version());
        assertEquals("2.3", cap.format());
        assertEquals(List.of(Aid.of("F00000000111")), cap.packages());
        assertEquals(List.of(Aid.of("F0000000011201"), Aid.of("F0000000011202")), cap.applets());
        assertEquals(Hex.of(Hex.parse(EXTENDED_HEADER + DIRECTORY + EXTENDED_APPLET + EXTENDED_METHOD + "09 00000004 0000 0000" + RESOURCES)),
                Hex.of(cap.image()));
        assertEquals(cap, CapFile.parse(cap.image()));
        byte[] custom = Hex.parse(EXTENDED_HEADER + EXTENDED_METHOD + "80 00000002 ABCD" + EXTENDED_APPLET);
        assertEquals(2, CapFile.parse(custom).applets().size(), "behind a component of its maker's");
    }

    @Test
    void aLargeMethodComponentIsRead() {
        CapFile cap = CapFile.parse(Caps.of("F123456701").extended("F123456702", "F123456703").applet("F12345670101").code(100_000).zip());
        assertEquals(List.of(Aid.of("F123456702"), Aid.of("F123456703")), cap.packages());
        assertTrue(cap.image().length > 100_000);
        assertEquals(cap, CapFile.parse(cap.image()));
    }

    @Test
    void staticResourcesOfACompactFileAreRead() {
        CapFile plain = CapFile.parse(Caps.of("F123456701").applet("F12345670101").zip());
        CapFile cap = CapFile.parse(Caps.of("F123456701").applet("F12345670101").resources(70_000).zip());
        assertTrue(!plain.hasResources() && cap.hasResources() && !cap.extended());
        assertEquals(List.of(Aid.of("F123456701")), cap.packages());
        assertEquals(plain.image().length + 5 + 8 + 70_000, cap.image().length);
        assertEquals("StaticResources", cap.components().stream().filter(c -> c.size() == 70_008).findFirst().orElseThrow().name());
        assertEquals(cap, CapFile.parse(cap.image()));
    }

    @Test
    void anExtendedFileThatIsDamagedIsRefused() {
        byte[] good = Hex.parse(EXTENDED_HEADER + EXTENDED_APPLET + EXTENDED_METHOD + RESOURCES);
        CapFile.parse(good);
        var whole = List.of(30, 30 + 26, 30 + 26 + 8);
        for (int n = 0; n < good.length; n++) {
            byte[] cut = Arrays.copyOf(good, n);
            if (!whole.contains(n)) {
                assertThrows(IllegalArgumentException.class, () -> CapFile.parse(cut), "cut at " + n);
            }
        }
        for (String size : List.of("FFFFFFFF", "80000000", "7FFFFFFF", "00000004")) {
            assertThrows(IllegalArgumentException.class, () -> CapFile.parse(Hex.parse(EXTENDED_HEADER + "07" + size + "010203")), size);
        }
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(Hex.parse(EXTENDED_HEADER.replace("F00000000110 01", "F00000000110 02"))),
                "a package is missing");
    }

    @Test
    void whatIsLargerThanAnyCardIsRefused() throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        entries.put("a/Header.cap", Hex.parse(HEADER));
        entries.put("a/Method.capx", new byte[17 << 20]);
        byte[] bomb = zip(entries);
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(bomb));
        byte[] twice = zip(Map.of("a/Header.cap", Hex.parse(HEADER), "a/Method.cap", Hex.parse(METHOD), "a/Method.capx", Hex.parse(METHOD)));
        assertThrows(IllegalArgumentException.class, () -> CapFile.parse(twice));
    }
}
