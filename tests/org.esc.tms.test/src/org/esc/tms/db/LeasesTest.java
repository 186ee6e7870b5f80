// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several servers on one database: who works on what, and that they have one key store. */
@Timeout(120)
class LeasesTest {

    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    private Database database;

    @BeforeEach
    void open() throws EscException {
        database = Database.embedded(folder.resolve("db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatOneServerHasNoOtherTakes() throws Exception {
        try (var a = new SqlLeases(database, "a", LONG); var b = new SqlLeases(database, "b", LONG)) {
            assertTrue(a.take("token 1", "format"));
            assertFalse(b.take("token 1", "format"));
            assertFalse(a.take("token 1", "format"), "nor another operation of the same server");
            assertTrue(b.take("token 2", "format"));
            b.release("token 1");
            assertFalse(b.take("token 1", "format"), "only who has it can give it back");
            a.release("token 1");
            assertTrue(b.take("token 1", "format"));
            assertEquals(List.of(), a.abandoned());
        }
    }

    @Test
    void ofManyWhoComeAtOnceOneGetsIt() throws Exception {
        try (var a = new SqlLeases(database, "a", LONG); var b = new SqlLeases(database, "b", LONG);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                String what = "token " + round;
                var tasks = new ArrayList<Callable<Boolean>>();
                for (int i = 0; i < 8; i++) {
                    var who = i % 2 == 0 ? a : b;
                    tasks.add(() -> who.take(what, "enrollment"));
                }
                int got = 0;
                for (var f : threads.invokeAll(tasks)) {
                    got += f.get() ? 1 : 0;
                }
                assertEquals(1, got);
            }
        }
    }

    @Test
    void aServerThatStoppedLosesWhatItHadAndMayNotGoOn() throws Exception {
        var dead = new SqlLeases(database, "dead", Duration.ofMillis(300));
        assertTrue(dead.take("token 1", "enrollment"));
        // it renews no more, but has not noticed
        dead.close();
        try (var b = new SqlLeases(database, "b", LONG)) {
            while (b.abandoned().isEmpty()) {
                Thread.sleep(20);
            }
            assertEquals(List.of(new Leases.Abandoned("token 1", "enrollment")), b.abandoned());
            assertTrue(b.take("token 1", "settle"));
            assertEquals("lease-lost", assertThrows(EscException.class, () -> dead.check("token 1")).problem().code());
            dead.release("token 1");
            b.check("token 1");
        }
    }

    @Test
    void aServerThatLivesKeepsWhatItHas() throws Exception {
        try (var a = new SqlLeases(database, "a", Duration.ofSeconds(5)); var b = new SqlLeases(database, "b", LONG)) {
            assertTrue(a.take("token 1", "enrollment"));
            long first = expires();
            while (expires() == first) {
                Thread.sleep(20);
            }
            a.check("token 1");
            assertFalse(b.take("token 1", "format"));
        }
    }

    private long expires() throws EscException {
        return database.inTransaction(sql -> sql.number("SELECT expires FROM leases WHERE what = ?", "token 1"));
    }

    @Test
    void aServerThatComesBackFindsItsOwnLeasesEnded() throws Exception {
        var before = new SqlLeases(database, "a", LONG);
        assertTrue(before.take("token 1", "format"));
        before.close();
        try (var again = new SqlLeases(database, "a", LONG)) {
            assertEquals(1, again.abandoned().size());
            assertTrue(again.take("token 1", "format"));
        }
    }

    @Test
    void serversHaveOneKeyStore() throws Exception {
        var copies = new SqlVaultCopies(database);
        try (var password = Secret.of("one for all"); var a = Vault.open(folder.resolve("a"), password)) {
            a.put("first", new byte[] {1});
            a.share(copies);
            PrivateFiles.write(folder.resolve("b"), copies.newer(0).orElseThrow().sealed());
            try (var b = Vault.open(folder.resolve("b"), password)) {
                b.share(copies);
                assertTrue(b.get("first").orElseThrow().matches(new byte[] {1}));
                b.put("second", new byte[] {2});
                assertTrue(a.get("second").orElseThrow().matches(new byte[] {2}));
                a.put("third", new byte[] {3});
                b.put("fourth", new byte[] {4});
                assertEquals(a.names(), b.names());
                assertEquals(4, a.names().size());
            }
            // what came from elsewhere is in the file, too
            try (var later = Vault.open(folder.resolve("a"), password)) {
                assertTrue(later.get("fourth").orElseThrow().matches(new byte[] {4}));
            }
            try (var other = Vault.open(folder.resolve("c"), password)) {
                assertEquals("other-vault", assertThrows(EscException.class, () -> other.share(copies)).problem().code());
            }
        }
    }
}
