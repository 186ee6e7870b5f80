// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import javax.crypto.Cipher;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PKCS #15 and the CAC image in a virtual reader of a real pcscd, judged by OpenSC. */
class PcscTest {

    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path folder;

    /** Why these tests cannot run here; empty if they can. */
    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();
    private static CardImage pkcs15;
    private static CardImage cac;

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool", "pkcs15-tool", "pkcs15-crypt", "pkcs11-tool", "env"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
            return;
        }
        pkcs15 = Pkcs15Image.fresh();
        cac = CacImage.fresh();
        settings("isoApplet");
        settings("cac");
        Files.write(folder.resolve("message"), MESSAGE);
    }

    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    @AfterAll
    static void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    private static Path settings(String driver) throws Exception {
        return Files.writeString(folder.resolve(driver + ".conf"),
                "app default { card_drivers = " + driver + "; framework pkcs15 { use_file_caching = no; } }\n");
    }

    private static VpcdConnection insert(CardImage image) throws Exception {
        return pcscd.get().insertAndWait(SoftCard.withApplets(CardSpec.standard(),
                new FilesAppletFactory().with(image.text().getBytes(StandardCharsets.UTF_8))));
    }

    /** What a program of OpenSC says when only one of its card drivers is asked. */
    private static Programs.Outcome run(String driver, String... command) throws Exception {
        String[] all = new String[command.length + 2];
        all[0] = "env";
        all[1] = "OPENSC_CONF=" + folder.resolve(driver + ".conf");
        System.arraycopy(command, 0, all, 2, command.length);
        return Programs.run(all);
    }

    private static String good(String driver, String... command) throws Exception {
        var outcome = run(driver, command);
        assertEquals(0, outcome.exit(), outcome.text());
        return outcome.text();
    }

    private static byte[] content(CardImage image, String path, int part) {
        return image.files().stream().filter(f -> f.path().equals(path)).findFirst().orElseThrow().parts().get(part);
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static void assertSigned(X509Certificate by, String algorithm, byte[] signature) throws Exception {
        Signature v = Signature.getInstance(algorithm);
        v.initVerify(by);
        v.update(MESSAGE);
        assertTrue(v.verify(signature));
    }

    @Test
    void openscReadsThePkcs15Card() throws Exception {
        try (var _ = insert(pkcs15)) {
            String dump = good("isoApplet", "pkcs15-tool", "--dump");
            assertTrue(dump.contains("PKCS#15 Card [ESC test card]") && dump.contains("PIN [PUK]") && dump.contains("Private EC Key [Signature key (EC)]"),
                    dump);
            assertTrue(good("isoApplet", "pkcs15-tool", "-c").contains("X.509 Certificate [Test authority]"));
            assertTrue(good("isoApplet", "pkcs15-tool", "-k").contains("Private RSA Key [Signature key (RSA)]"));
            String pem = good("isoApplet", "pkcs15-tool", "--read-certificate", "45").replaceAll("(?s)^.*?(?=-----BEGIN)", "");
            assertEquals(certificate(content(pkcs15, "3F00/5015/4701", 0)), certificate(pem.getBytes(StandardCharsets.US_ASCII)));
            assertTrue(good("isoApplet", "pkcs15-tool", "--read-data-object", "Notes", "--raw").contains("A card of nobody"));
        }
    }

    @Test
    void openscSignsAndDecryptsWithThePkcs15Card() throws Exception {
        try (var _ = insert(pkcs15)) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
            Files.write(folder.resolve("digest"), digest);
            good("isoApplet", "pkcs15-crypt", "-s", "-k", "45", "--sha-256", "--pkcs1", "--pin", Pkcs15Image.PIN, "-R", "-i",
                    folder.resolve("digest").toString(), "-o", folder.resolve("signature").toString());
            X509Certificate rsa = certificate(content(pkcs15, "3F00/5015/4701", 0));
            assertSigned(rsa, "SHA256withRSA", Files.readAllBytes(folder.resolve("signature")));

            Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            c.init(Cipher.ENCRYPT_MODE, rsa.getPublicKey());
            Files.write(folder.resolve("cryptogram"), c.doFinal(MESSAGE));
            good("isoApplet", "pkcs15-crypt", "-c", "-k", "45", "--pkcs1", "--pin", Pkcs15Image.PIN, "-R", "-i", folder.resolve("cryptogram").toString(),
                    "-o", folder.resolve("plain").toString());
            assertArrayEquals(MESSAGE, Files.readAllBytes(folder.resolve("plain")));

            good("isoApplet", "pkcs11-tool", "--sign", "-m", "ECDSA-SHA1", "--id", "46", "--login", "--pin", Pkcs15Image.PIN, "-i",
                    folder.resolve("message").toString(), "-o", folder.resolve("ec").toString(), "--signature-format", "openssl");
            assertSigned(certificate(content(pkcs15, "3F00/5015/4702", 0)), "SHA1withECDSA", Files.readAllBytes(folder.resolve("ec")));
        }
    }

    @Test
    void openscChangesAndUnblocksThePin() throws Exception {
        try (var _ = insert(pkcs15)) {
            good("isoApplet", "pkcs15-tool", "--change-pin", "--auth-id", "01", "--pin", Pkcs15Image.PIN, "--new-pin", "4444");
            assertTrue(run("isoApplet", "pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", Pkcs15Image.PIN).exit() != 0);
            good("isoApplet", "pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "4444");
            good("isoApplet", "pkcs15-tool", "--unblock-pin", "--auth-id", "01", "--puk", Pkcs15Image.PUK, "--new-pin", "555555");
            good("isoApplet", "pkcs15-tool", "--verify-pin", "--auth-id", "01", "--pin", "555555");
        }
    }

    @Test
    void openscKnowsTheCac() throws Exception {
        try (var _ = insert(cac)) {
            String name = good("cac", "opensc-tool", "-n");
            assertTrue(name.contains("Common Access Card") || name.contains("CAC"), name);
            String objects = good("cac", "pkcs11-tool", "-O", "--login", "--pin", CacImage.PIN);
            assertTrue(objects.contains("CAC ID Certificate") && objects.contains("CAC Email Signature Certificate"), objects);
            assertTrue(objects.contains("Private Key Object; RSA"), objects);
            byte[] zipped = java.util.Arrays.copyOf(content(cac, "A0000000790100/0100", 1), content(cac, "A0000000790100/0100", 1).length - 1);
            X509Certificate identity;
            try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
                identity = certificate(in.readAllBytes());
            }
            good("cac", "pkcs11-tool", "-r", "-y", "cert", "--id", "0001", "-o", folder.resolve("cac.der").toString());
            assertEquals(identity, certificate(Files.readAllBytes(folder.resolve("cac.der"))));
            good("cac", "pkcs11-tool", "--sign", "-m", "SHA256-RSA-PKCS", "--id", "0001", "--login", "--pin", CacImage.PIN, "-i",
                    folder.resolve("message").toString(), "-o", folder.resolve("cacsig").toString());
            assertSigned(identity, "SHA256withRSA", Files.readAllBytes(folder.resolve("cacsig")));
            assertTrue(run("cac", "pkcs11-tool", "-O", "--login", "--pin", "0000").text().contains("CKR_PIN_INCORRECT"));
        }
    }
}
