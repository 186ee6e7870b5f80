// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** The folder everything is kept in: for its owner only, and for one process at a time. */
public final class DataDirectory implements AutoCloseable {

    private static final Words WORDS = Words.of(DataDirectory.class);

    private static final String MARKER = "tms.format";
    private static final String FORMAT = "1";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Opens, or makes, a data directory and locks it.
     *
     * @return empty if another process, or this one, has it open
     * @throws EscException USAGE if it cannot be made or holds something else
     */
    public static Optional<DataDirectory> tryOpen(Path path) throws EscException {
        Path dir = path.toAbsolutePath().normalize();
        if (dir.toString().indexOf(';') >= 0) {
            throw Refused.usage(step(), WORDS.say("The path of a data directory must not contain a semicolon: {0}", dir));
        }
        try {
            boolean marked = Files.exists(dir.resolve(MARKER));
            if (!marked && Files.isDirectory(dir) && !onlyOurLock(dir)) {
                throw Problem.of(Fault.USAGE, step(), WORDS.say("{0} is not empty and holds no token management system.", dir))
                        .code("not-a-data-directory").advice(WORDS.say("Name an empty or new folder with --data.")).exception();
            }
            PrivateFiles.directory(dir);
            Path lockFile = dir.resolve("lock");
            try {
                Files.createFile(lockFile, PrivateFiles.mode("rw-------"));
            } catch (FileAlreadyExistsException _) {
                // from an earlier run
            }
            var channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                return Optional.empty();
            }
            Path marker = dir.resolve(MARKER);
            if (!Files.exists(marker)) {
                PrivateFiles.write(marker, FORMAT.getBytes(StandardCharsets.US_ASCII));
            }
            String format = Files.readString(marker).strip();
            if (!format.equals(FORMAT)) {
                channel.close();
                throw Refused.usage(step(), WORDS.say("{0} was written by another version (format {1}).", dir, format));
            }
            return Optional.of(new DataDirectory(dir, channel));
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, step(), WORDS.say("The data directory {0} cannot be used: {1}", dir, reason(e)))
                    .exception(e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    /** True if a start that was cut off left nothing but its lock file (or a half-written marker). */
    /** Or the password that somebody put there for a further server on the database of others. */
    private static boolean onlyOurLock(Path dir) throws IOException {
        try (var entries = Files.list(dir)) {
            return entries.map(p -> p.getFileName().toString())
                    .allMatch(n -> Set.of("lock", "vault.pass").contains(n) || n.startsWith("." + MARKER));
        }
    }

    /** What an I/O failure says, with the kind of failure, as its message is often only a file name. */
    public static String reason(IOException e) {
        return e.getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").replace(" Exception", "") + ": "
                + e.getMessage();
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** A file in it. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /** Lets others in. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException _) {
            // closing releases the lock whatever it reports
        }
    }

    private static String step() {
        return WORDS.say("open the data directory");
    }
}
