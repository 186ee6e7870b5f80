// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Standing.Security;

/**
 * Reads a trace in order and says what each exchange means. It knows what was selected and which secure channel is open on each
 * logical channel of each card, puts together what was chained or fetched in pieces, and asks the {@link Decoder}s for the rest. Used by one thread at a time;
 * {@link #checkpoint} lets another go on from the same place.
 */
public final class Interpreter {

    private static final Words WORDS = Words.of(Interpreter.class);

    private static final int SELECT = 0xA4;
    private static final int GET_RESPONSE = 0xC0;
    private static final int MANAGE_CHANNEL = 0x70;
    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int EXTERNAL_AUTHENTICATE = 0x82;
    static final int CHANNELS = 20;
    private static final int NO_CHAIN = -1;
    /** Instead of its header: a chain longer than {@link #MOST_BYTES}. */
    private static final int LONG_CHAIN = -2;
    private static final int MAC = 8;
    private static final int C_MAC = 0x01;
    private static final int C_DECRYPTION = 0x02;
    private static final Masked DONE = Masked.open((byte) 0x90, (byte) 0);
    /** A chain or an answer in pieces longer than this is not put together. */
    private static final int MOST_BYTES = 1 << 16;
    /** Of more cards than this at a time the one not heard of for longest is forgotten. */
    static final int MOST_SESSIONS = 128;
    private static final int MOST_RANKS = 128;

    private final List<Decoder> decoders;
    private final LinkedHashMap<Long, Talk> talks = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Talk> eldest) {
            return size() > MOST_SESSIONS;
        }
    };
    /** Who was asked last in which state. */
    private final LinkedHashMap<Standing, Ranked> ranks = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Standing, Ranked> eldest) {
            return size() > MOST_RANKS;
        }
    };
    private long lastSession;
    private Optional<Talk> last = Optional.empty();

    /** At the beginning of a trace. */
    public Interpreter(List<Decoder> decoders) {
        this.decoders = List.copyOf(decoders);
    }

    /** In the middle of a trace: what {@link #checkpoint} of another said there. */
    public Interpreter(List<Decoder> decoders, Checkpoint checkpoint) {
        this(decoders);
        checkpoint.talks.forEach((session, talk) -> talks.put(session, new Talk(talk)));
    }

    /** What has to be known in the middle of a trace to go on from there. Immutable. */
    public static final class Checkpoint {

        /** That of the beginning. */
        public static final Checkpoint NONE = new Checkpoint(Map.of());

        private final Map<Long, Talk> talks;

        /** Those heard of last come last; nobody changes them. */
        Checkpoint(Map<Long, Talk> talks) {
            this.talks = talks;
        }

        Map<Long, Talk> talks() {
            return talks;
        }
    }

    /** What has to be known of one card. */
    static final class Talk {

        private Atr atr;
        private final Line[] lines = new Line[CHANNELS];

        Talk(Atr atr) {
            this.atr = atr;
        }

        private Talk(Talk other) {
            atr = other.atr;
            for (int i = 0; i < CHANNELS; i++) {
                lines[i] = other.lines[i] == null ? null : new Line(other.lines[i]);
            }
        }

        Atr atr() {
            return atr;
        }

        Line on(int channel) {
            if (lines[channel] == null) {
                lines[channel] = new Line(channel);
            }
            return lines[channel];
        }

        void add(Line line) {
            lines[line.standing.channel()] = line;
        }

        /** Of each logical channel that was used. */
        List<Line> lines() {
            return Arrays.stream(lines).filter(Objects::nonNull).toList();
        }
    }

    /** What has to be known of one logical channel. */
    static final class Line {

        private Standing standing;
        private String folder = "";
        /** SCP01 to SCP03 if INITIALIZE UPDATE went well and EXTERNAL AUTHENTICATE is to come. */
        private int protocolOffered;
        /** INS, P1 and P2 of a command chain under way, {@link #NO_CHAIN} if there is none, and its data so far. */
        private int chained = NO_CHAIN;
        private Masked chain = Masked.none();
        /** What GET RESPONSE fetches the rest of (no bytes if nothing), where that was asked, and the answer so far. */
        private Masked asked = Masked.none();
        private Standing askedIn;
        private String askedFolder = "";
        private Masked pieces = Masked.none();
        private Standing rankedFor = Standing.UNKNOWN;
        private Ranked ranked = Ranked.NOT_YET;

        Line(int channel) {
            this(Standing.on(channel), "", 0);
        }

        Line(Standing standing, String folder, int protocolOffered) {
            this.standing = standing;
            this.folder = folder;
            this.protocolOffered = protocolOffered;
            askedIn = standing;
        }

        private Line(Line other) {
            this(other.standing, other.folder, other.protocolOffered);
            chained(other.chained, other.chain);
            asked(other.asked, other.askedIn, other.askedFolder, other.pieces);
        }

        void chained(int header, Masked soFar) {
            chained = header;
            chain = soFar;
        }

        void asked(Masked command, Standing in, String inFolder, Masked soFar) {
            asked = command;
            askedIn = in;
            askedFolder = inFolder;
            pieces = soFar;
        }

        void nothingAsked() {
            asked(Masked.none(), standing, "", Masked.none());
        }

        Standing standing() {
            return standing;
        }

        String folder() {
            return folder;
        }

        int protocolOffered() {
            return protocolOffered;
        }

        int chained() {
            return chained;
        }

        Masked chain() {
            return chain;
        }

        Masked asked() {
            return asked;
        }

        Standing askedIn() {
            return askedIn;
        }

        String askedFolder() {
            return askedFolder;
        }

        Masked pieces() {
            return pieces;
        }
    }

    /**
     * Who is asked.
     *
     * @param decoders the most competent one first
     * @param expert   true if one knows more than a standard
     */
    private record Ranked(List<Decoder> decoders, boolean expert) {
        static final Ranked NOT_YET = new Ranked(List.of(), false);
    }

    /** What is known of each card's logical channels, to go on from here later. */
    public Checkpoint checkpoint() {
        var all = new LinkedHashMap<Long, Talk>();
        talks.forEach((session, talk) -> all.put(session, new Talk(talk)));
        return new Checkpoint(all);
    }

    /** What is known before the next exchange of a session on a logical channel. */
    public Standing standing(long session, int channel) {
        return known(session).map(t -> t.lines[channel]).map(Line::standing).orElseGet(() -> Standing.on(channel));
    }

    private Optional<Talk> known(long session) {
        if (last.isEmpty() || lastSession != session) {
            last = Optional.ofNullable(talks.get(session));
            lastSession = session;
        }
        return last;
    }

    private Talk talk(TracedCard card) {
        var known = known(card.session());
        if (known.isPresent()) {
            Talk t = known.get();
            if (t.atr == card.atr() || card.atr().equals(Atr.UNKNOWN) || t.atr.equals(card.atr())) {
                return t;
            }
            if (t.atr.equals(Atr.UNKNOWN)) {
                t.atr = card.atr();
                return t;
            }
        }
        var fresh = new Talk(card.atr());
        talks.put(card.session(), fresh);
        last = Optional.of(fresh);
        return fresh;
    }

    /** The logical channel a class byte names (ISO/IEC 7816-4 §5.4.1): 0–19. */
    public static int channel(int cla) {
        return cla == 0xFF ? 0 : (cla & 0x40) != 0 ? 4 + (cla & 0x0F) : cla == 0xA0 || cla == 0xB0 ? 0 : cla & 0x03;
    }

    /** Whether a class byte announces secure messaging (ISO/IEC 7816-4 §5.4.1, GlobalPlatform 2.3.1 §11.1.4). */
    static boolean secured(int cla) {
        return cla != 0xFF && cla != 0xA0 && cla != 0xB0 && ((cla & 0x40) == 0 ? (cla & 0x0C) != 0 : (cla & 0x20) != 0);
    }

    /** Whether a class byte is one of GlobalPlatform's, and not CoolKey's, the SIM's or the reader's. */
    private static boolean global(int cla) {
        return (cla & 0x80) != 0 && cla != 0xFF && (cla & 0xF0) != 0xA0 && (cla & 0xF0) != 0xB0;
    }

    /** The next exchange in a line. */
    public Brief brief(Entry e) {
        return new Step(e).brief();
    }

    /** The next exchange byte by byte. */
    public Decoded decode(Entry e) {
        return new Step(e).decode();
    }

    /** Forgets a session that ended. */
    public void end(long session) {
        talks.remove(session);
        last = Optional.empty();
    }

    /** Steps over the next exchange. */
    public void pass(Entry e) {
        new Step(e);
    }

    /** Steps over the next exchange, whose command was parsed already. */
    void pass(Entry e, Optional<CommandApdu> parsed) {
        new Step(e, parsed);
    }

    /** Takes note of what an exchange meant that was stepped over already, when that is told later. */
    void explained(TracedCard card, Entry.Plain plain) {
        parse(plain.command()).ifPresent(c -> {
            int n = plain.response().length();
            if (n >= 2) {
                Line line = talk(card).on(channel(c.cla()));
                follow(line, c, plain.command(), plain.response(), false);
            }
        });
    }

    /** What is secret of the next exchange, by those who know what is selected. Does not step on. */
    Secrecy secrecy(long session, CommandApdu command) {
        var known = known(session).map(t -> t.lines[channel(command.cla())]);
        if (known.isEmpty() && decoders.isEmpty()) {
            return Secrecy.OPEN;
        }
        Line line = known.orElseGet(() -> new Line(channel(command.cla())));
        Standing s = line.standing;
        var all = Secrecy.OPEN;
        for (Decoder d : ranked(line, s).decoders) {
            // one that stumbles has told nothing of what is secret: all may be
            try {
                all = all.and(d.secrecy(s, command));
            } catch (RuntimeException _) {
                all = Secrecy.BOTH;
            }
        }
        return all;
    }

    /** The plain form of the next exchange of a session, without its secrets. Does not step on. */
    public Entry.Plain masked(long session, Entry.Plain p) {
        Optional<CommandApdu> parsed = parse(p.command());
        Secrecy secrecy = parsed.map(c -> Masker.secrecy(this, session, c, false)).orElse(Secrecy.BOTH);
        return new Entry.Plain(parsed.map(c -> secrecy.command(p.command(), c)).orElseGet(() -> p.command().hide(4, Integer.MAX_VALUE)),
                secrecy.answer() ? p.response().hide(0, p.response().length() - 2) : p.response(), p.chain());
    }

    /** Whether somebody knows the application that is selected on the command's channel, beyond what standards say. */
    boolean hasExpert(long session, CommandApdu command) {
        int channel = channel(command.cla());
        Line line = known(session).map(t -> t.lines[channel]).orElseGet(() -> new Line(channel));
        return ranked(line, line.standing).expert;
    }

    /** Whether anybody, a standard included, has a name for the command. */
    boolean hasName(long session, CommandApdu command) {
        int channel = channel(command.cla());
        Line line = known(session).map(t -> t.lines[channel]).orElseGet(() -> new Line(channel));
        return !name(line, line.standing, command).isEmpty();
    }

    private String name(Line line, Standing s, CommandApdu c) {
        String said = c.ins() == SELECT || c.ins() == GET_RESPONSE ? "" : first(line, s, d -> d.command(s, c));
        return said.isEmpty() ? Names.of(c) : said;
    }

    private String first(Line line, Standing s, Function<Decoder, String> question) {
        for (Decoder d : ranked(line, s).decoders) {
            String said = ask(() -> question.apply(d)).orElse("");
            if (!said.isEmpty()) {
                return said;
            }
        }
        return "";
    }

    private Ranked ranked(Line line, Standing s) {
        if (line.ranked == Ranked.NOT_YET || line.rankedFor != s && !line.rankedFor.equals(s)) {
            line.ranked = ranks.computeIfAbsent(s, this::rank);
            line.rankedFor = s;
        }
        return line.ranked;
    }

    private Ranked rank(Standing s) {
        record Rank(Decoder decoder, int rank) {
        }
        var all = decoders.stream().map(d -> new Rank(d, ask(() -> d.rank(s)).orElse(0))).filter(r -> r.rank > 0)
                .sorted(Comparator.comparingInt(r -> -r.rank)).toList();
        return new Ranked(all.stream().map(Rank::decoder).toList(), !all.isEmpty() && all.getFirst().rank > Decoder.STANDARD);
    }

    private static <T> Optional<T> ask(Supplier<T> question) {
        try {
            return Optional.ofNullable(question.get());
        } catch (RuntimeException _) {
            // a decoder that stumbles over strange bytes knows nothing
            return Optional.empty();
        }
    }

    /** Takes note of what an exchange changed. {@code response} is the whole answer with its status word; {@code sent} is false for what a secure channel wrapped. */
    private static void follow(Line line, CommandApdu c, Masked command, Masked response, boolean sent) {
        int n = response.length() - 2;
        int sw1 = response.at(n);
        boolean success = sw1 == 0x90 && response.at(n + 1) == 0 || sw1 == 0x61;
        Standing before = line.standing;
        if (c.ins() == SELECT && ((c.cla() & 0x80) == 0 || c.cla() == 0xA0)) {
            if (success || sw1 == 0x62 || sw1 == 0x63 || sw1 == 0x91 || sw1 == 0x9F && c.cla() == 0xA0) {
                select(line, c, command, response, sent && secured(c.cla()));
            }
        } else if (global(c.cla()) && c.ins() == INITIALIZE_UPDATE) {
            // key diversification data 10, key version 1, protocol 1
            int protocol = success && n >= 28 && !response.hidesAny(11, 12) ? response.at(11) : 0;
            line.protocolOffered = protocol <= 3 ? protocol : 0;
            if (before.security().isOpen()) {
                line.standing = before.with(Security.NONE);
            }
        } else if (global(c.cla()) && c.ins() == EXTERNAL_AUTHENTICATE) {
            line.standing = before.with(success && line.protocolOffered > 0 ? new Security(line.protocolOffered, c.p1()) : Security.NONE);
            line.protocolOffered = 0;
        }
    }

    private static void select(Line line, CommandApdu c, Masked command, Masked response, boolean wrapped) {
        Standing before = line.standing;
        byte[] data = c.data();
        int at = offset(c);
        if (wrapped && (before.security().level() & C_MAC) != 0 && data.length >= MAC) {
            data = Arrays.copyOf(data, data.length - MAC);
        }
        boolean readable = !command.hidesAny(at, at + data.length)
                && !(wrapped && (!before.security().isOpen() || (before.security().level() & C_DECRYPTION) != 0));
        Optional<Tlv> control = fileControl(response);
        if (c.p1() == 0x04) {
            byte[] asked = data;
            line.folder = "";
            Optional<byte[]> name = control.flatMap(f -> child(f, 0x84)).filter(Interpreter::isAid)
                    .or(() -> readable && isAid(asked) ? Optional.of(asked) : Optional.empty());
            line.standing = name.map(n -> before.select(Aid.of(n)))
                    .orElseGet(() -> new Standing(before.channel(), Optional.empty(), "", Security.NONE));
            return;
        }
        if (!readable || data.length % 2 != 0) {
            line.standing = before.at("");
            return;
        }
        String path = path(data);
        String file = switch (c.p1()) {
            case 0x08 -> "3F00" + (path.isEmpty() ? "" : "/" + path);
            case 0x09 -> line.folder.isEmpty() ? path : line.folder + "/" + path;
            case 0x03 -> line.folder.contains("/") ? line.folder.substring(0, line.folder.lastIndexOf('/')) : "";
            default -> path.isEmpty() || path.equals("3F00") ? "3F00" : line.folder.isEmpty() ? path : line.folder + "/" + path;
        };
        int last = data.length < 2 ? 0 : data[data.length - 2] & 0xFF;
        boolean folder = control.flatMap(f -> child(f, 0x82)).map(v -> v.length > 0 && (v[0] & 0xBF) == 0x38)
                .orElse(file.endsWith("3F00") || c.p1() == 0x01 || c.p1() == 0x03 || last == 0x7F || last == 0x5F);
        if (folder) {
            line.folder = file;
        } else if (file.contains("/") && c.p1() != 0) {
            line.folder = file.substring(0, file.lastIndexOf('/'));
        }
        line.standing = file.equals("3F00") ? new Standing(before.channel(), Optional.empty(), file, Security.NONE) : before.at(file);
    }

    private static boolean isAid(byte[] name) {
        return name.length >= 5 && name.length <= 16;
    }

    private static Optional<Tlv> fileControl(Masked response) {
        int n = response.length() - 2;
        if (n < 2 || response.hidesAny(0, n)) {
            return Optional.empty();
        }
        try {
            return Tlv.parseAll(response.part(0, n).bytes()).stream()
                    .filter(t -> t.tag() == 0x6F || t.tag() == 0x62 || t.tag() == 0x64).findFirst();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> child(Tlv t, int tag) {
        return Tlv.find(List.of(t), tag).map(Tlv::value);
    }

    private static String path(byte[] data) {
        var s = new StringBuilder();
        for (int i = 0; i < data.length; i += 2) {
            s.append(i == 0 ? "" : "/").append(Hex.of(data[i], data[i + 1]));
        }
        return s.toString();
    }

    /** One exchange. */
    private final class Step {

        private final Entry e;
        private final Talk talk;
        private final Line line;
        private final Masked commandBytes;
        private final Masked responseBytes;
        private final Optional<CommandApdu> command;
        private final int sw;
        private final Standing before;
        /** The command that this one goes on with: itself, or what GET RESPONSE fetches the rest of. */
        private final Optional<CommandApdu> subject;
        private final Standing subjectBefore;
        private Masked wholeCommand = Masked.none();
        private Masked wholeResponse = Masked.none();

        Step(Entry e) {
            this(e, parse(e.plain().isPresent() ? e.plain().get().command() : e.command()));
        }

        Step(Entry e, Optional<CommandApdu> parsed) {
            this.e = e;
            talk = talk(e.card());
            commandBytes = e.plain().isPresent() ? e.plain().get().command() : e.command();
            responseBytes = e.plain().isPresent() ? e.plain().get().response() : e.response();
            command = parsed;
            int n = responseBytes.length();
            sw = n < 2 ? -1 : responseBytes.at(n - 2) << 8 | responseBytes.at(n - 1);
            line = talk.on(command.isPresent() ? channel(command.get().cla()) : 0);
            before = line.standing;
            boolean fetches = command.isPresent() && command.get().ins() == GET_RESPONSE && line.asked.length() > 0;
            subject = fetches ? parse(line.asked) : command;
            subjectBefore = fetches ? line.askedIn : before;
            if (command.isPresent()) {
                step(command.get(), fetches);
            }
        }

        private void step(CommandApdu c, boolean fetches) {
            boolean more = (c.cla() & 0x90) == 0x10;
            if (more || line.chained != NO_CHAIN) {
                chain(c, more);
            }
            boolean waits = sw >> 8 == 0x61 || sw >> 8 == 0x9F && c.cla() == 0xA0;
            if (fetches) {
                fetch(waits);
                return;
            }
            String folder = line.folder;
            if (sw >= 0) {
                follow(c);
            }
            if (waits) {
                line.asked(commandBytes, before, folder, answer());
            } else if (line.asked.length() > 0) {
                line.nothingAsked();
            }
        }

        private void fetch(boolean waits) {
            Masked soFar = line.pieces.join(answer());
            if (waits && soFar.length() <= MOST_BYTES) {
                line.pieces = soFar;
                return;
            }
            if (!waits) {
                wholeResponse = soFar;
                // the whole says more than the first status word did
                if (sw == 0x9000 && subject.isPresent() && (subject.get().ins() == SELECT || subject.get().ins() == INITIALIZE_UPDATE)) {
                    line.standing = line.askedIn;
                    line.folder = line.askedFolder;
                    Interpreter.follow(line, subject.get(), line.asked, soFar.join(DONE), e.plain().isEmpty());
                }
            }
            line.nothingAsked();
        }

        private void follow(CommandApdu c) {
            if (c.ins() == MANAGE_CHANNEL && (c.cla() & 0x80) == 0) {
                if (sw == 0x9000) {
                    int n = responseBytes.length() == 3 ? responseBytes.at(0) : c.p2();
                    if (n < CHANNELS) {
                        talk.add(new Line(n));
                    }
                }
            } else {
                Interpreter.follow(line, c, commandBytes, responseBytes, e.plain().isEmpty());
            }
        }

        private void chain(CommandApdu c, boolean more) {
            Masked data = commandBytes.part(offset(c), offset(c) + c.nc());
            int header = c.ins() << 16 | c.p1() << 8 | c.p2();
            boolean goesOn = line.chained == header;
            if (line.chained == LONG_CHAIN || !goesOn && !more) {
                line.chained(more ? LONG_CHAIN : NO_CHAIN, Masked.none());
                return;
            }
            Masked soFar = goesOn ? line.chain.join(data) : data;
            if (more && soFar.length() > MOST_BYTES) {
                line.chained(LONG_CHAIN, Masked.none());
                return;
            }
            wholeCommand = soFar;
            line.chained(more ? header : NO_CHAIN, more ? soFar : Masked.none());
        }

        private Masked answer() {
            return responseBytes.part(0, Math.max(0, responseBytes.length() - 2));
        }

        private List<Field> fields(Standing s, CommandApdu c, BiFunction<Decoder, CommandApdu, List<Field>> question) {
            for (Decoder d : ranked(line, s).decoders) {
                List<Field> said = ask(() -> question.apply(d, c)).orElse(List.of());
                if (!said.isEmpty()) {
                    return said;
                }
            }
            return List.of();
        }

        private Optional<StatusWord> status() {
            return sw < 0 ? Optional.empty() : Optional.of(new StatusWord(sw));
        }

        Brief brief() {
            if (command.isEmpty()) {
                return new Brief(WORDS.say("malformed command"), "", status().map(StatusWord::meaning).orElse(""));
            }
            CommandApdu c = command.get();
            String summary = subject.equals(command) ? first(line, before, d -> d.summary(before, c))
                    : subject.map(x -> WORDS.say("of {0}", name(line, subjectBefore, x))).orElse("");
            if (summary.isEmpty() && c.ins() == SELECT && c.p1() == 0x04 && c.nc() >= 5 && c.nc() <= 16
                    && !commandBytes.hidesAny(offset(c), offset(c) + c.nc())) {
                summary = Aid.of(c.data()).toString();
            }
            return new Brief(name(line, before, c), summary, status().map(s -> meaning(c, s)).orElse(""));
        }

        private String meaning(CommandApdu c, StatusWord s) {
            Standing now = talk.on(before.channel()).standing;
            String said = first(line, now, d -> d.meaning(now, c, s));
            return said.isEmpty() ? s.meaning() : said;
        }

        Decoded decode() {
            var brief = brief();
            var parts = new ArrayList<Part>();
            if (e.plain().isPresent()) {
                parts.add(command(Part.Kind.COMMAND, e.command(), parse(e.command()), false));
                parts.add(response(Part.Kind.RESPONSE, e.response(), false));
            }
            parts.add(command(e.plain().isPresent() ? Part.Kind.PLAIN_COMMAND : Part.Kind.COMMAND, commandBytes, command, true));
            if (responseBytes.length() > 0) {
                parts.add(response(e.plain().isPresent() ? Part.Kind.PLAIN_RESPONSE : Part.Kind.RESPONSE, responseBytes, true));
            }
            if (wholeCommand.length() > 0 && line.chained == NO_CHAIN) {
                parts.add(whole(Part.Kind.WHOLE_COMMAND_DATA, wholeCommand, (d, c) -> d.commandData(before, c, wholeCommand.bytes())));
            }
            if (wholeResponse.length() > 0) {
                parts.add(whole(Part.Kind.WHOLE_RESPONSE_DATA, wholeResponse,
                        (d, c) -> d.responseData(answering(), c, wholeResponse.bytes())));
            }
            return new Decoded(brief, before, parts);
        }

        /** Whose answer it is: to SELECT, that of what was selected. */
        private Standing answering() {
            return subject.map(c -> c.ins() == SELECT).orElse(false) ? line.standing : subjectBefore;
        }

        private Part whole(Part.Kind kind, Masked bytes, BiFunction<Decoder, CommandApdu, List<Field>> question) {
            var asked = kind == Part.Kind.WHOLE_RESPONSE_DATA ? answering() : subjectBefore;
            var fields = subject.map(c -> fields(asked, c, question)).orElse(List.of());
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private Part command(Part.Kind kind, Masked bytes, Optional<CommandApdu> parsed, boolean inside) {
            if (parsed.isEmpty()) {
                return new Part(kind, bytes, List.of(Field.of("bytes", WORDS.say("no well-formed command"), 0, bytes.length())));
            }
            CommandApdu c = parsed.get();
            var fields = new ArrayList<Field>();
            fields.add(Field.of("CLA", classes(c.cla()), 0, 1));
            fields.add(Field.of("INS", name(line, before, c), 1, 1));
            List<Field> parameters = fields(before, c, (d, x) -> d.parameters(before, x)).stream()
                    .filter(f -> f.offset() >= 2 && f.end() <= 4).toList();
            fields.addAll(parameters.isEmpty() ? List.of(Field.of("P1", "", 2, 1), Field.of("P2", "", 3, 1)) : parameters);
            int data = offset(c);
            if (data > 4 && bytes.length() > 4) {
                OptionalInt ne = c.ne();
                if (c.nc() > 0) {
                    fields.add(Field.of("Lc", WORDS.say("{0} bytes", c.nc()), 4, data - 4));
                    int level = kind == Part.Kind.COMMAND && secured(c.cla()) ? before.security().level() : 0;
                    int mac = (level & C_MAC) != 0 && c.nc() >= MAC ? MAC : 0;
                    boolean encrypted = (level & C_DECRYPTION) != 0;
                    List<Field> inner = !inside || chained() || encrypted ? List.of()
                            : fields(before, c, (d, x) -> d.commandData(before, x, Arrays.copyOf(x.data(), x.nc() - mac))).stream()
                                    .map(f -> f.moved(data)).toList();
                    if (c.nc() > mac) {
                        fields.add(Field.of("data", encrypted ? WORDS.say("encrypted") : "", data, c.nc() - mac, inner));
                    }
                    if (mac > 0) {
                        fields.add(Field.of("C-MAC", "", data + c.nc() - mac, mac));
                    }
                }
                int le = data + c.nc();
                if (ne.isPresent()) {
                    int at = c.nc() > 0 ? le : 4;
                    fields.add(Field.of("Le", WORDS.say("up to {0} bytes", ne.getAsInt()), at, bytes.length() - at));
                }
            }
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private boolean chained() {
            return wholeCommand.length() > 0;
        }

        private Part response(Part.Kind kind, Masked bytes, boolean inside) {
            var fields = new ArrayList<Field>();
            int n = bytes.length() - 2;
            if (n < 0) {
                return new Part(kind, bytes, List.of());
            }
            if (n > 0) {
                byte[] data = bytes.part(0, n).bytes();
                boolean piece = wholeResponse.length() > 0 || line.asked.length() > 0;
                List<Field> inner = !inside || piece ? List.of()
                        : subject.map(s -> fields(answering(), s, (d, x) -> d.responseData(answering(), x, data))).orElse(List.of());
                fields.add(Field.of("data", "", 0, n, inner));
            }
            var s = new StatusWord(bytes.at(n) << 8 | bytes.at(n + 1));
            fields.add(Field.of("SW", command.map(c -> meaning(c, s)).orElseGet(s::meaning), n, 2));
            return new Part(kind, bytes, fields.stream().map(f -> f.within(bytes)).toList());
        }

        private static String classes(int cla) {
            if (cla == 0xFF) {
                return WORDS.say("for the reader");
            }
            var s = new StringBuilder(cla < 0x80 ? "ISO/IEC 7816-4" : WORDS.say("proprietary"));
            int channel = channel(cla);
            if (cla != 0xA0 && cla != 0xB0) {
                s.append((cla & 0x90) == 0x10 ? ", " + WORDS.say("more to come") : "").append(secured(cla) ? ", " + WORDS.say("secure messaging") : "");
            }
            return s.append(channel > 0 ? ", " + WORDS.say("channel {0}", channel) : "").toString();
        }
    }

    private static Optional<CommandApdu> parse(Masked bytes) {
        try {
            return Optional.of(CommandApdu.parse(bytes.array()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Where the data begins: behind a short or an extended Lc. */
    private static int offset(CommandApdu c) {
        return c.isExtended() ? 7 : c.nc() == 0 ? Math.min(5, c.bytes().length) : 5;
    }
}
