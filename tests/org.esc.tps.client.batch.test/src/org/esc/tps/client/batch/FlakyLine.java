// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A line to a server that breaks at any byte, or is slow. */
final class FlakyLine implements AutoCloseable {

    /** About what an enrolment passes in both directions. */
    private static final int BYTES = 60_000;

    private final ServerSocket door;
    private final InetSocketAddress behind;
    private final Random random;
    private final int cutOfHundred;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final AtomicInteger cuts = new AtomicInteger();
    final AtomicInteger slow = new AtomicInteger();

    FlakyLine(URI server, long seed, int cutOfHundred) throws IOException {
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        behind = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
        random = new Random(seed);
        this.cutOfHundred = cutOfHundred;
        Thread.ofVirtual().name("flaky line").start(this::accept);
    }

    URI uri() {
        return URI.create("https://localhost:" + door.getLocalPort() + "/tps/tps");
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                int fate;
                int bytes;
                synchronized (random) {
                    fate = random.nextInt(100);
                    bytes = random.nextInt(BYTES);
                }
                Socket server = new Socket();
                server.connect(behind);
                open.add(client);
                open.add(server);
                boolean cut = fate < cutOfHundred;
                boolean delay = fate >= 90;
                if (delay) {
                    slow.incrementAndGet();
                }
                var left = new AtomicInteger(cut ? bytes : Integer.MAX_VALUE);
                pump(client, server, left, delay);
                pump(server, client, left, delay);
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void pump(Socket from, Socket to, AtomicInteger left, boolean delay) {
        Thread.ofVirtual().start(() -> {
            byte[] buffer = new byte[2048];
            try (from; to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (left.addAndGet(-n) < 0) {
                        cuts.incrementAndGet();
                        return;
                    }
                    if (delay) {
                        Thread.sleep(30);
                    }
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException _) {
                // the other end went
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                open.remove(from);
                open.remove(to);
            }
        });
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket s : open) {
            s.close();
        }
    }
}
