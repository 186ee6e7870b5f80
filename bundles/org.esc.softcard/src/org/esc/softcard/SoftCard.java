// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cuid;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.VirtualCard;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.ScpVersion;

/**
 * A smart card in software: a GlobalPlatform card manager with the applets that were installed on it. For tests, trying and training only.
 * Whatever bytes come in, a status word goes out. One command at a time; may be called from any thread.
 */
public final class SoftCard implements VirtualCard {

    private static final Words WORDS = Words.of(SoftCard.class);

    /** T=1, historical bytes {@code 80 59 "ESC-TEST1"}. */
    private static final Atr ATR = Atr.of("3B8B0180594553432D54455354310C");

    private static final int WRONG_LENGTH = 0x6700;
    private static final int MEMORY_FAILURE = 0x6581;
    private static final int NO_DIAGNOSIS = 0x6F00;

    private final CardStore store;
    private final Supplier<List<AppletFactory>> factories;
    private CardManager manager;
    private Duration wrongPinPause = Duration.ZERO;
    private boolean closed;

    private SoftCard(CardStore store, Supplier<List<AppletFactory>> factories) {
        this.store = store;
        this.factories = factories;
        manager = new CardManager(store, factories, () -> wrongPinPause);
    }

    /** A new card that lives in memory only and ends with this object. */
    public static SoftCard inMemory(CardSpec spec, AppletFactory... applets) {
        return new SoftCard(fresh(spec, List.of()), () -> List.of(applets));
    }

    /** As {@link #inMemory(CardSpec, AppletFactory...)}, with the applets on it from the start. */
    public static SoftCard withApplets(CardSpec spec, AppletFactory... applets) {
        return new SoftCard(fresh(spec, List.of(applets)), () -> List.of(applets));
    }

    /** What a new card remembers, with these applets on it. @throws IllegalArgumentException if two of them have the same AID */
    static CardStore fresh(CardSpec spec, List<AppletFactory> preinstalled) {
        var store = new CardStore(CardStore.Sink.NONE);
        store.put(Registry.NAME, Registry.of(spec).encoded());
        try {
            store.commit();
            if (!preinstalled.isEmpty()) {
                var manager = new CardManager(store, () -> preinstalled, () -> Duration.ZERO);
                for (AppletFactory f : preinstalled) {
                    manager.preinstall(f);
                }
                manager.close();
                store.commit();
            }
        } catch (CardRefusal e) {
            throw new IllegalArgumentException(WORDS.say("These applets cannot be on one card together."), e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return store;
    }

    /** A card over what was read from its file. @throws IllegalArgumentException if that makes no sense */
    static SoftCard over(CardStore store, Supplier<List<AppletFactory>> applets) {
        return new SoftCard(store, applets);
    }

    /** The answer to reset, the same for all software cards. */
    @Override
    public Atr atr() {
        return ATR;
    }

    /** Its unique ID. */
    public synchronized Cuid cuid() {
        return manager.registry().cuid;
    }

    /** Its secure channel protocol. */
    public synchronized ScpVersion scp() {
        return manager.registry().scp;
    }

    /** What is on it, for a person to read. */
    public synchronized CardContent content() {
        return manager.content();
    }

    /** How long it waits after a wrong PIN; none unless set. */
    public synchronized void pauseAfterWrongPin(Duration pause) {
        wrongPinPause = pause;
    }

    /** Answers one command. */
    public synchronized ResponseApdu process(CommandApdu command) {
        if (closed) {
            throw new IllegalStateException("This card was taken out");
        }
        ResponseApdu answer;
        try {
            answer = manager.process(command);
        } catch (CardRefusal e) {
            answer = ResponseApdu.of(e.sw().value());
        } catch (RuntimeException e) {
            // a defect of an applet must not take the card along: the command never happened
            restart();
            return ResponseApdu.of(NO_DIAGNOSIS);
        }
        try {
            store.commit();
        } catch (IOException e) {
            restart();
            return ResponseApdu.of(MEMORY_FAILURE);
        }
        return answer;
    }

    /** Answers the bytes of one command with data ‖ SW1 ‖ SW2; 6700 if they are no command at all. */
    @Override
    public byte[] transmit(byte[] command) {
        CommandApdu c;
        try {
            c = CommandApdu.parse(command);
        } catch (IllegalArgumentException _) {
            return ResponseApdu.of(WRONG_LENGTH).bytes();
        }
        return process(c).bytes();
    }

    /** This card as the end of a channel that nobody observes, for tests and for what runs beside it; closing it closes nothing. */
    public CardChannel channel() {
        return new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws CardException {
                try {
                    return process(command);
                } catch (IllegalStateException e) {
                    throw CardException.removed(WORDS.say("talk to the software token"), e);
                }
            }

            @Override
            public void close() {
                // the card stays with whoever made it
            }
        };
    }

    /** Power off and on: nothing is selected but the card manager, nobody is logged in. Makes all changes safe against a power cut. */
    @Override
    public synchronized void reset() {
        if (!closed) {
            manager.reset();
            try {
                store.sync();
            } catch (IOException _) {
                // the next command that changes something will meet the same trouble and answer 6581
            }
        }
    }

    private void restart() {
        store.rollback();
        manager.reset();
        manager = new CardManager(store, factories, () -> wrongPinPause);
    }

    /** True once {@link #close} was called. */
    public synchronized boolean isClosed() {
        return closed;
    }

    /** Takes the card out and closes its file. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                store.close();
            } catch (IOException _) {
                // every change is in the journal already; only the tidying up of the file failed
            } finally {
                manager.close();
            }
        }
    }
}
