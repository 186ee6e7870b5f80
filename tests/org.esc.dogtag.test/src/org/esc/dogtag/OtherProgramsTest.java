// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.card.TransportRules;
import org.esc.driver.TokenCertificate;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.pcscd.testing.Programs;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/** A token that the running Dogtag enrolled, in a virtual reader of a real pcscd, used by programs of others. */
@Tag("dogtag")
@Timeout(600)
class OtherProgramsTest {

    private static final byte[] MESSAGE = "a message of the token's owner".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHA256_DIGEST_INFO = Hex.parse("3031300D060960864801650304020105000420");
    private static final String SIGNING = "01";
    private static final String ENCRYPTION = "02";
    private static final String PIN = "Other1";
    private static final String OPENSC = "opensc-pkcs11.so";
    private static final String COOLKEY = "libcoolkeypk11.so";

    @TempDir
    static Path dir;

    /** Why these tests cannot run here although there is a Dogtag; empty if they can. */
    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();
    private static Optional<Desk> desk = Optional.empty();
    private static SoftCard card;
    private static String reader;
    private static String user;
    private static X509Certificate signing;
    private static X509Certificate encryption;

    @BeforeAll
    static void enrolAndInsert() throws Exception {
        Dogtag dogtag;
        try {
            dogtag = Dogtag.require();
        } catch (TestAbortedException _) {
            // each test names the reason
            return;
        }
        try {
            pcscd = Optional.of(Pcscd.start(dir, "opensc-tool", "pkcs11-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
            return;
        }
        boolean plain = dogtag.speaks(false);
        var d = new Desk(dir, plain ? dogtag.http : dogtag.https, plain ? List.of() : List.of(dogtag.ca, dogtag.pin(dir)), false);
        desk = Optional.of(d);
        d.pin = PIN;
        card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        reader = d.soft.plug("token for other programs", card);
        user = dogtag.freeUser();
        d.format(reader, user);
        d.enroll(reader, user);
        assertEquals("ACTIVE", dogtag.state(card.cuid()));
        var certificates = read(d);
        signing = withUsage(certificates, 0);
        encryption = withUsage(certificates, 2);
        try (var in = Files.newInputStream(dogtag.ca)) {
            var authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
            signing.verify(authority.getPublicKey());
            encryption.verify(authority.getPublicKey());
        }
        pcscd.get().insert(card);
    }

    private static List<X509Certificate> read(Desk d) throws Exception {
        try (var session = d.readers.connect(reader, Origin.verb("test"))) {
            var state = d.readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().orElseThrow();
            return d.drivers.read(state, TransportRules.over(session)).certificates().stream().map(TokenCertificate::certificate).toList();
        }
    }

    /** The certificate with a bit of the key usage (RFC 5280, 4.2.1.3): 0 signs, 2 enciphers keys. */
    private static X509Certificate withUsage(List<X509Certificate> all, int bit) {
        var found = all.stream().filter(c -> c.getKeyUsage() != null && c.getKeyUsage()[bit]).toList();
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }

    /** Before each test and not once for all, so that every test skipped names its reason. */
    @BeforeEach
    void need() throws Exception {
        Dogtag.require();
        assumeTrue(missing.isEmpty(), missing);
    }

    @AfterAll
    static void takeOut() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
        if (desk.isPresent()) {
            // the user is free for other tests again
            try (var d = desk.get()) {
                d.format(reader, user);
            }
        }
    }

    static Stream<Pkcs11Module> modules() {
        return Pkcs11Module.installed();
    }

    private static Pkcs11Module module(String name) {
        var module = Pkcs11Module.find(name);
        assumeTrue(module.isPresent(), name + " is not installed");
        return module.get();
    }

    private static void assertSigned(byte[] signature) throws Exception {
        Signature v = Signature.getInstance("SHA256withRSA");
        v.initVerify(signing.getPublicKey());
        v.update(MESSAGE);
        assertTrue(v.verify(signature));
    }

    private static byte[] digestInfo() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
        byte[] all = new byte[SHA256_DIGEST_INFO.length + hash.length];
        System.arraycopy(SHA256_DIGEST_INFO, 0, all, 0, SHA256_DIGEST_INFO.length);
        System.arraycopy(hash, 0, all, SHA256_DIGEST_INFO.length, hash.length);
        return all;
    }

    /** What was signed with PKCS #1 v1.5 padding; fails unless a certificate's key did it. */
    private static byte[] opened(byte[] signature, X509Certificate by) throws Exception {
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.DECRYPT_MODE, by.getPublicKey());
        return c.doFinal(signature);
    }

    private static byte[] encrypted() throws Exception {
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, encryption.getPublicKey());
        return c.doFinal(MESSAGE);
    }

    @Test
    void openscToolSeesTheCardAndKnowsItsKind() throws Exception {
        assertEquals(Hex.of(card.atr().bytes()), Pcscd.seenAtr());
        var name = Programs.run("opensc-tool", "--name");
        assertTrue(name.text().lines().anyMatch("COOLKEY"::equals), name.text());
    }

    /** A module that is not installed leaves no test behind; this one says so. */
    @ParameterizedTest
    @ValueSource(strings = {OPENSC, COOLKEY})
    void bothModulesAreTried(String name) {
        Pkcs11Module module = module(name);
        assertTrue(modules().anyMatch(module::equals));
    }

    /** The objects in a listing of pkcs11-tool: the first word of their kind and their ID, with all that is said of them. */
    private static Map<String, String> objects(String listing) {
        var found = new HashMap<String, String>();
        for (String o : listing.split("(?m)^(?=(?:Certificate|(?:Private|Public) Key) Object)")) {
            var id = Pattern.compile("(?m)^ +ID: +(\\S+)$").matcher(o);
            if (id.find()) {
                found.put(o.split(" ", 2)[0] + " " + id.group(1), o);
            }
        }
        return found;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesListTokenCertificatesAndKeys(Pkcs11Module module) throws Exception {
        String slots = module.tool("--list-token-slots").text();
        // OpenSC appends the name of the PIN, which is the user's, too
        String label = module.library().endsWith(OPENSC) ? user + " (" + user + ")" : user;
        assertTrue(slots.lines().anyMatch(("  token label        : " + label)::equals), slots);

        var listed = module.tool("--login", "--pin", PIN, "--list-objects");
        assertEquals(0, listed.exit(), listed.text());
        var objects = objects(listed.text());
        var expected = Stream.of("Certificate ", "Private ", "Public ").flatMap(k -> Stream.of(k + SIGNING, k + ENCRYPTION))
                .collect(Collectors.toSet());
        assertEquals(expected, objects.keySet(), listed.text());
        objects.forEach((what, text) -> assertTrue(
                text.contains((what.endsWith(SIGNING) ? "signing" : "encryption") + " key for " + user + "\n"), text));
        assertTrue(Pattern.compile("Usage: +sign\\b").matcher(objects.get("Private " + SIGNING)).find(), listed.text());
        assertTrue(Pattern.compile("Usage: +decrypt\\b").matcher(objects.get("Private " + ENCRYPTION)).find(), listed.text());

        assertArrayEquals(signing.getEncoded(), certificate(module, SIGNING));
        assertArrayEquals(encryption.getEncoded(), certificate(module, ENCRYPTION));
    }

    private static byte[] certificate(Pkcs11Module module, String id) throws Exception {
        Path file = dir.resolve("certificate");
        var o = module.tool("--read-object", "--type", "cert", "--id", id, "--output-file", file.toString());
        assertEquals(0, o.exit(), o.text());
        return Files.readAllBytes(file);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesSignAndDecrypt(Pkcs11Module module) throws Exception {
        assertSigned(module.sign(PIN, "RSA-PKCS", SIGNING, digestInfo()));
        assertArrayEquals(MESSAGE, module.decrypt(PIN, "RSA-PKCS", ENCRYPTION, encrypted()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesRefuseAWrongPin(Pkcs11Module module) throws Exception {
        var o = module.tool("--login", "--pin", "Wrong1", "--list-objects");
        assertTrue(o.exit() != 0 && o.text().contains("CKR_PIN_INCORRECT") && !o.text().contains("Private Key Object"), o.text());
        // the right one sets the counter of wrong ones back
        assertEquals(0, module.tool("--login", "--pin", PIN, "--list-objects").exit());
    }

    @Test
    void openscHashesAndKeepsKeysToTheirUse() throws Exception {
        Pkcs11Module module = module(OPENSC);
        assertSigned(module.sign(PIN, "SHA256-RSA-PKCS", SIGNING, MESSAGE));
        // it holds the encryption key back from signing itself, as the key's object says
        var o = module.tool("--login", "--pin", PIN, "--sign", "--mechanism", "RSA-PKCS", "--id", ENCRYPTION, "--input-file",
                Files.write(dir.resolve("in"), MESSAGE).toString(), "--output-file", dir.resolve("out").toString());
        assertTrue(o.exit() != 0 && o.text().contains("CKR_KEY_TYPE_INCONSISTENT"), o.text());
    }

    /**
     * This module knows one mechanism, but does not look at the one it is asked for: it pads and signs what it is given, unhashed. Who
     * wants a hash has to make it, as Java does.
     */
    @Test
    void coolkeyHasOneMechanismAndTakesEveryOtherForIt() throws Exception {
        Pkcs11Module module = module(COOLKEY);
        var mechanisms = module.tool("--list-mechanisms").text().lines().filter(l -> l.startsWith("  ")).toList();
        assertEquals(1, mechanisms.size(), mechanisms.toString());
        assertTrue(mechanisms.getFirst().matches("  RSA-PKCS, .*decrypt, sign.*"), mechanisms.toString());
        assertArrayEquals(MESSAGE, opened(module.sign(PIN, "SHA256-RSA-PKCS", SIGNING, MESSAGE), signing));
        // nor does it look at a key's use
        assertArrayEquals(MESSAGE, opened(module.sign(PIN, "RSA-PKCS", ENCRYPTION, MESSAGE), encryption));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void javaSignsAndDecryptsThroughTheModule(Pkcs11Module module) throws Exception {
        Optional<Provider> p = module.provider();
        assumeTrue(p.isPresent(), "this Java runtime has no SunPKCS11");
        KeyStore store = KeyStore.getInstance("PKCS11", p.get());
        store.load(null, PIN.toCharArray());
        var aliases = new HashMap<X509Certificate, String>();
        for (String a : Collections.list(store.aliases())) {
            aliases.put((X509Certificate) store.getCertificate(a), a);
        }
        assertEquals(Map.of(signing, "signing key for " + user, encryption, "encryption key for " + user), aliases);

        Signature s = Signature.getInstance("SHA256withRSA", p.get());
        s.initSign((PrivateKey) store.getKey(aliases.get(signing), null));
        s.update(MESSAGE);
        assertSigned(s.sign());

        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding", p.get());
        c.init(Cipher.DECRYPT_MODE, (PrivateKey) store.getKey(aliases.get(encryption), null));
        assertArrayEquals(MESSAGE, c.doFinal(encrypted()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void nssListsAndSignsThroughTheModule(Pkcs11Module module) throws Exception {
        for (String program : List.of("modutil", "certutil", "cmsutil")) {
            assumeTrue(Programs.program(program).isPresent(), program + " (package libnss3-tools) is not installed");
        }
        Path folder = Files.createDirectory(dir.resolve("nss-" + module));
        String db = "sql:" + folder;
        String password = Files.writeString(dir.resolve("password"), PIN + "\n").toString();
        nss("certutil", "-N", "-d", db, "--empty-password");
        nss("modutil", "-dbdir", db, "-add", "token", "-libfile", module.library().toString(), "-force");
        nss("certutil", "-A", "-d", db, "-n", "authority", "-t", "CT,C,C", "-a", "-i", Dogtag.require().ca.toString());

        String token = module.library().endsWith(OPENSC) ? user + " (" + user + ")" : user;
        String certificates = nss("certutil", "-L", "-h", "all", "-d", db, "-f", password);
        for (String use : List.of("signing", "encryption")) {
            // u: NSS has the certificate's private key
            String line = Pattern.quote(token + ":" + use + " key for " + user) + " +u,u,u *";
            assertTrue(certificates.lines().anyMatch(l -> l.matches(line)), certificates);
        }
        String keys = nss("certutil", "-K", "-h", token, "-d", db, "-f", password);
        assertTrue(keys.contains("signing key for " + user) && keys.contains("encryption key for " + user), keys);

        Path message = Files.write(folder.resolve("message"), MESSAGE);
        Path signed = folder.resolve("signed");
        Path content = folder.resolve("content");
        nss("cmsutil", "-S", "-N", token + ":signing key for " + user, "-d", db, "-f", password, "-i", message.toString(), "-o",
                signed.toString());
        // verifies the signature and the chain up to Dogtag's authority
        nss("cmsutil", "-D", "-d", db, "-i", signed.toString(), "-o", content.toString());
        assertArrayEquals(MESSAGE, Files.readAllBytes(content));
    }

    private static String nss(String... command) throws Exception {
        var o = Programs.run(command);
        assertEquals(0, o.exit(), o.text());
        return o.text();
    }
}
