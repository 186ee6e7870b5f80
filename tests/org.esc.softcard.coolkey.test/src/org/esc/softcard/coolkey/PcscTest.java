// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.card.vpcd.VirtualCard;
import org.esc.card.vpcd.VpcdConnection;
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

    private static final Path CONFIG = Path.of("/etc/reader.conf.d/vpcd");
    private static final List<Path> LIBRARIES =
            List.of(Path.of("/usr/lib/x86_64-linux-gnu"), Path.of("/usr/lib/aarch64-linux-gnu"), Path.of("/usr/lib64"), Path.of("/usr/lib"));
    private static final byte[] MESSAGE = "a message to sign".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path folder;

    /** Why these tests cannot run here; empty if they can. */
    private static String missing = "";
    private static Process pcscd;
    private static SoftCard soft;
    private static TestToken.Enrolled enrolled;
    private static VpcdConnection vpcd;
    private static Thread serving;

    @BeforeAll
    static void start() throws Exception {
        missing = program("pcscd").isEmpty() ? "pcscd is not installed"
                : !Files.exists(CONFIG) ? "vpcd (package vsmartcard-vpcd) is not installed"
                : program("opensc-tool").isEmpty() || program("pkcs11-tool").isEmpty() ? "OpenSC is not installed"
                : !"root".equals(System.getProperty("user.name")) ? "only root may start pcscd"
                : listens() ? "another pcscd runs already" : "";
        if (!missing.isEmpty()) {
            return;
        }
        pcscd = new ProcessBuilder(program("pcscd").get().toString(), "--foreground").redirectErrorStream(true)
                .redirectOutput(folder.resolve("pcscd.log").toFile()).start();
        // looked at once only when it is there: each look is a connection that vpcd takes for a card
        boolean up = false;
        for (int i = 0; i < 100 && !up && pcscd.isAlive(); i++) {
            Thread.sleep(100);
            up = listens();
        }
        if (!up) {
            missing = "pcscd does not start here: " + Files.readString(folder.resolve("pcscd.log")).lines().findFirst().orElse("");
            return;
        }
        soft = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        enrolled = TestToken.enroll(soft, KeySet.factory(1, KeyType.DES3), 2048);
        vpcd = VpcdConnection.connect("127.0.0.1", VpcdConnection.DEFAULT_PORT);
        serving = Thread.ofPlatform().start(PcscTest::serve);
        for (int i = 0; i < 100 && !run("opensc-tool", "-a").text.toUpperCase(Locale.ROOT).contains("3B"); i++) {
            Thread.sleep(100);
        }
    }

    /** Before each test and not once for all, so that every test skipped names its reason. */
    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    private static void serve() {
        try {
            vpcd.serve(new VirtualCard() {
                @Override
                public byte[] atr() {
                    return soft.atr().bytes();
                }

                @Override
                public byte[] transmit(byte[] command) {
                    return soft.transmit(command);
                }

                @Override
                public void reset() {
                    soft.reset();
                }
            });
        } catch (CardException _) {
            // pcscd was stopped
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (vpcd != null) {
            vpcd.close();
            serving.join();
        }
        if (pcscd != null) {
            pcscd.destroy();
            if (!pcscd.waitFor(10, TimeUnit.SECONDS)) {
                pcscd.destroyForcibly();
            }
        }
    }

    private static boolean listens() {
        try (var s = new Socket()) {
            s.connect(new InetSocketAddress("127.0.0.1", VpcdConnection.DEFAULT_PORT + 1), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static Optional<Path> program(String name) {
        return Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").map(d -> Path.of(d, name)).filter(Files::isExecutable).findFirst();
    }

    private static Optional<Path> library(String... names) {
        return LIBRARIES.stream().flatMap(d -> Arrays.stream(names).map(d::resolve)).filter(Files::exists).findFirst();
    }

    private record Outcome(int exit, String text) {
    }

    private static Outcome run(String... command) throws Exception {
        Path out = Files.createTempFile(folder, "out", ".txt");
        var all = new ArrayList<>(List.of(command));
        all.set(0, program(command[0]).orElseThrow().toString());
        var b = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(out.toFile());
        Process p = b.start();
        if (!p.waitFor(60, TimeUnit.SECONDS)) {
            p.destroyForcibly();
            throw new AssertionError(command[0] + " hangs");
        }
        return new Outcome(p.exitValue(), Files.readString(out));
    }

    @Test
    void openscSeesAtrAndCardData() throws Exception {
        Outcome atr = run("opensc-tool", "-a");
        assertEquals(Hex.of(soft.atr().bytes()), atr.text.replaceAll("[^0-9a-fA-F\n]", "").lines()
                .map(l -> l.toUpperCase(Locale.ROOT)).filter(l -> l.startsWith("3B8B")).findFirst().orElse(atr.text));
        Outcome cplc = run("opensc-tool", "-s", "00A4040000", "-s", "80CA9F7F2D");
        String hex = cplc.text.replaceAll("(?m)^((?:[0-9A-F]{2} )+).*$", "$1").replaceAll("\\s", "");
        assertTrue(hex.contains("9F7F2A" + soft.cuid().toString().substring(0, 8)), cplc.text);
    }

    static Stream<Path> modules() {
        return Stream.of(library("opensc-pkcs11.so", "pkcs11/opensc-pkcs11.so"),
                library("pkcs11/libcoolkeypk11.so", "libcoolkeypk11.so")).flatMap(Optional::stream);
    }

    /** A module that is not installed leaves no test behind; this one says so. */
    @ParameterizedTest
    @ValueSource(strings = {"opensc-pkcs11.so", "libcoolkeypk11.so"})
    void bothModulesAreTried(String name) {
        assumeTrue(library(name, "pkcs11/" + name).isPresent(), name + " is not installed");
        assertTrue(modules().anyMatch(m -> m.endsWith(name)));
    }

    private static String[] pkcs11(Path module, String... more) {
        var all = new ArrayList<>(List.of("pkcs11-tool", "--module", module.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesListTheToken(Path module) throws Exception {
        Outcome slots = run(pkcs11(module, "--list-token-slots"));
        assertTrue(slots.text.contains("John Doe"), slots.text);
        Outcome objects = run(pkcs11(module, "--login", "--pin", TestToken.PIN, "--list-objects"));
        assertTrue(objects.text.contains("signing key for jdoe") && objects.text.contains("encryption key for jdoe"), objects.text);
        assertTrue(objects.text.contains("Private Key Object"), objects.text);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void modulesSignAndDecrypt(Path module) throws Exception {
        Path in = folder.resolve("in");
        Path out = folder.resolve("out");
        Files.write(in, MESSAGE);
        Files.deleteIfExists(out);
        Outcome sign = run(pkcs11(module, "--login", "--pin", TestToken.PIN, "--sign", "--mechanism", "RSA-PKCS", "--id", "01",
                "--input-file", in.toString(), "--output-file", out.toString()));
        assertTrue(Files.exists(out), sign.text);
        Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        c.init(Cipher.DECRYPT_MODE, enrolled.signing());
        assertArrayEquals(MESSAGE, c.doFinal(Files.readAllBytes(out)), sign.text);

        c.init(Cipher.ENCRYPT_MODE, enrolled.encryption());
        Files.write(in, c.doFinal(MESSAGE));
        Files.deleteIfExists(out);
        Outcome decrypt = run(pkcs11(module, "--login", "--pin", TestToken.PIN, "--decrypt", "--mechanism", "RSA-PKCS", "--id", "02",
                "--input-file", in.toString(), "--output-file", out.toString()));
        assertTrue(Files.exists(out), decrypt.text);
        assertArrayEquals(MESSAGE, Files.readAllBytes(out), decrypt.text);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modules")
    void javaSignsThroughTheModule(Path module) throws Exception {
        Provider sun = Security.getProvider("SunPKCS11");
        assumeTrue(sun != null, "this Java runtime has no SunPKCS11");
        Provider p = sun.configure("--name=" + module.getFileName().toString().replaceAll("\\W", "") + "\nlibrary=" + module
                + "\nslotListIndex=0\n");
        KeyStore store = KeyStore.getInstance("PKCS11", p);
        store.load(null, TestToken.PIN.toCharArray());
        String alias = java.util.Collections.list(store.aliases()).stream().filter(a -> a.startsWith("signing")).findFirst()
                .orElseThrow();
        Signature s = Signature.getInstance("SHA256withRSA", p);
        s.initSign((PrivateKey) store.getKey(alias, null));
        s.update(MESSAGE);
        byte[] signature = s.sign();
        Signature v = Signature.getInstance("SHA256withRSA");
        v.initVerify(enrolled.signing());
        v.update(MESSAGE);
        assertTrue(v.verify(signature));
    }
}
