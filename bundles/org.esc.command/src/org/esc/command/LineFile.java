// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Lines of text that several processes of one person keep in a file. Whoever reads sees what was there before a change, or after it. */
public final class LineFile {

    /** One writer within this process; the file lock keeps others away. */
    private static final ReentrantLock HERE = new ReentrantLock();

    private final Path file;

    /** The lines in this file, which need not be there yet. */
    public LineFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** The file. */
    public Path path() {
        return file;
    }

    /** All lines; none if the file is not there. @throws IOException if it cannot be read */
    public List<String> lines() throws IOException {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return List.of();
        }
    }

    /**
     * Changes the lines while nobody else does. The file is written whole or not at all, and its folder made if need be.
     *
     * @param change given a list of the lines that are not blank, which it changes
     * @throws IOException if that cannot be kept
     */
    public void change(Consumer<List<String>> change) throws IOException {
        UserDirs.create(file.getParent());
        HERE.lock();
        try (var channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE); var _ = channel.lock()) {
            var lines = new ArrayList<>(lines());
            lines.removeIf(String::isBlank);
            change.accept(lines);
            Path fresh = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".tmp");
            try {
                Files.write(fresh, lines, StandardCharsets.UTF_8, StandardOpenOption.SYNC);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } finally {
            HERE.unlock();
        }
    }
}
