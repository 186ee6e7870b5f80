// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.esc.apdu.EscException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database file that something else has spoilt. */
class DamagedTest {

    @TempDir
    Path folder;

    private Path made() throws EscException {
        Path data = folder.resolve("db");
        try (var database = Database.embedded(data)) {
            for (int i = 0; i < 200; i++) {
                int n = i;
                database.run(sql -> sql.update("INSERT INTO settings (name, setting) VALUES (?, ?)", "name" + n, "x".repeat(900)));
            }
        }
        return data;
    }

    private static void spoil(Path file, double from, double to) throws IOException {
        try (var f = new RandomAccessFile(file.toFile(), "rw")) {
            long n = f.length();
            f.seek((long) (n * from));
            f.write("spoilt".repeat((int) (n * (to - from)) / 6).getBytes());
        }
    }

    @Test
    void isNamedSoAndLeftAsItIs() throws Exception {
        Path data = made();
        Path file = data.resolve("tms.mv.db");
        spoil(file, 0.0, 1.0);
        byte[] before = Files.readAllBytes(file);
        var e = assertThrows(EscException.class, () -> Database.embedded(data).close());
        assertEquals("database-damaged", e.problem().code(), e.problem().toString());
        assertTrue(e.problem().advice().contains("restore"), e.problem().advice());
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void neverOpensWithLessInIt() throws Exception {
        Path data = made();
        for (double at = 0.05; at < 0.9; at += 0.2) {
            Path copy = folder.resolve("copy" + at);
            Files.createDirectories(copy);
            Path file = Files.copy(data.resolve("tms.mv.db"), copy.resolve("tms.mv.db"));
            spoil(file, at, at + 0.1);
            boolean complete;
            try (var database = Database.embedded(copy)) {
                complete = database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM settings WHERE name LIKE 'name%'")) == 200;
                assertTrue(complete, "opened with rows missing, damaged at " + at);
            } catch (EscException e) {
                assertFalse(e.getMessage().isBlank());
            }
        }
    }
}
