// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;

/** Readers that have a keypad each, and somebody at it who presses what was laid out beforehand: a PIN, or one of the words here; else nobody is there. */
public final class KeypadReaders implements ReaderProvider {

    /** The cancel key. */
    public static final String CANCEL = "6401";
    /** The reader finds out that it cannot. */
    public static final String UNABLE = "6B80";
    private static final String NOBODY = "6400";

    private final ReaderProvider cards;
    private final Deque<String> pressed = new ArrayDeque<>();

    /** In front of these readers' cards. */
    public KeypadReaders(ReaderProvider cards) {
        this.cards = cards;
    }

    /** What will be pressed, in this order. */
    public synchronized void press(String... what) {
        pressed.addAll(List.of(what));
    }

    /** How much of it has not been asked for. */
    public synchronized int left() {
        return pressed.size();
    }

    private synchronized String next() {
        return pressed.isEmpty() ? NOBODY : pressed.removeFirst();
    }

    @Override
    public String name() {
        return "Keypad";
    }

    @Override
    public List<ReaderState> readers() {
        return cards.readers();
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        return cards.subscribe(changed);
    }

    @Override
    public RawConnection connect(String reader, boolean exclusive) throws CardException {
        RawConnection card = cards.connect(reader, exclusive);
        return new RawConnection() {
            @Override
            public Atr atr() {
                return card.atr();
            }

            @Override
            public String protocol() {
                return card.protocol();
            }

            @Override
            public byte[] transmit(byte[] command) throws CardException {
                return card.transmit(command);
            }

            @Override
            public void beginTransaction() throws CardException {
                card.beginTransaction();
            }

            @Override
            public void endTransaction() throws CardException {
                card.endTransaction();
            }

            @Override
            public Atr reset() throws CardException {
                return card.reset();
            }

            @Override
            public PinPad pinPad() {
                return new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(12), Optional.empty(), Optional.empty(), Optional.empty());
            }

            @Override
            public byte[] enterPin(PinRequest request) throws CardException {
                String keys = next();
                if (List.of(CANCEL, UNABLE, NOBODY).contains(keys)) {
                    return Hex.parse(keys);
                }
                try (Secret pin = Secret.of(keys)) {
                    return card.transmit(request.command(pin).bytes());
                } catch (CardException e) {
                    throw e;
                } catch (EscException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void close() {
                card.close();
            }
        };
    }
}
