// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.RawConnection;

/** A connection to the card in one PC/SC reader, in a context of its own: pcsc-lite serialises the calls of one context. */
final class PcscConnection implements RawConnection {

    private static final Words WORDS = Words.of(PcscConnection.class);

    private static final String PIN_STEP = WORDS.say("enter the PIN at the reader");

    private final Pcsc pcsc;
    private final long context;
    private final long card;
    private final int share;
    private final Pcsc.Transmitter transmitter;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ReentrantLock use = new ReentrantLock();
    private final Optional<ScheduledFuture<?>> keepAlive;
    private Optional<PinPadFeatures> features = Optional.empty();
    private boolean held;
    private long lastUse;
    private int protocol;
    private Atr atr;

    private PcscConnection(Pcsc pcsc, long context, long card, int share, int protocol) throws CardException {
        this.pcsc = pcsc;
        this.context = context;
        this.card = card;
        this.share = share;
        this.protocol = protocol;
        transmitter = pcsc.new Transmitter();
        atr = share == Pcsc.SHARE_DIRECT ? Atr.UNKNOWN : readAtr();
        int every = pcsc.abi.keepAliveMillis();
        keepAlive = every == 0 ? Optional.empty()
                : Optional.of(Clock.TICKS.scheduleWithFixedDelay(() -> keepAlive(every), every, every, TimeUnit.MILLISECONDS));
    }

    /** Ticks for all connections, on platforms that want it. */
    private static final class Clock {

        static final ScheduledExecutorService TICKS =
                Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("PC/SC keep-alive").factory());
    }

    /** Asks for the state of the card, which is harmless and resets the clock of a resource manager that breaks idle transactions. */
    private void keepAlive(int everyMillis) {
        // a connection that is at work needs none, and must not hold up the others'
        if (use.tryLock()) {
            try {
                if (held && !closed.get() && System.nanoTime() - lastUse >= TimeUnit.MILLISECONDS.toNanos(everyMillis) / 2) {
                    pcsc.atr(card, Pcsc.empty());
                }
            } finally {
                use.unlock();
            }
        }
    }

    /** @param share one of {@link Pcsc#SHARE_EXCLUSIVE}, {@link Pcsc#SHARE_SHARED}, and {@link Pcsc#SHARE_DIRECT} for the reader without its card */
    static PcscConnection open(Pcsc pcsc, String reader, int share) throws CardException {
        long[] context = new long[1];
        check(WORDS.say("reach the PC/SC service"), pcsc.establish(context));
        long[] result = new long[2];
        int rc = pcsc.connect(context[0], reader, share, result);
        if (rc != Pcsc.SUCCESS) {
            pcsc.release(context[0]);
            throw failure(WORDS.say("connect to the card"), rc);
        }
        try {
            return new PcscConnection(pcsc, context[0], result[0], share, (int) result[1]);
        } catch (CardException e) {
            pcsc.disconnect(result[0], Pcsc.LEAVE_CARD);
            pcsc.release(context[0]);
            throw e;
        }
    }

    private Atr readAtr() throws CardException {
        var bytes = new ArrayList<byte[]>();
        check(WORDS.say("read the card's answer to reset"), pcsc.atr(card, bytes));
        return bytes.getFirst().length < 2 ? Atr.UNKNOWN : Atr.of(bytes.getFirst());
    }

    @Override
    public Atr atr() {
        return atr;
    }

    @Override
    public String protocol() {
        return switch (protocol) {
            case Pcsc.PROTOCOL_T0 -> "T=0";
            case Pcsc.PROTOCOL_T1 -> "T=1";
            default -> "T=?";
        };
    }

    @Override
    public byte[] transmit(byte[] command) throws CardException {
        byte[] out = protocol == Pcsc.PROTOCOL_T0 ? CharacterProtocol.tpdu(command) : command;
        use.lock();
        try {
            open();
            try {
                check(WORDS.say("talk to the card"), transmitter.transmit(card, protocol, out, out.length));
                return transmitter.answer();
            } finally {
                lastUse = System.nanoTime();
                if (out != command) {
                    Arrays.fill(out, (byte) 0);
                }
            }
        } finally {
            use.unlock();
        }
    }

    @Override
    public void beginTransaction() throws CardException {
        use.lock();
        try {
            open();
            int rc = pcsc.begin(card);
            if (rc == Pcsc.W_RESET_CARD) {
                // somebody else reset it before our turn came: nothing of ours is lost yet
                reconnect(Pcsc.LEAVE_CARD);
                atr = readAtr();
                rc = pcsc.begin(card);
            }
            check(WORDS.say("get hold of the card"), rc);
            held = true;
            lastUse = System.nanoTime();
        } finally {
            use.unlock();
        }
    }

    @Override
    public void endTransaction() throws CardException {
        use.lock();
        try {
            open();
            held = false;
            int rc = pcsc.end(card);
            if (rc != Pcsc.E_NOT_TRANSACTED) {
                check(WORDS.say("let go of the card"), rc);
            }
        } finally {
            use.unlock();
        }
    }

    @Override
    public Atr reset() throws CardException {
        use.lock();
        try {
            open();
            reconnect(Pcsc.RESET_CARD);
            atr = readAtr();
            return atr;
        } finally {
            use.unlock();
        }
    }

    private void reconnect(int initialization) throws CardException {
        long[] p = new long[1];
        check(WORDS.say("reset the card"), pcsc.reconnect(card, share, initialization, p));
        protocol = (int) p[0];
    }

    @Override
    public byte[] control(int code, byte[] data) throws CardException {
        use.lock();
        try {
            open();
            var result = new ArrayList<byte[]>();
            check(WORDS.say("send a control code to the reader"), pcsc.control(card, code, data, result));
            lastUse = System.nanoTime();
            return result.getFirst();
        } finally {
            use.unlock();
        }
    }

    @Override
    public PinPad pinPad() throws CardException {
        return features().pad();
    }

    private PinPadFeatures features() throws CardException {
        use.lock();
        try {
            open();
            if (features.isEmpty()) {
                features = Optional.of(PinPadFeatures.ask(pcsc.abi.featureRequest(), this::tell));
            }
            return features.get();
        } finally {
            use.unlock();
        }
    }

    /** Asks the reader about itself; one that does not know the question answers nothing. */
    private byte[] tell(int code, byte[] data) throws CardException {
        var result = new ArrayList<byte[]>();
        int rc = pcsc.control(card, code, data, result);
        if (gone(rc)) {
            throw failure(WORDS.say("ask the reader for its keypad"), rc);
        }
        return rc == Pcsc.SUCCESS ? result.getFirst() : new byte[0];
    }

    /** Whether a return code says that there is nobody to ask any more. All others are drivers' ways to say that they do not understand. */
    private static boolean gone(int rc) {
        return switch (rc) {
            case Pcsc.E_READER_UNAVAILABLE, Pcsc.E_UNKNOWN_READER, Pcsc.W_REMOVED_CARD, Pcsc.W_RESET_CARD, Pcsc.F_COMM_ERROR,
                    Pcsc.E_INVALID_HANDLE, Pcsc.E_NO_SERVICE, Pcsc.E_SERVICE_STOPPED, Pcsc.E_COMM_DATA_LOST -> true;
            default -> false;
        };
    }

    @Override
    public byte[] enterPin(PinRequest request) throws CardException {
        use.lock();
        try {
            open();
            PinPadFeatures f = features();
            var result = new ArrayList<byte[]>();
            int rc = pcsc.control(card, f.code(request), f.structure(request), result);
            lastUse = System.nanoTime();
            if (rc != Pcsc.SUCCESS && !gone(rc)) {
                // drivers say but "failed" when the card was pulled meanwhile
                int state = pcsc.atr(card, Pcsc.empty());
                if (state == Pcsc.SUCCESS) {
                    throw problem(PIN_STEP, WORDS.say("The reader broke off the entry of the PIN, or the card was pulled out (error {0}).",
                            String.format("%08X", rc)),
                            "pin-pad-failed", WORDS.say("Insert the card and try again, or enter the PIN at the computer."));
                }
                rc = state;
            }
            check(PIN_STEP, rc);
            return result.getFirst();
        } finally {
            use.unlock();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        keepAlive.ifPresent(k -> k.cancel(false));
        use.lock();
        try {
            pcsc.disconnect(card, Pcsc.LEAVE_CARD);
            pcsc.release(context);
            transmitter.close();
        } finally {
            use.unlock();
        }
    }

    private void open() throws CardException {
        if (closed.get()) {
            throw new CardException(WORDS.say("talk to the card"), WORDS.say("The connection to the card has been closed."));
        }
    }

    static void check(String step, int rc) throws CardException {
        if (rc != Pcsc.SUCCESS) {
            throw failure(step, rc);
        }
    }

    private static CardException failure(String step, int rc) {
        String meaning = Pcsc.meaning(rc);
        return switch (rc) {
            case Pcsc.W_REMOVED_CARD, Pcsc.E_NO_SMARTCARD, Pcsc.E_READER_UNAVAILABLE, Pcsc.E_UNKNOWN_READER ->
                problem(step, meaning, "card-removed", WORDS.say("Insert the card again and repeat the operation."));
            case Pcsc.E_SHARING_VIOLATION -> problem(step, meaning, "card-in-use",
                    WORDS.say("Close the program that uses the card, then repeat the operation. GnuPG keeps cards to itself: "
                        + "gpgconf --kill scdaemon makes it let go."));
            case Pcsc.W_RESET_CARD -> problem(step, meaning, "card-reset",
                    WORDS.say("What was under way on the card is lost. Close other programs that use the card, then repeat the "
                        + "operation from its beginning."));
            case Pcsc.W_UNRESPONSIVE_CARD, Pcsc.W_UNPOWERED_CARD, Pcsc.W_UNSUPPORTED_CARD, Pcsc.E_PROTO_MISMATCH ->
                problem(step, meaning, "card-mute", WORDS.say("Take the card out, clean it, and insert it again the right way round."));
            case Pcsc.F_COMM_ERROR, Pcsc.E_COMM_DATA_LOST, Pcsc.E_INVALID_HANDLE -> problem(step,
                    WORDS.say("The reader, its card or the PC/SC service went away."), "reader-lost",
                    WORDS.say("Look whether the reader is still connected (esc readers), then repeat the operation."));
            // all that a driver says whose card went in the middle
            case Pcsc.E_NOT_TRANSACTED -> problem(step, WORDS.say("The card gave no answer; it was pulled out, or does not work."), "no-answer",
                    WORDS.say("Insert the card again and repeat the operation."));
            case Pcsc.E_NO_SERVICE, Pcsc.E_SERVICE_STOPPED -> problem(step, meaning, "no-pcsc-service", PcscProvider.START_SERVICE);
            case Pcsc.W_SECURITY_VIOLATION -> problem(step, meaning, "pcsc-not-allowed", PcscProvider.ALLOW);
            default -> new CardException(step, meaning);
        };
    }

    private static CardException problem(String step, String message, String code, String advice) {
        return new CardException(Problem.of(Fault.CARD, step, message).code(code).advice(advice), null);
    }
}
