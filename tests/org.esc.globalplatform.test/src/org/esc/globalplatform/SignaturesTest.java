// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.securechannel.KeyType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signed load files, tokens and receipts. */
class SignaturesTest {

    private static final Aid DOMAIN = Aid.of("A000000151000000");
    private static final Aid PACKAGE = Aid.of("F123456701");
    private static final byte[] IMAGE = Hex.parse("01 0003 AABBCC");

    @TempDir
    Path dir;

    static Stream<SignatureKey> keys() throws Exception {
        return Stream.of(new SignatureKey.Symmetric(KeyType.DES3, Hex.parse("404142434445464748494A4B4C4D4E4F")),
                new SignatureKey.Symmetric(KeyType.AES, new byte[16]), new SignatureKey.Symmetric(KeyType.AES, new byte[32]),
                pair("RSA", 1024, ""), pair("RSA", 2048, ""), pair("EC", 0, "secp256r1"), pair("EC", 0, "secp384r1"));
    }

    private static SignatureKey pair(String algorithm, int bits, String curve) throws Exception {
        KeyPair p = generated(algorithm, bits, curve);
        return new SignatureKey.Asymmetric(Optional.of(p.getPrivate()), p.getPublic());
    }

    private static KeyPair generated(String algorithm, int bits, String curve) throws Exception {
        var g = KeyPairGenerator.getInstance(algorithm);
        if (bits > 0) {
            g.initialize(bits);
        } else {
            g.initialize(new ECGenParameterSpec(curve));
        }
        return g.generateKeyPair();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aLoadFileIsSignedAndVerified(SignatureKey key) {
        DapBlock dap = DapBlock.sign(DOMAIN, IMAGE, DapBlock.Hash.SHA256, key);
        byte[] file = DapBlock.loadFile(List.of(dap), IMAGE);
        assertEquals(0xE2, file[0] & 0xFF);
        assertEquals(List.of(dap), DapBlock.in(file));
        var range = LoadBlock.imageIn(file).orElseThrow();
        assertEquals(file.length, range.fileLength());
        assertEquals(Hex.of(IMAGE), Hex.of(java.util.Arrays.copyOfRange(file, range.offset(), range.fileLength())));
        assertTrue(dap.verify(IMAGE, DapBlock.Hash.SHA256, key));
        assertFalse(dap.verify(IMAGE, DapBlock.Hash.SHA1, key));
        byte[] other = IMAGE.clone();
        other[4] ^= 1;
        assertFalse(dap.verify(other, DapBlock.Hash.SHA256, key));
        byte[] bent = dap.signature();
        bent[0] ^= 1;
        assertFalse(new DapBlock(DOMAIN, bent).verify(IMAGE, DapBlock.Hash.SHA256, key));
        assertFalse(new DapBlock(DOMAIN, new byte[3]).verify(IMAGE, DapBlock.Hash.SHA256, key));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aReceiptIsVerified(SignatureKey key) {
        var subjects = List.of(PACKAGE, DOMAIN);
        Receipt r = Receipt.sign(7, Hex.parse("0102030A"), key, subjects);
        Receipt read = Receipt.parse(r.encode()).orElseThrow();
        assertEquals(r, read);
        assertEquals(7, read.counter());
        assertEquals("0102030A", read.domainData());
        assertTrue(read.verify(key, subjects));
        assertFalse(read.verify(key, List.of(DOMAIN, PACKAGE)));
        assertEquals(Optional.empty(), Receipt.parse(new byte[1]));
        assertEquals(Optional.empty(), Receipt.parse(new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> Receipt.parse(Hex.parse("05 09 AA")));
    }

    /** The schemes as the specification names them, computed by other means. */
    @Test
    void schemesByOtherMeans() throws Exception {
        byte[] data = Hex.parse("0102030405060708090A");
        byte[] k = Hex.parse("404142434445464748494A4B4C4D4E4F");
        byte[] padded = Hex.parse("0102030405060708 090A800000000000");
        Cipher single = Cipher.getInstance("DES/CBC/NoPadding");
        single.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k, 0, 8, "DES"), new IvParameterSpec(new byte[8]));
        byte[] chain = single.doFinal(padded, 0, 8);
        byte[] k3 = java.util.Arrays.copyOf(k, 24);
        System.arraycopy(k, 0, k3, 16, 8);
        Cipher triple = Cipher.getInstance("DESede/CBC/NoPadding");
        triple.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k3, "DESede"), new IvParameterSpec(chain));
        byte[] mac = triple.doFinal(padded, 8, 8);
        assertEquals(Hex.of(mac), Hex.of(new SignatureKey.Symmetric(KeyType.DES3, k).sign(data)));

        // RFC 4493, example 2
        assertEquals("070A16B46B4D4144F79BDD9DD04A287C", Hex.of(new SignatureKey.Symmetric(KeyType.AES,
                Hex.parse("2B7E151628AED2A6ABF7158809CF4F3C")).sign(Hex.parse("6BC1BEE22E409F96E93D7E117393172A"))));

        KeyPair rsa = generated("RSA", 1024, "");
        Signature s = Signature.getInstance("SHA1withRSA");
        s.initVerify(rsa.getPublic());
        s.update(MessageDigest.getInstance("SHA-1").digest(IMAGE));
        assertTrue(s.verify(DapBlock.sign(DOMAIN, IMAGE, DapBlock.Hash.SHA1, new SignatureKey.Asymmetric(Optional.of(rsa.getPrivate()),
                rsa.getPublic())).signature()));
    }

    @Test
    void aTokenSignsHeaderAndFields() {
        var command = new InstallCommand.ForInstall(true, true, Optional.of(PACKAGE), Optional.of(PACKAGE), PACKAGE, new byte[] {4},
                new InstallParameters(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.of(new byte[0])),
                new byte[0]);
        String fields = "05F123456701".repeat(3) + "0104" + "02C900";
        assertEquals("0C0017" + fields, Hex.of(command.signed()));
        var key = new SignatureKey.Symmetric(KeyType.AES, new byte[16]);
        InstallCommand signed = command.signedBy(key);
        assertEquals(fields + "10" + Hex.of(key.sign(command.signed())), Hex.of(signed.encode()));
        assertEquals(Hex.of(signed.encode()), Hex.of(InstallCommand.parse(0x0C, signed.encode()).encode()));
        var move = new InstallCommand.ForExtradition(DOMAIN, PACKAGE, new byte[0]);
        assertEquals("100012" + "08A000000151000000" + "00" + "05F123456701" + "0000", Hex.of(move.signed()));
        var update = new InstallCommand.ForRegistryUpdate(PACKAGE, new byte[] {4, 0, 0}, new byte[130]);
        assertEquals("00" + "00" + "05F123456701" + "03040000" + "00" + "8182" + "00".repeat(130), Hex.of(update.encode()));
        assertEquals(Hex.of(update.encode()), Hex.of(InstallCommand.parse(0x40, update.encode()).encode()));
        assertEquals("000005F123456701000000", Hex.of(new InstallCommand.ForPersonalization(PACKAGE).encode()));
        assertEquals("4F05F1234567019E01AA", Hex.of(CardManager.deleteCommand(PACKAGE, false, new byte[] {(byte) 0xAA}).data()));
    }

    private static String pem(String name, byte[] der) {
        return "-----BEGIN " + name + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + name + "-----\n";
    }

    @Test
    void keysComeFromFiles() throws Exception {
        for (String curve : List.of("", "secp256r1")) {
            KeyPair p = generated(curve.isEmpty() ? "RSA" : "EC", curve.isEmpty() ? 1024 : 0, curve);
            Path secret = Files.writeString(dir.resolve("secret" + curve), pem("PRIVATE KEY", p.getPrivate().getEncoded()));
            Path open = Files.writeString(dir.resolve("open" + curve), pem("PUBLIC KEY", p.getPublic().getEncoded()));
            try (SignatureKey signer = SignatureKey.read(secret); SignatureKey verifier = SignatureKey.read(open)) {
                assertTrue(verifier.verify(IMAGE, signer.sign(IMAGE)));
                assertThrows(IllegalStateException.class, () -> verifier.sign(IMAGE));
                assertTrue(verifier.description().endsWith(" public"));
            }
        }
        try (SignatureKey des = SignatureKey.read(Files.writeString(dir.resolve("d"), "des:404142434445464748494A4B4C4D4E4F"))) {
            assertEquals("DES3-128", des.description());
        }
        for (String bad : List.of("", "aes:00", "des:zz", "404142434445464748494A4B4C4D4E4F", pem("PRIVATE KEY", new byte[40]),
                pem("RSA PRIVATE KEY", new byte[40]))) {
            Path f = Files.writeString(dir.resolve("bad"), bad);
            var e = assertThrows(EscException.class, () -> SignatureKey.read(f));
            assertEquals(Fault.USAGE, e.fault());
            assertEquals("key-file", e.problem().code());
        }
        assertEquals("key-file", assertThrows(EscException.class, () -> SignatureKey.read(dir.resolve("none"))).problem().code());
    }
}
