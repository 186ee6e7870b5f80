// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.junit.jupiter.api.Test;

/** The bytes of wrapped extended commands and of their answers, by hand: Lc on three bytes in what is signed. */
class ExtendedLengthTest {

    private static final byte[] HOST = Hex.parse("0001020304050607");
    private static final int SEQUENCE = 5;
    private static final byte[] DATA = new byte[300];

    static {
        new Random(300).nextBytes(DATA);
    }

    private static final CommandApdu PLAIN = CommandApdu.of(0x80, 0xE2, 0x01, 0x02, DATA, 1000);

    private static byte[] join(byte[]... parts) {
        return Primitives.concat(parts);
    }

    private static byte[] wrapped(Session s, SecurityLevel level) {
        return s.command(0x84, PLAIN, s.wrap(PLAIN, level, false), OptionalInt.of(1000)).bytes();
    }

    private static byte[] expected(String header, byte[] body, byte[] mac, String le) {
        return join(Hex.parse(header), body, mac, Hex.parse(le));
    }

    @Test
    void scp03() throws Exception {
        byte[] card = Hex.parse("1011121314151617");
        try (KeySet keys = KeySet.factory(1, KeyType.AES)) {
            BlockKey base = BlockKey.of(KeyType.AES, KeySet.factoryKey());
            BlockKey mac = BlockKey.of(KeyType.AES, Primitives.scp03Kdf(base, 6, join(HOST, card), 16));
            BlockKey rmac = BlockKey.of(KeyType.AES, Primitives.scp03Kdf(base, 7, join(HOST, card), 16));
            byte[] enc = Primitives.scp03Kdf(base, 4, join(HOST, card), 16);

            byte[] tag = mac.cmac(join(new byte[16], Hex.parse("84E20102000134"), DATA));
            try (Session s = Session.derive(keys, ScpVersion.SCP03_70, 0, HOST, card)) {
                assertArrayEquals(expected("84E20102000134", DATA, Arrays.copyOf(tag, 8), "03E8"), wrapped(s, SecurityLevel.C_MAC));
            }

            // 300 bytes and their padding make 304; the first command's number is 0 here, as nothing was authenticated before
            byte[] iv = base(enc).ecbEncrypt(new byte[16]);
            byte[] cipher = aes(enc, iv, Arrays.copyOf(join(DATA, Hex.parse("80")), 304));
            byte[] second = mac.cmac(join(new byte[16], Hex.parse("84E20102000138"), cipher));
            try (Session s = Session.derive(keys, ScpVersion.SCP03_70, 0, HOST, card)) {
                assertArrayEquals(expected("84E20102000138", cipher, Arrays.copyOf(second, 8), "03E8"), wrapped(s, SecurityLevel.FULL));
                // an answer: no length is signed
                byte[] counter = new byte[16];
                counter[0] = (byte) 0x80;
                byte[] answer = aes(enc, base(enc).ecbEncrypt(counter), Arrays.copyOf(join(DATA, Hex.parse("80")), 304));
                byte[] r = rmac.cmac(join(second, answer, Hex.parse("9000")));
                var plain = ResponseApdu.ok(DATA);
                assertArrayEquals(join(answer, Arrays.copyOf(r, 8), Hex.parse("9000")),
                        s.answer(s.wrapAnswer(plain, SecurityLevel.FULL), plain.sw()).bytes());
            }
        }
    }

    private static BlockKey base(byte[] key) {
        return BlockKey.of(KeyType.AES, key);
    }

    private static byte[] aes(byte[] key, byte[] iv, byte[] data) throws GeneralSecurityException {
        Cipher c = Cipher.getInstance("AES/CBC/NoPadding");
        c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return c.doFinal(data);
    }

    @Test
    void scp02() throws Exception {
        byte[] card = Hex.parse("121314151617");
        byte[] mac = Scp02ByHand.sessionKey(KeySet.factoryKey(), 0x0101, SEQUENCE);
        byte[] enc = Scp02ByHand.sessionKey(KeySet.factoryKey(), 0x0182, SEQUENCE);
        byte[] rmac = Scp02ByHand.sessionKey(KeySet.factoryKey(), 0x0102, SEQUENCE);
        byte[] tag = Scp02ByHand.mac(mac, new byte[8], join(Hex.parse("84E20102000134"), DATA));
        try (KeySet keys = KeySet.factory(1, KeyType.DES3);
                Session s = Session.derive(keys, new ScpVersion(2, 0x35), SEQUENCE, HOST, card)) {
            byte[] w = wrapped(s, SecurityLevel.C_MAC_C_DEC);
            assertEquals("84E20102000138", Hex.of(Arrays.copyOf(w, 7)));
            assertEquals(Hex.of(tag) + "03E8", Hex.of(Arrays.copyOfRange(w, 7 + 304, w.length)));
            assertArrayEquals(Arrays.copyOf(join(DATA, Hex.parse("80")), 304),
                    Scp02ByHand.decrypted(enc, Arrays.copyOfRange(w, 7, 7 + 304)));

            // the length of the answer stands there modulo 256 (§E.4.5)
            s.responseMac().orElseThrow().start();
            s.note(PLAIN);
            var answer = ResponseApdu.ok(Arrays.copyOf(DATA, 290));
            byte[] r = Scp02ByHand.mac(rmac, tag,
                    join(Hex.parse("80E2010200012C"), DATA, Hex.parse("22"), answer.data(), Hex.parse("9000")));
            assertArrayEquals(join(answer.data(), r, Hex.parse("9000")),
                    s.answer(s.wrapAnswer(answer, SecurityLevel.C_MAC_R_MAC), answer.sw()).bytes());
            // without data
            s.note(CommandApdu.of(0x80, 0xCA, 0, 1, new byte[0], 1000));
            byte[] next = Scp02ByHand.mac(rmac, r, join(Hex.parse("80CA000100000022"), answer.data(), Hex.parse("9000")));
            assertArrayEquals(join(answer.data(), next, Hex.parse("9000")),
                    s.answer(s.wrapAnswer(answer, SecurityLevel.C_MAC_R_MAC), answer.sw()).bytes());
        }
        // over the command as it was: i=0B has no ICV but this
        byte[] aidMac = Scp02ByHand.mac(mac, new byte[8], HOST);
        byte[] unmodified = Scp02ByHand.mac(mac, aidMac, join(Hex.parse("80E2010200012C"), DATA));
        try (KeySet keys = KeySet.factory(1, KeyType.DES3);
                Session s = Session.derive(keys, new ScpVersion(2, 0x0B), SEQUENCE, new byte[0], HOST)) {
            assertArrayEquals(expected("84E20102000134", DATA, unmodified, "03E8"), wrapped(s, SecurityLevel.C_MAC));
        }
    }

    @Test
    void scp01() throws Exception {
        byte[] card = Hex.parse("1011121314151617");
        byte[] key = ecb(KeySet.factoryKey(), Hex.parse("14151617000102031011121304050607"));
        byte[] padded = Arrays.copyOf(join(Hex.parse("84E20102000134"), DATA, Hex.parse("80")), 312);
        byte[] chain = des("DESede/CBC/NoPadding", key, padded, Cipher.ENCRYPT_MODE);
        byte[] tag = Arrays.copyOfRange(chain, 304, 312);
        try (KeySet keys = KeySet.factory(1, KeyType.DES3); Session s = Session.derive(keys, ScpVersion.SCP01_05, 0, HOST, card)) {
            byte[] w = wrapped(s, SecurityLevel.C_MAC_C_DEC);
            assertEquals("84E20102000138", Hex.of(Arrays.copyOf(w, 7)));
            assertEquals(Hex.of(tag) + "03E8", Hex.of(Arrays.copyOfRange(w, 7 + 304, w.length)));
            // 300 modulo 256 stands before the data
            assertArrayEquals(Arrays.copyOf(join(Hex.parse("2C"), DATA, Hex.parse("80")), 304),
                    des("DESede/CBC/NoPadding", key, Arrays.copyOfRange(w, 7, 7 + 304), Cipher.DECRYPT_MODE));
        }
    }

    private static byte[] ecb(byte[] key, byte[] data) throws GeneralSecurityException {
        return des("DESede/ECB/NoPadding", key, data, Cipher.ENCRYPT_MODE);
    }

    private static byte[] des(String transformation, byte[] key, byte[] data, int mode) throws GeneralSecurityException {
        Cipher c = Cipher.getInstance(transformation);
        var k = new SecretKeySpec(join(key, Arrays.copyOf(key, 8)), "DESede");
        if (transformation.contains("CBC")) {
            c.init(mode, k, new IvParameterSpec(new byte[8]));
        } else {
            c.init(mode, k);
        }
        return c.doFinal(data);
    }
}
