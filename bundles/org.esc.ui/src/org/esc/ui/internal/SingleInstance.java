// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.core.runtime.ILog;
import org.esc.apdu.Hex;
import org.esc.command.UserDirs;

/**
 * One workbench per data folder: the second one that is started has the first come to front and ends. Who holds the lock of the data folder is the first
 * (the system takes it back when a process dies, so none is ever left over); it listens at a Unix socket that only this user can reach.
 */
final class SingleInstance implements AutoCloseable {

    private static final byte[] SHOW = "show\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "ok\n".getBytes(StandardCharsets.US_ASCII);
    /** Longest path of a Unix socket, in bytes (sun_path, less a reserve). */
    private static final int LONGEST = 100;
    private static final long PATIENCE_SECONDS = 10;

    private final ServerSocketChannel server;
    private final Path socket;

    private SingleInstance(ServerSocketChannel server, Path socket) {
        this.server = server;
        this.socket = socket;
    }

    /** Where the workbench with this data folder listens. */
    static Path socket(String data) {
        Path usual = UserDirs.state().resolve("run").resolve(name(data));
        return usual.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST ? usual
                : Path.of(System.getProperty("java.io.tmpdir"), "esc-" + System.getProperty("user.name"), name(data));
    }

    private static String name(String data) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(data.getBytes(StandardCharsets.UTF_8));
            return Hex.of(digest).substring(0, 12) + ".sock";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Listens for others. Called by whoever holds the lock: a socket that is there already was left by one that crashed.
     *
     * @param show run, on any thread, when another one has been started
     * @return empty if that is not possible here: the workbench works all the same
     */
    static Optional<SingleInstance> listen(Path socket, Runnable show) {
        try {
            UserDirs.create(socket.getParent());
            Files.deleteIfExists(socket);
            var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            var instance = new SingleInstance(server, socket);
            Thread.ofVirtual().name("single instance").start(() -> instance.serve(show));
            return Optional.of(instance);
        } catch (IOException | UnsupportedOperationException e) {
            ILog.of(SingleInstance.class).info("A second start cannot bring this window to front", e);
            return Optional.empty();
        }
    }

    private void serve(Runnable show) {
        while (server.isOpen()) {
            try (SocketChannel peer = server.accept()) {
                // a peer that says nothing must not keep others waiting
                boolean asked = within(peer, () -> Arrays.equals(read(peer, SHOW.length), SHOW)).orElse(false);
                if (asked) {
                    show.run();
                    peer.write(ByteBuffer.wrap(OK));
                }
            } catch (IOException _) {
                // a peer that went away; or this one is closed
            }
        }
    }

    /** Has the workbench that listens there come to front. @return false if none does, or it does not answer */
    static boolean raise(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (var peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return within(peer, () -> {
                peer.connect(UnixDomainSocketAddress.of(socket));
                peer.write(ByteBuffer.wrap(SHOW));
                return Arrays.equals(read(peer, OK.length), OK);
            }).orElse(false);
        } catch (IOException | UnsupportedOperationException _) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Talk {
        boolean run() throws IOException;
    }

    /** What came of it in time. A channel that takes too long is closed, which ends the talk. */
    private static Optional<Boolean> within(SocketChannel channel, Talk talk) throws IOException {
        var result = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(talk.run());
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return Optional.of(result.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException | ExecutionException _) {
            channel.close();
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            channel.close();
            return Optional.empty();
        }
    }

    private static byte[] read(SocketChannel from, int n) throws IOException {
        var buffer = ByteBuffer.allocate(n);
        while (buffer.hasRemaining() && from.read(buffer) >= 0) {
            // until all is there, or no more comes
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException _) {
            // the next one removes it
        }
    }
}
