// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.esc.ui.testing.Blocking;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever makes the user interface wait is found out; whoever works beside it is not. */
class BlockingTest {

    /** Looks this often; the recorder tells what it saw about once a second. */
    private static final int LOOKS = 100;

    @TempDir
    Path folder;

    private List<String> complaints(int looks) {
        for (int i = 0; i < looks; i++) {
            // not settle(): that fails with what this test looks for
            Ui.until("a moment has passed", new BooleanSupplier() {
                private final long end = System.nanoTime() + 300_000_000L;

                @Override
                public boolean getAsBoolean() {
                    return System.nanoTime() > end;
                }
            });
            List<String> found = Blocking.complaints();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    @Test
    void aFileReadOnTheThreadOfTheUserInterfaceIsFound() throws IOException {
        Path file = Files.writeString(folder.resolve("far-away.txt"), "late");
        CompletableFuture.runAsync(new Careless(file)).join();
        Files.readString(file);
        assertEquals(List.of(), complaints(12), "read beside it, or by the test itself");
        Ui.display().asyncExec(new Careless(file));
        List<String> found = complaints(LOOKS);
        assertTrue(found.size() == 1 && found.getFirst().contains(file.toString()), found::toString);
    }
}
