// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only their owner may read, written whole or not at all. */
public final class PrivateFiles {

    private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private PrivateFiles() {
    }

    /** Makes a directory, and those above it, for the owner only (0700); tightens one that exists. */
    public static void directory(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            Path parent = dir.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(dir, mode("rwx------"));
        }
        tighten(dir, "rwx------");
    }

    /** Takes a file away from everybody but its owner (0600). */
    public static void ownerOnly(Path file) throws IOException {
        tighten(file, "rw-------");
    }

    /** Replaces a file by these bytes: after a crash the old or the new content is there, never a part. Mode 0600. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, content, "rw-------");
    }

    /** The same for a file that everybody may read (0644), such as a certificate. */
    public static void writePublic(Path file, byte[] content) throws IOException {
        write(file, content, "rw-r--r--");
    }

    private static void write(Path file, byte[] content, String mode) throws IOException {
        Path dir = file.toAbsolutePath().getParent();
        Path temp = Files.createTempFile(dir, "." + file.getFileName(), ".new", mode("rw-------"));
        try {
            try (var channel = FileChannel.open(temp, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            tighten(temp, mode);
            try {
                Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException _) {
                Files.move(temp, file, StandardCopyOption.REPLACE_EXISTING);
            }
            syncDirectory(dir);
        } finally {
            Files.deleteIfExists(temp);
        }
    }

    private static void syncDirectory(Path dir) {
        try (var channel = FileChannel.open(dir, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // Windows cannot open a directory; the move itself is journaled there
        }
    }

    private static void tighten(Path path, String mode) throws IOException {
        if (POSIX) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        }
    }

    /** Attributes to create a file or directory with. */
    public static FileAttribute<?>[] mode(String mode) {
        return POSIX
                ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString(mode)))}
                : new FileAttribute<?>[0];
    }
}
