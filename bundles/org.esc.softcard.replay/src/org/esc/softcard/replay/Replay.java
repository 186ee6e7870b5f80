// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.card.VirtualCard;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Masker;
import org.esc.trace.Standing;
import org.esc.trace.Trace;
import org.esc.trace.TracedCard;

/**
 * A card of a trace: it answers as it was recorded (docs/trace.md). Bytes of commands that the trace hides may be any; where it hides bytes of an answer,
 * {@link #FILLER} goes out. What was not recorded is refused with {@link #NOT_RECORDED} and told in the {@link #report}. The trace stays on its disk: of an
 * exchange nine bytes are kept in memory, seventeen of an INITIALIZE UPDATE. May be used from any thread, by one after the other.
 */
public final class Replay implements VirtualCard {

    private static final Words WORDS = Words.of(Replay.class);

    /** Goes out for a hidden byte of an answer. */
    public static final byte FILLER = 0;
    /** Answers a command that is not in the trace, or not there where it came. */
    public static final int NOT_RECORDED = 0x6FF0;
    /** Answers a command behind the end of the trace. */
    public static final int AT_THE_END = 0x6FF1;
    /** Answers a command that got no answer when it was recorded. */
    public static final int UNANSWERED = 0x6FF2;
    /** Answers every command if the trace cannot be read any more. */
    public static final int UNREADABLE = 0x6F00;
    /** Stands for an ATR that the trace does not tell: one that offers T=0 and T=1 and says nothing else. */
    public static final Atr UNTOLD_ATR = Atr.of("3B80800101");
    /** A card with more exchanges than these is not replayed. */
    public static final int MOST_EXCHANGES = 1 << 24;

    private static final String STEP = WORDS.say("replay the trace");
    private static final int MOST_CARDS = 1000;
    private static final int MOST_KINDS = 16;
    /** So many exchanges behind the last one it is looked for its GET RESPONSE; others may be with other cards or channels. */
    private static final int LOOK_AHEAD = 256;
    /** So many recorded commands of the same kind are read from the trace for one that comes. */
    private static final int MOST_LOOKS = 4096;
    private static final int CHANNELS = 20;
    private static final int LOOKS_UP = 0xFFF;

    /** How exact commands have to be. */
    public enum Mode {
        /** Each command, with Le and all, in the order of the trace. */
        STRICT,
        /** Each command at any time, if it was sent to that application or file. Le may differ, and how long a hidden part is. */
        TOLERANT
    }

    /**
     * A card of a trace.
     *
     * @param number    counted from 1 in the order in which they come
     * @param reader    its reader, empty if nobody knows
     * @param atr       {@link Atr#UNKNOWN} if nobody knows
     * @param protocol  empty if nobody knows
     * @param exchanges how many there are with it
     */
    public record Recorded(int number, String reader, Atr atr, String protocol, long exchanges) {

        @Override
        public String toString() {
            String where = reader.isEmpty() ? WORDS.say("reader unknown") : '"' + reader + '"';
            return number + ": " + WORDS.many(exchanges, "{1}, ATR {2}, {0} exchange", "{1}, ATR {2}, {0} exchanges", where,
                    atr.equals(Atr.UNKNOWN) ? WORDS.say("unknown") : atr);
        }
    }

    private record Which(String reader, Atr atr) {
        static Which of(Entry e) {
            return new Which(e.card().reader(), e.card().atr());
        }
    }

    private final Trace trace;
    private final long first;
    private final List<Decoder> decoders;
    private final Recorded card;
    private final Mode mode;
    /** By place, which is the index in the trace less {@link #first}: this card's exchanges, and those that were asked for. */
    private final BitSet mine;
    private final BitSet asked = new BitSet();
    private final Places places;
    /** How many bytes before a hidden part tell commands apart: all that occur, -1 for all of them. */
    private final Set<Integer> depths = new TreeSet<>();

    private Interpreter interpreter;
    private Masker masker;
    private final TracedCard now;
    /** The last place that was answered, of all and of each logical channel; -1 before. */
    private int last = -1;
    private final int[] lastOn = new int[CHANNELS];
    private boolean justReset = true;
    private long commands;
    private long answered;
    private long refused;
    private long filled;
    private final List<ReplayReport.Difference> differences = new ArrayList<>();
    private final Set<Long> filledAt = new TreeSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private boolean closed;

    private Replay(Trace trace, long end, List<Decoder> decoders, Mode mode, Recorded card, Cancel cancel) throws EscException {
        this.trace = trace;
        this.decoders = decoders;
        this.mode = mode;
        this.card = card;
        first = trace.first();
        mine = new BitSet((int) (end - first));
        places = new Places(mode == Mode.STRICT ? 0 : (int) card.exchanges);
        interpreter = new Interpreter(decoders);
        masker = new Masker(decoders);
        now = new TracedCard(0, card.reader, atr(), protocol());
        Arrays.fill(lastOn, -1);
        depths.add(-1);
        if (card.atr.equals(Atr.UNKNOWN)) {
            notes.add(WORDS.say("The trace does not tell the card's ATR; {0} stands for it.", UNTOLD_ATR));
        }
        index(end, cancel);
    }

    /**
     * The cards of a trace, in the order in which they come: those in another reader, or with another ATR, are others.
     *
     * @throws EscException USAGE if there are more than a thousand, or the trace cannot be read; CANCELLED
     */
    public static List<Recorded> cards(Trace trace, Cancel cancel) throws EscException {
        return cards(trace, trace.end(), cancel);
    }

    private static List<Recorded> cards(Trace trace, long end, Cancel cancel) throws EscException {
        final class Count {
            private String protocol = "";
            private long exchanges;
        }
        var found = new LinkedHashMap<Which, Count>();
        Count[] recent = {null};
        Which[] recently = {null};
        trace.scan(trace.first(), end, (i, e) -> {
            if ((i & LOOKS_UP) == 0) {
                cancel.check(STEP);
            }
            Which w = Which.of(e);
            if (!w.equals(recently[0])) {
                recently[0] = w;
                recent[0] = found.computeIfAbsent(w, _ -> new Count());
                if (found.size() > MOST_CARDS) {
                    throw Problem.of(Fault.USAGE, STEP, WORDS.say("The trace has more than {0} cards.", MOST_CARDS)).code("trace-file")
                            .advice(WORDS.say("Replay a part of it: trace convert and trace filter make smaller ones.")).exception();
                }
            }
            Count c = recent[0];
            c.exchanges++;
            c.protocol = c.protocol.isEmpty() ? e.card().protocol() : c.protocol;
            return true;
        });
        var list = new ArrayList<Recorded>();
        found.forEach((w, c) -> list.add(new Recorded(list.size() + 1, w.reader, w.atr, c.protocol, c.exchanges)));
        return list;
    }

    /**
     * The card of a trace.
     *
     * @param trace    closed with the card, or now if this fails; what is added to it later is not seen
     * @param decoders who know what is selected and what is secret
     * @param which    which of its {@link #cards}, from 1; empty for the only one
     * @throws EscException USAGE if the trace has no exchanges (code {@code empty-trace}), several cards and none was chosen ({@code which-card}), no such card, or
     *     too many exchanges; CANCELLED
     */
    public static Replay of(Trace trace, List<Decoder> decoders, Mode mode, OptionalInt which, Cancel cancel) throws EscException {
        boolean done = false;
        try {
            long end = trace.end();
            if (end - trace.first() > Integer.MAX_VALUE - 1) {
                throw tooLong();
            }
            var replay = new Replay(trace, end, List.copyOf(decoders), mode, choose(cards(trace, end, cancel), which), cancel);
            done = true;
            return replay;
        } finally {
            if (!done) {
                trace.close();
            }
        }
    }

    private static EscException tooLong() {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trace has more than {0} exchanges with the card.", MOST_EXCHANGES)).code("trace-file")
                .advice(WORDS.say("Replay a part of it.")).exception();
    }

    private static Recorded choose(List<Recorded> cards, OptionalInt which) throws EscException {
        if (cards.isEmpty()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There are no exchanges in the trace.")).code("empty-trace")
                    .advice(WORDS.say("Choose another trace; trace show lists what is in one.")).exception();
        }
        if (which.isEmpty() && cards.size() > 1 || which.isPresent() && (which.getAsInt() < 1 || which.getAsInt() > cards.size())) {
            var shown = cards.stream().limit(20).map(Recorded::toString).toList();
            throw Problem.of(Fault.USAGE, STEP, which.isEmpty() ? WORDS.say("There are {0} cards in the trace.", cards.size())
                    : WORDS.say("There is no card {0} in the trace.", which.getAsInt())).code("which-card")
                    .advice(WORDS.say("Choose one with trace replay --reader-in-trace: {0}{1}.", String.join("; ", shown), cards.size() > shown.size() ? " …" : ""))
                    .exception();
        }
        Recorded card = cards.get(which.orElse(1) - 1);
        if (card.exchanges > MOST_EXCHANGES) {
            throw tooLong();
        }
        return card;
    }

    private void index(long end, Cancel cancel) throws EscException {
        var wanted = new Which(card.reader, card.atr);
        Interpreter reading = trace.interpreterAt(first, decoders);
        trace.scan(first, end, (i, e) -> {
            if ((i & LOOKS_UP) == 0) {
                cancel.check(STEP);
            }
            int place = (int) (i - first);
            if (!Which.of(e).equals(wanted)) {
                return true;
            }
            mine.set(place);
            if (mode == Mode.TOLERANT) {
                Asked a = Asked.recorded(e);
                Standing s = reading.standing(e.card().session(), a.channel());
                int depth = a.plainData();
                if (depth >= 0 && !depths.contains(depth) && depths.size() > MOST_KINDS) {
                    depth = 0;
                }
                depths.add(depth);
                places.add(a.kind(s, depth), place);
                if (a.hasHostChallenge()) {
                    depths.add(0);
                    places.add(a.kind(s, 0), place);
                }
                reading.pass(e);
            }
            return true;
        });
        places.sort();
    }

    /** Which of the trace's cards it is. */
    public Recorded card() {
        return card;
    }

    @Override
    public Atr atr() {
        return card.atr.equals(Atr.UNKNOWN) ? UNTOLD_ATR : card.atr;
    }

    @Override
    public String protocol() {
        return card.protocol.isEmpty() ? "software" : card.protocol;
    }

    @Override
    public synchronized byte[] transmit(byte[] command) {
        if (closed) {
            throw new IllegalStateException("This card was taken out");
        }
        commands++;
        Asked a = Asked.now(command);
        Masked response;
        Optional<StatusWord> no = Optional.empty();
        try {
            OptionalInt place = mode == Mode.STRICT ? next(a) : find(a);
            if (place.isPresent()) {
                response = answer(place.getAsInt(), entry(place.getAsInt()), a);
            } else {
                no = Optional.of(new StatusWord(mode == Mode.STRICT && mine.nextSetBit(last + 1) < 0 ? AT_THE_END : NOT_RECORDED));
                response = Masked.open(ResponseApdu.of(no.get().value()).bytes());
            }
        } catch (EscException e) {
            response = Masked.open(ResponseApdu.of(UNREADABLE).bytes());
            unreadable(e);
        }
        justReset = false;
        Entry seen = masker.mask(new Entry(commands, Optional.empty(), Optional.empty(), now, Origin.other("replay"), a.bytes(), response, Optional.empty(), false,
                Optional.empty()));
        interpreter.pass(seen);
        no.ifPresent(sw -> refused(sw, seen.command()));
        return response.bytes();
    }

    private Entry entry(int place) throws EscException {
        return trace.get(first + place);
    }

    private Masked answer(int place, Entry e, Asked a) {
        answered++;
        asked.set(place);
        last = place;
        lastOn[a.channel()] = place;
        Asked recorded = Asked.recorded(e);
        if (!recorded.is(a) && !recorded.isLike(a)) {
            note(WORDS.say("Exchange #{0} begins a secure channel with another challenge than the host's: the card's cryptogram "
                        + "does not fit it, and the channel cannot go on. Only a host that takes the trace's challenge can open it.", e.number()));
        }
        if (e.response().length() < 2) {
            var instead = new StatusWord(UNANSWERED);
            note(e.failure().map(f -> WORDS.say("Exchange #{0} has no answer in the trace ({1}); {2} went out instead.", e.number(), f, instead))
                    .orElseGet(() -> WORDS.say("Exchange #{0} has no answer in the trace; {1} went out instead.", e.number(), instead)));
            return Masked.open(ResponseApdu.of(UNANSWERED).bytes());
        }
        if (e.response().hasHidden()) {
            filled++;
            if (filledAt.size() < ReplayReport.MOST) {
                filledAt.add(e.number());
            }
        }
        return e.response();
    }

    private void refused(StatusWord sw, Masked got) {
        refused++;
        if (differences.size() >= ReplayReport.MOST) {
            return;
        }
        int next = mine.nextSetBit(last + 1);
        Optional<Entry> e = Optional.empty();
        try {
            e = next < 0 ? Optional.empty() : Optional.of(entry(next));
        } catch (EscException x) {
            unreadable(x);
        }
        differences.add(new ReplayReport.Difference(e.map(Entry::number).orElse(0L), e.map(x -> x.command().toString()).orElse(""), got.toString(), sw.toString(),
                mode == Mode.TOLERANT ? WORDS.say("No such command was sent to this application or file.") : e.isEmpty() ? WORDS.say("The trace ends before it.")
                        : WORDS.say("Another command came next.")));
    }

    private void note(String text) {
        if (notes.size() < ReplayReport.MOST) {
            notes.add(text);
        }
    }

    private void unreadable(EscException e) {
        note(WORDS.say("The trace could not be read any more: {0}", e.getMessage()));
    }

    /** Strictly: the next exchange of the trace, if it is this command. */
    private OptionalInt next(Asked a) throws EscException {
        int place = mine.nextSetBit(last + 1);
        return place >= 0 && Asked.recorded(entry(place)).is(a) ? OptionalInt.of(place) : OptionalInt.empty();
    }

    /** Tolerantly: what follows the last exchange; else the same command to what is selected, one that was not asked for yet first. */
    private OptionalInt find(Asked a) throws EscException {
        OptionalInt follower = follower(a);
        if (follower.isPresent()) {
            Asked f = Asked.recorded(entry(follower.getAsInt()));
            if (f.is(a) || a.isGetResponse() && f.isGetResponse()) {
                return follower;
            }
        }
        if (a.isGetResponse()) {
            // it fetches what waits, and nothing else
            return OptionalInt.empty();
        }
        Standing s = interpreter.standing(now.session(), a.channel());
        OptionalInt place = find(a, s);
        // a trace that begins in the middle does not tell what was selected
        return place.isPresent() ? place : find(a, Standing.on(a.channel()));
    }

    /** The exchange that follows the last one on the same logical channel. */
    private OptionalInt follower(Asked a) throws EscException {
        int before = lastOn[a.channel()];
        if (before < 0) {
            return justReset && last < 0 ? first(mine.nextSetBit(0)) : OptionalInt.empty();
        }
        long session = entry(before).card().session();
        int looks = 0;
        for (int i = mine.nextSetBit(before + 1); i >= 0 && looks < LOOK_AHEAD; i = mine.nextSetBit(i + 1), looks++) {
            Entry e = entry(i);
            if (e.card().session() == session && Asked.recorded(e).channel() == a.channel()) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    private static OptionalInt first(int place) {
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(place);
    }

    /** How well a recorded command fits. */
    private enum Fit {
        EXACT, LIKE, OTHER_CHALLENGE
    }

    private OptionalInt find(Asked a, Standing s) throws EscException {
        int[] kinds = depths.stream().mapToInt(d -> a.kind(s, d)).toArray();
        for (Fit fit : Fit.values()) {
            int best = -1;
            for (int kind : kinds) {
                best = better(best, search(a, kind, fit));
            }
            if (best >= 0) {
                return OptionalInt.of(best);
            }
        }
        return OptionalInt.empty();
    }

    /** Behind the last exchange is better than before it, not asked for is better than asked for; else the earlier one. */
    private int better(int one, int other) {
        if (one < 0 || other < 0) {
            return Math.max(one, other);
        }
        if (asked.get(one) != asked.get(other)) {
            return asked.get(one) ? other : one;
        }
        return one > last == other > last ? Math.min(one, other) : Math.max(one, other);
    }

    /**
     * A recorded command of a kind: the first behind the last exchange, in the same session, that was not asked for; else the first that was not asked for; else the
     * last one.
     */
    private int search(Asked a, int kind, Fit fit) throws EscException {
        long session = last < 0 ? Long.MIN_VALUE : entry(last).card().session();
        int looks = 0;
        for (int i = places.from(kind, last + 1), p; looks < MOST_LOOKS && (p = places.at(i, kind)) >= 0; i++) {
            if (!asked.get(p)) {
                looks++;
                Entry e = entry(p);
                if (!justReset && e.card().session() != session) {
                    break;
                }
                if (fits(Asked.recorded(e), a, fit)) {
                    return p;
                }
            }
        }
        looks = 0;
        for (int i = places.from(kind, 0), p; looks < MOST_LOOKS && (p = places.at(i, kind)) >= 0; i++) {
            if (!asked.get(p)) {
                looks++;
                if (fits(Asked.recorded(entry(p)), a, fit)) {
                    return p;
                }
            }
        }
        looks = 0;
        for (int i = places.from(kind, Integer.MAX_VALUE) - 1, p; looks < MOST_LOOKS && (p = places.at(i, kind)) >= 0; i--) {
            looks++;
            if (fits(Asked.recorded(entry(p)), a, fit)) {
                return p;
            }
        }
        return -1;
    }

    private static boolean fits(Asked recorded, Asked a, Fit fit) {
        return switch (fit) {
            case EXACT -> recorded.is(a);
            case LIKE -> recorded.isLike(a);
            case OTHER_CHALLENGE -> recorded.beginsLike(a);
        };
    }

    /**
     * Power off and on: nothing is selected. A strict replay goes on where it is, as the trace does not tell when its card was reset; behind the last
     * exchange it begins again.
     */
    @Override
    public synchronized void reset() {
        interpreter = new Interpreter(decoders);
        masker = new Masker(decoders);
        Arrays.fill(lastOn, -1);
        justReset = true;
        if (mode == Mode.STRICT && mine.nextSetBit(last + 1) < 0) {
            last = -1;
        }
    }

    /**
     * The challenge of the recorded INITIALIZE UPDATE that would be answered: a host that takes it, and has the card's keys, opens the recorded secure channel
     * once more.
     */
    @Override
    public synchronized Optional<byte[]> hostChallenge(byte[] begin) {
        Asked a = Asked.now(begin);
        if (closed || !a.hasHostChallenge()) {
            return Optional.empty();
        }
        try {
            OptionalInt place = mode == Mode.STRICT ? first(mine.nextSetBit(last + 1)) : find(a);
            if (place.isPresent()) {
                Asked recorded = Asked.recorded(entry(place.getAsInt()));
                return recorded.beginsLike(a) ? recorded.parsed().map(CommandApdu::data) : Optional.empty();
            }
        } catch (EscException e) {
            unreadable(e);
        }
        return Optional.empty();
    }

    /** How it went so far. */
    public synchronized ReplayReport report() {
        var gaps = new ArrayList<ReplayReport.Row>();
        try {
            for (int i = mine.nextSetBit(0); i >= 0 && gaps.size() < ReplayReport.MOST; i = mine.nextSetBit(i + 1)) {
                if (!asked.get(i)) {
                    int to = i;
                    for (int n = mine.nextSetBit(to + 1); n >= 0 && !asked.get(n); n = mine.nextSetBit(n + 1)) {
                        to = n;
                    }
                    gaps.add(new ReplayReport.Row(entry(i).number(), entry(to).number()));
                    i = to;
                }
            }
        } catch (EscException e) {
            unreadable(e);
        }
        return new ReplayReport(trace.about().title(), card, mode, commands, answered, asked.cardinality(), gaps, refused, differences, filled,
                List.copyOf(filledAt), List.copyOf(notes));
    }

    /** Takes the card out and closes the trace. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            trace.close();
        }
    }
}
