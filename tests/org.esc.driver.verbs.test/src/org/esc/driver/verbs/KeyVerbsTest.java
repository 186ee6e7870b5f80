// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.esc.apdu.EscException;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyPolicy;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.fake.FakeDriver;
import org.esc.driver.fake.TestCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of a token are made, put there, used and removed; what comes out is checked by other programs' code. */
class KeyVerbsTest {

    private static final KeyVerbs.PolicyArgs DEFAULT = new KeyVerbs.PolicyArgs(KeyPolicy.PinUse.DEFAULT, KeyPolicy.Touch.DEFAULT);

    @TempDir
    Path dir;
    private Desk desk;

    @BeforeEach
    void sitDown() {
        desk = new Desk(dir);
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN, FakeDriver.ADMIN).answer("OLD_PIN", FakeDriver.PIN, FakeDriver.PIN);
    }

    @AfterEach
    void getUp() {
        desk.close();
    }

    private static String code(org.junit.jupiter.api.function.Executable deed) {
        return assertThrows(EscException.class, deed).problem().code();
    }

    private KeyVerbs.Made generate(String slot, KeyAlgorithm algorithm, KeyVerbs.PolicyArgs policy, Optional<Path> out) throws EscException {
        return desk.run(new KeyVerbs.GenerateVerb(desk.work), new KeyVerbs.GenerateVerb.Args(slot, algorithm, policy, out, false, Desk.token()));
    }

    @Test
    void keysAreListedWithTheirPlaces() throws Exception {
        desk.run(new KeyVerbs.ListVerb(desk.work), new KeyVerbs.ListVerb.Args(Desk.token()));
        assertTrue(desk.printed.contains("Fake 9a \"Slot 9a\": RSA private key, 2048 bit, sign, PIN once"), desk.printed);
        assertTrue(desk.printed.contains("Fake 9d \"Slot 9d\": empty"), desk.printed);
    }

    @Test
    void aKeyIsMadeAndOneInItsPlaceIsNotLostUnasked() throws Exception {
        Path out = dir.resolve("pub.pem");
        generate("9D", KeyAlgorithm.EC_P256, new KeyVerbs.PolicyArgs(KeyPolicy.PinUse.ALWAYS, KeyPolicy.Touch.CACHED), Optional.of(out));
        assertEquals(List.of("authenticate", "generate 9d EC_P256 ALWAYS CACHED"), desk.driver.log);
        assertArrayEquals(desk.driver.keys.get("9d").getPublic().getEncoded(), KeyFiles.publicKey(out).getEncoded());
        assertEquals(1, desk.asked.size(), desk.asked::toString);
        desk.no();
        KeyPair before = desk.driver.keys.get("9a");
        assertEquals("cancelled", code(() -> generate("9a", KeyAlgorithm.RSA_2048, DEFAULT, Optional.empty())));
        assertEquals(before, desk.driver.keys.get("9a"));
        assertEquals("no-algorithm", code(() -> generate("9d", KeyAlgorithm.ED25519, DEFAULT, Optional.empty())));
        assertEquals("no-slot", code(() -> generate("zz", KeyAlgorithm.EC_P256, DEFAULT, Optional.empty())));
        assertEquals("file-exists", code(() -> generate("9d", KeyAlgorithm.EC_P256, DEFAULT, Optional.of(out))));
    }

    private KeyVerbs.RequestVerb.Result request(String slot, String subject, Optional<Path> publicKey) throws EscException {
        return desk.run(new KeyVerbs.RequestVerb(desk.work), new KeyVerbs.RequestVerb.Args(slot, subject, List.of("jo@example.org"), List.of(),
                publicKey, Optional.empty(), false, Desk.token()));
    }

    @Test
    void aRequestIsSignedByTheToken() throws Exception {
        for (String slot : List.of("9a", "9c")) {
            String pem = request(slot, "CN=Jo Doe,O=Example", Optional.empty()).request();
            var r = new PKCS10CertificationRequest(java.util.Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", "")));
            assertEquals("CN=Jo Doe,O=Example", new javax.security.auth.x500.X500Principal(r.getSubject().getEncoded()).getName());
            assertTrue(r.isSignatureValid(new JcaContentVerifierProviderBuilder().build(desk.driver.keys.get(slot).getPublic())), slot);
            assertEquals("jo@example.org", r.getRequestedExtensions().getExtensionParsedValue(
                    org.bouncycastle.asn1.x509.Extension.subjectAlternativeName).toASN1Primitive() instanceof org.bouncycastle.asn1.ASN1Sequence s
                            ? org.bouncycastle.asn1.x509.GeneralNames.getInstance(s).getNames()[0].getName().toString() : "");
        }
        assertEquals("bad-subject", code(() -> request("9a", "Jo", Optional.empty())));
        assertEquals("no-key", code(() -> request("9d", "CN=Jo", Optional.empty())));
    }

    @Test
    void aRequestForAnothersKeyIsNotMade() throws Exception {
        Path other = Files.writeString(dir.resolve("other"), CertificateText.pem("PUBLIC KEY", TestCertificates.ec().getPublic().getEncoded()));
        assertEquals("bad-signature", code(() -> request("9c", "CN=Jo", Optional.of(other))));
        Path none = Files.writeString(dir.resolve("none"), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        assertEquals("no-key", code(() -> request("9c", "CN=Jo", Optional.of(none))));
    }

    private KeyVerbs.ImportVerb.Result importKey(String slot, Path file) throws EscException {
        return desk.run(new KeyVerbs.ImportVerb(desk.work), new KeyVerbs.ImportVerb.Args(slot, file, DEFAULT, Desk.token()));
    }

    @Test
    void keysFromPkcs8AreImportedWithTheirPublicHalf() throws Exception {
        for (KeyPair pair : List.of(TestCertificates.rsa(), TestCertificates.ec())) {
            desk.answer("ADMIN_KEY", FakeDriver.ADMIN, FakeDriver.ADMIN);
            importKey("9d", Files.write(dir.resolve("k.der"), pair.getPrivate().getEncoded()));
            assertArrayEquals(pair.getPublic().getEncoded(), desk.driver.keys.get("9d").getPublic().getEncoded());
            importKey("9d", Files.writeString(dir.resolve("k.pem"), CertificateText.pem("PRIVATE KEY", pair.getPrivate().getEncoded())));
            assertArrayEquals(pair.getPublic().getEncoded(), desk.driver.keys.get("9d").getPublic().getEncoded());
        }
    }

    @Test
    void aKeyFromPkcs12IsImportedWithItsPassphrase() throws Exception {
        KeyPair pair = TestCertificates.ec();
        var x = TestCertificates.user(pair.getPublic(), "CN=Jo", pair, "CN=Jo", Instant.now(), Instant.now().plusSeconds(1000));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("a", pair.getPrivate(), "open".toCharArray(), new java.security.cert.Certificate[] {x});
        var bytes = new ByteArrayOutputStream();
        store.store(bytes, "open".toCharArray());
        Path file = Files.write(dir.resolve("k.p12"), bytes.toByteArray());
        desk.answer("KEY_PASSPHRASE", "wrong", "open");
        assertEquals("wrong-passphrase", code(() -> importKey("9d", file)));
        assertEquals(List.of(), desk.origins, "the card was not touched");
        assertTrue(importKey("9d", file).certificate());
        assertArrayEquals(pair.getPublic().getEncoded(), desk.driver.keys.get("9d").getPublic().getEncoded());
        Path cut = Files.write(dir.resolve("cut.p12"), Arrays.copyOf(bytes.toByteArray(), 200));
        assertEquals("no-key", code(() -> importKey("9d", cut)));
        assertEquals("no-key", code(() -> importKey("9d", Files.writeString(dir.resolve("text"), "no key"))));
    }

    @Test
    void aFileIsSignedAndTheSignatureVerifies() throws Exception {
        Path file = Files.writeString(dir.resolve("m"), "message");
        for (String slot : List.of("9a", "9c")) {
            Path out = dir.resolve(slot + ".sig");
            var r = desk.run(new KeyVerbs.SignVerb(desk.work), new KeyVerbs.SignVerb.Args(slot, file, out, Optional.empty(), false, Desk.token()));
            assertEquals(Optional.of(true), r.verified());
            var s = Signature.getInstance(r.algorithm().standardName());
            s.initVerify(desk.driver.keys.get(slot).getPublic());
            s.update("message".getBytes(StandardCharsets.US_ASCII));
            assertTrue(s.verify(Files.readAllBytes(out)));
        }
        assertEquals("no-algorithm", code(() -> desk.run(new KeyVerbs.SignVerb(desk.work), new KeyVerbs.SignVerb.Args("9a", file,
                dir.resolve("x"), Optional.of(SignatureAlgorithm.ED25519), false, Desk.token()))));
        assertFalse(Files.exists(dir.resolve("x")));
    }

    @Test
    void aFileIsDecryptedForItsOwnerOnly() throws Exception {
        var c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, desk.driver.keys.get("9a").getPublic());
        Path file = Files.write(dir.resolve("c"), c.doFinal("message".getBytes(StandardCharsets.US_ASCII)));
        Path out = dir.resolve("plain");
        desk.run(new KeyVerbs.DecryptVerb(desk.work), new KeyVerbs.DecryptVerb.Args("9a", file, out, false, Desk.token()));
        assertEquals("message", Files.readString(out));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
        Path cut = Files.write(dir.resolve("cut"), new byte[100]);
        assertEquals("wrong-length", code(() -> desk.run(new KeyVerbs.DecryptVerb(desk.work),
                new KeyVerbs.DecryptVerb.Args("9a", cut, dir.resolve("y"), false, Desk.token()))));
        assertEquals("not-offered", code(() -> desk.run(new KeyVerbs.DecryptVerb(desk.work),
                new KeyVerbs.DecryptVerb.Args("9c", file, dir.resolve("y"), false, Desk.token()))));
        assertFalse(desk.driver.log.contains("decrypt 9c"));
    }

    @Test
    void aSecretIsAgreedOnWithTheHolderOfAnotherKey() throws Exception {
        KeyPair other = TestCertificates.ec();
        Path file = Files.writeString(dir.resolve("other.pem"), CertificateText.pem("PUBLIC KEY", other.getPublic().getEncoded()));
        Path out = dir.resolve("secret");
        var agree = new KeyVerbs.AgreeVerb(desk.work);
        assertEquals(32, desk.run(agree, new KeyVerbs.AgreeVerb.Args("9c", file, out, false, Desk.token())).bytes());
        var theirs = javax.crypto.KeyAgreement.getInstance("ECDH");
        theirs.init(other.getPrivate());
        theirs.doPhase(desk.driver.keys.get("9c").getPublic(), true);
        assertArrayEquals(theirs.generateSecret(), Files.readAllBytes(out));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
        Path rsa = Files.write(dir.resolve("rsa.der"), TestCertificates.rsa().getPublic().getEncoded());
        assertEquals("bad-algorithm", code(() -> desk.run(agree, new KeyVerbs.AgreeVerb.Args("9c", rsa, dir.resolve("y"), false, Desk.token()))));
        assertEquals("not-offered", code(() -> desk.run(agree, new KeyVerbs.AgreeVerb.Args("9a", file, dir.resolve("y"), false, Desk.token()))));
        assertEquals("no-key", code(() -> desk.run(agree, new KeyVerbs.AgreeVerb.Args("9c", Files.writeString(dir.resolve("text"), "no key"),
                dir.resolve("y"), false, Desk.token()))));
        assertFalse(Files.exists(dir.resolve("y")));
        assertEquals(1, desk.driver.log.stream().filter(l -> l.startsWith("agree")).count());
    }

    @Test
    void keysAreAttestedMovedAndDeleted() throws Exception {
        Path out = dir.resolve("att.pem");
        desk.run(new KeyVerbs.AttestVerb(desk.work), new KeyVerbs.AttestVerb.Args("9a", Optional.of(out), false, Desk.token()));
        assertTrue(CertificateVerbs.certificate(out).getSubjectX500Principal().getName().contains("Attestation of 9a"));
        var move = new KeyVerbs.MoveVerb(desk.work);
        assertEquals("slot-taken", code(() -> desk.run(move, new KeyVerbs.MoveVerb.Args("9a", "9c", Desk.token()))));
        desk.run(move, new KeyVerbs.MoveVerb.Args("9a", "9d", Desk.token()));
        var delete = new KeyVerbs.DeleteVerb(desk.work);
        desk.run(delete, new KeyVerbs.DeleteVerb.Args("9d", Desk.token()));
        assertEquals(List.of("9c"), List.copyOf(desk.driver.keys.keySet()));
        assertEquals("no-key", code(() -> desk.run(delete, new KeyVerbs.DeleteVerb.Args("9d", Desk.token()))));
    }
}
