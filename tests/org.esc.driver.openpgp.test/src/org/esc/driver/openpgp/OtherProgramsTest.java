// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.esc.driver.openpgp.TestCard.assertUsed;
import static org.esc.driver.openpgp.TestCard.on;
import static org.esc.driver.openpgp.TestCard.verify;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.Keys;
import org.esc.driver.ObjectWriting;
import org.esc.driver.TokenKey;
import org.esc.driver.host.OpenCard;
import org.esc.openpgp.Fingerprint;
import org.esc.openpgp.KeySlot;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The software card in a virtual reader of a real pcscd, used by GnuPG and OpenSC: what they put on the card our driver reads and uses, and what our
 * driver puts there they read and use. Skipped with the reason where a program is missing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class OtherProgramsTest {

    @TempDir
    static Path dir;

    private String missing = "";
    private Optional<Pcscd> pcscd = Optional.empty();
    private int count;
    private Path file;
    private SoftCard soft;
    private Optional<VpcdConnection> connection = Optional.empty();
    private GnuPg gpg;
    private OpenCard card;

    @BeforeAll
    void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(dir, "opensc-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
        }
    }

    @AfterAll
    void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @BeforeEach
    void insert() throws Exception {
        assumeTrue(missing.isEmpty(), missing);
        file = dir.resolve("card" + count);
        soft = TestCard.create(file);
        // an agent's socket needs a short name
        gpg = new GnuPg(dir.resolve("g" + count++));
    }

    @AfterEach
    void takeOut() throws Exception {
        if (gpg != null) {
            gpg.close();
        }
        takeOutCard();
        if (soft != null) {
            soft.close();
        }
    }

    private static void need(String... programs) {
        for (String p : programs) {
            assumeTrue(Programs.program(p).isPresent(), p + " is not installed");
        }
    }

    private void needGnuPg() {
        need("gpg", "gpgconf");
        assumeTrue(Files.exists(Path.of("/usr/lib/gnupg/scdaemon")) || Programs.library("gnupg/scdaemon", "gnupg2/scdaemon").isPresent()
                || Files.exists(Path.of("/usr/libexec/scdaemon")), "scdaemon is not installed");
    }

    /** Our driver's turn, with the card as its file has it: a reset by pcscd that comes late finds the other one. */
    private void ours() throws Exception {
        gpg.release();
        takeOutCard();
        soft.close();
        soft = TestCard.open(file);
        card = TestCard.open(soft.channel());
    }

    private void takeOutCard() {
        connection.ifPresent(VpcdConnection::close);
        connection = Optional.empty();
    }

    /** The others' turn: the card is in the reader. */
    private void theirs() throws Exception {
        if (connection.isEmpty()) {
            connection = Optional.of(pcscd.orElseThrow().insertAndWait(soft));
        }
    }

    private TokenKey key(String slot) throws EscException {
        return on(card, Keys.class).keys().stream().filter(k -> k.slot().equals(slot)).findFirst().orElseThrow();
    }

    private String detail(String name) throws EscException {
        return card.application(Optional.of("OpenPGP")).identity().details().stream().filter(d -> d.name().equals(name)).findFirst()
                .map(d -> d.value()).orElse("");
    }

    private String fingerprint(String key) throws EscException {
        return detail(key + " key fingerprint").replace(" ", "");
    }

    private Instant made(String key) throws EscException {
        return Instant.parse(detail(key + " key made"));
    }

    @Test
    void gpgMakesKeysOnTheCard() throws Exception {
        needGnuPg();
        theirs();
        gpg.editCard("admin", "name", "Example", "Alice", "lang", "de", "url", "https://keys.example/alice.asc", "login", "alice", "sex", "f",
                "key-attr", "2", "1", "2", "1", "2", "1", "quit");
        String said = gpg.editCard("admin", "generate", "n", "0", "Alice Example", "alice@example.org", "", "quit");
        assertTrue(said.contains("KEY_CREATED"), said);
        String status = gpg.run("--card-status");
        assertTrue(status.contains("Version ..........: 3.4"), status);
        assertTrue(status.contains("ed25519 cv25519 ed25519"), status);
        gpg.assertSigns();
        gpg.assertDecrypts();
        List<String> fingerprints = gpg.fingerprints();

        ours();
        var info = card.info();
        assertEquals("Alice Example", info.label());
        assertEquals(List.of(), info.problems());
        assertEquals("https://keys.example/alice.asc", detail("URL of the public key"));
        assertEquals("alice", detail("Login data"));
        assertEquals("de", detail("Languages"));
        assertEquals("female", detail("Sex"));
        assertEquals("EdDSA on Ed25519, made by the card", detail("Signature key"));
        assertEquals(fingerprints, List.of(fingerprint("Signature"), fingerprint("Authentication"), fingerprint("Decryption")));
        assertUsed(card, "sig", key("sig").publicKey().orElseThrow(), KeyAlgorithm.ED25519);
        assertUsed(card, "dec", key("dec").publicKey().orElseThrow(), KeyAlgorithm.X25519);
        assertUsed(card, "aut", key("aut").publicKey().orElseThrow(), KeyAlgorithm.ED25519);
    }

    @ParameterizedTest
    @CsvSource({"rsa2048,rsa2048,RSA_2048,RSA_2048", "nistp384,nistp521,EC_P384,EC_P521",
        "brainpoolP256r1,brainpoolP512r1,BRAINPOOL_P256,BRAINPOOL_P512", "ed25519,cv25519,ED25519,X25519"})
    void gpgMovesKeysOntoTheCard(String signs, String encrypts, KeyAlgorithm signing, KeyAlgorithm encrypting) throws Exception {
        needGnuPg();
        gpg.run("--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "Alice Example <alice@example.org>", signs,
                "sign,cert", "0");
        String primary = gpg.fingerprints().getFirst();
        gpg.run("--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key", primary, encrypts, "encr", "0");
        theirs();
        gpg.run(List.of("keytocard", "y", "1", "key 1", "keytocard", "2", "save"), "--edit-key", primary);
        List<String> fingerprints = gpg.fingerprints();
        gpg.assertSigns();
        gpg.assertDecrypts();

        ours();
        assertEquals(List.of(), card.info().problems());
        assertEquals(fingerprints, List.of(fingerprint("Signature"), fingerprint("Decryption")));
        assertTrue(detail("Signature key").endsWith(", imported"), detail("Signature key"));
        assertEquals(fingerprints, List.of(
                Hex.of(Fingerprint.of(KeySlot.SIGN, key("sig").publicKey().orElseThrow(), made("Signature"))),
                Hex.of(Fingerprint.of(KeySlot.DECRYPT, key("dec").publicKey().orElseThrow(), made("Decryption")))));
        assertUsed(card, "sig", key("sig").publicKey().orElseThrow(), signing);
        assertUsed(card, "dec", key("dec").publicKey().orElseThrow(), encrypting);
    }

    @ParameterizedTest
    @CsvSource({"false,RSA_3072,RSA_2048", "false,ED25519,X25519", "true,EC_P256,EC_P384", "true,RSA_2048,RSA_2048",
        "true,BRAINPOOL_P384,BRAINPOOL_P256", "true,ED25519,X25519"})
    void gpgUsesKeysOfOurDriver(boolean imported, KeyAlgorithm signing, KeyAlgorithm encrypting) throws Exception {
        needGnuPg();
        ours();
        verify(card, "pw3", "12345678");
        if (imported) {
            on(card, KeyImport.class).importKey("sig", TestCard.pair(signing), KeyPolicy.DEFAULT);
            on(card, KeyImport.class).importKey("dec", TestCard.pair(encrypting), KeyPolicy.DEFAULT);
        } else {
            on(card, KeyGeneration.class).generateKey("sig", signing, KeyPolicy.DEFAULT);
            on(card, KeyGeneration.class).generateKey("dec", encrypting, KeyPolicy.DEFAULT);
        }
        on(card, ObjectWriting.class).writeObject("5b", "Example<<Alice".getBytes(StandardCharsets.US_ASCII));
        List<String> ours = List.of(fingerprint("Signature"), fingerprint("Decryption"));
        Instant signed = made("Signature");
        Instant encrypted = made("Decryption");

        theirs();
        String status = gpg.run("--card-status");
        assertTrue(status.contains("Name of cardholder: Alice Example"), status);
        for (String f : ours) {
            assertTrue(status.replace(" ", "").contains(f), status);
        }
        gpg.takeKeys(signed, encrypted, ours);
        gpg.assertSigns();
        gpg.assertDecrypts();
    }

    @Test
    void gpgAndOurDriverAgreeOnHashedPins() throws Exception {
        needGnuPg();
        theirs();
        gpg.editCard("admin", "kdf-setup", "quit");
        String status = gpg.run("--card-status");
        assertTrue(status.contains("KDF setting ......: on"), status);
        ours();
        assertTrue(detail("PINs are sent").startsWith("hashed"), detail("PINs are sent"));
        verify(card, "pw1", "123456");
        verify(card, "pw3", "12345678");
        on(card, ApplicationLifeCycle.class).takeStep("kdf-off");
        verify(card, "pw3", "12345678");
        on(card, ApplicationLifeCycle.class).takeStep("kdf-on");
        verify(card, "pw3", "12345678");
        on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT);
        on(card, KeyGeneration.class).generateKey("dec", KeyAlgorithm.X25519, KeyPolicy.DEFAULT);
        List<String> ours = List.of(fingerprint("Signature"), fingerprint("Decryption"));
        Instant signed = made("Signature");
        Instant encrypted = made("Decryption");
        theirs();
        gpg.takeKeys(signed, encrypted, ours);
        gpg.assertSigns();
        gpg.assertDecrypts();
    }

    @Test
    void gpgResetsTheCard() throws Exception {
        needGnuPg();
        ours();
        verify(card, "pw3", "12345678");
        on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT);
        theirs();
        gpg.editCard("admin", "factory-reset", "y", "yes", "quit");
        ours();
        assertFalse(key("sig").present());
        assertEquals("RSA 2048, empty", detail("Signature key"));
        verify(card, "pw1", "123456");
    }

    @Test
    void openScReadsTheCardAndUsesItsKeys() throws Exception {
        need("openpgp-tool", "pkcs15-tool", "pkcs11-tool");
        var module = Pkcs11Module.find("opensc-pkcs11.so");
        assumeTrue(module.isPresent(), "opensc-pkcs11.so is not installed");
        ours();
        verify(card, "pw3", "12345678");
        PublicKey key = on(card, KeyGeneration.class).generateKey("aut", KeyAlgorithm.RSA_2048, KeyPolicy.DEFAULT);
        PublicKey sign = on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.RSA_2048, KeyPolicy.DEFAULT);
        var writing = on(card, CertificateWriting.class);
        var authority = TestCard.pair(KeyAlgorithm.EC_P256);
        X509Certificate certificate = TestCard.certificate(key, authority.getPrivate(), "SHA256withECDSA");
        writing.writeCertificate("aut", certificate);
        on(card, ObjectWriting.class).writeObject("5b", "Example<<Alice".getBytes(StandardCharsets.US_ASCII));
        on(card, ObjectWriting.class).writeObject("5e", "alice".getBytes(StandardCharsets.US_ASCII));

        theirs();
        String name = Programs.run("opensc-tool", "--name").text();
        assertTrue(name.contains("OpenPGP card v3.4"), name);
        String holder = Programs.run("openpgp-tool", "-U", "-K").text();
        assertTrue(holder.contains("alice") && holder.contains("Example"), holder);
        assertTrue(holder.replace(":", "").toUpperCase(java.util.Locale.ROOT).contains(fingerprint("Authentication")), holder);
        Path der = dir.resolve("aut.pem");
        Programs.Outcome read = Programs.run("pkcs15-tool", "--read-certificate", "3", "--output", der.toString());
        assertEquals(0, read.exit(), read.text());
        assertArrayEquals(certificate.getEncoded(), CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(der))).getEncoded());
        Path message = dir.resolve("message");
        Files.writeString(message, "a message for OpenSC");
        assertSigns(module.get(), 0, "03", message, key);
        assertSigns(module.get(), 1, "01", message, sign);
    }

    private static void assertSigns(Pkcs11Module module, int slot, String id, Path message, PublicKey key) throws Exception {
        Path signature = dir.resolve("signature" + id);
        Programs.Outcome signed = Programs.run("pkcs11-tool", "--module", module.library().toString(), "--slot-index", Integer.toString(slot), "--login",
                "--pin", "123456", "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", id, "--input-file", message.toString(), "--output-file",
                signature.toString());
        assertEquals(0, signed.exit(), signed.text());
        Signature v = Signature.getInstance("SHA256withRSA");
        v.initVerify(key);
        v.update(Files.readAllBytes(message));
        assertTrue(v.verify(Files.readAllBytes(signature)), signed.text());
    }

    @Test
    void openScWritesTheCard() throws Exception {
        need("openpgp-tool", "pkcs15-tool");
        theirs();
        Programs.Outcome changed = Programs.run("pkcs15-tool", "--change-pin", "--auth-id", "2", "--pin", "123456", "--new-pin", "abcdefgh");
        assertEquals(0, changed.exit(), changed.text());
        ours();
        verify(card, "pw1", "abcdefgh");
        verify(card, "pw3", "12345678");
        on(card, KeyGeneration.class).generateKey("sig", KeyAlgorithm.ED25519, KeyPolicy.DEFAULT);
        theirs();
        Programs.Outcome erased = Programs.run("openpgp-tool", "--erase");
        assertEquals(0, erased.exit(), erased.text());
        ours();
        assertFalse(key("sig").present());
        verify(card, "pw1", "123456");
    }
}
