// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Files that verbs read and write: whole or not at all. */
final class LocalFiles {

    private static final Words WORDS = Words.of(LocalFiles.class);

    /** No object or certificate of a card comes near to it, in bytes. */
    static final int MOST = 4 << 20;

    private LocalFiles() {
    }

    /** Reads a file of at most {@link #MOST} bytes. @throws EscException USAGE if it cannot be read */
    static byte[] read(Path file) throws EscException {
        try {
            if (Files.isDirectory(file)) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the file"), WORDS.say("{0} is a folder, not a file.", file)).code("file-unreadable").exception();
            }
            if (Files.size(file) > MOST) {
                throw Problem.of(Fault.USAGE, WORDS.say("read the file"), WORDS.say("The file {0} is too large: more than {1} MiB.", file, MOST >> 20))
                        .code("file-too-large").exception();
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the file"), WORDS.say("The file {0} cannot be read: {1}.", file, words(e))).code("file-unreadable")
                    .exception(e);
        }
    }

    /** Says no before any work is done for a file that would not be written. */
    static void check(Path file, boolean force) throws EscException {
        if (Files.isDirectory(file)) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("{0} is a folder.", file)).code("file-exists").exception();
        }
        if (!force && Files.exists(file)) {
            throw exists(file, null);
        }
    }

    private static EscException exists(Path file, IOException e) {
        return Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("The file {0} is there already.", file)).code("file-exists")
                .advice(WORDS.say("Choose another name, or overwrite it with --force.")).exception(e);
    }

    /** Writes a file whole or not at all. */
    static void write(Path file, byte[] content, boolean force) throws EscException {
        write(file, content, force, new FileAttribute<?>[0]);
    }

    /** Writes a file that only its owner may read, whole or not at all. */
    static void writePrivately(Path file, byte[] content, boolean force) throws EscException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        write(file, content, force, posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0]);
    }

    private static void write(Path file, byte[] content, boolean force, FileAttribute<?>[] attributes) throws EscException {
        check(file, force);
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.createFile(part, attributes);
            try {
                Files.write(part, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
                if (force) {
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.move(part, target);
                }
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(file, e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("The file {0} cannot be written: {1}.", file, words(e))).code("file-unwritable")
                    .exception(e);
        }
    }

    private static String words(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> WORDS.say("there is no such file or folder");
            case AccessDeniedException _ -> WORDS.say("access is denied");
            default -> String.valueOf(e.getMessage());
        };
    }
}
