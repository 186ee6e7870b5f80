// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.EscException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("plan.csv.1.run");
    }

    @Test
    void whatWasNotedIsReadAgainWhateverIsInIt() throws EscException {
        String nasty = "tab\there, line\nthere, %25, naïve \u0007 = equal \uD83D\uDE00";
        try (var log = RunLog.create(file())) {
            log.note("one", "a", nasty, "b", "");
            log.note("two");
        }
        var entries = RunLog.read(file());
        assertEquals(List.of("one", "two"), entries.stream().map(RunLog.Entry::kind).toList());
        assertEquals(nasty, entries.getFirst().get("a"));
        assertEquals("", entries.getFirst().get("b"));
    }

    @Test
    void cutOffAtAnyByteItHoldsWhatWasWholeAndGoesOn() throws Exception {
        try (var log = RunLog.create(file())) {
            for (int i = 0; i < 5; i++) {
                log.note("step", "number", Integer.toString(i), "text", "ä\n" + i);
            }
        }
        byte[] all = Files.readAllBytes(file());
        int lines = 0;
        for (int cut = 0; cut <= all.length; cut++) {
            Path copy = folder.resolve("cut.run");
            Files.write(copy, Arrays.copyOf(all, cut));
            lines += cut > 0 && all[cut - 1] == '\n' ? 1 : 0;
            assertEquals(lines, RunLog.read(copy).size(), "cut at " + cut);
            try (var log = RunLog.resume(copy)) {
                assertEquals(lines, log.entries().size());
                log.note("more", "cut", Integer.toString(cut));
            }
            var after = RunLog.read(copy);
            assertEquals(lines + 1, after.size());
            assertEquals("more", after.getLast().kind());
        }
        assertEquals(5, lines);
    }

    @Test
    void theLastLineMayBeGarbageAfterAPowerCut() throws Exception {
        try (var log = RunLog.create(file())) {
            log.note("one");
            log.note("two");
        }
        byte[] all = Files.readAllBytes(file());
        // blocks of the last line that never came to the disk
        byte[] zeros = all.clone();
        Arrays.fill(zeros, all.length - 12, all.length - 1, (byte) 0);
        Files.write(file(), zeros);
        assertEquals(1, RunLog.read(file()).size());
        byte[] longer = Arrays.copyOf(all, all.length + 500);
        Files.write(file(), longer);
        assertEquals(2, RunLog.read(file()).size());
        try (var log = RunLog.resume(file())) {
            log.note("three");
        }
        assertEquals(3, RunLog.read(file()).size());
    }

    @Test
    void damageInTheMiddleIsRefusedAndLeftAlone() throws Exception {
        try (var log = RunLog.create(file())) {
            for (int i = 0; i < 4; i++) {
                log.note("step", "number", Integer.toString(i));
            }
        }
        byte[] all = Files.readAllBytes(file());
        byte[] flipped = all.clone();
        flipped[all.length / 2] ^= 1;
        Files.write(file(), flipped);
        var e = assertThrows(EscException.class, () -> RunLog.resume(file()));
        assertEquals("bad-journal", e.problem().code());
        assertTrue(e.getMessage().contains("damaged in line"), e.getMessage());
        assertTrue(Arrays.equals(flipped, Files.readAllBytes(file())));
        // a line that was taken out is damage, too: the numbers do not fit
        Files.write(file(), all);
        List<String> lines = Files.readAllLines(file());
        Files.writeString(file(), lines.get(0) + "\n" + lines.get(2) + "\n" + lines.get(3) + "\n");
        assertEquals("bad-journal", assertThrows(EscException.class, () -> RunLog.read(file())).problem().code());
        Files.writeString(file(), "cuid,operation\n*,format\n");
        assertTrue(assertThrows(EscException.class, () -> RunLog.read(file())).getMessage().contains("no journal"));
    }

    @Test
    void aSecondOneIsKeptAway() throws Exception {
        try (var log = RunLog.create(file())) {
            log.note("one");
            assertEquals("run-in-use", assertThrows(EscException.class, () -> RunLog.resume(file())).problem().code());
            assertEquals("file-exists", assertThrows(EscException.class, () -> RunLog.create(file())).problem().code());
            // looking is allowed
            assertEquals(1, RunLog.read(file()).size());
        }
        RunLog.resume(file()).close();
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        RunLog.create(file()).close();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void aFullDiskIsSaidAndNothingFollowsTheTornLine() throws Exception {
        int[] room = {200};
        try (var whole = RunLog.create(file())) {
            var log = whole.through(disk -> new RunLog.Disk() {
                @Override
                public void append(byte[] bytes) throws IOException {
                    if (bytes.length > room[0]) {
                        disk.append(Arrays.copyOf(bytes, room[0]));
                        room[0] = 0;
                        throw new IOException("No space left on device");
                    }
                    room[0] -= bytes.length;
                    disk.append(bytes);
                }

                @Override
                public void cut(long length) throws IOException {
                    // a full disk may refuse even that
                    throw new IOException("No space left on device");
                }

                @Override
                public void close() throws IOException {
                    disk.close();
                }
            });
            int n = 0;
            EscException full = null;
            while (full == null) {
                try {
                    log.note("step", "number", Integer.toString(n));
                    n++;
                } catch (EscException e) {
                    full = e;
                }
            }
            assertEquals("file-unwritable", full.problem().code());
            room[0] = 1000;
            assertThrows(EscException.class, () -> log.note("later"));
            assertEquals(n, log.entries().size());
            assertEquals(n, RunLog.read(file()).size());
            assertFalse(n == 0);
        }
    }
}
