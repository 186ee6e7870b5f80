// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs15Test {

    /** A PIN: local, initialised, padded, stored in 8 bytes, reference 81. */
    private static final String PIN = "3028300D0C0455736572030206C0040102" + "3003040101" + "A1123010" + "03020264" + "0A0101" + "020104" + "020108"
            + "800181";

    @Test
    void applicationsOfTheDirectory() throws Exception {
        var all = Pkcs15.applications(Hex.parse("611A4F0CA000000063504B43532D313550044341524451043F005015" + "61074F05A000000003" + "0000FFFF"));
        assertEquals(2, all.size());
        assertEquals("CARD", all.getFirst().label());
        assertEquals("3F005015", Hex.of(all.getFirst().path()));
        assertTrue(all.getFirst().isPkcs15());
        assertEquals(false, all.get(1).isPkcs15());
    }

    @Test
    void directoriesByPathAndInPlace() throws Exception {
        var all = Pkcs15.directories(Hex.parse("A00630040402" + "4401" + "A706A0043002" + "0500" + "0000"));
        assertEquals(List.of(Pkcs15.Directory.PRIVATE_KEYS, Pkcs15.Directory.DATA_OBJECTS), all.stream().map(Pkcs15.Entry::directory).toList());
        assertEquals("4401", all.getFirst().path().orElseThrow().toString());
        assertEquals("30020500", Hex.of(all.get(1).objects()));
    }

    @Test
    void aPathSaysWhereInAFile() throws Exception {
        var path = Pkcs15.directories(Hex.parse("A410" + "300E" + "04063F0050154404" + "02011E" + "800101")).getFirst().path().orElseThrow();
        assertEquals("3F00/5015/4404", path.toString());
        assertEquals(30, path.index());
        assertEquals(1, path.length());
    }

    @Test
    void aPin() throws Exception {
        var pin = Pkcs15.pins(Hex.parse(PIN)).getFirst();
        assertEquals("User", pin.common().label());
        assertEquals("02", Hex.of(pin.common().authId()));
        assertEquals("01", Hex.of(pin.authId()));
        assertEquals(0x81, pin.reference());
        assertEquals(4, pin.min());
        assertEquals(8, pin.stored());
        assertEquals(8, pin.max());
        assertEquals(-1, pin.pad());
        assertEquals(Set.of(Pkcs15.PinFlag.LOCAL, Pkcs15.PinFlag.CHANGE_DISABLED, Pkcs15.PinFlag.NEEDS_PADDING), pin.flags());
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "3005", "30820000", "3080", "A00630040402", "A0020500", "30847FFFFFFF00", "1F", "A4063004020144"})
    void whatIsDamagedHasASentence(String hex) {
        byte[] b = Hex.parse(hex);
        var e = assertThrows(CardException.class, () -> {
            Pkcs15.directories(b);
            Pkcs15.pins(b);
        });
        assertTrue(e.getMessage().startsWith("The card's "), e.getMessage());
    }

    @Test
    void deepNestsEndWithASentence() {
        byte[] nest = new byte[30_000];
        for (int i = 0; i < nest.length; i += 4) {
            nest[i] = 0x30;
            nest[i + 1] = (byte) 0x82;
            nest[i + 2] = (byte) (nest.length - i - 4 >> 8);
            nest[i + 3] = (byte) (nest.length - i - 4);
        }
        assertThrows(CardException.class, () -> Pkcs15.keys(nest, true));
    }

    @Test
    void anyBytesAreReadOrRefused() {
        var random = new Random(15);
        byte[] good = Hex.parse(PIN + "611A4F0CA000000063504B43532D313550044341524451043F005015" + "A00630040402" + "4401");
        for (int n = 0; n < 30_000; n++) {
            byte[] b = Arrays.copyOf(good, 1 + random.nextInt(good.length));
            for (int i = 0; i < 4; i++) {
                b[random.nextInt(b.length)] = (byte) random.nextInt();
            }
            for (Reading r : List.<Reading>of(Pkcs15::applications, Pkcs15::directories, Pkcs15::tokenInfo, x -> Pkcs15.keys(x, true),
                    Pkcs15::certificates, Pkcs15::dataObjects, Pkcs15::pins)) {
                try {
                    r.of(b);
                } catch (CardException e) {
                    assertTrue(e.getMessage().startsWith("The card's "), e.getMessage());
                }
            }
        }
    }

    private interface Reading {
        Object of(byte[] b) throws CardException;
    }
}
