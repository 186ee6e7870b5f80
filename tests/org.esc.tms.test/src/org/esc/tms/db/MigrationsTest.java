// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.EscException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema's way from version to version. */
class MigrationsTest {

    private static final String ONE = "-- a remark; with a semicolon\nCREATE TABLE IF NOT EXISTS one (a INT);\n";
    private static final String TWO = "CREATE TABLE IF NOT EXISTS two (b INT);\nALTER TABLE one ADD COLUMN IF NOT "
            + "EXISTS c INT;\n";

    @TempDir
    Path folder;

    private Database database() throws EscException {
        return Database.at("jdbc:h2:file:" + folder.resolve("x"));
    }

    private static Database bare(String name) throws EscException {
        // the real schema takes version 1; these tests bring their own history
        var database = Database.at("jdbc:h2:mem:" + name);
        database.run(sql -> sql.update("DELETE FROM schema_history"));
        return database;
    }

    @Test
    void scriptsRunOnceAndInOrder() throws EscException {
        try (var database = bare("order")) {
            Migrations.run(database, List.of(ONE));
            database.run(sql -> sql.update("INSERT INTO one (a) VALUES (5)"));
            Migrations.run(database, List.of(ONE, TWO));
            Migrations.run(database, List.of(ONE, TWO));
            assertEquals(2, (int) database.inTransaction(sql ->
                    (int) sql.number("SELECT COUNT(*) FROM schema_history")));
            assertEquals(1, (int) database.inTransaction(sql ->
                    (int) sql.number("SELECT COUNT(*) FROM one WHERE a = 5 AND c IS NULL")));
        }
    }

    @Test
    void aStepThatWasCutOffIsTakenAgain() throws EscException {
        try (var database = bare("cut")) {
            Migrations.run(database, List.of(ONE));
            // as if killed after the first statement of step 2: its table is there, its history entry is not
            database.run(sql -> sql.update(Migrations.statements(TWO).getFirst()));
            Migrations.run(database, List.of(ONE, TWO));
            assertEquals(0, (int) database.inTransaction(sql -> (int) sql.number("SELECT COUNT(c) FROM one")));
        }
    }

    @Test
    void aFailingStepLeavesNoTraceInTheHistory() throws EscException {
        try (var database = bare("fail")) {
            assertEquals("database", assertThrows(EscException.class,
                    () -> Migrations.run(database, List.of(ONE, "CREATE NONSENSE;\n"))).problem().code());
            assertEquals(1, (int) database.inTransaction(sql ->
                    (int) sql.number("SELECT COUNT(*) FROM schema_history")));
        }
    }

    @Test
    void aNewerOrForeignSchemaIsRefused() throws EscException {
        try (var database = bare("newer")) {
            Migrations.run(database, List.of(ONE, TWO));
            assertEquals("schema-too-new", assertThrows(EscException.class, () ->
                    Migrations.run(database, List.of(ONE))).problem().code());
            assertEquals("schema-differs",
                    assertThrows(EscException.class, () -> Migrations.run(database, List.of(TWO, ONE))).problem()
                    .code());
        }
    }

    @Test
    void remarksAndBlanksDoNotChangeAScriptsHash() throws EscException {
        try (var database = bare("remarks")) {
            Migrations.run(database, List.of(ONE));
            Migrations.run(database, List.of("-- another remark\n" + ONE.substring(ONE.indexOf('\n') + 1)));
        }
    }

    @Test
    void theRealSchemaOpensTwice() throws EscException {
        var runs = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            try (var database = database()) {
                runs.addAndGet((int) (long) database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM tokens")));
                assertEquals(5, (int) database.inTransaction(sql ->
                        (int) sql.number("SELECT MAX(version) FROM schema_history")));
            }
        }
        assertEquals(0, runs.get());
    }

    @Test
    void unknownDatabasesAreNamed() {
        assertEquals("unknown-database", assertThrows(EscException.class, () -> Database.at("jdbc:foo:bar")).problem()
                .code());
        // with PostgreSQL's driver installed or without; port 1 is nobody's
        String code = assertThrows(EscException.class, () -> Database.at("jdbc:postgresql://127.0.0.1:1/x")).problem()
                .code();
        assertTrue(List.of("no-driver", "database-unreachable").contains(code), code);
    }
}
