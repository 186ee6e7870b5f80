// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a second start finds the first. */
@Timeout(120)
class SingleInstanceTest {

    @TempDir
    Path dir;

    @Test
    void aSecondStartBringsTheFirstToFront() {
        Path socket = dir.resolve("run/a.sock");
        var shown = new AtomicInteger();
        assertFalse(SingleInstance.raise(socket), "there is none");
        try (var first = SingleInstance.listen(socket, shown::incrementAndGet).orElseThrow()) {
            assertTrue(SingleInstance.raise(socket));
            assertTrue(SingleInstance.raise(socket));
            assertEquals(2, shown.get());
        }
        assertFalse(Files.exists(socket));
        assertFalse(SingleInstance.raise(socket), "it has ended");
    }

    @Test
    void whatACrashLeftBehindIsNoHindrance() throws Exception {
        Path socket = dir.resolve("b.sock");
        try (var crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            crashed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertTrue(Files.exists(socket), "a socket that nobody listens at");
        assertFalse(SingleInstance.raise(socket));
        var shown = new AtomicInteger();
        try (var next = SingleInstance.listen(socket, shown::incrementAndGet).orElseThrow()) {
            assertTrue(SingleInstance.raise(socket));
            assertEquals(1, shown.get());
        }
    }

    @Test
    void strangersAndSilentOnesDoNotShowAnythingNorKeepOthersWaiting() throws Exception {
        Path socket = dir.resolve("c.sock");
        var shown = new AtomicInteger();
        try (var first = SingleInstance.listen(socket, shown::incrementAndGet).orElseThrow(); var silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try (var stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                stranger.connect(UnixDomainSocketAddress.of(socket));
                stranger.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes()));
            }
            silent.connect(UnixDomainSocketAddress.of(socket));
            assertTrue(SingleInstance.raise(socket));
            assertEquals(1, shown.get());
        }
    }

    @Test
    void eachDataFolderHasItsOwnAndNoPathIsTooLong() {
        assertNotEquals(SingleInstance.socket("file:/a/"), SingleInstance.socket("file:/b/"));
        assertEquals(SingleInstance.socket("file:/a/"), SingleInstance.socket("file:/a/"));
        assertTrue(SingleInstance.socket("file:/" + "x".repeat(3000)).toString().length() <= 108);
    }
}
