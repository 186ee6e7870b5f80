// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The lock by which a Mozilla program owns a profile while it runs. Held here it keeps the program from starting in the midst of a change.
 */
final class ProfileLock implements AutoCloseable {

    /** The names of the file that is locked: on Windows without a dot. */
    private static final List<String> FILES = List.of(".parentlock", "parent.lock");
    /** Where the link {@code lock} leads to: an address and the process; a plus says that the file is locked, too, and decides. */
    private static final Pattern LINK = Pattern.compile("[^:]*:(\\+?)(\\d+)");

    private final Optional<FileChannel> channel;

    private ProfileLock(Optional<FileChannel> channel) {
        this.channel = channel;
    }

    /** The lock of a profile; empty if a program holds it. */
    static Optional<ProfileLock> take(Path profile) {
        if (heldByLink(profile.resolve("lock"))) {
            return Optional.empty();
        }
        for (String name : FILES) {
            Path file = profile.resolve(name);
            if (Files.isRegularFile(file)) {
                return lock(file);
            }
        }
        return Optional.of(new ProfileLock(Optional.empty()));
    }

    private static Optional<ProfileLock> lock(Path file) {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
        } catch (IOException _) {
            // Windows lets nobody open it while the program runs
            return Optional.empty();
        }
        try {
            if (channel.tryLock() != null) {
                return Optional.of(new ProfileLock(Optional.of(channel)));
            }
        } catch (IOException | OverlappingFileLockException _) {
            // held, by another process or by this one
        }
        close(channel);
        return Optional.empty();
    }

    private static boolean heldByLink(Path link) {
        try {
            var m = LINK.matcher(Files.readSymbolicLink(link).toString());
            return m.matches() && m.group(1).isEmpty() && ProcessHandle.of(Long.parseLong(m.group(2))).isPresent();
        } catch (IOException | UnsupportedOperationException | NumberFormatException _) {
            return false;
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // nothing was written through it
        }
    }

    @Override
    public void close() {
        channel.ifPresent(ProfileLock::close);
    }
}
