// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.RawConnection;
import org.esc.card.ReaderProvider;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;

/** Readers that have a keypad each. */
public abstract class KeypadReaders implements ReaderProvider {

    private final ReaderProvider cards;

    /** In front of these readers' cards. */
    protected KeypadReaders(ReaderProvider cards) {
        this.cards = cards;
    }

    /** What somebody does who is asked at the keypad for PINs: what the card then answers, or the reader itself. */
    protected abstract byte[] enterPin(RawConnection card, PinRequest request) throws CardException;

    /** A connection is closed, maybe while somebody is asked. */
    protected void closed(RawConnection card) {
        // it does not matter to most
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
                return KeypadReaders.this.enterPin(card, request);
            }

            @Override
            public void close() {
                closed(card);
                card.close();
            }
        };
    }
}
