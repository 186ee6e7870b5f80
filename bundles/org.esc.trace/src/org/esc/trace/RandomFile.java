// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A file that is read and written anywhere by several threads. Unlike a file channel it does not close when one of them is interrupted. */
final class RandomFile implements AutoCloseable {

    /** Whoever writes holds a lock on this byte, which is never there. */
    private static final long LOCK = Long.MAX_VALUE - 1;

    private final RandomAccessFile file;

    RandomFile(Path path, boolean write) throws IOException {
        file = new RandomAccessFile(path.toFile(), write ? "rw" : "r");
    }

    long size() throws IOException {
        return file.length();
    }

    /** Fills a part of an array; what is not there any more reads as zeros. */
    void read(long from, byte[] b, int at, int length) throws IOException {
        int n = 0;
        synchronized (this) {
            file.seek(from);
            while (n < length) {
                int more = file.read(b, at + n, length - n);
                if (more < 0) {
                    break;
                }
                n += more;
            }
        }
        Arrays.fill(b, at + n, at + length, (byte) 0);
    }

    byte[] read(long from, int length) throws IOException {
        byte[] b = new byte[length];
        read(from, b, 0, length);
        return b;
    }

    synchronized void write(long to, byte[] b, int length) throws IOException {
        file.seek(to);
        file.write(b, 0, length);
    }

    synchronized void truncate(long length) throws IOException {
        file.setLength(length);
    }

    /** Takes the place of the one who writes, until closed; empty if somebody else has it. */
    Optional<FileLock> lock() throws IOException {
        try {
            return Optional.ofNullable(file.getChannel().tryLock(LOCK, 1, false));
        } catch (OverlappingFileLockException _) {
            return Optional.empty();
        }
    }

    /** Whether somebody writes, in this program or another. */
    boolean isLocked() throws IOException {
        try (FileLock free = file.getChannel().tryLock(LOCK, 1, true)) {
            return free == null;
        } catch (OverlappingFileLockException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
