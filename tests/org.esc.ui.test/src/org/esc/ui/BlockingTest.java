// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever makes the user interface wait is found out by any test that follows; whoever works beside it is not. */
class BlockingTest {

    /** Looks this often; the recorder tells what it saw about once a second. */
    private static final int LOOKS = 100;

    @TempDir
    Path folder;

    private static Optional<String> complaint(int looks) {
        for (int i = 0; i < looks; i++) {
            try {
                Ui.settle();
            } catch (AssertionError e) {
                return Optional.of(e.getMessage());
            }
        }
        return Optional.empty();
    }

    @Test
    void aFileReadOnTheThreadOfTheUserInterfaceIsFound() throws IOException {
        Path file = Files.writeString(folder.resolve("far-away.txt"), "late");
        CompletableFuture.runAsync(new Careless(file)).join();
        Files.readString(file);
        assertEquals(Optional.empty(), complaint(12), "read beside it, or by the test itself");
        Ui.display().asyncExec(new Careless(file));
        String words = complaint(LOOKS).orElse("nothing");
        assertTrue(words.contains(file.toString()) && words.contains(Careless.class.getName() + ".run"), words);
    }
}
