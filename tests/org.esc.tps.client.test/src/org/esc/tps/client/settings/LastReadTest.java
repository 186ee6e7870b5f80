// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastReadTest {

    @TempDir
    Path dir;
    private final AtomicInteger reads = new AtomicInteger();
    private final LastRead<String> last = new LastRead<>(file -> {
        reads.incrementAndGet();
        try {
            return Files.readString(file);
        } catch (IOException _) {
            throw new EscException(Fault.USAGE, "read", "it is gone");
        }
    });

    private static Path old(Path file) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    @Test
    void whatDidNotChangeIsNotReadAgain() throws Exception {
        Path file = old(Files.writeString(dir.resolve("file"), "one"));
        assertEquals("one", last.of(file));
        assertEquals("one", last.of(file));
        assertEquals(1, reads.get());
    }

    @Test
    void everyChangeIsSeenAtOnce() throws Exception {
        Path file = old(Files.writeString(dir.resolve("file"), "one"));
        assertEquals("one", last.of(file));
        // of the same size, and as often as a clock's tick may hide it
        for (int i = 0; i < 100; i++) {
            String text = i % 2 == 0 ? "two" : "six";
            Files.writeString(file, text);
            assertEquals(text, last.of(file));
        }
        Path other = old(Files.writeString(dir.resolve("other"), "ten"));
        old(file);
        assertEquals("six", last.of(file));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertEquals("ten", last.of(file));
    }

    @Test
    void aFileThatGoesIsNotRemembered() throws Exception {
        Path file = old(Files.writeString(dir.resolve("file"), "one"));
        assertEquals("one", last.of(file));
        Files.delete(file);
        assertThrows(EscException.class, () -> last.of(file));
    }
}
