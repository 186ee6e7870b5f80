// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * One long POST, chunked both ways: bytes come in as they arrive, every {@link #send} goes out as exactly one chunk (an
 * original client takes the end of a chunk for the end of a message). Used by one thread; {@link #close} may come from
 * any.
 */
public interface Link extends AutoCloseable {

    /** Where the client is. */
    InetAddress peer();

    /**
     * Waits for the next bytes, whatever their borders; empty when the client has ended its side in good order.
     *
     * @throws IOException if the client went away or sent nothing for {@code timeout}; the link is then of no more use
     */
    Optional<byte[]> receive(Duration timeout) throws IOException;

    /**
     * Sends one chunk of at least one byte.
     *
     * @throws IOException if the client is gone
     */
    void send(byte[] message) throws IOException;

    /** Sends the end of the body and waits a little for the client to close, as an original client expects. */
    void finish(Duration patience);

    /** Drops the connection. */
    @Override
    void close();
}
