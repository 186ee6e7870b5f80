// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.crypto.Cipher;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyPolicy;
import org.esc.driver.Pin;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.TokenKey;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.Des3PivAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PIV card in software in a reader of a real pcscd: what our driver puts there programs of others use, and the other way round. */
class OtherProgramsPcscTest {

    private static final String YUBICO = "yubico-piv-tool";
    private static final String OPENSC = "opensc-pkcs11.so";
    private static final String AUTHENTICATION = "01";
    private static final String SIGNATURE = "02";
    private static final String KEY_MANAGEMENT = "03";

    @TempDir
    static Path folder;

    /** Why these tests cannot run here; empty if they can. */
    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();

    private SoftCard card;
    private VpcdConnection connection;

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool", "pkcs11-tool", "pkcs15-tool", "piv-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    /** Our driver works on the card itself, and pcscd resets one that it holds when it pleases. */
    @AfterEach
    void takeOut() throws Exception {
        if (connection != null) {
            pcscd.orElseThrow().takeOut(connection);
            connection = null;
        }
    }

    private PivToken takenOut() throws Exception {
        takeOut();
        return TestCard.open(card);
    }

    private void insert(SoftCard soft) throws Exception {
        card = soft;
        connection = pcscd.orElseThrow().insertAndWait(soft);
    }

    private static Pkcs11Module module() {
        var m = Pkcs11Module.find(OPENSC);
        assumeTrue(m.isPresent(), OPENSC + " is not installed");
        return m.get();
    }

    private static String yubico(String... arguments) throws IOException, InterruptedException {
        assumeTrue(Programs.program(YUBICO).isPresent(), YUBICO + " is not installed");
        var all = new ArrayList<>(List.of(YUBICO, "-r", "Virtual PCD 00 00"));
        all.addAll(List.of(arguments));
        var o = Programs.run(all.toArray(String[]::new));
        assertEquals(0, o.exit(), String.join(" ", arguments) + ": " + o.text());
        return o.text();
    }

    /** {@code piv-tool} with the well-known management key. */
    private static Programs.Outcome pivTool(String... arguments) throws IOException, InterruptedException {
        Path key = Files.writeString(folder.resolve("management"), Hex.of(TestCard.MANAGEMENT_KEY).replaceAll("(..)(?!$)", "$1:"));
        var all = new ArrayList<>(List.of("env", "PIV_EXT_AUTH_KEY=" + key, Programs.program("piv-tool").orElseThrow().toString()));
        all.addAll(List.of(arguments));
        return Programs.run(all.toArray(String[]::new));
    }

    private static Path pem(String name, String kind, byte[] der) throws IOException {
        return Files.writeString(folder.resolve(name), "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind + "-----\n");
    }

    private static X509Certificate certificate(byte[] bytes) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    }

    private static X509Certificate printed(String text) throws Exception {
        return certificate(text.substring(text.indexOf("-----BEGIN")).getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertSigned(PublicKey key, String algorithm, byte[] signature) throws Exception {
        Signature v = Signature.getInstance(algorithm);
        v.initVerify(key);
        v.update(TestCard.MESSAGE);
        assertTrue(v.verify(signature), algorithm);
    }

    private static TokenKey key(PivToken t, String slot) throws Exception {
        return t.keys().stream().filter(k -> k.slot().equals(slot)).findFirst().orElseThrow();
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(2048);
        return g.generateKeyPair();
    }

    /** What each of the programs reads. */
    private record Written(X509Certificate authentication, X509Certificate signature, X509Certificate keyManagement) {
    }

    /** A key made on the card, one on a curve, and one brought to it, each with its certificate: all through our driver. */
    private static Written write(SoftCard card) throws Exception {
        PivToken t = TestCard.ready(card);
        // OpenSC wants a number to tell the card by
        t.writeObject("5fc102", Hex.parse("3019" + "D4E739DA739CED39CE739D836858210842108421C84210C3EB" + "3410" + "00112233445566778899AABBCCDDEEFF"
                + "35083230393930313031" + "3E00FE00"));
        var a = TestCard.certificate(t.generateKey("9a", KeyAlgorithm.RSA_2048, KeyPolicy.DEFAULT), "CN=Alice");
        var s = TestCard.certificate(t.generateKey("9c", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT), "CN=Alice");
        KeyPair pair = rsa();
        t.importKey("9d", pair, KeyPolicy.DEFAULT);
        var k = TestCard.certificate(pair.getPublic(), "CN=Alice,O=" + "a name so long that the certificate goes compressed ".repeat(40));
        t.writeCertificate("9a", a);
        t.writeCertificate("9c", s);
        t.writeCertificate("9d", k);
        return new Written(a, s, k);
    }

    @Test
    void openscReadsAndUsesWhatOurDriverPutThere() throws Exception {
        SoftCard soft = TestCard.fresh();
        Written w = write(soft);
        insert(soft);
        var name = Programs.run("opensc-tool", "--name");
        assertTrue(name.text().contains("Personal Identity Verification Card"), name.text());
        assertTrue(Programs.run("piv-tool", "--serial").text().contains("00 11 22 33 44 55 66 77"));

        Pkcs11Module module = module();
        String objects = module.tool("--login", "--pin", TestCard.PIN, "--list-objects").text();
        for (String kind : List.of("Certificate Object", "Private Key Object", "Public Key Object")) {
            assertEquals(3, objects.split(kind, -1).length - 1, objects);
        }
        assertSigned(w.authentication().getPublicKey(), "SHA256withRSA", module.sign(TestCard.PIN, "SHA256-RSA-PKCS", AUTHENTICATION, TestCard.MESSAGE));
        // PKCS #11 has a signature of a curve as r and s side by side
        assertSigned(w.signature().getPublicKey(), "SHA256withECDSAinP1363Format", module.sign(TestCard.PIN, "ECDSA", SIGNATURE,
                MessageDigest.getInstance("SHA-256").digest(TestCard.MESSAGE)));
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, w.keyManagement().getPublicKey());
        assertArrayEquals(TestCard.MESSAGE, module.decrypt(TestCard.PIN, "RSA-PKCS", KEY_MANAGEMENT, c.doFinal(TestCard.MESSAGE)));

        assertEquals(w.authentication(), printed(Programs.run("pkcs15-tool", "--read-certificate", AUTHENTICATION).text()));
        assertEquals(w.keyManagement(), printed(Programs.run("pkcs15-tool", "--read-certificate", KEY_MANAGEMENT).text()), "compressed");
        var wrong = module.tool("--login", "--pin", "999999", "--list-objects");
        assertTrue(wrong.text().contains("CKR_PIN_INCORRECT"), wrong.text());
        assertEquals(OptionalInt.of(2), takenOut().pins().getFirst().triesLeft());
    }

    @Test
    void yubicosToolReadsAndUsesWhatOurDriverPutThere() throws Exception {
        SoftCard soft = TestCard.fresh();
        Written w = write(soft);
        String serial = TestCard.open(soft).identity().serial();
        insert(soft);
        String status = yubico("-a", "status");
        assertTrue(status.contains("5.7.1") && status.contains(serial) && status.contains("Slot 9a")
                && status.contains("Slot 9c") && status.contains("PIN tries left:\t3"), status);
        assertEquals(w.authentication(), printed(yubico("-a", "read-certificate", "-s", "9a")));
        Path a = pem("9a.pem", "CERTIFICATE", w.authentication().getEncoded());
        Path s = pem("9c.pem", "CERTIFICATE", w.signature().getEncoded());
        Path k = pem("9d.pem", "CERTIFICATE", w.keyManagement().getEncoded());
        assertTrue(yubico("-a", "verify-pin", "-P", TestCard.PIN, "-a", "test-signature", "-s", "9a", "-i", a.toString()).contains("Successful RSA"));
        assertTrue(yubico("-a", "verify-pin", "-P", TestCard.PIN, "-a", "test-signature", "-s", "9c", "-i", s.toString()).contains("Successful ECDSA"));
        assertTrue(yubico("-a", "verify-pin", "-P", TestCard.PIN, "-a", "test-decipher", "-s", "9d", "-i", k.toString()).contains("Successfully"));
        X509Certificate attested = printed(yubico("-a", "attest", "-s", "9a"));
        assertEquals(w.authentication().getPublicKey(), attested.getPublicKey());
        attested.verify(printed(yubico("-a", "read-certificate", "-s", "f9")).getPublicKey());
    }

    @Test
    void ourDriverReadsAndUsesWhatYubicosToolPutThere() throws Exception {
        insert(TestCard.fresh(new Des3PivAppletFactory()));
        yubico("-a", "set-chuid");
        yubico("-a", "set-ccc");
        Path written = folder.resolve("9e.pub");
        yubico("-a", "generate", "-s", "9e", "-A", "ECCP256", "-o", written.toString());
        KeyPair pair = rsa();
        Path secret = pem("9c.key", "PRIVATE KEY", pair.getPrivate().getEncoded());
        yubico("-a", "import-key", "-s", "9c", "--pin-policy", "once", "--touch-policy", "never", "-i", secret.toString());
        X509Certificate c = TestCard.certificate(pair.getPublic(), "CN=Bob");
        Path bob = pem("bob.pem", "CERTIFICATE", c.getEncoded());
        yubico("-a", "import-certificate", "-s", "9c", "-i", bob.toString());
        yubico("-a", "import-certificate", "-s", "82", "-i", bob.toString());
        yubico("-a", "delete-certificate", "-s", "82");

        PivToken t = takenOut();
        assertTrue(t.identity().details().stream().anyMatch(d -> d.name().equals("Card UUID")));
        assertEquals(List.of(), t.identity().problems());
        PublicKey made = key(t, "9e").publicKey().orElseThrow();
        assertEquals(Files.readString(pem("expected.pub", "PUBLIC KEY", made.getEncoded())), Files.readString(written));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(TestCard.MESSAGE);
        assertSigned(made, "SHA256withECDSA", t.sign("9e", SignatureAlgorithm.ECDSA_SHA256, hash));
        assertEquals("PIN once", key(t, "9c").policy());
        assertEquals(Optional.of(pair.getPublic()), key(t, "9c").publicKey());
        assertEquals(List.of("9c", "f9"), t.certificates().stream().map(x -> x.id()).toList());
        assertEquals(c, t.certificates().getFirst().certificate());
        t.verifyPin("pin", Secret.of(TestCard.PIN));
        assertSigned(pair.getPublic(), "SHA256withRSA", t.sign("9c", SignatureAlgorithm.RSA_PKCS1_SHA256, hash));
    }

    @Test
    void yubicosToolManagesPinsAndKey() throws Exception {
        insert(TestCard.fresh(new Des3PivAppletFactory()));
        yubico("-a", "change-pin", "-P", TestCard.PIN, "-N", "765432");
        yubico("-a", "change-puk", "-P", TestCard.PUK, "-N", "87654321");
        yubico("-a", "verify-pin", "-P", "765432");
        yubico("-a", "unblock-pin", "-P", "87654321", "-N", "222222");
        yubico("-a", "verify-pin", "-P", "222222", "-a", "pin-retries", "--pin-retries", "5", "--puk-retries", "6");
        String fresh = "A1A2A3A4A5A6A7A8B1B2B3B4B5B6B7B8C1C2C3C4C5C6C7C8";
        yubico("-a", "set-mgm-key", "-n", fresh);
        yubico("-k" + fresh, "-a", "set-chuid");
        // a card with nothing blocked is not reset
        var refused = Programs.run(YUBICO, "-r", "Virtual PCD 00 00", "-a", "reset");
        assertNotEquals(0, refused.exit(), refused.text());

        PivToken t = takenOut();
        assertEquals(List.of(OptionalInt.of(5), OptionalInt.of(6)), t.pins().stream().map(Pin::tries).toList());
        t.authenticateAdministrator(Secret.of(Hex.parse(fresh)));
        t.verifyPin("pin", Secret.of(TestCard.PIN));
    }

    @Test
    void yubicosToolResetsACardThatIsBlocked() throws Exception {
        SoftCard soft = TestCard.fresh(new Des3PivAppletFactory());
        write(soft);
        PivToken t = TestCard.open(soft);
        for (int i = 0; i < 3; i++) {
            assertThrows(EscException.class, () -> t.unblockPin("pin", Secret.of("00000000"), Secret.of("222222")));
            assertThrows(EscException.class, () -> t.verifyPin("pin", Secret.of("000000")));
        }
        insert(soft);
        yubico("-a", "reset");
        PivToken again = takenOut();
        assertEquals(List.of("f9"), again.certificates().stream().map(c -> c.id()).toList());
        again.authenticateAdministrator(Secret.of(TestCard.MANAGEMENT_KEY));
    }

    @Test
    void ourDriverReadsAndUsesWhatPivToolPutThere() throws Exception {
        for (AppletFactory applet : List.of(new Des3PivAppletFactory(), new PivAppletFactory())) {
            insert(TestCard.fresh(applet));
            String admin = applet instanceof Des3PivAppletFactory ? "M:9B:03" : "M:9B:0A";
            // built with OpenSSL 3, version 0.23 makes the key but fails to write it out: what counts is the card
            var made = pivTool("-A", admin, "-G", "9A:07", "-o", folder.resolve("9a.pub").toString());
            assertTrue(!made.text().contains("admin_mode failed") && !made.text().contains("gen_key failed"), made.text());
            PublicKey key = key(takenOut(), "9a").publicKey().orElseThrow(() -> new AssertionError(made.text()));
            X509Certificate c = TestCard.certificate(key, "CN=Carol");
            insert(card);
            // its exit code is the length of what it wrote
            var loaded = pivTool("-A", admin, "-C", "9A", "-i", pem("carol.pem", "CERTIFICATE", c.getEncoded()).toString());
            assertTrue(!loaded.text().contains("fail") && !loaded.text().contains("rror"), loaded.text());
            var sent = pivTool("-s", "00:FD:00:00:00");
            assertTrue(sent.text().contains("05 07 01"), sent.text());
            PivToken t = takenOut();
            assertEquals(c, t.certificates().getFirst().certificate());
            t.verifyPin("pin", Secret.of(TestCard.PIN));
            assertSigned(key, "SHA256withRSA", t.sign("9a", SignatureAlgorithm.RSA_PKCS1_SHA256,
                    MessageDigest.getInstance("SHA-256").digest(TestCard.MESSAGE)));
        }
    }
}
