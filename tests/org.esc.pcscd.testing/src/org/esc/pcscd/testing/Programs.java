// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs and libraries that the distribution installed. */
public final class Programs {

    private static final List<Path> LIBRARIES = List.of(Path.of("/usr/lib/x86_64-linux-gnu"), Path.of("/usr/lib/aarch64-linux-gnu"),
            Path.of("/usr/lib64"), Path.of("/usr/lib"));
    private static final int SECONDS = 60;

    private Programs() {
    }

    /** What a program did: its exit code, and what it wrote to both outputs. */
    public record Outcome(int exit, String text) {
    }

    /** Where a program is; also those that only root has on the path. A whole path stands for itself. */
    public static Optional<Path> program(String name) {
        return Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").map(d -> Path.of(d).resolve(name)).filter(Files::isExecutable).findFirst();
    }

    /** Where a library is: the first of some names relative to the folders of libraries. */
    public static Optional<Path> library(String... names) {
        return LIBRARIES.stream().flatMap(d -> Arrays.stream(names).map(d::resolve)).filter(Files::exists).findFirst();
    }

    /**
     * Runs a program to its end with nothing to read.
     *
     * @throws AssertionError if it has not ended after a minute
     */
    public static Outcome run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("out", ".txt");
        try {
            var all = new ArrayList<>(List.of(command));
            all.set(0, program(command[0]).orElseThrow(() -> new IOException(command[0] + " is not installed")).toString());
            Process p = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(out.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            if (!p.waitFor(SECONDS, TimeUnit.SECONDS)) {
                p.destroyForcibly().waitFor();
                throw new AssertionError(command[0] + " hangs: " + Files.readString(out));
            }
            return new Outcome(p.exitValue(), Files.readString(out));
        } finally {
            Files.delete(out);
        }
    }
}
