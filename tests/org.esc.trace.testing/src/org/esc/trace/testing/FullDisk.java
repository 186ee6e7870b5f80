// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk that is full, without one: until closed, no file that this process writes to may grow beyond a length (RLIMIT_FSIZE), and the write that would is an error
 * that the system reports as it reports a full disk.
 */
public final class FullDisk implements AutoCloseable {

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    private FullDisk() {
    }

    /** Whether a process can be limited here. */
    public static boolean isPossible() {
        return Files.isExecutable(PRLIMIT);
    }

    /** From now on. @param bytes the most a file may have; a file that has more keeps them */
    public static FullDisk at(long bytes) throws IOException, InterruptedException {
        limit(Long.toString(bytes));
        return new FullDisk();
    }

    private static void limit(String soft) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(PRLIMIT.toString(), "--pid", Long.toString(ProcessHandle.current().pid()), "--fsize=" + soft + ":").inheritIO().start();
        if (p.waitFor() != 0) {
            throw new IOException("prlimit ended with " + p.exitValue());
        }
    }

    /** Files may grow again. */
    @Override
    public void close() throws IOException, InterruptedException {
        limit("unlimited");
    }
}
