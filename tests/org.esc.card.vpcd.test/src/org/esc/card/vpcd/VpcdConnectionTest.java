// SPDX-License-Identifier: EPL-2.0
package org.esc.card.vpcd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.card.VirtualCard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vpcd protocol against a socket that plays vpcd. */
class VpcdConnectionTest {

    private final AtomicInteger resets = new AtomicInteger();
    private final VirtualCard card = new VirtualCard() {
        @Override
        public Atr atr() {
            return Atr.of("3B00");
        }

        @Override
        public byte[] transmit(byte[] command) {
            return new byte[] {command[1], (byte) 0x90, 0};
        }

        @Override
        public void reset() {
            resets.incrementAndGet();
        }
    };

    private ServerSocket vpcd;

    @BeforeEach
    void listen() throws Exception {
        vpcd = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws Exception {
        vpcd.close();
    }

    private CompletableFuture<CardException> serve(VpcdConnection c) {
        var end = new CompletableFuture<CardException>();
        Thread.ofPlatform().start(() -> {
            try {
                c.serve(card);
                end.complete(null);
            } catch (CardException e) {
                end.complete(e);
            } catch (RuntimeException e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    private static void frame(DataOutputStream out, int... bytes) throws Exception {
        out.writeShort(bytes.length);
        for (int b : bytes) {
            out.write(b);
        }
        out.flush();
    }

    private static byte[] frame(DataInputStream in) throws Exception {
        return in.readNBytes(in.readUnsignedShort());
    }

    @Test
    void controlsAndCommands() throws Exception {
        try (VpcdConnection c = VpcdConnection.connect("127.0.0.1", vpcd.getLocalPort()); Socket s = vpcd.accept()) {
            var end = serve(c);
            var in = new DataInputStream(s.getInputStream());
            var out = new DataOutputStream(s.getOutputStream());
            frame(out, 1);
            frame(out, 4);
            assertArrayEquals(new byte[] {0x3B, 0}, frame(in));
            frame(out, 2);
            frame(out, 77);
            frame(out);
            frame(out, 0x00, 0xA4, 4, 0);
            assertArrayEquals(new byte[] {(byte) 0xA4, (byte) 0x90, 0}, frame(in));
            assertEquals(2, resets.get(), "power on and reset");
            s.close();
            CardException e = end.get(30, TimeUnit.SECONDS);
            assertEquals("vpcd-gone", e.problem().code());
            assertEquals(3, resets.get(), "the card is reset when its reader is gone");
            assertEquals(1, c.commands());
        }
    }

    @Test
    void endsQuietlyWhenClosed() throws Exception {
        try (VpcdConnection c = VpcdConnection.connect("127.0.0.1", vpcd.getLocalPort()); Socket s = vpcd.accept()) {
            var end = serve(c);
            var out = new DataOutputStream(s.getOutputStream());
            frame(out, 4);
            frame(new DataInputStream(s.getInputStream()));
            c.close();
            assertEquals(null, end.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void goneAtAnyByte() throws Exception {
        byte[] wire = {0, 1, 1, 0, 1, 4, 0, 4, 0, (byte) 0xA4, 4, 0};
        for (int n = 0; n < wire.length; n++) {
            try (VpcdConnection c = VpcdConnection.connect("127.0.0.1", vpcd.getLocalPort()); Socket s = vpcd.accept()) {
                var end = serve(c);
                s.getOutputStream().write(wire, 0, n);
                s.close();
                assertEquals("vpcd-gone", end.get(30, TimeUnit.SECONDS).problem().code(), "cut at " + n);
            }
        }
    }

    @Test
    void nobodyThere() throws Exception {
        int port = vpcd.getLocalPort();
        vpcd.close();
        var e = assertThrows(CardException.class, () -> VpcdConnection.connect("127.0.0.1", port));
        assertEquals("no-vpcd", e.problem().code());
        assertTrue(e.problem().advice().contains("pcscd"));
        assertThrows(CardException.class, () -> VpcdConnection.connect("no-such-host.invalid", 1));
    }
}
