// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ProfileLockTest {

    /** A program that locks the file as Firefox does (fcntl), says so, and holds it until its input ends. */
    private static final String HOLDER = """
            import java.nio.channels.FileChannel;
            import java.nio.file.*;
            class Holder {
                public static void main(String[] a) throws Exception {
                    try (var c = FileChannel.open(Path.of(a[0]), StandardOpenOption.WRITE)) {
                        System.out.println(c.tryLock() != null);
                        System.in.read();
                    }
                }
            }
            """;

    @TempDir
    Path profile;

    private boolean free() {
        var lock = ProfileLock.take(profile);
        lock.ifPresent(ProfileLock::close);
        return lock.isPresent();
    }

    @Test
    void aProfileThatWasNeverLockedIsFree() {
        assertTrue(free());
    }

    @ParameterizedTest
    @ValueSource(strings = {".parentlock", "parent.lock"})
    void anotherProcessHoldsIt(String name) throws Exception {
        Path file = Files.createFile(profile.resolve(name));
        assertTrue(free());
        Path source = Files.writeString(profile.resolve("Holder.java"), HOLDER);
        Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), source.toString(),
                file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertTrue(p.inputReader().readLine().equals("true"));
            assertFalse(free());
        } finally {
            p.getOutputStream().close();
            assertTrue(p.waitFor(20, TimeUnit.SECONDS));
        }
        assertTrue(free());
    }

    @Test
    void whatIsHeldHereIsNotTakenTwice() throws Exception {
        Files.createFile(profile.resolve(".parentlock"));
        try (var _ = ProfileLock.take(profile).orElseThrow()) {
            assertFalse(free());
        }
        assertTrue(free());
    }

    @Test
    void aLinkDecidesOnlyWhereNoFileCanBeLocked() throws Exception {
        Path link = profile.resolve("lock");
        Files.createSymbolicLink(link, Path.of("127.0.0.1:" + ProcessHandle.current().pid()));
        assertFalse(free());
        Files.delete(link);
        // left behind by a crash, its number given to another process: the file is not locked
        Files.createSymbolicLink(link, Path.of("127.0.0.1:+" + ProcessHandle.current().pid()));
        assertTrue(free());
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("127.0.0.1:999999999"));
        assertTrue(free());
    }
}
