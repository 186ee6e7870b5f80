// SPDX-License-Identifier: EPL-2.0
package org.esc.card.vpcd;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import jdk.net.ExtendedSocketOptions;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.VirtualCard;

/**
 * Puts a card into a virtual reader of vpcd, the driver of the vsmartcard project for pcscd: a TCP connection on which vpcd sends
 * commands and the card answers. Frames are {@code length2} (big endian) and bytes; a frame of one byte from vpcd is a control: 0 power
 * off, 1 power on, 2 reset, 4 asks for the ATR and is the only one that is answered.
 */
public final class VpcdConnection implements AutoCloseable {

    private static final Words WORDS = Words.of(VpcdConnection.class);

    /** Port of vpcd's first reader. */
    public static final int DEFAULT_PORT = 35963;

    private static final int POWER_OFF = 0;
    private static final int POWER_ON = 1;
    private static final int RESET = 2;
    private static final int GET_ATR = 4;
    private static final int LONGEST = 0xFFFF;
    private static final int CONNECT_MILLIS = 5000;
    private static final String STEP = WORDS.say("put the card into a virtual reader");

    private final Socket socket;
    private final String where;
    private final boolean quickAck;
    private volatile boolean closed;
    private volatile long commands;

    private VpcdConnection(Socket socket, String where) {
        this.socket = socket;
        this.where = where;
        quickAck = socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
    }

    /** Connects. @throws CardException if nobody answers there */
    public static VpcdConnection connect(String host, int port) throws CardException {
        String where = host + ":" + port;
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException(WORDS.say("unknown host"));
            }
            socket.connect(address, CONNECT_MILLIS);
            return new VpcdConnection(socket, where);
        } catch (IOException | IllegalArgumentException e) {
            try {
                socket.close();
            } catch (IOException _) {
                // it never opened
            }
            throw new CardException(Problem.of(Fault.CARD, STEP, WORDS.say("No virtual reader answers at {0}.", where)).code("no-vpcd")
                    .advice(WORDS.say("Start pcscd with the vpcd driver (package vsmartcard-vpcd), or name another place with --vpcd HOST:PORT.")), e);
        }
    }

    /** Number of commands answered so far. */
    public long commands() {
        return commands;
    }

    /**
     * Answers commands until this connection is closed by {@link #close}.
     *
     * @throws CardException if vpcd ends the connection, or sends what is not its protocol
     */
    public void serve(VirtualCard card) throws CardException {
        try {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            OutputStream out = socket.getOutputStream();
            while (!closed) {
                acknowledgeAtOnce();
                byte[] frame = in.readNBytes(in.readUnsignedShort());
                if (frame.length == 1) {
                    control(frame[0], card, out);
                } else if (frame.length > 1) {
                    send(out, card.transmit(frame));
                    commands++;
                }
            }
        } catch (IOException e) {
            if (!closed) {
                throw ended(e);
            }
        } finally {
            close();
            card.reset();
        }
    }

    /**
     * vpcd sends length and bytes apart and lets the second wait for our acknowledgement of the first, which the system would otherwise
     * hold back for 40 ms. Linux forgets the wish after each answer.
     */
    private void acknowledgeAtOnce() throws IOException {
        if (quickAck) {
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
    }

    private CardException ended(IOException cause) {
        return new CardException(Problem.of(Fault.CARD, STEP, WORDS.say("The virtual reader at {0} went away.", where)).code("vpcd-gone")
                .advice(WORDS.say("Check that pcscd still runs; another card in the same virtual reader also ends the connection.")), cause);
    }

    private static void control(int code, VirtualCard card, OutputStream out) throws IOException {
        switch (code) {
            case POWER_OFF, POWER_ON, RESET -> card.reset();
            case GET_ATR -> send(out, card.atr().bytes());
            default -> {
                // nothing is expected back for controls we do not know
            }
        }
    }

    private static void send(OutputStream out, byte[] bytes) throws IOException {
        if (bytes.length > LONGEST) {
            throw new IOException(WORDS.say("An answer of {0} bytes does not fit a frame", bytes.length));
        }
        byte[] frame = new byte[2 + bytes.length];
        frame[0] = (byte) (bytes.length >> 8);
        frame[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, frame, 2, bytes.length);
        // one write, so that length and bytes travel together
        out.write(frame);
        out.flush();
    }

    /** Takes the card out. May be called from any thread. */
    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException _) {
            // closed is closed
        }
    }
}
