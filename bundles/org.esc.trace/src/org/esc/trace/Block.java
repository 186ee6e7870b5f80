// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Bytes.Broken;
import org.esc.trace.Bytes.In;
import org.esc.trace.Bytes.Out;
import org.esc.trace.Interpreter.Checkpoint;
import org.esc.trace.Interpreter.Line;
import org.esc.trace.Interpreter.Talk;
import org.esc.trace.Standing.Security;

/** A block of a trace file: how its frames are written and read. It leans on nothing outside itself. */
final class Block {

    private static final Words WORDS = Words.of(Block.class);

    /** A writer begins a new block after so many exchanges or bytes. */
    static final int USUAL_EXCHANGES = 1024;
    static final int USUAL_BYTES = 1 << 20;
    /** No block has more exchanges. */
    static final int MOST_EXCHANGES = 4096;
    /** A checkpoint that is longer is left out. */
    private static final int MOST_CHECKPOINT = 1 << 20;

    private static final int TIME = 1;
    private static final int DURATION = 2;
    private static final int FAILURE = 4;
    private static final int PIN_AT_READER = 8;
    private static final int PLAIN = 16;
    private static final int OTHER_NUMBER = 32;

    private Block() {
    }

    /**
     * What a BLOCK frame says.
     *
     * @param first      index of the block's first exchange
     * @param number     number of that exchange
     * @param sessions   greater than any session's number so far
     * @param second     times of the block are told from here, in seconds since 1970
     * @param directory  offset of the last DIRECTORY frame before it; 0 if there is none
     * @param checkpoint what an interpreter has to know before the first exchange
     */
    record Head(long first, long number, long sessions, long second, long directory, Checkpoint checkpoint) {

        void write(Out out) {
            out.raw(Frame.BLOCK_MAGIC, 0, Frame.BLOCK_MAGIC.length);
            out.u64(first);
            out.u64(number);
            out.u64(sessions);
            out.u64(second);
            out.u64(directory);
            var c = new Out(256);
            write(c, checkpoint);
            if (c.length() > MOST_CHECKPOINT) {
                c.clear();
                write(c, Checkpoint.NONE);
            }
            out.raw(c.array(), 0, c.length());
        }

        static Head read(byte[] b, Frame f) throws Broken {
            var in = new In(b, f.from(), f.end());
            if (!Arrays.equals(in.raw(Frame.BLOCK_MAGIC.length), Frame.BLOCK_MAGIC)) {
                throw new Broken(WORDS.say("a block without its magic"));
            }
            return new Head(in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), checkpoint(in));
        }

        private static void write(Out out, Checkpoint checkpoint) {
            Map<Long, Talk> talks = checkpoint.talks();
            out.number(talks.size());
            talks.forEach((session, talk) -> {
                out.signed(session);
                out.bytes(talk.atr().bytes());
                List<Line> lines = talk.lines();
                out.number(lines.size());
                for (Line l : lines) {
                    write(out, l.standing());
                    out.text(l.folder());
                    out.number(l.protocolOffered());
                    out.signed(l.chained());
                    out.masked(l.chain());
                    out.masked(l.asked());
                    if (l.asked().length() > 0) {
                        write(out, l.askedIn());
                        out.text(l.askedFolder());
                        out.masked(l.pieces());
                    }
                }
            });
        }

        private static void write(Out out, Standing s) {
            out.number(s.channel());
            out.bytes(s.application().map(Aid::bytes).orElse(new byte[0]));
            out.text(s.file());
            out.number(s.security().protocol());
            out.number(s.security().level());
        }

        private static Checkpoint checkpoint(In in) throws Broken {
            var talks = new LinkedHashMap<Long, Talk>();
            int n = in.count(Interpreter.MOST_SESSIONS);
            for (int i = 0; i < n; i++) {
                long session = in.signed();
                var talk = new Talk(atr(in));
                int lines = in.count(Interpreter.CHANNELS);
                for (int k = 0; k < lines; k++) {
                    var line = new Line(standing(in), in.text(), in.count(3));
                    line.chained((int) in.signed(), in.masked());
                    Masked asked = in.masked();
                    if (asked.length() > 0) {
                        line.asked(asked, standing(in), in.text(), in.masked());
                    }
                    talk.add(line);
                }
                talks.put(session, talk);
            }
            return new Checkpoint(talks);
        }

        private static Standing standing(In in) throws Broken {
            int channel = in.count(Interpreter.CHANNELS - 1L);
            byte[] aid = in.bytes();
            if (aid.length != 0 && (aid.length < 5 || aid.length > 16)) {
                throw new Broken(WORDS.say("no AID"));
            }
            return new Standing(channel, aid.length == 0 ? Optional.empty() : Optional.of(Aid.of(aid)), in.text(),
                    new Security(in.count(255), in.count(255)));
        }
    }

    private static Atr atr(In in) throws Broken {
        byte[] b = in.bytes();
        if (b.length == 0) {
            return Atr.UNKNOWN;
        }
        if (b.length < 2 || b.length > 33) {
            throw new Broken(WORDS.say("no ATR"));
        }
        return Atr.of(b);
    }

    static void plain(Out out, Entry.Plain p) {
        out.masked(p.command());
        out.masked(p.response());
        out.masked(p.chain());
    }

    static Entry.Plain plain(In in) throws Broken {
        return new Entry.Plain(in.masked(), in.masked(), in.masked());
    }

    /** Writes what stands in a block. */
    static final class Writer {

        private final Head head;
        private final Map<TracedCard, Integer> cards = new HashMap<>();
        private final Map<Origin, Integer> origins = new HashMap<>();
        private final Out payload = new Out(1024);
        private TracedCard lastCard = TracedCard.UNKNOWN;
        private int lastCardAt = -1;
        private Origin lastOrigin = Origin.verb("");
        private int lastOriginAt = -1;
        private int count;

        /** Begins a block. */
        Writer(Head head, Out out) {
            this.head = head;
            head.write(payload);
            Frame.put(out, Frame.Kind.BLOCK, payload);
        }

        long first() {
            return head.first;
        }

        int count() {
            return count;
        }

        /** The next exchange, and before it, if they are new here, card and origin. */
        void entry(Entry e, Out out) {
            int card = card(e.card(), out);
            int origin = origin(e.origin(), out);
            payload.clear();
            payload.number(count);
            boolean otherNumber = e.number() != head.number + count;
            int flags = (e.time().isPresent() ? TIME : 0) | (e.duration().isPresent() ? DURATION : 0) | (e.failure().isPresent() ? FAILURE : 0)
                    | (e.pinAtReader() ? PIN_AT_READER : 0) | (e.plain().isPresent() ? PLAIN : 0) | (otherNumber ? OTHER_NUMBER : 0);
            payload.u8(flags);
            if (otherNumber) {
                payload.signed(e.number() - head.number - count);
            }
            if (e.time().isPresent()) {
                payload.signed(e.time().get().getEpochSecond() - head.second);
                payload.u32(e.time().get().getNano());
            }
            if (e.duration().isPresent()) {
                payload.signed(nanos(e.duration().get()));
            }
            payload.number(card);
            payload.number(origin);
            payload.masked(e.command());
            payload.masked(e.response());
            if (e.failure().isPresent()) {
                payload.text(e.failure().get());
            }
            if (e.plain().isPresent()) {
                plain(payload, e.plain().get());
            }
            Frame.put(out, Frame.Kind.EXCHANGE, payload);
            count++;
        }

        private static long nanos(Duration d) {
            try {
                return d.toNanos();
            } catch (ArithmeticException _) {
                // more than 292 years
                return d.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
            }
        }

        private int card(TracedCard c, Out out) {
            if (lastCardAt < 0 || !c.equals(lastCard)) {
                lastCard = c;
                Integer known = cards.get(c);
                lastCardAt = known == null ? cards.size() : known;
                if (known == null) {
                    cards.put(c, lastCardAt);
                    payload.clear();
                    payload.number(lastCardAt);
                    payload.signed(c.session());
                    payload.text(c.reader());
                    payload.bytes(c.atr().bytes());
                    payload.text(c.protocol());
                    Frame.put(out, Frame.Kind.CARD, payload);
                }
            }
            return lastCardAt;
        }

        private int origin(Origin o, Out out) {
            if (lastOriginAt < 0 || !o.equals(lastOrigin)) {
                lastOrigin = o;
                Integer known = origins.get(o);
                lastOriginAt = known == null ? origins.size() : known;
                if (known == null) {
                    origins.put(o, lastOriginAt);
                    payload.clear();
                    payload.number(lastOriginAt);
                    payload.number(o.kind().ordinal());
                    payload.text(o.name());
                    Frame.put(out, Frame.Kind.ORIGIN, payload);
                }
            }
            return lastOriginAt;
        }
    }

    /** Takes what stands in a block, frame by frame. */
    static final class Reader {

        private static final Origin UNKNOWN = Origin.verb("");

        private final Head head;
        private final List<Optional<Entry>> entries = new ArrayList<>(USUAL_EXCHANGES);
        private final Map<Integer, TracedCard> cards = new HashMap<>();
        private final Map<Integer, Origin> origins = new HashMap<>();
        private boolean another;

        Reader(Head head) {
            this.head = head;
        }

        /**
         * The next frame.
         *
         * @throws Broken if it says nothing that makes sense here
         */
        void frame(byte[] b, Frame f) throws Broken {
            if (another) {
                return;
            }
            var in = new In(b, f.from(), f.end());
            switch (f.kind()) {
                case CARD -> cards.put(in.count(MOST_EXCHANGES), new TracedCard(in.signed(), in.text(), atr(in), in.text()));
                case ORIGIN -> {
                    int n = in.count(MOST_EXCHANGES);
                    Origin.Kind[] kinds = Origin.Kind.values();
                    origins.put(n, new Origin(kinds[in.count(kinds.length - 1L)], in.text()));
                }
                case EXCHANGE -> exchange(in);
                case PLAIN -> {
                    long at = in.number() - head.first;
                    if (at >= 0 && at < entries.size()) {
                        Entry.Plain p = plain(in);
                        entries.set((int) at, entries.get((int) at).map(e -> e.with(p)));
                    }
                }
                default -> {
                    // stands between blocks
                }
            }
        }

        /** What an EXCHANGE frame says first: its place in its block. */
        static int place(byte[] b, Frame f) throws Broken {
            return new In(b, f.from(), f.end()).count(MOST_EXCHANGES - 1L);
        }

        private void exchange(In in) throws Broken {
            int place = in.count(MOST_EXCHANGES - 1L);
            if (place < entries.size()) {
                another = true;
                throw new Broken(WORDS.say("an exchange of a block whose beginning is lost"));
            }
            int flags = in.u8();
            long number = head.number + place + ((flags & OTHER_NUMBER) != 0 ? in.signed() : 0);
            Optional<Instant> time = (flags & TIME) != 0 ? Optional.of(time(in)) : Optional.empty();
            Optional<Duration> duration = (flags & DURATION) != 0 ? Optional.of(Duration.ofNanos(in.signed())) : Optional.empty();
            TracedCard card = cards.getOrDefault(in.count(MOST_EXCHANGES), TracedCard.UNKNOWN);
            Origin origin = origins.getOrDefault(in.count(MOST_EXCHANGES), UNKNOWN);
            Masked command = in.masked();
            Masked response = in.masked();
            Optional<String> failure = (flags & FAILURE) != 0 ? Optional.of(in.text()) : Optional.empty();
            Optional<Entry.Plain> plain = (flags & PLAIN) != 0 ? Optional.of(plain(in)) : Optional.empty();
            while (entries.size() < place) {
                entries.add(Optional.empty());
            }
            entries.add(Optional.of(new Entry(number, time, duration, card, origin, command, response, failure,
                    (flags & PIN_AT_READER) != 0, plain)));
        }

        private Instant time(In in) throws Broken {
            long second = head.second + in.signed();
            int nano = in.u32();
            if (nano < 0 || nano > 999_999_999 || second < Instant.MIN.getEpochSecond() || second > Instant.MAX.getEpochSecond()) {
                throw new Broken(WORDS.say("no time"));
            }
            return Instant.ofEpochSecond(second, nano);
        }

        Head head() {
            return head;
        }

        /** The exchanges in order; empty where one is lost. */
        List<Optional<Entry>> entries() {
            return entries;
        }

        /** Greatest number of a session that is named here; less than {@link Head#sessions} if none is greater. */
        long greatestSession() {
            return cards.values().stream().mapToLong(TracedCard::session).max().orElse(-1);
        }
    }
}
