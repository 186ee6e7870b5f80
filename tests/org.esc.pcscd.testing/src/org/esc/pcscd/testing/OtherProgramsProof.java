// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.esc.apdu.Hex;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/**
 * An enrolled token in a virtual reader of a real pcscd, used by programs of others. Whoever extends it says who enrols the token. Each test
 * that a program is missing for is skipped and names it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
public abstract class OtherProgramsProof {

    /** The tokens' password. */
    protected static final String PIN = "Other1";

    private static final byte[] MESSAGE = "a message of the token's owner".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHA256_DIGEST_INFO = Hex.parse("3031300D060960864801650304020105000420");
    private static final String SIGNING = "01";
    private static final String ENCRYPTION = "02";
    private static final String OPENSC = "opensc-pkcs11.so";
    private static final String COOLKEY = "libcoolkeypk11.so";

    /**
     * A token with a signing and an encryption key, whose PIN is {@link #PIN}.
     *
     * @param card         the card
     * @param name         the token's name
     * @param user         whose it is, as its objects are labelled
     * @param certificates the two certificates on it, in any order
     * @param authority    file of the certificate that issued them, PEM
     */
    public record Enrolled(SoftCard card, String name, String user, List<X509Certificate> certificates, Path authority) {
        public Enrolled {
            certificates = List.copyOf(certificates);
        }
    }

    @TempDir
    static Path dir;

    /** Why these tests cannot run here; empty if they can. */
    private String missing = "";
    private Optional<Pcscd> pcscd = Optional.empty();
    private Enrolled token;
    private X509Certificate signing;
    private X509Certificate encryption;

    /**
     * Makes the token.
     *
     * @param folder for all that is needed
     * @throws TestAbortedException with the reason if there can be none here
     */
    protected abstract Enrolled enroll(Path folder) throws Exception;

    /** Called at the end, if there was a token. */
    protected void release() throws Exception {
        // nothing to give back
    }

    @BeforeAll
    final void enrolAndInsert() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(dir, "opensc-tool", "pkcs11-tool"));
            token = enroll(dir);
        } catch (Pcscd.Unavailable | TestAbortedException e) {
            missing = e.getMessage();
            return;
        }
        signing = withUsage(0);
        encryption = withUsage(2);
        try (var in = Files.newInputStream(token.authority())) {
            var authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
            signing.verify(authority.getPublicKey());
            encryption.verify(authority.getPublicKey());
        }
        pcscd.get().insertAndWait(token.card());
    }

    /** The certificate with a bit of the key usage (RFC 5280, 4.2.1.3): 0 signs, 2 enciphers keys. */
    private X509Certificate withUsage(int bit) {
        var found = token.certificates().stream().filter(c -> c.getKeyUsage() != null && c.getKeyUsage()[bit]).toList();
        assertEquals(1, found.size(), found.toString());
        return found.getFirst();
    }

    /** Before each test and not once for all, so that every test skipped names its reason. */
    @BeforeEach
    final void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    @AfterAll
    final void takeOut() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
        if (token != null) {
            release();
        }
    }

    /** OpenSC appends the name of the PIN, which is the token's, too. */
    private String label(Pkcs11Module module) {
        return module.library().endsWith(OPENSC) ? token.name() + " (" + token.name() + ")" : token.name();
    }

    static Stream<Pkcs11Module> modules() {
        return Pkcs11Module.installed();
    }

    private static Pkcs11Module module(String name) {
        var module = Pkcs11Module.find(name);
        assumeTrue(module.isPresent(), name + " is not installed");
        return module.get();
    }

    private void assertSigned(byte[] signature) throws Exception {
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

    private byte[] encrypted() throws Exception {
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.ENCRYPT_MODE, encryption.getPublicKey());
        return c.doFinal(MESSAGE);
    }

    @Test
    void openscToolSeesTheCardAndKnowsItsKind() throws Exception {
        assertEquals(Hex.of(token.card().atr().bytes()), Pcscd.seenAtr());
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
        String label = label(module);
        assertTrue(slots.lines().anyMatch(("  token label        : " + label)::equals), slots);

        var listed = module.tool("--login", "--pin", PIN, "--list-objects");
        assertEquals(0, listed.exit(), listed.text());
        var objects = objects(listed.text());
        var expected = Stream.of("Certificate ", "Private ", "Public ").flatMap(k -> Stream.of(k + SIGNING, k + ENCRYPTION))
                .collect(Collectors.toSet());
        assertEquals(expected, objects.keySet(), listed.text());
        objects.forEach((what, text) -> assertTrue(
                text.contains((what.endsWith(SIGNING) ? "signing" : "encryption") + " key for " + token.user() + "\n"), text));
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
        assertEquals(Map.of(signing, "signing key for " + token.user(), encryption, "encryption key for " + token.user()), aliases);

        Signature s = Signature.getInstance("SHA256withRSA", p.get());
        s.initSign((PrivateKey) store.getKey(aliases.get(signing), null));
        s.update(MESSAGE);
        assertSigned(s.sign());

        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding", p.get());
        c.init(Cipher.DECRYPT_MODE, (PrivateKey) store.getKey(aliases.get(encryption), null));
        assertArrayEquals(MESSAGE, c.doFinal(encrypted()));
    }

    @Test
    void openscToolListsTheReaderAndSendsCommands() throws Exception {
        var readers = Programs.run("opensc-tool", "--list-readers");
        assertTrue(Pattern.compile("(?m)^0 +Yes +Virtual PCD 00 00$").matcher(readers.text()).find(), readers.text());
        var answers = Programs.run("opensc-tool", "--send-apdu", "00A4040007627601FF000000", "--send-apdu", "B0F200000100");
        assertEquals(2, answers.text().split("SW1=0x90, SW2=0x00", -1).length - 1, answers.text());
    }

    @Test
    void pcscScanSeesReaderAndCard() throws Exception {
        assumeTrue(Programs.program("pcsc_scan").isPresent(), "pcsc_scan (package pcsc-tools) is not installed");
        String readers = Programs.run("pcsc_scan", "-r").text();
        assertTrue(readers.contains("0: Virtual PCD 00 00"), readers);
        // it looks up what kind of card has such an answer to reset, too: of ours it knows the bytes only
        String cards = Programs.run("pcsc_scan", "-c", "-n").text();
        String atr = HexFormat.ofDelimiter(" ").withUpperCase().formatHex(token.card().atr().bytes());
        assertTrue(cards.contains("Card inserted") && cards.contains("ATR: " + atr), cards);
    }

    /** A database of NSS that knows the module and the authority. */
    private Nss nss(Pkcs11Module module, String purpose) throws Exception {
        for (String program : Nss.PROGRAMS) {
            assumeTrue(Programs.program(program).isPresent(), program + " (package libnss3-tools) is not installed");
        }
        Nss nss = Nss.create(dir.resolve(purpose + "-" + module.library().getFileName()), PIN);
        nss.run("modutil", "-add", "token", "-libfile", module.library().toString(), "-force");
        nss.run("certutil", "-A", "-n", "authority", "-t", "CT,C,C", "-a", "-i", token.authority().toString());
        return nss;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void nssListsAndSignsThroughTheModule(Pkcs11Module module) throws Exception {
        Nss nss = nss(module, "list");
        String label = label(module);
        String modules = nss.run("modutil", "-list");
        assertTrue(modules.contains("token: " + label + "\n"), modules);
        String certificates = nss.run("certutil", "-L", "-h", "all", "-f", nss.pin());
        for (String use : List.of("signing", "encryption")) {
            // u: NSS has the certificate's private key
            String line = Pattern.quote(label + ":" + use + " key for " + token.user()) + " +u,u,u *";
            assertTrue(certificates.lines().anyMatch(l -> l.matches(line)), certificates);
        }
        String keys = nss.run("certutil", "-K", "-h", label, "-f", nss.pin());
        assertTrue(keys.contains("signing key for " + token.user()) && keys.contains("encryption key for " + token.user()), keys);

        Path message = Files.write(nss.file("message"), MESSAGE);
        Path signed = nss.file("signed");
        Path content = nss.file("content");
        nss.run("cmsutil", "-S", "-N", label + ":signing key for " + token.user(), "-f", nss.pin(), "-i", message.toString(), "-o",
                signed.toString());
        // verifies the signature and the chain up to the authority
        nss.run("cmsutil", "-D", "-i", signed.toString(), "-o", content.toString());
        assertArrayEquals(MESSAGE, Files.readAllBytes(content));
    }

    /** What the token keeps is not to be had from it, and it takes no key that it did not make or ask for; both leave it as it was. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void pk12utilTakesNoKeyOutOfTheTokenAndPutsNoneIn(Pkcs11Module module) throws Exception {
        Nss nss = nss(module, "keys");
        String before = nss.run("certutil", "-K", "-h", label(module), "-f", nss.pin());
        Path taken = nss.file("taken.p12");
        var out = nss.attempt("pk12util", "-o", taken.toString(), "-n", label(module) + ":signing key for " + token.user(), "-k", nss.pin(),
                "-W", "other");
        assertTrue(out.exit() != 0 && out.text().contains("SEC_ERROR_PKCS12_UNABLE_TO_EXPORT_KEY"), out.text());
        assertFalse(Files.exists(taken));

        Path server = nss.selfSigned("server", "other");
        var in = nss.attempt("pk12util", "-i", server.toString(), "-h", label(module), "-k", nss.pin(), "-W", "other");
        assertTrue(in.exit() != 0 && in.text().contains("SEC_ERROR_PKCS12_UNABLE_TO_IMPORT_KEY"), in.text());
        assertEquals(before, nss.run("certutil", "-K", "-h", label(module), "-f", nss.pin()));
    }

    static Stream<Arguments> modulesAndProtocols() {
        // TLS 1.3 signs with RSA-PSS, which the CoolKey module does not have
        return modules().flatMap(m -> m.library().endsWith(COOLKEY) ? Stream.of(Arguments.of(m, "TLSv1.2"))
                : Stream.of(Arguments.of(m, "TLSv1.3"), Arguments.of(m, "TLSv1.2")));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modulesAndProtocols")
    void tstclntProvesItsOwnerToATlsServer(Pkcs11Module module, String protocol) throws Exception {
        Nss nss = nss(module, protocol);
        Path identity = nss.selfSigned("server", "other");
        try (var server = ClientAuthServer.start(identity, "other", token.authority(), protocol)) {
            // -O: beside the handshake it chooses its certificate too late for a server that is slow
            String version = protocol.replace("TLSv", "tls");
            var o = nss.attempt("tstclnt", "-O", "-4", "-h", "localhost", "-p", Integer.toString(server.port()), "-V", version + ":" + version,
                    "-n", label(module) + ":signing key for " + token.user(), "-W", nss.pin(), "-A", server.request(dir).toString());
            assertEquals(new ClientAuthServer.Visit(protocol, signing), server.visit(o.text()), o.text());
            assertEquals(0, o.exit(), o.text());
            assertTrue(o.text().contains(ClientAuthServer.GREETING), o.text());
        }
    }

    /** Who comes without the token's certificate is not let in: the server asks in earnest. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void withoutTheTokenTheServerRefuses(Pkcs11Module module) throws Exception {
        Nss nss = nss(module, "refused");
        try (var server = ClientAuthServer.start(nss.selfSigned("server", "other"), "other", token.authority(), "TLSv1.2")) {
            var o = nss.attempt("tstclnt", "-O", "-4", "-h", "localhost", "-p", Integer.toString(server.port()), "-V", "tls1.2:tls1.2", "-n", "none",
                    "-A", server.request(dir).toString());
            assertFalse(o.text().contains(ClientAuthServer.GREETING), o.text());
            assertTrue(o.exit() != 0, o.text());
        }
    }
}
