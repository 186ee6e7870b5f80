// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/** A trace that a test writes down. */
final class Built implements Trace {

    static final Atr ATR = Atr.of("3B80010A");

    private final List<Entry> entries = new ArrayList<>();
    private TracedCard card = new TracedCard(1, "Reader X", ATR, "T=1");
    private Origin origin = Origin.verb("enroll");
    private Instant time = Instant.parse("2026-11-23T10:00:00Z");
    private Duration duration = Duration.ofMillis(10);

    Built card(long session, String reader, Atr atr, String protocol) {
        card = new TracedCard(session, reader, atr, protocol);
        return this;
    }

    Built session(long session) {
        return card(session, card.reader(), card.atr(), card.protocol());
    }

    Built by(Origin newOrigin) {
        origin = newOrigin;
        return this;
    }

    Built lasting(Duration newDuration) {
        duration = newDuration;
        return this;
    }

    Built at(String newTime) {
        time = Instant.parse(newTime);
        return this;
    }

    /** Command and answer in hexadecimal digits, {@code **} for what is hidden; an empty answer means that none came. */
    Built add(String command, String response) {
        return add(command, response, Optional.empty(), false);
    }

    Built keypad(String command, String response) {
        return add(command, response, Optional.empty(), true);
    }

    Built wrapped(String command, String response, String plain, String plainResponse) {
        return add(command, response, Optional.of(new Entry.Plain(Masked.parse(plain), Masked.parse(plainResponse))), false);
    }

    private Built add(String command, String response, Optional<Entry.Plain> plain, boolean keypad) {
        entries.add(new Entry(entries.size() + 1, Optional.of(time), Optional.of(duration), card, origin, Masked.parse(command),
                Masked.parse(response), response.isEmpty() ? Optional.of("The card was removed.") : Optional.empty(), keypad, plain));
        time = time.plus(duration).plusMillis(1);
        return this;
    }

    /** Without time and duration. */
    Built untimed(String command, String response) {
        entries.add(new Entry(entries.size() + 1, Optional.empty(), Optional.empty(), card, origin, Masked.parse(command), Masked.parse(response),
                Optional.empty(), false, Optional.empty()));
        return this;
    }

    /** With Lc. */
    static String lc(String header, String data) {
        return header + Hex.of(data.length() / 2) + data;
    }

    Entry last() {
        return entries.getLast();
    }

    List<Entry> all() {
        return entries;
    }

    @Override
    public About about() {
        return new About("built", false, false);
    }

    @Override
    public long first() {
        return 0;
    }

    @Override
    public long end() {
        return entries.size();
    }

    @Override
    public boolean isComplete() {
        return true;
    }

    @Override
    public Entry get(long index) {
        return entries.get(Math.toIntExact(index));
    }

    @Override
    public Interpreter interpreterAt(long index, List<Decoder> decoders) {
        var i = new Interpreter(decoders);
        entries.subList(0, Math.toIntExact(index)).forEach(i::pass);
        return i;
    }

    @Override
    public List<Damage> damage() {
        return List.of();
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        return () -> {
        };
    }

    @Override
    public void close() {
        // holds nothing
    }
}
