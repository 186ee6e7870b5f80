// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.PinRequest;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;

/** Somebody is at the keypads who presses what was laid out beforehand: a PIN, or one of the words here; else nobody is there. */
public final class LaidOutKeypads extends KeypadReaders {

    /** The cancel key. */
    public static final String CANCEL = "6401";
    /** The reader finds out that it cannot. */
    public static final String UNABLE = "6B80";
    private static final String NOBODY = "6400";

    private final Deque<String> pressed = new ArrayDeque<>();

    /** In front of these readers' cards. */
    public LaidOutKeypads(ReaderProvider cards) {
        super(cards);
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
    protected byte[] enterPin(RawConnection card, PinRequest request) throws CardException {
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
}
