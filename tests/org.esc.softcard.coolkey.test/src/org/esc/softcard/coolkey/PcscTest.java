// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.esc.apdu.Hex;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.pcscd.testing.Programs;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An enrolled software token in a virtual reader of a real pcscd, seen by programs of others. */
class PcscTest {

    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path folder;

    /** Why these tests cannot run here; empty if they can. */
    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();
    private static SoftCard soft;
    private static TestToken.Enrolled enrolled;

    @BeforeAll
    static void start() throws Exception {
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool", "pkcs11-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
            return;
        }
        soft = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        enrolled = TestToken.enroll(soft, KeySet.factory(1, KeyType.DES3), 2048);
        pcscd.get().insertAndWait(soft);
    }

    /** Before each test and not once for all, so that every test skipped names its reason. */
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

    @Test
    void openscSeesAtrAndCardData() throws Exception {
        assertEquals(Hex.of(soft.atr().bytes()), Pcscd.seenAtr());
        var cplc = Programs.run("opensc-tool", "-s", "00A4040000", "-s", "80CA9F7F2D");
        String hex = cplc.text().replaceAll("(?m)^((?:[0-9A-F]{2} )+).*$", "$1").replaceAll("\\s", "");
        assertTrue(hex.contains("9F7F2A" + soft.cuid().toString().substring(0, 8)), cplc.text());
    }

    static Stream<Pkcs11Module> modules() {
        return Pkcs11Module.installed();
    }

    /** A module that is not installed leaves no test behind; this one says so. */
    @ParameterizedTest
    @ValueSource(strings = {"opensc-pkcs11.so", "libcoolkeypk11.so"})
    void bothModulesAreTried(String name) {
        assumeTrue(Pkcs11Module.find(name).isPresent(), name + " is not installed");
        assertTrue(modules().anyMatch(m -> m.library().endsWith(name)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesListTheToken(Pkcs11Module module) throws Exception {
        var slots = module.tool("--list-token-slots");
        assertTrue(slots.text().contains("John Doe"), slots.text());
        String objects = module.tool("--login", "--pin", TestToken.PIN, "--list-objects").text();
        assertTrue(objects.contains("signing key for jdoe") && objects.contains("encryption key for jdoe"), objects);
        assertTrue(objects.contains("Private Key Object"), objects);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesSignAndDecrypt(Pkcs11Module module) throws Exception {
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.DECRYPT_MODE, enrolled.signing());
        assertArrayEquals(MESSAGE, c.doFinal(module.sign(TestToken.PIN, "RSA-PKCS", "01", MESSAGE)));

        c.init(Cipher.ENCRYPT_MODE, enrolled.encryption());
        assertArrayEquals(MESSAGE, module.decrypt(TestToken.PIN, "RSA-PKCS", "02", c.doFinal(MESSAGE)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void javaSignsThroughTheModule(Pkcs11Module module) throws Exception {
        Optional<Provider> p = module.provider();
        assumeTrue(p.isPresent(), "this Java runtime has no SunPKCS11");
        KeyStore store = KeyStore.getInstance("PKCS11", p.get());
        store.load(null, TestToken.PIN.toCharArray());
        String alias = Collections.list(store.aliases()).stream().filter(a -> a.startsWith("signing")).findFirst().orElseThrow();
        Signature s = Signature.getInstance("SHA256withRSA", p.get());
        s.initSign((PrivateKey) store.getKey(alias, null));
        s.update(MESSAGE);
        byte[] signature = s.sign();
        Signature v = Signature.getInstance("SHA256withRSA");
        v.initVerify(enrolled.signing());
        v.update(MESSAGE);
        assertTrue(v.verify(signature));
    }
}
