// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongUnaryOperator;
import org.esc.apdu.Atr;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.card.Subscription;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TracedCard;

/** A trace of any length that is made while it is looked at. */
final class MadeTrace implements Trace {

    private static final TracedCard CARD = new TracedCard(1, "Reader X", Atr.of("3B80010A"), "T=1");

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final boolean live;
    private final LongUnaryOperator number;
    private volatile long first;
    private volatile long end;

    MadeTrace(boolean live, long end) {
        this(live, end, index -> index + 1);
    }

    /** One whose exchanges have other numbers. */
    MadeTrace(boolean live, long end, LongUnaryOperator number) {
        this.live = live;
        this.end = end;
        this.number = number;
    }

    void grow(long newFirst, long newEnd) {
        first = newFirst;
        end = newEnd;
        listeners.forEach(Runnable::run);
    }

    @Override
    public About about() {
        return new About("made", false, live);
    }

    @Override
    public long first() {
        return first;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public boolean isComplete() {
        return !live;
    }

    @Override
    public Entry get(long index) {
        if (index < first || index >= end) {
            throw new IndexOutOfBoundsException();
        }
        Masked command = index % 5 == 3 ? Masked.of(Hex.parse("0020008008313233343536FFFF"), 5, 13)
                : Masked.open(Hex.parse("00CB3FFF055C035FC1" + Hex.of((int) (index % 30)) + "00"));
        Masked response = Masked.open(Hex.parse(index % 7 == 0 ? "6A82" : "5303010203" + "9000"));
        return new Entry(number.applyAsLong(index), Optional.of(Instant.parse("2026-11-26T10:00:00Z").plusMillis(index)), Optional.of(Duration.ofNanos(1_250_000)),
                CARD, Origin.verb("info"), command, response, Optional.empty(), false,
                Optional.empty());
    }

    @Override
    public Interpreter interpreterAt(long index, List<Decoder> decoders) {
        var i = new Interpreter(decoders);
        i.pass(new Entry(0, Optional.empty(), Optional.empty(), CARD, Origin.verb("info"),
                Masked.open(Hex.parse("00A404000BA00000030800001000010000")), Masked.open(Hex.parse("9000")), Optional.empty(), false, Optional.empty()));
        return i;
    }

    @Override
    public List<Damage> damage() {
        return List.of();
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    @Override
    public void close() {
        listeners.clear();
    }
}
