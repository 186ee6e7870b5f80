// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.esc.apdu.CardException;
import org.esc.apdu.Cuid;
import org.esc.apdu.Hex;
import org.esc.coolkey.TokenObject.Flag;
import org.junit.jupiter.api.Test;

class TokenObjectsTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");
    private static final String INNER = "000D 0002 08 4A6F686E20446F65"
            + "63310000 00000091 0002 00000003 00 0014 7369676E696E67206B657920666F72206A646F65"
            + "00000011 00 0005 3003020100"
            + "6B320000 001301B1 0001 00000100 01 00000000";

    private static TokenObjects worked() {
        return new TokenObjects(0x012C, CUID, "John Doe", List.of(
                TokenObject.certificate(1, "signing key for jdoe", Hex.parse("3003020100")),
                TokenObject.privateKey(2, Attribute.KEY_TYPE_RSA, EnumSet.of(Flag.SIGN, Flag.SIGN_RECOVER))));
    }

    @Test
    void writesTheWorkedExample() throws Exception {
        byte[] plain = worked().encode(false);
        byte[] inner = Hex.parse(INNER);
        assertEquals("0100012C40906145C76224192D2B0000" + String.format("%04X", inner.length) + "0014" + Hex.of(inner),
                Hex.of(plain));
        byte[] packed = worked().encode(true);
        assertEquals("0100012C40906145C76224192D2B0001004F0014", Hex.of(packed).substring(0, 40));
        assertEquals(99, packed.length);
    }

    @Test
    void readsWhatItWrites() throws Exception {
        assertEquals(worked(), TokenObjects.parse(worked().encode(true)));
        assertEquals(worked(), TokenObjects.parse(worked().encode(false)));
        var read = TokenObjects.parse(worked().encode(true));
        assertEquals("signing key for jdoe", read.certificates().getFirst().label());
        assertArrayEquals(Hex.parse("3003020100"), read.certificates().getFirst().der());
        var key = read.find(ObjectId.of('k', 2)).orElseThrow();
        assertTrue(key.is(Flag.SIGN));
        assertFalse(key.is(Flag.DECRYPT));
        assertEquals(1, key.keyId());
    }

    @Test
    void anExplicitBooleanWinsOverTheFlag() {
        var o = worked().objects().getLast();
        assertFalse(o.withAttributes(List.of(new Attribute.Bool(Flag.SIGN.type(), false))).is(Flag.SIGN));
    }

    @Test
    void everyCutIsAClearError() {
        for (boolean compress : new boolean[] {true, false}) {
            byte[] all = worked().encode(compress);
            for (int n = 0; n < all.length; n++) {
                byte[] cut = java.util.Arrays.copyOf(all, n);
                var e = assertThrows(CardException.class, () -> TokenObjects.parse(cut), "cut at " + n);
                assertFalse(e.getMessage().isEmpty());
            }
        }
    }

    @Test
    void noiseIsReadOrRefusedButNeverBreaksAnything() {
        var random = new Random(7);
        byte[] good = worked().encode(false);
        for (int round = 0; round < 20_000; round++) {
            byte[] b = good.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                b[random.nextInt(b.length)] = (byte) random.nextInt();
            }
            try {
                TokenObjects.parse(b);
            } catch (CardException _) {
                // refused, as it should be
            }
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            assertThrows(CardException.class, () -> TokenObjects.parse(withFormat(noise)));
        }
    }

    private static byte[] withFormat(byte[] noise) {
        if (noise.length > 1 && noise[0] == 1) {
            noise[0] = 2;
        }
        return noise;
    }

    @Test
    void aBombIsRefused() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var d = new DeflaterOutputStream(packed)) {
            d.write(new byte[40_000_000]);
        }
        byte[] bomb = Numbers.join(Hex.parse("0100012C40906145C76224192D2B0001"), Numbers.bytes2(packed.size()),
                Hex.parse("0014"), packed.toByteArray());
        assertTrue(assertThrows(CardException.class, () -> TokenObjects.parse(bomb)).getMessage().contains("more than a card"));
    }

    @Test
    void separateObjectsOfBothVersions() throws Exception {
        var key = worked().objects().getLast();
        assertEquals(key, SeparateObject.parse(SeparateObject.version1(key)));

        byte[] v0 = SeparateObject.version0(ObjectId.of('k', 3), List.of(
                new Attribute.Int(Attribute.CLASS, 2), new Attribute.Int(Attribute.KEY_TYPE, 0),
                new Attribute.Bytes(Attribute.MODULUS, new byte[] {1, 2, 3}), new Attribute.Bool(Flag.VERIFY.type(), true),
                new Attribute.Bool(Flag.SIGN.type(), false)));
        assertEquals("006B330000002B" + "00000000000402000000" + "00000100000400000000" + "000001200003010203"
                + "0000010A000101" + "00000108000100", Hex.of(v0));
        var read = SeparateObject.parse(v0);
        assertEquals(TokenObject.Kind.PUBLIC_KEY, read.kind());
        assertTrue(read.is(Flag.VERIFY));
        assertFalse(read.is(Flag.SIGN));
        assertEquals(1, read.keyId());
        assertThrows(CardException.class, () -> SeparateObject.parse(new byte[] {9, 0}));
        assertThrows(CardException.class, () -> SeparateObject.parse(new byte[0]));
    }

    @Test
    void idsFollowTheConvention() {
        assertEquals(0x7A300000, ObjectId.COMBINED.value());
        assertEquals("c1", ObjectId.of('c', 1).toString());
        assertEquals("FF00FFF3", ObjectId.KEY_BLOB.toString());
        for (int i = 0; i < 62; i++) {
            assertEquals(i, ObjectId.of('k', i).index());
        }
        assertEquals(-1, ObjectId.IO.index());
        assertThrows(IllegalArgumentException.class, () -> ObjectId.of('k', 62));
    }
}
