// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;

/**
 * A reader for virtual cards of others, in place of pcscd with its vpcd driver: cards connect to its port. Messages are two bytes of length
 * and the content; a single byte is an order: 0 power off, 1 power on, 2 reset, 4 tell the ATR.
 */
final class VpcdReader implements ReaderProvider, AutoCloseable {

    static final String NAME = "card of others";

    private static final int PATIENCE_MILLIS = 30_000;

    private final ServerSocket listener;
    private Socket card;
    private Atr atr = Atr.UNKNOWN;

    VpcdReader() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(PATIENCE_MILLIS);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Waits for the card. */
    void accept() throws IOException {
        card = listener.accept();
        card.setTcpNoDelay(true);
        card.setSoTimeout(PATIENCE_MILLIS);
        atr = powerUp();
    }

    private Atr powerUp() throws IOException {
        send(new byte[] {0});
        send(new byte[] {1});
        send(new byte[] {4});
        return Atr.of(receive());
    }

    private void send(byte[] message) throws IOException {
        byte[] all = new byte[2 + message.length];
        all[0] = (byte) (message.length >> 8);
        all[1] = (byte) message.length;
        System.arraycopy(message, 0, all, 2, message.length);
        var out = new DataOutputStream(card.getOutputStream());
        out.write(all);
        out.flush();
    }

    private byte[] receive() throws IOException {
        var in = new DataInputStream(card.getInputStream());
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        return message;
    }

    @Override
    public String name() {
        return "vpcd";
    }

    @Override
    public List<ReaderState> readers() {
        return List.of(new ReaderState(NAME, name(), ReaderState.Presence.PRESENT, Optional.of(atr), 1));
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        return () -> { };
    }

    @Override
    public RawConnection connect(String reader, boolean exclusive) throws CardException {
        return new RawConnection() {

            @Override
            public Atr atr() {
                return atr;
            }

            @Override
            public String protocol() {
                return "T=1";
            }

            @Override
            public byte[] transmit(byte[] command) throws CardException {
                try {
                    send(command);
                    return receive();
                } catch (IOException e) {
                    throw new CardException("send a command", "The card has left: " + e.getMessage() + ".");
                }
            }

            @Override
            public Atr reset() throws CardException {
                try {
                    return powerUp();
                } catch (IOException e) {
                    throw new CardException("reset the card", "The card has left: " + e.getMessage() + ".");
                }
            }

            @Override
            public void close() {
                // the card stays
            }
        };
    }

    @Override
    public void close() throws IOException {
        listener.close();
        if (card != null) {
            card.close();
        }
    }
}
