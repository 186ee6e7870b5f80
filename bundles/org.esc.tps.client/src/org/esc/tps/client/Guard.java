// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/**
 * Ends what a connection's thread is waiting for, by closing the socket under it: when the connection is no longer wanted, and when a step
 * takes longer than it may. A socket's own time-out starts again with every byte, so that a server which dribbles would never be late.
 */
final class Guard {

    private static final long NONE = Long.MAX_VALUE;

    private final Duration pace;
    private volatile long deadline = NONE;
    private volatile boolean late;
    private volatile boolean closed;
    private Socket socket = new Socket();
    private Thread watcher;

    /** For a connection with these times; it looks at the clock often enough for the shorter one. */
    Guard(Duration connect, Duration message) {
        Duration shorter = connect.compareTo(message) < 0 ? connect : message;
        pace = Duration.ofMillis(Math.clamp(shorter.toMillis() / 16, 5, 1000));
    }

    /** From now on it is this socket that is ended. */
    synchronized void watch(Socket next) throws IOException {
        socket = next;
        late = false;
        if (closed) {
            next.close();
        } else if (watcher == null) {
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

    /** What begins now may take this long, and a little more. */
    void until(Duration most) {
        deadline = System.nanoTime() + Math.clamp(most.toNanos(), 1, NONE / 4);
    }

    /** What began is over. */
    void rest() {
        deadline = NONE;
    }

    /** True if the socket was closed because something took too long. */
    boolean late() {
        return late;
    }

    /** True once {@link #close} was called. */
    boolean closed() {
        return closed;
    }

    /** Ends the socket; another may follow. */
    synchronized void drop() {
        try {
            socket.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }

    /** Ends the socket and this. */
    synchronized void close() {
        closed = true;
        drop();
        if (watcher != null) {
            watcher.interrupt();
        }
    }
}
