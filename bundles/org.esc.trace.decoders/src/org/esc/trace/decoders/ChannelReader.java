// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.InitUpdateResponse;
import org.esc.securechannel.OverheardChannel;
import org.esc.securechannel.OverheardChannel.Mac;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;

/**
 * Reads the GlobalPlatform secure channels of a trace with the keys of its cards: decrypts what they wrapped and verifies every cryptogram and every MAC
 * that the trace has kept. It is given all exchanges in order, of a file or as they happen; those of several cards and logical channels may
 * be mixed. What it decrypts is masked like everything in a trace, unless secrets are asked for. Used by one thread at a time; the keys are
 * the caller's, who closes them afterwards.
 */
public final class ChannelReader implements AutoCloseable {

    private static final Words WORDS = Words.of(ChannelReader.class);

    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int EXTERNAL_AUTHENTICATE = 0x82;
    private static final int GET_RESPONSE = 0xC0;
    private static final int SELECT = 0xA4;
    private static final int GET_DATA = 0xCA;
    private static final int CARD_DATA = 0x0066;
    private static final int SEQUENCE_COUNTER = 0x00C1;
    private static final int PRODUCTION_DATA = 0x9F7F;
    private static final int NO_COUNTER = -1;
    /** SCP02 that begins with its first signed command, the usual ones first. */
    private static final List<Integer> IMPLICIT = List.of(0x1A, 0x1B, 0x0A, 0x0B, 0x3A, 0x3B, 0x2A, 0x2B);
    private static final int MOST_PIECES = 1 << 17;
    private static final int MOST_DATA = 0xFFFF;

    /** What was found. */
    public enum Kind {
        /** Every cryptogram and MAC of the exchange fits. */
        VERIFIED,
        /** The card has other keys; nothing of this channel can be read. */
        WRONG_KEY,
        /** A MAC does not fit: bytes were altered, or exchanges are missing before this one. */
        MAC_FAILED,
        /** Nothing speaks against it, but what would prove it is not in the trace. */
        NOT_VERIFIABLE;

        /** In words: "wrong key". */
        public String words() {
            return switch (this) {
                case VERIFIED -> WORDS.say("verified");
                case WRONG_KEY -> WORDS.say("wrong key");
                case MAC_FAILED -> WORDS.say("mac failed");
                case NOT_VERIFIABLE -> WORDS.say("not verifiable");
            };
        }
    }

    /**
     * What was found of an exchange.
     *
     * @param kind  in a word
     * @param words for a person
     */
    public record Verdict(Kind kind, String words) {
    }

    /**
     * An exchange that was read.
     *
     * @param entry   the exchange, with its plain form if it could be had
     * @param verdict empty if it is no part of a secure channel
     */
    public record Read(Entry entry, Optional<Verdict> verdict) {
    }

    /** Counts verdicts. Safe for use by several threads. */
    public static final class Tally {

        private static final int MOST_COMPLAINTS = 20;

        private final Map<Kind, Long> verdicts = new EnumMap<>(Kind.class);
        private final List<String> complaints = new ArrayList<>();

        /** Another exchange. */
        public synchronized void add(Read r) {
            r.verdict.ifPresent(v -> {
                verdicts.merge(v.kind, 1L, Long::sum);
                if (v.kind != Kind.VERIFIED && complaints.size() < MOST_COMPLAINTS) {
                    complaints.add("#" + r.entry.number() + ": " + v.words);
                }
            });
        }

        /** How many exchanges of secure channels were verified, had a wrong key, a wrong MAC, or could not be verified. */
        public synchronized Map<Kind, Long> verdicts() {
            return new EnumMap<>(verdicts);
        }

        /** The first that were not verified, each with its number and why. */
        public synchronized List<String> complaints() {
            return List.copyOf(complaints);
        }
    }

    private record Line(long session, int channel) {
    }

    /** What is known of one logical channel of a card. */
    private static final class Talk {
        private List<ScpVersion> told = List.of();
        /** What SCP02 that begins without INITIALIZE UPDATE goes by: the counter as the card told it last, and what keys are derived from. */
        private int counter = NO_COUNTER;
        private byte[] kdd = new byte[10];
        private boolean implicit;
        /** True until the first MAC of a channel that began itself tells whether the keys are right. */
        private boolean unproved;
        /** The same channel with the options that it may have, the likely ones first. */
        private List<OverheardChannel> channels = List.of();
        private Optional<Verdict> wrong = Optional.empty();
        private boolean awaits;
        private Optional<CommandApdu> asked = Optional.empty();
        private Masked pieces = Masked.none();
        /** Data of a command whose last part is still to come. */
        private Masked parts = Masked.none();
        private int partsOf = -1;
        private byte[] refused = {};
        private Optional<Heard> refusedAs = Optional.empty();

        private void end() {
            channels.forEach(OverheardChannel::close);
            channels = List.of();
            wrong = Optional.empty();
            awaits = false;
            implicit = false;
            unproved = false;
            whole();
        }

        /** The data of the parts so far, which are then forgotten. */
        private Masked whole() {
            Masked all = parts;
            parts = Masked.none();
            partsOf = -1;
            return all;
        }

        private boolean isOpen() {
            return !channels.isEmpty() && channels.getFirst().isOpen();
        }
    }

    /** A wrapped command, put together from its parts, as far as it is known. */
    private record Sent(CommandApdu apdu, Masked bytes) {
    }

    /** A wrapped command as it was read. */
    private record Heard(Optional<CommandApdu> plain, Verdict verdict) {
    }

    private final CardKeys keys;
    private final boolean reveal;
    private final Interpreter interpreter;
    private final Map<Line, Talk> talks = new HashMap<>();

    /**
     * One that begins with a trace.
     *
     * @param keys     the cards' keys: {@code CardKeys.of} of a key set, or what {@code KeySets.open} gives, diversified or in a token
     * @param decoders know what is secret
     * @param reveal   true to show what is decrypted as it is, secrets too
     */
    public ChannelReader(CardKeys keys, List<Decoder> decoders, boolean reveal) {
        this.keys = keys;
        this.reveal = reveal;
        interpreter = new Interpreter(decoders);
    }

    /** Reads the next exchange. */
    public Read read(Entry e) {
        Read r = next(e);
        interpreter.pass(r.entry);
        return r;
    }

    /** What an interpreter has to know behind the last exchange that was read. */
    Interpreter.Checkpoint checkpoint() {
        return interpreter.checkpoint();
    }

    private Read next(Entry e) {
        Optional<CommandApdu> parsed = parse(e.command());
        if (parsed.isEmpty()) {
            return new Read(e, Optional.empty());
        }
        CommandApdu c = parsed.get();
        Talk t = talks.computeIfAbsent(new Line(e.card().session(), Interpreter.channel(c.cla())), _ -> new Talk());
        if (c.ins() == GET_RESPONSE && t.asked.isPresent()) {
            return fetched(t, e, c);
        }
        t.asked = Optional.empty();
        boolean waits = e.response().length() >= 2 && e.response().at(e.response().length() - 2) == 0x61;
        if (waits) {
            t.asked = Optional.of(c);
            t.pieces = data(e.response());
        }
        Optional<ResponseApdu> answer = waits ? Optional.empty() : readable(e.response());
        boolean own = isGlobalPlatform(c.cla());
        if (own && c.ins() == INITIALIZE_UPDATE) {
            t.end();
            return new Read(e, waits ? Optional.empty() : begun(t, c, answer));
        }
        told(t, c, answer);
        if (c.ins() == SELECT && !own && c.p1() == 0x04 && (waits || e.response().length() >= 2 && e.response().at(e.response().length() - 2) == 0x90)) {
            // a secure channel ends with the application
            t.end();
        }
        if (own && c.ins() == EXTERNAL_AUTHENTICATE && t.awaits) {
            return new Read(e, Optional.of(authenticated(t, e, c)));
        }
        if (t.wrong.isPresent() && own && isSecured(c)) {
            return new Read(e, t.wrong);
        }
        if (t.implicit && !isSecured(c)) {
            // an unsigned command ends the signed ones
            t.end();
        }
        if (t.channels.isEmpty() && isSecured(c)) {
            beginItself(t, e, c);
        }
        if (!t.isOpen() || !isProtected(t, c)) {
            return new Read(e, Optional.empty());
        }
        int head = c.cla() << 16 | c.ins() << 8 | c.p2();
        boolean goesOn = SecureChannel.mayComeInParts(c) && t.partsOf == head && t.parts.length() + c.nc() <= MOST_DATA;
        if (!goesOn) {
            t.whole();
        }
        if (SecureChannel.isPart(c)) {
            // the MAC comes with the last part and covers them all
            t.parts = t.parts.join(body(e.command(), c));
            t.partsOf = head;
            return new Read(e, Optional.empty());
        }
        Read r = goesOn ? joined(t, e, c, waits, answer) : exchanged(t, e, new Sent(c, e.command()), waits, answer);
        boolean proves = t.unproved;
        t.unproved = false;
        if (proves && r.verdict.filter(v -> v.kind == Kind.MAC_FAILED).isPresent()) {
            t.end();
            t.wrong = Optional.of(new Verdict(Kind.WRONG_KEY, WORDS.say("the MAC of the channel's first command does not fit these keys")));
            return new Read(e, t.wrong);
        }
        return r;
    }

    /**
     * SCP02 with implicit initiation (GlobalPlatform 2.2.1 §E.1.2.2): the first signed command after the card told its counter, to the application that is
     * selected.
     */
    private void beginItself(Talk t, Entry e, CommandApdu c) {
        Optional<Aid> selected = interpreter.standing(e.card().session(), Interpreter.channel(c.cla())).application();
        List<Integer> options = t.told.isEmpty() ? IMPLICIT : t.told.stream().filter(v -> v.isImplicit() && v.isSupported()).map(ScpVersion::i).toList();
        if (t.counter == NO_COUNTER || selected.isEmpty() || options.isEmpty()) {
            return;
        }
        var channels = new ArrayList<OverheardChannel>();
        try {
            for (int i : options) {
                channels.add(OverheardChannel.begin(keys, InitUpdateResponse.implicit(t.kdd, 0, new ScpVersion(2, i), t.counter, selected.get()), new byte[0]));
            }
        } catch (EscException _) {
            channels.forEach(OverheardChannel::close);
            return;
        }
        channels.forEach(OverheardChannel::openedByCommand);
        t.channels = channels;
        t.implicit = true;
        t.unproved = true;
        t.counter = t.counter + 1 & 0xFFFF;
    }

    /** The last part of a command (GlobalPlatform 2.3.1 §11.1.5.1). */
    private Read joined(Talk t, Entry e, CommandApdu c, boolean waits, Optional<ResponseApdu> answer) {
        Masked data = t.whole().join(body(e.command(), c));
        CommandApdu whole = CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), data.bytes(), 0, data.length(), c.ne());
        byte[] bytes = whole.bytes();
        Masked behind = Masked.open(Arrays.copyOfRange(bytes, offset(whole) + whole.nc(), bytes.length));
        return exchanged(t, e, new Sent(whole, Masked.open(Arrays.copyOf(bytes, offset(whole))).join(data).join(behind)), waits, answer);
    }

    private static Masked body(Masked command, CommandApdu c) {
        return command.part(offset(c), offset(c) + c.nc());
    }

    private static boolean isProtected(Talk t, CommandApdu c) {
        var level = t.channels.getFirst().level();
        return isSecured(c) && (level.cMac() || level.rMac()) || level.rMac() && !level.cMac() && isGlobalPlatform(c.cla());
    }

    /** GET RESPONSE: the answer to the command before it. */
    private Read fetched(Talk t, Entry e, CommandApdu c) {
        CommandApdu asked = t.asked.orElseThrow();
        t.pieces = t.pieces.length() > MOST_PIECES ? t.pieces : t.pieces.join(data(e.response()));
        int n = e.response().length();
        if (n < 2 || e.response().at(n - 2) == 0x61) {
            return new Read(e, Optional.empty());
        }
        t.asked = Optional.empty();
        Masked whole = t.pieces.join(e.response().part(n - 2, n));
        Optional<ResponseApdu> answer = readable(whole);
        if (isGlobalPlatform(asked.cla()) && asked.ins() == INITIALIZE_UPDATE) {
            return new Read(e, begun(t, asked, answer));
        }
        told(t, asked, answer);
        if (!t.isOpen() || !isProtected(t, asked) || !t.channels.getFirst().level().rMac()) {
            return new Read(e, Optional.empty());
        }
        var heard = answered(t, answer);
        var verdict = verdict(heard.mac(), heard.plain().isPresent(), true, answer.isEmpty());
        return heard.plain().isPresent()
                ? new Read(e.with(plain(e, Masked.open(c.bytes()), Masked.open(heard.plain().get().bytes()), asked)), Optional.of(verdict))
                : new Read(e, Optional.of(verdict));
    }

    /** What the card says of its secure channels before one begins. */
    private static void told(Talk t, CommandApdu c, Optional<ResponseApdu> answer) {
        if (c.ins() != GET_DATA || answer.isEmpty() || !answer.get().isOk()) {
            return;
        }
        byte[] data = answer.get().data();
        try {
            switch (c.p1() << 8 | c.p2()) {
                case CARD_DATA -> t.told = ScpHint.listed(data);
                case SEQUENCE_COUNTER -> t.counter = Tlv.find(Tlv.parseAll(data), 0xC1).map(Tlv::value).filter(v -> v.length == 2)
                        .map(v -> (v[0] & 0xFF) << 8 | v[1] & 0xFF).orElse(NO_COUNTER);
                case PRODUCTION_DATA -> t.kdd = Arrays.copyOf(Cplc.parse(data).cuid().bytes(), 10);
                default -> {
                    // says nothing of channels
                }
            }
        } catch (IllegalArgumentException _) {
            // then the usual options are tried
        }
    }

    /** INITIALIZE UPDATE and its answer. */
    private Optional<Verdict> begun(Talk t, CommandApdu c, Optional<ResponseApdu> answer) {
        if (answer.isEmpty() || !answer.get().isOk()) {
            return Optional.empty();
        }
        InitUpdateResponse card;
        try {
            card = InitUpdateResponse.parse(answer.get().data());
        } catch (CardException e) {
            return Optional.empty();
        }
        var channels = new ArrayList<OverheardChannel>();
        try {
            for (int i : options(t, card.scp())) {
                channels.add(OverheardChannel.begin(keys, card.withI(i), c.data()));
            }
        } catch (EscException e) {
            channels.forEach(OverheardChannel::close);
            t.wrong = Optional.of(new Verdict(Kind.WRONG_KEY, e.problem().message()));
            return t.wrong;
        }
        if (!channels.getFirst().isOfTheseKeys()) {
            channels.forEach(OverheardChannel::close);
            t.wrong = Optional.of(new Verdict(Kind.WRONG_KEY, WORDS.say("the card's cryptogram does not fit these keys")));
            return t.wrong;
        }
        t.channels = channels;
        t.awaits = true;
        return Optional.of(new Verdict(Kind.VERIFIED, WORDS.say("the card's cryptogram fits")));
    }

    /** The options that a channel may have. A card that does not tell them is found out by its first MACs. */
    private static List<Integer> options(Talk t, ScpVersion scp) {
        List<Integer> told = t.told.stream().filter(v -> v.protocol() == scp.protocol() && !v.isImplicit() && v.isSupported()).map(ScpVersion::i).toList();
        return scp.protocol() == 3 ? List.of(scp.i()) : !told.isEmpty() ? told
                : scp.protocol() == 1 ? List.of(0x05, 0x15) : List.of(0x35, 0x25, 0x37, 0x27);
    }

    private Verdict authenticated(Talk t, Entry e, CommandApdu c) {
        t.awaits = false;
        boolean done = e.response().length() >= 2 && e.response().at(e.response().length() - 2) == 0x90;
        if (isHidden(e.command(), c)) {
            t.end();
            return new Verdict(Kind.NOT_VERIFIABLE, WORDS.say("not verifiable: masked"));
        }
        var all = t.channels.stream().map(x -> x.authenticate(c)).toList();
        keep(t, i -> all.get(i).mac() == Mac.FITS);
        if (done) {
            t.channels.forEach(OverheardChannel::opened);
        }
        var best = all.stream().filter(a -> a.mac() == Mac.FITS).findFirst().orElse(all.getFirst());
        if (!best.hostKnows()) {
            return new Verdict(Kind.WRONG_KEY, WORDS.say("the host's cryptogram does not fit these keys"));
        }
        return best.mac() == Mac.FITS ? new Verdict(Kind.VERIFIED, WORDS.say("the host's cryptogram and the MAC fit")) : failed(false);
    }

    /** Leaves those that passed a test, if any did. */
    private static void keep(Talk t, IntPredicate passed) {
        var good = new ArrayList<OverheardChannel>();
        for (int i = 0; i < t.channels.size(); i++) {
            if (passed.test(i)) {
                good.add(t.channels.get(i));
            }
        }
        if (!good.isEmpty()) {
            t.channels.stream().filter(x -> !good.contains(x)).forEach(OverheardChannel::close);
            t.channels = good;
        }
    }

    private Read exchanged(Talk t, Entry e, Sent command, boolean waits, Optional<ResponseApdu> answer) {
        CommandApdu c = command.apdu;
        boolean hidden = isHidden(command.bytes, c);
        byte[] sent = Arrays.copyOf(c.bytes(), Math.min(c.bytes().length, offset(c) + c.nc()));
        // once more with another Le: the card has not taken the first one
        boolean again = t.refusedAs.isPresent() && Arrays.equals(sent, t.refused);
        Heard heard = again ? t.refusedAs.get() : hidden ? masked(t, e, command) : heard(t, c);
        boolean refused = e.response().length() == 2 && e.response().at(0) == 0x6C;
        t.refused = refused ? sent : new byte[0];
        t.refusedAs = refused ? Optional.of(heard) : Optional.empty();
        if (waits || refused) {
            return new Read(heard.plain.map(p -> e.with(plain(e, Masked.open(p.bytes()), e.response(), p))).orElse(e), Optional.of(heard.verdict));
        }
        var level = t.channels.getFirst().level();
        var got = answered(t, answer);
        boolean protects = level.rMac() && e.response().length() >= 2;
        Verdict verdict = heard.verdict;
        if (protects && got.mac() != Mac.NONE && heard.verdict.kind != Kind.MAC_FAILED) {
            Verdict v = verdict(got.mac(), got.plain().isPresent(), true, answer.isEmpty());
            verdict = v.kind == Kind.MAC_FAILED ? v : heard.verdict.kind != Kind.VERIFIED ? heard.verdict : v.kind == Kind.VERIFIED
                    ? new Verdict(Kind.VERIFIED, WORDS.say("both MACs fit")) : v;
        }
        Masked response = got.plain().map(a -> Masked.open(a.bytes())).orElse(e.response());
        if (heard.plain.isPresent()) {
            return new Read(e.with(plain(e, Masked.open(heard.plain.get().bytes()), response, heard.plain.get())), Optional.of(verdict));
        }
        return new Read(e, Optional.of(verdict));
    }

    private Heard masked(Talk t, Entry e, Sent command) {
        CommandApdu c = command.apdu;
        Optional<byte[]> kept = e.plain().map(Entry.Plain::chain).filter(m -> m.length() > 0 && !m.hasHidden()).map(Masked::bytes);
        int end = offset(c) + c.nc();
        for (OverheardChannel x : t.channels) {
            int mac = x.scp().macLength();
            Optional<byte[]> chain = kept.isPresent() || !x.macIsWholeChain() || c.nc() < mac || command.bytes.hidesAny(end - mac, end) ? kept
                    : Optional.of(command.bytes.part(end - mac, end).bytes());
            x.masked(c, chain);
        }
        return new Heard(Optional.empty(), new Verdict(Kind.NOT_VERIFIABLE, WORDS.say("not verifiable: masked")));
    }

    private Heard heard(Talk t, CommandApdu c) {
        var all = t.channels.stream().map(x -> x.command(c)).toList();
        keep(t, i -> all.get(i).mac() == Mac.FITS);
        var best = all.stream().filter(a -> a.mac() == Mac.FITS).findFirst().orElse(all.getFirst());
        return new Heard(best.plain(), best.mac() == Mac.NONE ? new Verdict(Kind.VERIFIED, WORDS.say("the command has no MAC at this level"))
                : verdict(best.mac(), best.plain().isPresent(), false, false));
    }

    /** @param ofAnswer true if the MAC is the answer's R-MAC, false if it is the command's */
    private static Verdict verdict(Mac mac, boolean decrypted, boolean ofAnswer, boolean masked) {
        return masked ? new Verdict(Kind.NOT_VERIFIABLE, WORDS.say("not verifiable: masked")) : switch (mac) {
            case FITS, NONE -> decrypted ? new Verdict(Kind.VERIFIED, ofAnswer ? WORDS.say("the answer's R-MAC fits") : WORDS.say("this command's MAC fits"))
                    : new Verdict(Kind.MAC_FAILED, ofAnswer ? WORDS.say("the answer's R-MAC fits, but what it protects cannot be decrypted")
                            : WORDS.say("this command's MAC fits, but what it protects cannot be decrypted"));
            case UNKNOWN -> new Verdict(Kind.NOT_VERIFIABLE, ofAnswer ? WORDS.say("not verifiable: what the answer's R-MAC goes on from is not in the trace")
                    : WORDS.say("not verifiable: what this command's MAC goes on from is not in the trace"));
            case WRONG -> failed(ofAnswer);
        };
    }

    private static Verdict failed(boolean ofAnswer) {
        return new Verdict(Kind.MAC_FAILED, ofAnswer
                ? WORDS.say("MAC failed: the answer's R-MAC does not fit. Bytes were altered, or exchanges before it are missing")
                : WORDS.say("MAC failed: this command's MAC does not fit. Bytes were altered, or exchanges before it are missing"));
    }

    private static OverheardChannel.Answer answered(Talk t, Optional<ResponseApdu> answer) {
        if (answer.isEmpty()) {
            t.channels.forEach(OverheardChannel::maskedAnswer);
            return new OverheardChannel.Answer(Optional.empty(), Mac.UNKNOWN);
        }
        return t.channels.stream().map(x -> x.answer(answer.get())).toList().getFirst();
    }

    /** The plain form as it may be shown. {@code meant} is what the answer is for. */
    private Entry.Plain plain(Entry e, Masked command, Masked response, CommandApdu meant) {
        var p = new Entry.Plain(command, response, e.plain().map(Entry.Plain::chain).orElse(Masked.none()));
        if (reveal) {
            return p;
        }
        Masked hiddenAnswer = interpreter.masked(e.card().session(), new Entry.Plain(Masked.open(meant.bytes()), response)).response();
        return new Entry.Plain(interpreter.masked(e.card().session(), p).command(), hiddenAnswer, p.chain());
    }

    static boolean isGlobalPlatform(int cla) {
        return cla != 0xFF && ((cla & 0xF0) == 0x80 || (cla & 0xC0) == 0xC0);
    }

    /** Class bytes that say that secure messaging of GlobalPlatform is used, also those of ISO/IEC 7816-4 commands. */
    private static boolean isSecured(CommandApdu c) {
        int cla = c.cla();
        return cla < 0xA0 || cla >= 0xC0 && cla != 0xFF ? (cla & 0x40) == 0 ? (cla & 0x04) != 0 : (cla & 0x20) != 0 : false;
    }

    private static boolean isHidden(Masked bytes, CommandApdu c) {
        return c.nc() > 0 && bytes.hidesAny(offset(c), offset(c) + c.nc());
    }

    private static int offset(CommandApdu c) {
        return c.isExtended() ? 7 : 5;
    }

    private static Masked data(Masked response) {
        return response.part(0, Math.max(0, response.length() - 2));
    }

    /** The answer if there is one and nothing of it is masked. */
    private static Optional<ResponseApdu> readable(Masked response) {
        return response.length() < 2 || response.hasHidden() ? Optional.empty() : Optional.of(ResponseApdu.parse(response.bytes()));
    }

    private static Optional<CommandApdu> parse(Masked bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes.bytes()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Erases the session keys. */
    @Override
    public void close() {
        talks.values().forEach(Talk::end);
        talks.clear();
    }
}
