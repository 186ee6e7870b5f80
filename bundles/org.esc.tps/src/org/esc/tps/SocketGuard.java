// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/**
 * Ends what the thread of a connection waits for, by closing the socket under it: when the connection is no longer wanted, and when a step
 * takes longer than it may. A socket's own time-out starts again with every byte, so that an end which dribbles would never be late.
 *
 * <p>One thread names the steps ({@link #until}, {@link #rest}); {@link #drop} and {@link #close} may come from any.
 */
public final class SocketGuard implements AutoCloseable {

    private static final long NONE = Long.MAX_VALUE;

    private final Duration pace;
    private volatile long deadline = NONE;
    private volatile boolean late;
    private volatile boolean closed;
    private Socket socket = new Socket();
    private Thread watcher;

    /** Looks at the clock this often: a step may be that much late. */
    public SocketGuard(Duration pace) {
        this.pace = pace;
    }

    /**
     * From now on it is this socket that is ended.
     *
     * @throws IOException if the guard is closed already and so the socket is, too
     */
    public synchronized void watch(Socket next) throws IOException {
        socket = next;
        late = false;
        if (closed) {
            next.close();
            throw new IOException("closed");
        }
        if (watcher == null) {
            watcher = Thread.ofVirtual().name("time-out").start(this::run);
        }
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep(pace);
                long until = deadline;
                if (until != NONE && System.nanoTime() - until >= 0) {
                    late = true;
                    drop();
                }
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    /** The step that begins now may take this long. */
    public void until(Duration most) {
        deadline = System.nanoTime() + Math.clamp(most.toNanos(), 1, NONE / 4);
    }

    /** The step is over; what comes now may take as long as it likes. */
    public void rest() {
        deadline = NONE;
    }

    /** True if the socket was closed because a step took too long. */
    public boolean late() {
        return late;
    }

    /** True once {@link #close} was called. */
    public boolean closed() {
        return closed;
    }

    /** Ends the socket; another may follow. */
    public synchronized void drop() {
        try {
            socket.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }

    /** Ends the socket and this guard. */
    @Override
    public synchronized void close() {
        closed = true;
        drop();
        if (watcher != null) {
            watcher.interrupt();
        }
    }
}
