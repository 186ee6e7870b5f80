// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts the launcher script as a person or a script would, without a terminal. */
final class Esc {

    /** What a start left behind. */
    record Result(int exit, String out, String err) {
    }

    private Esc() {
    }

    /** The checkout, wherever the test was started. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here;
    }

    static Path product() {
        return root().resolve("releng/org.esc.product/target/products/org.esc.product/linux/gtk/x86_64");
    }

    /** Skips a test where nothing is built. */
    static void needProduct() {
        assumeTrue(Files.isDirectory(product()), "there is no built product: run ./esc build");
    }

    /** Starts {@code ./esc words…} and waits for its end, at most ten minutes. */
    static Result run(Map<String, String> environment, String... words) throws IOException, InterruptedException {
        return runIn(Path.of("").toAbsolutePath(), environment, words);
    }

    /** As {@link #run}, with another current folder. */
    static Result runIn(Path folder, Map<String, String> environment, String... words) throws IOException, InterruptedException {
        var process = start(folder, environment, words);
        var err = everything(process.getErrorStream());
        var out = everything(process.getInputStream());
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("still running: ./esc " + String.join(" ", words));
        }
        return new Result(process.exitValue(), out.join(), err.join());
    }

    /** Starts {@code ./esc words…}; the script becomes the program, so that the process is the one to signal. */
    static Process start(Map<String, String> environment, String... words) throws IOException {
        return start(Path.of("").toAbsolutePath(), environment, words);
    }

    private static Process start(Path folder, Map<String, String> environment, String... words) throws IOException {
        var command = new ArrayList<>(List.of(root().resolve("esc").toString()));
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("ESC_NO_BUILD", "1");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** All that a program says, up to its end. A thread of its own reads: the shared ones are few, and one may wait for a server's end. */
    static CompletableFuture<String> everything(InputStream in) {
        return CompletableFuture.supplyAsync(() -> {
            try (in) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, Thread::startVirtualThread);
    }
}
