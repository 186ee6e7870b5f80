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
}
