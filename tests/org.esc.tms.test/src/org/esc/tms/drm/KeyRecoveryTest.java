// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tms.TestTms;
import org.esc.tms.db.Database;
import org.esc.tms.db.Settings;
import org.esc.tms.db.SqlSettings;
import org.esc.tms.db.Vault;
import org.esc.tms.drm.KeyRecovery.Outcome;
import org.esc.tms.users.Role;
import org.esc.tms.users.Directories;
import org.esc.tms.users.SqlUsers;
import org.esc.tms.users.User;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key archive: what goes in comes out, for whom it may, and nothing else does. */
class KeyRecoveryTest {

    private static final Cuid FIRST = Cuid.of("00000000000000000001");
    private static final Cuid SECOND = Cuid.of("00000000000000000002");

    @TempDir
    Path folder;
    private final TestTms.Clock clock = new TestTms.Clock();
    private Vault vault;
    private Database database;
    private Settings settings;
    private SqlUsers users;
    private KeyRecovery recovery;

    private void open(boolean demo) throws EscException {
        try (var password = Secret.of("password of the vault")) {
            vault = Vault.open(folder.resolve("vault"), password);
        }
        database = Database.embedded(folder.resolve("db"));
        settings = new SqlSettings(database);
        users = new SqlUsers(database, Directories.of(Optional.empty()), clock);
        if (demo && users.list().isEmpty()) {
            users.fill();
        }
        recovery = new EmbeddedKeyRecovery(database, settings, users, vault, clock);
    }

    @AfterEach
    void close() {
        database.close();
        vault.close();
    }

    private void agents(String... names) throws EscException {
        try (var p = Secret.of("agent's word")) {
            for (String n : names) {
                users.add(new User(n, n, Optional.empty(), Set.of(Role.AGENT), false, false), p);
            }
        }
    }

    @Test
    void anArchivedKeyDecryptsWhatWasEncryptedBefore() throws Exception {
        open(true);
        var key = recovery.generate("alice", FIRST, 2048, true);
        var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key.publicKey());
        byte[] message = cipher.doFinal("the old message".getBytes(StandardCharsets.UTF_8));
        recovery.certified(key.archive().orElseThrow(), BigInteger.valueOf(77));
        close();
        open(true);
        var archived = recovery.find(BigInteger.valueOf(77)).orElseThrow();
        assertEquals("alice", archived.userId());
        assertEquals(FIRST, archived.cuid());
        assertEquals(List.of(archived), recovery.find("alice"));
        var released = assertInstanceOf(Outcome.Released.class, recovery.recover(archived.id(), SECOND)).key();
        cipher.init(Cipher.DECRYPT_MODE, released.privateKey());
        assertArrayEquals("the old message".getBytes(StandardCharsets.UTF_8), cipher.doFinal(message));
        assertEquals(key.publicKey(), released.publicKey());
        assertEquals(0, recovery.requests().size());
    }

    @Test
    void aKeyThatIsNotToBeArchivedIsNot() throws EscException {
        open(true);
        assertEquals(Optional.empty(), recovery.generate("alice", FIRST, 1024, false).archive());
        assertEquals(0, recovery.list(0, 10).size());
        assertEquals(37, assertThrows(EscException.class, () -> recovery.recover("nothing", SECOND)).problem().endOp()
                .orElseThrow());
        assertThrows(EscException.class, () -> recovery.generate("alice", FIRST, 512, true));
        assertThrows(EscException.class, () -> recovery.certified("nothing", BigInteger.ONE));
    }

    @Test
    void outsideDemoModeTwoAgentsMustAgree() throws EscException {
        open(false);
        agents("ann", "ben", "alice");
        try (var p = Secret.of("no agent at all")) {
            users.add(new User("zoe", "Zoe", Optional.empty(), Set.of(Role.OPERATOR), false, false), p);
        }
        String id = recovery.generate("alice", FIRST, 1024, true).archive().orElseThrow();
        var waiting = assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND)).request();
        assertEquals(RecoveryRequest.State.PENDING, waiting.state());
        assertEquals(2, waiting.needed());
        assertEquals(waiting, assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND)).request(),
                "asked once, not twice");
        assertEquals("not-an-agent", assertThrows(EscException.class, () -> recovery.approve(waiting.id(), "zoe"))
                .problem().code());
        assertEquals("not-an-agent", assertThrows(EscException.class, () -> recovery.approve(waiting.id(), "nobody"))
                .problem().code());
        assertEquals("own-key", assertThrows(EscException.class, () -> recovery.approve(waiting.id(), "alice"))
                .problem().code());
        assertEquals(List.of("ann"), recovery.approve(waiting.id(), "ann").approvals());
        assertEquals(RecoveryRequest.State.PENDING, recovery.approve(waiting.id(), "ann").state(),
                "one agent twice is one agent");
        assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND));
        assertEquals(RecoveryRequest.State.APPROVED, recovery.approve(waiting.id(), "ben").state());
        // for this token only
        assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, FIRST));
        assertInstanceOf(Outcome.Released.class, recovery.recover(id, SECOND));
        assertInstanceOf(Outcome.Released.class, recovery.recover(id, SECOND),
                "an enrolment that was cut off may be repeated");
        clock.pass(Duration.ofHours(25));
        var late = assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND)).request();
        assertEquals(RecoveryRequest.State.PENDING, late.state());
        assertFalse(late.id() == waiting.id());
        assertEquals("request-closed", assertThrows(EscException.class, () -> recovery.approve(waiting.id(), "ann"))
                .problem().code());
    }

    @Test
    void oneRefusalIsEnough() throws EscException {
        open(false);
        agents("ann", "ben");
        String id = recovery.generate("alice", FIRST, 1024, true).archive().orElseThrow();
        var request = assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND)).request();
        recovery.approve(request.id(), "ann");
        assertEquals(Optional.of("ben"), recovery.refuse(request.id(), "ben").refusedBy());
        assertEquals(RecoveryRequest.State.REFUSED, assertInstanceOf(Outcome.Waiting.class,
                recovery.recover(id, SECOND)).request().state());
        assertThrows(EscException.class, () -> recovery.approve(request.id(), "ben"));
        assertThrows(EscException.class, () -> recovery.approve(999, "ben"));
    }

    @Test
    void theNumberOfAgentsCanBeSet() throws EscException {
        open(true);
        settings.set(Settings.RECOVERY_AGENTS, "1");
        agents("ann");
        String id = recovery.generate("alice", FIRST, 1024, true).archive().orElseThrow();
        var request = assertInstanceOf(Outcome.Waiting.class, recovery.recover(id, SECOND)).request();
        recovery.approve(request.id(), "ann");
        assertInstanceOf(Outcome.Released.class, recovery.recover(id, SECOND));
    }

    @Test
    void anArchiveThatWasTamperedWithIsNotBelieved() throws EscException {
        open(true);
        String id = recovery.generate("alice", FIRST, 1024, true).archive().orElseThrow();
        String other = recovery.generate("mallory", FIRST, 1024, true).archive().orElseThrow();
        for (String change : new String[] {
            "UPDATE archived_keys SET user_id = 'mallory' WHERE id = '" + id + "'",
            "UPDATE archived_keys SET user_id = 'alice', sealed_key = (SELECT sealed_key FROM archived_keys WHERE id "
            + "= '" + other
                    + "') WHERE id = '" + id + "'",
            "UPDATE archived_keys SET public_key = (SELECT public_key FROM archived_keys WHERE id = '" + other
            + "') WHERE id = '" + id + "'"}) {
            database.run(sql -> sql.update(change));
            var e = assertThrows(EscException.class, () -> recovery.recover(id, SECOND));
            assertEquals("archive-damaged", e.problem().code(), change);
            assertEquals(37, e.problem().endOp().orElseThrow());
        }
    }

    @Test
    void privateKeysLieNowhereInTheClear() throws Exception {
        open(true);
        var key = recovery.generate("alice", FIRST, 2048, true);
        byte[] p = key.privateKey().getPrimeP().toByteArray();
        String needle = new String(p, p.length - 64, 64, StandardCharsets.ISO_8859_1);
        close();
        try (var files = Files.walk(folder)) {
            for (Path f : files.filter(Files::isRegularFile).toList()) {
                assertFalse(new String(Files.readAllBytes(f), StandardCharsets.ISO_8859_1).contains(needle),
                        f.toString());
            }
        }
        assertEquals("ServerKey[" + key.archive().orElseThrow() + "]", key.toString());
        open(true);
    }
}
