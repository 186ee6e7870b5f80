// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chained activity log: whoever changes the database without the key is found out. */
class ActivityLogTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");

    @TempDir
    Path folder;
    private Database database;
    private SqlActivityLog log;

    @BeforeEach
    void open() throws EscException {
        database = Database.embedded(folder.resolve("db"));
        log = new SqlActivityLog(database, Secret.of(new byte[32]), true);
        for (int i = 1; i <= 9; i++) {
            log.append(Operation.FORMAT, i % 2 == 0, i % 3 == 0 ? Optional.empty() : Optional.of(CUID), "user" + i,
                    "127.0.0.1", "entry " + i);
        }
    }

    @AfterEach
    void close() {
        log.close();
        database.close();
    }

    @Test
    void anUntouchedLogIsIntact() throws EscException {
        assertEquals(new ActivityLog.Verification(9, true, OptionalLong.empty(), "9 entries, none changed or removed."),
                log.verify());
        assertEquals("entry 9", log.list(Optional.empty(), 0, 1).getFirst().message());
        assertEquals(6, log.count(Optional.of(CUID)));
        assertEquals("entry 4", log.list(Optional.of(CUID), 3, 1).getFirst().message());
        assertEquals("user5", log.find(5).orElseThrow().userId());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "UPDATE activities SET message = 'other' WHERE id = 4|4",
            "UPDATE activities SET success = TRUE WHERE id = 3|3",
            "UPDATE activities SET user_id = 'mallory' WHERE id = 1|1",
            "UPDATE activities SET cuid = NULL WHERE id = 5|5",
            "UPDATE activities SET happened_at = happened_at + 1 WHERE id = 9|9",
            "UPDATE activities SET operation = 'enrollment' WHERE id = 2|2",
            "UPDATE activities SET operation = 'nonsense' WHERE id = 2|2",
            "UPDATE activities SET ip = '', user_id = 'user6127.0.0.1' WHERE id = 6|6",
            "UPDATE activities SET mac = (SELECT mac FROM activities WHERE id = 7) WHERE id = 8|8",
            "DELETE FROM activities WHERE id = 1|1",
            "DELETE FROM activities WHERE id = 5|5",
            "DELETE FROM activities WHERE id = 9|9",
            "DELETE FROM activities|1",
            "DELETE FROM activity_head|10",
            "UPDATE activity_head SET last_id = 8|10"})
    void everyChangeShows(String change, long firstBad) throws EscException {
        database.run(sql -> sql.update(change));
        var v = log.verify();
        assertFalse(v.intact(), change);
        assertEquals(OptionalLong.of(firstBad), v.firstBad(), change);
    }

    @Test
    void cuttingTheEndOffAndPuttingTheHeadBackShows() throws EscException {
        database.run(sql -> {
            sql.update("DELETE FROM activities WHERE id = 9");
            sql.update("UPDATE activity_head SET last_id = 8, last_mac = (SELECT mac FROM activities WHERE id = 8)");
        });
        assertFalse(log.verify().intact());
    }

    @Test
    void anEntryOfAnotherKeyShows() throws EscException {
        byte[] other = new byte[32];
        other[0] = 1;
        try (var forger = new SqlActivityLog(database, Secret.of(other), false)) {
            forger.append(Operation.ENROLLMENT, true, Optional.of(CUID), "mallory", "", "all is well");
        }
        assertEquals(OptionalLong.of(10), log.verify().firstBad());
    }

    @Test
    void withoutItsHeadTheLogIsNotContinued() throws EscException {
        database.run(sql -> sql.update("DELETE FROM activity_head"));
        assertThrows(EscException.class, () -> log.append(Operation.ADD, true, Optional.empty(), "", "", "x"));
    }

    @Test
    void manyWritersMakeOneChain() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var f : threads.invokeAll(IntStream.range(0, 60)
                    .<Callable<Activity>>mapToObj(i -> () -> log.append(Operation.PIN_RESET, true,
                    Optional.of(CUID), "user", "::1", "n " + i)).toList())) {
                f.get();
            }
        }
        var v = log.verify();
        assertTrue(v.intact(), v.message());
        assertEquals(69, v.entries());
    }

    @Test
    void messagesCannotPretendToBeLinesNorGrowWithoutEnd() throws EscException {
        log.append(Operation.FORMAT, false, Optional.empty(), "u\r\nx", "", "one\ntwo\u0000" + "y".repeat(5000));
        var entry = log.list(Optional.empty(), 0, 1).getFirst();
        assertEquals("u x", entry.userId());
        assertTrue(entry.message().startsWith("one two yyy"));
        assertEquals(2000, entry.message().length());
        assertTrue(log.verify().intact());
    }
}
