// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.esc.apdu.Cuid;
import org.esc.tps.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    private static final Cuid CARD = FakeCard.CUID;

    @TempDir
    Path dir;

    private Path file() {
        return dir.resolve("j").resolve(CARD + ".journal");
    }

    private Journal journal() {
        return new Journal(dir.resolve("j"));
    }

    @Test
    void remembersWhatWasCutUntilItIsMended() {
        var j = journal();
        assertTrue(j.halfDone(CARD).isEmpty());
        var format = j.started(CARD, Operation.FORMAT);
        assertTrue(j.halfDone(CARD).isEmpty(), "what runs is not half-done");
        format.failed();
        assertEquals(Operation.FORMAT, journal().halfDone(CARD).orElseThrow().operation());
        assertTrue(j.halfDone(Cuid.of("00000000000000000001")).isEmpty());
        j.started(CARD, Operation.RESET_PIN).finished();
        assertTrue(j.halfDone(CARD).isPresent(), "a new password does not mend it");
        j.started(CARD, Operation.FORMAT).finished();
        assertTrue(j.halfDone(CARD).isEmpty());
        j.started(CARD, Operation.RESET_PIN).failed();
        assertTrue(j.halfDone(CARD).isEmpty(), "a password that was not set leaves the card whole");
    }

    @Test
    void knowsAProgramThatDiedFromOneThatRuns() throws Exception {
        Files.createDirectories(dir.resolve("j"));
        var ended = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-version")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        ended.waitFor();
        Files.writeString(file(), "\n2026-01-02T03:04:05Z ENROLL started " + ended.pid() + "\n");
        var half = journal().halfDone(CARD).orElseThrow();
        assertEquals(Operation.ENROLL, half.operation());
        assertEquals("2026-01-02T03:04:05Z", half.since().toString());
        long other = ProcessHandle.current().parent().orElseThrow().pid();
        Files.writeString(file(), "\n2026-01-02T03:04:05Z ENROLL started " + other + "\n");
        assertTrue(journal().halfDone(CARD).isEmpty(), "another program is at it");
    }

    @Test
    void aTornLineAndNoiseDoNoHarm() throws Exception {
        journal().started(CARD, Operation.FORMAT).failed();
        for (String torn : new String[] {"2026-01-", "\n\n\n", "a b c d\n", "2026-01-02T03:04:05Z NONSENSE finished 1\n", "\0\0"}) {
            Files.writeString(file(), torn, StandardOpenOption.APPEND);
            assertTrue(journal().halfDone(CARD).isPresent(), torn);
        }
        journal().started(CARD, Operation.FORMAT).finished();
        assertTrue(journal().halfDone(CARD).isEmpty());
    }

    @Test
    void staysShort() throws Exception {
        var j = journal();
        for (int i = 0; i < 400; i++) {
            j.started(CARD, Operation.FORMAT).finished();
        }
        assertTrue(Files.size(file()) < 40_000, "size " + Files.size(file()));
    }

    @Test
    void aDirectoryThatCannotBeMadeStopsNobody() throws Exception {
        Path plain = Files.writeString(dir.resolve("plain"), "x");
        var j = new Journal(plain.resolve("j"));
        j.started(CARD, Operation.FORMAT).failed();
        assertTrue(j.halfDone(CARD).isEmpty());
    }
}
