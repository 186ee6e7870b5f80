// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.tms.db.Policy;
import org.esc.tms.db.Profiles;
import org.esc.tms.users.Login;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory: what is in a fresh one, that it comes back as it was left, and who may see it. */
class TmsTest {

    @TempDir
    Path folder;

    private static TmsOptions quick() {
        return TmsOptions.standard().patience(Duration.ZERO);
    }

    @Test
    void aFreshDirectoryHasEverythingADemoNeeds() throws Exception {
        try (var tms = Tms.open(folder.resolve("data"), quick()); var right = Secret.of("Secret.123")) {
            assertEquals(100, tms.users().list().size());
            for (String uid : new String[] {"alice", "user1", "user99", "ALICE "}) {
                assertInstanceOf(Login.Accepted.class, tms.users().authenticate(uid, right), uid);
            }
            var profile = tms.profiles().resolve(new Profiles.Facts(Profiles.Purpose.ENROLL, Optional.empty(),
                    Optional.empty(), "40906145C76224192D2B", Optional.empty()));
            assertEquals("userKey", profile.id());
            assertEquals(4, profile.pinMin());
            assertEquals(10, profile.pinMax());
            assertEquals(2048, profile.key("signing").orElseThrow().bits());
            assertTrue(profile.key("encryption").orElseThrow().serverKeygen());
            assertEquals("RE_ENROLL=YES;RENEW=NO;FORCE_FORMAT=NO;PIN_RESET=YES;RESET_PIN_RESET_TO_NO=NO",
                    Policy.DEFAULT.toString());
            assertEquals(Optional.of("demonstration users exist"), tms.loopbackOnly());
            assertTrue(tms.activities().verify().intact());
        }
    }

    @Test
    void demoUsersCanBeLeftOut() throws Exception {
        try (var tms = Tms.open(folder.resolve("data"), quick().demoUsers(false))) {
            assertEquals(0, tms.users().list().size());
            assertTrue(tms.loopbackOnly().orElseThrow().contains("master key"));
        }
    }

    @Test
    void everythingButTheRootCertificateIsForTheOwnerOnly() throws Exception {
        Path data = folder.resolve("data");
        Tms.open(data, quick()).close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
        try (var files = Files.walk(data)) {
            for (Path p : files.filter(f -> !Files.isDirectory(f)).filter(p -> !p.endsWith("ca.crt")).toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(p)),
                        p.toString());
            }
        }
    }

    @Test
    void theAdministratorsFileOpensWithItsPassword() throws Exception {
        try (var tms = Tms.open(folder.resolve("data"), quick())) {
            var store = KeyStore.getInstance("PKCS12");
            char[] password = Files.readString(tms.data().resolve("admin.pass")).strip().toCharArray();
            try (var in = Files.newInputStream(tms.adminFile())) {
                store.load(in, password);
            }
            var certificate = (X509Certificate) store.getCertificate("admin");
            assertEquals(Optional.of("admin"), tms.administrator(certificate));
            tms.ca().revoke(certificate.getSerialNumber(), org.esc.tms.ca.RevocationReason.KEY_COMPROMISE);
            assertEquals(Optional.empty(), tms.administrator(certificate));
        }
    }

    @Test
    void itComesBackAsItWasLeft() throws Exception {
        Path data = folder.resolve("data");
        X509Certificate root;
        try (var tms = Tms.open(data, quick()); var p = Secret.of("my own word")) {
            tms.users().setPassword("alice", p);
            root = tms.ca().certificate();
        }
        try (var tms = Tms.open(data, quick()); var p = Secret.of("my own word"); var old = Secret.of("Secret.123")) {
            assertEquals(root, tms.ca().certificate());
            assertInstanceOf(Login.Accepted.class, tms.users().authenticate("alice", p));
            assertInstanceOf(Login.Refused.class, tms.users().authenticate("alice", old));
            assertEquals(100, tms.users().list().size());
            assertEquals(1, tms.activities().count(Optional.empty()));
        }
    }

    @Test
    void oneProcessAtATime() throws Exception {
        Path data = folder.resolve("data");
        try (var tms = Tms.open(data, quick())) {
            assertFalse(tms.users().list().isEmpty());
            assertTrue(Tms.tryOpen(data, quick()).isEmpty());
            var e = assertThrows(EscException.class, () -> Tms.open(data, quick()));
            assertEquals("data-in-use", e.problem().code());
            assertEquals(Fault.USAGE, e.fault());
        }
        Tms.open(data, quick()).close();
    }

    @Test
    void aFolderWithOtherThingsIsLeftAlone() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "Dear");
        var before = modeOf(folder);
        var e = assertThrows(EscException.class, () -> Tms.open(folder, quick()));
        assertEquals("not-a-data-directory", e.problem().code());
        assertEquals(before, modeOf(folder));
    }

    private static String modeOf(Path p) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
    }

    @Test
    void theVaultNeedsItsPassword() throws Exception {
        Path data = folder.resolve("data");
        try (var mine = Secret.of("a password from outside"); var other = Secret.of("another")) {
            Tms.open(data, quick().vaultPassword(mine)).close();
            assertFalse(Files.exists(data.resolve("vault.pass")));
            assertEquals(Fault.LOGIN, assertThrows(EscException.class, () ->
                    Tms.open(data, quick().vaultPassword(other))).fault());
            assertEquals(Fault.LOGIN, assertThrows(EscException.class, () -> Tms.open(data, quick())).fault());
            Tms.open(data, quick().vaultPassword(mine)).close();
        }
    }

    @Test
    void anyChangedByteOfTheVaultIsNoticed() throws Exception {
        Path data = folder.resolve("data");
        Tms.open(data, quick()).close();
        byte[] good = Files.readAllBytes(data.resolve("vault"));
        for (int at : new int[] {0, 8, 9, 15, 30, 45, good.length / 2, good.length - 1}) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(data.resolve("vault"), bad);
            assertEquals("vault-password", assertThrows(EscException.class, () -> Tms.open(data, quick())).problem()
                    .code(), "byte " + at);
        }
        Files.write(data.resolve("vault"), java.util.Arrays.copyOf(good, 20));
        assertThrows(EscException.class, () -> Tms.open(data, quick()));
        Files.write(data.resolve("vault"), good);
        Tms.open(data, quick()).close();
    }

    @Test
    void aDirectoryThatIsSetIsAskedFromTheNextStartOn() throws Exception {
        Path data = folder.resolve("data");
        int port;
        try (var free = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (var tms = Tms.open(data, quick())) {
            tms.settings().set(org.esc.tms.db.Settings.LDAP_ADDRESS, "ldap://127.0.0.1:" + port);
            tms.settings().set(org.esc.tms.db.Settings.LDAP_NAME, "uid={0}");
        }
        try (var tms = Tms.open(data, quick()); var p = Secret.of("Secret.123")) {
            assertInstanceOf(Login.Accepted.class, tms.users().authenticate("alice", p),
                    "our own users need no directory");
            assertEquals(Fault.NETWORK, assertThrows(EscException.class, () -> tms.users().authenticate("dave", p))
                    .fault());
        }
    }
}
